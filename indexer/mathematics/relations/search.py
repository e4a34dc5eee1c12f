"""Integer relations of real numbers: found by LLL, excluded by the reduced basis, accepted only beyond chance.

Balls and integers in, attempts out; nothing here knows a database or a library. What a found relation is called, how
it is written and verified stands in `relation` and `text`.

The lattice for numbers v_0, ..., v_n is spanned by (V_0, 0, ..., 0) and (V_i, e_i), V_i = round(2^bits v_i): a relation
x_0 v_0 + ... + x_n v_n = 0 is the short vector (remainder, x_1, ..., x_n). Leaving out the coordinate x_0 makes the
reduction a third faster; x_0 follows from the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache, partial
from math import ceil, gcd, log10
from operator import mul
from typing import Literal

from flint import arb, ctx, fmpz, fmpz_mat, fmpz_poly

from indexer.mathematics.numbers.decimals import LOG2_10, bits_for
from indexer.mathematics.numbers.fractions import simplest_fraction
from indexer.mathematics.relations.lattices import MOST_BITS, bound, exact_bound, reduced, short_rows

VERSION = "1"
"""Version of the search that is stored with every relation."""

DIGITS = 60
"""Decimal digits that a search among 1, L, c, cL uses unless told otherwise."""

CHANCE_MARGIN = 12
"""Decimal digits by which a relation must beat a chance one to be worth more digits instead of being excluded.

Of the 4-tuples of coefficients with s digits in all there are about 10^s s^3/6, so that at 60 digits one
with s <= 48 comes about by chance once in 10^7 attempts.
"""

GUARD_BITS = 8
"""Error of the scaled integers, in bits, beyond which the numbers have fewer digits than the search wants."""

SearchOutcome = Literal["found", "excluded", "too_few_digits", "degenerate"]


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of one search.

    `found` has the coefficients; `excluded` says that no relation has all coefficients up to `bound` in size (exact,
    from the Gram-Schmidt lengths of the reduced basis); `too_few_digits` says how many digits would decide, and its
    `bound` the same, 0 where nothing is excluded; `degenerate` says that the relation binds only one of the two numbers
    (a rational L or c).
    """

    outcome: SearchOutcome
    digits: int
    coefficients: tuple[int, ...] | None = None
    bound: int = 0
    digits_needed: int | None = None


@dataclass(frozen=True, slots=True)
class Scaled:
    """A real number as an integer: 2^(bits - shift) x = value within +-error, and |value| <= 2^bits."""

    value: int
    shift: int
    error: int
    bits: int


def _mantissa(x: arb) -> tuple[int, int]:
    """Return an exact ball as (man, exp) with x = man 2^exp."""
    man, exp = x.man_exp()
    return int(man), int(exp)


def _shifted(man: int, exp: int) -> int:
    return man << exp if exp >= 0 else man >> -exp


def scale(ball: arb, digits: int) -> Scaled:
    """Return a ball as an integer of about `digits` decimal digits with its error.

    Numbers below one keep absolute digits.

    >>> scale(arb(3), 2)
    Scaled(value=96, shift=2, error=1, bits=7)
    """
    bits = bits_for(digits)
    man, exp = _mantissa(ball.mid())
    shift = max(0, man.bit_length() + exp)
    rad_man, rad_exp = _mantissa(ball.rad())
    move = bits - shift
    error = 0 if rad_man == 0 else _shifted(rad_man, rad_exp + move) + 1
    exact = exp + move >= 0 or man == 0
    return Scaled(_shifted(man, exp + move), shift, max(1, error + (not exact)), bits)


def digit_sum(coefficients: Iterable[int]) -> int:
    """Return the number of decimal digits of all nonzero coefficients together, the size that chance is measured by.

    >>> digit_sum((4, 0, 0, -10))
    3
    """
    return sum(len(str(abs(x))) for x in coefficients if x)


