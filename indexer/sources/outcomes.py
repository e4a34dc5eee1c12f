"""What becomes of the formulas of a space, as far as their coefficients decide it: counted, or by a random sample."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from indexer.mathematics.continued_fractions.asymptotics import OUTCOMES, classify_batch
from indexer.sources.space import Coefficients, Space

BLOCK = 200_000
"""Ranks that are classified at a time."""

LARGEST_COUNTED = 2_000_000
"""Ranks of a space that is counted whole unless it is asked otherwise: some seconds."""

SAMPLE = 400_000
"""Ranks that are drawn from a larger one."""

SEED = 20_240_101
"""Of the random ranks, so that the same space gives the same sample."""

QUANTILE = 1.959963984540054
"""Of the normal distribution, for bounds that hold with 95 %."""


@dataclass(frozen=True)
class Estimate:
    """A number of formulas in a space: exact, or from a sample with bounds that hold with 95 %."""

    formulas: int
    low: int
    high: int

    @property
    def error(self) -> int:
        """The larger distance to a bound; 0 where the number is exact."""
        return max(self.high - self.formulas, self.formulas - self.low)


def no_progress(done: int) -> None:
    """Say nothing of how many ranks are done."""


def count_outcomes(space: Space, progress: Callable[[int], None] = no_progress) -> dict[str, int]:
    """The number of formulas of a space by status or convergence class; ranks without a formula are left out.

    `progress` is called with the number of ranks done.
    """
    totals = np.zeros(len(OUTCOMES), dtype=np.int64)
    for start in range(0, space.size, BLOCK):
        stop = min(start + BLOCK, space.size)
        totals += _counts(*space.coefficient_arrays(start, stop))
        progress(stop)
    return {**dict(zip(OUTCOMES, totals.tolist(), strict=True)), "undetermined": 0}


def estimate_outcomes(
    space: Space, sample: int = SAMPLE, progress: Callable[[int], None] = no_progress
) -> dict[str, Estimate]:
    """The same numbers from random ranks, drawn with replacement, with the bounds of Wilson's interval.

    Each number is a binomial share of the sample (E. B. Wilson, J. Amer. Statist. Assoc. 22, 1927, 209-212); an outcome
    that was not drawn has 0 and an upper bound above it.
    """
    random = np.random.default_rng(SEED)
    totals = np.zeros(len(OUTCOMES), dtype=np.int64)
    for start in range(0, sample, BLOCK):
        stop = min(start + BLOCK, sample)
        totals += _counts(*space.coefficients_of(random.integers(0, space.size, stop - start)))
        progress(stop)
    shares = {name: _estimate(count, sample, space.size) for name, count in zip(OUTCOMES, totals.tolist(), strict=True)}
    return {**shares, "undetermined": Estimate(0, 0, 0)}


def _counts(A: Coefficients, B: Coefficients) -> NDArray[np.int64]:
    held = (A != 0).any(axis=1) & (B != 0).any(axis=1)
    if not held.any():
        return np.zeros(len(OUTCOMES), dtype=np.int64)
    return np.bincount(classify_batch(A[held], B[held]), minlength=len(OUTCOMES))


def _estimate(count: int, sample: int, size: int) -> Estimate:
    """Return the estimate for `count` hits among `sample` draws from `size` ranks."""
    share, z2 = count / sample, QUANTILE**2 / sample
    middle = (share + z2 / 2) / (1 + z2)
    reach = QUANTILE * sqrt(share * (1 - share) / sample + z2 / (4 * sample)) / (1 + z2)
    low, high = max(middle - reach, 0.0), min(middle + reach, 1.0)
    return Estimate(round(share * size), min(round(low * size), round(share * size)), round(high * size))
