"""Fractions in balls: found where they are short, and the one of least denominator."""

from __future__ import annotations

from fractions import Fraction

from flint import arb, ctx
from hypothesis import given
from hypothesis import strategies as st

from indexer.mathematics.numbers.fractions import short_fraction, simplest_fraction


@given(st.fractions(-(10**9), 10**9, max_denominator=10**15))
def test_a_fraction_is_recognised_and_its_neighbour_is_not(value):
    with ctx.workprec(400):
        ball = arb(value.numerator) / value.denominator
        assert short_fraction(ball, 400) == value
        assert short_fraction(ball + arb(2) ** -300 / 3, 400) is None


@given(st.integers(-(2**92), 2**92), st.integers(1, 2**92))
def test_long_fractions_are_recognised_too(numerator, denominator):
    with ctx.workprec(400):
        ball = arb(numerator) / denominator + arb(0, arb(2) ** -380) * abs(numerator) / denominator
        assert short_fraction(ball, 374) == Fraction(numerator, denominator)


@given(st.fractions(-50, 50, max_denominator=50), st.fractions(Fraction(1, 10**4), 3, max_denominator=10**4))
def test_no_fraction_of_smaller_denominator_lies_in_the_ball(middle, radius):
    with ctx.workprec(64):
        ball = arb(arb(middle.numerator) / middle.denominator, arb(radius.numerator) / radius.denominator)
    found = simplest_fraction(ball, 200)
    low, high = (Fraction(float(end)) for end in (ball.lower(), ball.upper()))
    assert low - Fraction(1, 10**9) <= found <= high + Fraction(1, 10**9)
    for q in range(1, found.denominator):
        assert (low * q + Fraction(1, 10**9)).__ceil__() > (high * q - Fraction(1, 10**9)).__floor__()


@given(st.fractions(max_denominator=10**12), st.integers(1, 100))
def test_a_fraction_longer_than_asked_for_is_not_given(value, most_bits):
    exact = arb(value.numerator) / (1 << value.denominator.bit_length())
    found = simplest_fraction(exact, most_bits)
    assert found is None or found.numerator.bit_length() + found.denominator.bit_length() <= most_bits
