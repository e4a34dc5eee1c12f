"""Clusters are made anew when they are old, by one daemon, as they were made before."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from catalog.database.opening import open_database
from catalog.store.leases import add_space
from indexer.clusters.build import Options, build_clusters
from indexer.daemon import reclustering
from indexer.daemon.reclustering import Reclustering, due

OPTIONS = Options(min_size=4, seed=9)
AGE = "update clustering set made_at = now() - interval '2 days'"
DONE = """update chunk set state = 'done', done_at = now(), formulas_total = 0, formulas_new = 0, formulas_failed = 0
    where first_rank = 0"""
CURRENT = "select id from clustering where state = 'current'"


@pytest.fixture
def clustered(seeded_copy: str) -> Iterator[psycopg.Connection]:
    """A catalogue with clusters, a day-old space, and nothing done since."""
    with open_database(seeded_copy) as database, database.connect() as connection:
        connection.execute("delete from space")
        connection.commit()
        add_space(connection, "tiny", "a = n; b = A; A in 1..10", 10, chunk_size=4)
        build_clusters(connection, OPTIONS)
        yield connection


def change(connection: psycopg.Connection, *statements: str) -> None:
    with connection.transaction():
        for statement in statements:
            connection.execute(statement.encode())


def test_clusters_are_due_when_they_are_old_and_formulas_came(clustered: psycopg.Connection) -> None:
    assert due(clustered, 3600) is None
    change(clustered, AGE)
    assert due(clustered, 3600) is None  # nothing came
    change(clustered, DONE)
    found = due(clustered, 3600)
    assert found is not None
    assert (found.by, found.min_size, found.seed) == ("vector", 4, 9)
    assert due(clustered, 7 * 86_400) is None


def test_clusters_that_are_due_are_made_by_a_process_of_their_own(
    clustered: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reclustering, "LOOK_SECONDS", 0.0)
    told: list[tuple[str, dict[str, Any]]] = []
    timer = Reclustering(3600, lambda name, **more: told.append((name, more)))
    timer.tend(clustered)
    assert told == []
    before = clustered.execute(CURRENT).fetchone()
    clustered.rollback()
    change(clustered, AGE, DONE)
    deadline = time.monotonic() + 120
    while len(told) < 2:
        timer.tend(clustered)
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert told == [("clusters_begun", {}), ("clusters_made", {})]
    assert clustered.execute(CURRENT).fetchone() != before
    clustered.rollback()
    assert due(clustered, 3600) is None


def test_what_another_daemon_does_is_not_done_twice(
    clustered: psycopg.Connection, seeded_copy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(clustered, AGE, DONE)
    clustered.execute("select pg_try_advisory_lock(hashtext('formulary clusters'))")
    clustered.commit()
    parameters = clustered.info.get_parameters()
    assert reclustering.rebuild([(parameters, 3600.0)]) == ["another daemon makes them"]


def test_a_process_that_dies_is_said(clustered: psycopg.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reclustering, "LOOK_SECONDS", 0.0)
    told: list[str] = []
    timer = Reclustering(3600, lambda name, **more: told.append(name))
    change(clustered, AGE, DONE)
    timer.tend(clustered)
    assert timer._process is not None
    timer._process.kill()
    deadline = time.monotonic() + 60
    while len(told) < 2:
        timer.tend(clustered)
        assert time.monotonic() < deadline
    assert told == ["clusters_begun", "clusters_not_made"]
