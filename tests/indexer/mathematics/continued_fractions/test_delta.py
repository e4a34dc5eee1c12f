"""delta at a depth that is asked for."""

from __future__ import annotations

from fractions import Fraction
from math import gcd

import mpmath
import pytest

from catalog.formulas.pcf import parse_formula
from indexer.mathematics.continued_fractions.delta import delta_at
from indexer.mathematics.continued_fractions.limit import limit
from tests.helpers.command import json_of


@pytest.mark.parametrize(
    ("text", "constant"),
    [("PCF(11n^2 + 11n + 3, n^4)", "30/pi**2"), ("PCF(2n + 1, n^2)", "4/pi"), ("PCF(1, 1)", "phi")],
)
@pytest.mark.parametrize("n", [7, 60])
def test_delta_is_that_of_the_convergent_at_n(text: str, constant: str, n: int) -> None:
    formula = parse_formula(text)
    value = Fraction(formula.a_at(n))
    for k in range(n, 0, -1):
        value = formula.a_at(k - 1) + Fraction(formula.b_at(k)) / value
    with mpmath.workdps(400):
        known = eval(constant, {"pi": mpmath.pi, "phi": mpmath.phi})
        error = abs(known - mpmath.mpf(value.numerator) / value.denominator)
        expected = -1 - float(mpmath.log(error) / mpmath.log(value.denominator))
    assert gcd(value.numerator, value.denominator) == 1
    found = delta_at(formula, n, limit(formula))
    assert found.value == pytest.approx(expected, abs=1e-9) and found.reason is None


@pytest.mark.parametrize(
    ("text", "n", "reason"),
    [
        ("PCF(2, -1)", 50, "rational"),
        ("PCF(1, -1)", 50, "no infinite expansion"),
        ("PCF(n + 1, n^2 - 4)", 50, "no infinite expansion"),
        ("PCF(n^30 + 1, n^50)", 100_000, "ask for a smaller depth"),
    ],
)
def test_where_there_is_no_delta_the_reason_is_said(text: str, n: int, reason: str) -> None:
    formula = parse_formula(text)
    found = delta_at(formula, n, limit(formula))
    assert found.value is None and reason in (found.reason or "")


def test_evaluate_gives_it_beside_the_metrics() -> None:
    result = json_of("evaluate", "PCF(2n+1, n^2)", "--depth", "60")
    assert result["delta_at"]["n"] == 60 and result["delta_at"]["value"] != result["metrics"]["delta"]
