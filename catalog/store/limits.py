"""Formulas by the value of their limit, to be compared with a number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import dict_row

from catalog.database.blocks import block
from catalog.formulas.pcf import PCF


@dataclass(frozen=True, slots=True)
class StoredLimit:
    """A formula with its limit as decimal text of so many significant digits; `place` is that of the range."""

    formula: PCF
    value: str
    digits: int
    place: int = 0


def formulas_near(
    connection: psycopg.Connection, ranges: Sequence[tuple[float, float]], count: int
) -> list[StoredLimit]:
    """At most `count` formulas whose limit lies in one of the ranges (low, high), in the order of these."""
    lows, highs = [low for low, _ in ranges], [high for _, high in ranges]
    rows = _rows(connection, "formulas_near", lows=lows, highs=highs, count=count)
    return [_limit(row, int(row["place"]) - 1) for row in rows]


def nameless_representatives(connection: psycopg.Connection, count: int) -> list[StoredLimit]:
    """The simplest formula of each of at most `count` families that no constant is known for."""
    return [_limit(row) for row in _rows(connection, "nameless_representatives", count=count)]


def count_limits(connection: psycopg.Connection) -> int:
    """Roughly how many formulas there are."""
    return int(_rows(connection, "count_limits")[0]["greatest"])


def _rows(connection: psycopg.Connection, name: str, **parameters: object) -> list[dict[str, Any]]:
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(block(name), parameters or None).fetchall()


def _limit(row: dict[str, Any], place: int = 0) -> StoredLimit:
    formula = PCF(tuple(map(int, row["a"])), tuple(map(int, row["b"])))
    return StoredLimit(formula, row["limit_value"], row["limit_digits"], place)
