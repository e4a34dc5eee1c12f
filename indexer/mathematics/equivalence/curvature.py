"""The trace of the p-curvature: numbers modulo two primes that equivalences keep, and other formulas seldom share.

The p-curvature of C at x is P(x) = C(x) C(x + 1) ... C(x + p - 1) modulo p. From C1(n) U(n+1) = lambda(n) U(n) C2(n)
follows P1(x) U(x) = Lambda U(x) P2(x), since U(x + p) = U(x) modulo p: where U(x) is invertible modulo p, the squares
of the traces over the determinants agree. x is taken outside the integers modulo p, so that integer roots of b do not
matter. Source: van der Put and Singer, Galois Theory of Difference Equations (1997), chapter 5.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from catalog.formulas.pcf import PCF
from indexer.mathematics.kernels.library import kernels
from indexer.mathematics.kernels.traces import traces_and_determinants

PRIMES = (239, 251)
"""The primes p, 3 modulo 4, so that the Gaussian integers modulo p are a field."""

START = 97
"""The product begins at START i."""

TOGETHER = 128
"""Formulas whose products are taken at once: what fits into a processor's cache."""

Numbers = npt.NDArray[np.complex128]
"""Gaussian integers modulo p, both parts from 0 to p - 1; their products are exact."""

Trace = tuple[int, int]
"""A Gaussian integer modulo p as real and imaginary part."""


def traces(formulas: Sequence[PCF], k: int = 1) -> list[tuple[Trace | None, ...]]:
    """Return tr(P)^2/det(P) modulo each prime, of k steps of each formula taken as one, None where det(P) is 0.

    `k` is 1, 2 or 3.
    """
    by_prime = [_modulo(formulas, k, p) for p in PRIMES]
    return list(zip(*by_prime, strict=True))


def _modulo(formulas: Sequence[PCF], k: int, p: int) -> list[Trace | None]:
    """Return the same for one prime."""
    if not formulas:
        return []
    native = kernels()
    parts = None if native is None else traces_and_determinants(native, formulas, p, k * START)
    if parts is None:
        batches = [formulas[first : first + TOGETHER] for first in range(0, len(formulas), TOGETHER)]
        parts = np.concatenate([_products(batch, k * START, p) for batch in batches])
    found = (_quotient((a * a - b * b, 2 * a * b), (c, d), p) for a, b, c, d in parts.tolist())
    return [None if trace is None else _folded(trace, k, p) for trace in found]


def _folded(trace: Trace, k: int, p: int) -> Trace:
    """Return tr(P^k)^2/det(P^k): the product of p times k steps from k x on is the k-th power of that of p steps."""
    if k == 1:
        return trace
    a, b = trace[0] - k, trace[1]  # tr(P^2) = t^2 - 2 d, tr(P^3) = t (t^2 - 3 d)
    square = _product((a, b), (a, b), p)
    return square if k == 2 else _product(square, trace, p)


def _product(one: Trace, two: Trace, p: int) -> Trace:
    return (one[0] * two[0] - one[1] * two[1]) % p, (one[0] * two[1] + one[1] * two[0]) % p


def _products(formulas: Sequence[PCF], start: int, m: int) -> npt.NDArray[np.int64]:
    """Return trace and determinant of each product from `start` i on, shape (n, 4), real parts first."""
    q, s = (_values(polynomials, start, m) for polynomials in ([f.b for f in formulas], [f.a for f in formulas]))
    entries = [np.zeros_like(q), q, np.ones_like(q), s]
    while entries[0].shape[1] > 1:
        entries = _halved(entries, m)
    p, q, r, s = (entry[:, 0] for entry in entries)
    both = np.stack([_reduced(p + s, m), _reduced(p * s - q * r, m)], axis=1)
    return both.view(np.float64).astype(np.int64)


def _values(polynomials: Sequence[tuple[int, ...]], start: int, m: int) -> Numbers:
    """Return the values of polynomials at start i, start i + 1, ..., shape (n, p)."""
    length = max(map(len, polynomials), default=1)
    table = np.zeros((len(polynomials), length))
    for row, polynomial in enumerate(polynomials):
        table[row, : len(polynomial)] = [c % m for c in polynomial]
    x = _reduced(1j * start + np.arange(m, dtype=np.complex128), m)
    values = np.zeros((len(polynomials), m), dtype=complex)
    for k in reversed(range(length)):
        values = _reduced(values * x + table[:, k : k + 1], m)
    return values


def _halved(entries: Sequence[Numbers], m: int) -> list[Numbers]:
    """Return the products of neighbours; a last one without a neighbour stays."""
    pairs = entries[0].shape[1] // 2 * 2
    p, q, r, s = (entry[:, 0:pairs:2] for entry in entries)
    t, u, v, w = (entry[:, 1:pairs:2] for entry in entries)
    products = [p * t + q * v, p * u + q * w, r * t + s * v, r * u + s * w]
    return [
        np.concatenate([_reduced(new, m), old[:, pairs:]], axis=1) for new, old in zip(products, entries, strict=True)
    ]


def _reduced(numbers: Numbers, m: int) -> Numbers:
    """Reduce both parts modulo m, in place."""
    parts = numbers.view(np.float64)
    parts -= m * np.floor(parts / m)
    return numbers


def _quotient(top: Trace, bottom: Trace, p: int) -> Trace | None:
    """Return a quotient of Gaussian integers modulo p."""
    c, d = bottom
    norm = (c * c + d * d) % p
    if not norm:
        return None
    inverse = pow(norm, -1, p)
    return _product(top, (c * inverse, -d * inverse), p)
