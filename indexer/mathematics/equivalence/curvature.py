"""The trace of the p-curvature: a number modulo a prime that equivalences keep, and other formulas seldom share.

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

PRIME = 251
"""The prime p, 3 modulo 4, so that the Gaussian integers modulo p are a field."""

START = 97j
"""Where the product begins."""

TOGETHER = 128
"""Formulas whose products are taken at once: what fits into a processor's cache."""

Numbers = npt.NDArray[np.complex128]
"""Gaussian integers modulo p, both parts from 0 to p - 1; their products are exact."""


def traces(formulas: Sequence[PCF]) -> list[tuple[int, int] | None]:
    """Return tr(P)^2/det(P) of each formula as real and imaginary part, None where det(P) is 0 modulo p."""
    found: list[tuple[int, int] | None] = []
    for first in range(0, len(formulas), TOGETHER):
        found += _traces(formulas[first : first + TOGETHER])
    return found


def _traces(formulas: Sequence[PCF]) -> list[tuple[int, int] | None]:
    q, s = (_values(polynomials) for polynomials in ([f.b for f in formulas], [f.a for f in formulas]))
    entries = [np.zeros_like(q), q, np.ones_like(q), s]
    while entries[0].shape[1] > 1:
        entries = _halved(entries)
    p, q, r, s = (entry[:, 0] for entry in entries)
    trace, determinant = _reduced(p + s), _reduced(p * s - q * r)
    return [_quotient(t * t, d) for t, d in zip(trace.tolist(), determinant.tolist(), strict=True)]


def _values(polynomials: Sequence[tuple[int, ...]]) -> Numbers:
    """Return the values of polynomials at START, START + 1, ..., shape (n, p)."""
    length = max(map(len, polynomials), default=1)
    table = np.zeros((len(polynomials), length))
    for row, polynomial in enumerate(polynomials):
        table[row, : len(polynomial)] = [c % PRIME for c in polynomial]
    x = START + np.arange(PRIME)
    values = np.zeros((len(polynomials), PRIME), dtype=complex)
    for k in reversed(range(length)):
        values = _reduced(values * x + table[:, k : k + 1])
    return values


def _halved(entries: Sequence[Numbers]) -> list[Numbers]:
    """Return the products of neighbours; a last one without a neighbour stays."""
    pairs = entries[0].shape[1] // 2 * 2
    p, q, r, s = (entry[:, 0:pairs:2] for entry in entries)
    t, u, v, w = (entry[:, 1:pairs:2] for entry in entries)
    products = [p * t + q * v, p * u + q * w, r * t + s * v, r * u + s * w]
    return [np.concatenate([_reduced(new), old[:, pairs:]], axis=1) for new, old in zip(products, entries, strict=True)]


def _reduced(numbers: Numbers) -> Numbers:
    """Reduce both parts modulo p, in place."""
    parts = numbers.view(np.float64)
    parts -= PRIME * np.floor(parts / PRIME)
    return numbers


def _quotient(top: complex, bottom: complex) -> tuple[int, int] | None:
    """Return a quotient of Gaussian integers modulo p."""
    c, d = int(bottom.real), int(bottom.imag)
    norm = (c * c + d * d) % PRIME
    if not norm:
        return None
    inverse, a, b = pow(norm, -1, PRIME), int(top.real), int(top.imag)
    return (a * c + b * d) * inverse % PRIME, (b * c - a * d) * inverse % PRIME
