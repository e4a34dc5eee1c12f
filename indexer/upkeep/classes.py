"""Classes of equivalent formulas, kept as the catalogue grows: a named member names its class, with proof.

A new formula's bucket is looked up (`equivalence/buckets.py`), and it is decided against the representative of each
class in its bucket: work that grows with the number of formulas, not of pairs. A formula that is equivalent to none of
them represents a class of its own.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import TypeVar

import psycopg
from flint import fmpz_poly

from catalog.errors import FormularyError
from catalog.formulas.pcf import PCF
from catalog.progress import Tell, silent
from catalog.store import locks
from catalog.store.equivalences import (
    Compared,
    EquivalenceRow,
    Proof,
    class_gaps,
    forget_classes,
    representatives,
    store_equivalences,
    without_class,
)
from catalog.store.findings import RelationRow
from catalog.store.rows import Row
from indexer.identification.identify import from_class
from indexer.kinds.kind import kind_of
from indexer.mathematics.equivalence.decision import Equivalence
from indexer.mathematics.numbers.decimals import decimal_ball
from indexer.mathematics.relations.relation import moebius_relation
from indexer.mathematics.relations.search import DIGITS
from indexer.pipeline.batch import relation_row
from indexer.pipeline.storing import store_proposed
from indexer.workers.pool import Pool, Workers, in_order

PROPOSER = "class"
"""Who proposed the constant, in table `guess`."""

PAGE = 5_000
"""Formulas that are read at a time."""

KEYS_TOGETHER = 250
"""Formulas whose buckets a worker finds at a time."""

TOGETHER = 48
"""Buckets that a worker takes at a time."""

STORED_TOGETHER = 500
"""Buckets, or named members, of one transaction at most."""

MOST_COMPARED = 24
"""Classes of one bucket that a formula is compared with; nearly all buckets have one or two."""

TOO_MANY = f"its bucket has more than the {MOST_COMPARED} classes that a formula is compared with"


@dataclass
class Classed:
    """What a sweep did: formulas that have a class now, those that joined an older formula's, those it named."""

    formulas: int = 0
    joined: int = 0
    named: int = 0
    theorems: int = 0
    apart: int = 0
    complete: bool = True
    ids: list[int] = field(default_factory=list)
    """The numbers of the formulas that have a class now."""

    @property
    def settled(self) -> int:
        """How many formulas it looked at."""
        return self.formulas + self.named + self.apart

    def to_json(self) -> dict[str, int | bool]:
        """The fields of an event."""
        return {
            "formulas": self.formulas,
            "joined": self.joined,
            "named": self.named,
            "theorems": self.theorems,
            "complete": self.complete,
        }


@dataclass
class Bucket:
    """New formulas of one bucket by number, simplest first, and the representatives of the classes in it."""

    key: bytes | None
    new: list[Compared] = field(default_factory=list)
    known: list[Compared] = field(default_factory=list)


Part = TypeVar("Part")


class _TimeIsUp(Exception):
    """The sweep ends here, and the next one goes on."""


def sweep_classes(
    connection: psycopg.Connection,
    *,
    ids: Sequence[int] | None = None,
    seconds: float | None = None,
    stop: Callable[[], bool] = lambda: False,
    workers: int | None = 1,
    tell: Tell = silent,
) -> Classed:
    """Decide the classes of formulas that have none yet, all or these alone, and name what their classes name.

    It ends after so many seconds and one piece of work at least, or when `stop` says so; the rest comes with the next
    sweep. Two sweeps do not run at a time: the second does nothing. The connection must be idle. With more than one of
    `workers` processes decide and verify.
    """
    swept = Classed()
    deadline = None if seconds is None else time.monotonic() + seconds

    def pause() -> None:
        if stop() or (deadline is not None and time.monotonic() > deadline):
            raise _TimeIsUp

    with Workers(workers) as pool, locks.alone(connection, locks.CLASSES) as held:
        swept.complete = held
        if not held:
            return swept
        try:
            if ids is not None:
                forget_classes(connection, ids)
            _decide(connection, ids, pool, swept, pause, tell)
            _name(connection, ids, pool, swept, pause, tell)
        except _TimeIsUp:
            swept.complete = False
    return swept


# ------------------------------------------------------------------ classes


def _decide(
    connection: psycopg.Connection,
    ids: Sequence[int] | None,
    pool: Pool,
    swept: Classed,
    pause: Callable[[], None],
    tell: Tell,
) -> None:
    """Give formulas without a class one, a page after the other."""
    after = 0
    while page := without_class(connection, after, PAGE, ids):
        after = page[-1].id
        buckets = _buckets(connection, page, pool)
        alone = [bucket for bucket in buckets if len(bucket.new) == 1 and not bucket.known]
        several = [bucket for bucket in buckets if len(bucket.new) > 1 or bucket.known]
        decided = in_order(_decided, several, _undecided, batch=TOGETHER, pool=pool)
        for some in _parts(chain(_decided(alone), decided)):
            found = [row for rows in some for row in rows]
            store_equivalences(connection, found)
            swept.formulas += len(found)
            swept.ids += [row.formula_id for row in found]
            swept.joined += sum(row.proof is not None for row in found)
            tell("formulas compared", swept.formulas)
            pause()


