"""How the modules of this room run a block of SQL: rows as dicts, one value, or the number of rows that changed.

Each function runs in a transaction of its own where the connection is idle, and else within the one that is open.
"""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

Row = dict[str, Any]
Statement = bytes | sql.Composed

INTEGER_ARRAYS = ("a", "b", "coefficients")
"""Columns of integers of any size, which Postgres keeps as numeric[]."""


def rows(
    connection: psycopg.Connection, statement: Statement, *, prepare: bool | None = None, **parameters: Any
) -> list[Row]:
    """Return all rows, each a dict by column; the columns of INTEGER_ARRAYS are tuples of int.

    With `prepare` False Postgres plans the statement for these parameters and never by a prepared plan.
    """
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        found = cursor.execute(statement, parameters or None, prepare=prepare).fetchall()
    for row in found:
        for column in INTEGER_ARRAYS:
            if row.get(column) is not None:
                row[column] = tuple(map(int, row[column]))
    return found


def first(connection: psycopg.Connection, statement: Statement, **parameters: Any) -> Row | None:
    """Return the first row as a dict; None where there is none."""
    return next(iter(rows(connection, statement, **parameters)), None)


def value(
    connection: psycopg.Connection, statement: Statement, *, prepare: bool | None = None, **parameters: Any
) -> Any:
    """Return the first column of the first row; None where there is no row."""
    with connection.transaction():
        row = connection.execute(statement, parameters or None, prepare=prepare).fetchone()
    return None if row is None else row[0]


def column(connection: psycopg.Connection, statement: Statement, **parameters: Any) -> list[Any]:
    """Return the first column of all rows."""
    with connection.transaction():
        return [row[0] for row in connection.execute(statement, parameters or None)]


def change(connection: psycopg.Connection, statement: Statement, **parameters: Any) -> int:
    """Return how many rows the statement changed."""
    with connection.transaction():
        return connection.execute(statement, parameters or None).rowcount
