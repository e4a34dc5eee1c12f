"""The JSON contract: the worked objects of docs/contract.md, and what the commands really write, against the schema."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from catalog.formulas.pcf import PCF, parse_formula
from indexer.cli.main import run
from indexer.cli.output import exact
from indexer.contract.objects import formula_object
from indexer.pipeline.compute import failed
from tests.helpers.contract import SCHEMA, validate

DOCUMENT = Path(__file__).parents[3] / "docs" / "contract.md"
WORKED = re.compile(r"^### (?P<title>.+?)$(?P<body>.*?)^```json\n(?P<object>.*?)^```$", re.DOTALL | re.MULTILINE)
COMMAND = re.compile(r"^\$ formulary (?P<command>.+)$", re.MULTILINE)

OBJECTS = {m["title"]: json.loads(m["object"]) for m in WORKED.finditer(DOCUMENT.read_text())}
COMMANDS = {
    m["title"]: found["command"]
    for m in WORKED.finditer(DOCUMENT.read_text())
    if (found := COMMAND.search(m["body"])) and not found["command"].startswith("similar")
}


def kind_of(value: dict[str, Any]) -> str:
    if "certificate" in value:
        return "proof"
    if "halved" in value:
        return "design"
    if "formula" in value:
        return "similar" if "neighbours" in value else "formula"
    marks = {
        "equivalent": "equivalence",
        "error": "bad_line",
        "outcome": "number",
        "added": "added",
        "runs": "status",
        "super_exponential": "space_count",
        "history": "cluster_shown",
        "representative": "cluster",
        "clustering": "clustering",
        "template": "family",
        "direction": "trajectory",
        "preperiod": "expansion",
    }
    return next((kind for mark, kind in marks.items() if mark in value), "constant")


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("title", OBJECTS)
def test_worked_objects_are_valid(title: str) -> None:
    validate(OBJECTS[title], kind_of(OBJECTS[title]))
    Draft202012Validator(SCHEMA).validate(OBJECTS[title])


def test_every_status_proof_and_outcome_has_a_worked_object() -> None:
    formulas = [value for value in OBJECTS.values() if "formula" in value and "status" in value]
    relations = [r for value in OBJECTS.values() if "outcome" in value for r in value["relations"]]
    assert {value["status"] for value in formulas} == set(SCHEMA["$defs"]["status_name"]["enum"])
    assert {"theorem", "matched"} <= {relation["proof"] for relation in relations}
    outcomes = {value["outcome"] for value in OBJECTS.values() if "outcome" in value}
    assert {"found", "excluded", "too_few_digits"} <= outcomes


@pytest.mark.parametrize("title", COMMANDS)
def test_worked_objects_are_what_the_commands_write(title: str, capsys: pytest.CaptureFixture[str]) -> None:
    run(shlex.split(COMMANDS[title]))
    written, documented = json.loads(capsys.readouterr().out), OBJECTS[title]
    validate(written, kind_of(documented))
    assert _essence(written) == _essence(documented)


def _essence(value: dict[str, Any]) -> dict[str, Any]:
    """What must not drift: everything but floating-point figures and versions."""
    kept = {k: v for k, v in value.items() if k not in ("metrics", "relations", "limit", "exclusion", "attempts")}
    limit = value.get("limit")
    return kept | {
        "fields": sorted(value),
        "metrics": sorted(value.get("metrics") or ()),
        "limit": limit and {k: v for k, v in limit.items() if k != "error_log10"},
        "relations": [(r["expression"], r["proof"]) for r in value.get("relations", [])],
        "candidates": [r["expression"] for r in value.get("candidates", [])],
    }


@pytest.mark.parametrize(
    "break_it",
    [
        lambda o: o.pop("family"),
        lambda o: o.update(status="infinite"),
        lambda o: o.update(limit=None),
        lambda o: o["limit"].update(value="inf"),
        lambda o: o["limit"].update(value="1.2_7"),
        lambda o: o["limit"].update(exact="0.5"),
        lambda o: o.update(a=[1.5]),
        lambda o: o.update(a=[2**60]),
        lambda o: o.update(error="failed"),
        lambda o: o["relations"][0].update(proof="sure"),
        lambda o: o["relations"][0].pop("coefficients"),
    ],
)
def test_the_schema_refuses_what_breaks_the_contract(break_it: Callable[[dict[str, Any]], object]) -> None:
    broken = json.loads(json.dumps(OBJECTS["Converges, identified"]))
    validate(broken, "formula")
    break_it(broken)
    assert not Draft202012Validator({"$ref": "#/$defs/formula", "$defs": SCHEMA["$defs"]}).is_valid(broken)


def test_a_failed_formula_is_undetermined_with_an_error() -> None:
    value = formula_object(failed(parse_formula("PCF(2n+1, n^2)"), "ValueError: no\nway").evaluation)
    validate(value, "formula")
    assert (value["status"], value["error"], value["limit"]) == ("undetermined", "ValueError: no way", None)


def test_integers_beyond_2_to_the_53_are_strings() -> None:
    value = formula_object(failed(PCF((2**53, 2**53 + 1), (-(10**30),)), "x").evaluation)
    validate(value, "formula")
    assert value["a"] == [2**53, str(2**53 + 1)]
    assert value["b"] == [str(-(10**30))]
    assert exact({"n": 2**53 + 1, "x": float("nan")}) == {"n": str(2**53 + 1), "x": None}
