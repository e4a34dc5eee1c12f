"""`run` that stays: new spaces are noticed, the disk is watched, the time is up, each line can be JSON."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from catalog.store.leases import add_space
from catalog.store.progress import LATELY
from indexer.cli.units import DURATION, SIZE
from indexer.upkeep.setup import seed_constants
from tests.helpers import PROJECT
from tests.helpers.daemons import PATIENCE, ask, events_of, start_staying, until


@pytest.fixture
def url(database_url: str, connection: psycopg.Connection) -> str:
    seed_constants(connection)
    return database_url


def test_spaces_added_later_are_noticed_those_of_higher_priority_first(
    url: str, connection: psycopg.Connection, tmp_path: Path
) -> None:
    daemon = start_staying(url, tmp_path)
    until(lambda: ask(url, "select from run"), daemon)
    with connection.transaction():
        add_space(connection, "low", "a = n + k; b = 1; k in 1..4", 4, chunk_size=2)
        add_space(connection, "high", "a = n + k; b = 2; k in 1..4", 4, chunk_size=2, priority=5)
    until(lambda: ask(url, "select count(*) from chunk where state = 'done'") == [(4,)], daemon)
    daemon.send_signal(signal.SIGTERM)
    events = events_of(daemon)
    assert [e["space"] for e in events if e["event"] == "chunk_claimed"] == ["high", "high", "low", "low"]
    assert events[-1]["event"] == "run_ended"
    assert events[-1]["reason"] == "signal"
    assert all(event["time"].endswith("+00:00") for event in events)


def test_only_the_space_that_is_named_is_worked_on(url: str, connection: psycopg.Connection, tmp_path: Path) -> None:
    with connection.transaction():
        for name, b in (("first", 1), ("second", 2)):
            add_space(connection, name, f"a = n + k; b = {b}; k in 1..4", 4, chunk_size=2)
    events = events_of(start_staying(url, tmp_path, "--space", "second", "--once"))
    assert [e["space"] for e in events if e["event"] == "chunk_claimed"] == ["second", "second"]
    _, err = (refused := start_staying(url, tmp_path, "--space", "third")).communicate(timeout=PATIENCE)
    assert refused.returncode == 1
    assert err == "formulary: there is no space third; the catalogue has first, second\n"


def test_spaces_are_taken_by_their_yield(url: str, connection: psycopg.Connection, tmp_path: Path) -> None:
    with connection.transaction():
        add_space(connection, "barren", "a = n^2 + k; b = k n; k in 3..102", 100, chunk_size=2)
        add_space(connection, "fruitful", "a = n + k; b = 1; k in 1..100", 100, chunk_size=2)
    daemon = start_staying(url, tmp_path, "--once", "--by-yield", "--workers", "1")
    spaces = [event["space"] for event in events_of(daemon) if event["event"] == "chunk_claimed"]
    taken = "".join(space[0] for space in spaces)  # the one added first until it is known, as long as the other is not
    assert re.fullmatch(f"b{{{LATELY},}}f{{50}}b+", taken)


def test_a_full_disk_pauses_and_the_time_is_up(url: str, connection: psycopg.Connection, tmp_path: Path) -> None:
    add_space(connection, "low", "a = n + k; b = 1; k in 1..4", 4, chunk_size=2)
    events = events_of(start_staying(url, tmp_path, "--min-free-disk", "100000T", "--stop-after", "2s"))
    names = [event["event"] for event in events if event["event"] != "disk_short"]  # which the forecast says
    assert names[:3] == ["run_started", "disk_pause", "stopping"]
    assert ask(url, "select state, attempts from chunk") == [("open", 0)] * 2
    assert ask(url, "select end_reason from run") == [("time is up",)]


RIGHTS = """
grant usage on schema public to modest;
grant temporary on database {database} to modest;
grant select, insert, update, delete on all tables in schema public to modest;
grant usage on all sequences in schema public to modest
"""


def test_a_daemon_needs_no_more_than_the_rights_in_the_documentation(
    url: str, connection: psycopg.Connection, tmp_path: Path
) -> None:
    add_space(connection, "low", "a = n + k; b = 1; k in 1..4", 4, chunk_size=2)
    with psycopg.connect(url.replace("formulary@", "postgres@"), autocommit=True) as administrator:
        administrator.execute("create role modest login")
        try:
            administrator.execute(RIGHTS.format(database=connection.info.dbname).encode())
            events = events_of(start_staying(url.replace("formulary@", "modest@"), tmp_path, "--once"))
        finally:
            administrator.execute("drop owned by modest")
            administrator.execute("drop role modest")
    assert events[-1]["reason"] == "nothing left"
    assert ask(url, "select count(*) from formula") == [(4,)]


def test_status_is_shown_again_and_again(url: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "indexer.cli.main", "status", "--watch", "--json"]
    options = ["--database-url", url, "--home", str(tmp_path)]
    watch = subprocess.Popen([*command, *options], stdout=subprocess.PIPE, text=True, cwd=PROJECT)
    assert watch.stdout is not None
    shown = [json.loads(watch.stdout.readline())["formulas"] for _ in range(2)]
    watch.send_signal(signal.SIGINT)
    watch.communicate(timeout=PATIENCE)
    assert shown == [0, 0]
    assert watch.returncode == 130


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
