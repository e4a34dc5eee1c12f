"""Lattices of integer relations: their reduced bases, and what a basis excludes.

Rows are (remainder, x_1, ..., x_n), as `search` says.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isqrt, prod, sqrt

from flint import fmpz, fmpz_mat

DETERMINANT_TOLERANCE = 1e-6
"""Relative error of a determinant in double precision up to which the Gram-Schmidt lengths are trusted."""


MOST_BITS = 1_000
"""Bits of numbers up to which a basis fits double precision."""


def reduced(values: Sequence[int]) -> fmpz_mat:
    """Return the reduced basis of the lattice of `values`, rows (remainder, x_1, ..., x_n)."""
    size = len(values)
    entries = [0] * (size * size)
    for i, value in enumerate(values):
        entries[i * size] = value
        entries[i * size + i] = 1
    entries[0] = values[0]
    return fmpz_mat(size, size, entries).lll()


def exact_bound(basis: fmpz_mat, error: int) -> int:
    """Return the M up to which the basis of a lattice excludes relations of numbers known to +-error.

    A vector of the lattice is at least as long as the shortest Gram-Schmidt vector, here exact from the
    leading minors of the Gram matrix, so that the bound holds however well the basis is reduced; a relation
    with n coefficients up to M is a vector of square <= n M^2 + (n M error)^2.
    """
    size = basis.nrows()
    lower = (basis * basis.transpose()).fflu()[1]
    minors = [fmpz(1), *(lower[i, i] for i in range(size))]
    shortest = min(minors[i + 1] // minors[i] for i in range(size))
    return isqrt(max(0, int(shortest) - 1) // (size + (size * error) ** 2))


def short_rows(reals: Sequence[float], ratios: Sequence[float], size: float) -> list[int]:
    """Return the rows (remainder, x_1, x_2, x_3) of a basis that may be relations with short coefficients.

    The basis is in double precision. `ratios` are the three numbers over the first; the product of all coefficients is
    at most `size`.
    """
    second, third, fourth = ratios
    short = []
    for i in (0, 4, 8, 12):
        x, y, z = reals[i + 1 : i + 4]
        first = abs(x * second + y * third + z * fourth)
        product = (first or 1.0) * (abs(x) or 1.0) * (abs(y) or 1.0) * (abs(z) or 1.0)
        if product <= size or first < 2:
            short.append(i // 4)
    return short


def bound(basis: fmpz_mat, reals: Sequence[float], lead: fmpz, error: int) -> int:
    """Return `exact_bound` for four numbers, in double precision where the determinant comes out in it.

    A reduced basis is far from singular, so that its Gram-Schmidt lengths lose but a few bits.
    """
    squares: list[float] = []
    rows: list[Sequence[float]] = []
    try:
        for i in (0, 4, 8, 12):
            p, q, r, s = reals[i : i + 4]
            for (x, y, z, w), square in zip(rows, squares, strict=True):
                mu = (p * x + q * y + r * z + s * w) / square
                p, q, r, s = p - mu * x, q - mu * y, r - mu * z, s - mu * w
            rows.append((p, q, r, s))
            squares.append(p * p + q * q + r * r + s * s)
        if abs(sqrt(prod(squares)) / abs(float(lead)) - 1) < DETERMINANT_TOLERANCE:
            return int(sqrt(min(squares) / (4 + (4 * error) ** 2)) * (1 - DETERMINANT_TOLERANCE))
    except (OverflowError, ZeroDivisionError):
        pass
    return exact_bound(basis, error)
