"""How the catalogue's bookkeeping stands, and its repair: leases, chunks, runs, ties."""

from __future__ import annotations

import psycopg

from catalog.database.blocks import Blocks
from catalog.store.ingest import resolve_waiting
from catalog.store.leases import CHUNK_RANKS
from catalog.store.rows import Row, change, rows, value

SQL = Blocks(__file__)

SILENT_SECONDS = 600.0
"""A run that has not been heard of for so long was killed."""


def gauges(connection: psycopg.Connection) -> Row:
    """Failed formulas, unverified relations, chunks by state, the most overdue lease, bytes of the database."""
    (row,) = rows(connection, SQL["gauges"])
    return row


def clock(connection: psycopg.Connection) -> float:
    """The database's clock in seconds since 1970."""
    return float(value(connection, SQL["clock_difference"]))


def overdue_leases(connection: psycopg.Connection) -> int:
    """Leases that nobody has renewed."""
    return int(value(connection, SQL["overdue_leases"]))


def free_overdue_leases(connection: psycopg.Connection) -> int:
    """Open their chunks again."""
    return change(connection, SQL["free_overdue_leases"])


def silent_runs(connection: psycopg.Connection) -> int:
    """Runs that have no end and have not been heard of."""
    return int(value(connection, SQL["silent_runs"], seconds=SILENT_SECONDS))


def end_silent_runs(connection: psycopg.Connection) -> int:
    """Enter their end."""
    return change(connection, SQL["end_silent_runs"], seconds=SILENT_SECONDS)


def failed_chunks(connection: psycopg.Connection) -> int:
    """Chunks that were given up."""
    return int(value(connection, SQL["failed_chunks"]))


def reopen_failed_chunks(connection: psycopg.Connection) -> int:
    """Have them tried again."""
    return change(connection, SQL["reopen_failed_chunks"])


def uncovered_ranks(connection: psycopg.Connection) -> list[tuple[int, int, int]]:
    """Space, first and last rank of what is in no chunk."""
    found = rows(connection, SQL["uncovered_ranks"])
    return [(row["space_id"], row["first_rank"], row["last_rank"]) for row in found]


def cover_ranks(connection: psycopg.Connection) -> int:
    """Add open chunks for what is in none; returns how many gaps there were."""
    gaps = uncovered_ranks(connection)
    for space, first, last in gaps:
        change(
            connection,
            SQL["add_uncovered_ranks"],
            space_id=space,
            first_rank=first,
            last_rank=last,
            chunk_size=CHUNK_RANKS,
        )
    return len(gaps)


def untied_formulas(connection: psycopg.Connection) -> int:
    """Mirrors and inflations that are not tied to a canonical formula although it is there."""
    return int(value(connection, SQL["waiting_formulas"]))


def tie_formulas(connection: psycopg.Connection) -> int:
    """Tie them."""
    return resolve_waiting(connection)


def read_one_formula(reader: psycopg.Connection) -> None:
    """Read from the view `formulas`; raises psycopg.Error where the login may not."""
    value(reader, b"select 1 from formulas limit 1")


def database_bytes(connection: psycopg.Connection) -> int:
    """Bytes of the database on the server's disk."""
    return int(value(connection, b"select pg_database_size(current_database())"))
