"""Vectors that are hard to tell apart."""

from __future__ import annotations

import numpy as np


def near_duplicates(count: int, seed: int = 5) -> np.ndarray:
    """Clusters far from the origin whose members differ in the last bits of single precision."""
    random = np.random.default_rng(seed)
    centres = 50 + 10 * random.standard_normal((count // 50, 8))
    return np.repeat(centres, 50, axis=0).astype(np.float32) + 2e-5 * random.standard_normal((count, 8)).astype("f4")
