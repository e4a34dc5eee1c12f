"""Linear recurrences: what is planted is found at its least length, and what is not there is not found."""

from __future__ import annotations

import doctest
from fractions import Fraction
from math import factorial, isqrt

import pytest
from flint import nmod_poly
from hypothesis import given
from hypothesis import strategies as st

from indexer.mathematics.numbers import recurrences
from indexer.mathematics.numbers.recurrences import FIRST_PRIME, SPARE_VALUES, linear_recurrence, pade

coefficients = st.lists(st.fractions(-20, 20, max_denominator=9), min_size=1, max_size=6)


def continued(start: list[Fraction], c: list[Fraction], count: int) -> list[Fraction]:
    """The first `count` values of s_n = c_1 s_{n-1} + ... + c_L s_{n-L}, of which `start` are the first L."""
    values = list(start)
    while len(values) < count:
        values.append(sum((x * value for x, value in zip(c, reversed(values), strict=False)), Fraction(0)))
    return values[:count]


def test_examples_in_docstrings():
    assert doctest.testmod(recurrences).failed == 0


@given(coefficients, st.data())
def test_a_planted_recurrence_is_found_or_a_shorter_one_that_says_the_same(c, data):
    start = data.draw(st.lists(st.fractions(-9, 9, max_denominator=5), min_size=len(c), max_size=len(c)))
    values = continued(start, c, 2 * len(c) + SPARE_VALUES)
    found = linear_recurrence(values)
    assert found is not None and len(found) <= len(c)
    further = 3 * len(values)
    assert continued(values[: len(found)], list(found), further) == continued(start, c, further)


@given(st.integers(2, 8), st.integers(-9, 9).filter(bool))
def test_the_length_found_is_the_least(length, last):
    start = [0] * (length - 1) + [1]  # no shorter recurrence meets so many zeros before a 1
    c = [Fraction(0)] * (length - 1) + [Fraction(last)]
    assert linear_recurrence(continued(start, c, 2 * length + SPARE_VALUES)) == tuple(c)


def test_coefficients_far_longer_than_a_prime_are_put_together():
    c = [Fraction(10**200 + 1, 3**90), Fraction(-(7**150))]
    assert linear_recurrence(continued([Fraction(1), Fraction(1)], c, 12)) == tuple(c)


def test_values_before_a_recurrence_begins_make_it_longer():
    assert linear_recurrence([17, 1, 2, 4, 8, 16, 32, 64, 128]) == (2, 0)


@pytest.mark.parametrize(
    "values",
    [
        [factorial(n) for n in range(40)],
        [isqrt(2 * 10 ** (2 * n)) % 10 for n in range(60)],
        [1, 1, 2, 3, 5, 8, 13, 21, 35],
        [1, 2],
    ],
    ids=["factorials", "digits of sqrt(2)", "one value off", "too few"],
)
def test_no_recurrence_is_found_where_there_is_none(values):
    assert linear_recurrence(values) is None


def test_zeros_meet_the_empty_recurrence():
    assert linear_recurrence([0] * 6) == () and linear_recurrence([0] * SPARE_VALUES) == ()


@given(st.lists(st.integers(0, 50), min_size=1, max_size=5), st.lists(st.integers(0, 50), max_size=5))
def test_a_rational_series_has_its_pade_approximant(above, below):
    p, q = nmod_poly(above, FIRST_PRIME), nmod_poly([1, *below], FIRST_PRIME)
    terms = len(above) + len(below) + 1
    series = (p * q.inverse_series_trunc(terms)).truncate(terms)
    top, bottom = pade(series, terms, len(above))
    assert top * q == p * bottom