def beyond_chance(coefficients: Iterable[int], digits: int) -> bool:
    """Return whether the coefficients are far smaller than chance allows: fewer digits than half of those used."""
    return 2 * digit_sum(coefficients) < digits


# ------------------------------------------------------------------ one ball


def accurate_digits(ball: arb) -> int:
    """Return the digits of a ball that stand, absolute below one and relative above."""
    if not ball.is_finite():
        return 0
    man, exp = _mantissa(ball.mid())
    rad_man, rad_exp = _mantissa(ball.rad())
    if rad_man == 0:
        return 10**6
    magnitude = max(0, man.bit_length() + exp)
    return max(0, int((magnitude - rad_man.bit_length() - rad_exp) / LOG2_10))


def rational(ball: arb, digits: int | None = None) -> Fraction | None:
    """Return the rational number that a ball shows, or None.

    It is the simplest fraction in the ball, accepted when numerator and denominator together have fewer digits than
    half of the `digits` of the ball (all, by default).

    >>> with_error = arb("0.75") + arb(0, 1e-60)
    >>> rational(with_error)
    Fraction(3, 4)
    """
    digits = accurate_digits(ball) if digits is None else digits
    if not ball.is_finite() or digits < 2:
        return None
    found = simplest_fraction(ball, bits_for(digits // 2) + 2)  # two numbers, each rounded up to whole bits
    if found is None or not beyond_chance((found.numerator, found.denominator), digits):
        return None
    return found


def algebraic(ball: arb, degree: int = 2, digits: int | None = None) -> Attempt:
    """Seek a polynomial x_0 + x_1 L + ... + x_degree L^degree = 0 of a ball.

    What is found is irreducible, with a positive leading coefficient. A polynomial of lower degree that holds is found
    too, with its own length; a rational L is a root of one of degree 1.
    """
    digits = accurate_digits(ball) if digits is None else digits
    powers = [arb(1)]
    with ctx.workprec(bits_for(digits) + 32):
        for _ in range(degree):
            powers.append(powers[-1] * ball)
        attempt = linear(powers, digits)
    if attempt.coefficients is None:
        return attempt
    if not any(attempt.coefficients[1:]):  # beside the powers of a large number 1 is nothing
        return Attempt("too_few_digits", attempt.digits, digits_needed=2 * attempt.digits)
    factor = _factor_at(attempt.coefficients, ball)
    return Attempt("found", attempt.digits, factor)


def _factor_at(coefficients: tuple[int, ...], ball: arb) -> tuple[int, ...]:
    """Return the irreducible factor of a polynomial that vanishes at a ball, normalised."""
    _, factors = fmpz_poly(list(coefficients)).factor()
    value = min((f for f, _ in factors), key=lambda f: float(abs(f(ball.mid())).mid()))
    result = tuple(int(x) for x in value.coeffs())
    return result if result[-1] > 0 else tuple(-x for x in result)


# ------------------------------------------------------------------ lattices


def _search(values: Sequence[int], error: int, digits: int) -> Attempt:
    """Look for a relation of scaled integers, the first the largest, each within +-error of its number."""
    if lacking := _lacking(values[0], error, digits):
        return lacking
    basis = reduced(values)
    found = _judged(basis.tolist(), [fmpz(v) for v in values], error, digits)
    return found or Attempt("excluded", digits, bound=exact_bound(basis, error))


def _lacking(least: int | fmpz, error: int, digits: int) -> Attempt | None:
    """Return why nothing is sought: a number is too small for its digits, or known to fewer than are used."""
    if least != 0 and not error >> GUARD_BITS:
        return None
    lacking = max(0, error.bit_length() - GUARD_BITS)
    return Attempt("too_few_digits", digits, digits_needed=digits + ceil(lacking / LOG2_10) + 1)


def _most_bits(digits: int) -> int:
    """Return the bits of all coefficients together from which a relation is taken for chance."""
    return int((digits - CHANCE_MARGIN) * LOG2_10)


def _judged(
    rows: Iterable[Sequence[fmpz]], values: Sequence[fmpz], error: int, digits: int, order: Sequence[int] | None = None
) -> Attempt | None:
    """Return what rows (remainder, x_1, ..., x_n) of a reduced basis show; None where no relation is short enough.

    A relation of numbers far below the largest has so many digits less behind it. With `order`, the indices of
    x, y, z, w in a row of a Moebius relation, degenerate ones are told.
    """
    most = _most_bits(digits)
    degenerate = False
    suspicious: int | None = None
    for remainder, *tail in rows:
        row = [(remainder - sum(map(mul, tail, values[1:]))) // values[0], *tail]
        if sum(x.bit_length() for x in row) > most + len(row) or abs(remainder) > error * sum(map(abs, row)):
            continue
        largest = max((x * v).bit_length() for x, v in zip(row, values, strict=True)) or values[0].bit_length()
        digits_left = digits - max(0, values[0].bit_length() - largest) / LOG2_10
        if order is not None:
            row = [row[index] for index in order]
        count = digit_sum(row)
        if 2 * count < digits_left:
            if order is not None and row[0] * row[3] == row[1] * row[2]:
                degenerate = True
                continue
            return Attempt("found", digits, _normal(row))
        if count <= digits_left - CHANCE_MARGIN:
            suspicious = count if suspicious is None else min(suspicious, count)
    if degenerate:
        return Attempt("degenerate", digits)
    if suspicious is not None:
        return Attempt("too_few_digits", digits, digits_needed=2 * suspicious + 1)
    return None


def _normal(row: Sequence[int]) -> tuple[int, ...]:
    """Return the coefficients without their common divisor."""
    integers = [int(x) for x in row]
    common = gcd(*integers)
    return tuple(x // common for x in integers)


def linear(values: Sequence[arb], digits: int = DIGITS) -> Attempt:
    """Seek a relation x_0 v_0 + ... + x_n v_n = 0 of several numbers, its last nonzero coefficient positive."""
    bits = bits_for(digits)
    scaled = [scale(value, digits) for value in values]
    shift = max(s.shift for s in scaled)
    integers = [s.value >> (shift - s.shift) for s in scaled]
    error = max((s.error >> (shift - s.shift)) + 1 for s in scaled)
    lead = max(range(len(integers)), key=lambda i: abs(integers[i]))
    if integers[lead].bit_length() < bits // 2:
        return Attempt("too_few_digits", digits, digits_needed=2 * digits)
    order = [lead, *(i for i in range(len(integers)) if i != lead)]
    attempt = _search([integers[i] for i in order], error, digits)
    if attempt.coefficients is None:
        return attempt
    restored = [0] * len(order)
    for index, x in zip(order, attempt.coefficients, strict=True):
        restored[index] = x
    last = next(x for x in reversed(restored) if x)
    return Attempt("found", attempt.digits, tuple(x if last > 0 else -x for x in restored))


_ORDERS = {
    (True, False): (0, 1, 2, 3),
    (True, True): (1, 0, 2, 3),
    (False, False): (2, 3, 0, 1),
    (False, True): (2, 3, 1, 0),
}
"""Where x, y, z, w of x + y c - z L - w c L = 0 stand in a row, by |L| < 1 and |c| > 1: the largest is first."""


@lru_cache(maxsize=8192)
def _halves(constant: Scaled) -> tuple[fmpz, fmpz, fmpz, fmpz]:
    """Return two short combinations p + q c of 1 and a constant, (p, q, p', q'), by Euclid's algorithm half way."""
    above, below = 1 << (constant.bits - min(constant.shift, constant.bits)), constant.value
    p, q, p_next, q_next = 1, 0, 0, 1
    middle = 1 << constant.bits // 2
    while abs(below) > middle:
        steps = above // below
        above, below = below, above - steps * below
        p, q, p_next, q_next = p_next, q_next, p - steps * p_next, q - steps * q_next
    return fmpz(p), fmpz(q), fmpz(p_next), fmpz(q_next)


def moebius_scaled(limit: Scaled, constant: Scaled, digits: int) -> Attempt:
    """Do what `moebius` does with numbers that are scaled already, as a sweep over a library wants it.

    Half of the reduction is that of 1 and c, kept for the next limit. The largest number's coefficient is left out.
    """
    x, c, bits = fmpz(limit.value), fmpz(constant.value), limit.bits
    one = fmpz(1) << max(0, bits - limit.shift - constant.shift)
    if limit.shift + constant.shift > bits:
        one = fmpz(0)
    plain, times = (one, c >> limit.shift), (-(x >> constant.shift), -((x * c) >> bits))
    error = limit.error + constant.error + 2
    if lacking := _lacking(one, error, digits):
        return lacking
    small, large = limit.shift == 0, constant.shift > 0
    first, (third, fourth) = (plain, times) if small else (times, plain)
    p, q, p_next, q_next = _halves(constant)
    upper, lower = p * first[0] + q * first[1], p_next * first[0] + q_next * first[1]
    k, k_next, lead, second = (p, p_next, first[1], first[0]) if large else (q, q_next, *first)
    entries: list[int | fmpz] = [upper, k, 0, 0, lower, k_next, 0, 0]
    determinant = upper * k_next - lower * k
    for value, unit in ((third, (1, 0)), (fourth, (0, 1))):
        steps, steps_next = value * k_next // determinant, -value * k // determinant
        entries += [value - steps * upper - steps_next * lower, -steps * k - steps_next * k_next, *unit]
    basis = fmpz_mat(4, 4, entries).lll()
    values, order = (lead, second, third, fourth), _ORDERS[small, large]
    if bits > MOST_BITS:
        found = _judged(basis.tolist(), values, error, digits, order)
        excluded = partial(exact_bound, basis, error)
    else:
        reals, size = [float(entry) for entry in basis.entries()], float(lead)
        ratios = (float(second) / size, float(third) / size, float(fourth) / size)
        short = short_rows(reals, ratios, 2.0 ** (_most_bits(digits) + 4))
        found = _judged(([basis[i, j] for j in range(4)] for i in short), values, error, digits, order)
        excluded = partial(bound, basis, reals, lead, error)
    if found is None:
        return Attempt("excluded", digits, bound=excluded())
    if found.coefficients is None:
        return replace(found, bound=excluded()) if found.outcome == "too_few_digits" else found
    return Attempt("found", digits, normal_moebius(found.coefficients))


def moebius(limit: arb, constant: arb, digits: int = DIGITS) -> Attempt:
    """Seek a relation L = (x + y c)/(z + w c), from the integers in x + y c - z L - w c L = 0.

    >>> moebius(4 / arb.pi(), arb.pi(), 12).coefficients
    (4, 0, 0, 1)
    """
    return moebius_scaled(scale(limit, digits), scale(constant, digits), digits)


def normal_moebius(coefficients: Sequence[int]) -> tuple[int, ...]:
    """Return Moebius coefficients (x, y, z, w) without common divisor, the first nonzero one of z, w positive.

    >>> normal_moebius((-4, 0, 0, -2))
    (2, 0, 0, 1)
    """
    x, y, z, w = _normal(coefficients)
    return (x, y, z, w) if (z or w) > 0 else (-x, -y, -z, -w)


def residual_digits(left: arb, right: arb) -> int | None:
    """Return the digits to which two enclosures agree, relative to max(1, |left|), None where they are disjoint.

    The absolute difference is bounded by its ball, so that neither a sign nor a wide ball makes a
    disagreement look small.
    """
    difference = left - right
    if not difference.is_finite() or not difference.contains(0):
        return None
    man, exp = _mantissa(difference.abs_upper())
    size = max(1.0, float(abs(left.mid())))
    if man == 0:
        return accurate_digits(left)
    return max(0, int(log10(size) - log10(2) * (man.bit_length() + exp)))
