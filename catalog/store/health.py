"""How the catalogue's bookkeeping stands, and its repair: leases, chunks, runs, ties."""

from __future__ import annotations

import psycopg

from catalog.database.blocks import Blocks
from catalog.store.ingest import resolve_waiting
from catalog.store.leases import CHUNK_RANKS
from catalog.store.rows import Row, change, rows, value
from catalog.store.summaries import NOW, Standing, figures

SQL = Blocks(__file__)

SILENT_SECONDS = 600.0
"""A run that has not been heard of for so long was killed."""


def gauges(connection: psycopg.Connection, where: Standing = NOW) -> Row:
    """Return how many formulas failed, relations are unverified and chunks are in each state, and further gauges.

    Formulas and relations are counted `where` they stand.
    """
    (row,) = rows(connection, SQL["gauges"])
    counted: Row = figures(connection, where, "gauges")
    return row | counted


def clock(connection: psycopg.Connection) -> float:
    """Return the database's clock in seconds since 1970."""
    return float(value(connection, SQL["clock_difference"]))


def overdue_leases(connection: psycopg.Connection) -> int:
    """Return how many leases nobody has renewed."""
    return int(value(connection, SQL["overdue_leases"]))


def free_overdue_leases(connection: psycopg.Connection) -> int:
    """Open the chunks of overdue leases again; returns how many."""
    return change(connection, SQL["free_overdue_leases"])


def silent_runs(connection: psycopg.Connection) -> int:
    """Return how many runs have no end and have not been heard of."""
    return int(value(connection, SQL["silent_runs"], seconds=SILENT_SECONDS))


def end_silent_runs(connection: psycopg.Connection) -> int:
    """Enter the end of runs that have not been heard of; returns how many."""
    return change(connection, SQL["end_silent_runs"], seconds=SILENT_SECONDS)


def failed_chunks(connection: psycopg.Connection) -> int:
    """Return how many chunks were given up."""
    return int(value(connection, SQL["failed_chunks"]))


def reopen_failed_chunks(connection: psycopg.Connection) -> int:
    """Have chunks that were given up tried again; returns how many."""
    return change(connection, SQL["reopen_failed_chunks"])


def uncovered_ranks(connection: psycopg.Connection) -> list[tuple[int, int, int]]:
    """Return the ranks that are in no chunk: space, first rank, and the rank after the last."""
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
    """Return how many mirrors and inflations are not tied to their canonical formula although it is there."""
    return int(value(connection, SQL["waiting_formulas"]))


def tie_formulas(connection: psycopg.Connection) -> int:
    """Tie such mirrors and inflations to their canonical formulas; returns how many."""
    return resolve_waiting(connection)


def read_one_formula(reader: psycopg.Connection) -> None:
    """Read from the view `formulas`; raises psycopg.Error where the login may not."""
    value(reader, b"select 1 from formulas limit 1")


def database_bytes(connection: psycopg.Connection) -> int:
    """Return how many bytes the database takes on the server's disk."""
    return int(value(connection, b"select pg_database_size(current_database())"))
