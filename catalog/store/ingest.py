"""A batch of evaluated formulas into the catalogue, all of it in one transaction, with the chunks it came from.

Where none of them is known they go straight into the tables (`new_formulas`). Otherwise by binary COPY into a staging
table and from there by INSERT ... ON CONFLICT (key) DO NOTHING, so that a formula that is known stays as it is. What
was found out about them is stored by `storing_findings`, and the trajectories that they are by `fields`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

import numpy as np
import psycopg
from numpy.typing import NDArray

from catalog.database.blocks import Blocks
from catalog.database.copying import Field, binaries, copy_into, integers
from catalog.store.fields import Recurrences, store_trajectories
from catalog.store.findings import Findings
from catalog.store.formula_rows import FormulaRows
from catalog.store.leases import Lease, finish_chunk, hold_chunk
from catalog.store.new_formulas import known_ids, new_ids, resolve_keys, store_new
from catalog.store.rows import change
from catalog.store.storing_findings import store_findings

SQL = Blocks(__file__)

ATTEMPTS = 3
"""How often a batch is tried when another transaction stores the same formulas, at this moment or in another order."""


@dataclass(frozen=True)
class Chunk:
    """The lease of a chunk, and how many rows of a batch are of it; those of several follow one another."""

    lease: Lease
    rows: int


@dataclass(frozen=True)
class Ingested:
    """What became of a batch."""

    ids: NDArray[np.int64]
    """Number of each formula, in the order of the batch."""
    new: NDArray[np.bool_]
    """Whether this batch brought it into the catalogue (once, where it stands twice in the batch)."""
    transaction: int | None = None
    """The number of the transaction, where it has written the vectors of this batch and no others."""
    recurrences: Recurrences = field(default_factory=Recurrences)
    """What became of the recurrences of its trajectories."""


def ingest(
    connection: psycopg.Connection,
    rows: FormulaRows,
    findings: Findings | None = None,
    *,
    chunks: Sequence[Chunk] = (),
) -> Ingested:
    """Store a batch, and the `done` of the chunks of one space that it is of, in one transaction on an idle connection.

    Guesses are stored for new formulas only; relations and exclusions of known ones are merged. Raises LeaseLost,
    and writes nothing, where one of the chunks was taken over meanwhile.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with connection.transaction(), connection.cursor() as cursor:
                ingested = _ingest(cursor, rows, findings, chunks, merging=attempt > 1)
                break
        except (psycopg.errors.DeadlockDetected, psycopg.errors.UniqueViolation):
            if attempt == ATTEMPTS:
                raise
    # Two batches at once do not see each other's rows, but after the commit the later one sees both.
    with suppress(psycopg.errors.DeadlockDetected), connection.transaction(), connection.cursor() as cursor:
        resolve_keys(cursor, set(rows.canonical_keys))
    return ingested


def resolve_waiting(connection: psycopg.Connection) -> int:
    """Tie mirrors and inflations to canonical formulas that came meanwhile; returns how many.

    `ingest` does so for its batch; this is for what a process that was killed in between has left.
    """
    return change(connection, SQL["resolve_all_waiting"])


def _ingest(
    cursor: psycopg.Cursor, rows: FormulaRows, findings: Findings | None, chunks: Sequence[Chunk], *, merging: bool
) -> Ingested:
    for chunk in chunks:
        hold_chunk(cursor, chunk.lease)
    ingested = _store_formulas(cursor, rows, merging=merging)
    recurrences = Recurrences()
    if findings is not None:
        store_findings(cursor, findings, ingested.ids, ingested.new)
        space = chunks[0].lease.space_id if chunks else None
        recurrences = store_trajectories(
            cursor, findings.trajectories, ingested.ids.tolist(), findings.code_version, space
        )
        ingested = replace(ingested, recurrences=recurrences)
    errors = rows.columns.get("evaluation_error", [None] * len(rows))
    named, first = None if findings is None else _named(findings, ingested.new), 0
    for chunk in chunks:
        last = first + chunk.rows
        finish_chunk(
            cursor,
            chunk.lease,
            total=chunk.rows + recurrences.total,
            new=int(ingested.new[first:last].sum()) + recurrences.new,
            failed=sum(error is not None for error in errors[first:last]) + recurrences.failed,
            named=None if named is None else sum(first <= row < last for row in named) + recurrences.named,
        )
        first, recurrences = last, Recurrences()  # chunks of trajectories come alone
    return ingested


def _named(findings: Findings, new: NDArray[np.bool_]) -> set[int]:
    """Return the rows of new formulas that have a relation to numbers or constants."""
    return {relation.row for relation in findings.relations if relation.kind != "formula" and new[relation.row]}


def _store_formulas(cursor: psycopg.Cursor, rows: FormulaRows, *, merging: bool) -> Ingested:
    """Store formulas and vectors; what is known is looked for beforehand, unless `merging` was needed already."""
    if len(rows) == 0:
        return Ingested(np.empty(0, np.int64), np.empty(0, bool))
    own = set(rows.keys)
    if merging or len(own) < len(rows):
        return _merge_formulas(cursor, rows)
    known = known_ids(cursor, list(own.union(rows.canonical_keys)))
    if not own.isdisjoint(known):
        return _merge_formulas(cursor, rows)
    ids, transaction = store_new(cursor, rows, known)
    return Ingested(ids, np.ones(len(rows), bool), transaction)


def _merge_formulas(cursor: psycopg.Cursor, rows: FormulaRows) -> Ingested:
    numbers, _ = new_ids(cursor, len(rows))
    parameters = stage(cursor, rows, {"new_id": integers(numbers, ">i8")})
    for name in ("insert_canonical", "insert_others"):
        cursor.execute(SQL[name], parameters)
    cursor.execute(SQL["remember_unresolved"])
    resolve_keys(cursor, set(rows.canonical_keys))
    if rows.vectors is not None:
        store_staged_vectors(cursor, parameters)
    found = cursor.execute(SQL["read_staging"]).fetchall()
    ids = np.array([row[0] for row in found], np.int64)
    return Ingested(ids, np.array([row[1] for row in found], bool))


def stage(cursor: psycopg.Cursor, rows: FormulaRows, more: Mapping[str, Field] | None = None) -> dict[str, object]:
    """Copy rows into the table formula_staging of this transaction; returns parameters of what reads it."""
    cursor.execute(SQL["create_staging"])
    cursor.execute(SQL["empty_staging"])
    columns = {"ordinal": integers(np.arange(len(rows))), "canonical_key": binaries(rows.canonical_keys)}
    if rows.vectors is not None:
        columns["vector"] = rows.vector_field()
    copy_into(cursor, "formula_staging", columns | rows.fields() | dict(more or {}))
    return {"kind": rows.kind, "evaluator_version": rows.evaluator_version, "vector_version": rows.vector_version}


def store_staged_vectors(cursor: psycopg.Cursor, parameters: Mapping[str, object]) -> None:
    """Store the vectors of the rows that `stage` has copied, with the parameters that it gave."""
    cursor.execute(SQL["insert_vectors"], parameters)
