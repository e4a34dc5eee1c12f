"""The chunks of one run: claimed, evaluated by the workers, committed or divided, and given back.

A worker gets as many at once as take it TASK_SECONDS, which are committed together: a transaction for each of hundreds
of formulas would cost as much as the formulas. Each has a lease of its own, and is done or open by itself.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from catalog.errors import ChunkRefused, LeaseLost
from catalog.store import leases
from catalog.store.constants import own_constants
from catalog.store.fields import formulas_walked
from catalog.store.ingest import Ingested
from catalog.store.leases import Lease
from catalog.store.progress import LATELY, yields
from indexer.daemon.committing import REFUSED, commit_chunk, commit_chunks, reason_of
from indexer.daemon.derived import Following
from indexer.daemon.link import Link
from indexer.daemon.log import Log
from indexer.daemon.settings import Settings, Tally
from indexer.daemon.task import PAIR, Task, units_of
from indexer.pipeline.batch import Batch
from indexer.pipeline.trajectories import without_doubles
from indexer.workers.pool import Pool

MAX_ATTEMPTS = 5
"""Claims after which a chunk is cut in halves: whole daemons died with it, not only workers."""

MAX_IN_COMPANY = 2
"""Claims after which a chunk is evaluated alone: it may have died with another one that was at fault."""

TASK_SECONDS = 0.6
"""Time that a worker is to have work for; a process that is killed loses that much."""

MAX_TOGETHER = 8
"""Most chunks that are evaluated and committed together."""

PACE_KEPT = 0.7
"""Weight of what was measured of the pace before, when a task more is."""

MOST_KNOWN = 5_000
"""Formulas of a space of trajectories that those of a chunk are compared with before they are evaluated."""

POLL_SECONDS = 1.0
"""Longest wait for the workers, after which signals and leases are looked at."""


class Chunks:
    """What one run has under way; every commit is told to `following`, counted in `tally`, and said."""

    def __init__(
        self,
        run_id: int,
        link: Link,
        workers: Pool,
        following: Following,
        settings: Settings,
        log: Log,
        stopping: threading.Event,
        told: Callable[[], None],
    ) -> None:
        """`told` is called after every commit."""
        self._run_id, self._link, self._workers, self._following = run_id, link, workers, following
        self._settings, self._log, self._stopping, self._told = settings, log, stopping, told
        self._order: list[str] = []
        self._ordered_after = -LATELY
        self._under_way: dict[int, Sequence[Lease]] = {}
        self._pace = Pace()
        self.tally = Tally()

    @property
    def leased(self) -> list[Lease]:
        """The leases that are held now."""
        return [lease for group in list(self._under_way.values()) for lease in group]

    def claim(self) -> None:
        """Keep one task more than workers under way; constants that the user added count from the next one on."""
        if (own := self._link.do(own_constants)) != self._following.own:
            self._drain()
            self._following.own = own
        while len(self._under_way) <= self._workers.count and not self._stopping.is_set():
            groups = self._groups()
            if not groups:
                return
            for group in groups:
                self._begin(group)

    def _groups(self) -> list[list[Lease]]:
        """Lease chunks for a task; one that is evaluated alone, or of another space, comes after the others."""
        group: list[Lease] = []
        for _ in range(self._pace.chunks(self._workers.count)):
            lease = self._link.do(
                leases.claim_chunk,
                self._run_id,
                seconds=self._settings.lease_seconds,
                rank_limit=self._settings.rank_limit,
                spaces=self._settings.spaces,
                order=self._by_yield(),
            )
            if lease is None:
                break
            alone = lease.attempts > MAX_IN_COMPANY or Task(lease.space, lease.template, None).alone
            if group and (alone or lease.space_id != group[0].space_id):
                return [group, [lease]]
            group.append(lease)
            if alone:
                break
        return [group] if group else []

    def _begin(self, group: Sequence[Lease]) -> None:
        """Have chunks evaluated as one task, or divide a single one that too many died with."""
        first = group[0]
        if first.attempts > MAX_ATTEMPTS:
            self._divide(first)
            return
        if alone := first.attempts > MAX_IN_COMPANY:
            self._drain()
        task = Task(first.space, first.template, self._following.anchors, own=self._following.own)
        if task.alone:
            known = self._link.do(formulas_walked, first.space_id, MOST_KNOWN)
            task = replace(task, known=tuple(known))
        units = [unit for lease in group for unit in units_of(lease.first_rank, lease.last_rank)]
        self._under_way[self._workers.submit(task, units, task.failed)] = group
        for lease in group:
            self._log.event("chunk_claimed", **_ranks(lease), attempt=lease.attempts)
        if alone:
            self._drain()

    def _by_yield(self) -> list[str]:
        """Return the spaces that are known well enough, the one that lately named most formulas a second first.

        Empty where spaces are not to be compared. All others come before them, until they are known too; one that was
        left long ago is not known any more, and tried again.
        """
        if self._settings.by_yield and self.tally.chunks >= self._ordered_after + LATELY:
            known = [found for found in self._link.do(yields) if found.chunks >= LATELY]
            known.sort(key=lambda found: found.named_per_second, reverse=True)
            self._order, self._ordered_after = [found.space for found in known], self.tally.chunks
        return self._order

    def finish(self, seconds: float) -> None:
        """Wait so long for tasks that the workers are done with, and commit their chunks."""
        deaths = self._workers.deaths
        for number, results in self._workers.completed(seconds):
            group = self._under_way.pop(number)
            self._pace.measure(len(group))
            self._commit(group, Batch.joined(results))
        if self._workers.deaths > deaths:
            self._log.event("worker_died", deaths=self._workers.deaths)

    def release(self) -> None:
        """Give back what is still under way, so that nobody has to wait for its leases to expire."""
        for lease in self.leased:
            self._link.do(leases.release_chunk, lease)
            self._log.event("chunk_released", **_ranks(lease))

    def _drain(self) -> None:
        """Commit all that is under way before anything else is begun, so that a chunk can die alone."""
        while self._under_way and not self._stopping.is_set():
            self.finish(POLL_SECONDS)

    def _divide(self, lease: Lease) -> None:
        """Halve a chunk that whole daemons died with; where one pair is left, record it as failed."""
        reason = f"whoever evaluated it died, {MAX_ATTEMPTS} times"
        if lease.last_rank - lease.first_rank <= PAIR:
            unit = (lease.first_rank, lease.last_rank)
            self._commit([lease], Task(lease.space, lease.template, None).failed(unit, reason))
            return
        middle = (lease.first_rank + lease.last_rank) // 2
        self._link.do(leases.split_chunk, lease, middle + middle % PAIR, reason)
        self._log.event("chunk_divided", **_ranks(lease), attempts=lease.attempts)

    def _commit(self, group: Sequence[Lease], batch: Batch) -> None:
        """Commit chunks together, or where one of them fails each by itself."""
        if len(group) == 1:
            self._commit_one(group[0], batch)
            return
        try:
            ingested = commit_chunks(self._link.do, batch, group)
        except (LeaseLost, *REFUSED) as error:
            self._log.event("chunks_apart", **_ranks(group[0]), chunks=len(group), reason=reason_of(error))
        else:
            self._count(group, batch, ingested)
            self._following.commit(batch, ingested)
            return
        first = 0
        for lease in group:
            last = first + batch.count(lease.first_rank, lease.last_rank)
            self._commit_one(lease, batch.part(first, last))
            first = last

    def _commit_one(self, lease: Lease, batch: Batch) -> None:
        def say(reason: str) -> None:
            self._log.event("chunk_refused", **_ranks(lease), reason=reason)

        try:
            if batch.findings.trajectories:
                batch = without_doubles(batch, self._link.do(formulas_walked, lease.space_id, MOST_KNOWN))
            batch, ingested = commit_chunk(self._link.do, batch, lease, say)
        except LeaseLost:
            self._log.event("lease_lost", **_ranks(lease))
            return
        except ChunkRefused as error:
            self._link.do(leases.fail_chunk, lease, str(error))
            self._log.event("chunk_failed", **_ranks(lease), reason=str(error))
            return
        self._count([lease], batch, ingested)
        self._following.commit(batch, ingested)

    def _count(self, group: Sequence[Lease], batch: Batch, ingested: Ingested) -> None:
        """Count and say what was committed."""
        self.tally.chunks += len(group)
        self.tally.ranks += sum(lease.last_rank - lease.first_rank for lease in group)
        self.tally.formulas += len(batch) + ingested.recurrences.total
        self.tally.new += int(ingested.new.sum()) + ingested.recurrences.new
        self.tally.failed += batch.failed
        self.tally.identified += batch.identified + ingested.recurrences.named
        first = 0
        for lease in group:
            last = len(batch) if len(group) == 1 else first + batch.count(lease.first_rank, lease.last_rank)
            new = int(ingested.new[first:last].sum())
            self._log.event("chunk_done", **_ranks(lease), formulas=last - first, new=new)
            first = last
        self._told()


class Pace:
    """How fast the workers are, all together, measured from one task to the next."""

    def __init__(self) -> None:
        """Nothing is known: the first tasks are of one chunk."""
        self._chunks = self._seconds = 0.0
        self._last = time.monotonic()

    def measure(self, chunks: int) -> None:
        """Count a task of so many chunks that is done now."""
        now = time.monotonic()
        self._chunks = PACE_KEPT * self._chunks + chunks
        self._seconds = PACE_KEPT * self._seconds + now - self._last
        self._last = now

    def chunks(self, workers: int) -> int:
        """Return how many chunks take one of the workers TASK_SECONDS."""
        if not self._seconds:
            return 1
        return min(max(int(TASK_SECONDS * self._chunks / self._seconds / workers), 1), MAX_TOGETHER)


def _ranks(lease: Lease) -> dict[str, object]:
    return {"space": lease.space, "first": lease.first_rank, "last": lease.last_rank}
