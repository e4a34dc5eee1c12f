"""Reads and writes of infinite families; they are found by `indexer/patterns.py` and `indexer/boards.py`."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.rows import dict_row

from catalog.database.blocks import block
from catalog.formulas.pcf import PCF
from catalog.version import __version__

Row = dict[str, Any]


def candidates(connection: psycopg.Connection, count: int) -> list[PCF]:
    """Formulas among which families are sought, the simplest first."""
    rows = _rows(connection, "pattern_candidates", count=count)
    return [PCF(tuple(map(int, row["a"])), tuple(map(int, row["b"]))) for row in rows]


def store_pattern(connection: psycopg.Connection, **values: object) -> int:
    """Enter a family, or bring it up to date; returns its number. The values are the columns of `pattern`."""
    return int(_rows(connection, "store_pattern", code_version=__version__, **values)[0]["id"])


def patterns(connection: psycopg.Connection, constant: str | None = None) -> list[Row]:
    """All families, or those of one constant."""
    return _rows(connection, "patterns", constant=constant)


def pattern(connection: psycopg.Connection, number: int) -> Row | None:
    """One family."""
    return next(iter(_rows(connection, "pattern_by_id", id=number)), None)


def _rows(connection: psycopg.Connection, name: str, **parameters: object) -> list[Row]:
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(block(name), parameters or None).fetchall()
    return [row | {"largest_checked": int(row["largest_checked"])} if "largest_checked" in row else row for row in rows]
