"""Work that one process at a time does on a catalogue: locks of the database by name, which end with the connection."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from catalog.store.rows import value

FAMILIES = "formulary families"
"""Naming and tying the members of families."""

CLASSES = "formulary classes"
"""Deciding the classes of formulas, and naming their members."""

SEARCH = "formulary search"
"""Searching with a new version of the library."""

CLUSTERS = "formulary clusters"
"""Making clusters anew on a timer."""

SUMMARIES = "formulary summaries"
"""Counting the whole catalogue for its pages."""


@contextmanager
def alone(connection: psycopg.Connection, work: str) -> Iterator[bool]:
    """Hold the lock of this name, and give whether it is held: False where another connection has it.

    The connection must be idle at the beginning and at the end.
    """
    held = bool(value(connection, b"select pg_try_advisory_lock(hashtext(%(work)s))", work=work))
    try:
        yield held
    finally:
        if held and not connection.closed:
            value(connection, b"select pg_advisory_unlock(hashtext(%(work)s))", work=work)
