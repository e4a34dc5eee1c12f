"""What `equivalence.solving` finds by exact integers, by the kernels from values modulo one prime: not yet verified."""

from __future__ import annotations

from collections.abc import Sequence
from ctypes import byref, c_int64, c_uint64
from dataclasses import dataclass
from itertools import chain

from indexer.mathematics.kernels.library import Kernels

PRIME = 2**61 - 1
"""The prime that the kernels compute with."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Four polynomials without common factor, the constant terms first, which may be the entries of V.

    `free` is the place of the entry of U(start) that was set to 1, of which V has the sign up to that of the poles.
    """

    entries: list[list[int]]
    free: int


def map_modulo(
    kernels: Kernels, polynomials: Sequence[Sequence[int]], start: int, bounds: Sequence[int], spare: int
) -> tuple[int, Candidate | None] | None:
    """Return how many solutions U(start) there are modulo `PRIME`, and the one there is, where its numbers are small.

    The `polynomials` are the entries of C1 and C2 row by row, the numerator of lambda, its denominator times det C1,
    and the poles of U, reduced modulo the prime; `bounds` are the degrees of V's entries, and `spare` values beyond
    those that determine it are conditions. None where the kernels cannot say.
    """
    top, coefficients = max(bounds), list(chain.from_iterable(polynomials))
    found, free = (c_int64 * (4 * (top + 1)))(), c_int64()
    count = kernels.functions.formulary_map(
        (c_uint64 * len(coefficients))(*coefficients),
        (c_int64 * len(polynomials))(*map(len, polynomials)),
        start % PRIME,
        top,
        (c_int64 * 4)(*bounds),
        spare,
        found,
        byref(free),
    )
    if count < 0:
        return None
    if count != 1 or free.value < 0:
        return count, None
    numbers = list(found)
    return count, Candidate([numbers[k : k + top + 1] for k in range(0, len(numbers), top + 1)], free.value)
