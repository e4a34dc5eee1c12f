"""What a space of formulas is: ranks 0 <= rank < size, each of which holds one formula or none.

`boxes` and `template_spaces` have the spaces that there are, `registry` reads them from their templates.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catalog.errors import SpaceError
from catalog.formulas.pcf import PCF

MAX_SIZE = 2**63 - 1
"""Most ranks a space may have: a rank is stored as a bigint."""

Coefficients = NDArray[Any]
"""Coefficients of many polynomials, int64 or Python integers in an object array."""


@dataclass(frozen=True)
class Proposed:
    """A formula with the constant that its source expects behind the limit, as an expression, and why it does."""

    formula: PCF
    constant: str
    why: str


def plain(items: Iterable[PCF | Proposed]) -> list[PCF]:
    """Return the formulas alone."""
    return [item.formula if isinstance(item, Proposed) else item for item in items]


@dataclass(frozen=True)
class Space(ABC):
    """Formulas numbered 0 <= rank < size; `template` is the text that defines them.

    Raises SpaceError where there are more than `MAX_SIZE`.
    """

    name: str
    template: str
    size: int

    def __post_init__(self) -> None:
        """Refuse a size that a rank cannot count."""
        if self.size > MAX_SIZE:
            raise SpaceError(f"the space {self.name} has more than 2^63 formulas; give its parameters smaller ranges")

    def coefficient_arrays(self, start: int, stop: int) -> tuple[Coefficients, Coefficients]:
        """Return what `coefficients_of` does for start <= rank < stop."""
        return self.coefficients_of(self._ranks(start, stop))

    @abstractmethod
    def coefficients_of(self, ranks: NDArray[np.int64]) -> tuple[Coefficients, Coefficients]:
        """Return the coefficients of a and b of n ranks, shapes (n, deg_a + 1) and (n, deg_b + 1).

        They have the constant term first and zeros at the end; int64, or Python integers in object arrays where a
        coefficient of the space may not fit. A rank that holds no formula has a row of zeros in a or in b.
        """

    @abstractmethod
    def rank_of(self, formula: PCF) -> int | None:
        """Return the lowest rank that holds a formula, None where the space does not contain it."""

    def formula_at(self, rank: int) -> PCF | None:
        """Return the formula of a rank, None where one of its polynomials is zero."""
        return self.formulas(rank, rank + 1)[0]

    def formulas(self, start: int, stop: int) -> list[PCF | None]:
        """Return the formulas of the ranks start <= rank < stop, None as in `formula_at`."""
        return [item.formula if isinstance(item, Proposed) else item for item in self.items(start, stop)]

    def items(self, start: int, stop: int) -> list[PCF | Proposed | None]:
        """Return the same with the constants that are expected, where the source knows them before any search."""
        A, B = self.coefficient_arrays(start, stop)
        return [
            PCF(tuple(a), tuple(b)) if any(a) and any(b) else None for a, b in zip(A.tolist(), B.tolist(), strict=True)
        ]

    def _ranks(self, start: int, stop: int) -> NDArray[np.int64]:
        """Return these ranks; raises SpaceError where one is outside the space."""
        if not 0 <= start <= stop <= self.size:
            raise SpaceError(f"the ranks {start} to {stop} are outside the space {self.name} of size {self.size}")
        return np.arange(start, stop, dtype=np.int64)
