"""Decimal digits of balls and fractions: correctly rounded, none shown that the ball does not settle."""

from __future__ import annotations

import math
from fractions import Fraction

from flint import arb
from gmpy2 import mpz

LOG2_10 = math.log2(10)
"""Bits in a decimal digit."""

PLAIN_EXPONENTS = range(-7, 40)
"""Decimal exponents of the leading digit that are written out; others are written as 1.23e+45."""


def bits_of_digits(digits: int) -> int:
    """Return the bits that hold `digits` decimal digits."""
    return math.ceil(digits * LOG2_10)


def round_ball(ball: arb, digits: int) -> tuple[str | None, int]:
    """Return at most `digits` significant digits of every number in `ball`, correctly rounded, and their count.

    Both ends of the ball must round to the same digits, else a digit less is tried; (None, 0) where not one is sure.
    """
    low, high = ball_ends(ball)
    if low <= 0 <= high:
        return (format_zero(digits), digits) if low == high else (None, 0)
    sure = min(digits, max(0, math.floor(float(ball.rel_accuracy_bits()) / LOG2_10) + 2))
    for count in range(sure, 0, -1):
        first = round_fraction(low, count)
        if first == round_fraction(high, count):
            return format_digits(*first), count
    return None, 0


def round_fraction(value: Fraction, digits: int) -> tuple[int, int]:
    """Return (m, e) with value ~ m 10^e, m of exactly `digits` digits, rounded half to even; value not zero."""
    numerator, denominator = mpz(abs(value.numerator)), mpz(value.denominator)
    size = len(str(numerator)) - len(str(denominator)) if numerator.bit_length() < 4000 else 0
    if not size:
        size = math.floor((numerator.bit_length() - denominator.bit_length()) / LOG2_10)
    exponent = size - digits
    while True:
        scaled = _divide_half_even(numerator, denominator, exponent)
        if scaled >= mpz(10) ** digits:
            exponent += 1
        elif scaled < mpz(10) ** (digits - 1):
            exponent -= 1
        else:
            return (-int(scaled) if value < 0 else int(scaled)), exponent


def format_digits(mantissa: int, exponent: int) -> str:
    """Return mantissa times 10^exponent as a decimal string with all digits of the mantissa."""
    sign = "-" if mantissa < 0 else ""
    digits = mpz(abs(mantissa)).digits()
    leading = exponent + len(digits) - 1
    if leading not in PLAIN_EXPONENTS or exponent > 0:
        tail = f".{digits[1:]}" if len(digits) > 1 else ""
        return f"{sign}{digits[0]}{tail}e{leading:+d}"
    if leading < 0:
        return f"{sign}0.{'0' * (-leading - 1)}{digits}"
    if exponent == 0:
        return f"{sign}{digits}"
    return f"{sign}{digits[: leading + 1]}.{digits[leading + 1 :]}"


def format_zero(digits: int) -> str:
    """Return zero to `digits` decimal places."""
    return "0." + "0" * digits


def ball_ends(ball: arb) -> tuple[Fraction, Fraction]:
    """Return both ends of a finite ball as exact fractions."""
    middle, radius = _dyadic(ball.mid()), _dyadic(ball.rad())
    return middle - radius, middle + radius


def log10_radius(ball: arb) -> float | None:
    """Return log10 of the radius of a ball, None where it is exact."""
    mantissa, exponent = ball.rad().man_exp()
    if not mantissa:
        return None
    return (math.log2(int(mantissa)) + int(exponent)) / LOG2_10


def _dyadic(ball: arb) -> Fraction:
    mantissa, exponent = (int(part) for part in ball.man_exp())
    return Fraction(mantissa << exponent) if exponent >= 0 else Fraction(mantissa, 1 << -exponent)


def _divide_half_even(numerator: mpz, denominator: mpz, exponent: int) -> mpz:
    """Return numerator/denominator/10^exponent rounded half to even."""
    if exponent >= 0:
        denominator = denominator * mpz(10) ** exponent
    else:
        numerator = numerator * mpz(10) ** -exponent
    quotient, rest = divmod(numerator, denominator)
    if 2 * rest > denominator or (2 * rest == denominator and quotient % 2):
        quotient += 1
    return quotient
