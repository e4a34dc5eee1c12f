from __future__ import annotations

import json

import pytest

from tests.helpers.command import SENTENCE, formulary
from tests.helpers.contract import validate
from tests.helpers.reference import rows


def test_the_patterns_of_a_number_are_shown_with_their_formulas() -> None:
    done = formulary("expand", "tan(1)", "--maps", "1", "--signs", "1")
    assert done.returncode == 0
    assert "(1, 2k + 1)" in done.stdout and "equivalent to PCF(2n + 1, -1)" in done.stdout


def test_no_pattern_is_exit_code_one() -> None:
    done = formulary("expand", "zeta(3)", "--maps", "1", "--signs", "1")
    assert done.returncode == 1 and done.stderr.startswith("formulary: no pattern in the expansions of zeta(3)")


def test_the_lines_of_a_file_become_objects_of_the_contract() -> None:
    given = [row for row in rows("signed_fractions.jsonl") if "moebius" in row]
    lines = "\n".join(
        json.dumps({"value": row["expression"], "moebius": row["moebius"], "signs": row["sign_period"]})
        for row in given
    )
    done = formulary("expand", "--from", "-", "--json", stdin=lines)
    assert done.returncode == 0
    objects = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(objects) == len(given)
    for found, row in zip(objects, given, strict=True):
        validate(found, "expansion")
        assert found["found"] == 1 and found["pcf"] == row["contraction"]["pcf"]
        assert found["subsequences"] == row["subsequences"] and found["recurrence"] == row["recurrence"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"value": "exp(1)", "moebius": [1, 2, 1, 2], "signs": [1]}', "does not depend on the number"),
        ('{"value": "exp(1)", "moebius": [1, 2], "signs": [1]}', "a map is given by four integers"),
        ('{"value": "exp(1)", "signs": [0]}', "signs are given as one period of 1 and -1"),
        ('{"value": "3.14159"}', "too few to tell a pattern from chance"),
        ('{"number": 1}', 'a number is given as {"value": "exp(1)"}'),
    ],
)
def test_a_bad_line_says_what_is_wrong(line: str, message: str) -> None:
    done = formulary("expand", "--from", "-", stdin=line)
    assert done.returncode == 2 and message in json.loads(done.stdout)["error"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "give one number such as exp(1), not 0 arguments"),
        (("nonsense(1)",), "unknown function nonsense"),
        (("3.14159",), "too few to tell a pattern from chance"),
        (("exp(1)", "--from", "-"), "not both"),
    ],
)
def test_bad_input_is_refused_with_one_sentence(arguments: tuple[str, ...], message: str) -> None:
    done = formulary("expand", *arguments)
    assert done.returncode == 2 and done.stdout == ""
    assert SENTENCE.fullmatch(done.stderr) and message in done.stderr


@pytest.mark.parametrize(
    ("number", "quotients", "value"),
    [("sqrt(2)", "1, (2)", "sqrt(2)"), ("(1+sqrt(5))/2", "(1)", "(1 + sqrt(5))/2"), ("sqrt(7)/3", None, "sqrt(7)/3")],
)
def test_a_quadratic_number_is_periodic_and_given_exactly(number: str, quotients: str | None, value: str) -> None:
    done = formulary("expand", number)
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert any(line.split() == ["exactly", *value.split()] for line in lines)
    assert quotients is None or any(line.startswith("quotients") and quotients in line for line in lines)


@pytest.mark.parametrize("number", ["2^(1/3)", "pi", "catalan", "3/7"])
def test_numbers_without_a_pattern_have_none(number: str) -> None:
    done = formulary("expand", number, "--json")
    assert done.returncode == 1 and json.loads(done.stdout)["found"] == 0


@pytest.mark.parametrize(
    ("number", "fraction"),
    [("1/3", "[0; 3]"), ("(-22)/7", "[-4; 1, 6]"), ("sqrt(4)", "[2]"), ("13/4", "[3; 4]")],
)
def test_a_rational_number_is_given_with_its_fraction(number: str, fraction: str) -> None:
    done = formulary("expand", number)
    assert done.returncode == 1
    assert done.stderr == f"formulary: {number} is rational: its continued fraction {fraction} ends\n"


def test_what_stands_for_a_number_is_shown_as_a_factor() -> None:
    done = formulary("expand", "\N{MINUS SIGN}e", "--maps", "1", "--signs", "1")
    assert done.returncode == 0 and "\N{MINUS SIGN}" not in done.stdout and "(-e)" in done.stdout
