"""Logarithms of gcd(p_n, q_n) at five depths, of q_n and of the bracket of the error, for many formulas at once.

Of formulas of degrees at most 2 whose steps stay within `LARGEST_STEP`. What the kernels cannot settle is left out; the
Python path has it. Numerators b are prepared once and kept.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from catalog.formulas.pcf import PCF
from indexer.mathematics.kernels.arrays import Integers, characters, integers, padded, reals, within_reach
from indexer.mathematics.kernels.library import Kernels

GCD_DEPTHS = (60, 125, 250, 500, 1000)
"""Depths n at which the gcds are taken; the last is that of q_n and the error."""

NUMERATORS_KEPT = 256
"""Prepared numerators that are kept, 0.2 MB each; a box has that many within thousands of ranks."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one formula: log g_n at `GCD_DEPTHS`, where p_n and q_n are not 0 at any of them.

    At the last depth n log|q_n|, `ratio` = q_{n-1}/q_n, and log|x_{n+1} + b(n+1) q_{n-1}/q_n|, x the tail; None where
    that is not settled.
    """

    log_gcds: tuple[float, ...]
    log_q: float
    ratio: float
    log_bracket: float | None


def figures(kernels: Kernels, formulas: Sequence[PCF]) -> list[Figures | None]:
    """Return the figures of formulas that converge without terminating; None for those that are left to Python."""
    found: list[Figures | None] = [None] * len(formulas)
    groups: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for row, formula in enumerate(formulas):
        if within_reach(formula):
            groups[formula.b].append(row)
    for b, rows in groups.items():
        prepared = _numerator(kernels, b)
        if prepared is not None:
            # with a positive leading coefficient of a, of which the kernel knows the tail
            a = padded([formulas[row].a for row in rows])
            signs = np.array([1 if formulas[row].a[-1] > 0 else -1 for row in rows])
            for row, known in zip(rows, _figures(kernels, a * signs[:, np.newaxis], signs, prepared), strict=True):
                found[row] = known
    return found


@lru_cache(maxsize=NUMERATORS_KEPT)
def _numerator(kernels: Kernels, b: tuple[int, ...]) -> NDArray[np.uint8] | None:
    memory = np.empty(kernels.functions.formulary_numerator_size(), dtype=np.uint8)
    usable = kernels.functions.formulary_numerator(integers(padded([b])), memory.ctypes.data)
    return memory if usable else None


def _figures(kernels: Kernels, a: Integers, signs: Integers, prepared: NDArray[np.uint8]) -> list[Figures | None]:
    count = len(a)
    gcds, growth = np.empty((count, len(GCD_DEPTHS))), np.full((count, 3), np.nan)
    done = np.zeros(count, dtype=np.uint8)
    enough = kernels.functions.formulary_gcds(
        integers(a),
        count,
        prepared.ctypes.data,
        kernels.variant,
        reals(gcds),
        reals(growth),
        characters(done),
    )
    if not enough:
        raise MemoryError
    growth[:, 1] *= signs
    settled = done.astype(bool) & np.isfinite(growth[:, 0])
    rows = zip(settled.tolist(), gcds.tolist(), growth.tolist(), strict=True)
    return [
        Figures(tuple(logs), log_q, ratio, None if bracket != bracket else bracket) if fits else None  # None for NaN
        for fits, logs, (log_q, ratio, bracket) in rows
    ]
