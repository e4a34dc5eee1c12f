"""Integer relations of real numbers: found by LLL, excluded by the reduced basis, accepted only beyond chance.

Balls and integers in, attempts out; nothing here knows a database or a library. What a found relation is called, how
it is printed and verified stands in `findings.py`; which candidates are tried, and in which order, in `guess.py`.

The lattice for numbers v_0, ..., v_n is spanned by (V_0, 0, ..., 0) and (V_i, e_i), V_i = round(2^bits v_i): a relation
x_0 v_0 + ... + x_n v_n = 0 is the short vector (remainder, x_1, ..., x_n). Leaving out the coordinate x_0 makes the
reduction a third faster; x_0 follows from the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, gcd, isqrt, log2, log10
from operator import mul
from typing import Literal

from flint import arb, ctx, fmpz, fmpz_mat, fmpz_poly

VERSION = "1"
"""Version of the search that is stored with every relation."""

DIGITS = 60
"""Decimal digits that a search among 1, L, c, cL uses unless told otherwise."""

CHANCE_MARGIN = 12
"""Decimal digits by which a relation must beat a chance one to be worth more digits instead of being
excluded.

Of the 4-tuples of coefficients with s digits in all there are about 10^s s^3/6, so that at 60 digits one
with s <= 48 comes about by chance once in 10^7 attempts.
"""

GUARD_BITS = 8
"""Error of the scaled integers, in bits, beyond which the numbers have fewer digits than the search wants."""

SearchOutcome = Literal["found", "excluded", "too_few_digits", "degenerate"]


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of one search.

    `found` has the coefficients; `excluded` says that no relation has all coefficients up to `bound` in size
    (exact, from the Gram-Schmidt lengths of the reduced basis); `too_few_digits` says how many digits would
    decide;
    `degenerate` says that the relation binds only one of the two numbers (a rational L or c).
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


def bits_for(digits: int) -> int:
    """Binary digits that hold `digits` decimal ones."""
    return ceil(digits * log2(10))


def _mantissa(x: arb) -> tuple[int, int]:
    """An exact ball as (man, exp) with x = man 2^exp."""
    man, exp = x.man_exp()
    return int(man), int(exp)


def _shifted(man: int, exp: int) -> int:
    return man << exp if exp >= 0 else man >> -exp


def scale(ball: arb, digits: int) -> Scaled:
    """`ball` as an integer of about `digits` decimal digits with its error; numbers below one keep absolute
    digits.

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
    """Number of decimal digits of all nonzero coefficients together, the size that chance is measured by.

    >>> digit_sum((4, 0, 0, -10))
    3
    """
    return sum(len(str(abs(x))) for x in coefficients if x)


def beyond_chance(coefficients: Iterable[int], digits: int) -> bool:
    """Whether the coefficients are far smaller than chance allows: fewer digits than half of the digits
    used."""
    return 2 * digit_sum(coefficients) < digits


# ------------------------------------------------------------------ one ball


def accurate_digits(ball: arb) -> int:
    """Digits of a ball that stand, absolute below one and relative above."""
    if not ball.is_finite():
        return 0
    man, exp = _mantissa(ball.mid())
    rad_man, rad_exp = _mantissa(ball.rad())
    if rad_man == 0:
        return 10**6
    magnitude = max(0, man.bit_length() + exp)
    return max(0, int((magnitude - rad_man.bit_length() - rad_exp) / log2(10)))


