"""Decimal digits of balls: correctly rounded, none beyond what the ball settles."""

from __future__ import annotations

import decimal
from fractions import Fraction

from flint import arb, ctx
from hypothesis import assume, given
from hypothesis import strategies as st

from indexer.mathematics.numbers.decimals import decimal_ball, round_ball


@given(st.integers(-(10**20), 10**20).filter(bool), st.integers(1, 10**20), st.integers(1, 40))
def test_a_ball_rounds_as_its_fraction_does(numerator, denominator, digits):
    with decimal.localcontext(prec=digits, rounding=decimal.ROUND_HALF_EVEN):
        expected = decimal.Decimal(numerator) / decimal.Decimal(denominator)
    last_place = Fraction(10) ** (expected.adjusted() - digits + 1)
    half_units = 2 * Fraction(numerator, denominator) / last_place
    assume(half_units.denominator != 1 or half_units % 2 == 0)  # a ball around a tie settles a digit less
    with ctx.workprec(400):
        text, count = round_ball(arb(numerator) / denominator, digits)
    assert count == digits and decimal.Decimal(text) == expected


def test_no_digit_is_shown_outside_the_ball():
    with ctx.workprec(100):
        assert round_ball(arb("1.2345", "0.0001"), 20) == ("1.23", 3)
        assert round_ball(arb("0.001", "1"), 20) == (None, 0)


@given(st.fractions(max_denominator=10**9).filter(bool), st.integers(-300, 300), st.integers(1, 60))
def test_a_decimal_number_is_read_as_a_ball_around_what_it_was_rounded_from(value, exponent, digits):
    exact = value * Fraction(10) ** exponent
    with ctx.workprec(2_000):
        precise = arb(exact.numerator) / exact.denominator
        text, _ = round_ball(precise, digits)
        ball = decimal_ball(text)
        assert ball.contains(precise)
        assert ball.rad() < abs(precise) * arb("1.1") * arb(10) ** (1 - digits)
