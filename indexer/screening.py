"""Many pairs of numbers at once: a proof that L and c have no short Moebius relation, before any is sought alone.

A sweep over the library asks the same of every formula and constant, and nearly always the answer is that there is no
relation. Here the lattices of `relations.py`, at 60 bits, are reduced together, in numpy: integer rows in int64, every
decision in double precision. All steps are unimodular, so that a wrong decision costs length, never truth; the bound
comes from the Gram-Schmidt lengths of the final basis, whose product is checked against the lattice's determinant. A
pair whose bound is low may have a relation, and is searched by `relations.moebius`.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from indexer.relations import Scaled

BITS = 60
"""Bits of the scaled numbers: with the rows of a size-reduced basis they stay within int64."""

LANES = 2048
"""Lattices reduced together: their arrays fit the cache."""

MAX_ROUNDS = 60
"""Rounds of the reduction, several times what lattices need; one that is not finished excludes less."""

LAGRANGE_STEPS = 6
"""Steps of a two-dimensional reduction in a round."""

DETERMINANT_TOLERANCE = 1e-6
"""Relative error of the determinant in double precision beyond which nothing is excluded."""

SIZE = 4

Reals = NDArray[np.float64]
Integers = NDArray[np.int64]


def exclusion_bounds(pairs: Sequence[tuple[Scaled, Scaled]]) -> Reals:
    """For each pair of a limit and a constant the M up to which no relation has all coefficients in size: (pairs,).

    At 60 bits M is about 5,000 for numbers without a relation, and below the largest coefficient of any relation that
    there is. The numbers need at least BITS bits with an error of a few units.
    """
    values = np.array([_values(limit, constant) for limit, constant in pairs], dtype=np.int64)
    bounds = np.empty(len(values))
    for start in range(0, len(values), LANES):
        bounds[start : start + LANES] = _bounds(values[start : start + LANES].T)
    return bounds


def _values(limit: Scaled, constant: Scaled) -> tuple[int, int, int, int]:
    """1, c, -L, -cL times one power of two, below 2^BITS and within one unit."""
    down = limit.bits + constant.bits - BITS
    return (
        1 << max(0, BITS - limit.shift - constant.shift),
        constant.value >> (constant.bits - BITS + limit.shift),
        -(limit.value >> (limit.bits - BITS + constant.shift)),
        -((limit.value * constant.value) >> down),
    )


def _bounds(values: Integers) -> Reals:
    """Bounds of lattices given by values (4, lanes), the largest of each first in its basis."""
    lanes = np.arange(values.shape[1])
    lead = np.abs(values).argmax(axis=0)
    ordered = values.copy()
    ordered[lead, lanes], ordered[0] = values[0], values[lead, lanes]
    basis = np.zeros((SIZE, SIZE, values.shape[1]), dtype=np.int64)
    basis[:, 0] = ordered
    for row in range(1, SIZE):
        basis[row, row] = 1
    _reduce(basis)
    lengths = np.sqrt(_gram_schmidt(basis)[1])
    determinant = lengths.prod(axis=0)
    exact = np.abs(ordered[0].astype(np.float64))
    sound = np.abs(determinant - exact) <= DETERMINANT_TOLERANCE * exact
    # a relation up to M is a vector of three coefficients and a remainder of at most 4 M units
    shortest = lengths.min(axis=0) * (1 - DETERMINANT_TOLERANCE)
    return np.where(sound, shortest / sqrt(SIZE - 1 + SIZE**2), 0.0)


def _gram_schmidt(basis: Integers) -> tuple[Reals, Reals]:
    """The coefficients mu (4, 4, lanes), and the squared lengths of the orthogonal rows (4, lanes)."""
    rows = basis.astype(np.float64)
    mu = np.zeros_like(rows)
    squares = np.empty(rows[:, 0].shape)
    for i in range(SIZE):
        for j in range(i):
            mu[i, j] = _product(rows[i], rows[j]) / squares[j]
            rows[i] -= mu[i, j] * rows[j]
        squares[i] = np.maximum(_product(rows[i], rows[i]), 1e-300)
    return mu, squares


def _product(first: Reals, second: Reals) -> Reals:
    products: Reals = first * second
    total: Reals = products[0] + products[1] + products[2] + products[3]
    return total


def _reduce(basis: Integers) -> None:
    """Reduce lattices (4, 4, lanes) in place: all rows in size, then neighbouring rows as planes, turn by turn."""
    last = True
    for turn in range(MAX_ROUNDS):
        mu, squares = _gram_schmidt(basis)
        _reduce_in_size(basis, mu)
        changed = [
            _reduce_plane(basis, k, mu[k + 1, k], squares[k], squares[k + 1]) for k in range(turn % 2, SIZE - 1, 2)
        ]
        if not any(changed) and not last:
            return
        last = any(changed)


def _reduce_in_size(basis: Integers, mu: Reals) -> None:
    """Take multiples of earlier rows from later ones, so that mu is at most 1/2 in size; mu is updated."""
    for i in range(1, SIZE):
        for j in range(i - 1, -1, -1):
            steps = np.rint(mu[i, j])
            if steps.any():
                basis[i] -= steps.astype(np.int64) * basis[j]
                mu[i, :j] -= steps * mu[j, :j]
                mu[i, j] -= steps


def _reduce_plane(basis: Integers, k: int, mu: Reals, first: Reals, second: Reals) -> bool:
    """A few steps of Lagrange's reduction on rows k and k + 1, orthogonal to those before."""
    scale = np.sqrt(first)
    ux, uy, vx, vy = scale, np.zeros_like(scale), mu * scale, np.sqrt(second)
    turn = np.zeros((2, 2, len(mu)), dtype=np.int64)
    turn[0, 0] = turn[1, 1] = 1
    any_change = False
    for _ in range(LAGRANGE_STEPS):
        swap = (vx * vx + vy * vy) < 0.99 * (ux * ux + uy * uy)
        if not swap.any():
            break
        any_change = True
        ux, vx = np.where(swap, vx, ux), np.where(swap, ux, vx)
        uy, vy = np.where(swap, vy, uy), np.where(swap, uy, vy)
        turn = np.where(swap, turn[::-1], turn)
        steps = np.rint((ux * vx + uy * vy) / (ux * ux + uy * uy))
        vx, vy = vx - steps * ux, vy - steps * uy
        turn[1] -= steps.astype(np.int64) * turn[0]
    if any_change:
        upper, lower = basis[k].copy(), basis[k + 1].copy()
        basis[k] = turn[0, 0] * upper + turn[0, 1] * lower
        basis[k + 1] = turn[1, 0] * upper + turn[1, 1] * lower
    return any_change
