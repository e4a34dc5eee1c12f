"""Relations as they are stored, with the definitions of both sides: what a verification reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import dict_row

from catalog.database.blocks import block
from catalog.formulas.pcf import PCF

FETCH = 2_000
"""Rows read at a time."""


@dataclass(frozen=True, slots=True)
class StoredRelation:
    """A relation; `term` is the constant's expression, `other` the formula in one of kind `formula`."""

    id: int
    formula: PCF
    kind: str
    coefficients: tuple[int, ...]
    expression: str
    digits: int
    """Digits it was found or verified with."""
    term: str | None = None
    other: PCF | None = None


def count_relations(connection: psycopg.Connection) -> int:
    """How many relations the catalogue holds."""
    with connection.transaction():
        row = connection.execute(block("count_relations")).fetchone()
    assert row is not None
    return int(row[0])


def sample_relations(connection: psycopg.Connection, count: int) -> list[int]:
    """Numbers of relations chosen at random."""
    with connection.transaction():
        rows = connection.execute(block("sample_relations"), {"count": count}).fetchall()
    return [int(row[0]) for row in rows]


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
        connection.execute(block("forget_failures"), {"ids": list(held)})
        connection.execute(
            block("record_failures"),
            {
                "ids": [failure.relation_id for failure in failures],
                "reasons": [failure.reason for failure in failures],
                "digits": [failure.digits for failure in failures],
                "code_version": code_version,
            },
        )


def failing_relations(connection: psycopg.Connection) -> set[int]:
    """Numbers of the relations whose last verification failed."""
    with connection.transaction():
        return {int(row[0]) for row in connection.execute(block("failing_relations"))}


def stored_relations(
    connection: psycopg.Connection, *, formula_id: int | None = None, chosen: Sequence[int] | None = None
) -> Iterator[StoredRelation]:
    """All relations, those of one formula, or the chosen ones, read on a cursor in order of their formulas."""
    sample = None if chosen is None else len(chosen)
    parameters = {"formula_id": formula_id, "sample": sample, "chosen": list(chosen or ())}
    with connection.transaction(), connection.cursor("verification", row_factory=dict_row) as cursor:
        cursor.execute(block("stored_relations"), parameters)
        while rows := cursor.fetchmany(FETCH):
            yield from map(_relation, rows)


def _relation(row: dict[str, Any]) -> StoredRelation:
    other = None if row["other_a"] is None else _formula(row["other_a"], row["other_b"])
    coefficients = tuple(map(int, row["coefficients"]))
    formula = _formula(row["a"], row["b"])
    return StoredRelation(
        row["id"], formula, row["kind"], coefficients, row["expression"], row["digits"], row["term"], other
    )


def _formula(a: Sequence[Any], b: Sequence[Any]) -> PCF:
    return PCF(tuple(map(int, a)), tuple(map(int, b)))
