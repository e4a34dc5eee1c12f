"""Square parts and exact roots, against their definitions."""

from __future__ import annotations

import doctest
from fractions import Fraction
from math import prod

import pytest
from flint import fmpz
from gmpy2 import mpq
from hypothesis import given
from hypothesis import strategies as st

from indexer.mathematics.numbers import squares
from indexer.mathematics.numbers.squares import FACTORED_BITS, integer_root, rational_root, square_part

LARGE_PRIMES = (10_007, 1_000_003, 2**31 - 1, 2**61 - 1, 2**89 - 1)

squarefree = st.integers(1, 10**6).map(lambda n: prod(int(p) for p, _ in fmpz(n).factor()))


def test_examples_in_docstrings():
    assert doctest.testmod(squares).failed == 0


@given(st.integers(1, 10**9), squarefree, st.sampled_from((1, -1)))
def test_the_square_part_is_split_off_whole(s, d, sign):
    assert square_part(sign * s * s * d) == (s, sign * d)


@pytest.mark.parametrize("n", [3 * 10_007**2, -3 * 10_007**2, 10_007**2, 12 * 10_007**2, 1_000_003**2 * 1_000_033])
def test_the_square_of_a_prime_beyond_trial_division_is_split_off(n):
    s, d = square_part(n)
    assert s * s * d == n
    assert all(exponent == 1 for _, exponent in fmpz(abs(d)).factor())


@given(st.lists(st.sampled_from((2, 3, 5, 7, 1999, *LARGE_PRIMES)), min_size=1, max_size=12))
def test_of_a_long_integer_small_squares_and_whole_squares_are_split_off(primes):
    n = prod(primes)
    s, d = square_part(n)
    assert s * s * d == n
    assert all(d % (p * p) for p in primes if p < squares.SMALL_PRIMES)
    assert square_part(n * n) == (n, 1)
    if n.bit_length() <= FACTORED_BITS:
        assert all(d % (p * p) for p in primes)


def test_zero_and_one_have_themselves_as_roots():
    assert square_part(0) == (0, 1) and square_part(1) == (1, 1) and square_part(-1) == (1, -1)
    assert integer_root(0) == 0 and integer_root(-4) is None


@given(st.integers(0, 10**40))
def test_only_squares_have_an_integer_root(r):
    assert integer_root(r * r) == r
    assert integer_root(r * r + 1) == (1 if r == 0 else None)


@given(st.fractions(max_denominator=10**20))
def test_a_rational_square_has_its_rational_root(value):
    assert rational_root(value * value) == abs(value)
    assert rational_root(-value * value) == (0 if value == 0 else None)
    assert rational_root(mpq(2 * value * value)) == (0 if value == 0 else None)
    assert rational_root(Fraction(3) * value * value + 0) == (0 if value == 0 else None)
