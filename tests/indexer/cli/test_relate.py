from __future__ import annotations

import json

import pytest

from tests.helpers.command import SENTENCE, formulary
from tests.helpers.contract import validate
from tests.helpers.reference import rows


def test_two_formulas_are_related_by_a_map() -> None:
    done = formulary("relate", "PCF(2n+1, n^2)", "PCF(2n+3, n^2+2n)")
    assert done.returncode == 0
    assert "yes (proved)" in done.stdout and "L1 = 2*L2/(2 + L2)" in done.stdout and "1, 3n + 2" in done.stdout


def test_a_no_has_its_reason_and_exit_code() -> None:
    done = formulary("relate", "2n+1", "n^2", "2", "n^2")
    assert done.returncode == 1
    assert "no (proved)" in done.stdout and "the ratios of their eigenvalues differ" in done.stdout


def test_limits_of_formulas_that_are_not_equivalent_may_be_related_by_a_constant() -> None:
    done = formulary("relate", "PCF(2n+1, n^2)", "PCF(2, n^2)", "--json")
    found = json.loads(done.stdout)
    validate(found, "equivalence")
    assert found["equivalent"] is False and found["related"] == {"map": [0, -2, 1, -2], "proof": "theorem"}
    shown = " ".join(formulary("relate", "PCF(2n+1, n^2)", "PCF(2, n^2)").stdout.split())
    assert "L1 = 2*L2/(2*L2 - 1), since both limits are proved" in shown


def test_a_contraction_says_how_many_steps_are_taken_as_one() -> None:
    row = next(row for row in rows("equivalences.jsonl") if row["folds"] == [2, 1])
    value = json.dumps({key: row[key] for key in ("first", "second")})
    done = formulary("relate", "--from", "-", "--json", stdin=value)
    found = json.loads(done.stdout)
    validate(found, "equivalence")
    assert (found["folds"], found["equivalent"]) == ([2, 1], True)


def test_equal_formulas_are_related_by_the_identity() -> None:
    done = formulary("relate", "PCF(2n+1, n^2)", "PCF(2n+1, n^2)")
    assert done.returncode == 0 and "the formulas are equal" in done.stdout and "L1 = L2" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("PCF(2n+1, n^2)", "PCF(1, -n^2)"), "PCF(1, -n^2) diverges"),
        (("PCF(n, n-3)", "PCF(2n+1, n^2)"), "PCF(n, n - 3) terminates at n = 3"),
        (("PCF(2n+1, n^2)",), "give two formulas such as PCF(2n+1, n^2), not 1 argument"),
        (("PCF(2n+1, n^2)", "PCF(2n+1, n^2"), "cannot read"),
        (("PCF(2n+1, n^2)", "--from", "-"), "give a formula or --from FILE, not both"),
    ],
)
def test_bad_input_is_refused_with_one_sentence(arguments: tuple[str, ...], message: str) -> None:
    done = formulary("relate", *arguments)
    assert done.returncode == 2 and done.stdout == ""
    assert SENTENCE.fullmatch(done.stderr) and message in done.stderr


def test_what_is_too_far_apart_is_not_decided() -> None:
    far = {"first": {"a": [1, 2], "b": [0, 0, 1]}, "second": "PCF(2n+2000001, (n+1000000)^2)"}
    found = json.loads(formulary("relate", "--from", "-", stdin=json.dumps(far)).stdout)
    validate(found, "equivalence")
    assert found["equivalent"] is None and not found["proved"] and "more than is tried" in found["reason"]


def test_lines_give_one_object_each_in_their_order() -> None:
    good = [{key: row[key] for key in ("first", "second")} for row in rows("equivalences.jsonl")[:4]]
    divergent = {"first": {"a": [1], "b": [0, 0, -1]}, "second": {"a": [1, 2], "b": [0, 0, 1]}}
    lines = [
        json.dumps(good[0]),
        "no JSON",
        json.dumps(divergent),
        '{"first": "PCF(n, n)"}',
        *map(json.dumps, good[1:]),
    ]
    done = formulary("relate", "--from", "-", "--json", stdin="\n".join(lines))
    assert done.returncode == 2  # two lines are bad
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert ["error" in value for value in found] == [False, True, False, True, False, False, False]
    for value in found:
        validate(value, "bad_line" if "error" in value else "equivalence")
    assert found[2]["equivalent"] is None and found[2]["reason"].startswith("PCF(1, -n^2) diverges")


def test_a_scale_of_one_is_left_out() -> None:
    assert "scale" not in formulary("relate", "PCF(2n+1, n^2)", "PCF(2n+1, n^2)").stdout
