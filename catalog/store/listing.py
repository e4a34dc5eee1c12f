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

FEW = {"source": "of_source", "family": "of_family"}
"""Conditions that leave few formulas, those that leave fewest first, each with the block that finds them."""

FEW_IN_RANGE = 20_000
"""Formulas of a facet that are read whole and sorted rather than met one after the other."""

RATIONAL = "rational"
"""The one family that has many formulas: a facet."""

FACETS = {
    "statuses": "status = any (%(statuses)s)",
    "classes": "convergence_class = any (%(classes)s)",
    "deg_a": "terms_a = %(deg_a)s + 1",
    "deg_b": "terms_b = %(deg_b)s + 1",
    "proof": "proof = %(proof)s",
    "family": "is_rational",
    "identified": "is_identified = %(identified)s"
    " and (%(identified)s or (not has_closed_form and status = 'converges'))",
}
"""Conditions on a facet, which function facet_parts takes apart."""

RANGES = {
    "min_delta": "delta >= %(min_delta)s",
    "max_delta": "delta <= %(max_delta)s",
    "min_growth": "growth >= %(min_growth)s",
    "max_growth": "growth < %(max_growth)s",
}
"""Conditions on the figures of table listing."""

NOT_LISTED: dict[str, Any] = {
    "radicand": None,
    "max_height": None,
    "max_complexity": None,
    "near": None,
    "reduction": None,
    "source": None,
    "kind": None,
    "canonical": True,
}
"""What table listing does not have, with the values that ask nothing of it; it has canonical formulas alone."""

LARGEST_COMPLEXITY = 2**31 - 1

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
    chosen, parameters = _of_listing(wanted, sort, after) or _of_formulas(wanted, sort, after)
    shown = sql.SQL(SQL.text("shown")).format(chosen=chosen, order=_order("formula", sort))
    return shown, parameters | {"limit": limit}


def _of_formulas(wanted: Filter, sort: str, after: Key | None) -> tuple[sql.Composed, dict[str, Any]]:
    """How formulas are found in table formula: by an index in their order, or among few that a condition names."""
    few = next((name for name in FEW if getattr(wanted, name) not in (None, RATIONAL)), None)
    left = wanted if few is None else replace(wanted, **dict[str, Any]({few: None}))
    condition, parameters = left.conditions()
    beyond, given = _beyond("formula", sort, after)
    held = [condition, sql.SQL(f"formula.kind = 'pcf' and formula.{KEYS[sort][0]} is not null"), beyond]
    block = SQL.text("first_of_all" if few is None else "first_of_few")
    if few is not None:
        block = block.replace("{ids}", SQL.text(FEW[few]))
        given |= {few: getattr(wanted, few), "canonical": wanted.canonical}
    chosen = sql.SQL(block).format(condition=sql.SQL(" and ").join(held), order=_order("formula", sort))
    return chosen, parameters | given


def _of_listing(wanted: Filter, sort: str, after: Key | None) -> tuple[sql.Composed, dict[str, Any]] | None:
    """How formulas are found in table listing; None where it cannot answer, or where an index of formula does."""
    values = _values(wanted)
    if values is None:
        return None
    facets = {name: text for name, text in FACETS.items() if name in values}
    ranges = [text for name, text in RANGES.items() if name in values]
    sorts_them = sort == "delta" or not ranges
    if sorts_them and not facets and "constant" not in values:
        return None
    if sort == "delta":
        ranges.append("delta is not null")
    beyond, given = _beyond("listing", sort, after)
    block = SQL.text("first_of_facets" if sorts_them else "first_in_ranges")
    chosen = sql.SQL(SQL.text("facets") + "\n" + block).format(
        constant=sql.SQL("(select id from constant where name = %(constant)s)" if "constant" in values else "0"),
        facets=sql.SQL(" and ".join(facets.values()) or "number is not null"),
        ranges=sql.SQL(" and ".join(ranges) or "true"),
        beyond=beyond,
        columns=sql.SQL(", ".join(dict.fromkeys(("formula_id", _column("listing", sort))))),
        order=_order("listing", sort),
    )
    return chosen, values | given | {"few": FEW_IN_RANGE}


def _values(wanted: Filter) -> dict[str, Any] | None:
    """The parameters of a filter that asks for nothing but what table listing has; None for another."""
    if wanted != replace(wanted, **NOT_LISTED) or wanted.family not in (None, RATIONAL):
        return None
    deg_a, deg_b = wanted.degrees
    values = {
        "constant": wanted.constant,
        "family": wanted.family,
        "statuses": list(wanted.statuses) or None,
        "classes": list(wanted.classes) or None,
        "deg_a": deg_a,
        "deg_b": deg_b,
        "proof": wanted.proof,
        "identified": wanted.identified,
        "min_delta": wanted.min_delta,
        "max_delta": wanted.max_delta,
        "min_growth": wanted.min_growth,
        "max_growth": wanted.max_growth,
    }
    return {name: value for name, value in values.items() if value is not None}


def _column(table: str, sort: str) -> str:
    """The column of an order; table listing has the number of the formula under another name."""
    column = KEYS[sort][0]
    return "formula_id" if (table, column) == ("listing", "id") else column


def _order(table: str, sort: str) -> sql.SQL:
    direction = "desc" if KEYS[sort][1] else "asc"  # one for both, so that an index is read from either end
    number = "formula_id" if table == "listing" else "id"
    names = dict.fromkeys((_column(table, sort), number))
    return sql.SQL(", ".join(f"{table}.{name} {direction}" for name in names))


def _beyond(table: str, sort: str, after: Key | None) -> tuple[sql.SQL, dict[str, Any]]:
    """The condition that a row comes after a key, and its parameters."""
    if after is None:
        return sql.SQL("true"), {}
    sign = "<" if KEYS[sort][1] else ">"
    column, number = _column(table, sort), "formula_id" if table == "listing" else "id"
    if column == number:
        return sql.SQL(f"{table}.{number} {sign} %(after_id)s"), {"after_id": after[1]}
    text = f"({table}.{column}, {table}.{number}) {sign} (%(after)s, %(after_id)s)"
    first = after[0]
    if column == "complexity":  # compared with a double no index would be entered at the key
        first = int(max(-1, min(first, LARGEST_COMPLEXITY)))
    return sql.SQL(text), {"after": first, "after_id": after[1]}
