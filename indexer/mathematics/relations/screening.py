"""Many numbers at once: a proof that they have no short Moebius or quadratic relation, before any is sought alone.

A sweep over the library asks the same of every formula and constant, and nearly always the answer is that there is no
relation. Here the lattices of `search`, at 60 bits, are reduced together, in numpy; or one by one by the kernels, with
the same operations. Half of each reduction is that of 1 and c alone, done once for a constant; what is left has entries
of about 30 bits, so that double precision does. A lattice is left as soon as it excludes what is asked for. The bound
comes from the Gram-Schmidt lengths of the basis, after a proof that it is one: each row is a vector of the lattice in
exact arithmetic, and the product of the lengths is the lattice's determinant. A pair whose bound is low may have a
relation, and is searched by `search.moebius`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from indexer.mathematics.kernels import screening
from indexer.mathematics.kernels.library import kernels
from indexer.mathematics.relations.search import Scaled

BITS = 60
"""Bits of the scaled numbers: values and their products with short coefficients stay within int64."""

SCREENED_BOUND = 1_000
"""Size of coefficients up to which a screening must exclude a Moebius relation for it not to be sought alone."""

QUADRATIC_BOUND = 50_000
"""The same for quadratic polynomials, whose lattices have one dimension less."""

LANES = 4096
"""Lattices reduced together."""

MAX_ROUNDS = 12
"""Rounds of the reduction; four are usual, and what is not finished excludes less."""

LAGRANGE_STEPS = 4
"""Steps of a two-dimensional reduction in a round."""

FINISHED_SHARE = 0.15
"""Share of lattices that must have finished for the others to go on without them."""

LARGEST_ENTRY = 2.0**52
"""Entries of a basis beyond which nothing is excluded: in double precision they might not be integers."""

DETERMINANT_TOLERANCE = 1e-6
"""Relative error of the determinant in double precision beyond which nothing is excluded."""

Reals = NDArray[np.float64]
Integers = NDArray[np.int64]

Pairs = tuple[Integers, Integers]
"""Rows of limits, and of the constants that belong to them."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """Scaled numbers as arrays (n,): `values` at 60 bits and their `shifts`, as in `search.Scaled`."""

    values: Integers
    shifts: Integers

    @classmethod
    def of(cls, scaled: Sequence[Scaled]) -> Numbers:
        """Return numbers of at least BITS bits with an error of a few units."""
        values = np.array([s.value >> (s.bits - BITS) for s in scaled], dtype=np.int64)
        return cls(values, np.array([min(s.shift, BITS) for s in scaled], dtype=np.int64))

    def __len__(self) -> int:
        """Return how many they are."""
        return len(self.values)

    def __getitem__(self, rows: Integers) -> Numbers:
        """Return those of some rows."""
        return Numbers(self.values[rows], self.shifts[rows])


@dataclass(frozen=True, slots=True)
class Constants:
    """Numbers c with reduced bases of the lattices of 1 and c: rows (p, q) with p + q c short, (2, 2, n)."""

    numbers: Numbers
    rows: Integers

    @classmethod
    def of(cls, numbers: Numbers) -> Constants:
        """Reduce the lattices of 1 and c by Euclid's algorithm, half way."""
        one = np.int64(1) << (BITS - numbers.shifts)
        above, below = one.copy(), numbers.values.copy()
        rows = np.zeros((2, 2, len(numbers)), dtype=np.int64)
        rows[0, 0] = rows[1, 1] = 1
        while (active := np.abs(below) > 1 << BITS // 2).any():
            steps = np.where(active, above // np.where(active, below, 1), 0)
            above, below = np.where(active, below, above), np.where(active, above - steps * below, below)
            rows = np.where(active, np.stack((rows[1], rows[0] - steps * rows[1])), rows)
        return cls(numbers, rows)

    def __getitem__(self, rows: Integers) -> Constants:
        """Return those of some rows."""
        return Constants(self.numbers[rows], self.rows[:, :, rows])


def exclusion_bounds(pairs: Sequence[tuple[Scaled, Scaled]]) -> Reals:
    """Return for each pair of a limit and a constant the M that a coefficient of any relation exceeds, shape (pairs,).

    M is SCREENED_BOUND or more for numbers without a relation, and below the largest coefficient of any relation that
    there is.
    """
    limits, constants = Numbers.of([limit for limit, _ in pairs]), Numbers.of([constant for _, constant in pairs])
    return moebius_bounds(limits, Constants.of(constants))


def moebius_bounds(limits: Numbers, constants: Constants, pairs: Pairs | None = None) -> Reals:
    """Return the same for arrays of limits and of constants; row by row, or for `pairs` of rows of both."""
    of, by = pairs or (np.arange(len(limits)), np.arange(len(limits)))
    native = kernels()
    if native is not None:
        numbers = constants.numbers
        given = (limits.values, limits.shifts), (numbers.values, numbers.shifts), constants.rows
        return screening.moebius_bounds(native, *given, (of, by), SCREENED_BOUND)
    bounds = [np.empty(0)]
    for start in range(0, len(of), LANES):
        some = slice(start, start + LANES)
        bounds.append(_bounds(*_lattices(limits[of[some]], constants[by[some]]), SCREENED_BOUND))
    return np.concatenate(bounds)


def quadratic_bounds(limits: Numbers) -> Reals:
    """Return for each limit the M that a coefficient of any quadratic polynomial with this root exceeds, shape (n,)."""
    native = kernels()
    if native is not None:
        rows = Constants.of(limits).rows
        return screening.quadratic_bounds(native, (limits.values, limits.shifts), rows, QUADRATIC_BOUND)
    bounds = [np.empty(0)]
    for start in range(0, len(limits), LANES):
        some = limits[np.arange(start, min(start + LANES, len(limits)))]
        basis, values = _lattices(some, Constants.of(some))
        # of 1, L, L, L^2 the one L that is not in block A is left out
        last = np.where(some.shifts == 0, 3, 2)
        basis[2, 0], basis[2, 1] = np.where(last == 3, basis[3, :2], basis[2, :2])
        values[2] = np.where(last == 3, values[3], values[2])
        bounds.append(_bounds(np.ascontiguousarray(basis[:3, :3]), values[:3], QUADRATIC_BOUND))
    return np.concatenate(bounds)


def _lattices(limits: Numbers, constants: Constants) -> tuple[Reals, Integers]:
    """Return bases (4, 4, lanes) of the lattices of 1, c, -L, -cL, and these numbers as ordered there, (4, lanes).

    The numbers are taken times one power of two, below 2^BITS and within one unit. Block A, (1, c) or for |L| > 1
    (-L, -cL), comes first and in its reduced basis; the other block's rows are reduced by it. The first number is the
    largest; its coefficient is left out, as in `search`.
    """
    c, rows = constants.numbers, constants.rows
    total = limits.shifts + c.shifts
    one = np.where(total > BITS, 0, np.int64(1) << np.maximum(BITS - total, 0))
    plain = np.stack((one, c.values >> limits.shifts))
    times = np.stack((-(limits.values >> c.shifts), -_product(limits.values, c.values)))
    below_one, large = limits.shifts == 0, c.shifts > 0
    first, second = np.where(below_one, plain, times), np.where(below_one, times, plain)
    # products may wrap around, the short sums do not
    remainders = rows[:, 0] * first[0] + rows[:, 1] * first[1]
    kept = np.where(large, rows[:, 0], rows[:, 1])
    values = np.concatenate((np.where(large, first[::-1], first), second))
    basis = np.zeros((4, 4, len(total)))
    basis[:2, 0], basis[:2, 1] = remainders, kept
    basis[2, 2] = basis[3, 3] = 1
    crossed = basis[0, 0] * basis[1, 1] - basis[1, 0] * basis[0, 1]
    crossed[crossed == 0] = 1
    for row in (2, 3):
        upper = np.rint(values[row] * (basis[1, 1] / crossed)).astype(np.int64)
        lower = np.rint(values[row] * (-basis[0, 1] / crossed)).astype(np.int64)
        basis[row, 0] = values[row] - upper * remainders[0] - lower * remainders[1]
        basis[row, 1] = -upper * kept[0] - lower * kept[1]
    return basis, values


def _product(x: Integers, y: Integers) -> Integers:
    """Return x y / 2^BITS, rounded down, from halves of x and y."""
    half = BITS // 2
    mask = np.int64((1 << half) - 1)
    x1, x0, y1, y0 = x >> half, x & mask, y >> half, y & mask
    product: Integers = x1 * y1 + ((x1 * y0 + x0 * y1 + ((x0 * y0) >> half)) >> half)
    return product


def _bounds(basis: Reals, values: Integers, wanted: float) -> Reals:
    """Return the sizes of coefficients that lattices (size, size, lanes) exclude, at least `wanted` where they can.

    A lattice is reduced until it does; where its basis is not proved to be one, nothing is excluded.
    """
    size = len(basis)
    # a relation up to M is a vector of size - 1 coefficients and a remainder of at most size * M units
    length = sqrt(size - 1 + size**2) / (1 - DETERMINANT_TOLERANCE)
    bounds, lanes = np.zeros(values.shape[1]), np.arange(values.shape[1])
    settled = np.zeros(len(lanes), dtype=np.bool_)
    for turn in range(1, MAX_ROUNDS + 1):
        mu, squares = _gram_schmidt(basis)
        shortest = np.sqrt(squares.min(axis=0))
        # a bound is that of the first turn that suffices, whatever else is in the array
        now = np.flatnonzero(~settled & ((shortest >= wanted * length) | (turn == MAX_ROUNDS)))
        proved = _is_basis(basis[:, :, now], values[:, now], squares[:, now])
        bounds[lanes[now]] = np.where(proved, shortest[now] / length, 0.0)
        settled[now] = True
        count = int(np.count_nonzero(settled))
        if count == len(lanes):
            break
        if count >= FINISHED_SHARE * len(lanes):
            left = np.flatnonzero(~settled)
            lanes, values, squares, settled = lanes[left], values[:, left], squares[:, left], settled[left]
            basis, mu = np.ascontiguousarray(basis[:, :, left]), mu[:, :, left]
        _reduce_in_size(basis, mu)
        for k in range(turn % 2, size - 1, 2):
            _reduce_plane(basis, k, mu[k + 1, k], squares[k], squares[k + 1])
    return bounds


def _is_basis(basis: Reals, values: Integers, squares: Reals) -> NDArray[np.bool_]:
    """Return whether rows (remainder, x_1, x_2, ...) are a basis of the lattice of `values`, largest first: (lanes,).

    The remainder is x_0 v_0 + x_1 v_1 + ... for an integer x_0. It is found in double precision, and the equation then
    checked modulo 2^64, far above the size that both sides have in double precision.
    """
    small = np.abs(basis).max(axis=(0, 1)) < LARGEST_ENTRY
    rows, reals = np.where(small, basis, 0.0).astype(np.int64), values.astype(np.float64)
    reals[0] = np.where(reals[0] == 0, 1.0, reals[0])
    sums = _inner(basis[:, 1:].swapaxes(0, 1), reals[1:, np.newaxis])
    first = np.where(small, np.rint((basis[:, 0] - sums) / reals[0]), 0.0).astype(np.int64)
    exact = first * values[0]
    for k in range(1, len(values)):
        exact += rows[:, k] * values[k]
    lengths, determinant = np.sqrt(squares.prod(axis=0)), np.abs(reals[0])
    complete = np.abs(lengths - determinant) <= DETERMINANT_TOLERANCE * determinant
    proved: NDArray[np.bool_] = small & complete & (exact == rows[:, 0]).all(axis=0)
    return proved


def _gram_schmidt(basis: Reals) -> tuple[Reals, Reals]:
    """Return the coefficients mu (size, size, lanes), and the squared lengths of the orthogonal rows (size, lanes)."""
    size = len(basis)
    mu, squares = np.zeros_like(basis), np.empty_like(basis[:, 0])
    orthogonal = [basis[0]]
    for i in range(size):
        row = basis[i]
        for j in range(i):
            mu[i, j] = _inner(row, orthogonal[j]) / squares[j]
            row = row - mu[i, j] * orthogonal[j]
        if i:
            orthogonal.append(row)
        squares[i] = np.maximum(_inner(row, row), 1e-300)
    return mu, squares


def _inner(first: Reals, second: Reals) -> Reals:
    products = first * second
    total: Reals = products[0]
    for part in products[1:]:
        total += part
    return total


def _reduce_in_size(basis: Reals, mu: Reals) -> None:
    """Take multiples of earlier rows from later ones, so that mu is at most 1/2 in size; mu is updated."""
    for i in range(1, len(basis)):
        for j in range(i - 1, -1, -1):
            steps = np.rint(mu[i, j])
            if steps.any():
                basis[i] -= steps * basis[j]
                mu[i, :j] -= steps * mu[j, :j]
                mu[i, j] -= steps


def _reduce_plane(basis: Reals, k: int, mu: Reals, first: Reals, second: Reals) -> None:
    """Take a few steps of Lagrange's reduction on rows k and k + 1, orthogonal to those before.

    Where a plane is reduced, a step does nothing, so that all lanes take the same steps.
    """
    scale = np.sqrt(first)
    x, y = (scale, np.zeros_like(scale)), (mu * scale, np.sqrt(second))
    one, none = np.ones_like(scale), np.zeros_like(scale)
    turn_x, turn_y = (one, none), (none, one)
    for _ in range(LAGRANGE_STEPS):
        steps = np.rint((x[0] * y[0] + x[1] * y[1]) / (y[0] * y[0] + y[1] * y[1]))
        x, y = y, (x[0] - steps * y[0], x[1] - steps * y[1])
        turn_x, turn_y = turn_y, (turn_x[0] - steps * turn_y[0], turn_x[1] - steps * turn_y[1])
    swap = (y[0] * y[0] + y[1] * y[1]) < (x[0] * x[0] + x[1] * x[1])
    upper = turn_x[0] * basis[k] + turn_x[1] * basis[k + 1]
    lower = turn_y[0] * basis[k] + turn_y[1] * basis[k + 1]
    basis[k], basis[k + 1] = np.where(swap, lower, upper), np.where(swap, upper, lower)
