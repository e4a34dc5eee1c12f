"""Chunks that are evaluated together: committed at once, and where one of them fails each by itself."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

import psycopg
import pytest

from catalog.store.leases import Lease, add_space, claim_chunk, release_chunk
from indexer.daemon import chunks as module
from indexer.daemon.chunks import Chunks, Pace
from indexer.daemon.log import SilentLog
from indexer.daemon.settings import Settings
from indexer.daemon.task import Task, units_of
from indexer.pipeline.batch import Batch
from indexer.sources.registry import QUADRATIC_5
from tests.helpers.leases import start_run

RANKS = 12


class Worker:
    """A pool that evaluates what it is given as it is asked for it."""

    count, deaths = 1, 0

    def __init__(self) -> None:
        self.tasks: list[tuple[Callable[..., Any], Sequence[Any]]] = []

    def submit(self, task: Callable[..., Any], units: Sequence[Any], failed: Callable[..., Any]) -> int:
        self.tasks.append((task, units))
        return len(self.tasks)

    def completed(self, seconds: float) -> list[tuple[int, list[Batch]]]:
        done, self.tasks = self.tasks, []
        return [(number, task(units)) for number, (task, units) in enumerate(done, 1)]


class Following:
    """What follows commits: here the batches are kept."""

    anchors, own = None, ()

    def __init__(self) -> None:
        self.batches: list[Batch] = []

    def commit(self, batch: Batch, ingested: Any) -> None:
        self.batches.append(batch)


class Link:
    """A connection that is never in trouble."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self.connection = connection

    def do(self, work: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        return work(self.connection, *arguments, **options)


@pytest.fixture
def run(connection: psycopg.Connection) -> int:
    """A space of three chunks, and a run, whose number is returned."""
    add_space(connection, QUADRATIC_5.name, QUADRATIC_5.template, 3 * RANKS, chunk_size=RANKS)
    return start_run(connection)


def chunks_of(connection: psycopg.Connection, run: int, following: Following) -> Chunks:
    link: Any = Link(connection)
    pool, log = Worker(), SilentLog()
    return Chunks(run, link, pool, following, Settings(), log, threading.Event(), lambda: None)  # type: ignore[arg-type]


def states(connection: psycopg.Connection) -> list[tuple[str, int | None]]:
    return connection.execute("select state, formulas_total from chunk order by first_rank").fetchall()


def batch_of(leases: Sequence[Lease]) -> Batch:
    task = Task(QUADRATIC_5.name, QUADRATIC_5.template, None, budget=0)
    (batch,) = task([unit for lease in leases for unit in units_of(lease.first_rank, lease.last_rank)])
    return batch


def leases_of(connection: psycopg.Connection, run: int, count: int) -> list[Lease]:
    found = [claim_chunk(connection, run, seconds=60) for _ in range(count)]
    return [lease for lease in found if lease is not None]


def test_chunks_of_a_task_are_committed_together(
    connection: psycopg.Connection, run: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Pace, "chunks", lambda *_: 2)
    following = Following()
    chunks = chunks_of(connection, run, following)
    chunks.claim()
    assert [lease.first_rank for lease in chunks.leased] == [0, RANKS, 2 * RANKS]
    chunks.finish(0)
    assert [len(batch) for batch in following.batches] == [2 * RANKS, RANKS]
    assert states(connection) == [("done", RANKS)] * 3
    assert (chunks.tally.chunks, chunks.tally.ranks, chunks.tally.new) == (3, 3 * RANKS, 3 * RANKS)
    assert chunks.leased == []


def test_where_a_lease_was_lost_the_other_chunks_are_committed(connection: psycopg.Connection, run: int) -> None:
    following = Following()
    leases = leases_of(connection, run, 3)
    release_chunk(connection, leases[1])
    chunks_of(connection, run, following)._commit(leases, batch_of(leases))
    assert states(connection) == [("done", RANKS), ("open", None), ("done", RANKS)]
    assert connection.execute("select count(*) from formula").fetchone() == (2 * RANKS,)
    assert [batch.ranks.tolist() for batch in following.batches if batch.ranks is not None] == [
        list(range(RANKS)),
        list(range(2 * RANKS, 3 * RANKS)),
    ]


def test_where_a_row_is_refused_only_its_formula_is_lost(connection: psycopg.Connection, run: int) -> None:
    leases = leases_of(connection, run, 2)
    batch = batch_of(leases)
    batch.rows.columns["status"][RANKS + 3] = "nonsense"  # type: ignore[index]
    chunks_of(connection, run, Following())._commit(leases, batch)
    counts = connection.execute("select formulas_total, formulas_failed from chunk order by first_rank").fetchall()
    assert counts == [(RANKS, 0), (RANKS, 1), (None, None)]


def test_tasks_grow_with_the_pace_of_the_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 0.1, 0.2, 0.3, 5.3])
    monkeypatch.setattr(module.time, "monotonic", lambda: next(clock))
    pace = Pace()
    assert pace.chunks(2) == 1
    for _ in range(3):
        pace.measure(1)
    assert (pace.chunks(1), pace.chunks(2), pace.chunks(100)) == (6, 3, 1)
    pace.measure(1)
    assert pace.chunks(1) == 1
