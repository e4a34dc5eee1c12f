"""The daemon: leases chunks, has its workers evaluate them, commits rows and the chunk's `done` in one transaction.

Any process may be killed at any instant: what was not committed is done again by whoever takes the lease over. A
server in trouble is waited for (`troubles`). The index follows each commit. Functions that compute are in `work`,
leases in `catalog.store.leases`.
"""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

import psycopg

from catalog.database.opening import SCHEMA_VERSION
from catalog.errors import ChunkRefused, GivenUp, LeaseLost, Unavailable
from catalog.server.home import free_bytes
from catalog.store import leases
from catalog.store.constants import own_constants
from catalog.store.ingest import Ingested, resolve_waiting
from catalog.store.leases import ALL_RANKS, Lease
from catalog.store.progress import ranks_below
from catalog.version import __version__
from indexer.daemon.committing import commit_chunk
from indexer.daemon.derived import Following
from indexer.daemon.disk import forecast
from indexer.daemon.heartbeat import pulse
from indexer.daemon.link import Link
from indexer.daemon.log import Report
from indexer.daemon.task import PAIR, Task, units_of, versions
from indexer.kinds.evaluation import EVALUATOR_VERSION
from indexer.kinds.vectors import VECTOR_VERSION
from indexer.pipeline.batch import Batch
from indexer.workers.pool import Pool, Workers, default_workers

LEASE_SECONDS = 30.0
"""How long a chunk stays with a daemon that is not heard of."""

BEATS_A_LEASE = 4
"""Heartbeats within the time of a lease."""

POLL_SECONDS = 1.0
"""Longest pause between two looks for work where there is none, and longest wait for the workers."""

HINT_SECONDS = 0.1
"""Pause after a hint of new work, since many may come together."""

RECLUSTER_SECONDS = 86_400.0
"""Age of the clusters, where there are any, at which they are made anew."""

MAX_ATTEMPTS = 5
"""Claims after which a chunk is cut in halves: whole daemons died with it, not only workers."""

MAX_IN_COMPANY = 2
"""Claims after which a chunk is evaluated alone: it may have died with another one that was at fault."""

NOTHING_LEFT = "nothing left"
"""Why a run ends that has done all there was."""

SECOND_SIGNAL = 130
"""Exit code where a second signal ends the process at once."""


@dataclass
class Tally:
    """What a run did."""

    chunks: int = 0
    ranks: int = 0
    formulas: int = 0
    new: int = 0
    failed: int = 0
    identified: int = 0
    seconds: float = 0.0
    indexed: int = 0


@dataclass(frozen=True)
class Settings:
    """How a run works."""

    once: bool = False
    rank_limit: int = ALL_RANKS
    workers: int | None = None
    lease_seconds: float = LEASE_SECONDS
    stop_after: float | None = None
    """Seconds after which the run ends as by a signal."""
    memory_limit: int | None = None
    """Bytes that the worker processes may use together."""
    min_free_disk: int = 0
    """Free bytes in the home folder below which no chunk is begun."""
    scheduler: str | None = None
    """Address of a Dask scheduler whose workers evaluate instead of this machine's."""
    spaces: tuple[str, ...] = ()
    """Names of the spaces that are worked on; none means all."""
    recluster_after: float = RECLUSTER_SECONDS
    """Age in seconds at which clusters, where there are any, are made anew."""
    index: str | None = None
    """Kind of this host's index, `flat` or `ivf`; None: as its snapshot is."""

    @property
    def memory_per_worker(self) -> int | None:
        """Each worker's share of `memory_limit`."""
        return self.memory_limit and self.memory_limit // (self.workers or default_workers())


