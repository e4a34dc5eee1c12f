"""Interlaced fractions in a catalogue: typed ones by `add`, those of a number by `expand --add`; `show` has both."""

from __future__ import annotations

import json

import psycopg
import pytest

from tests.helpers.command import formulary


@pytest.fixture
def url(database_url: str) -> str:
    assert formulary("init", "--database-url", database_url).returncode == 0
    return database_url


def shown(url: str, formula: str) -> list[dict[str, object]]:
    done = formulary("show", formula, "--database-url", url, "--json")
    assert done.returncode == 0, done.stderr
    found: list[dict[str, object]] = json.loads(done.stdout)["interlaced"]
    return found


def test_what_was_typed_is_stored_beside_its_formula(url: str) -> None:
    done = formulary("add", "CF[1; 1/2, 3, 1/4, 5, ...]", "--database-url", url)
    assert done.returncode == 0 and "4/log(5)" in done.stdout
    (row,) = shown(url, "PCF(6n+3, -4n^2)")
    assert (row["guessed_from"], row["map"], row["value"]) == (9, [0, 1, 1, 0], None)
    again = formulary("show", str(row["fraction"]), "--database-url", url)
    assert again.returncode == 0 and "guessed from 9 terms" in " ".join(again.stdout.split())
    assert formulary("add", str(row["fraction"]), "--database-url", url).returncode == 0
    (row,) = shown(url, "PCF(6n+3, -4n^2)")
    assert row["guessed_from"] is None  # it is given now


def test_expansions_are_stored_with_the_number_they_are_of(url: str) -> None:
    done = formulary("expand", "exp(1)", "--maps", "1", "--signs", "1", "--add", "--database-url", url)
    assert done.returncode == 0, done.stderr
    with psycopg.connect(url) as connection:
        rows = connection.execute("select value, signs, fraction, numerators from interlaced order by id").fetchall()
    values = {value for value, *_ in rows}
    assert {"(1 + exp(1))/(exp(1) - 1)", "exp(1)"} <= values
    assert all(signs == [1] * len(numerators) for _, signs, _, numerators in rows)
    e = next(fraction for value, _, fraction, _ in rows if value == "exp(1)")
    found = json.loads(formulary("identify", e, "--digits", "30", "--json").stdout)
    assert found["written"]["value"].startswith("2.718281828459045235360287")


def test_add_and_from_exclude_each_other() -> None:
    done = formulary("expand", "--from", "-", "--add")
    assert done.returncode == 2 and "--add stores the fractions of one number" in done.stderr


def test_the_fractions_of_a_file_are_stored_beside_their_formulas(url: str) -> None:
    lines = [
        "CF(1; (1, k), (1, k) for k >= 1)",
        '{"formula": "CF(2; (1, 1), (2k, 1), (1, 1) for k >= 1)"}',
        "PCF(2n+1, n^2)",
        "CF[1; 1/2, 3, 1/4, 5, ...]",
    ]
    for known in (0, 4):
        done = formulary("add", "--from", "-", "--json", "--database-url", url, stdin="\n".join(lines))
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["refused"] == 0 and (json.loads(done.stdout)["known"] == 4 or not known)
    (row,) = shown(url, "PCF(2n+2, -n^2)")
    assert str(row["fraction"]).endswith("; (1, k), (1, k) for k >= 1)")
    (row,) = shown(url, "PCF(8n^2 + 16n + 4, 4n^2 + 4n - 3)")
    assert row["map"] == [3, 2, 0, 1] and row["guessed_from"] is None
    (row,) = shown(url, "PCF(6n+3, -4n^2)")
    assert row["guessed_from"] == 9
    assert shown(url, "PCF(2n+1, n^2)") == []
