"""Decimal digits of balls and fractions: correctly rounded, none shown that the ball does not settle."""

from __future__ import annotations

import math
from fractions import Fraction
from functools import lru_cache

from flint import arb, ctx
from gmpy2 import mpz

LOG2_10 = math.log2(10)
"""Bits in a decimal digit."""

PLAIN_EXPONENTS = range(-7, 40)
"""Decimal exponents of the leading digit that are written out; others are written as 1.23e+45."""


def bits_for(digits: int) -> int:
    """Return the bits that hold `digits` decimal digits."""
    return math.ceil(digits * LOG2_10)


def digits_for(bits: int) -> int:
    """Return the decimal digits that hold `bits` bits."""
    return math.ceil(bits / LOG2_10)


def round_ball(ball: arb, digits: int) -> tuple[str | None, int]:
    """Return at most `digits` significant digits of every number in `ball`, correctly rounded, and their count.

    Both ends of the ball must round to the same digits, else a digit less is tried; (None, 0) where not one is sure.
    """
    low, high, exponent = scaled_ends(ball)
    if low <= 0 <= high:
        return (format_zero(digits), digits) if low == high else (None, 0)
    sure = min(digits, max(0, math.floor(float(ball.rel_accuracy_bits()) / LOG2_10) + 2))
    up, down = mpz(1) << max(exponent, 0), mpz(1) << max(-exponent, 0)
    for count in range(sure, 0, -1):
        first = round_quotient(low * up, down, count)
        if first == round_quotient(high * up, down, count):
            return format_digits(*first), count
    return None, 0


def round_fraction(value: Fraction, digits: int) -> tuple[int, int]:
    """Return (m, e) with value ~ m 10^e, m of exactly `digits` digits, rounded half to even; value not zero."""
    return round_quotient(mpz(value.numerator), mpz(value.denominator), digits)


def round_quotient(numerator: mpz, denominator: mpz, digits: int) -> tuple[int, int]:
    """Return the same for numerator/denominator; the denominator is positive."""
    size = abs(numerator)
    exponent = math.floor((size.bit_length() - denominator.bit_length()) / LOG2_10) - digits
    while True:
        scaled = _divide_half_even(size, denominator, exponent)
        if scaled >= _power_of_ten(digits):
            exponent += 1
        elif scaled < _power_of_ten(digits - 1):
            exponent -= 1
        else:
            return (-int(scaled) if numerator < 0 else int(scaled)), exponent


def format_digits(mantissa: int, exponent: int) -> str:
    """Return mantissa times 10^exponent as a decimal string with all digits of the mantissa."""
    return with_point(mpz(abs(mantissa)).digits(), exponent, negative=mantissa < 0)


def with_point(digits: str, exponent: int, *, negative: bool) -> str:
    """Return digits times 10^exponent as a decimal string with all of them."""
    sign = "-" if negative else ""
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


def decimal_ball(text: str) -> arb:
    """Return all numbers within a unit of the last digit of a decimal number."""
    mantissa, _, exponent = text.partition("e")
    places = len(mantissa) - mantissa.index(".") - 1 if "." in mantissa else 0
    with ctx.workprec(bits_for(len(mantissa)) + 8):
        return arb(f"{text} +/- 1e{int(exponent or 0) - places}")


def ball_ends(ball: arb) -> tuple[Fraction, Fraction]:
    """Return both ends of a finite ball as exact fractions."""
    low, high, exponent = scaled_ends(ball)
    unit = Fraction(1 << exponent) if exponent >= 0 else Fraction(1, 1 << -exponent)
    return int(low) * unit, int(high) * unit


def scaled_ends(ball: arb) -> tuple[mpz, mpz, int]:
    """Return integers l, h and e with the ends l 2^e and h 2^e of a finite ball."""
    (middle, at), (radius, radius_at) = ball.mid().man_exp(), ball.rad().man_exp()
    exponent = int(min(at, radius_at)) if radius else int(at)
    scaled = mpz(int(middle)) << (int(at) - exponent)
    width = mpz(int(radius)) << (int(radius_at) - exponent) if radius else mpz(0)
    return scaled - width, scaled + width, exponent


def log10_radius(ball: arb) -> float | None:
    """Return log10 of the radius of a ball, None where it is exact."""
    mantissa, exponent = ball.rad().man_exp()
    if not mantissa:
        return None
    return (math.log2(int(mantissa)) + int(exponent)) / LOG2_10


def _divide_half_even(numerator: mpz, denominator: mpz, exponent: int) -> mpz:
    """Return numerator/denominator/10^exponent rounded half to even."""
    if exponent >= 0:
        denominator = denominator * _power_of_ten(exponent)
    else:
        numerator = numerator * _power_of_ten(-exponent)
    quotient, rest = divmod(numerator, denominator)
    if 2 * rest > denominator or (2 * rest == denominator and quotient % 2):
        quotient += 1
    return quotient


@lru_cache(maxsize=256)
def _power_of_ten(exponent: int) -> mpz:
    return mpz(10) ** exponent
