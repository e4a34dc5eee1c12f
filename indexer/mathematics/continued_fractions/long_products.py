"""Products of a great many steps of a recurrence, in balls, by polynomials that hold for many runs of steps at once.

The step at n is M(n) = ((a(n), b(n+1)), (1, 0)). With s = 1/n, D = max(deg a, ceil(deg b/2)), and A the coefficient of
n^D in a, the product of the m steps from n on is (n^D/2)^m V Q(s) V^(-1), V = ((A n^D, n^D), (2, 0)), where the entries
of Q = Q_0 ... Q_{m-1} are polynomials in s with integer coefficients:

    Q_i(s) = ((A, 1), (G_i, H_i)),    H_i = 2 s^D a(n + i) - A,    G_i = A H_i + 4 s^(2D) b(n + i + 1).

Q is multiplied exactly, up to s^K, and evaluated at n = x, x + m, x + 2m, ... up to 2x: K and m are chosen so that what
is left out is small. That is bounded by the majorant of Q, in which all coefficients are taken positive: its terms from
s^K on are at most (s/t)^K times its value at any t > s. At a double root, where G_i begins with s, or near one the
majorant is hardly larger than Q. So the number of multiplications grows like the square root of the number of steps
(D. V. and G. V. Chudnovsky, 1988), and no bits are lost within a run, also where the tail oscillates.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from math import comb

from flint import arb, arb_mat, arb_poly, ctx, fmpz_poly

from catalog.formulas.pcf import PCF

LEAST_START = 4_096
"""Index from which on steps are multiplied so; before it they are too few, and change too much from run to run."""

RUNS = (64, 128, 256, 512, 1024, 2048, 4096)
"""Numbers m of steps that one polynomial takes together."""

RATIOS = range(1, 25)
"""log2 of the ratios t/s at which the majorant is taken."""

BUILDING = 1 / 600
"""What making Q costs, in evaluations of Q, over D m^2."""

LEAST_ENTRY = 2.0**-40
"""Added to the majorant's entry below the diagonal, so that it is positive."""

Entries = tuple[fmpz_poly, fmpz_poly, fmpz_poly, fmpz_poly]

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
        _, m, terms = min(_cost(formula, start, end, m, made) for m in RUNS if m <= end - start)
        count = (end - start) // m
        if m not in made or made[m][0] < terms:
            made[m] = terms, _product_of_run(formula, m, terms)
        found += _runs(formula, start, m, terms, count, made[m][1])
        start += m * count
    return found, start


def product_tree(matrices: list[arb_mat]) -> arb_mat:
    """Return a product of 2x2 matrices in their order, by a tree, since balls lose bits with every level."""
    while len(matrices) > 1:
        odd = matrices[-1:] if len(matrices) % 2 else []
        matrices = [left * right for left, right in zip(matrices[::2], matrices[1::2], strict=False)] + odd
    return matrices[0] if matrices else arb_mat(2, 2, [1, 0, 0, 1])


def _cost(formula: PCF, start: int, end: int, m: int, made: Made) -> tuple[float, int, int]:
    """Return what runs of m steps cost, m, and the number of terms that they take."""
    terms = _terms(formula, start, m)
    building = 0.0 if m in made and made[m][0] >= terms else BUILDING * _degree(formula) * m * m
    return terms * ((end - start) / m + building), m, terms


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


def _terms(formula: PCF, start: int, m: int) -> int:
    """Return how many terms of Q give the working precision at n = `start`; all of them where none may be left out."""
    least = (m + 1) * _degree(formula) + 1
    for ratio in RATIOS:
        size = _log2_majorant(formula, start, m, ratio)
        least = min(least, int((ctx.prec + size) / ratio) + 1)
    return least


@lru_cache(maxsize=4096)
def _log2_majorant(formula: PCF, start: int, m: int, ratio: int) -> float:
    """Return log2 of the majorant at t = 2^ratio/start over that at 0."""
    with ctx.workprec(64):
        quotient = _majorant(formula, m, arb(2) ** ratio / start) / _majorant(formula, m, arb(0))
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


def _runs(formula: PCF, start: int, m: int, terms: int, count: int, entries: Entries) -> list[arb_mat]:
    """Return the products of m steps from start, start + m, ... on, by `terms` of the `entries` of Q."""
    D, (A, _, _) = _degree(formula), _lower_entries(formula)
    rest = arb(0)
    if terms <= (m + 1) * D:
        at = ((ratio, _majorant(formula, m, arb(2) ** ratio / start)) for ratio in RATIOS)
        rest = arb(0, min((size / arb(2) ** (ratio * terms)).upper() for ratio, size in at))
    scaled = [_scaled(entry.truncate(terms), start, rest) for entry in entries]
    found = []
    for n in range(start, start + m * count, m):
        at_n, size = arb(start) / n, arb(n) ** D
        Q = arb_mat(2, 2, [entry(at_n) for entry in scaled])
        found.append(arb_mat(2, 2, [A * size, size, 2, 0]) * Q * arb_mat(2, 2, [0, size, 2, -A * size]))  # V Q adj(V)
    return found


def _scaled(entry: fmpz_poly, start: int, rest: arb) -> arb_poly:
    """Return p(s/start) with a remainder in its constant term."""
    power, coefficients = arb(1), [rest]
    for k, c in enumerate(entry.coeffs()):
        if k:
            coefficients.append(c * power)
        else:
            coefficients[0] += c
        power /= start
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
