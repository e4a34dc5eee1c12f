"""What a worker process does with a chunk: the formulas of its ranks, evaluated and identified, as records.

A chunk is handed over in units of two ranks, a mirror pair in a box, so that a unit which kills its worker can be told
from the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, islice

from catalog.constants import Constant
from catalog.formula import PCF
from indexer.limits import DEFAULT_DIGITS
from indexer.neighbours import Anchors
from indexer.pipeline import BULK_BUDGET, compute_pairs, failed
from indexer.rows import Record, record, records
from indexer.spaces import Space, read_space
from indexer.terms import terms_with

Unit = tuple[int, int]

PAIR = 2
"""Ranks in a unit."""


@dataclass(frozen=True)
class Task:
    """What the units of a chunk have in common."""

    space: str
    template: str
    anchors: Anchors | None
    digits: int = DEFAULT_DIGITS
    budget: int = BULK_BUDGET
    own: tuple[Constant, ...] = ()

    def __call__(self, units: Sequence[Unit]) -> list[list[Record]]:
        """Evaluate units; called in a worker."""
        held = self._formulas(units)
        computed = compute_pairs(list(chain(*held)), self.digits, self.anchors, self.budget, terms_with(self.own))
        done = iter(records(computed))
        return [list(islice(done, len(formulas))) for formulas in held]

    def failed(self, unit: Unit, reason: str) -> list[Record]:
        """The records of a unit that killed its worker."""
        return [record(failed(formula, reason)) for formula in self._formulas([unit])[0]]

    def _formulas(self, units: Sequence[Unit]) -> list[list[PCF]]:
        """The formulas of each unit; ranks that hold none are left out. Units in a row are read at once."""
        space = _space(self.space, self.template)
        held: list[list[PCF]] = []
        for start, stop, count in _runs(units):
            formulas = space.formulas(start, stop)
            for first, last in units[len(held) : len(held) + count]:
                held.append([formula for formula in formulas[first - start : last - start] if formula is not None])
        return held


def units_of(first_rank: int, last_rank: int) -> list[Unit]:
    """Units of the ranks first_rank <= rank < last_rank; pairs begin at even ranks."""
    starts = [first_rank, *range(first_rank + PAIR - first_rank % PAIR, last_rank, PAIR)]
    return list(zip(starts, [*starts[1:], last_rank], strict=True))


def _runs(units: Sequence[Unit]) -> list[tuple[int, int, int]]:
    """First rank, last rank and number of units of each run of units that follow one another."""
    runs: list[tuple[int, int, int]] = []
    for first, last in units:
        if runs and runs[-1][1] == first:
            start, _, count = runs.pop()
            runs.append((start, last, count + 1))
        else:
            runs.append((first, last, 1))
    return runs


@lru_cache(maxsize=8)
def _space(name: str, template: str) -> Space:
    return read_space(name, template)
