"""What follows the formulas that a daemon commits: index, anchors, clusters, families, classes, names.

The database is the truth; this comes after it and can be made anew. What the catalogue refuses here is said, and the
indexing goes on.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TypeVar

import psycopg

from catalog.constants.library import Constant
from catalog.errors import SnapshotNotWritten
from catalog.store.ingest import Ingested
from catalog.store.summaries import renew_where_changed
from indexer.clusters.placement import OnlineClusters
from indexer.daemon.committing import REFUSED, reason_of
from indexer.daemon.link import Link
from indexer.daemon.log import Log
from indexer.daemon.reclustering import Reclustering
from indexer.identification.library import prepared_library
from indexer.pipeline.batch import Batch
from indexer.similarity.anchors import read_anchors
from indexer.similarity.catalogue_index import CatalogueIndex
from indexer.upkeep.classes import Classed, sweep_classes
from indexer.upkeep.families import Swept, sweep_families
from indexer.upkeep.identifying import search_with_library
from indexer.workers.pool import default_workers

Derived = TypeVar("Derived")

SNAPSHOT_SECONDS = 300.0
"""Time between two snapshots of the index."""

SWEEP_SECONDS = 5.0
"""Longest time for naming members of families before a snapshot; what is left comes with the next one."""

COMPLETE_SECONDS = 30.0
"""The same on all cores, where a run has nothing else to do."""

CLASS_SECONDS = 5.0
"""Longest time for comparing formulas with the classes of their buckets before a snapshot."""

SEARCH_SECONDS = 10.0
"""Time between two snapshots for formulas that an older library could not name."""

SUMMARY_SECONDS = 60.0
"""Least time between two counts of the whole catalogue, which pages show."""

SUMMARY_SHARE = 0.01
"""Most of the time that counting takes of a run."""


class Following:
    """Keeps what follows in step with the commits of one daemon."""

    def __init__(
        self,
        link: Link,
        log: Log,
        stopping: threading.Event,
        home: Path | str | None,
        *,
        kind: str | None,
        recluster_after: float,
        own: tuple[Constant, ...],
    ) -> None:
        """Open the index; `kind` as for `CatalogueIndex.open`, `own` are the user's constants."""
        self._link, self._log, self._stopping = link, log, stopping
        self.own = own
        self.index = link.do(CatalogueIndex.open, home, lambda text: log.event("index", note=text), kind=kind)
        self.anchors = link.do(read_anchors)
        self._clusters = OnlineClusters()
        self._reclustering = Reclustering(recluster_after, log.event)
        self._saved_at = time.monotonic()
        self._count_at = time.monotonic() + SUMMARY_SECONDS
        self._writes = False
        self._tied = 0  # members of families that this run has named or tied
        self._uncompared = True  # formulas may be without a class
        self._compared = 0  # formulas whose class this run has found
        self._searched: str | None = None  # version of the library with which all stored formulas were searched

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the right to write snapshots, where no other process of this host has it."""
        try:
            with self.index.store.writer() as self._writes:
                yield
        finally:
            self._reclustering.close()

    def idle(self) -> None:
        """Take in what others have added, while there is nothing to evaluate."""
        self._link.do(self.index.catch_up)
        if self._uncompared:
            self._find_classes()
        self._save_when_due()

    def commit(self, batch: Batch, ingested: Ingested) -> None:
        """Bring index, clusters and anchors up to the commit."""
        self._link.do(self.index.follow, batch.rows, ingested)
        self._derive("clusters", self._clusters.follow)
        self._uncompared = True
        library = prepared_library(self.own)
        for anchor in batch.anchors():
            if anchor.constant not in library:  # theory names such ones, as many as formulas, and proposes them itself
                continue
            self.anchors.add(int(ingested.ids[anchor.row]), str(anchor.formula), anchor.constant, anchor.vector)
        self._save_when_due()

    def _save_when_due(self) -> None:
        self._derive("clusters", self._reclustering.tend)
        if time.monotonic() > self._count_at:
            self._count()
        if time.monotonic() - self._saved_at > SNAPSHOT_SECONDS:
            self.save()

    def _count(self) -> None:
        """Count the whole catalogue for its pages, where anything was added; seldom where that takes long."""
        seconds = self._derive("counts", renew_where_changed) or 0.0
        self._count_at = time.monotonic() + max(SUMMARY_SECONDS, seconds / SUMMARY_SHARE)

    def complete(self) -> bool:
        """Tie all members of families and find all classes that are left, on all cores; False where any are left."""
        while (swept := self._name_families(default_workers())) is not None and not swept.complete and swept.settled:
            pass
        while (done := self._find_classes(default_workers())) is not None and not done.complete and done.settled:
            pass
        return swept is not None and swept.complete and done is not None and done.complete

    def save(self, *, complete: bool = False) -> None:
        """Write a snapshot; one that cannot be written is said and made later, since it can be built anew.

        Families and classes are swept before, where they are not `complete`.
        """
        if self._search_again() or not complete:
            self._name_families()
            self._find_classes()
        self._link.do(self.index.catch_up)
        self._saved_at = time.monotonic()
        self._count()
        if not self._writes:
            return
        try:
            manifest = self._link.do(self.index.save)
        except SnapshotNotWritten as error:
            self._log.event("index_not_saved", reason=str(error))
            return
        if manifest is not None:
            self._log.event("index_saved", vectors=manifest.count, watermark=manifest.watermark)

    def _search_again(self) -> int:
        """Search formulas that were not searched with this version of the library; return how many got a name."""
        library = prepared_library(self.own)
        if self._stopping.is_set() or self._searched == library.version:
            return 0
        work = partial(
            search_with_library,
            library=library,
            anchors=self.anchors,
            seconds=SEARCH_SECONDS,
            stop=self._stopping.is_set,
        )
        found = self._derive("names", work)
        if found is None:
            return 0
        if not found.left and not self._stopping.is_set():
            self._searched = library.version
        if found.searched:
            self._log.event("searched_again", **found.to_json())
        return found.named

    def _name_families(self, workers: int = 1) -> Swept | None:
        """Name the members of families whose representative has been named, or tie them to it."""
        if self._stopping.is_set():
            return None
        seconds = SWEEP_SECONDS if workers == 1 else COMPLETE_SECONDS
        sweep = partial(
            sweep_families, seconds=seconds, stop=self._stopping.is_set, workers=workers, tell=self._tell_families
        )
        swept = self._derive("families", sweep)
        if swept is not None and (swept.named or swept.tied):
            self._tied += swept.named + swept.tied
            self._log.event("families", named=swept.named, tied=swept.tied, complete=swept.complete)
        return swept

    def _find_classes(self, workers: int = 1) -> Classed | None:
        """Find the classes of equivalent formulas, and name the members of those that hold a named one."""
        if self._stopping.is_set():
            return None
        seconds = CLASS_SECONDS if workers == 1 else COMPLETE_SECONDS
        sweep = partial(
            sweep_classes, seconds=seconds, stop=self._stopping.is_set, workers=workers, tell=self._tell_classes
        )
        swept = self._derive("classes", sweep)
        if swept is not None:
            self._uncompared = not swept.complete
        if swept is not None and swept.settled:
            self._compared += swept.formulas
            self._log.event("classes", **swept.to_json())
            self._derive("clusters", partial(self._clusters.place_new, ids=swept.ids))
        return swept

    def _tell_classes(self, phase: str, done: int = 0, total: int | None = None) -> None:
        self._log.phase("finding classes", self._compared + done)

    def _tell_families(self, phase: str, done: int = 0, total: int | None = None) -> None:
        self._log.phase("tying families", self._tied + done)

    def _derive(self, what: str, work: Callable[[psycopg.Connection], Derived]) -> Derived | None:
        """Do what follows from the formulas; where the catalogue refuses it, say so and index on."""
        try:
            return self._link.do(work)
        except REFUSED as error:
            self._log.event("not_derived", what=what, reason=reason_of(error))
            return None
