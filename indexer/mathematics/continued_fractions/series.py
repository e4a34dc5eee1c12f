"""The asymptotic series of a tail in powers of 1/n or of n^(-1/2), order by order.

x_n ~ n^m (c_0 + c_1 n^(-1/r) + c_2 n^(-2/r) + ...) for the dominant root of x_n x_{n+1} = a_n x_{n+1} + b_{n+1},
with m = max(deg a, deg b / 2) and ramification r = 1, or r = 2 where deg b is odd and rules, or at a double root with
e1 > 0. Order j of the equation is linear in c_j with the factor 2 c_0 - A; at a double root that factor vanishes and
c_j comes from order j + 1 instead. The factor is never zero for the dominant root: there is no resonance and no free
parameter. The series diverges as a rule; at depth n it is good to its smallest term. `tail_coefficients` is generic in
the numbers: balls (arb) for values, exact rationals (fmpq) and residues (nmod) for `rational_tail`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache, reduce
from operator import add, mul
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from flint import arb, ctx, fmpq, fmpz_poly, nmod

from catalog.formulas.pcf import PCF
from indexer.mathematics.continued_fractions.asymptotics import double_root_invariants

Number = TypeVar("Number", arb, fmpq, nmod)

TERMS_PER_BIT = 0.15
"""Terms for each bit wanted, times the ramification: about 60 for 110 digits, where depth and terms cost alike."""

MAX_TERMS = 1200
"""Most terms of a series; their cost grows with the square of their number."""

MAX_SERIES_WORK = 8_000_000
"""Terms times bits of a series; it lowers `MAX_TERMS` at high precision."""

SAFETY_BITS = 6
"""Bits by which a value is taken to be worse than the last terms of its series say."""


@dataclass(frozen=True, slots=True)
class Leading:
    """The shape of a tail's series: x_n ~ n^degree (c_0 + c_1 n^(-1/ramification) + ...).

    `order_shift` is 0, or 1 at a double root; c_0 and, at a double root, c_1 are roots of quadratics and given by
    their squares: c_0 = (base + sqrt(square))/2, c_1 = base_1 + sqrt(square_1).
    """

    degree: fmpq
    ramification: int
    order_shift: int
    base: int
    square: int
    base_1: fmpq
    square_1: fmpq


def leading(formula: PCF) -> Leading:
    """Return the shape of the tail's series for a formula that converges with positive leading coefficient of a."""
    da, db = formula.deg_a, formula.deg_b
    lead_a, lead_b = formula.a[-1], formula.b[-1]
    zero = fmpq(0)
    if 2 * da > db:
        return Leading(fmpq(da), 1, 0, lead_a, lead_a**2, zero, zero)
    if 2 * da < db:
        return Leading(fmpq(db, 2), 2 if db % 2 else 1, 0, 0, 4 * lead_b, zero, zero)
    discriminant = lead_a**2 + 4 * lead_b
    if discriminant > 0:
        return Leading(fmpq(da), 1, 0, lead_a, discriminant, zero, zero)
    e1, e2 = double_root_invariants(formula)
    half = fmpq(lead_a, 2)
    if e1 > 0:
        return Leading(fmpq(da), 2, 1, lead_a, 0, zero, half**2 * fmpq(e1.numerator, e1.denominator))
    a1 = formula.a[-2] if da else 0
    gap = 1 + 4 * e2
    square = half**2 * fmpq(gap.numerator, gap.denominator) / 4
    return Leading(fmpq(da), 1, 1, lead_a, 0, (fmpq(a1) - half) / 2, square)


def tail_coefficients(formula: PCF, shape: Leading, terms: int, c_0: Number, c_1: Number | None) -> list[Number]:
    """Return c_0, ..., c_{terms-1} in the numbers of `c_0`; `c_1` is given at a double root only."""
    r, one = shape.ramification, 0 * c_0 + 1
    a = _reversed(formula.a, 0, r, terms + 1, shape.degree - formula.deg_a)
    b = _reversed(formula.b, 1, r, terms + 1, 2 * shape.degree - formula.deg_b)
    weights: list[list[Number]] = (
        _arb_weights(shape.degree, r, terms, ctx.prec)
        if isinstance(one, arb)
        else _shift_weights(shape.degree, r, terms, one)
    )
    factor_0 = 2 * c_0 - a[0]
    c: list[Number] = [c_0]
    shifted: list[Number] = [c_0]
    if c_1 is not None:
        c.append(c_1)
        shifted.append(_shift_term(c, weights, 1, r))
    for k in range(len(c), terms):
        order = k + shape.order_shift
        while len(shifted) <= order:
            shifted.append(_shift_term(c, weights, len(shifted), r))
        residual = _residual(c, shifted, a, b, order)
        factor = factor_0 if c_1 is None else _double_root_factor(shape, c_0, c_1, a[r] if r == 1 else 0, k)
        value = -residual / factor
        c.append(value)
        shifted[k] = shifted[k] + value
        if shape.order_shift:
            shifted[order] = _shift_term(c, weights, order, r)
    return c


def _double_root_factor(shape: Leading, c_0: Number, c_1: Number, a_1: int, k: int) -> Number:
    """Return the factor of c_k at order k + 1 where 2 c_0 = A."""
    if shape.ramification == 2:
        return 2 * c_1
    return 2 * c_1 - a_1 + k * c_0


