"""Interlaced continued fractions: written and read again, and contracted to a formula with the same value."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import pytest
from flint import fmpq_poly
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.errors import FormulaError
from catalog.formulas.interlaced import FractionTerm, Interlaced
from catalog.formulas.notations import read_formula_text
from catalog.formulas.pcf import PCF
from catalog.formulas.term_functions import TermFunction, function_text, read_function

positive = st.lists(st.integers(0, 4), min_size=1, max_size=3).filter(any)


@st.composite
def functions(draw: st.DrawFn) -> TermFunction:
    """A polynomial with coefficients >= 0 over one that has no root k >= 0: positive at all k >= 1."""
    above, below = fmpq_poly(draw(positive)), fmpq_poly([draw(st.integers(1, 4)), draw(st.integers(0, 2))])
    common = above.gcd(below)
    return TermFunction(above / common, below / common)


terms = st.builds(FractionTerm, functions(), functions())
constant = st.builds(lambda a, b: FractionTerm(TermFunction.of(a), TermFunction.of(b)), *[st.integers(1, 5)] * 2)
fractions = st.builds(
    lambda first, period: Interlaced(tuple(first), tuple(FractionTerm(t.a.moved(1), t.b.moved(1)) for t in period)),
    st.lists(constant, max_size=2),
    st.lists(terms, min_size=1, max_size=3),
)


def values(fraction: Interlaced, periods: int) -> list[tuple[Fraction, Fraction]]:
    """The denominators with the numerators above them."""
    found = [(term.a.at(0), term.b.at(0)) for term in fraction.first]
    found += [(term.a.at(k), term.b.at(k)) for k in range(periods) for term in fraction.period]
    return [(a, b) for a, b in found if a is not None and b is not None]


def evaluated(pairs: list[tuple[Fraction, Fraction]]) -> mpmath.mpf:
    def real(x: Fraction) -> mpmath.mpf:
        return mpmath.mpf(x.numerator) / x.denominator

    value = real(pairs[-1][0])
    for (a, _), (_, b) in zip(pairs[-2::-1], pairs[:0:-1], strict=True):
        value = real(a) + real(b) / value
    return value


def bounds(fraction: Interlaced) -> tuple[mpmath.mpf, mpmath.mpf]:
    """Two convergents, between which the value is, since all terms are positive."""
    pairs = values(fraction, 40)
    one, two = evaluated(pairs), evaluated(pairs[:-1])
    return min(one, two), max(one, two)


def limit_bounds(formula: PCF, depth: int) -> mpmath.mpf:
    value = mpmath.mpf(formula.a_at(depth))
    for n in range(depth, 0, -1):
        value = formula.a_at(n - 1) + formula.b_at(n) / value
    return value


@settings(max_examples=60, deadline=None)
@given(fractions)
def test_the_formula_has_the_value_of_the_fraction(fraction: Interlaced) -> None:
    with mpmath.workdps(60):
        try:
            formula, (x, y, z, w) = fraction.contracted()
        except FormulaError:
            return  # the fraction ends, or does not depend on its infinite part
        low, high = bounds(fraction)
        limit = limit_bounds(formula, 400)
        value = (x + y * limit) / (z + w * limit)
        slack = (high - low) + abs(high) * mpmath.mpf(10) ** -20
        assert low - slack <= value <= high + slack


@settings(max_examples=100, deadline=None)
@given(fractions)
def test_what_is_written_is_read_again(fraction: Interlaced) -> None:
    try:
        formula, to_value = fraction.contracted()
    except FormulaError:
        return
    reading = read_formula_text(str(fraction))
    assert (reading.formula, reading.map) == (formula, to_value)


@settings(max_examples=100, deadline=None)
@given(functions())
def test_the_text_of_a_function_means_it(function: TermFunction) -> None:
    read, _ = read_function(function_text(function, "k"), "a term")
    assert read.numerator * function.denominator == function.numerator * read.denominator


@pytest.mark.parametrize(
    ("text", "formula", "to_value"),
    [
        ("CF[1; 1/2, 3, 1/4, 5, ...]", "PCF(6n + 3, -4n^2)", (0, 1, 1, 0)),
        ("CF(1; (1, k), (1, k) for k >= 1)", "PCF(2n + 2, -n^2)", (0, 1, 1, 0)),
        ("1 + 1/(1 + 1/(1 + 2/(1 + 2/(1 + 3/...))))", "PCF(2n + 2, -n^2)", (0, 1, 1, 0)),
    ],
)
def test_fractions_of_the_literature_are_contracted(text: str, formula: str, to_value: tuple[int, ...]) -> None:
    reading = read_formula_text(text)
    assert (str(reading.formula), reading.map) == (formula, to_value)
    assert reading.fraction is not None
    again = read_formula_text(str(reading.fraction))
    assert (again.formula, again.map) == (reading.formula, reading.map)


def test_a_rule_that_divides_by_zero_is_refused() -> None:
    with pytest.raises(FormulaError, match="divides by zero in period number 3"):
        read_formula_text("CF(1; (k, 1), (1/(k - 3), 1) for k >= 1)")


def test_signs_are_those_of_numerators_of_size_one() -> None:
    signed = read_formula_text("CF(2; (1, -1), (k, 1) for k >= 1)").fraction
    assert signed is not None and signed.signs == (-1, 1)
    other = read_formula_text("CF(1; (1, k), (1, k) for k >= 1)").fraction
    assert other is not None and other.signs is None
