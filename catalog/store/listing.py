"""A list of formulas in pages that go on by keys: each is read from indexes, whatever the conditions, at any size."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import psycopg
from psycopg import sql

from catalog.database.blocks import Blocks
from catalog.store.rows import Row, rows
from catalog.store.search import Filter

SQL = Blocks(__file__)

KEYS = {"complexity": ("complexity", False), "delta": ("delta", True), "newest": ("id", True)}
"""Orders: the column, which with the number is the key of a row, and whether the largest comes first."""

FEW = {
    "source": ("of_source", ()),
    "constant": ("of_constant", ()),
    "family": ("of_family", ("rational",)),
    "proof": ("of_proof", ("theorem", "closed_form")),
}
"""Conditions that leave few formulas, those that leave fewest first: the block, and the values that leave many."""

Key = tuple[float, int]


def page(
    connection: psycopg.Connection,
    wanted: Filter,
    *,
    sort: str = "complexity",
    after: Key | None = None,
    limit: int = 50,
) -> list[Row]:
    """Return at most `limit` continued fractions that pass, in one of `KEYS`.

    They come beyond the key `after` (`key_of` the last row).

    The rows are those of `search.find`. What was there when the first page was read is on exactly one page, whatever
    is added in between.
    """
    if wanted.min_delta is not None and wanted.max_delta is not None and wanted.min_delta > wanted.max_delta:
        return []
    statement, parameters = statement_of(wanted, sort=sort, after=after, limit=limit)
    return rows(connection, statement, prepare=False, **parameters)


def key_of(row: Row, sort: str) -> Key:
    """Return the key of a row of `page`, beyond which the next page begins."""
    return row[KEYS[sort][0]], row["id"]


def statement_of(
    wanted: Filter, *, sort: str = "complexity", after: Key | None = None, limit: int = 50
) -> tuple[sql.Composed, dict[str, Any]]:
    """Return the query of `page`, and its parameters."""
    column, falling = KEYS[sort]
    direction = "desc" if falling else "asc"  # one for both, so that an index is read from either end
    order = sql.SQL(f"formula.{column} {direction}, formula.id {direction}")
    block, left, parameters = _way(wanted)
    condition, given = left.conditions()
    held = [condition, sql.SQL(f"formula.kind = 'pcf' and formula.{column} is not null")]
    if after is not None:
        beyond = "<" if falling else ">"
        if column == "id":
            held.append(sql.SQL(f"formula.id {beyond} %(after_id)s"))
        else:
            held.append(sql.SQL(f"(formula.{column}, formula.id) {beyond} (%(after)s, %(after_id)s)"))
            given["after"] = after[0]
        given["after_id"] = after[1]
    chosen = sql.SQL(block).format(condition=sql.SQL(" and ").join(held), order=order)
    shown = sql.SQL(SQL.text("shown")).format(chosen=chosen, order=order)
    return shown, parameters | given | {"limit": limit}


def _way(wanted: Filter) -> tuple[str, Filter, dict[str, Any]]:
    """How the formulas are found: the block, the conditions that are left to it, and the parameters of the others."""
    for name, (block, many) in FEW.items():
        if (value := getattr(wanted, name)) not in (None, *many):
            few = SQL.text("first_of_few").replace("{ids}", SQL.text(block))
            return few, replace(wanted, **dict[str, Any]({name: None})), {name: value, "canonical": wanted.canonical}
    if wanted.statuses or wanted.classes or wanted.degrees != (None, None):
        kinds = {
            "statuses": list(wanted.statuses) or None,
            "classes": list(wanted.classes) or None,
            "deg_a": wanted.degrees[0],
            "deg_b": wanted.degrees[1],
        }
        return SQL.text("first_of_kinds"), replace(wanted, statuses=(), classes=(), degrees=(None, None)), kinds
    return SQL.text("first_of_all"), wanted, {}
