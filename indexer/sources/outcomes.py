"""What becomes of the formulas of a space, as far as their coefficients decide it."""

from __future__ import annotations

import numpy as np

from indexer.mathematics.continued_fractions.asymptotics import OUTCOMES, classify_batch
from indexer.sources.space import Space

BLOCK = 200_000
"""Ranks that are classified at a time."""


def count_outcomes(space: Space) -> dict[str, int]:
    """The number of formulas of a space by status or convergence class; ranks without a formula are left out."""
    totals = np.zeros(len(OUTCOMES), dtype=np.int64)
    for start in range(0, space.size, BLOCK):
        A, B = space.coefficient_arrays(start, min(start + BLOCK, space.size))
        held = (A != 0).any(axis=1) & (B != 0).any(axis=1)
        if held.any():
            totals += np.bincount(classify_batch(A[held], B[held]), minlength=len(OUTCOMES))
    return {**dict(zip(OUTCOMES, totals.tolist(), strict=True)), "undetermined": 0}