@dataclass
class Daemon:
    """One run of the indexer. `connect` gives connections as the catalogue's owner."""

    connect: Callable[[], psycopg.Connection]
    home: Path | str | None
    report: Report
    settings: Settings
    tally: Tally = field(default_factory=Tally)
    stopping: threading.Event = field(default_factory=threading.Event)
    news: threading.Event = field(default_factory=threading.Event)
    """Set where waiting for work may be over: others committed something, or a signal came."""
    _under_way: dict[int, Lease] = field(default_factory=dict)
    _paused: bool = False

    def run(self) -> Tally:
        """Work until nothing is left (`once`), time is up or a signal comes; returns what was done."""
        started = time.monotonic()
        settings = self.settings
        self._deadline = started + settings.stop_after if settings.stop_after is not None else None
        with Link(self.connect, self.stopping, self.report.event) as self._link:
            self._following = Following(
                self._link,
                self.report,
                self.stopping,
                self.home,
                kind=settings.index,
                recluster_after=settings.recluster_after,
                own=self._link.do(own_constants),
            )
            with self._pool() as self._workers:
                self._run_id = self._enter()
                reason = "error"
                try:
                    reason = self._serve()
                finally:
                    self._leave(reason)
            self.tally.seconds = time.monotonic() - started
            self.tally.indexed = len(self._following.index)
            self.report.event("run_ended", run=self._run_id, reason=reason, chunks=self.tally.chunks)
        return self.tally

    def _serve(self) -> str:
        try:
            with self._pulse(), self._following.writing():
                reason = self._work()
                self._release()
                self._link.do(resolve_waiting)
                if reason == NOTHING_LEFT:
                    self._following.complete()
                self._following.save()
                return reason
        except GivenUp:
            return "signal"  # the server is in trouble: leases expire by themselves
        except Unavailable:
            self._release()
            raise

    def _pool(self) -> Pool:
        settings = self.settings
        if settings.scheduler is None:
            return Workers(settings.workers, settings.memory_per_worker)
        from indexer.workers.dask import DaskWorkers

        return DaskWorkers(settings.scheduler, self.report.event, versions)

    def _enter(self) -> int:
        run_id = self._link.do(
            leases.start_run,
            host=socket.gethostname(),
            process_id=os.getpid(),
            program_version=__version__,
            schema_version=SCHEMA_VERSION,
            evaluator_version=EVALUATOR_VERSION,
            vector_version=VECTOR_VERSION,
            worker_count=self._workers.count,
        )
        self.report.event("run_started", run=run_id, workers=self._workers.count, index=len(self._following.index))
        return run_id

    def _leave(self, reason: str) -> None:
        with suppress(psycopg.Error, Unavailable), self.connect() as connection:
            leases.end_run(connection, self._run_id, reason)

    def _work(self) -> str:
        """Claim, evaluate, commit; returns why it ended."""
        self._total, self._before = self._link.do(ranks_below, self.settings.rank_limit, self.settings.spaces)
        self._say_disk()
        self._tell()
        while not self.stopping.is_set():
            if self._deadline is not None and time.monotonic() > self._deadline:
                self.report.event("stopping", reason="time is up")
                self._finish_all(0)
                return "time is up"
            if self._disk_allows():
                self._claim()
            if not self._under_way:
                claimable, leased = self._link.do(leases.work_remains, self.settings.rank_limit, self.settings.spaces)
                if self.settings.once and not claimable + leased:
                    return NOTHING_LEFT
                self._idle()
                continue
            self._finish_all(POLL_SECONDS)
        self._finish_all(0)
        return "signal"

    def _say_disk(self) -> None:
        """Say before anything is begun where the disk will not do."""
        to_do = max(self._total - self._before, 0)
        coming = self._link.do(forecast, self.home, to_do, self._before, self.settings.min_free_disk)
        if coming is not None and coming.short:
            self.report.event("disk_short", note=str(coming))

    def _idle(self) -> None:
        """A pause, cut short by a hint, after which spaces and formulas that others have added are noticed."""
        self._following.idle()
        if self.news.wait(POLL_SECONDS):
            self.stopping.wait(HINT_SECONDS)
            self.news.clear()
        self._total, done = self._link.do(ranks_below, self.settings.rank_limit, self.settings.spaces)
        self._before = done - self.tally.ranks

    def _disk_allows(self) -> bool:
        """Whether there is enough disk to begin a chunk; says so where that changes."""
        if not self.settings.min_free_disk:
            return True
        free = free_bytes(self.home)
        enough = free >= self.settings.min_free_disk
        if enough == self._paused:
            self._paused = not enough
            self.report.event("disk_pause" if self._paused else "disk_again", free=free)
        return enough

    def _claim(self) -> None:
        """Keep one chunk more than workers under way; constants that the user added count from the next one on."""
        if (own := self._link.do(own_constants)) != self._following.own:
            self._drain()
            self._following.own = own
        while len(self._under_way) <= self._workers.count and not self.stopping.is_set():
            lease = self._link.do(
                leases.claim_chunk,
                self._run_id,
                seconds=self.settings.lease_seconds,
                rank_limit=self.settings.rank_limit,
                spaces=self.settings.spaces,
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
            self.report.event("chunk_claimed", **_ranks(lease), attempt=lease.attempts)
            if alone:
                self._drain()

    def _drain(self) -> None:
        """Commit all that is under way before anything else is begun, so that a chunk can die alone."""
        while self._under_way and not self.stopping.is_set():
            self._finish_all(POLL_SECONDS)

    def _divide(self, lease: Lease) -> None:
        """Halve a chunk that whole daemons died with; where one pair is left, record it as failed."""
        reason = f"whoever evaluated it died, {MAX_ATTEMPTS} times"
        if lease.last_rank - lease.first_rank <= PAIR:
            unit = (lease.first_rank, lease.last_rank)
            self._finish(lease, Task(lease.space, lease.template, None).failed(unit, reason))
            return
        middle = (lease.first_rank + lease.last_rank) // 2
        self._link.do(leases.split_chunk, lease, middle + middle % PAIR, reason)
        self.report.event("chunk_divided", **_ranks(lease), attempts=lease.attempts)

    def _finish_all(self, seconds: float) -> None:
        """Wait so long for chunks that the workers are done with, and commit them."""
        deaths = self._workers.deaths
        for number, results in self._workers.completed(seconds):
            self._finish(self._under_way.pop(number), Batch.joined(results))
        if self._workers.deaths > deaths:
            self.report.event("worker_died", deaths=self._workers.deaths)

    def _finish(self, lease: Lease, batch: Batch) -> None:
        try:
            batch, ingested = self._commit(lease, batch)
        except LeaseLost:
            self.report.event("lease_lost", **_ranks(lease))
            return
        except ChunkRefused as error:
            self._link.do(leases.fail_chunk, lease, str(error))
            self.report.event("chunk_failed", **_ranks(lease), reason=str(error))
            return
        self._count(lease, batch, ingested)
        self._following.commit(batch, ingested)

    def _commit(self, lease: Lease, batch: Batch) -> tuple[Batch, Ingested]:
        def say(reason: str) -> None:
            self.report.event("chunk_refused", **_ranks(lease), reason=reason)

        return commit_chunk(self._link.do, batch, lease, say)

    def _count(self, lease: Lease, batch: Batch, ingested: Ingested) -> None:
        tally = self.tally
        tally.chunks += 1
        tally.ranks += lease.last_rank - lease.first_rank
        tally.formulas += len(batch)
        tally.new += int(ingested.new.sum())
        tally.failed += batch.failed
        tally.identified += batch.identified
        self.report.event("chunk_done", **_ranks(lease), formulas=len(batch), new=int(ingested.new.sum()))
        self._tell()

    def _release(self) -> None:
        """Give back what is still under way, so that nobody has to wait for its leases to expire."""
        for lease in self._under_way.values():
            self._link.do(leases.release_chunk, lease)
            self.report.event("chunk_released", **_ranks(lease))

    def _tell(self) -> None:
        done = self._before + self.tally.ranks
        self.report.progress(done, max(self._total, done), self.tally.formulas, self.tally.identified)

    def _pulse(self) -> AbstractContextManager[None]:
        """Renew run and leases from a thread, which hears of what others commit."""
        seconds = self.settings.lease_seconds

        def beat(connection: psycopg.Connection) -> None:
            leases.heartbeat(connection, self._run_id, list(self._under_way.values()), seconds=seconds)

        return pulse(self.connect, beat, self.news, seconds=seconds / BEATS_A_LEASE)


@contextmanager
def stop_by_signal(daemon: Daemon) -> Iterator[None]:
    """SIGINT and SIGTERM: the first finishes the transaction and leaves, a second one leaves at once."""

    def handle(number: int, frame: FrameType | None) -> None:
        if daemon.stopping.is_set():
            os._exit(SECOND_SIGNAL)
        daemon.stopping.set()
        daemon.news.set()
        daemon.report.event("stopping", signal=signal.Signals(number).name)

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _ranks(lease: Lease) -> dict[str, object]:
    return {"space": lease.space, "first": lease.first_rank, "last": lease.last_rank}
