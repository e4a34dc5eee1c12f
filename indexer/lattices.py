"""Lattices of integer relations: their reduced bases, and what a basis excludes.

Rows are (remainder, x_1, ..., x_n), as `relations.py` says.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isqrt, prod, sqrt
from operator import mul

from flint import fmpz, fmpz_mat

DETERMINANT_TOLERANCE = 1e-6
"""Relative error of a determinant in double precision up to which the Gram-Schmidt lengths are trusted."""


def reduced(values: Sequence[int]) -> fmpz_mat:
    """The reduced basis of the lattice of `values`, rows (remainder, x_1, ..., x_n)."""
    size = len(values)
    entries = [0] * (size * size)
    for i, value in enumerate(values):
        entries[i * size] = value
        entries[i * size + i] = 1
    entries[0] = values[0]
    return fmpz_mat(size, size, entries).lll()


def exact_bound(basis: fmpz_mat, error: int) -> int:
    """The M up to which the basis of a lattice excludes coefficients of a relation of numbers known to
    +-error.

    A vector of the lattice is at least as long as the shortest Gram-Schmidt vector, here exact from the
    leading minors of the Gram matrix, so that the bound holds however well the basis is reduced; a relation
    with n coefficients up to M is a vector of square <= n M^2 + (n M error)^2.
    """
    size = basis.nrows()
    lower = (basis * basis.transpose()).fflu()[1]
    minors = [fmpz(1), *(lower[i, i] for i in range(size))]
    shortest = min(minors[i + 1] // minors[i] for i in range(size))
    return isqrt(max(0, int(shortest) - 1) // (size + (size * error) ** 2))


def bound(basis: fmpz_mat, lead: fmpz, error: int) -> int:
    """`exact_bound` for four numbers in double precision, whose determinant must come out; else exact.

    A reduced basis is far from singular, so that its Gram-Schmidt lengths lose but a few bits.
    """
    try:
        rows = [[float(x) for x in row] for row in basis.tolist()]
        squares: list[float] = []
        for i, row in enumerate(rows):
            for other, square in zip(rows[:i], squares, strict=True):
                mu = sum(map(mul, row, other)) / square
                row = [x - mu * y for x, y in zip(row, other, strict=True)]
            rows[i] = row
            squares.append(sum(map(mul, row, row)))
        if abs(sqrt(prod(squares)) / abs(float(lead)) - 1) < DETERMINANT_TOLERANCE:
            return int(sqrt(min(squares) / (4 + (4 * error) ** 2)) * (1 - DETERMINANT_TOLERANCE))
    except (OverflowError, ZeroDivisionError):
        pass
    return exact_bound(basis, error)
