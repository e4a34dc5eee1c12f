"""Families in the catalogue: a named representative names its members, an unnamed one ties them to itself.

Members that were indexed before their representative was named are named too. Each relation is found and verified for
the member itself (`identify.from_family`, `closed_forms.families`); its mirror and inflations follow exactly.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import psycopg

from catalog.formulas.pcf import PCF
from catalog.progress import Tell, silent
from catalog.store import locks
from catalog.store.families import family_gaps
from catalog.store.findings import RelationRow
from catalog.store.rows import Row
from indexer.identification.identify import from_family
from indexer.identification.theorems import link_is_theorem
from indexer.kinds.kind import kind_of
from indexer.mathematics.closed_forms.families import RELATION_DIGITS, VERIFIED_BEYOND
from indexer.mathematics.relations.relation import moebius_relation
from indexer.mathematics.relations.search import DIGITS
from indexer.mathematics.relations.text import moebius_text
from indexer.pipeline.batch import relation_row
from indexer.pipeline.storing import store_proposed
from indexer.workers.pool import Workers, in_order

PROPOSER = "family"
"""Who proposed the constant, in table `guess`."""

TOGETHER = 2_000
"""Members that are read at a time: the query looks at all families."""

STORED_TOGETHER = 100
"""Members that are stored in one transaction at most."""

Found = tuple[Row, RelationRow | None]
"""A member as it was read, and its relation if it has one."""


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
    workers: int = 1,
    tell: Tell = silent,
) -> Swept:
    """Name or tie the members of all families, or of one, that nothing ties yet.

    It ends after so many seconds and one member at least, or when `stop` says so; the rest comes with the next sweep.
    Two sweeps do not run at a time: the second does nothing. The connection must be idle. With more than one of
    `workers` processes evaluate.
    """
    swept = Swept()
    deadline = None if seconds is None else time.monotonic() + seconds
    with Workers(workers) as pool, locks.alone(connection, locks.FAMILIES) as held:
        swept.complete = held
        while swept.complete and (rows := family_gaps(connection, family, PROPOSER, TOGETHER)):
            found = in_order(_relations_of, rows, lambda row, reason: None, pool=pool)
            for some in _together(zip(rows, found, strict=True), deadline, stop, swept):
                _store(connection, some, swept)
                tell("members of families tied", swept.named + swept.tied)
    return swept


def _together(
    found: Iterable[Found], deadline: float | None, stop: Callable[[], bool], swept: Swept
) -> Iterator[list[Found]]:
    """What is stored in one transaction; it ends early, and the sweep is incomplete, where the time is up."""
    some: list[Found] = []
    for each in found:
        some.append(each)
        late = stop() or (deadline is not None and time.monotonic() > deadline)
        if late or len(some) == STORED_TOGETHER:
            yield some
            some = []
        if late:
            swept.complete = False
            return
    if some:
        yield some


def _relations_of(rows: Sequence[Row]) -> list[RelationRow | None]:
    """The relation of each member; runs in workers."""
    return [
        _relation_row(
            0, PCF.from_row(row["a"], row["b"]), PCF.from_row(row["representative_a"], row["representative_b"]), row
        )
        for row in rows
    ]


def _store(connection: psycopg.Connection, some: Sequence[Found], swept: Swept) -> None:
    """Store relations of members with what they name, and that some have none."""
    store_proposed(connection, some, PROPOSER)
    for _, relation in some:
        swept.apart += relation is None
        swept.named += relation is not None and relation.constant is not None
        swept.tied += relation is not None and relation.constant is None


def _relation_row(place: int, member: PCF, representative: PCF, row: Row) -> RelationRow | None:
    """The relation with the representative's constant, or with the representative where it has no name."""
    if row["constant"] is None:
        found = kind_of(member).family_relation(member, representative)
        if found is None:
            return None
        text = moebius_text(found, str(representative))
        digits = RELATION_DIGITS + VERIFIED_BEYOND
        proof = "theorem" if link_is_theorem(member, representative, found) else "verified"
        return RelationRow(
            place, "formula", found, text, PROPOSER, proof, RELATION_DIGITS, digits,
            other_key=bytes(row["representative_key"]),
        )  # fmt: skip
    known = moebius_relation(
        row["constant"], row["term"], [int(x) for x in row["coefficients"]],
        digits_used=DIGITS, digits_verified=DIGITS, proof="verified", method=PROPOSER,
    )  # fmt: skip
    relation = from_family(member, representative, known)
    return None if relation is None else relation_row(place, relation)
