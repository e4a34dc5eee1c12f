from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.catalogues import new_database
from tests.helpers.command import SENTENCE, formulary, json_of
from tests.helpers.contract import validate
from tests.helpers.reference import rows


def test_a_trajectory_is_shown_with_its_constant_and_delta() -> None:
    done = formulary("trajectory", "zeta3", "1,1", "1,1")
    assert done.returncode == 0
    shown = " ".join(done.stdout.split())
    assert "zeta(3)/(5*zeta(3) - 6)" in shown and "0.085346 at n = 400" in shown
    assert "about 0.0805 (an estimate)" in shown


@pytest.mark.parametrize(
    ("field", "direction", "start", "constant", "moebius"),
    [
        ("zeta3", "1,1", "1,1", "zeta(3)", [0, -1, 6, -5]),
        ("e", "1,1", "1,1", "e", [-3, 1, 19, -7]),
    ],
)
def test_a_limit_that_the_field_does_not_prove_is_a_theorem_where_its_formula_has_a_proof(
    field: str, direction: str, start: str, constant: str, moebius: list[int]
) -> None:
    found = json_of("trajectory", field, direction, start)
    assert (found["constant"], found["moebius"], found["proof"]) == (constant, moebius, "theorem")


def test_the_start_is_one_for_upper_and_two_for_lower_parameters_unless_given() -> None:
    one, other = (formulary("trajectory", "2F1(-1)", "1,1,2", *more, "--json") for more in ((), ("1,1,2",)))
    assert one.stdout == other.stdout and json.loads(one.stdout)["constant"] == "log(2)"


def test_the_lines_of_a_file_become_objects_of_the_contract_in_their_order() -> None:
    given = rows("trajectories.jsonl")
    lines = "\n".join(json.dumps({key: row[key] for key in ("field", "direction", "start")}) for row in given)
    done = formulary("trajectory", "--from", "-", "--json", stdin=lines)
    assert done.returncode == 0
    objects = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(o["field"], o["direction"]) for o in objects] == [(row["field"], row["direction"]) for row in given]
    for found, row in zip(objects, given, strict=True):
        validate(found, "trajectory")
        if "pcf" in row and row["pcf"].get("limit"):
            assert found["limit"]["value"][:90] == row["pcf"]["limit"][:90]
            assert found["constant"] is not None
        elif row.get("relation"):
            assert [v[:60] for v in found["limit"]["values"]] == [v[:60] for v in row["limit"]]
            assert found["moebius"] is not None


def test_a_bad_line_says_what_is_wrong() -> None:
    line = '{"field": "2F1(-1)", "direction": [0, 0, 0], "start": ["1", "1", "2"]}'
    done = formulary("trajectory", "--from", "-", stdin=line)
    assert done.returncode == 2
    assert json.loads(done.stdout)["error"].startswith("the direction is zero")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("2F1(-1)", "0,0,0"), "the direction is zero"),
        (("2F1(-1)", "1,1"), "its direction has 2 components"),
        (("2F1(-1)", "1,x,2"), "'x' is no component of a direction"),
        (("2F1(-1)", "1,1,2", "1,1/0,1"), "'1/0' is no coordinate of a start"),
        (("2F1(-1)", "1,1,2", "1,1,-3"), "the start is on a pole"),
        (("nonsense", "1,1"), "there is no field 'nonsense'"),
        (("2F1(-1)",), "give FIELD DIRECTION [START]"),
    ],
)
def test_bad_input_is_refused_with_one_sentence(arguments: tuple[str, ...], message: str) -> None:
    done = formulary("trajectory", *arguments)
    assert done.returncode == 2 and done.stdout == ""
    assert SENTENCE.fullmatch(done.stderr) and message in done.stderr


def test_the_recurrence_of_a_trajectory_is_stored_listed_shown_and_verified(database_url: str) -> None:
    place = {"FORMULARY_DATABASE_URL": database_url}
    asked = ("trajectory", "4F3(1)", "1,1,1,1,2,2,2", "1,1,1,1,2,2,2")
    added = formulary(*asked, "--add", **place)
    assert added.returncode == 0 and "with its formula, which is new" in added.stderr
    assert "no formula is new" in formulary(*asked, "--add", **place).stderr
    found = json_of("find", "--kind", "recurrence", "--constant", "zeta(3)", **place)
    validate(found, "found")
    assert [(row["a"], row["formula"][:11], row["proof"]) for row in found] == [(None, "Recurrence[", "verified")]
    shown = json_of("show", str(found[0]["id"]), **place)
    validate(shown, "recurrence")
    assert shown == json_of("show", found[0]["formula"], **place)
    assert [limit["expression"] is not None for limit in shown["limits"]] == [True, True]
    assert shown["limits"][0]["bound_kind"] == "agreement" and shown["limits"][0]["delta"]["n"] == 120
    assert shown["representations"][0]["direction"] == [1, 1, 1, 1, 2, 2, 2]
    assert "kind recurrence of order 3" in " ".join(formulary("show", str(found[0]["id"]), **place).stdout.split())
    (verified,) = json_of("verify", found[0]["formula"], **place)["relations"]
    assert verified["holds"] and verified["digits_verified"] > verified["digits_stored"]
    listed = " ".join(formulary("field", "show", "4F3(1)", **place).stdout.split())
    assert "53*pi^2 + 84*zeta(3)" in listed


def test_a_recurrence_is_no_formula_to_evaluate() -> None:
    done = formulary("evaluate", "Recurrence[[n, 1, 0], [0, n, 1], [1, 0, n]]")
    assert done.returncode == 2 and SENTENCE.fullmatch(done.stderr) and "`formulary show`" in done.stderr


@pytest.mark.parametrize(
    "command",
    [
        ("survey", "-o", "-"),
        ("report", "-o", "{folder}/report.html"),
        ("recompute", "--where", "formula like 'Rec%'"),
        ("export", "{folder}/all.csv"),
        ("export", "{folder}/all.tex", "--format", "latex"),
        ("find", "--unidentified"),
        ("find", "--status", "undetermined", "--kind", "recurrence"),
        ("verify", "--all"),
        ("status",),
        ("similar", "PCF(2n+1, n^2)"),
        ("identify", "0.62739151155248425185860944442108985941597"),
        ("plot", "complexity", "limit_float8", "-o", "{folder}/plot.svg"),
    ],
    ids=lambda command: " ".join(command[:3]),
)
def test_what_reads_the_whole_catalogue_reads_recurrences(
    recurrences_url: str, tmp_path: Path, command: tuple[str, ...]
) -> None:
    arguments = [part.format(folder=tmp_path) for part in command]
    done = formulary(*arguments, FORMULARY_DATABASE_URL=recurrences_url, FORMULARY_HOME=str(tmp_path / "home"))
    assert done.returncode in (0, 1), done.stderr
    assert "should not have happened" not in done.stderr and "Traceback" not in done.stderr


@pytest.fixture(scope="module")
def recurrences_url(server_url: str) -> Iterator[str]:
    """A catalogue with well-known formulas, recurrences with limits and one without."""
    for url in new_database(server_url, "template0"):
        at = {"FORMULARY_DATABASE_URL": url}
        assert formulary("init", **at).returncode == 0
        for field, direction in (("4F3(1)", "1,1,1,1,2,2,2"), ("3F2(1/2)", "1,1,1,2,2"), ("3F2(1/2)", "1,0,0,0,0")):
            assert formulary("trajectory", field, direction, "--add", **at).returncode == 0
        yield url
