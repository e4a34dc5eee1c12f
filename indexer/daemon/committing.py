"""The batch of some chunks into the catalogue, also where rows cannot be stored: the formula at fault alone is lost.

A constraint that a row violates, or a number that no column takes, is a fault of the row and not of the server:
waiting does not help (`troubles`), and one formula must not stop the others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import psycopg

from catalog.errors import ChunkRefused
from catalog.store.ingest import Chunk, Ingested
from catalog.store.leases import Lease
from indexer.pipeline.batch import Batch
from indexer.pipeline.compute import failed
from indexer.pipeline.storing import store

REFUSED = (
    psycopg.DataError,
    psycopg.IntegrityError,
    psycopg.errors.ProgramLimitExceeded,
    ValueError,
    OverflowError,
)
"""What is raised for rows that cannot be stored, by the database or on the way to it."""

Do = Callable[..., Any]
"""`Link.do`: calls a function with the connection, again and again while the server is in trouble."""


def commit_chunks(do: Do, batch: Batch, leases: Sequence[Lease]) -> Ingested:
    """Store the batch of several chunks with their `done` in one transaction.

    Raises LeaseLost, or one of REFUSED, where a single one of them fails; then nothing is written.
    """
    ingested: Ingested = do(
        _store, batch, [Chunk(lease, batch.count(lease.first_rank, lease.last_rank)) for lease in leases]
    )
    return ingested


def commit_chunk(do: Do, batch: Batch, lease: Lease, say: Callable[[str], None]) -> tuple[Batch, Ingested]:
    """Store the batch of a chunk with its `done`; returns what was stored, and what became of it.

    Where the database refuses it, `say` is told why, and the rows at fault are replaced by failed ones. Raises
    LeaseLost, and ChunkRefused where that does not help; then nothing is written.
    """
    chunks = [Chunk(lease, len(batch))]
    try:
        return batch, do(_store, batch, chunks)
    except REFUSED as error:
        say(reason_of(error))
    mended = Batch.joined(do(_without_refused, batch, chunks))
    try:
        return mended, do(_store, mended, chunks)
    except REFUSED as error:
        raise ChunkRefused(reason_of(error)) from error


def reason_of(error: BaseException) -> str:
    """What is wrong with a row in one line, without the row that Postgres adds."""
    return f"{type(error).__name__}: {' '.join(str(error).splitlines()[:1])}"


def _store(connection: psycopg.Connection, batch: Batch, chunks: Sequence[Chunk]) -> Ingested:
    return store(connection, batch, chunks=chunks)


def _without_refused(connection: psycopg.Connection, batch: Batch, chunks: Sequence[Chunk]) -> list[Batch]:
    """Parts of the batch, rows at fault replaced by failed ones; found by trying halves in transactions rolled back."""
    try:
        with connection.transaction(force_rollback=True):
            _store(connection, batch, chunks)
        return [batch]
    except REFUSED as error:
        if len(batch) == 1:
            return [Batch.of([failed(batch.formula(0), f"it could not be stored: {reason_of(error)}")])]
    middle = len(batch) // 2
    return [
        part
        for half in (batch.part(0, middle), batch.part(middle, len(batch)))
        for part in _without_refused(connection, half, chunks)
    ]
