"""Reads and writes of classes: formulas whose recurrences are proved to be equivalent, which `equivalence` keeps."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray

from catalog.database.blocks import Blocks
from catalog.formulas.pcf import PCF
from catalog.store.rows import Row, change, first, rows
from catalog.version import __version__

SQL = Blocks(__file__)

Ids = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Compared:
    """A formula that is compared with others, by number; its limit in decimal, None where it was not evaluated here."""

    id: int
    formula: PCF
    limit: str | None = None


@dataclass(frozen=True)
class Proof:
    """How a formula is equivalent to its representative; polynomials are coefficients, constant first."""

    folds: tuple[int, int]
    matrix: Sequence[Sequence[Sequence[int]]]
    scale: tuple[Sequence[int], Sequence[int]]
    regular_from: int
    map: tuple[int, int, int, int]


@dataclass(frozen=True)
class EquivalenceRow:
    """A formula with its class: the number of its representative, which it is itself where `proof` is None."""

    formula_id: int
    class_id: int
    bucket: bytes | None
    proof: Proof | None = None
    open_reason: str | None = None


def without_class(
    connection: psycopg.Connection, after: int, count: int, ids: Sequence[int] | None = None
) -> list[Compared]:
    """Return canonical convergent formulas that are in no class yet, with numbers beyond `after`, in order."""
    chosen = None if ids is None else list(ids)
    found = rows(connection, SQL["without_class"], prepare=False, after=after, count=count, ids=chosen)
    return [_compared(row) for row in found]


def _compared(row: Row) -> Compared:
    return Compared(row["id"], PCF.from_row(row["a"], row["b"]), row["limit_value"])


def forget_classes(connection: psycopg.Connection, ids: Sequence[int]) -> int:
    """Take out of their classes those of these formulas that do not converge any more; return how many rows went."""
    return change(connection, SQL["forget_classes"], ids=list(ids))


def representatives(connection: psycopg.Connection, buckets: Sequence[bytes]) -> dict[bytes, list[Compared]]:
    """Return the representatives of the classes of each of these buckets that has any, oldest first."""
    found: dict[bytes, list[Compared]] = {}
    for row in rows(connection, SQL["representatives"], buckets=list(buckets)):
        found.setdefault(bytes(row["bucket"]), []).append(_compared(row))
    return found


def store_equivalences(connection: psycopg.Connection, found: Sequence[EquivalenceRow]) -> int:
    """Store formulas with their classes; one that has a class keeps it. Return how many were stored."""
    proofs = [row.proof for row in found]
    return change(
        connection,
        SQL["insert_equivalences"],
        formula_ids=[row.formula_id for row in found],
        class_ids=[row.class_id for row in found],
        buckets=[row.bucket for row in found],
        folds=[None if proof is None else _array(proof.folds) for proof in proofs],
        matrices=[None if proof is None else json.dumps(proof.matrix) for proof in proofs],
        scales=[None if proof is None else json.dumps(proof.scale) for proof in proofs],
        regular_from=[None if proof is None else proof.regular_from for proof in proofs],
        maps=[None if proof is None else _array(proof.map) for proof in proofs],
        open_reasons=[row.open_reason for row in found],
        code_version=__version__,
    )


def _array(numbers: Sequence[int]) -> str:
    return "{" + ",".join(map(str, numbers)) + "}"


def class_of(connection: psycopg.Connection, formula_id: int) -> Row | None:
    """Return the class of a formula, or of its canonical formula; None where it is in none yet.

    A row of formula_id (of the canonical formula), formula, class_id, representative, folds, map, open_reason, and
    formulas, the number of members.
    """
    row = first(connection, SQL["class_of"], id=formula_id)
    if row is not None and row["map"] is not None:
        row["map"] = tuple(map(int, row["map"]))
    return row


def classes_of(connection: psycopg.Connection, ids: Ids, *, every: bool = False) -> Ids:
    """Return the class of each of these formulas (n,), ascending, 0 where it is not found yet.

    With `every` the classes of the whole catalogue are read, which is quicker for many.
    """
    chosen = None if every else ids.tolist()
    with connection.transaction():
        found = connection.execute(SQL["classes_of"], {"ids": chosen}, prepare=False).fetchall()
    pairs = np.array(found, dtype=np.int64).reshape(-1, 2)
    _, mine, theirs = np.intersect1d(ids, pairs[:, 0], return_indices=True)
    classes = np.zeros(len(ids), dtype=np.int64)
    classes[mine] = pairs[theirs, 1]
    return classes


def class_gaps(
    connection: psycopg.Connection, proposer: str, count: int, ids: Sequence[int] | None = None
) -> list[Row]:
    """Return at most `count` canonical formulas without a constant whose class has a named member, with that member.

    Only in the classes of the formulas with these numbers, where they are given. Rows of id, a, b, member_a, member_b,
    coefficients, proof, constant and term of the member's relation, guess_place (of a further guess). Formulas for
    which the `proposer` found nothing are left out.
    """
    chosen = None if ids is None else list(ids)
    return rows(connection, SQL["class_gaps"], prepare=False, proposer=proposer, count=count, ids=chosen)


def named_members(connection: psycopg.Connection, ids: Sequence[int]) -> dict[int, list[PCF]]:
    """Return for formulas the other members of their classes with a theorem, the simplest first."""
    found: dict[int, list[PCF]] = {}
    for row in rows(connection, SQL["named_members"], ids=list(ids)):
        found.setdefault(row["asked"], []).append(PCF.from_row(row["a"], row["b"]))
    return found


def cluster_classes(connection: psycopg.Connection, cluster: int) -> list[dict[str, Any]]:
    """Return the classes among the canonical members of a cluster, the largest first.

    Rows of class_id, representative and formulas; the last has no class, where members were not compared yet.
    """
    return rows(connection, SQL["cluster_classes"], cluster=cluster)
