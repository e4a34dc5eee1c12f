"""Limits of many formulas that converge fast: an enclosure each, and the digits that both its ends round to.

The depth is chosen as the Python path does (`tail`), so that the enclosures of both are the same. What is too slow, may
be rational, or is not settled to all digits is left out; the Python path has it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from catalog.formulas.pcf import PCF
from indexer.mathematics.kernels.arrays import characters, flags, integers, naturals, padded, within_reach
from indexer.mathematics.kernels.library import Kernels

MAX_DIGITS = 120
"""Most digits that the kernels give."""


@dataclass(frozen=True, slots=True)
class Enclosure:
    """|L| from `low` to `high`, both times 2^-`fraction_bits`; correctly rounded it is `digits` times 10^`exponent`."""

    negative: bool
    low: int
    high: int
    fraction_bits: int
    digits: str
    exponent: int


def enclosures(kernels: Kernels, formulas: Sequence[PCF], digits: int, bits: int) -> list[Enclosure | None]:
    """Return the limits of convergent formulas, to `digits` digits from a depth that gives `bits` bits; None if not."""
    found: list[Enclosure | None] = [None] * len(formulas)
    rows = [row for row, formula in enumerate(formulas) if within_reach(formula)]
    if not rows or digits > MAX_DIGITS:
        return found
    chosen = [formulas[row] for row in rows]
    signs = [formula.a[-1] < 0 for formula in chosen]
    a, b = padded([formula.positive().a for formula in chosen]), padded([formula.b for formula in chosen])
    limbs = kernels.functions.formulary_fixed_limbs()
    fraction_bits = kernels.functions.formulary_fraction_bits()
    ends = np.zeros((len(rows), 2, limbs), dtype=np.uint64)
    text, what = np.zeros((len(rows), digits), dtype=np.uint8), np.zeros((len(rows), 3), dtype=np.int32)
    enough = kernels.functions.formulary_limits(
        integers(a), integers(b), len(rows), digits, bits, naturals(ends), characters(text), flags(what)
    )
    if not enough:
        raise MemoryError
    for place, (done, exponent, negative) in enumerate(what.tolist()):
        if done:
            low, high = (int.from_bytes(end.tobytes(), "little") for end in ends[place].astype("<u8"))
            letters = text[place].tobytes().decode("ascii")
            sign = bool(negative) != signs[place]
            found[rows[place]] = Enclosure(sign, low, high, fraction_bits, letters, exponent)
    return found
