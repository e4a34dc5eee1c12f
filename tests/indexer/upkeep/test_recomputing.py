"""Known formulas evaluated anew: what a better evaluator changes is shown, and what depends on it verified."""

from __future__ import annotations

import json

import psycopg
import pytest

from catalog.formulas.pcf import parse_formula
from indexer.cli.main import run
from indexer.pipeline.batch import Batch
from indexer.pipeline.compute import compute
from indexer.pipeline.storing import store
from indexer.upkeep.setup import seed_constants

BROUNCKER = "PCF(2n+1, n^2)"
PI = parse_formula(BROUNCKER)

WORSE = """
update formula set limit_value = '1.27', limit_digits = 3, evaluator_version = 0 where key = %(key)s
"""


@pytest.fixture
def filled(connection: psycopg.Connection) -> psycopg.Connection:
    """Three formulas, one of them evaluated by a worse evaluator, one with a wrong relation."""
    seed_constants(connection)
    texts = (BROUNCKER, "PCF(n, n)", "PCF(1, 1)")
    store(connection, Batch.of([compute(parse_formula(text), identified=True, budget=0) for text in texts]))
    with connection.transaction():
        connection.execute(WORSE.encode(), {"key": PI.key})
    return connection


def recompute(url: str, capsys: pytest.CaptureFixture[str], *options: str) -> dict[str, object]:
    assert run(["recompute", "--database-url", url, "--json", *options]) == 0
    found = json.loads(capsys.readouterr().out)
    assert isinstance(found, dict)
    return found


def test_what_a_better_evaluator_changes_is_shown_and_stored(
    filled: psycopg.Connection, database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    condition = ("--where", "limit_digits < 100")
    expected = [{"formula": "PCF(2n + 1, n^2)", "changed": "limit_digits", "before": 3, "after": 110}]
    assert recompute(database_url, capsys, *condition, "--dry-run")["changes"] == expected
    found = recompute(database_url, capsys, *condition)
    assert (found["formulas"], found["changes"], found["relations_doubted"]) == (1, expected, [])
    assert found["relations_verified"] == 1
    row = filled.execute(
        "select limit_digits, evaluator_version > 0, count(vector) from formula"
        " join formula_vector on formula_id = id where key = %s group by 1, 2",
        [PI.key],
    ).fetchone()
    assert row == (110, True, 1)
    assert recompute(database_url, capsys, *condition)["formulas"] == 0


def test_a_wrong_digit_and_a_wrong_status_are_found(
    filled: psycopg.Connection, database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with filled.transaction():
        filled.execute("update formula set limit_value = '1.29' where key = %s", [PI.key])
        filled.execute("delete from formula_vector")
        filled.execute(
            "update formula set status = 'undetermined', convergence_class = null, limit_value = null,"
            " limit_digits = null, evaluation_error = 'killed' where key = %s",
            [parse_formula("PCF(1, 1)").key],
        )
    found = recompute(database_url, capsys, "--where", "true")
    changes = {(c["formula"], c["changed"]): c["after"] for c in found["changes"]}  # type: ignore[attr-defined]
    assert changes["PCF(1, 1)", "status"] == "converges"
    assert str(changes["PCF(2n + 1, n^2)", "limit_value"]).startswith("1.2732395447")
    count = filled.execute("select count(*) from formula_vector").fetchone()
    assert count == (3,)


def test_a_relation_that_does_not_hold_is_doubted(
    filled: psycopg.Connection, database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with filled.transaction():
        filled.execute(
            "update relation set coefficients = '{5, 0, 0, 1}', expression = '5/pi'"
            " where formula_id = (select id from formula where key = %s)",
            [PI.key],
        )
    (doubted,) = recompute(database_url, capsys, "--where", "true")["relations_doubted"]  # type: ignore[misc]
    assert str(doubted).startswith("PCF(2n + 1, n^2) = 5/pi: ")
    proof = filled.execute("select proof, digits_verified from relation where expression = '5/pi'").fetchone()
    assert proof == ("numerical", None)


def test_a_verification_that_failed_is_remembered_until_it_holds(
    filled: psycopg.Connection, database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def failures() -> str:
        assert run(["status", "--prometheus", "--database-url", database_url]) == 0
        lines = capsys.readouterr().out.splitlines()
        return next(line for line in lines if line.startswith("formulary_verification_failures "))

    where = " where formula_id = (select id from formula where key = %s)"
    for wrong, command in (("{5, 0, 0, 1}", "recompute"), ("{7, 0, 0, 1}", "verify")):
        with filled.transaction():
            filled.execute(f"update relation set coefficients = '{wrong}'" + where, [PI.key])
        if command == "recompute":
            assert recompute(database_url, capsys, "--where", "true")["relations_doubted"]
        else:
            assert run(["verify", "--all", "--database-url", database_url]) == 1
            capsys.readouterr()
        assert failures().endswith(" 1")
        with filled.transaction():
            filled.execute("update relation set coefficients = '{4, 0, 0, 1}'" + where, [PI.key])
        assert run(["verify", BROUNCKER, "--database-url", database_url]) == 0
        capsys.readouterr()
        assert failures().endswith(" 0")


def test_a_condition_cannot_write(
    filled: psycopg.Connection, database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["recompute", "--database-url", database_url, "--where", "true); delete from formula; --"]) == 2
    assert run(["recompute", "--database-url", database_url, "--where", "no_such_column"]) == 2
    assert "no_such_column" in capsys.readouterr().err
    assert filled.execute("select count(*) from formula").fetchone() == (3,)


def test_a_false_exclusion_is_corrected(
    filled: psycopg.Connection, database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """What an earlier version excluded is withdrawn, and the formula named."""
    number = exclude(filled, BROUNCKER, coefficient_digits=40)
    with filled.transaction():
        filled.execute("delete from relation where formula_id = %s", [number])
        filled.execute(
            "insert into guess (formula_id, place, proposer, outcome, code_version)"
            " values (%s, 9, 'theory', 'excluded', '0')",
            [number],
        )
    found = recompute(database_url, capsys, "--where", f"id = {number}")
    assert (found["searched"], found["named"]) == (1, 1)
    row = filled.execute(
        "select (select count(*) from exclusion where formula_id = %(id)s),"
        " (select count(*) from guess where formula_id = %(id)s and outcome = 'excluded'),"
        " (select expression from relation where formula_id = %(id)s)",
        {"id": number},
    ).fetchone()
    assert row == (0, 0, "4/pi")


def test_an_exclusion_says_what_the_search_of_today_excludes(
    filled: psycopg.Connection, database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    unnamed = "PCF(n + 1, 3n^2 + 1)"
    store(filled, Batch.of([compute(parse_formula(unnamed))]))
    number = exclude(filled, unnamed, coefficient_digits=40)
    assert recompute(database_url, capsys, "--where", f"id = {number}")["searched"] == 1
    ((version, digits),) = filled.execute(
        "select library_version, coefficient_digits from exclusion where formula_id = %s", [number]
    ).fetchall()
    assert version != "old"
    assert 3 <= digits < 15


def exclude(connection: psycopg.Connection, text: str, coefficient_digits: int) -> int:
    """Store that a formula was searched without result; return its number."""
    with connection.transaction():
        row = connection.execute(
            "insert into exclusion (formula_id, library_version, kind, coefficient_digits, digits_used, outcome,"
            " constants_tried, code_version)"
            " select id, 'old', 'moebius', %s, 60, 'excluded', 12, '0' from formula where key = %s"
            " returning formula_id",
            [coefficient_digits, parse_formula(text).key],
        ).fetchone()
    assert row is not None
    return int(row[0])
