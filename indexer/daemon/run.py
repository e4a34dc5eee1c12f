"""One run of the indexer: it enters, serves until nothing is left or it is told to stop, and leaves.

Any process may be killed at any instant: a chunk's rows and its `done` are one transaction (`chunks`), and what was not
committed is done again by whoever takes the lease over. A server in trouble is waited for (`link`). The index follows
each commit (`derived`). Functions that compute are in `task`, leases in `catalog.store.leases`.
"""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from types import FrameType

import psycopg

from catalog.database.opening import SCHEMA_VERSION
from catalog.database.readers import end_long_readers
from catalog.errors import GivenUp, Unavailable
from catalog.server.home import free_bytes
from catalog.store import leases
from catalog.store.constants import own_constants
from catalog.store.ingest import resolve_waiting
from catalog.store.progress import ranks_below
from catalog.version import __version__
from indexer.daemon.chunks import POLL_SECONDS, Chunks
from indexer.daemon.derived import Following
from indexer.daemon.disk import forecast
from indexer.daemon.heartbeat import pulse
from indexer.daemon.link import Link
from indexer.daemon.log import Log
from indexer.daemon.settings import Settings, Tally
from indexer.daemon.task import versions
from indexer.kinds.evaluation import EVALUATOR_VERSION
from indexer.kinds.vectors import VECTOR_VERSION
from indexer.mathematics.kernels.library import path_in_use
from indexer.workers.pool import Pool, Workers

BEATS_A_LEASE = 4
"""Heartbeats within the time of a lease."""

READERS_SECONDS = 60.0
"""Time between two looks for readers that are at it too long."""

HINT_SECONDS = 0.1
"""Pause after a hint of new work, since many may come together."""

NOTHING_LEFT = "nothing left"
"""Why a run ends that has done all there was."""

SECOND_SIGNAL = 130
"""Exit code where a second signal ends the process at once."""

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""What makes a run finish its transaction and leave; the last is a terminal that is closed."""


class Daemon:
    """An indexer of one catalogue that can be run and told to stop."""

    def __init__(
        self, connect: Callable[[], psycopg.Connection], home: Path | str | None, log: Log, settings: Settings
    ) -> None:
        """`connect` gives connections as the catalogue's owner."""
        self._connect, self._home, self._log, self._settings = connect, home, log, settings
        self._stopping = threading.Event()
        self._news = threading.Event()  # set where waiting may be over: others committed something, or a signal came

    def run(self) -> Tally:
        """Work until nothing is left (`once`), time is up or a signal comes; returns what was done."""
        started = time.monotonic()
        settings = self._settings
        with Link(self._connect, self._stopping, self._log.event) as link:
            following = Following(
                link,
                self._log,
                self._stopping,
                self._home,
                kind=settings.index,
                recluster_after=settings.recluster_after,
                own=link.do(own_constants),
            )
            with self._pool() as workers:
                run_id = self._enter(link, workers.count, len(following.index))
                reason = "error"
                try:
                    run = _Run(
                        run_id, link, workers, following, settings, self._home, self._log, self._stopping, self._news
                    )
                    with self._pulse(run_id, run.chunks):
                        reason = run.serve(started)
                finally:
                    self._leave(run_id, reason)
            tally = run.chunks.tally
            tally.seconds = time.monotonic() - started
            tally.indexed = len(following.index)
            self._log.event("run_ended", run=run_id, reason=reason, chunks=tally.chunks)
        return tally

    def stop(self, why: str) -> bool:
        """Finish what is under way and leave; False where that was said before."""
        if self._stopping.is_set():
            return False
        self._stopping.set()
        self._news.set()
        with suppress(OSError):  # a terminal that is closed hears nothing
            self._log.event("stopping", signal=why)
        return True

    def _pool(self) -> Pool:
        settings = self._settings
        if settings.scheduler is None:
            return Workers(settings.workers, settings.memory_per_worker)
        from indexer.workers.dask import DaskWorkers  # noqa: PLC0415  an extra that few install

        return DaskWorkers(settings.scheduler, self._log.event, versions)

    def _enter(self, link: Link, workers: int, indexed: int) -> int:
        run_id = link.do(
            leases.start_run,
            host=socket.gethostname(),
            process_id=os.getpid(),
            program_version=__version__,
            schema_version=SCHEMA_VERSION,
            evaluator_version=EVALUATOR_VERSION,
            vector_version=VECTOR_VERSION,
            worker_count=workers,
            evaluated_by=path_in_use(),
        )
        self._log.event("run_started", run=run_id, workers=workers, index=indexed, evaluated_by=path_in_use())
        return run_id

    def _leave(self, run_id: int, reason: str) -> None:
        with suppress(psycopg.Error, Unavailable), self._connect() as connection:
            leases.end_run(connection, run_id, reason)

    def _pulse(self, run_id: int, chunks: Chunks) -> AbstractContextManager[None]:
        """Renew run and leases from a thread, which hears of what others commit."""
        seconds = self._settings.lease_seconds
        looked = 0.0

        def beat(connection: psycopg.Connection) -> None:
            nonlocal looked
            leases.heartbeat(connection, run_id, chunks.leased, seconds=seconds)
            if time.monotonic() - looked > READERS_SECONDS:
                looked = time.monotonic()
                if ended := end_long_readers(connection):
                    self._log.event("readers_ended", count=ended)

        return pulse(self._connect, beat, self._news, seconds=seconds / BEATS_A_LEASE)


