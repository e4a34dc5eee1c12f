"""The catalogue as a stream of records, batch by batch with flat memory; `export_files` writes and reads them.

A record has everything that is known of one formula, so that an import of all of them gives an equal catalogue.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from catalog.formula import PCF
from catalog.ingest import FLOAT_COLUMNS, INTEGER_COLUMNS, TEXT_COLUMNS
from catalog.search import Filter
from catalog.sql import block

Record = dict[str, Any]

BATCH = 2_000
"""Formulas that are in memory at once."""

SMALL = ("a0", "a1", "a2", "b0", "b1", "b2")
"""The coefficients that have a column of their own, NULL where they do not fit 64 bits."""

DETAILS = ("relations", "guesses", "exclusions", "sources", "notes", "rejections")
"""Lists of objects: what was found out about the formula, and what people said of it."""

STORED = ("is_canonical", *TEXT_COLUMNS, *INTEGER_COLUMNS, *FLOAT_COLUMNS, "complexity", "evaluator_version")
"""Columns of table formula that a record has as they are."""

KINDS: dict[str, str] = (
    {"formula": "text", "a": "integers", "b": "integers", "deg_a": "integer", "deg_b": "integer"}
    | dict.fromkeys(SMALL, "integer")
    | {"is_canonical": "boolean"}
    | dict.fromkeys(TEXT_COLUMNS, "text")
    | dict.fromkeys(INTEGER_COLUMNS, "integer")
    | dict.fromkeys(FLOAT_COLUMNS, "float")
    | {"complexity": "integer", "evaluator_version": "integer", "evaluated_at": "text"}
    | {"constant": "text", "relation": "text", "proof": "text"}
    | dict.fromkeys(DETAILS, "objects")
)
"""The fields of a record in order, and their kind: text, integer, float, boolean, or a list of integers or objects."""


def records(
    connection: psycopg.Connection, wanted: Filter | None = None, *, where: str | None = None
) -> Iterator[list[Record]]:
    """All formulas that pass, by number, in batches.

    `where` is a condition in SQL on the columns of view `formulas`; it is run as it is, so give it to a connection
    that can only read. The connection stays in a transaction until the stream ends.
    """
    condition, parameters = (wanted or Filter(canonical=False)).conditions()
    if where is not None:
        given = sql.SQL(where.replace("%", "%%"))
        condition = sql.SQL(" and ").join(
            [condition, sql.SQL(block("export_where").decode()).format(where=given)],
        )
    columns = sql.SQL(", ").join([*(sql.Identifier("formula", name) for name in STORED), sql.SQL("evaluated_at")])
    query = sql.SQL(block("export_formulas").decode()).format(columns=columns, condition=condition)
    with connection.cursor("formulary_export", row_factory=dict_row) as cursor:
        cursor.execute(query, parameters or {"none": None})
        while rows := cursor.fetchmany(BATCH):
            ids = [row["id"] for row in rows]
            details = {name: _details(connection, name, ids) for name in DETAILS}
            yield [_record(row, {name: found.get(row["id"], []) for name, found in details.items()}) for row in rows]


def _details(connection: psycopg.Connection, name: str, ids: list[int]) -> dict[int, list[dict[str, Any]]]:
    return dict(connection.execute(block(f"export_{name}"), {"ids": ids}).fetchall())


def _record(row: dict[str, Any], details: dict[str, list[dict[str, Any]]]) -> Record:
    a, b = (tuple(int(c) for c in row[name].strip("{}").split(",")) for name in ("a", "b"))
    rejected = {(item["kind"], item["expression"]) for item in details["rejections"]}
    best = next((r for r in details["relations"] if (r["kind"], r["expression"]) not in rejected), None)
    small = {f"{name}{power}": _small(p, power) for name, p in (("a", a), ("b", b)) for power in range(3)}
    return (
        {"formula": str(PCF(a, b)), "a": list(a), "b": list(b), "deg_a": len(a) - 1, "deg_b": len(b) - 1}
        | small
        | {name: row[name] for name in STORED}
        | {
            "evaluated_at": row["evaluated_at"].isoformat(),
            "constant": best and best["constant"],
            "relation": best and best["expression"],
            "proof": best and best["proof"],
        }
        | details
    )


def _small(polynomial: tuple[int, ...], power: int) -> int | None:
    coefficient = polynomial[power] if power < len(polynomial) else 0
    return coefficient if abs(coefficient) < 2**63 else None
