"""Tails enclosed by their truncated series: T - C n^(d-K) and T + C n^(d-K), proved to lie on either side.

Let x_n = F_n(x_{n+1}) with F_n(x) = a_n + b_{n+1}/x, and T_n = n^d (c_0 + c_1/n + ... + c_K/n^K) the tail's series up
to order K. Where b < 0, F_n grows with x. If for all n >= N

    S_n <= F_n(S_{n+1}),    F_n(U_{n+1}) <= U_n,    S_n > 0,

and S_n <= x_n <= U_n for large n, then so for n = N. Where b > 0, F_n falls, and S and U change places on one side of
each inequality. For S, U = T -+ C n^(d-K) with C > 0 large n are no question: T is the beginning of the asymptotic
expansion of x_n (Birkhoff and Trjitzinsky; by Pincherle's theorem the tail is the dominant solution). Each inequality
says that a polynomial in n keeps its sign, which its Taylor coefficients at N show. Its leading coefficients vanish
exactly, for so the c_k are made; the others are known as balls.
"""

from __future__ import annotations

import math

from flint import arb, arb_poly, ctx, fmpz_poly

from catalog.formulas.pcf import PCF
from indexer.mathematics.continued_fractions.series import TailSeries

MAX_WIDENINGS = 4
"""How often C is doubled where the quadratic term in C makes the first one too small."""

SLACK = 1.01
"""What the least C of the linear conditions is multiplied by."""

GUARD_BITS = 96
"""Bits beyond those of the binomials of a shift, at which the inequalities are compared."""


def enclosed(formula: PCF, series: TailSeries, n: int, bits: float = math.inf) -> tuple[arb, arb] | None:
    """Return bounds of x_n below and above, None where none are proved.

    The series is cut where its terms are below `bits` bits of x_n, at the latest at its smallest. The leading
    coefficient of a is positive, and a and -+b are so from `n` on.
    """
    shape, last = series.shape, min(series.last(n, bits), len(series.coefficients) - 1)
    if shape.ramification != 1:
        return None
    last = max(last, 2, int(shape.degree))
    if last >= len(series.coefficients):
        return None
    with ctx.workprec(2 * last + GUARD_BITS):
        terms = _terms(series, n, last)
        least = abs(terms[0]).upper() * arb(2) ** -(series.bits + GUARD_BITS)
        width = _width(formula, n, terms, int(shape.degree), shape.order_shift, least)
    if width is None:
        return None
    with ctx.workprec(series.bits + GUARD_BITS):
        scale, middle = arb(n) ** int(shape.degree), sum(_terms(series, n, last), arb(0))
        return (middle - width) * scale, (middle + width) * scale


def _terms(series: TailSeries, n: int, last: int) -> list[arb]:
    """Return c_k/n^k for k = 0..last."""
    terms, power = [], arb(1)
    for c in series.coefficients[: last + 1]:
        terms.append(c * power)
        power /= n
    return terms


def _width(formula: PCF, n: int, terms: list[arb], degree: int, order_shift: int, least: arb) -> arb | None:
    """Return w = C n^-K >= `least` with which both inequalities are proved from n on, None where none is found.

    With m = n/N all polynomials are divided by the powers of N that they have in common, and multiplied by those of m
    that make T a polynomial; `terms` are c_k/N^k. For S = T + s w and U = T + u w, s, u = -+1,

        (S_m - a)(U_{m+1}) - b = E + w (u F + s G) + s u w^2,    F = T_m - a,  G = T_{m+1},  E = F G - b.
    """
    last = len(terms) - 1
    falling, plain, step = formula.b[-1] > 0, formula.deg_a < degree, arb(1) / n
    power = arb_poly([0] * (last - degree) + [1])
    b_next = fmpz_poly(list(formula.b))(fmpz_poly([1, 1]))
    a = _scaled(formula.a, n, degree) * power
    b = _scaled(tuple(int(c) for c in b_next.coeffs()), n, 2 * degree) * power * power(arb_poly([step, 1]))
    here = arb_poly(terms[::-1])
    there = here(arb_poly([step, 1]))
    above = here - a
    linear = _at_one(there - above if falling else above + there, last + (not (falling and plain)) - order_shift)
    remainder = _at_one(above * there - b, last - order_shift, len(linear))
    own = _at_one(here, last + 1)
    if not all(c > 0 for c in linear):
        return None
    width = (SLACK * max(abs(e).upper() / c.lower() for e, c in zip(remainder, linear, strict=True))).upper()
    width = max(width, least)
    for _ in range(MAX_WIDENINGS):
        square = width**2 if falling else -(width**2)
        ends = width * linear[0] + square - remainder[0], width * linear[0] - square + remainder[0]
        inner = zip(remainder[1:], linear[1:], strict=True)
        if min(ends) > 0 and all(width * c > abs(e) for e, c in inner):
            own = _at_one(here, last + 1)
            return width if own[0] > width and all(c > 0 for c in own[1:]) else None
        width = (2 * width).upper()
    return None


def _at_one(polynomial: arb_poly, count: int, length: int = 0) -> list[arb]:
    """Return the Taylor coefficients at 1 of the first `count` terms of a polynomial, and zeros up to `length`."""
    shifted = arb_poly(polynomial.coeffs()[:count])(arb_poly([1, 1])).coeffs()
    return [*shifted, *[arb(0)] * (max(count, length) - len(shifted))]


def _scaled(coefficients: tuple[int, ...], n: int, degree: int) -> arb_poly:
    """Return p(n m)/n^degree as a polynomial in m."""
    return arb_poly([arb(c) * arb(n) ** (k - degree) for k, c in enumerate(coefficients)])