class _Run:
    """A run that has entered: it claims and finishes chunks, watches disk and time, and says how far it is."""

    def __init__(
        self,
        run_id: int,
        link: Link,
        workers: Pool,
        following: Following,
        settings: Settings,
        home: Path | str | None,
        log: Log,
        stopping: threading.Event,
        news: threading.Event,
    ) -> None:
        self._link, self._following, self._settings, self._home = link, following, settings, home
        self._log, self._stopping, self._news = log, stopping, news
        self.chunks = Chunks(run_id, link, workers, following, settings, log, stopping, self._tell)
        self._total, self._before = link.do(ranks_below, settings.rank_limit, settings.spaces)
        self._paused = False

    def serve(self, started: float) -> str:
        """Work, then bring up what follows the commits; returns why it ended."""
        try:
            with self._following.writing():
                reason = self._work(started)
                self.chunks.release()
                self._link.do(resolve_waiting)
                complete = reason == NOTHING_LEFT and self._following.complete()
                self._following.save(complete=complete)
                return reason
        except GivenUp:
            return "signal"  # the server is in trouble: leases expire by themselves
        except Unavailable:
            self.chunks.release()
            raise

    def _work(self, started: float) -> str:
        """Claim, evaluate, commit; returns why it ended."""
        settings = self._settings
        self._say_disk()
        self._tell()
        while not self._stopping.is_set():
            if settings.stop_after is not None and time.monotonic() > started + settings.stop_after:
                self._log.event("stopping", reason="time is up")
                self.chunks.finish(0)
                return "time is up"
            if self._disk_allows():
                self.chunks.claim()
            if not self.chunks.leased:
                claimable, leased = self._link.do(leases.work_remains, settings.rank_limit, settings.spaces)
                if settings.once and not claimable + leased:
                    return NOTHING_LEFT
                self._idle()
                continue
            self.chunks.finish(POLL_SECONDS)
        self.chunks.finish(0)
        return "signal"

    def _say_disk(self) -> None:
        """Say before anything is begun where the disk will not do."""
        to_do = max(self._total - self._before, 0)
        coming = self._link.do(forecast, self._home, to_do, self._before, self._settings.min_free_disk)
        if coming is not None and coming.short:
            self._log.event("disk_short", note=str(coming))

    def _idle(self) -> None:
        """A pause, cut short by a hint, after which spaces and formulas that others have added are noticed."""
        self._following.idle()
        if self._news.wait(POLL_SECONDS):
            self._stopping.wait(HINT_SECONDS)
            self._news.clear()
        self._total, done = self._link.do(ranks_below, self._settings.rank_limit, self._settings.spaces)
        self._before = done - self.chunks.tally.ranks

    def _disk_allows(self) -> bool:
        """Whether there is enough disk to begin a chunk; says so where that changes."""
        if not self._settings.min_free_disk:
            return True
        free = free_bytes(self._home)
        enough = free >= self._settings.min_free_disk
        if enough == self._paused:
            self._paused = not enough
            self._log.event("disk_pause" if self._paused else "disk_again", free=free)
        return enough

    def _tell(self) -> None:
        tally = self.chunks.tally
        done = self._before + tally.ranks
        self._log.progress(done, max(self._total, done), tally.formulas, tally.identified)


@contextmanager
def stop_by_signal(daemon: Daemon) -> Iterator[None]:
    """SIGINT, SIGTERM and SIGHUP: the first finishes the transaction and leaves, a second one leaves at once."""

    def handle(number: int, frame: FrameType | None) -> None:
        if not daemon.stop(signal.Signals(number).name):
            os._exit(SECOND_SIGNAL)

    heard = [number for number in SIGNALS if signal.getsignal(number) != signal.SIG_IGN]  # nohup stays as it is
    before = {number: signal.signal(number, handle) for number in heard}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
