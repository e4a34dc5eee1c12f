"""Reads and writes of laws: infinite families of formulas, which the table `pattern` keeps."""

from __future__ import annotations

from typing import Any

import psycopg

from catalog.database.blocks import Blocks
from catalog.formulas.pcf import PCF
from catalog.store.rows import Row, first, rows, value
from catalog.version import __version__

SQL = Blocks(__file__)


def candidates(connection: psycopg.Connection, count: int) -> list[PCF]:
    """Return the formulas among which laws are sought, the simplest first."""
    return [PCF.from_row(row["a"], row["b"]) for row in rows(connection, SQL["pattern_candidates"], count=count)]


def store_pattern(connection: psycopg.Connection, **values: Any) -> int:
    """Enter a law, or bring it up to date; returns its number. The values are the columns of `pattern`."""
    return int(value(connection, SQL["store_pattern"], code_version=__version__, **values))


def patterns(connection: psycopg.Connection, constant: str | None = None) -> list[Row]:
    """Return all laws, or those of one constant, as rows of the table `pattern`."""
    return [_row(row) for row in rows(connection, SQL["patterns"], constant=constant)]


def pattern(connection: psycopg.Connection, number: int) -> Row | None:
    """Return one law, None where there is none of this number."""
    row = first(connection, SQL["pattern_by_id"], id=number)
    return None if row is None else _row(row)


def _row(row: Row) -> Row:
    return row | {"largest_checked": int(row["largest_checked"])}
