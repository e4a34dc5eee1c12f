"""Formulas typed in other notations: what was understood is said, and the value that was written is given."""

from __future__ import annotations

import json

import mpmath
import pytest

from tests.helpers.command import formulary
from tests.helpers.contract import validate

WRITTEN = {
    "ContinuedFractionK[n, n+2, {n, 1, Infinity}]": (
        "PCF(n + 2, n) - 2",
        "0.29061669278536242210753341456",
        "(4*e - 11)/(5 - 2*e)",
    ),
    "2 + 1^2/(4 + 3^2/(4 + 5^2/(4 + ...)))": (
        "PCF(4, 4n^2 - 4n + 1) - 2",
        "2.18843961522647663883676994070",
        "gamma(1/4)^4/(8*pi^2)",
    ),
    "PCF((2n+1)/2, n^2/4)": ("L/2 with L = PCF(2n + 1, n^2)", "0.63661977236758134307553505349", "2/pi"),
}
"""Notation: what was understood, the value that was written, and its name."""


@pytest.mark.parametrize("text", WRITTEN)
def test_the_value_that_was_written_is_named(text: str) -> None:
    understood, value, name = WRITTEN[text]
    done = formulary("identify", text, "--digits", "30", "--json")
    assert done.returncode == 0, done.stderr
    assert f"read as {understood}" in done.stderr
    found = json.loads(done.stdout)
    validate(found, "formula")
    assert found["written"]["understood"] == understood
    assert found["written"]["value"] == value
    assert name in [relation["expression"] for relation in found["written"]["relations"]]


def test_what_is_guessed_is_said_to_be() -> None:
    done = formulary("evaluate", "[1; 1/2, 3, 1/4, 5, 1/6, ...]", "--digits", "30", "--json")
    assert "read as PCF(6n + 3, -4n^2), by a rule guessed from its 11 terms" in done.stderr
    assert json.loads(done.stdout)["written"]["guessed_from"] == 11


def test_our_own_notation_says_nothing() -> None:
    done = formulary("evaluate", "PCF(2n+1, n^2)", "--json")
    assert done.stderr == ""
    assert "written" not in json.loads(done.stdout)


def test_two_polynomials_may_have_rational_coefficients() -> None:
    done = formulary("evaluate", "(2n+1)/2", "n^2/4", "--digits", "30", "--json")
    assert json.loads(done.stdout)["written"]["value"] == "0.63661977236758134307553505349"


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("[1; 2, 2, 2, 2, ...]", "sqrt(2)"),
        ("[3; (7, 2)]", "(14 + 3*sqrt(7))/7"),
        ("CF(0; (1/2, 1), (3, -1/4) for k >= 1)", None),
        ("CF(2; (1, 1), (4, 1) for k >= 1)", "2*sqrt(2)"),
    ],
)
def test_an_eventually_periodic_fraction_is_its_quadratic_irrational(text: str, expression: str | None) -> None:
    done = formulary("identify", text, "--digits", "40", "--json")
    assert done.returncode == 0, done.stderr
    written = json.loads(done.stdout)["written"]
    (relation,) = written["relations"]
    assert relation["proof"] == "theorem" and expression in (None, relation["expression"])
    with mpmath.workdps(50):
        value = mpmath.mpf(eval(relation["expression"], {"sqrt": mpmath.sqrt, "__builtins__": {}}))
        assert abs(value - mpmath.mpf(written["value"])) < mpmath.mpf(10) ** -37


def test_a_fraction_that_ends_is_answered_as_a_rational_number() -> None:
    done = formulary("evaluate", "CF[1; 2, 3]", "--json")
    assert "ends and is the rational number 10/7" in done.stderr
    assert json.loads(done.stdout)["expression"] == "10/7"
    (relation,) = json.loads(formulary("identify", "CF(1; 2, 3)", "--json").stdout)["relations"]
    assert relation["expression"] == "10/7"
    assert "rational number 10/7" in formulary("prove", "[1; 2, 3]").stderr


def test_a_period_is_said_to_be_one() -> None:
    done = formulary("evaluate", "[1; (2, 3)]", "--digits", "30")
    assert "read as the periodic fraction CF((1, 1); (2, 1), (3, 1) for k >= 1)" in done.stderr
    assert "1.43649167310370844258963269989" in done.stdout  # (sqrt(15) - 1)/2
