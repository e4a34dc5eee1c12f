"""What `formulary doctor` looks at: server, versions, leases, chunks, vectors, index, disk, clock; and its repairs."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import psycopg

from catalog.database.opening import SCHEMA_VERSION, Database
from catalog.errors import ServerError, VersionMismatch
from catalog.server.home import default_home, free_bytes
from catalog.store import health
from catalog.store import vectors as stored_vectors
from indexer.kinds.vectors import VECTOR_VERSION
from indexer.mathematics.kernels.library import path_in_use, unusable
from indexer.similarity.catalogue_index import CatalogueIndex
from indexer.upkeep.vectors import renew_vectors

OLDEST_SERVER = 140000
"""Postgres 14, as `server_version_num` writes it."""

LITTLE_DISK = 1_000_000_000
"""Free bytes in the home folder below which doctor warns."""

CLOCK_SECONDS = 5.0
"""Difference of the clocks of database and host that is worth a word; leases go by the database's clock alone."""

SAMPLED = 1_000
"""Vectors compared between index and database."""

Repair = Callable[[], object]


@dataclass
class Diagnosis:
    """One thing looked at: how it is, whether that is a trouble, and whether it was repaired."""

    check: str
    text: str
    trouble: bool = False
    fixed: bool = False

    def to_json(self) -> dict[str, Any]:
        """The object that --json writes."""
        state = "fixed" if self.fixed else "trouble" if self.trouble else "ok"
        return {"check": self.check, "state": state, "text": self.text}


def examine(database: Database, home: Path | str | None, *, fix: bool = False) -> Iterator[Diagnosis]:
    """Look at everything, in an order in which what comes first is needed for the rest; with `fix`, repair."""
    version = yield from _server(database)
    if version is None or not (yield from _schema(database, fix)):
        return
    with database.connect() as connection:
        yield from _bookkeeping(connection, fix)
        yield from _vectors(connection, fix)
        yield from _index(connection, home, fix)
        yield _clock(connection)
    yield _reader(database)
    yield _disk(home)
    yield from _privacy(home, fix)
    yield _kernels()


def _kernels() -> Diagnosis:
    """Which path evaluates; a library that is there and cannot be used is a trouble."""
    text = path_in_use()
    return Diagnosis("kernels", f"formulas are evaluated by {text}", trouble=unusable())


def _server(database: Database) -> Generator[Diagnosis, None, int | None]:
    try:
        with database.connect() as connection:
            number = connection.info.server_version
    except ServerError as error:
        yield Diagnosis("server", str(error), trouble=True)
        return None
    old = number < OLDEST_SERVER
    text = f"Postgres {number // 10_000}.{number % 10_000} answers as {database.where}"
    yield Diagnosis("server", text + ("; 14 is the oldest that will do" if old else ""), trouble=old)
    return number


def _schema(database: Database, fix: bool) -> Generator[Diagnosis, None, bool]:
    """Versions and the epoch; returns whether the rest can be looked at."""
    try:
        database.require_current()
    except VersionMismatch as error:
        newer = (database.schema_version() or "") > SCHEMA_VERSION
        diagnosis = Diagnosis("schema", str(error), trouble=True)
        if fix and not newer:
            database.upgrade()
            diagnosis.fixed = True
        yield diagnosis
        return diagnosis.fixed
    yield Diagnosis("schema", f"version {SCHEMA_VERSION}, all migrations done")
    return True


def _bookkeeping(connection: psycopg.Connection, fix: bool) -> Iterator[Diagnosis]:
    checks: tuple[tuple[str, Callable[[psycopg.Connection], int], str, Callable[[psycopg.Connection], int]], ...] = (
        ("leases", health.overdue_leases, "leases that nobody renews", health.free_overdue_leases),
        ("runs", health.silent_runs, "runs without an end that are not heard of", health.end_silent_runs),
        ("chunks", health.failed_chunks, "chunks that were given up", health.reopen_failed_chunks),
        ("ranks", lambda c: len(health.uncovered_ranks(c)), "ranges of ranks in no chunk", health.cover_ranks),
        ("ties", health.untied_formulas, "formulas not tied to their canonical formula", health.tie_formulas),
    )
    for name, count, words, repair in checks:
        found = count(connection)
        yield _repaired(Diagnosis(name, f"{found or 'no'} {words}", found > 0), fix, partial(repair, connection))


