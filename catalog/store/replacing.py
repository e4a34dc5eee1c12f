"""New evaluations of formulas that are known: which, what stood there before, and the new rows in their place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import psycopg

from catalog.database.blocks import Blocks
from catalog.errors import ConditionError
from catalog.formulas.pcf import PCF
from catalog.store.formula_rows import FormulaRows
from catalog.store.ingest import stage, store_staged_vectors
from catalog.store.rows import change, column, rows

SQL = Blocks(__file__)


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
    """Return the formulas of the view `formulas` that meet an SQL condition, by a login that can only read."""
    try:
        return column(reader, f"select id from formulas where ({condition}) order by 1".encode())
    except psycopg.Error as error:
        if reader.broken:
            raise
        raise ConditionError(" ".join(str(error).split("\nLINE")[0].split())) from error


def standing(connection: psycopg.Connection, ids: Sequence[int]) -> list[Standing]:
    """Return what stands in the catalogue, in the order of the numbers."""
    found = rows(connection, SQL["rows_to_recompute"], ids=list(ids))
    return [Standing(formula=PCF.from_row(row.pop("a"), row.pop("b")), **row) for row in found]


def replace_formulas(connection: psycopg.Connection, evaluated: FormulaRows) -> None:
    """Put new evaluations in the place of the old ones, with their vectors, in one transaction."""
    with connection.transaction(), connection.cursor() as cursor:
        parameters = stage(cursor, evaluated)
        for name in ("replace_formulas", "remove_stale_vectors"):
            cursor.execute(SQL[name], parameters)
        store_staged_vectors(cursor, parameters)


def dependent_relations(connection: psycopg.Connection, ids: Sequence[int]) -> list[int]:
    """Return the relations of formulas, and of others to them, by number."""
    return column(connection, SQL["relations_depending_on"], ids=list(ids))


def withdraw_exclusions(connection: psycopg.Connection, ids: Sequence[int]) -> dict[int, int]:
    """Delete what was excluded for formulas; return with how many constants each of them was searched, by number."""
    gone = rows(connection, SQL["withdraw_exclusions"], ids=list(ids))
    return {row["formula_id"]: row["constants"] for row in gone}


def settle_relation(connection: psycopg.Connection, number: int, digits: int | None, code_version: str) -> None:
    """Enter the digits to which a relation was verified anew; None: it is now only a numerical one."""
    name = "doubt_relation" if digits is None else "confirm_relation"
    change(connection, SQL[name], id=number, digits=digits, code_version=code_version)
