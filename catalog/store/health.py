"""How the catalogue's bookkeeping stands, and its repair: leases, chunks, runs, ties; the SQL is in sql/health.sql."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg.rows import dict_row

from catalog.database.blocks import block
from catalog.formulas.pcf import PCF
from catalog.store.ingest import resolve_waiting

SILENT_SECONDS = 600.0
"""A run that has not been heard of for so long was killed."""

CHUNK_RANKS = 500
"""Ranks of the chunks that repair a gap."""


def gauges(connection: psycopg.Connection) -> dict[str, Any]:
    """Failed formulas, unverified relations, chunks by state, the most overdue lease, bytes of the database."""
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(block("gauges")).fetchone()
    assert row is not None
    return row


def clock(connection: psycopg.Connection) -> float:
    """The database's clock in seconds since 1970."""
    return float(_one(connection, "clock_difference"))


def overdue_leases(connection: psycopg.Connection) -> int:
    """Leases that nobody has renewed."""
    return int(_one(connection, "overdue_leases"))


def free_overdue_leases(connection: psycopg.Connection) -> int:
    """Open their chunks again."""
    return _change(connection, "free_overdue_leases")


def silent_runs(connection: psycopg.Connection) -> int:
    """Runs that have no end and have not been heard of."""
    return int(_one(connection, "silent_runs", seconds=SILENT_SECONDS))


def end_silent_runs(connection: psycopg.Connection) -> int:
    """Enter their end."""
    return _change(connection, "end_silent_runs", seconds=SILENT_SECONDS)


def failed_chunks(connection: psycopg.Connection) -> int:
    """Chunks that were given up."""
    return int(_one(connection, "failed_chunks"))


def reopen_failed_chunks(connection: psycopg.Connection) -> int:
    """Have them tried again."""
    return _change(connection, "reopen_failed_chunks")


def uncovered_ranks(connection: psycopg.Connection) -> list[tuple[int, int, int]]:
    """Space, first and last rank of what is in no chunk."""
    with connection.transaction():
        return [(int(row[0]), int(row[1]), int(row[2])) for row in connection.execute(block("uncovered_ranks"))]


def cover_ranks(connection: psycopg.Connection) -> int:
    """Add open chunks for what is in none; returns how many gaps there were."""
    gaps = uncovered_ranks(connection)
    for space, first, last in gaps:
        parameters = {"space_id": space, "first_rank": first, "last_rank": last, "chunk_size": CHUNK_RANKS}
        _change(connection, "add_uncovered_ranks", **parameters)
    return len(gaps)


def untied_formulas(connection: psycopg.Connection) -> int:
    """Mirrors and inflations that are not tied to a canonical formula although it is there."""
    return int(_one(connection, "waiting_formulas"))


def tie_formulas(connection: psycopg.Connection) -> int:
    """Tie them."""
    return resolve_waiting(connection)


def without_vector(connection: psycopg.Connection, vector_version: int) -> list[tuple[int, PCF]]:
    """Convergent formulas, by number, that have no vector of this version."""
    with connection.transaction():
        rows = connection.execute(block("without_vector"), {"vector_version": vector_version}).fetchall()
    return [(int(row[0]), PCF(tuple(map(int, row[1])), tuple(map(int, row[2])))) for row in rows]


def add_vectors(
    connection: psycopg.Connection, vector_version: int, vectors: Sequence[tuple[int, Sequence[float]]]
) -> None:
    """Store vectors by the number of their formula."""
    rows = [
        {"formula_id": number, "vector_version": vector_version, "vector": list(vector)} for number, vector in vectors
    ]
    with connection.transaction(), connection.cursor() as cursor:
        cursor.executemany(block("add_vector"), rows)


def sampled_vectors(connection: psycopg.Connection, vector_version: int, count: int) -> dict[int, list[float]]:
    """Some vectors at random by the number of their formula."""
    parameters = {"vector_version": vector_version, "count": count}
    with connection.transaction():
        return dict(connection.execute(block("sampled_vectors"), parameters).fetchall())


def vector_ids(connection: psycopg.Connection, vector_version: int) -> set[int]:
    """The formulas that have a vector of this version."""
    with connection.transaction():
        return {row[0] for row in connection.execute(block("vector_ids"), {"vector_version": vector_version})}


def _one(connection: psycopg.Connection, name: str, **parameters: object) -> Any:
    with connection.transaction():
        row = connection.execute(block(name), parameters or None).fetchone()
    assert row is not None
    return row[0]


def _change(connection: psycopg.Connection, name: str, **parameters: object) -> int:
    with connection.transaction():
        return connection.execute(block(name), parameters or None).rowcount
