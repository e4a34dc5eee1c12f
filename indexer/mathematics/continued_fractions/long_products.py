"""Products of a great many steps of a recurrence, in balls, by polynomials that hold for many runs of steps at once.

The step at n is M(n) = ((a(n), b(n+1)), (1, 0)). With s = 1/n, D = max(deg a, ceil(deg b/2)), and A the coefficient of
n^D in a, the product of the m steps from n on is (n^D/2)^m V Q(s) V^(-1), V = ((A n^D, n^D), (2, 0)), where the entries
of Q = Q_0 ... Q_{m-1} are polynomials in s with integer coefficients:

    Q_i(s) = ((A, 1), (G_i, H_i)),    H_i = 2 s^D a(n + i) - A,    G_i = A H_i + 4 s^(2D) b(n + i + 1).

Q is multiplied exactly, up to s^K, and moved to the middle of a part of an octave x <= n <= 2x, where fewer terms of it
do; there it is evaluated at n, n + m, n + 2m, ... What is left out is bounded by the majorant of Q, in which all
coefficients are taken positive: the terms of Q(c + s) from s^K on are at most (s/r)^K times its value at c + r for any
r > s. So the number of multiplications grows like the square root of the number of steps (D. V. and G. V. Chudnovsky,
1988). At a double root, where G_i begins with s, or near one the majorant is hardly larger than Q; elsewhere Q is a sum
that cancels where the tail oscillates, by as many bits as the majorant is longer, which are added to the precision
until Q is moved. So no bits are lost within a run.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import comb

from flint import arb, arb_mat, arb_poly, ctx, fmpz_poly

from catalog.formulas.pcf import PCF

LEAST_START = 4_096
"""Index from which on steps are multiplied so; before it they are too few, and change too much from run to run."""

RUNS = (64, 128, 256, 512, 1024, 2048, 4096)
"""Numbers m of steps that one polynomial takes together."""

PARTS = (1.0, 1 / 8, 1 / 32)
"""Lengths of the parts of an octave, over the index that they begin with."""

RATIOS = (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 18, 22)
"""log2 of the ratios r/s at which the majorant is taken."""

BUILDING, MOVING = 1 / 600, 1 / 6
"""Cost of making Q, over its terms and D m^2, and of moving it, over the square of its terms; one evaluated costs 1."""

MOVED_BITS = 8
"""Bits that Q loses besides one a step for each part of its way by which a run is longer than another."""

LEAST_ENTRY = 2.0**-40
"""Added to the majorant's entry below the diagonal, so that it is positive."""

Entries = tuple[fmpz_poly, fmpz_poly, fmpz_poly, fmpz_poly]


@dataclass(frozen=True, slots=True, order=True)
class Plan:
    """How an octave is taken: runs of m steps, by `terms` of Q, moved in parts of a length, by `moved` terms then."""

    cost: float
    m: int
    terms: int
    part: float
    moved: int


Made = dict[int, tuple[int, Entries]]
"""For each m: how many terms of Q were made, and Q."""

Bivariate = Mapping[tuple[int, int], int]
"""Coefficients of s^j i^k by (j, k)."""


def long_product(formula: PCF, start: int, stop: int) -> tuple[list[arb_mat], int]:
    """Return matrices and an index: their product takes (x_index, 1) to numerator and denominator of x_start.

    They are right up to positive factors, at flint's working precision, and index <= stop is as far as runs go.
    """
    found: list[arb_mat] = []
    made: Made = {}
    while stop - start >= RUNS[0] and start >= LEAST_START:
        end = min(stop, 2 * start)
        plan = min(_plan(formula, start, end, m, part, made) for m in RUNS if m <= end - start for part in PARTS)
        m = plan.m
        if m not in made or made[m][0] < plan.terms:
            made[m] = plan.terms, _product_of_run(formula, m, plan.terms)
        while end - start >= m:
            further = min(end, start + max(m, int(plan.part * start)))
            count = (further - start) // m
            found += _runs(formula, start, count, plan, made[m][1])
            start += m * count
    return found, start


def product_tree(matrices: list[arb_mat]) -> arb_mat:
    """Return a product of 2x2 matrices in their order, by a tree, since balls lose bits with every level."""
    while len(matrices) > 1:
        odd = matrices[-1:] if len(matrices) % 2 else []
        matrices = [left * right for left, right in zip(matrices[::2], matrices[1::2], strict=False)] + odd
    return matrices[0] if matrices else arb_mat(2, 2, [1, 0, 0, 1])


