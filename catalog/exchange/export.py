"""The catalogue as a stream of records, batch by batch with flat memory; `files` writes and reads them.

A record has everything that is known of one formula, so that an import of all of them gives an equal catalogue.
Postgres makes the text of the records, and they travel as CSV: whole batches of bytes, no Python object a field.
"""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from catalog.database.blocks import Blocks
from catalog.store.formula_rows import FLOAT_COLUMNS, INTEGER_COLUMNS, TEXT_COLUMNS
from catalog.store.search import Filter

SQL = Blocks(__file__)

Record = dict[str, Any]

BATCH = 10_000
"""Formulas of one batch; about three batches are in memory at once, 20 MB each in the quadratic box."""

LONGEST_FIELD = 2**31 - 1
"""Characters of a CSV field that is read: lists of relations are long."""

STORED = (*TEXT_COLUMNS, *INTEGER_COLUMNS, *FLOAT_COLUMNS, "complexity", "evaluator_version")
"""Columns of table formula that a record has as they are."""

KINDS: dict[str, str] = (
    {"formula": "text", "a": "integers", "b": "integers", "deg_a": "integer", "deg_b": "integer"}
    | dict.fromkeys(("a0", "a1", "a2", "b0", "b1", "b2"), "integer")  # NULL where they do not fit 64 bits
    | {"is_canonical": "boolean"}
    | dict.fromkeys(TEXT_COLUMNS, "text")
    | dict.fromkeys(INTEGER_COLUMNS, "integer")
    | dict.fromkeys(FLOAT_COLUMNS, "float")
    | {"complexity": "integer", "evaluator_version": "integer", "evaluated_at": "text"}
    | {"constant": "text", "relation": "text", "proof": "text"}
    # what was found out about the formula, and what people said of it
    | dict.fromkeys(("relations", "guesses", "exclusions", "sources", "notes", "rejections"), "objects")
    | {"trajectories": "objects", "interlaced": "objects", "limits": "objects"}
)
"""The fields of a record in order, and their kind: text, integer, float, boolean, or a list of integers or objects.

a and b are null for a recurrence, which `formula` defines.
"""

LATER = ("trajectories", "interlaced", "limits")
"""Fields that exports of earlier versions have not: they are empty then."""


@dataclass(frozen=True)
class CsvBatch:
    """Records as CSV without a header: whole rows; NULL is empty, a list is JSON."""

    count: int
    text: bytes

    def rows(self) -> Iterator[list[str]]:
        """The fields of each record."""
        csv.field_size_limit(min(LONGEST_FIELD, sys.maxsize))
        return csv.reader(io.StringIO(self.text.decode(), newline=""))


def copied(
    connection: psycopg.Connection, wanted: Filter | None = None, *, where: str | None = None
) -> Iterator[CsvBatch]:
    """All formulas that pass, by number, as Postgres writes them.

    `where` is a condition in SQL on the columns of view `formulas`; it is run as it is, so give it to a connection
    that can only read. The connection stays in a transaction until the stream ends.
    """
    query, parameters = chosen_ids(wanted, where)
    columns = sql.SQL(", ").join(sql.Identifier("formula", name) for name in STORED)
    rows = sql.SQL(SQL.text("export_rows"))
    with connection.cursor("formulary_export") as cursor, connection.cursor() as copying:
        copying.execute("set local jit = off")  # compiling would take longer than a batch
        cursor.execute(query, parameters)
        while found := cursor.fetchmany(BATCH):
            ids = sql.SQL("{}::bigint[]").format(sql.Literal([row[0] for row in found]))
            statement = sql.SQL("copy ({}) to stdout (format csv)").format(rows.format(ids=ids, columns=columns))
            with copying.copy(statement) as copy:
                yield CsvBatch(len(found), b"".join(copy))


def records(
    connection: psycopg.Connection, wanted: Filter | None = None, *, where: str | None = None
) -> Iterator[list[Record]]:
    """The same, each record a dict; the arguments are those of `copied`."""
    for batch in copied(connection, wanted, where=where):
        yield [parsed(row) for row in batch.rows()]


def chosen_ids(wanted: Filter | None, where: str | None) -> tuple[sql.Composed, dict[str, Any]]:
    """Return the query of the numbers of the formulas that pass, and its parameters."""
    condition, parameters = (wanted or Filter(canonical=False)).conditions()
    if where is not None:
        given = sql.SQL(SQL.text("export_where")).format(where=sql.SQL(where.replace("%", "%%")))
        condition = sql.SQL(" and ").join([condition, given])
    return sql.SQL(SQL.text("export_ids")).format(condition=condition), parameters or {"none": None}


def ahead(batches: Iterable[CsvBatch]) -> Iterator[CsvBatch]:
    """The same batches, each read while the caller works on the one before."""
    source = iter(batches)
    with ThreadPoolExecutor(1) as reader:
        coming = reader.submit(next, source, None)
        while (found := coming.result()) is not None:
            coming = reader.submit(next, source, None)
            yield found


def parsed(row: Sequence[str]) -> Record:
    """The record of a row of CSV with the fields of `KINDS`."""
    return {name: value_of(text, kind) for (name, kind), text in zip(KINDS.items(), row, strict=True)}


def value_of(text: str, kind: str) -> Any:
    """The value of a field."""
    if text == "" and kind != "objects":
        return None
    if kind in ("integers", "objects"):
        return json.loads(text)
    if kind == "boolean":
        return text == "true"
    return {"integer": int, "float": float}.get(kind, str)(text)
