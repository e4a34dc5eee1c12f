"""Families in the catalogue: a named representative names its members, an unnamed one ties them to itself.

Members that were indexed before their representative was named are named too. Each relation is found and verified for
the member itself (`guess.from_family`, `families.family_relation`); its mirror and inflations follow exactly.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import dict_row

import catalog
from catalog.findings import Findings, GuessRow, RelationRow, store_findings
from catalog.formula import PCF
from catalog.sql import block
from indexer.families import RELATION_DIGITS, VERIFIED_BEYOND, family_relation
from indexer.findings import Relation, moebius_relation, moebius_text
from indexer.guess import from_family
from indexer.relations import DIGITS, normal_moebius

PROPOSER = "family"
"""Who proposed the constant, in table `guess`."""

TOGETHER = 2_000
"""Members that are read at a time: the query looks at all families."""

Row = dict[str, Any]


@dataclass
class Swept:
    """What a sweep did: members named, members tied to an unnamed representative, members without a relation."""

    named: int = 0
    tied: int = 0
    apart: int = 0
    complete: bool = True

    @property
    def settled(self) -> int:
        """How many members it looked at."""
        return self.named + self.tied + self.apart


def sweep_families(
    connection: psycopg.Connection,
    *,
    family: str | None = None,
    seconds: float | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> Swept:
    """Name or tie the members of all families, or of one, that nothing ties yet.

    It ends after so many seconds and one member at least, or when `stop` says so; the rest comes with the next sweep.
    Two sweeps do not run at a time: the second does nothing. The connection must be idle.
    """
    swept = Swept()
    deadline = None if seconds is None else time.monotonic() + seconds
    with connection.transaction():
        locked = connection.execute(block("lock_families")).fetchone()
    if not locked or not locked[0]:
        return Swept(complete=False)
    try:
        while rows := _gaps(connection, family):
            for row in rows:
                if stop() or (swept.settled and deadline is not None and time.monotonic() > deadline):
                    swept.complete = False
                    return swept
                _settle(connection, row, swept)
    finally:
        if not connection.closed:
            with connection.transaction():
                connection.execute(block("unlock_families"))
    return swept


def _gaps(connection: psycopg.Connection, family: str | None) -> list[Row]:
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(
            block("family_gaps"), {"family": family, "proposer": PROPOSER, "count": TOGETHER}
        ).fetchall()


def _settle(connection: psycopg.Connection, row: Row, swept: Swept) -> None:
    """Find the relation of one member, and store it with what it names."""
    member = _formula(row["a"], row["b"])
    representative = _formula(row["representative_a"], row["representative_b"])
    findings = Findings(catalog.__version__)
    relation = _relation_row(0, member, representative, row)
    if relation is None:
        outcome, swept.apart = "excluded", swept.apart + 1
    else:
        findings.relations.append(relation)
        outcome = "found"
        swept.named += relation.constant is not None
        swept.tied += relation.constant is None
    guessed = 0 if relation is not None else None
    findings.guesses.append(GuessRow(0, row["guess_place"], PROPOSER, outcome, row["constant"], relation=guessed))
    with connection.transaction(), connection.cursor() as cursor:
        ids = [int(row["id"])]
        if relation is not None and relation.constant is not None:
            ids += add_copies(cursor, ids[0], member, relation, findings)
        store_findings(cursor, findings, ids)


def _relation_row(place: int, member: PCF, representative: PCF, row: Row) -> RelationRow | None:
    """The relation with the representative's constant, or with the representative where it has no name."""
    if row["constant"] is None:
        found = family_relation(member, representative)
        if found is None:
            return None
        text = moebius_text(found, str(representative))
        digits = RELATION_DIGITS + VERIFIED_BEYOND
        return RelationRow(
            place, "formula", found, text, PROPOSER, "verified", RELATION_DIGITS, digits,
            other_key=bytes(row["representative_key"]),
        )  # fmt: skip
    known = moebius_relation(
        row["constant"], row["term"], [int(x) for x in row["coefficients"]],
        digits_used=DIGITS, digits_verified=DIGITS, proof="verified", method=PROPOSER,
    )  # fmt: skip
    relation = from_family(member, representative, known)
    return None if relation is None else _row_of(place, relation)


def _row_of(place: int, relation: Relation) -> RelationRow:
    return RelationRow(
        place,
        relation.kind,
        relation.coefficients or (),
        relation.expression,
        relation.method,
        relation.proof,
        relation.digits_used,
        relation.digits_verified,
        relation.constant,
    )


def add_copies(
    cursor: psycopg.Cursor, canonical_id: int, canonical: PCF, relation: RelationRow, findings: Findings
) -> list[int]:
    """Add the relations of mirrors and inflations, whose limits are integer multiples; returns their numbers."""
    numbers = []
    cursor.execute(block("unnamed_copies"), {"ids": [canonical_id]})
    for number, a, b, _ in cursor.fetchall():
        reduced, factor = _formula(a, b).canonical()
        if reduced != canonical:
            continue
        x, y, z, w = relation.coefficients
        coefficients = normal_moebius((factor * x, factor * y, z, w))
        text = moebius_text(coefficients, _term(cursor, relation.constant))
        numbers.append(int(number))
        findings.relations.append(
            RelationRow(
                len(numbers), "moebius", coefficients, text, f"{relation.method}, times {factor}", relation.proof,
                relation.digits_used, relation.digits_verified, relation.constant,
            )
        )  # fmt: skip
    return numbers


def _term(cursor: psycopg.Cursor, name: str | None) -> str:
    row = cursor.execute("select expression from constant where name = %s", [name]).fetchone()
    assert row is not None
    return str(row[0])


def _formula(a: Sequence[Any], b: Sequence[Any]) -> PCF:
    return PCF(tuple(map(int, a)), tuple(map(int, b)))