def rational(ball: arb, digits: int | None = None) -> Fraction | None:
    """The rational number that a ball shows, or None.

    The simplest fraction in the ball is where the continued fractions of its two ends part; it is accepted
    when numerator and denominator together have fewer digits than half of the `digits` of the ball (all, by
    default).

    >>> with_error = arb("0.75") + arb(0, 1e-60)
    >>> rational(with_error)
    Fraction(3, 4)
    """
    digits = accurate_digits(ball) if digits is None else digits
    if not ball.is_finite() or digits < 2:
        return None
    man, exp = _mantissa(ball.mid())
    rad_man, rad_exp = _mantissa(ball.rad())
    low_exp = min(exp, rad_exp, 0)
    centre, radius = man << (exp - low_exp), rad_man << (rad_exp - low_exp) if rad_man else 0
    found = _simplest_between(centre - radius, centre + radius, 1 << -low_exp, 10 ** (digits // 2 + 1))
    if found is None or not beyond_chance((found.numerator, found.denominator), digits):
        return None
    return found


def _simplest_between(low: int, high: int, denominator: int, limit: int) -> Fraction | None:
    """The fraction of least denominator in [low/denominator, high/denominator], None once it exceeds
    `limit`."""
    if high < 0:
        mirrored = _simplest_between(-high, -low, denominator, limit)
        return None if mirrored is None else -mirrored
    if low <= 0:
        return Fraction(0)
    p0, q0, p1, q1 = 0, 1, 1, 0
    low_den = high_den = denominator
    while max(p1, q1) <= limit:
        whole, rest = divmod(low, low_den)
        if rest == 0:
            return Fraction(whole * p1 + p0, whole * q1 + q0)
        if (whole + 1) * high_den <= high:
            return Fraction((whole + 1) * p1 + p0, (whole + 1) * q1 + q0)
        p0, q0, p1, q1 = p1, q1, whole * p1 + p0, whole * q1 + q0
        low, low_den, high, high_den = high_den, high - whole * high_den, low_den, rest
    return None


def algebraic(ball: arb, degree: int = 2, digits: int | None = None) -> Attempt:
    """A polynomial x_0 + x_1 L + ... + x_degree L^degree = 0 of a ball, irreducible, leading coefficient
    positive.

    A polynomial of lower degree that holds is found too, with its own length; a rational L is one of degree
    1.
    """
    digits = accurate_digits(ball) if digits is None else digits
    powers = [arb(1)]
    with ctx.workprec(bits_for(digits) + 32):
        for _ in range(degree):
            powers.append(powers[-1] * ball)
        attempt = linear(powers, digits)
    if attempt.coefficients is None:
        return attempt
    factor = _factor_at(attempt.coefficients, ball)
    return Attempt("found", attempt.digits, factor)


def _factor_at(coefficients: tuple[int, ...], ball: arb) -> tuple[int, ...]:
    """The irreducible factor of a polynomial that vanishes at a ball, normalised."""
    _, factors = fmpz_poly(list(coefficients)).factor()
    value = min((f for f, _ in factors), key=lambda f: float(abs(f(ball.mid())).mid()))
    result = tuple(int(x) for x in value.coeffs())
    return result if result[-1] > 0 else tuple(-x for x in result)


# ------------------------------------------------------------------ lattices


def _reduced(values: Sequence[int]) -> fmpz_mat:
    """The reduced basis of the lattice of `values`, rows (remainder, x_1, ..., x_n)."""
    size = len(values)
    entries = [0] * (size * size)
    for i, value in enumerate(values):
        entries[i * size] = value
        entries[i * size + i] = 1
    entries[0] = values[0]
    return fmpz_mat(size, size, entries).lll()


def _bound(basis: fmpz_mat, error: int) -> int:
    """The M up to which the basis of a lattice excludes coefficients of a relation of numbers known to
    +-error.

    A vector of the lattice is at least as long as the shortest Gram-Schmidt vector, here exact from the
    leading minors of the Gram matrix, so that the bound holds however well the basis is reduced; a relation
    with n coefficients up to M is a vector of square <= n M^2 + (n M error)^2.
    """
    size = basis.nrows()
    lower = (basis * basis.transpose()).fflu()[1]
    minors = [fmpz(1), *(lower[i, i] for i in range(size))]
    shortest = min(minors[i + 1] // minors[i] for i in range(size))
    return isqrt(max(0, int(shortest) - 1) // (size + (size * error) ** 2))


def _search(values: Sequence[int], error: int, digits: int, moebius_form: bool) -> Attempt:
    """Look for a relation of scaled integers, each within +-error of the number it stands for."""
    if values[0] == 0 or error >> GUARD_BITS:
        lacking = max(0, error.bit_length() - GUARD_BITS)
        return Attempt("too_few_digits", digits, digits_needed=digits + ceil(lacking / log2(10)) + 1)
    basis = _reduced(values)
    most = int((digits - CHANCE_MARGIN) * log2(10))
    degenerate = False
    suspicious: int | None = None
    for remainder, *tail in basis.tolist():
        row = [(remainder - sum(map(mul, tail, values[1:]))) // values[0], *tail]
        if sum(x.bit_length() for x in row) > most + len(row) or abs(remainder) > error * sum(map(abs, row)):
            continue
        count = digit_sum(row)
        if 2 * count < digits:
            if moebius_form and row[0] * row[3] == row[1] * row[2]:
                degenerate = True
                continue
            return Attempt("found", digits, _normal(row))
        if count <= digits - CHANCE_MARGIN:
            suspicious = count if suspicious is None else min(suspicious, count)
    if degenerate:
        return Attempt("degenerate", digits)
    if suspicious is not None:
        return Attempt("too_few_digits", digits, digits_needed=2 * suspicious + 1)
    return Attempt("excluded", digits, bound=_bound(basis, error))


def _normal(row: Sequence[int]) -> tuple[int, ...]:
    """Coefficients without common divisor."""
    integers = [int(x) for x in row]
    common = gcd(*integers)
    return tuple(x // common for x in integers)


def linear(values: Sequence[arb], digits: int = DIGITS) -> Attempt:
    """A relation x_0 v_0 + ... + x_n v_n = 0 of several numbers, its last nonzero coefficient positive."""
    bits = bits_for(digits)
    scaled = [scale(value, digits) for value in values]
    shift = max(s.shift for s in scaled)
    integers = [s.value >> (shift - s.shift) for s in scaled]
    error = max((s.error >> (shift - s.shift)) + 1 for s in scaled)
    lead = max(range(len(integers)), key=lambda i: abs(integers[i]))
    if integers[lead].bit_length() < bits // 2:
        return Attempt("too_few_digits", digits, digits_needed=2 * digits)
    order = [lead, *(i for i in range(len(integers)) if i != lead)]
    attempt = _search([integers[i] for i in order], error, digits, moebius_form=False)
    if attempt.coefficients is None:
        return attempt
    restored = [0] * len(order)
    for place, x in zip(order, attempt.coefficients, strict=True):
        restored[place] = x
    last = next(x for x in reversed(restored) if x)
    return Attempt("found", attempt.digits, tuple(x if last > 0 else -x for x in restored))


def moebius_scaled(limit: Scaled, constant: Scaled, digits: int) -> Attempt:
    """`moebius` on numbers that are scaled already, as a sweep over a library wants it."""
    x, c = limit.value, constant.value
    one = 1 << limit.bits
    values = (
        one >> min(limit.bits, limit.shift + constant.shift),
        c >> limit.shift,
        -(x >> constant.shift),
        -((x * c) >> limit.bits),
    )
    attempt = _search(values, limit.error + constant.error + 2, digits, moebius_form=True)
    if attempt.coefficients is None:
        return attempt
    return Attempt("found", attempt.digits, normal_moebius(attempt.coefficients))


def moebius(limit: arb, constant: arb, digits: int = DIGITS) -> Attempt:
    """A relation L = (x + y c)/(z + w c), from the integers in x + y c - z L - w c L = 0.

    >>> moebius(4 / arb.pi(), arb.pi(), 12).coefficients
    (4, 0, 0, 1)
    """
    return moebius_scaled(scale(limit, digits), scale(constant, digits), digits)


def normal_moebius(coefficients: Sequence[int]) -> tuple[int, ...]:
    """Moebius coefficients (x, y, z, w) without common divisor, the first nonzero one of z, w positive.

    >>> normal_moebius((-4, 0, 0, -2))
    (2, 0, 0, 1)
    """
    x, y, z, w = _normal(coefficients)
    return (x, y, z, w) if (z or w) > 0 else (-x, -y, -z, -w)


def residual_digits(left: arb, right: arb) -> int | None:
    """Decimal digits to which two enclosures agree, relative to max(1, |left|); None where they are disjoint.

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