def _buckets(connection: psycopg.Connection, page: Sequence[Compared], pool: Pool) -> list[Bucket]:
    """Return the formulas of a page by bucket."""
    found: defaultdict[bytes | None, list[Compared]] = defaultdict(list)
    formulas = [compared.formula for compared in page]
    keys = in_order(_keys, formulas, lambda formula, reason: None, batch=KEYS_TOGETHER, pool=pool)
    for compared, key in zip(page, keys, strict=True):
        found[key].append(compared)
    known = representatives(connection, [key for key in found if key is not None])
    return [
        Bucket(key, sorted(new, key=lambda each: (each.formula.complexity, each.id)), known.get(key or b"", []))
        for key, new in found.items()
    ]


def _keys(formulas: Sequence[PCF]) -> list[bytes | None]:
    """Return the bucket of each formula; runs in workers."""
    return kind_of(formulas[0]).buckets(formulas)


def _decided(buckets: Sequence[Bucket]) -> list[list[EquivalenceRow]]:
    """Return the classes of the new formulas of buckets; runs in workers."""
    return [list(_classes(bucket)) for bucket in buckets]


def _undecided(bucket: Bucket, reason: str) -> list[EquivalenceRow]:
    return [EquivalenceRow(new.id, new.id, bucket.key, open_reason=reason) for new in bucket.new]


def _classes(bucket: Bucket) -> Iterator[EquivalenceRow]:
    """Yield the new formulas of a bucket, each equivalent to a representative, or representing a new class."""
    known = list(bucket.known)
    for new in bucket.new:
        row = EquivalenceRow(new.id, new.id, bucket.key)
        if bucket.key is not None:
            row = _class(row, new, known)
            if row.proof is None:
                known.append(new)
        yield row


def _class(row: EquivalenceRow, new: Compared, known: Sequence[Compared]) -> EquivalenceRow:
    """Return the row of a formula in the class of the representative that it is equivalent to, if there is one."""
    reason = TOO_MANY if len(known) > MOST_COMPARED else None
    relate = kind_of(new.formula).relate
    for representative in known[:MOST_COMPARED]:
        limits = {each.formula: decimal_ball(each.limit) for each in (new, representative) if each.limit is not None}
        decision = relate(new.formula, representative.formula, limits)
        if decision.equivalence is not None:
            return replace(row, class_id=representative.id, proof=_proof(decision.equivalence), open_reason=None)
        if decision.equivalent is None and reason is None:
            reason = decision.reason
    return replace(row, open_reason=reason)


def _proof(found: Equivalence) -> Proof:
    p, q, r, s = map(_coefficients, found.matrix)
    numerator, denominator = map(_coefficients, found.scale)
    return Proof(found.folds, [[p, q], [r, s]], (numerator, denominator), found.regular_from, found.map)


def _coefficients(polynomial: fmpz_poly) -> list[int]:
    return [int(c) for c in polynomial.coeffs()]


# ------------------------------------------------------------------ names


def _name(
    connection: psycopg.Connection,
    ids: Sequence[int] | None,
    pool: Pool,
    swept: Classed,
    pause: Callable[[], None],
    tell: Tell,
) -> None:
    """Name formulas whose class has a named member."""
    while rows := class_gaps(connection, PROPOSER, PAGE, ids):
        found = in_order(_relations_of, rows, lambda row, reason: None, pool=pool)
        for some in _parts(zip(rows, found, strict=True)):
            store_proposed(connection, some, PROPOSER)
            relations = [relation for _, relation in some]
            swept.named += sum(relation is not None for relation in relations)
            swept.theorems += sum(relation is not None and relation.proof == "theorem" for relation in relations)
            swept.apart += relations.count(None)
            tell("formulas named by their class", swept.named)
            pause()


def _parts(items: Iterable[Part]) -> Iterator[list[Part]]:
    """Yield items together, as many as are stored in one transaction."""
    some: list[Part] = []
    for item in items:
        some.append(item)
        if len(some) == STORED_TOGETHER:
            yield some
            some = []
    if some:
        yield some


def _relations_of(rows: Sequence[Row]) -> list[RelationRow | None]:
    """Return the relation of each formula; runs in workers."""
    return [_relation(row) for row in rows]


def _relation(row: Row) -> RelationRow | None:
    """Return the relation that a named member of the class gives a formula; where that fails, none."""
    known = moebius_relation(
        row["constant"], row["term"], [int(x) for x in row["coefficients"]],
        digits_used=DIGITS, digits_verified=DIGITS, proof=row["proof"], method=PROPOSER,
    )  # fmt: skip
    formula, member = PCF.from_row(row["a"], row["b"]), PCF.from_row(row["member_a"], row["member_b"])
    try:
        relation = from_class(formula, member, known)
    except (FormularyError, ArithmeticError, ValueError):
        return None
    return None if relation is None else relation_row(0, relation)
