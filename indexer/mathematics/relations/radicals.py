"""Algebraic numbers of degree above two that are written with one root: pure roots, towers, and maps of a cube root."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import gcd, isqrt, lcm

from flint import arb, fmpz

from catalog.formulas.polynomial import format_polynomial
from indexer.mathematics.relations.text import bracketed, moebius_text, quadratic_text, rational_text

QUADRATIC, CUBIC = 2, 3

LARGEST = 10**9
"""Largest coefficient of a cubic whose cube root is simplified: its cubes are found by factoring."""


def radical_text(polynomial: Sequence[int], root: arb) -> str | None:
    """Return the root of a polynomial that lies nearest to `root` with radicals, None where this takes several roots.

    >>> radical_text((-2, 0, 0, 1), arb("1.26")), radical_text((-5, 9, -15, 3), arb("4.4048"))
    ('2^(1/3)', '(2 + 2^(1/3))/(2 - 2^(1/3))')
    >>> radical_text((1, 0, -4, 0, 1), arb("-0.5176")), radical_text((-1, -1, 0, 1), arb("1.3247"))
    ('-sqrt(2 - sqrt(3))', None)
    """
    degree = len(polynomial) - 1
    if degree == 1:
        return rational_text(Fraction(-polynomial[0], polynomial[1]))
    if degree == QUADRATIC:
        return quadratic_text(polynomial, root)
    step = gcd(*(k for k, x in enumerate(polynomial) if x))
    if step > 1:
        return _tower(polynomial, step, root)
    return _cubic(polynomial) if degree == CUBIC else None


def _tower(polynomial: Sequence[int], step: int, root: arb) -> str | None:
    """Return the step-th root of a root of a shorter polynomial."""
    if root < 0:
        mirrored = [-x if k % 2 else x for k, x in enumerate(polynomial)]
        text = radical_text(mirrored, -root)
        return None if text is None else f"-{bracketed(text)}"
    inner = radical_text(polynomial[::step], root**step)
    if inner is None:
        return None
    if step == QUADRATIC:
        return f"sqrt({inner})"
    return f"{inner if inner.isdigit() else f'({inner})'}^(1/{step})"


def _cubic(polynomial: Sequence[int]) -> str | None:
    """Return the real root of a cubic that is a Moebius map of a cube root, None for others.

    Such a cubic is A (x - p)^3 + B (x - q)^3, where p and q are the rational roots of its Hessian (Cayley).
    """
    d, c, b, a = polynomial
    first, second, third = b * b - 3 * a * c, b * c - 9 * a * d, c * c - 3 * b * d
    square = second * second - 4 * first * third
    if square <= 0 or isqrt(square) ** 2 != square or max(map(abs, polynomial)) > LARGEST:
        return None
    if not first:  # f = a (x - q)^3 + B
        q = Fraction(-b, 3 * a)
        ratio = -(Fraction(c) * q + d + Fraction(b) * q * q + Fraction(a) * q**3) / a
        outer, inner = cube_part(ratio)
        return _map((q, outer), (Fraction(1), Fraction(0)), inner)
    p, q = (Fraction(-second + sign * isqrt(square), 2 * first) for sign in (1, -1))
    above = (Fraction(-b, 3) - a * q) / (p - q)  # A, and B = a - A
    if not above or above == a:
        return None
    outer, inner = cube_part((above - a) / above)
    return _map((p, -q * outer), (Fraction(1), -outer), inner)


def cube_part(value: Fraction) -> tuple[Fraction, int]:
    """Return r and the least positive integer m with value = r^3 m.

    >>> cube_part(Fraction(-16, 27)), cube_part(Fraction(1, 2))
    ((Fraction(-2, 3), 2), (Fraction(1, 2), 4))
    """
    number = value.numerator * value.denominator**2
    outer, inner = 1, 1
    for prime, exponent in fmpz(abs(number)).factor():
        outer *= int(prime) ** (exponent // CUBIC)
        inner *= int(prime) ** (exponent % CUBIC)
    return Fraction(-outer if number < 0 else outer, value.denominator), inner


def _map(above: Sequence[Fraction], below: Sequence[Fraction], radicand: int) -> str:
    """Return (x + y t)/(z + w t) as text, t the cube root of an integer."""
    row = (*above, *below)
    scale = lcm(*(x.denominator for x in row))
    whole = [int(x * scale) for x in row]
    common = gcd(*whole)
    return moebius_text([x // common for x in whole], f"{radicand}^(1/3)")


def algebraic_text(polynomial: Sequence[int], root: arb) -> str:
    """Return an algebraic number as text: with one root where that is possible, else by its polynomial.

    >>> algebraic_text((-1, -1, -1, 2), arb("1.23"))
    'root of 2*x^3 - x^2 - x - 1 near 1.23'
    """
    text = radical_text(polynomial, root)
    if text is not None:
        return text
    sign = -1 if polynomial[-1] < 0 else 1
    terms = format_polynomial([sign * x for x in polynomial], "x", times="*")
    return f"root of {terms} near {float(root.mid()):.12g}"
