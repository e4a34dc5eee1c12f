"""What is said before a run: the disk that it will take, and spaces that are too large."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from catalog.errors import SpaceError
from catalog.store.leases import add_space
from indexer.daemon import disk as module
from indexer.daemon.disk import BYTES_A_RANK, LARGEST_LOG, forecast
from indexer.sources.registry import read_space
from indexer.upkeep import setup as seeding
from indexer.upkeep.setup import seed_constants
from tests.helpers.daemons import events_of, start_staying


def test_a_rank_costs_what_is_measured_and_the_log_comes_on_top(
    connection: psycopg.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "free_bytes", lambda home: 10**9)
    few, many = (forecast(connection, tmp_path, ranks, 0, 1) for ranks in (1_000, 10**9))
    assert few is not None and many is not None
    assert (few.needed, few.short) == (2 * 1_000 * BYTES_A_RANK + 1, False)
    assert (many.needed, many.short) == (10**9 * BYTES_A_RANK + LARGEST_LOG + 1, True)
    row = connection.execute("select pg_database_size(current_database())").fetchone()
    connection.rollback()
    known = forecast(connection, tmp_path, 10**6, 10**6, 0)
    assert row is not None and known is not None
    assert known.needed == pytest.approx(2 * row[0], rel=0.01)


def test_a_disk_that_will_not_do_is_said_before_the_first_chunk(
    database_url: str, connection: psycopg.Connection, tmp_path: Path
) -> None:
    seed_constants(connection)
    add_space(connection, "low", "a = n + k; b = 1; k in 1..4", 4, chunk_size=2)
    events = events_of(start_staying(database_url, tmp_path, "--min-free-disk", "100000T", "--stop-after", "2s"))
    names = [event["event"] for event in events]
    assert names.index("disk_short") < names.index("disk_pause")
    assert "GB are free" in events[names.index("disk_short")]["note"]


def test_a_space_of_more_chunks_than_can_be_kept_is_refused(connection: psycopg.Connection) -> None:
    large = read_space("large", "a = k n + m; b = n; k, m in 1..1000000000")
    with pytest.raises(SpaceError, match=r"^the space large has 1,000,000,000,000,000,000 ranks, more than .* smaller"):
        seeding.add(connection, large)
