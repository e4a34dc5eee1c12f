"""Backups of a database by Postgres' own programs: dumped to a file, restored from one, and psql beside them.

The programs are those of this installation or of the machine; of several the server's own version comes first, and an
older one than the server is never taken, since it refuses or misreads.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import psycopg

from catalog.errors import FileFormatError, ServerError
from catalog.progress import Tell, silent
from catalog.server.programs import binaries_folder
from catalog.server.upgrading import USUAL_FOLDERS

BLOCK = 1 << 20
"""Bytes of a dump that are copied at a time."""

PART_BEGUN = (b": creating ", b": processing data for table ", b": executing ")
"""What pg_restore says as it begins a part."""

PLAIN_ENGLISH = {"LC_ALL": "C"}
"""What the programs say is read here."""

MAGIC = b"PGDMP"
"""How a dump in Postgres' custom format begins."""


def dump(connection: psycopg.Connection, file: BinaryIO, tell: Tell = silent) -> None:
    """Write all of a database to a file, as it is at one moment, while others may go on. Raises ServerError.

    `tell` hears of the megabytes that are written.
    """
    command = [_program(connection, "pg_dump"), "--format=custom", "--dbname", connection.info.dsn]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=_environment(connection) | PLAIN_ENGLISH
    ) as writer:
        assert writer.stdout is not None
        assert writer.stderr is not None
        try:
            size = 0
            while block := writer.stdout.read(BLOCK):
                file.write(block)
                size += len(block)
                tell("writing the backup, MB", size // 10**6)
        except BaseException:
            writer.kill()
            raise
        said = writer.stderr.read()
    if writer.returncode:
        raise ServerError(f"the database cannot be dumped: {_last(said)}")


def require_empty(connection: psycopg.Connection, where: str) -> None:
    """Raise ServerError where a database has tables already."""
    query = "select 1 from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' limit 1"
    if connection.execute(query).fetchone():
        raise ServerError(
            f"the database {where} is not empty; restore into a new home (--home) or into a new, empty database"
        )


def require_dump(file: Path) -> None:
    """Raise FileFormatError where there is no such file, or where it is no dump."""
    try:
        with file.open("rb") as opened:
            begins = opened.read(len(MAGIC))
    except FileNotFoundError:
        raise FileFormatError(f"there is no file {file}") from None
    except OSError as error:
        raise FileFormatError(f"cannot read {file}: {(error.strerror or str(error)).lower()}") from None
    if begins != MAGIC:
        raise FileFormatError(
            f"{file} is no backup; `formulary backup` makes one, and `formulary import` reads exports"
        )


def require_backup(connection: psycopg.Connection, file: Path) -> int:
    """Return how many parts a dump has.

    Raises FileFormatError where it cannot be read by the programs of this server, or is of no catalogue.
    """
    command = [_program(connection, "pg_restore"), "--list", str(file)]
    done = subprocess.run(command, capture_output=True, check=False, env=_environment(connection) | PLAIN_ENGLISH)
    if done.returncode:
        raise FileFormatError(f"cannot read {file}: {_last(done.stderr)}")
    if b" TABLE public formula " not in done.stdout:
        raise FileFormatError(f"{file} is a dump of another database, and no backup of a catalogue")
    return sum(1 for line in done.stdout.splitlines() if line and not line.startswith(b";"))


def restore(connection: psycopg.Connection, file: Path, parts: int | None = None, tell: Tell = silent) -> None:
    """Bring a dump into an empty database, wholly or not at all. Raises ServerError.

    `tell` hears of the parts that are begun, of so many.
    """
    options = ["--no-owner", "--no-acl", "--exit-on-error", "--single-transaction", "--verbose"]
    command = [_program(connection, "pg_restore"), *options, "--dbname", connection.info.dsn, str(file)]
    said, done = [], 0
    with subprocess.Popen(command, stderr=subprocess.PIPE, env=_environment(connection) | PLAIN_ENGLISH) as reader:
        assert reader.stderr is not None
        try:
            for line in reader.stderr:
                said.append(line)
                done += any(word in line for word in PART_BEGUN)
                tell("restoring parts", done, parts)
        except BaseException:
            reader.kill()
            raise
    if reader.returncode:
        raise ServerError(f"{file} cannot be restored, and nothing was changed: {_last(b''.join(said))}")


def run_psql(connection: psycopg.Connection, arguments: Sequence[str]) -> int:
    """Run psql on the database of a connection, as its user; returns its exit code. Ctrl-C is psql's own affair."""
    command = [_program(connection, "psql"), "--dbname", connection.info.dsn, *arguments]
    before = signal.signal(signal.SIGINT, lambda number, frame: None)
    try:
        return subprocess.run(command, check=False, env=_environment(connection)).returncode
    finally:
        signal.signal(signal.SIGINT, before)


def _program(connection: psycopg.Connection, name: str) -> str:
    """Return the path of a program that fits the server; raises ServerError with the way to have one."""
    wanted = connection.info.server_version // 10_000
    found = {path: major for path in _candidates(name, wanted) if (major := _major(path)) is not None}
    fitting = [path for path, major in found.items() if major >= wanted]
    if fitting:
        return str(min(fitting, key=lambda path: found[path]))
    known = f"; found are those of {', '.join(map(str, sorted(set(found.values()))))}" if found else ""
    raise ServerError(
        f"there is no {name} of Postgres {wanted}, the server's version, or newer{known}; install its client programs"
        f" (Debian: postgresql-client-{wanted}), or set PG_BINDIR to their folder"
    )


def _candidates(name: str, major: int) -> Iterator[Path]:
    with suppress(ServerError):
        yield binaries_folder() / name
    yield from (Path(pattern.format(major=major)) / name for pattern in USUAL_FOLDERS)
    if on_path := shutil.which(name):
        yield Path(on_path)


def _major(program: Path) -> int | None:
    """Return the major version of a program, None where it does not run."""
    try:
        said = subprocess.run([program, "--version"], check=True, capture_output=True, text=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
    found = re.search(r"\(PostgreSQL\)\s+(\d+)", said)
    return int(found[1]) if found else None


def _environment(connection: psycopg.Connection) -> dict[str, str]:
    """Return the environment of a program: a password stands there and not among its arguments, which others see."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG") or name == "PGPASSFILE"}
    return kept | ({"PGPASSWORD": connection.info.password} if connection.info.password else {})


def _last(said: bytes) -> str:
    lines = said.decode(errors="replace").strip().splitlines() or ["no reason given"]
    return next((line for line in lines if "error:" in line), lines[-1]).rpartition("error:")[2].strip()