def _repaired(diagnosis: Diagnosis, fix: bool, repair: Repair) -> Diagnosis:
    if diagnosis.trouble and fix:
        repair()
        diagnosis.fixed = True
    return diagnosis


def _vectors(connection: psycopg.Connection, fix: bool) -> Iterator[Diagnosis]:
    lacking = stored_vectors.count_without_vector(connection, VECTOR_VERSION)
    text = f"{lacking or 'no'} convergent formulas without a neighbour vector of version {VECTOR_VERSION}"
    yield _repaired(Diagnosis("vectors", text, lacking > 0), fix, partial(renew_vectors, connection))


def _index(connection: psycopg.Connection, home: Path | str | None, fix: bool) -> Iterator[Diagnosis]:
    """The snapshot of this host against the database: checksum and source, ids, and vectors of a sample."""
    said: list[str] = []
    index = CatalogueIndex.open(connection, home, said.append)
    stored = stored_vectors.vector_ids(connection, VECTOR_VERSION)
    index.catch_up(connection)
    held = set(index.index.ids.tolist())
    lacking, foreign = len(stored - held), len(held - stored)
    differing = _differing(connection, index)
    text = said[0].partition("; ")[0] if said else f"{len(held)} vectors"
    if lacking or foreign or differing:
        text = f"the index lacks {lacking} vectors, holds {foreign} deleted ones, and {differing} of a sample differ"
    diagnosis = Diagnosis("index", text, bool(said or lacking or foreign or differing))

    def repair() -> None:
        fresh = CatalogueIndex.rebuilt(connection, home)
        with fresh.store.writer() as alone:
            if alone:
                fresh.save(connection)
            diagnosis.fixed = alone

    if diagnosis.trouble and fix:
        repair()
    yield diagnosis


def _differing(connection: psycopg.Connection, index: CatalogueIndex) -> int:
    sample = stored_vectors.sampled_vectors(connection, VECTOR_VERSION, SAMPLED)
    return sum(
        not np.array_equal(held, np.array(sample[number], dtype=np.float32))
        for number in sample
        if (held := index.index.vector(number)) is not None
    )


def _clock(connection: psycopg.Connection) -> Diagnosis:
    before = time.time()
    there = health.clock(connection)
    away = there - (before + time.time()) / 2
    text = f"the clocks of database and host are {abs(away):.1f} s apart"
    return Diagnosis("clock", text, abs(away) > CLOCK_SECONDS)


def _reader(database: Database) -> Diagnosis:
    try:
        with database.reader() as connection:
            health.read_one_formula(connection)
    except (ServerError, psycopg.Error) as error:
        return Diagnosis("reader", " ".join(str(error).split()), trouble=True)
    return Diagnosis("reader", f"{database.reader_role} can log in and read")


def _disk(home: Path | str | None) -> Diagnosis:
    free = free_bytes(home)
    return Diagnosis("disk", f"{free / 1e9:.1f} GB free in {_folder(home)}", free < LITTLE_DISK)


def _privacy(home: Path | str | None, fix: bool) -> Iterator[Diagnosis]:
    """Files that others may read; what Postgres holds is in a folder that is its own."""
    folder = _folder(home)
    paths = [folder, *folder.glob("*.log*"), *folder.glob("server.*"), *folder.glob("index/**/*")]
    opened = [path for path in paths if path.exists() and path.stat().st_mode & 0o077]

    def repair() -> None:
        for path in opened:
            path.chmod(path.stat().st_mode & 0o700)

    text = f"{len(opened)} files or folders can be read by others, such as {opened[0]}" if opened else "files private"
    yield _repaired(Diagnosis("privacy", text, bool(opened)), fix, repair)


def _folder(home: Path | str | None) -> Path:
    return Path(home).expanduser().absolute() if home is not None else default_home()
