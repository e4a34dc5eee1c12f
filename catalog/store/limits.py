"""Formulas by their limit: those near a number, and those that nothing names, in pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from catalog.database.blocks import Blocks
from catalog.formulas.pcf import PCF
from catalog.store.rows import Row, rows, value

SQL = Blocks(__file__)


@dataclass(frozen=True, slots=True)
class StoredLimit:
    """A formula with its limit as decimal text of so many significant digits, and the index of the range it lies in."""

    formula: PCF
    value: str
    digits: int
    range_index: int = 0


def formulas_near(
    connection: psycopg.Connection, ranges: Sequence[tuple[float, float]], count: int
) -> list[StoredLimit]:
    """Return at most `count` formulas whose limit lies in one of the ranges (low, high), in the order of these."""
    lows, highs = [low for low, _ in ranges], [high for _, high in ranges]
    found = rows(connection, SQL["formulas_near"], lows=lows, highs=highs, count=count)
    return [_limit(row, row["range_number"] - 1) for row in found]


def nameless_representatives(connection: psycopg.Connection, count: int) -> list[StoredLimit]:
    """Return the simplest formula of each of at most `count` families that no constant is known for."""
    return [_limit(row) for row in rows(connection, SQL["nameless_representatives"], count=count)]


def count_limits(connection: psycopg.Connection) -> int:
    """Return roughly how many formulas there are."""
    return int(value(connection, SQL["count_limits"]))


def _limit(row: Row, range_index: int = 0) -> StoredLimit:
    return StoredLimit(PCF.from_row(row["a"], row["b"]), row["limit_value"], row["limit_digits"], range_index)


# Formulas without a name: what is searched again when the library has grown


@dataclass(frozen=True, slots=True)
class Unnamed:
    """A canonical formula that nothing names, with its limit as decimal text of so many digits."""

    id: int
    formula: PCF
    value: str
    digits: int
    family: str | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which of them are wanted: those with limits of at least `digits` digits.

    With a `version` of the library, those alone that were not searched with so many of its `constants`; with `ids`,
    those alone of these numbers.
    """

    digits: int
    version: str | None = None
    constants: int = 0
    ids: tuple[int, ...] | None = None

    def parameters(self, after: int, count: int) -> dict[str, Any]:
        """Return what the SQL blocks take."""
        return {
            "digits": self.digits,
            "version": self.version,
            "ids": None if self.ids is None else list(self.ids),
            "constants": self.constants,
            "after": after,
            "count": count,
        }


def unnamed(connection: psycopg.Connection, wanted: Wanted, after: int, count: int) -> list[Unnamed]:
    """Return the next `count` formulas beyond number `after`."""
    found = rows(connection, SQL["unnamed_limits"], prepare=False, **wanted.parameters(after, count))
    return [
        Unnamed(row["id"], PCF.from_row(row["a"], row["b"]), row["limit_value"], row["limit_digits"], row["family"])
        for row in found
    ]


def count_unnamed(connection: psycopg.Connection, wanted: Wanted, after: int, most: int) -> int:
    """Return how many there are beyond number `after`, counted up to `most`."""
    counted = b"select count(*) from (" + SQL["unnamed_limits"] + b") as unnamed"
    return int(value(connection, counted, prepare=False, **wanted.parameters(after, most)))