def _plan(formula: PCF, start: int, end: int, m: int, part: float, made: Made) -> Plan:
    """Return how an octave is taken by runs of m steps and parts of a length, with its cost."""
    own = _log2_size(formula, start, end, m)
    all_terms = (m + 1) * _degree(formula) + 1
    terms = min(all_terms, _terms(formula, m, 0.0, 1 / start, own))
    center, width = _middle(start, (1 + part) * start)
    moved = min(terms, _terms(formula, m, center, width * center, own))
    building = 0.0 if m in made and made[m][0] >= terms else BUILDING * _degree(formula) * m * m * terms
    moving = MOVING * terms**2 * max(1.0, math.log(end / start) / math.log(1 + part))
    size = 1 + _moved_bits(formula, m, width) / ctx.prec
    return Plan(moved * size * (end - start) / m + moving + building, m, terms, part, moved)


def _middle(start: float, end: float) -> tuple[float, float]:
    """Return the middle of 1/n from `start` to `end`, and how far the ends lie from it, over it."""
    return (1 / start + 1 / end) / 2, (end - start) / (end + start)


def _moved_bits(formula: PCF, m: int, width: float) -> int:
    """Return about how many bits Q loses in a part of an octave where it is moved to the middle."""
    return MOVED_BITS + int(_degree(formula) * m * width)


