"""`run` that stays: new spaces are noticed, the disk is watched, the time is up, each line can be JSON."""

from __future__ import annotations

import json
import signal
import subprocess
from pathlib import Path
from typing import Any

import psycopg
import pytest

from catalog.leases import add_space
from indexer.cli.quantities import DURATION, SIZE
from indexer.seeding import seed_constants
from tests.test_daemon import PATIENCE, ask, until
from tests.test_daemon import start as start_once

OPTIONS = ("--log-format", "json", "--workers", "1")


def start(url: str, home: Path, *options: str) -> subprocess.Popen[str]:
    """A daemon that stays."""
    return start_once(url, home, "--stop-after", "60", *OPTIONS, *options, once=False)


def finish(daemon: subprocess.Popen[str]) -> list[dict[str, Any]]:
    _, err = daemon.communicate(timeout=PATIENCE)
    assert daemon.returncode == 0, err
    return [json.loads(line) for line in err.splitlines()]


@pytest.fixture
def url(database_url: str, connection: psycopg.Connection) -> str:
    seed_constants(connection)
    return database_url


def test_spaces_added_later_are_noticed_those_of_higher_priority_first(
    url: str, connection: psycopg.Connection, tmp_path: Path
) -> None:
    daemon = start(url, tmp_path)
    until(lambda: ask(url, "select from run"), daemon)
    with connection.transaction():
        add_space(connection, "low", "a = n + k; b = 1; k in 1..4", 4, chunk_size=2)
        add_space(connection, "high", "a = n + k; b = 2; k in 1..4", 4, chunk_size=2, priority=5)
    until(lambda: ask(url, "select count(*) from chunk where state = 'done'") == [(4,)], daemon)
    daemon.send_signal(signal.SIGTERM)
    events = finish(daemon)
    assert [e["space"] for e in events if e["event"] == "chunk_claimed"] == ["high", "high", "low", "low"]
    assert events[-1]["event"] == "run_ended"
    assert events[-1]["reason"] == "signal"
    assert all(event["time"].endswith("+00:00") for event in events)


def test_a_full_disk_pauses_and_the_time_is_up(url: str, connection: psycopg.Connection, tmp_path: Path) -> None:
    add_space(connection, "low", "a = n + k; b = 1; k in 1..4", 4, chunk_size=2)
    events = finish(start(url, tmp_path, "--min-free-disk", "100000T", "--stop-after", "2s"))
    names = [event["event"] for event in events]
    assert names[:3] == ["run_started", "disk_pause", "stopping"]
    assert ask(url, "select state, attempts from chunk") == [("open", 0)] * 2
    assert ask(url, "select end_reason from run") == [("time is up",)]


@pytest.mark.parametrize("text, value", [("90", 90), ("10m", 600), ("2 h", 7200), ("1.5h", 5400)])
def test_durations(text: str, value: float) -> None:
    assert DURATION.convert(text, None, None) == value


@pytest.mark.parametrize("text, value", [("500M", 5e8), ("2GB", 2e9), ("1024", 1024)])
def test_sizes(text: str, value: float) -> None:
    assert SIZE.convert(text, None, None) == value


@pytest.mark.parametrize("text", ["", "m", "-1", "0", "10x", "1 000"])
def test_what_is_no_quantity_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(Exception, match="is no size; write it like 500M or 2G"):
        SIZE.convert(text, None, None)
