"""Formulas of the catalogue without a name, in pages: what is searched again when the library has grown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import dict_row

from catalog.database.blocks import block
from catalog.formulas.pcf import PCF


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
    """Which of them: limits of at least `digits` digits; with a `version` of the library, those that were not searched
    with so many of its `constants`."""

    digits: int
    version: str | None = None
    constants: int = 0

    def parameters(self, after: int, count: int) -> dict[str, Any]:
        """What the SQL blocks take."""
        return {
            "digits": self.digits,
            "version": self.version,
            "constants": self.constants,
            "after": after,
            "count": count,
        }


def unnamed(connection: psycopg.Connection, wanted: Wanted, after: int, count: int) -> list[Unnamed]:
    """The next `count` formulas beyond number `after`."""
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(block("unnamed_limits"), wanted.parameters(after, count), prepare=False).fetchall()
    return [
        Unnamed(
            int(row["id"]),
            PCF(tuple(map(int, row["a"])), tuple(map(int, row["b"]))),
            row["limit_value"],
            int(row["limit_digits"]),
            row["family"],
        )
        for row in rows
    ]


def count_unnamed(connection: psycopg.Connection, wanted: Wanted, after: int, most: int) -> int:
    """How many there are beyond number `after`, counted up to `most`."""
    counted = b"select count(*) from (" + block("unnamed_limits") + b") as unnamed"
    with connection.transaction():
        row = connection.execute(counted, wanted.parameters(after, most), prepare=False).fetchone()
    assert row is not None
    return int(row[0])
