"""A daemon hears of spaces and formulas that others add, and does not depend on hearing."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import psycopg
import pytest

from catalog.database.opening import Database
from catalog.formulas.pcf import parse_formula
from catalog.store.leases import add_space
from indexer.daemon import run as daemons
from indexer.daemon.heartbeat import pulse
from indexer.daemon.log import LineLog
from indexer.daemon.run import Daemon
from indexer.daemon.settings import Settings
from indexer.pipeline.batch import Batch
from indexer.pipeline.compute import compute
from indexer.pipeline.storing import store
from indexer.upkeep.setup import seed_constants

PATIENCE = 60.0


def test_spaces_and_formulas_of_others_are_heard_of(database: Database, connection: psycopg.Connection) -> None:
    news = threading.Event()
    began = threading.Event()
    with pulse(database.connect, lambda _: began.set(), news, seconds=3600):
        assert began.wait(PATIENCE)
        add_space(connection, "tiny", "a = n; b = A; A in 1..10", 10, chunk_size=4)
        assert news.wait(PATIENCE)
        news.clear()
        store(connection, Batch.of([compute(parse_formula("PCF(1, 1)"))]))
        assert news.wait(PATIENCE)


def test_a_connection_that_is_lost_is_made_anew(database: Database, connection: psycopg.Connection) -> None:
    news, beats = threading.Event(), threading.Semaphore(0)
    with pulse(database.connect, lambda _: beats.release(), news, seconds=3600):
        assert beats.acquire(timeout=PATIENCE)
        connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )
        connection.commit()
        assert beats.acquire(timeout=PATIENCE)
        add_space(connection, "tiny", "a = n; b = A; A in 1..10", 10, chunk_size=4)
        assert news.wait(PATIENCE)


@pytest.mark.parametrize("hint", [True, False])
def test_a_daemon_that_waits_takes_a_new_space_on(
    database: Database, connection: psycopg.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hint: bool
) -> None:
    """By the hint alone, where it would look again only in an hour; and by looking alone."""
    monkeypatch.setattr(daemons, "POLL_SECONDS", 3600.0 if hint else 0.2)
    seed_constants(connection)
    if not hint:
        connection.execute("drop function tell_daemons() cascade")
        connection.commit()
    daemon = Daemon(database.connect, tmp_path, LineLog(), Settings(workers=1))
    thread = threading.Thread(target=daemon.run)
    thread.start()
    try:
        until(lambda: connection.execute("select from run").fetchone() is not None, connection)
        time.sleep(0.5)
        add_space(connection, "tiny", "a = n; b = A; A in 1..10", 10, chunk_size=10)
        until(lambda: connection.execute("select from chunk where state = 'done'").fetchone() is not None, connection)
    finally:
        daemon.stop("the test is over")
        thread.join()


def until(condition: object, connection: psycopg.Connection) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():  # type: ignore[operator]
        connection.rollback()
        assert time.monotonic() < deadline, "nothing happened"
        time.sleep(0.05)
    connection.rollback()
