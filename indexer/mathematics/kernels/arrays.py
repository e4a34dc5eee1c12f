"""Coefficients and arrays as the library takes them."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from catalog.formulas.pcf import PCF

LARGEST_STEP = 16_000_000
"""Largest |a(n)| and |b(n)| up to `LAST`."""

LAST = 1001
"""Largest n at which the polynomials are taken to that size."""

MAX_DEGREE = 2

Integers = NDArray[np.int64]
Pointer = ctypes._Pointer


def within_reach(formula: PCF) -> bool:
    """Say whether the kernels compute with the formula's coefficients."""
    return _small(formula.a) and _small(formula.b)


@lru_cache(maxsize=4096)
def _small(coefficients: tuple[int, ...]) -> bool:
    if len(coefficients) > MAX_DEGREE + 1:
        return False
    largest: int = sum(abs(c) * LAST**k for k, c in enumerate(coefficients))
    return largest <= LARGEST_STEP


def padded(coefficients: Sequence[tuple[int, ...]]) -> Integers:
    """Return polynomials of degree at most 2 as an array (n, 3), constant terms first."""
    return np.array([(*c, 0, 0)[: MAX_DEGREE + 1] for c in coefficients], dtype=np.int64)


def integers(array: Integers) -> Pointer[ctypes.c_int64]:
    """Return the pointer to an array of 64-bit integers."""
    return array.ctypes.data_as(ctypes.POINTER(ctypes.c_int64))


def reals(array: NDArray[np.float64]) -> Pointer[ctypes.c_double]:
    """Return the pointer to an array of doubles."""
    return array.ctypes.data_as(ctypes.POINTER(ctypes.c_double))


def characters(array: NDArray[np.uint8]) -> Pointer[ctypes.c_char]:
    """Return the pointer to an array of bytes."""
    return array.ctypes.data_as(ctypes.POINTER(ctypes.c_char))


def naturals(array: NDArray[np.uint64]) -> Pointer[ctypes.c_uint64]:
    """Return the pointer to an array of limbs."""
    return array.ctypes.data_as(ctypes.POINTER(ctypes.c_uint64))


def flags(array: NDArray[np.int32]) -> Pointer[ctypes.c_int]:
    """Return the pointer to an array of C's int."""
    return array.ctypes.data_as(ctypes.POINTER(ctypes.c_int))
