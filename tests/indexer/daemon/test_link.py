"""A server in trouble is waited for, that is said once, and the work goes on where it was; nothing is half-written."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from catalog.database.opening import Database
from catalog.errors import GivenUp, ServerError
from catalog.server import sessions as server
from catalog.server.programs import postmaster
from indexer.daemon import link as troubles
from indexer.daemon.link import Link, trouble
from tests.faults.comparison import Catalogue, chunk_faults
from tests.faults.storm import Storm

PATIENCE = 120.0


@pytest.fixture
def told() -> list[tuple[str, dict[str, Any]]]:
    return []


@pytest.fixture
def link(database: Database, told: list[tuple[str, dict[str, Any]]]) -> Iterator[Link]:
    with Link(database.connect, threading.Event(), lambda name, **fields: told.append((name, fields))) as opened:
        yield opened


def administer(url: str, statement: str) -> None:
    name = psycopg.conninfo.conninfo_to_dict(url)["dbname"]
    with psycopg.connect(make_conninfo(url, dbname="postgres", user="postgres"), autocommit=True) as connection:
        connection.execute(statement.format(name=name).encode())
        connection.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", [name])


def write(connection: psycopg.Connection) -> int:
    with connection.transaction():
        connection.execute("insert into space (name, template, size) values ('a', 'a', 1) on conflict do nothing")
    return 1


TROUBLES = {
    "the database is read-only": (
        "alter database {name} set default_transaction_read_only = on",
        "alter database {name} reset default_transaction_read_only",
    ),
    "too many connections": (
        "alter database {name} connection limit 0",
        "alter database {name} connection limit -1",
    ),
}


@pytest.mark.parametrize("reason", TROUBLES)
def test_the_server_is_waited_for(
    link: Link, database_url: str, told: list[tuple[str, dict[str, Any]]], reason: str
) -> None:
    assert link.do(write) == 1
    begin, end = TROUBLES[reason]
    administer(database_url, begin)
    relief = threading.Timer(1.0, administer, (database_url, end))
    relief.start()
    assert link.do(write) == 1
    relief.join()
    assert [name for name, _ in told] == ["server_trouble", "server_well"]


def test_a_connection_that_is_cut_is_made_anew(
    link: Link, database_url: str, told: list[tuple[str, dict[str, Any]]]
) -> None:
    link.do(write)
    administer(database_url, "select 1")
    assert link.do(write) == 1
    assert [name for name, _ in told] == ["server_trouble", "server_well"]


def test_nobody_waits_who_is_told_to_stop(link: Link, database_url: str) -> None:
    administer(database_url, TROUBLES["too many connections"][0])
    link._stopping.set()
    with pytest.raises(GivenUp):
        link.do(write)


def test_what_will_not_pass_is_raised(link: Link) -> None:
    with pytest.raises(psycopg.errors.UndefinedTable):
        link.do(lambda connection: connection.execute("select from nothing"))


def test_what_passes() -> None:
    assert trouble(psycopg.errors.DiskFull("x")) == "the disk of the server is full"
    assert trouble(psycopg.errors.TooManyConnections("x")) == "the server has too many connections"
    assert trouble(ServerError("cannot reach it")) == "cannot reach it"
    assert trouble(psycopg.errors.UniqueViolation("x")) is None
    assert trouble(ValueError("x")) is None
    assert troubles.FIRST_PAUSE < troubles.LONGEST_PAUSE


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 400 MB, where this process may mount one."""
    folder = tmp_path / "small"
    folder.mkdir(mode=0o700)
    command = ["mount", "-t", "tmpfs", "-o", "size=400m,mode=0700", "tmpfs", str(folder)]
    if subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("no file system can be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.fixture
def storm(small_disk: Path) -> Iterator[Storm]:
    bench = Storm(small_disk, 1, ranks=120)
    try:
        bench.prepare()
        bench._reset()
        bench.log.unlink()
        yield bench
    finally:
        bench.close()


def fill(storm: Storm) -> Callable[[], None]:
    ballast = storm.home / "ballast"
    with pytest.raises(OSError), ballast.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(100_000))
    return ballast.unlink


def read_only(storm: Storm) -> Callable[[], None]:
    administer(storm.url, TROUBLES["the database is read-only"][0])
    return lambda: administer(storm.url, TROUBLES["the database is read-only"][1])


def crowd(storm: Storm) -> Callable[[], None]:
    administer(storm.url, TROUBLES["too many connections"][0])
    return lambda: administer(storm.url, TROUBLES["too many connections"][1])


def restart(storm: Storm) -> Callable[[], object]:
    process = postmaster(storm.files)
    assert process is not None
    server.stop(storm.home, force=True)
    return lambda: server.start(storm.home)


Disturb = Callable[[Storm], Callable[[], object]]


@pytest.mark.slow
@pytest.mark.parametrize("disturb", [fill, read_only, crowd, restart])
def test_a_daemon_waits_says_so_once_and_goes_on(
    storm: Storm, disturb: Callable[[Storm], Callable[[], object]]
) -> None:
    daemon = storm._start()
    storm.daemons = [daemon]
    until(lambda: "event=chunk_done" in storm.log.read_text())
    relieve = disturb(storm)
    until(lambda: "event=server_trouble" in storm.log.read_text())
    time.sleep(4)
    relieve()
    assert daemon.wait(PATIENCE) == 0
    said = storm.log.read_text()
    assert said.count("event=server_trouble") == said.count("event=server_well")
    assert said.count("event=server_trouble") <= 2  # once for the trouble, once where connections are cut to end it
    assert "Traceback" not in said
    assert storm.expected.differences(Catalogue.read(storm.url)) == []
    assert chunk_faults(storm.url, storm.ranks) == []


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "nothing happened"
        time.sleep(0.05)
