"""What an import brings with it beside the findings: when and by which version they were made, and what people said.

Every function is part of the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import psycopg

from catalog.database.blocks import Blocks
from catalog.store.rows import change

SQL = Blocks(__file__)

Item = tuple[int, dict[str, Any]]
"""The number of a formula, and a record of it or of what is known of it."""


def restore_times(connection: psycopg.Connection, formulas: Sequence[Item]) -> None:
    """Give formulas, their guesses, relations and exclusions the moments and versions of their records."""
    ids = [number for number, _ in formulas]
    change(connection, SQL["import_times"], ids=ids, moments=[record["evaluated_at"] for _, record in formulas])
    restore_relation_times(connection, _of(formulas, "relations"))
    columns = {"places": "place", "versions": "code_version", "moments": "guessed_at"}
    change(connection, SQL["import_guess_times"], **_columns(_of(formulas, "guesses"), columns))
    columns = {"libraries": "library_version", "kinds": "kind", "versions": "code_version", "moments": "sought_at"}
    change(connection, SQL["import_exclusion_times"], **_columns(_of(formulas, "exclusions"), columns))


def restore_relation_times(connection: psycopg.Connection, relations: Sequence[Item]) -> None:
    """Give relations of formulas the moments and versions of their records."""
    columns = {"kinds": "kind", "expressions": "expression", "versions": "code_version", "moments": "found_at"}
    change(connection, SQL["import_relation_times"], **_columns(relations, columns))


def add_judgement(connection: psycopg.Connection, formulas: Iterable[Item]) -> None:
    """Store the notes and the rejections of the records that are not there yet."""
    formulas = list(formulas)
    if notes := _of(formulas, "notes"):
        columns = {"texts": "note_text", "authors": "author", "moments": "written_at"}
        change(connection, SQL["import_notes"], **_columns(notes, columns))
    if rejections := _of(formulas, "rejections"):
        columns = {"kinds": "kind", "expressions": "expression", "reasons": "reason", "authors": "author"}
        change(connection, SQL["import_rejections"], **_columns(rejections, columns | {"moments": "rejected_at"}))


def _of(formulas: Sequence[Item], name: str) -> list[Item]:
    return [(number, item) for number, record in formulas for item in record[name]]


def _columns(items: Sequence[Item], columns: dict[str, str]) -> dict[str, list[Any]]:
    """Return the parameters of a block: the numbers of the formulas as `ids`, and a list for each field."""
    lists = {name: [item[field] for _, item in items] for name, field in columns.items()}
    return {"ids": [number for number, _ in items], **lists}
