"""What a worker process does with chunks: the formulas of their ranks, evaluated and identified, as a batch.

They are handed over in units of two ranks, a mirror pair in a box, so that a unit which kills its worker can be told
from the others.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache

from catalog.constants.library import Constant
from catalog.formulas.pcf import PCF
from catalog.version import __version__
from indexer.identification.library import prepared_library
from indexer.kinds.evaluation import EVALUATOR_VERSION
from indexer.kinds.vectors import VECTOR_VERSION
from indexer.mathematics.continued_fractions.limit import DEFAULT_DIGITS
from indexer.pipeline.batch import Batch
from indexer.pipeline.compute import BULK_BUDGET, compute_pairs, failed
from indexer.pipeline.trajectories import walked_batch
from indexer.similarity.anchors import Anchors
from indexer.sources.matrix_fields.spaces import FieldSpace
from indexer.sources.registry import read_space
from indexer.sources.space import Proposed, Space, plain
from indexer.workers.dask import Versions

Unit = tuple[int, int]

PAIR = 2
"""Ranks in a unit."""


@dataclass(frozen=True)
class Task:
    """What the units of chunks that are evaluated together have in common."""

    space: str
    template: str
    anchors: Anchors | None
    digits: int = DEFAULT_DIGITS
    budget: int = BULK_BUDGET
    own: tuple[Constant, ...] = ()
    known: tuple[PCF, ...] = ()
    """Formulas of trajectories of the space that the catalogue has: none that is equivalent is evaluated."""

    @property
    def shared(self) -> Anchors | None:
        """What the chunks of a run have in common."""
        return self.anchors

    def with_shared(self, shared: Anchors | None) -> Task:
        """Return the same task with these anchors."""
        return replace(self, anchors=shared)

    @property
    def alone(self) -> bool:
        """Whether each chunk is a task of its own: trajectories share formulas with others of their chunk."""
        return isinstance(_space(self.space, self.template), FieldSpace)

    def __call__(self, units: Sequence[Unit]) -> list[Batch]:
        """Evaluate units; called in a worker. Returns one batch for all of them."""
        with collected_later():
            space = _space(self.space, self.template)
            if isinstance(space, FieldSpace):
                return [self._walked(space, units)]
            ranks, items = self._ranked(units)
            return [self._evaluated(items, ranks)]

    def _evaluated(self, items: Sequence[PCF | Proposed], ranks: Sequence[int] | None = None) -> Batch:
        library = prepared_library(self.own)
        computed = compute_pairs(items, self.digits, self.anchors, self.budget, library)
        return Batch.of(computed, library.version, ranks)

    def _walked(self, space: FieldSpace, units: Sequence[Unit]) -> Batch:
        """The batch of a space of trajectories: of formulas that are equivalent one is evaluated."""
        ranks = [rank for start, stop in _runs(units) for rank in range(start, stop)]
        walks = [(rank, space.walk_at(rank), space.item_at(rank)) for rank in ranks]
        return walked_batch(walks, self._evaluated, self.known)

    def failed(self, unit: Unit, reason: str) -> Batch:
        """The batch of a unit that killed its worker."""
        ranks, items = self._ranked([unit])
        return Batch.of([failed(formula, reason) for formula in plain(items)], ranks=ranks)

    def _ranked(self, units: Sequence[Unit]) -> tuple[list[int], list[PCF | Proposed]]:
        """Return the ranks of units that hold something, and what they hold. Units in a row are read at once."""
        space = _space(self.space, self.template)
        every = [pair for start, stop in _runs(units) for pair in enumerate(space.items(start, stop), start)]
        held = [(rank, item) for rank, item in every if item is not None]
        return [rank for rank, _ in held], [item for _, item in held]


def versions() -> Versions:
    """Return what a worker must have in common with the daemon."""
    return ("formulary", __version__), ("the evaluator", EVALUATOR_VERSION), ("the neighbour vector", VECTOR_VERSION)


@contextmanager
def collected_later() -> Iterator[None]:
    """Leave Python's search for cyclic garbage until the end.

    There is next to none, and every search among the many objects of a chunk looks at all that live: a sixth of the
    time.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def units_of(first_rank: int, last_rank: int) -> list[Unit]:
    """Units of the ranks first_rank <= rank < last_rank; pairs begin at even ranks."""
    starts = [first_rank, *range(first_rank + PAIR - first_rank % PAIR, last_rank, PAIR)]
    return list(zip(starts, [*starts[1:], last_rank], strict=True))


def _runs(units: Sequence[Unit]) -> list[Unit]:
    """First and last rank of each run of units that follow one another."""
    runs: list[Unit] = []
    for first, last in units:
        if runs and runs[-1][1] == first:
            first = runs.pop()[0]
        runs.append((first, last))
    return runs


@lru_cache(maxsize=8)
def _space(name: str, template: str) -> Space:
    return read_space(name, template)
