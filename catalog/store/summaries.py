"""Counts of the whole catalogue: kept by who writes much, read by who shows them; never an old one without its time.

`renew` counts all of it and keeps it. `standing` says where a reader finds the figures: where counting is quick they
are counted as they are asked for, and else they are those that were kept, with their time where they hold no more.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from catalog.database.blocks import Blocks
from catalog.store.locks import SUMMARIES, alone
from catalog.store.rows import Row, first, rows, value

SQL = Blocks(__file__)

PROMPT_SECONDS = 0.05
"""Counting all of it in less than this, the last time, is not waited for: a reader counts what it shows."""

SHARE = 0.1
"""Most of the time of a command that keeping the counts at its end may take."""


@dataclass(frozen=True)
class Standing:
    """Where the figures are, and when they were counted: None for now."""

    source: str
    counted_at: datetime | None


NOW = Standing("summary_now", None)
"""Figures are counted as they are asked for."""


def marks(connection: psycopg.Connection) -> dict[str, Any]:
    """Return what stands last in the catalogue: two equal answers, and nothing was added between them."""
    found: dict[str, Any] = value(connection, SQL["marks"])
    return found


def standing(connection: psycopg.Connection) -> Standing:
    """Return where the figures are: kept, with their time where something was added since, or to be counted."""
    kept = _kept(connection)
    if kept is None or kept["seconds"] <= PROMPT_SECONDS:
        return NOW
    return Standing("summary", None if kept["holds"] else kept["read_at"])


def _kept(connection: psycopg.Connection) -> Row | None:
    return first(connection, SQL.text("standing").format(marks=SQL.text("marks")).encode())


def figures(connection: psycopg.Connection, where: Standing, subject: str) -> Any:
    """Return the figures of a subject that has one set of them, such as `counts`."""
    (row,) = rows(connection, reading("read_subject", SQL, where), subject=subject)
    return row["content"]


def figures_by_key(
    connection: psycopg.Connection, where: Standing, subject: str, keys: Sequence[int] | None = None
) -> dict[int, Any]:
    """Return the figures of a subject by the number of what they are about: of these numbers, or all that there are."""
    if keys is None:
        found = rows(connection, reading("read_subject", SQL, where), subject=subject)
    else:
        query = reading("read_keys", SQL, where)
        found = rows(connection, query, prepare=False, subject=subject, keys=list(keys))
    return {row["key"]: row["content"] for row in found}


def reading(name: str, blocks: Blocks, where: Standing) -> sql.Composed:
    """Return a block of SQL that reads {source}, to be run for the figures `where` they stand."""
    return sql.SQL(blocks.text(name)).format(source=sql.Identifier(where.source))


def renew(connection: psycopg.Connection) -> float | None:
    """Count everything and keep it; returns the seconds that took, None where another process is at it."""
    with alone(connection, SUMMARIES) as held:
        if not held:
            return None
        start = time.monotonic()
        with connection.transaction():
            connection.execute("set local jit = off")
            last = marks(connection)  # before the counts: what comes meanwhile is not said to be in them
            at = value(connection, b"select clock_timestamp()")
            connection.execute(SQL["forget"])
            connection.execute(SQL["keep"])
            seconds = time.monotonic() - start
            connection.execute(SQL["keep_made"], {"at": at, "seconds": seconds, "marks": Jsonb(last)})
    return seconds


def renew_where_changed(connection: psycopg.Connection) -> float | None:
    """Count everything and keep it, where something was added since; the result is that of `renew`."""
    kept = _kept(connection)
    return None if kept is not None and kept["holds"] else renew(connection)


@contextmanager
def renewed_after(connection: psycopg.Connection) -> Iterator[None]:
    """Keep the counts after a block that added something, where that takes a small share of its time."""
    before, start = marks(connection), time.monotonic()
    yield
    kept = _kept(connection)
    expected = 0.0 if kept is None else kept["seconds"]
    if marks(connection) != before and expected <= SHARE * (time.monotonic() - start):
        renew(connection)