def _degree(formula: PCF) -> int:
    return max(formula.deg_a, (formula.deg_b + 1) // 2)


@lru_cache(maxsize=64)
def _lower_entries(formula: PCF) -> tuple[int, Bivariate, Bivariate]:
    """Return A, and G_i and H_i as polynomials in s and i."""
    D, a, b = _degree(formula), formula.a, [int(c) for c in fmpz_poly(list(formula.b))(fmpz_poly([1, 1])).coeffs()]
    A = a[D] if len(a) > D else 0
    H = {key: 2 * c for key, c in _moved(a, D).items()}
    H[0, 0] = H.get((0, 0), 0) - A
    G = {key: 4 * c for key, c in _moved(b, 2 * D).items()}
    for key, c in H.items():
        G[key] = G.get(key, 0) + A * c
    return A, G, H


def _moved(coefficients: tuple[int, ...] | list[int], degree: int) -> dict[tuple[int, int], int]:
    """Return s^degree p(1/s + i)."""
    return {(degree - k + j, j): comb(k, j) * c for k, c in enumerate(coefficients) for j in range(k + 1) if c}


def _terms(formula: PCF, m: int, center: float, s: float, own: float) -> int:
    """Return how many terms of Q, moved to `center`, give the working precision for all that is at most s from it."""
    sizes = ((ratio, _log2_majorant(formula, m, center + 2.0**ratio * s)) for ratio in RATIOS)
    return max(1, min(int((ctx.prec + size - own) / ratio) + 1 for ratio, size in sizes))


def _cancelled(formula: PCF, start: int, end: int, m: int) -> int:
    """Return about how many bits Q loses where it is evaluated from `start` to `end`: the majorant's over its own."""
    return max(0, int(_log2_majorant(formula, m, 1 / start) - _log2_size(formula, start, end, m)))


@lru_cache(maxsize=4096)
def _log2_size(formula: PCF, start: int, end: int, m: int) -> float:
    """Return about log2 of Q over the majorant at 0, where it is least: the larger eigenvalue's modulus to the m."""
    return m * (min(_eigenvalue(formula, 1 / n) for n in (start, end)) - _eigenvalue(formula, 0))


def _eigenvalue(formula: PCF, s: float) -> float:
    """Return log2 of the modulus of the larger eigenvalue of ((A, 1), (G_0, H_0))."""
    A, *lower = _lower_entries(formula)
    G, H = (sum(c * s**j for (j, k), c in entry.items() if k == 0) for entry in lower)
    square = (A - H) ** 2 + 4 * G
    modulus = (abs(A + H) + math.sqrt(square)) / 2 if square > 0 else math.sqrt(A * H - G)
    return math.log2(max(modulus, math.sqrt(LEAST_ENTRY)))


@lru_cache(maxsize=4096)
def _log2_majorant(formula: PCF, m: int, t: float) -> float:
    """Return log2 of the majorant at t over that at 0."""
    with ctx.workprec(64):
        quotient = _majorant(formula, m, arb(t)) / _majorant(formula, m, arb(0))
        return float((quotient.log() / arb.const_log2()).mid())


def _majorant(formula: PCF, m: int, t: arb) -> arb:
    """Return a bound of all entries of the majorant of Q at t: those of the m-th power of ((|A|, 1), (G, H)).

    G and H bound the entries of the majorants of all Q_i. The eigenvalue y has a positive eigenvector (1, y - |A|), so
    that entries of the power are at most y^m times 1, y - |A| or its reciprocal.
    """
    leading, *lower = _lower_entries(formula)
    A, (G, H) = arb(abs(leading)), (_absolute(entry, m, t) for entry in lower)
    G += LEAST_ENTRY
    excess = ((H - A) + ((H - A) ** 2 + 4 * G).sqrt()) / 2
    return ((A + excess) ** m * (1 + excess + 1 / excess)).upper()


def _absolute(entry: Bivariate, m: int, t: arb) -> arb:
    """Return the sum of |c| t^j m^k over the terms c s^j i^k."""
    return sum((abs(c) * t**j * m**k for (j, k), c in entry.items()), arb(0))


def _runs(formula: PCF, start: int, count: int, plan: Plan, entries: Entries) -> list[arb_mat]:
    """Return the products of m steps from start, start + m, ... on, by the `entries` of Q."""
    m, D, (A, _, _) = plan.m, _degree(formula), _lower_entries(formula)
    end = start + m * count
    above, below = start + end, 2 * start * end  # of the middle of 1/n
    with ctx.workprec(ctx.prec + _cancelled(formula, start, end, m)):
        center = arb(above) / below
        rest = arb(0)
        if plan.terms <= (m + 1) * D:
            rest = arb(0, _left_out(formula, m, arb(0), arb(1) / start, plan.terms))
        moved = [_scaled(entry.truncate(plan.terms), center, rest)(arb_poly([1, 1])) for entry in entries]
    if plan.moved < plan.terms:
        rest = arb(0, _left_out(formula, m, center, center * (end - start) / above, plan.moved))
        moved = [arb_poly(entry.coeffs()[: plan.moved]) + rest for entry in moved]
    found = []
    with ctx.workprec(ctx.prec + _moved_bits(formula, m, (end - start) / above)):
        for n in range(start, end, m):
            from_center, size = arb(below - n * above) / (n * above), arb(n) ** D
            Q = arb_mat(2, 2, [entry(from_center) for entry in moved])
            found.append(arb_mat(2, 2, [A * size, size, 2, 0]) * Q * arb_mat(2, 2, [0, size, 2, -A * size]))
    return found  # V Q adj(V)


def _left_out(formula: PCF, m: int, center: arb, s: arb, terms: int) -> arb:
    """Return a bound of what the entries of Q, moved to `center`, lack without the later terms, for all within s."""
    at = ((ratio, _majorant(formula, m, center + arb(2) ** ratio * s)) for ratio in RATIOS)
    return min((size / arb(2) ** (ratio * terms)).upper() for ratio, size in at)


def _scaled(entry: fmpz_poly, scale: arb, rest: arb) -> arb_poly:
    """Return p(scale v) as a polynomial in v, with a remainder in its constant term."""
    power, coefficients = arb(1), [rest]
    for k, c in enumerate(entry.coeffs()):
        if k:
            coefficients.append(c * power)
        else:
            coefficients[0] += c
        power *= scale
    return arb_poly(coefficients)


def _product_of_run(formula: PCF, m: int, terms: int) -> Entries:
    """Return the entries of Q for m steps, row by row, as polynomials in s up to s^(terms - 1), by a product tree."""
    A, G, H = _lower_entries(formula)
    diagonal, one = fmpz_poly([A]), fmpz_poly([1])
    level: list[Entries] = [(diagonal, one, _at(G, i), _at(H, i)) for i in range(m)]
    while len(level) > 1:
        level = [_product(left, right, terms) for left, right in zip(level[::2], level[1::2], strict=True)]
    return level[0]


def _at(entry: Bivariate, i: int) -> fmpz_poly:
    """Return an entry for one i as a polynomial in s."""
    coefficients = [0] * (1 + max(j for j, _ in entry))
    for (j, k), c in entry.items():
        coefficients[j] += c * i**k
    return fmpz_poly(coefficients)


def _product(left: Entries, right: Entries, terms: int) -> Entries:
    (a, b, c, d), (e, f, g, h) = left, right

    def both(p: fmpz_poly, q: fmpz_poly, r: fmpz_poly, s: fmpz_poly) -> fmpz_poly:
        return p.mul_low(q, terms) + r.mul_low(s, terms)

    return both(a, e, b, g), both(a, f, b, h), both(c, e, d, g), both(c, f, d, h)
