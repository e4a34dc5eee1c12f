"""Growth of gcd(p_n, q_n): shares of primes against exact gcds."""

from __future__ import annotations

import math
import random

import gmpy2
import pytest

from catalog.formulas.pcf import PCF, parse_formula
from indexer.mathematics.continued_fractions.asymptotics import classify, exponents
from indexer.mathematics.continued_fractions.convergents import convergents, log_abs
from indexer.mathematics.continued_fractions.gcd_growth import gcd_growth

DEPTHS = (60, 125, 250, 500, 1000)


def measured_slope(formula: PCF, first: int, last: int) -> float | None:
    """The coefficient of n log n in log g_n between two depths; a term in n does not enter."""
    logs = []
    for c in convergents(formula, (first, last)):
        if c.p == 0 or c.q == 0:
            return None
        logs.append(float(gmpy2.log(c.gcd())) / c.n)
    return (logs[1] - logs[0]) / math.log(last / first)


def growth_of(formula: PCF):
    sampled = list(convergents(formula, DEPTHS))
    divisors = [c.gcd() for c in sampled]
    return gcd_growth(formula, DEPTHS, [log_abs(g) for g in divisors], exponents(formula).q_eta, divisors)


@pytest.mark.parametrize(
    ("text", "eta", "reduction"),
    [
        ("PCF(2n + 1, n^2)", 1, "yes"),
        ("PCF(-4n - 1, 3n^2 + 7n - 2)", 1 / 4, "no"),  # discriminants 73 and 28
        ("PCF(n + 3, 4n^2 - n)", 1 / 2, "no"),  # eigenvalues in Q(sqrt 17)
        ("PCF(-4n - 4, -4n^2 - 2n - 4)", 0, "no"),  # double root, kappa > 0
        ("PCF(4n - 1, -4n^2 + 6n - 1)", 1 / 2, "no"),  # double root, kappa = 0, roots of b in Q(sqrt 5)
        ("PCF(2n + 3, n^2 + 1)", 1 / 4, "no"),
        ("PCF(2n + 1, 3n^2 + 3)", 1 / 2, "no"),  # equal exponents: b counts alone
        ("PCF(1, n^2 + 1)", 1 / 2, "no"),
        ("PCF(1, n)", 0, "no"),
        ("PCF(n + 1, n)", 0, "no"),
        ("PCF(n^2 + n - 3, n + 2)", 0, "no"),
        ("PCF((n + 1)(2n + 3), n(n + 1))", 1, "no"),  # deflates to degrees (1, 0)
        ("PCF(2(n^2 + 1)(3n + 1), (n^2 + 1)((n - 1)^2 + 1)(n^2 + 3))", 9 / 4, "no"),
        ("PCF(11n^2 + 11n + 3, n^4)", 2, "yes"),
        ("PCF(34n^3 + 51n^2 + 27n + 5, -n^6)", 3, "yes"),
        ("PCF(2n + 1, n^4)", 2, "yes"),
        ("PCF(2n^3 + 3n^2 + 15n + 7, -n^6)", 2, "no"),  # double root: 3 where 1 + 4 e_2 is a square modulo p, else 1
        ("PCF(15n^2 + 15n + 3, 7n^4)", 0, "no"),
        ("PCF(5n^2 + 3n + 1, 2n^3 + n)", 0, "no"),
        ("PCF(16n^3 + 72n^2 + 112n + 60, (2n - 1)(2n + 7)(2n + 3)^2(4n^2 + 12n + 1))", None, "no"),
    ],
)
def test_growth_is_a_share_of_primes(text, eta, reduction):
    found = growth_of(parse_formula(text))
    assert found.factorial_reduction == reduction
    if eta is not None:
        assert found.gcd_eta == eta


@pytest.mark.parametrize(
    "text", ["PCF(-4n - 1, 3n^2 + 7n - 2)", "PCF(3n - 1, 4n^2 + 5n + 3)", "PCF(-4n - 5, -4n^2 - 3n)"]
)
def test_growth_is_that_of_exact_gcds(text):
    formula = parse_formula(text)
    assert growth_of(formula).gcd_eta == pytest.approx(measured_slope(formula, 1000, 8000), abs=0.05)


@pytest.mark.slow
@pytest.mark.parametrize("degrees", [(0, 2), (1, 2), (1, 1), (2, 1), (2, 2)])
def test_growth_in_the_box_is_that_of_exact_gcds(degrees):
    chosen, seen = random.Random(7), 0
    while seen < 25:
        a, b = ((*chosen.choices(range(-5, 6), k=d), chosen.choice((-4, -3, -1, 1, 2, 5))) for d in degrees)
        formula = PCF(a, b)
        if classify(formula).status != "converges":
            continue
        slope = measured_slope(formula, 2000, 12_000)
        if slope is not None:
            assert growth_of(formula).gcd_eta == pytest.approx(slope, abs=0.06), formula
            seen += 1


@pytest.mark.slow
@pytest.mark.parametrize("degrees", [(2, 3), (2, 4), (3, 4), (3, 6)])
def test_growth_beyond_the_box_is_that_of_exact_gcds(degrees):
    chosen, seen = random.Random(8), 0
    while seen < 8:
        a, b = ((*chosen.choices(range(-5, 6), k=d), chosen.choice((1, 2))) for d in degrees)
        formula = PCF(a, b)
        if classify(formula).status != "converges":
            continue
        slope = measured_slope(formula, 1000, 6000)
        if slope is not None:
            assert growth_of(formula).gcd_eta == pytest.approx(slope, abs=0.1), formula
            seen += 1
