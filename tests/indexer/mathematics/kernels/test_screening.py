"""Bounds of the kernels are those of numpy, bit by bit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.mathematics.kernels.library import Kernels
from indexer.mathematics.relations import screening
from indexer.mathematics.relations.screening import BITS, Constants, Numbers

SHIFTS = st.integers(0, 12)
VALUES = st.integers(-(1 << BITS), 1 << BITS)


def number(value: int, shift: int) -> tuple[int, int]:
    """A number as it is scaled: one above 1 has its leading bit at the top."""
    size = abs(value) | 1 << (BITS - 1) if shift else abs(value)
    return (-size if value < 0 else size), shift


def numbers(pairs: list[tuple[int, int]]) -> Numbers:
    values, shifts = zip(*(number(*pair) for pair in pairs), strict=True)
    return Numbers(np.array(values, dtype=np.int64), np.array(shifts, dtype=np.int64))


PAIRS = st.lists(st.tuples(VALUES, SHIFTS), min_size=1, max_size=12)


@given(PAIRS, PAIRS)
def test_moebius_bounds_are_the_same(
    kernels: Kernels, limits: list[tuple[int, int]], constants: list[tuple[int, int]]
) -> None:
    first, second = numbers(limits), Constants.of(numbers(constants))
    pairs = np.divmod(np.arange(len(limits) * len(constants)), len(constants))
    both = []
    for native in (kernels, None):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(screening, "kernels", lambda native=native: native)
            both.append(screening.moebius_bounds(first, second, pairs))
    assert both[0].tolist() == both[1].tolist()


@given(PAIRS)
def test_quadratic_bounds_are_the_same(kernels: Kernels, limits: list[tuple[int, int]]) -> None:
    both = []
    for native in (kernels, None):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(screening, "kernels", lambda native=native: native)
            both.append(screening.quadratic_bounds(numbers(limits)))
    assert both[0].tolist() == both[1].tolist()
