"""The neighbour vector of a formula without a closed form: what every equivalence of recurrences keeps.

Speed of convergence, the difference of the exponents mod 1, the roots of b mod 1 of odd multiplicity, and the trace of
the p-curvature (`mathematics/equivalence/`). Formulas of one class fall on one point, and few others. A formula of high
degree that is equivalent to one with a closed form is placed by this one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from flint import fmpz_poly

from catalog.formulas.pcf import PCF
from indexer.mathematics.closed_forms.equation import equation
from indexer.mathematics.equivalence.curvature import PRIMES, Trace, traces
from indexer.mathematics.equivalence.decision import no_limit, relate
from indexer.mathematics.equivalence.infinity import infinity
from indexer.mathematics.equivalence.invariants import invariants
from indexer.mathematics.proofs.descent import descents

MAX_LOG = 700.0
"""Bound of the coordinate for the speed, so that a vector is finite for coefficients of any size."""

TRACE_SCALE = 0.25
"""Width of the coordinates for the trace: steps of 1e-3, which tell places apart and matter little beside the rest."""

LARGEST_GAP = 8
"""Degrees by which the terms of both tails differ that are told apart."""

SLOW = 9
"""Stands for that difference where both tails begin with the same term, up to its sign."""

MAX_TRIED = 12
"""Formulas of low degree with the right invariants that are compared."""

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def counterpart(formula: PCF) -> PCF | None:
    """Return a formula with a closed form that another one is equivalent to, None where none is found."""
    if no_limit(formula) is not None:
        return None
    own = None
    for _, (k, other) in zip(range(MAX_TRIED), descents(formula), strict=False):
        if equation(other) is None:
            continue
        own = own or _trace(formula, 1)
        if own == _trace(other, k) and relate(formula, other).equivalence is not None:
            return other
    return None


@lru_cache(maxsize=4096)
def _trace(formula: PCF, k: int) -> tuple[Trace | None, ...]:
    """Return the traces of a formula; they are kept, since others are compared with it and its vector holds them."""
    return traces([formula], k)[0]


def coordinates(formula: PCF) -> tuple[int, list[float]]:
    """Return the kind of a formula, below 100, and nine coordinates."""
    formula = formula.canonical()[0]
    if no_limit(formula) is not None and 2 * formula.deg_a <= formula.deg_b:
        return 10 * SLOW + SLOW, [0.0] * 9  # it diverges, or else its tails may
    tails, kept = infinity(formula), invariants(formula)
    gap = min(int(tails.degrees[0] - tails.degrees[1]), LARGEST_GAP)
    size = _log(formula.a[-1]) * 2 - _log(formula.b[-1])
    turns = 2 * (float(tails.root % 1) if tails.root is not None else math.sqrt(abs(float(tails.spread))))
    if not gap and abs(tails.ratio) == 2:
        gap, size = SLOW, math.copysign(math.log1p(float(tails.half_square)), tails.ratio)
    odd = np.concatenate([fractional_roots(f) for f in sorted(kept.odd)] or [np.empty((1, 0))], axis=1)
    row = _row(np.array([size]), np.array([turns]), odd, [_trace(formula, 1)])
    return 10 * gap + min(odd.shape[1], 9), row[0].tolist()


def quadratic_coordinates(A: Integers, B: Integers) -> tuple[Integers, Floats]:
    """Return the same for formulas with deg a = 2 and deg b <= 2 that share deg b: kinds (n,), coordinates (n, 9).

    A and B are int64[n, 3], small enough that their products stay below 2^63.
    """
    degree = int(np.flatnonzero(B.any(axis=0))[-1]) if len(B) else 0
    a2, a1, b2, b1 = A[:, 2], A[:, 1], B[:, degree], B[:, degree - 1] if degree else np.zeros(len(B), np.int64)
    size = 2 * np.log(np.abs(a2)) - np.log(np.abs(b2))
    below = a2 * b2
    turns = (2 * a1 * b2 - b1 * a2) % below / below
    roots = quadratic_roots(B, degree)
    odd = ~roots_differ_by_integer(B) if degree == 2 else np.full(len(B), degree == 1)
    count = np.where(odd, degree, 0)
    found = traces([PCF(tuple(a), tuple(b)) for a, b in zip(A.tolist(), B.tolist(), strict=True)])
    rows = np.zeros((len(A), 9))
    for number in (0, degree):
        some = np.flatnonzero(count == number)
        chosen = roots[some] if number else np.empty((len(some), 0), complex)
        rows[some] = _row(size[some], turns[some], chosen, [found[i] for i in some])
    return 10 * (4 - degree) + count, rows


def may_have_counterpart(A: Integers, B: Integers) -> npt.NDArray[np.bool_]:
    """Return which formulas with deg a = 2 may have a `counterpart`: all that do, and hardly any others.

    It is PCF(n + a0, b2/a2^2), of deg b = 2 with two roots in one class mod 1, with the same difference of exponents:
    a0 is one number mod 1/2.
    """
    rows = np.flatnonzero(roots_differ_by_integer(B))
    a, b = A[rows].T, B[rows].T
    below, half = 2 * a[2] * b[2], a[2] * b[2]
    found = np.zeros(len(A), dtype=bool)
    own = traces([PCF(tuple(x), tuple(y)) for x, y in zip(A[rows].tolist(), B[rows].tolist(), strict=True)])
    for moved in (0, half):
        top, square = 2 * a[1] * b[2] - b[1] * a[2] + moved, 4 * b[2] ** 3
        low = [PCF((x, y), (z,)) for x, y, z in np.stack([top, below, square], axis=1).tolist()]
        same = [one == two for one, two in zip(own, traces(low), strict=True)]
        found[rows] |= np.array(same, dtype=bool)
    return found


def _row(size: Floats, turns: Floats, odd: npt.NDArray[Any], found: Sequence[tuple[Trace | None, ...]]) -> Floats:
    """Return coordinates, shape (n, 9)."""
    trace = np.array([[_share(t, p) for t, p in zip(kept, PRIMES, strict=True)] for kept in found])
    circle = 2 * math.pi * turns
    columns = [np.clip(size, -MAX_LOG, MAX_LOG), np.cos(circle), np.sin(circle), *_symmetric(odd, len(size))]
    return np.stack([*columns, *(TRACE_SCALE * trace.reshape(len(found), len(PRIMES)).T)], axis=1)


def _share(trace: Trace | None, p: int) -> float:
    """Return a trace as a number in [0, 1), and 1 for none."""
    return 1.0 if trace is None else (trace[0] + 3 * trace[1]) % p / p


def _symmetric(roots: npt.NDArray[Any], n: int) -> list[Floats]:
    """Return mean of e(r)/(1 + |Im r|) and e(sum of r) over the roots of each row, as real coordinates."""
    if roots.shape[1] == 0:
        return [np.zeros(n)] * 4
    turns = np.exp(2j * np.pi * roots.real) / (1 + np.abs(roots.imag))
    mean, total = turns.mean(axis=1), np.exp(2j * np.pi * roots.real.sum(axis=1))
    return [mean.real, mean.imag, total.real, total.imag]


def quadratic_roots(c: Integers, degree: int) -> npt.NDArray[Any]:
    """Return the roots mod 1 of polynomials of one degree <= 2, complex128[n, degree]."""
    if degree == 0:
        return np.empty((len(c), 0), dtype=complex)
    if degree == 1:
        return ((-c[:, 0] * np.sign(c[:, 1])) % np.abs(c[:, 1]) / np.abs(c[:, 1]))[:, None].astype(complex)
    size = 2 * np.abs(c[:, 2])
    middle = (-c[:, 1] * np.sign(c[:, 2])) % size / size
    half = np.sqrt((c[:, 1] ** 2 - 4 * c[:, 2] * c[:, 0]).astype(complex)) / size
    return np.stack([middle + half, middle - half], axis=1)


def roots_differ_by_integer(c: Integers) -> npt.NDArray[np.bool_]:
    """Return which polynomials of degree 2 have two roots in one class mod 1."""
    square = c[:, 1] ** 2 - 4 * c[:, 2] * c[:, 0]
    root = np.rint(np.sqrt(np.maximum(square, 0))).astype(np.int64)
    return np.asarray((root * root == square) & (root % np.where(c[:, 2], c[:, 2], 1) == 0) & (c[:, 2] != 0))


def fractional_roots(polynomial: Sequence[int]) -> npt.NDArray[Any]:
    """Return the roots mod 1 of a polynomial of any degree and size, complex128[1, degree].

    Flint isolates them, so that multiple roots lose nothing.
    """
    roots: list[complex] = []
    isolated: Any = fmpz_poly(list(polynomial)).complex_roots()
    for root, multiplicity in isolated:
        whole = root.real.floor().unique_fmpz()
        real = root.real - whole if whole is not None else root.real
        roots += [complex(float(real.mid()), float(root.imag.mid()))] * int(multiplicity)
    return np.array([roots], dtype=complex).reshape(1, len(polynomial) - 1)


def _log(n: int) -> float:
    return math.log(abs(n)) if n else 0.0
