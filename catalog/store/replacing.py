"""New evaluations of formulas that are known: which, what stood there before, and the new rows in their place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import psycopg
from psycopg.rows import dict_row

from catalog.database.blocks import block
from catalog.errors import ConditionError
from catalog.formulas.pcf import PCF
from catalog.store.formula_rows import FormulaRows
from catalog.store.ingest import stage


@dataclass(frozen=True, slots=True)
class Standing:
    """What the catalogue holds of a formula."""

    id: int
    formula: PCF
    status: str
    convergence_class: str | None
    limit_value: str | None
    limit_digits: int | None
    evaluator_version: int


def chosen_ids(reader: psycopg.Connection, condition: str) -> list[int]:
    """The formulas of the view `formulas` that meet an SQL condition, by a login that can only read."""
    try:
        with reader.transaction():
            return [
                row[0] for row in reader.execute(f"select id from formulas where ({condition}) order by 1".encode())
            ]
    except psycopg.Error as error:
        if reader.broken:
            raise
        raise ConditionError(" ".join(str(error).split("\nLINE")[0].split())) from error


def standing(connection: psycopg.Connection, ids: Sequence[int]) -> list[Standing]:
    """What stands in the catalogue, in the order of the numbers."""
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(block("rows_to_recompute"), {"ids": list(ids)}).fetchall()
    return [Standing(formula=PCF(tuple(map(int, row.pop("a"))), tuple(map(int, row.pop("b")))), **row) for row in rows]


def replace_formulas(connection: psycopg.Connection, rows: FormulaRows) -> None:
    """Put new evaluations in the place of the old ones, with their vectors, in one transaction."""
    with connection.transaction(), connection.cursor() as cursor:
        parameters = stage(cursor, rows)
        for name in ("replace_formulas", "remove_stale_vectors", "insert_vectors"):
            cursor.execute(block(name), parameters)


def dependent_relations(connection: psycopg.Connection, ids: Sequence[int]) -> list[int]:
    """Relations of formulas, and of others to them, by number."""
    with connection.transaction():
        return [row[0] for row in connection.execute(block("relations_depending_on"), {"ids": list(ids)})]


def settle_relation(connection: psycopg.Connection, number: int, digits: int | None, code_version: str) -> None:
    """Enter the digits to which a relation was verified anew; None: it is now only a numerical one."""
    name = "doubt_relation" if digits is None else "confirm_relation"
    with connection.transaction():
        connection.execute(block(name), {"id": number, "digits": digits, "code_version": code_version})
