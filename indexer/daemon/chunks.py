"""The chunks of one run: claimed, evaluated by the workers, committed or divided, and given back."""

from __future__ import annotations

import threading
from collections.abc import Callable

from catalog.errors import ChunkRefused, LeaseLost
from catalog.store import leases
from catalog.store.constants import own_constants
from catalog.store.ingest import Ingested
from catalog.store.leases import Lease
from catalog.store.progress import LATELY, yields
from indexer.daemon.committing import commit_chunk
from indexer.daemon.derived import Following
from indexer.daemon.link import Link
from indexer.daemon.log import Log
from indexer.daemon.settings import Settings, Tally
from indexer.daemon.task import PAIR, Task, units_of
from indexer.pipeline.batch import Batch
from indexer.workers.pool import Pool

MAX_ATTEMPTS = 5
"""Claims after which a chunk is cut in halves: whole daemons died with it, not only workers."""

MAX_IN_COMPANY = 2
"""Claims after which a chunk is evaluated alone: it may have died with another one that was at fault."""

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
        self._under_way: dict[int, Lease] = {}
        self._order: list[str] = []
        self._ordered_after = -LATELY
        self.tally = Tally()

    @property
    def leased(self) -> list[Lease]:
        """The leases that are held now."""
        return list(self._under_way.values())

    def claim(self) -> None:
        """Keep one chunk more than workers under way; constants that the user added count from the next one on."""
        if (own := self._link.do(own_constants)) != self._following.own:
            self._drain()
            self._following.own = own
        while len(self._under_way) <= self._workers.count and not self._stopping.is_set():
            lease = self._link.do(
                leases.claim_chunk,
                self._run_id,
                seconds=self._settings.lease_seconds,
                rank_limit=self._settings.rank_limit,
                spaces=self._settings.spaces,
                order=self._by_yield(),
            )
            if lease is None:
                return
            if lease.attempts > MAX_ATTEMPTS:
                self._divide(lease)
                continue
            if alone := lease.attempts > MAX_IN_COMPANY:
                self._drain()
            task = Task(lease.space, lease.template, self._following.anchors, own=self._following.own)
            units = units_of(lease.first_rank, lease.last_rank)
            self._under_way[self._workers.submit(task, units, task.failed)] = lease
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
        """Wait so long for chunks that the workers are done with, and commit them."""
        deaths = self._workers.deaths
        for number, results in self._workers.completed(seconds):
            self._commit(self._under_way.pop(number), Batch.joined(results))
        if self._workers.deaths > deaths:
            self._log.event("worker_died", deaths=self._workers.deaths)

    def release(self) -> None:
        """Give back what is still under way, so that nobody has to wait for its leases to expire."""
        for lease in self._under_way.values():
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
            self._commit(lease, Task(lease.space, lease.template, None).failed(unit, reason))
            return
        middle = (lease.first_rank + lease.last_rank) // 2
        self._link.do(leases.split_chunk, lease, middle + middle % PAIR, reason)
        self._log.event("chunk_divided", **_ranks(lease), attempts=lease.attempts)

    def _commit(self, lease: Lease, batch: Batch) -> None:
        def say(reason: str) -> None:
            self._log.event("chunk_refused", **_ranks(lease), reason=reason)

        try:
            batch, ingested = commit_chunk(self._link.do, batch, lease, say)
        except LeaseLost:
            self._log.event("lease_lost", **_ranks(lease))
            return
        except ChunkRefused as error:
            self._link.do(leases.fail_chunk, lease, str(error))
            self._log.event("chunk_failed", **_ranks(lease), reason=str(error))
            return
        self._count(lease, batch, ingested)
        self._following.commit(batch, ingested)

    def _count(self, lease: Lease, batch: Batch, ingested: Ingested) -> None:
        new = int(ingested.new.sum())
        self.tally.chunks += 1
        self.tally.ranks += lease.last_rank - lease.first_rank
        self.tally.formulas += len(batch)
        self.tally.new += new
        self.tally.failed += batch.failed
        self.tally.identified += batch.identified
        self._log.event("chunk_done", **_ranks(lease), formulas=len(batch), new=new)
        self._told()


def _ranks(lease: Lease) -> dict[str, object]:
    return {"space": lease.space, "first": lease.first_rank, "last": lease.last_rank}
