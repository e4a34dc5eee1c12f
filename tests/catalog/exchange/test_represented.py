"""Trajectories, recurrences and fractions go with an export, and are walked and contracted anew by an import."""

from __future__ import annotations

import json
import re
from pathlib import Path

import psycopg
import pytest

from tests.helpers.command import formulary, json_of

MINE = '{"x": [["1", "-y-1"], ["-1", "x+y+2"]], "y": [["0", "-y-1"], ["-1", "x+y+1"]]}'

WALKS = (
    ("2F1(-1)", "1,1,2", "1,1,2"),
    ("3F2(1)", "1,1,2,2,3", "1,1,1,2,2"),
    ("3F2(1/2)", "1,1,1,2,2", "1,1,1,2,2"),
    ("mine", "1,0", "1,1"),
)

VIEWS = (
    "select field, direction, start, formula, is_itself, map, relation, proof, rate, limit_value from trajectories"
    " order by 1, 2, 3, 4",
    "select place, limit_value, limit_digits, expression, proof, delta from recurrence_limit order by place",
    "select fraction, signs, map, value, guessed_from from interlaced order by fraction",
    "select name, rank, axes, matrices from field order by name",
    "select formula, constant, expression, proof from relations order by formula, expression",
)


@pytest.fixture
def filled(database_url: str) -> str:
    at = {"FORMULARY_DATABASE_URL": database_url}
    assert formulary("field", "add", "mine", "-", stdin=MINE, **at).returncode == 0
    for walk in WALKS:
        assert formulary("trajectory", *walk, "--add", **at).returncode == 0
    assert formulary("add", "CF(2; (1, 1), (2k, 1), (1, 1) for k >= 1)", **at).returncode == 0
    assert formulary("expand", "exp(1)", "--maps", "1", "--signs", "1", "--add", **at).returncode == 0
    return database_url


@pytest.mark.parametrize("name", ["all.jsonl", "all.csv", "all.parquet"])
def test_what_formulas_represent_is_the_same_after_export_and_import(
    filled: str, empty_url: str, tmp_path: Path, name: str
) -> None:
    if name.endswith("parquet"):
        pytest.importorskip("pyarrow")
    file = tmp_path / name
    assert formulary("export", str(file), FORMULARY_DATABASE_URL=filled).returncode == 0
    there = {"FORMULARY_DATABASE_URL": empty_url, "FORMULARY_HOME": str(tmp_path)}
    assert formulary("init", **there).returncode == 0
    with psycopg.connect(empty_url) as connection:
        connection.execute("truncate formula cascade")
    for expected in ("added", "known"):
        summary = json_of("import", str(file), quiet=False, **there)
        assert summary[expected] > 3 and summary["refused"] == 0
    with psycopg.connect(filled) as one, psycopg.connect(empty_url) as other:
        for view in VIEWS:
            assert other.execute(view).fetchall() == one.execute(view).fetchall() != []


@pytest.mark.parametrize(
    ("name", "changed", "message"),
    [
        ("trajectories", {"direction": ["1", "1", "3"]}, "along .* in .* is another"),
        ("trajectories", {"field": "nonsense"}, "trajectories.0. cannot be walked"),
        ("trajectories", {"start": ["1", "1"]}, "cannot be walked"),
        ("interlaced", {"fraction": "CF(1; (1, k), (1, k) for k >= 1)"}, "is no fraction of"),
        ("interlaced", {"value": "pi"}, "value is pi, but the fraction is another number"),
    ],
)
def test_what_a_formula_does_not_represent_is_refused(
    filled: str, tmp_path: Path, name: str, changed: dict[str, object], message: str
) -> None:
    file = tmp_path / "all.jsonl"
    assert formulary("export", str(file), FORMULARY_DATABASE_URL=filled).returncode == 0
    records = [json.loads(line) for line in file.read_text().splitlines()]
    record = next(r for r in records if r[name] and (name != "trajectories" or r[name][0]["field"] == "2F1(-1)"))
    record[name][0] |= changed
    file.write_text(json.dumps(record) + "\n")
    done = formulary("import", str(file), FORMULARY_DATABASE_URL=filled)
    assert "record 1: it cannot be stored" in done.stderr or done.returncode == 2
    assert re.search(message, done.stderr), done.stderr


def test_an_export_without_these_fields_is_read(filled: str, tmp_path: Path) -> None:
    file = tmp_path / "older.jsonl"
    assert formulary("export", str(file), "--kind", "pcf", FORMULARY_DATABASE_URL=filled).returncode == 0
    left_out = ("trajectories", "interlaced", "limits")
    records = [json.loads(line) for line in file.read_text().splitlines()]
    older = [{k: v for k, v in record.items() if k not in left_out} for record in records]
    file.write_text("".join(json.dumps(record) + "\n" for record in older))
    assert json_of("import", str(file), quiet=False, FORMULARY_DATABASE_URL=filled)["known"] == len(older)
