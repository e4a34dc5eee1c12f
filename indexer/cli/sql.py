"""`formulary sql`: queries by a login that can only read."""

from __future__ import annotations

import os
import re
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import click

from catalog.errors import QueryError
from indexer.cli.opened import catalogue_read
from indexer.cli.options import catalogue_options, json_option
from indexer.cli.output import write_json, write_rows

if TYPE_CHECKING:
    import psycopg

GRACE = 5.0
"""Seconds beyond the time limit after which a query that ignores it is cancelled, and then left."""

FETCH = 1_000
"""Rows read at a time with --json."""

FLOAT_DIGITS = 15
"""Digits that a JSON number holds exactly; longer ones are written as strings."""


SHOWN = 30
"""Characters of the query that are shown where an error is."""

FORMULA_TEXT = re.compile(r"\bformula\s*(=|like\b|in\b)", re.IGNORECASE)
"""A condition on the text of a formula."""


@click.command(epilog='Example: formulary sql "select formula, expression from identified limit 5"')
@click.argument("query")
@catalogue_options
@json_option
def sql(query: str, database_url: str | None, home: str | None, as_json: bool) -> None:
    """Query the catalogue by SQL; - reads the query from stdin.

    The views formulas, identified, unidentified, relations, constants_summary and progress are made for this; one
    formula is found by pcf('2n+1', 'n^2'). What has no name is `not is_identified`: a rational limit has one without a
    constant. The login can only read. With --json one object a row is written.
    """
    import psycopg

    text = sys.stdin.read() if query == "-" else query
    with catalogue_read(database_url, home) as connection:
        try:
            _run(connection, text, as_json)
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            if connection.broken:
                raise
            raise QueryError(_reason(error, text)) from error
        except psycopg.Error as error:
            raise QueryError(_reason(error, text)) from error


def _run(connection: psycopg.Connection, text: str, as_json: bool) -> None:
    with connection.cursor() as cursor:
        with _bounded(connection, text):
            cursor.execute(text.encode())
        if cursor.description is None:
            return
        names = [column.name for column in cursor.description]
        if not as_json:
            rows = cursor.fetchall()
            numbers = [
                name for i, name in enumerate(names) if any(isinstance(row[i], int | float | Decimal) for row in rows)
            ]
            write_rows(names, rows, right=numbers)
            return
        while rows := cursor.fetchmany(FETCH):
            for row in rows:
                write_json({name: _plain(value) for name, value in zip(names, row, strict=True)})


@contextmanager
def _bounded(connection: psycopg.Connection, query: str) -> Iterator[None]:
    """End a query that has switched the login's time limit off: cancel it, and leave it where it does not hear that.

    The server ends what has lost its client within seconds. Raises QueryError.
    """
    from catalog.database.opening import READER_TIMEOUT

    done, late = threading.Event(), threading.Event()

    def watch() -> None:
        if done.wait(READER_TIMEOUT / 1000 + GRACE):
            return
        late.set()
        with suppress(Exception):  # nobody can help any more
            connection.cancel_safe(timeout=GRACE)
        if not done.wait(GRACE):
            with suppress(OSError), socket.socket(fileno=os.dup(connection.fileno())) as line:
                line.shutdown(socket.SHUT_RDWR)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    except Exception as error:
        if late.is_set():
            raise QueryError(_late(query)) from error
        raise
    finally:
        done.set()


def _plain(value: Any) -> Any:
    """A value of Postgres as JSON has it; an exact number stays exact."""
    if isinstance(value, Decimal):
        if not value.is_finite():
            return str(value)
        if value == value.to_integral_value():
            return int(value)
        return float(value) if len(value.as_tuple().digits) <= FLOAT_DIGITS else str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value


def _reason(error: Exception, query: str) -> str:
    """What Postgres says, in one line, with the place in the query and its hint; after a timeout, what helps."""
    import psycopg

    said = " ".join(str(error).split("\nLINE")[0].split("\nHINT")[0].split()) or type(error).__name__
    if not isinstance(error, psycopg.Error):
        return said
    if isinstance(error, psycopg.errors.QueryCanceled) and "timeout" in said:
        return _late(query)
    if error.diag.statement_position:
        said += f", at {_place(query, int(error.diag.statement_position))}"
    return f"{said}; {' '.join(error.diag.message_hint.split())}" if error.diag.message_hint else said


def _place(query: str, position: int) -> str:
    """The place of a character of the query, the first being 1, with what stands there."""
    before = query[: position - 1]
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    rest = query[position - 1 :].split()
    where = f"line {line}, character {column}" if "\n" in query.strip() else f"character {column}"
    return f"{where} ({rest[0][:SHOWN]})" if rest else f"the end of the query, {where}"


def _late(query: str) -> str:
    from catalog.database.opening import READER_TIMEOUT

    return f"the query took longer than {READER_TIMEOUT // 1000} s; {_advice(query)}"


def _advice(query: str) -> str:
    """How a query that took too long may become a fast one."""
    if FORMULA_TEXT.search(query):
        return "one formula is found by pcf('2n+1', 'n^2'), which reads an index; the text of a formula has none"
    return "add conditions that an index serves (docs/cookbook.md names them), or ask for less by limit"
