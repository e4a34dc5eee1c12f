"""Relations as they are stored, with the definitions of both sides: what a verification reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import psycopg
from psycopg.rows import dict_row

from catalog.database.blocks import Blocks
from catalog.formulas.pcf import PCF
from catalog.formulas.recurrence import Recurrence, stored_value
from catalog.store.rows import Row, column, value

SQL = Blocks(__file__)

FETCH = 2_000
"""Rows read at a time."""


@dataclass(frozen=True, slots=True)
class StoredRelation:
    """A relation; `term` is the constant's expression, `other` the formula in one of kind `formula`."""

    id: int
    formula: PCF | Recurrence
    kind: str
    coefficients: tuple[int, ...]
    expression: str
    digits: int
    """Digits it was found or verified with."""
    term: str | None = None
    other: PCF | None = None


def count_relations(connection: psycopg.Connection) -> int:
    """Return how many relations the catalogue holds."""
    return int(value(connection, SQL["count_relations"]))


def sample_relations(connection: psycopg.Connection, count: int) -> list[int]:
    """Return the numbers of relations chosen at random."""
    return column(connection, SQL["sample_relations"], count=count)


@dataclass(frozen=True, slots=True)
class Failure:
    """A relation, by number, that did not hold: why, and the digits to which its two sides agree."""

    relation_id: int
    reason: str
    digits: int


def record_verification(
    connection: psycopg.Connection, held: Sequence[int], failures: Sequence[Failure], code_version: str
) -> None:
    """Enter the relations that did not hold into `verification_failure`, and take out those that did."""
    with connection.transaction():
        connection.execute(SQL["forget_failures"], {"ids": list(held)})
        connection.execute(
            SQL["record_failures"],
            {
                "ids": [failure.relation_id for failure in failures],
                "reasons": [failure.reason for failure in failures],
                "digits": [failure.digits for failure in failures],
                "code_version": code_version,
            },
        )


def failing_relations(connection: psycopg.Connection) -> set[int]:
    """Return the numbers of the relations whose last verification failed."""
    return set(column(connection, SQL["failing_relations"]))


def stored_relations(
    connection: psycopg.Connection, *, formula_id: int | None = None, chosen: Sequence[int] | None = None
) -> Iterator[StoredRelation]:
    """Return all relations, those of one formula, or the chosen ones, read on a cursor in order of their formulas."""
    sample = None if chosen is None else len(chosen)
    parameters = {"formula_id": formula_id, "sample": sample, "chosen": list(chosen or ())}
    with connection.transaction(), connection.cursor("verification", row_factory=dict_row) as cursor:
        cursor.execute(SQL["stored_relations"], parameters)
        while found := cursor.fetchmany(FETCH):
            yield from map(_relation, found)


def _relation(row: Row) -> StoredRelation:
    other = None if row["other_a"] is None else PCF.from_row(row["other_a"], row["other_b"])
    coefficients = tuple(map(int, row["coefficients"]))
    return StoredRelation(
        row["id"], stored_value(row), row["kind"], coefficients, row["expression"], row["digits"], row["term"], other
    )


@dataclass(frozen=True, slots=True)
class StoredTheorem:
    """A relation that is a theorem; `members` are others of the formula's class that have one themselves.

    `paths` are field, direction and start of trajectories that the formula represents.
    """

    id: int
    formula: PCF
    kind: str
    coefficients: tuple[int, ...]
    expression: str
    constant: str | None = None
    term: str | None = None
    other: PCF | None = None
    members: tuple[PCF, ...] = ()
    paths: tuple[tuple[str, list[int], list[str]], ...] = ()


def count_theorems(connection: psycopg.Connection) -> int:
    """Return how many relations of the catalogue are theorems."""
    return int(value(connection, SQL["count_theorems"]))


def sample_theorems(connection: psycopg.Connection, count: int) -> list[int]:
    """Return the numbers of theorems chosen at random."""
    return column(connection, SQL["sample_theorems"], count=count)


def stored_theorems(
    connection: psycopg.Connection, *, formula_id: int | None = None, chosen: Sequence[int] | None = None
) -> Iterator[StoredTheorem]:
    """Return all theorems, those of one formula, or the chosen ones, read on a cursor in order of their formulas."""
    sample = None if chosen is None else len(chosen)
    parameters = {"formula_id": formula_id, "sample": sample, "chosen": list(chosen or ())}
    with connection.transaction(), connection.cursor("theorems", row_factory=dict_row) as cursor:
        cursor.execute(SQL["stored_theorems"], parameters)
        while found := cursor.fetchmany(FETCH):
            yield from map(_theorem, found)


def _theorem(row: Row) -> StoredTheorem:
    other = None if row["other_a"] is None else PCF.from_row(row["other_a"], row["other_b"])
    members = zip(map(_numbers, row["a_texts"] or ()), map(_numbers, row["b_texts"] or ()), strict=True)
    return StoredTheorem(
        row["id"],
        PCF.from_row(row["a"], row["b"]),
        row["kind"],
        tuple(map(int, row["coefficients"])),
        row["expression"],
        row["constant"],
        row["term"],
        other,
        tuple(PCF(a, b) for a, b in members),
        tuple((name, direction, start) for name, direction, start in row["paths"] or ()),
    )


def _numbers(text: str) -> tuple[int, ...]:
    """Return the integers of an array as Postgres writes it."""
    return tuple(map(int, text.strip("{}").split(",")))
