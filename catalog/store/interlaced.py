"""Reads and writes of continued fractions with a rule of several terms, which formulas are the contractions of."""

from __future__ import annotations

from dataclasses import dataclass

import psycopg

from catalog.database.blocks import Blocks
from catalog.store.rows import Row, change, rows

SQL = Blocks(__file__)


@dataclass(frozen=True)
class InterlacedRow:
    """A fraction of the formula with a key; the columns are those of table `interlaced`."""

    key: bytes
    fraction: str
    first_terms: list[str]
    denominators: list[str]
    numerators: list[str]
    signs: list[int] | None
    map: list[int]
    value: str | None
    guessed_from: int | None
    code_version: str


def add_interlaced(connection: psycopg.Connection, row: InterlacedRow) -> bool:
    """Store a fraction; returns False, and changes nothing, where it is there or its formula is not."""
    return change(connection, SQL["add_interlaced"], **vars(row)) == 1


def interlaced_of(connection: psycopg.Connection, formula_id: int) -> list[Row]:
    """Return the fractions of a formula in the order in which they came; `coefficients` are the map."""
    return rows(connection, SQL["interlaced_of"], id=formula_id)
