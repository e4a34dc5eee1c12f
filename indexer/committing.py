"""The records of a chunk into the catalogue, also where some cannot be stored: the formula at fault alone is lost.

A constraint that a record violates, or a number that no column takes, is a fault of the record and not of the server:
waiting does not help (`troubles`), and one formula must not stop the others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import psycopg

from catalog.errors import FormularyError
from catalog.ingest import Ingested, ingest
from catalog.leases import Lease
from indexer.pipeline import failed
from indexer.rows import Record, batch, constants_of, record
from indexer.seeding import name_constants

REFUSED = (
    psycopg.DataError,
    psycopg.IntegrityError,
    psycopg.errors.ProgramLimitExceeded,
    ValueError,
    OverflowError,
)
"""What is raised for records that cannot be stored, by the database or on the way to it."""

Do = Callable[..., Any]
"""`Link.do`: calls a function with the connection, again and again while the server is in trouble."""


class ChunkRefused(FormularyError):
    """the records of a chunk cannot be stored, and no formula alone is at fault."""


def commit_chunk(
    do: Do, records: Sequence[Record], library_version: str, lease: Lease, say: Callable[[str], None]
) -> tuple[list[Record], Ingested]:
    """Store the records of a chunk with its `done`; returns those that were stored, and what became of them.

    Where the database refuses them, `say` is told why, and the records at fault are replaced by failed ones. Raises
    LeaseLost, and ChunkRefused where that does not help; then nothing is written.
    """
    try:
        return list(records), do(_store, records, library_version, lease)
    except REFUSED as error:
        say(reason_of(error))
    mended = do(_without_refused, records, library_version, lease)
    try:
        return mended, do(_store, mended, library_version, lease)
    except REFUSED as error:
        raise ChunkRefused(reason_of(error)) from error


def reason_of(error: BaseException) -> str:
    """What is wrong with a record in one line, without the row that Postgres adds."""
    return f"{type(error).__name__}: {' '.join(str(error).splitlines()[:1])}"


def _store(connection: psycopg.Connection, records: Sequence[Record], library_version: str, lease: Lease) -> Ingested:
    name_constants(connection, constants_of(records))
    rows, findings = batch(records, library_version)
    return ingest(connection, rows, findings, lease=lease)


def _without_refused(
    connection: psycopg.Connection, records: Sequence[Record], library_version: str, lease: Lease
) -> list[Record]:
    """The records, those at fault replaced by failed ones; found by trying halves in transactions rolled back."""
    try:
        with connection.transaction(force_rollback=True):
            _store(connection, records, library_version, lease)
        return list(records)
    except REFUSED as error:
        if len(records) == 1:
            return [record(failed(records[0].formula, f"it could not be stored: {reason_of(error)}"))]
    middle = len(records) // 2
    return [
        kept
        for half in (records[:middle], records[middle:])
        for kept in _without_refused(connection, half, library_version, lease)
    ]
