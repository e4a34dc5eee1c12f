"""What `relations.screening` computes in numpy, by the kernels: the same operations, and so the same bounds."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from indexer.mathematics.kernels.arrays import Integers, integers, reals
from indexer.mathematics.kernels.library import Kernels

Reals = NDArray[np.float64]


def moebius_bounds(
    kernels: Kernels,
    limits: tuple[Integers, Integers],
    constants: tuple[Integers, Integers],
    rows: Integers,
    pairs: tuple[Integers, Integers],
    wanted: float,
) -> Reals:
    """Return the bounds for pairs of rows of limits and of constants, each given as values and shifts, shape (pairs,).

    `rows` (2, 2, constants) are the short rows of the constants.
    """
    numbers = [np.ascontiguousarray(array, dtype=np.int64) for array in (*limits, *constants, _by_number(rows), *pairs)]
    bounds = np.zeros(len(pairs[0]))
    pointers = [integers(array) for array in numbers]
    kernels.functions.formulary_moebius_bounds(*pointers, len(bounds), wanted, reals(bounds))
    return bounds


def quadratic_bounds(kernels: Kernels, limits: tuple[Integers, Integers], rows: Integers, wanted: float) -> Reals:
    """Return the bounds for quadratic polynomials, of limits as values and shifts with their short rows."""
    numbers = [np.ascontiguousarray(array, dtype=np.int64) for array in (*limits, _by_number(rows))]
    bounds = np.zeros(len(limits[0]))
    kernels.functions.formulary_quadratic_bounds(*[integers(a) for a in numbers], len(bounds), wanted, reals(bounds))
    return bounds


def _by_number(rows: Integers) -> Integers:
    return np.ascontiguousarray(rows.transpose(2, 0, 1))