def _shift_term(c: list[Number], weights: list[list[Number]], order: int, r: int) -> Number:
    """Return the coefficient of n^(m - order/r) in the series of x_{n+1}, as far as c is known."""
    return _inner(c[order % r :: r], weights[order], 0 * c[0])


def _residual(c: list[Number], shifted: list[Number], a: list[int], b: list[int], order: int) -> Number:
    """Return the coefficient of n^(2m - order/r) in x_n x_{n+1} - a_n x_{n+1} - b_{n+1}, unknown c taken as zero."""
    count = min(order, len(c) - 1) + 1
    total = _inner(c[:count], reversed(shifted[order - count + 1 : order + 1]), 0 * c[0] - b[order])
    for k, value in enumerate(a[: order + 1]):
        if value:
            total -= value * shifted[order - k]
    return total


def _reversed(coefficients: tuple[int, ...], shift: int, r: int, length: int, gap: fmpq) -> list[int]:
    """Return the coefficients of p(n + shift) by order, highest power first, in steps of n^(-1/r), after `gap`."""
    polynomial = fmpz_poly(list(coefficients))(fmpz_poly([shift, 1]))
    degree = len(coefficients) - 1
    table = [0] * (length + 1)
    offset = int(gap * r)
    for k in range(degree + 1):
        position = offset + (degree - k) * r
        if position <= length:
            table[position] = int(polynomial[k])
    return table


def _inner(first: Iterable[Number], second: Iterable[Number], zero: Number) -> Number:
    """Return the sum of the products of two sequences as far as both go."""
    return reduce(add, map(mul, first, second), zero)


@lru_cache(maxsize=4)
def _arb_weights(degree: fmpq, ramification: int, terms: int, precision: int) -> list[list[arb]]:
    """Return `_shift_weights` in balls of a precision, kept for the next formula; not to be changed."""
    with ctx.workprec(precision):
        return _shift_weights(degree, ramification, terms, arb(1))


def _shift_weights(degree: fmpq, ramification: int, terms: int, one: Number) -> list[list[Number]]:
    """Return for each order j <= terms what c_k, k = j mod r, j mod r + r, ..., j, contribute to x_{n+1} there.

    That is C(theta, (j - k)/r) with theta = degree - k/r, from the expansion of (n + 1)^theta in 1/n.
    """
    weights: list[list[Number]] = [[] for _ in range(terms + 1)]
    for k in range(terms + 1):
        theta = degree - fmpq(k, ramification)
        value = one
        for i, order in enumerate(range(k, terms + 1, ramification)):
            weights[order].append(value)
            numerator = theta - i
            value = value * int(numerator.p) / (int(numerator.q) * (i + 1))
    return weights


class TailSeries:
    """The numerical series of the tail of one formula (leading coefficient of a positive), for `bits` bits."""

    def __init__(self, formula: PCF, bits: int) -> None:
        self.bits = bits
        self.shape = shape = leading(formula)
        wanted = math.ceil(TERMS_PER_BIT * bits * shape.ramification) + 8
        terms = min(wanted, MAX_TERMS, MAX_SERIES_WORK // bits)
        with ctx.workprec(bits + bits // 4 + 64):
            c_0 = (shape.base + arb(shape.square).sqrt()) / 2
            c_1 = arb(shape.base_1) + arb(shape.square_1).sqrt() if shape.order_shift else None
            self.coefficients = tail_coefficients(formula, shape, terms, c_0, c_1)
        # a run of small coefficients is no end of the series: larger ones may follow it
        self._log2 = np.maximum.accumulate([_log2_upper(c) for c in self.coefficients])

    def accurate_bits(self, n: int) -> float:
        """Return how many bits the series is worth at depth n, by its smallest run of terms (an estimate)."""
        return float(self._log2[0] - np.min(self._runs(n))) - SAFETY_BITS

    def last(self, n: int, bits: float = math.inf) -> int:
        """Return the index at which the series is cut at depth n: the first of its smallest run.

        Earlier where the terms are below `bits` bits of the value before that.
        """
        runs = self._runs(n)
        enough = runs <= self._log2[0] - bits - SAFETY_BITS
        return int(np.argmax(enough) if enough.any() else np.argmin(runs))

    def value(self, n: int) -> arb:
        """Return the sum of the series at depth n up to its smallest terms; no bound of the truncation is in it."""
        step = arb(n) if self.shape.ramification == 1 else arb(n).sqrt()
        last = self.last(n)
        total = arb(0)
        for c in reversed(self.coefficients[: last + 1]):
            total = total / step + c
        return total * arb(n) ** arb(self.shape.degree)

    def _runs(self, n: int) -> npt.NDArray[np.float64]:
        """Return log2 of the largest of a few adjacent terms at depth n, one for each place in the series."""
        sizes = self._log2 - np.arange(len(self._log2)) * math.log2(n) / self.shape.ramification
        window = np.lib.stride_tricks.sliding_window_view(sizes, 2 * self.shape.ramification + 1)
        return np.asarray(window.max(axis=1))


def _log2_upper(ball: arb) -> float:
    """Return log2 of the largest modulus in a ball, -10^6 for zero, without overflow."""
    mantissa, exponent = ball.abs_upper().man_exp()
    return math.log2(int(mantissa)) + int(exponent) if mantissa else -1e6
