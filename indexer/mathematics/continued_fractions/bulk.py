"""What the kernels give of many formulas at once: enclosures of limits, and figures of convergents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from catalog.formulas.pcf import PCF
from indexer.mathematics.continued_fractions.asymptotics import Classification
from indexer.mathematics.continued_fractions.limit import bits_wanted
from indexer.mathematics.continued_fractions.tail import GUARD_BITS
from indexer.mathematics.kernels.gcds import Figures, figures
from indexer.mathematics.kernels.library import kernels
from indexer.mathematics.kernels.limits import Enclosure, enclosures

FAST = frozenset({"super_exponential", "exponential"})
"""Classes whose limits the kernels compute."""


@dataclass(frozen=True, slots=True)
class Given:
    """What the kernels gave of one formula; None is left to the Python path."""

    enclosure: Enclosure | None = None
    figures: Figures | None = None

    @property
    def complete(self) -> bool:
        """Whether the tail of the formula will not be asked for."""
        return self.enclosure is not None and self.figures is not None and self.figures.log_bracket is not None


NOTHING = Given()


def given_of(formulas: Sequence[PCF], verdicts: Sequence[Classification], digits: int) -> list[Given]:
    """Return what the kernels give of formulas, in their order; nothing of those that do not converge."""
    given = [NOTHING] * len(formulas)
    native = kernels()
    if native is None:
        return given
    rows = [row for row, verdict in enumerate(verdicts) if verdict.status == "converges"]
    fast = [row for row in rows if verdicts[row].convergence_class in FAST]
    found = dict(zip(fast, enclosures(native, [formulas[row] for row in fast], digits, _bits(digits)), strict=True))
    for row, measured in zip(rows, figures(native, [formulas[row] for row in rows]), strict=True):
        given[row] = Given(found.get(row), measured)
    return given


def _bits(digits: int) -> int:
    """Return the bits that the Python path asks of the tail at first."""
    return bits_wanted(digits) + GUARD_BITS
