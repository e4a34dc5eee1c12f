"""Spaces whose formulas are computed rank by rank, not by columns of coefficients."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from catalog.errors import SpaceError
from catalog.formulas.pcf import PCF
from indexer.sources.space import Coefficients, Proposed, Space, plain

MAX_SCAN = 2**14
"""Most ranks that `rank_of` looks through, some seconds."""


@dataclass(frozen=True)
class ComputedSpace(Space):
    """A space that says what each rank holds."""

    @abstractmethod
    def item_at(self, rank: int) -> PCF | Proposed | None:
        """Return the formula of a rank, with its constant where that is known; None where the rank holds none."""

    def items(self, start: int, stop: int) -> list[PCF | Proposed | None]:
        """Return what `Space` says."""
        return [self.item_at(int(rank)) for rank in self._ranks(start, stop)]

    def coefficients_of(self, ranks: NDArray[np.int64]) -> tuple[Coefficients, Coefficients]:
        """Return what `Space` says, as Python integers."""
        items = [self.item_at(int(rank)) for rank in ranks]
        found = [(row, plain([item])[0]) for row, item in enumerate(items) if item is not None]
        deg_a = max((formula.deg_a for _, formula in found), default=0)
        deg_b = max((formula.deg_b for _, formula in found), default=0)
        A, B = (np.zeros((len(items), degree + 1), dtype=np.object_) for degree in (deg_a, deg_b))
        for row, formula in found:
            A[row, : formula.deg_a + 1], B[row, : formula.deg_b + 1] = formula.a, formula.b
        return A, B

    def rank_of(self, formula: PCF) -> int | None:
        """Return what `Space` says, by looking for the formula; raises SpaceError beyond `MAX_SCAN` ranks."""
        if self.size > MAX_SCAN:
            raise SpaceError(
                f"the space {self.name} is too large to look for a formula in; ask for a formula by its rank"
            )
        for rank in range(self.size):
            item = self.item_at(rank)
            if item is not None and plain([item])[0] == formula:
                return rank
        return None
