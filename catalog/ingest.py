"""A batch of evaluated formulas into the catalogue, all of it in one transaction, with the chunk it came from.

The rows go by binary COPY into a staging table and from there by INSERT ... ON CONFLICT (key) DO NOTHING, so a
formula that is known stays as it is. What was found out about them (relations, guesses, exclusions, sources) is
stored by `findings`; reads are in `queries`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray

from catalog.copying import Field, binaries, booleans, copy_into, floats, integers, texts, vectors
from catalog.findings import Findings, store_findings
from catalog.leases import Lease, finish_chunk, hold_chunk
from catalog.sql import block

TEXT_COLUMNS = (
    "status",
    "status_reason",
    "convergence_class",
    "limit_value",
    "bound_kind",
    "limit_exact",
    "factorial_reduction",
    "metrics_reason",
    "family",
    "closed_form",
    "closed_form_theorem",
    "evaluation_error",
)
INTEGER_COLUMNS = ("limit_digits",)
FLOAT_COLUMNS = (
    "limit_error_log10",
    "limit_float8",
    "delta",
    "delta_unreduced",
    "delta_predicted",
    "convergence_eta",
    "convergence_gamma",
    "convergence_beta",
    "convergence_sqrt",
    "q_eta",
    "q_gamma",
    "q_reduced_eta",
    "q_reduced_gamma",
    "gcd_eta",
    "gcd_gamma",
)
Column = Sequence[Any] | NDArray[Any]
ATTEMPTS = 3
"""How often a batch is tried when another transaction stores the same formulas in another order."""


@dataclass
class FormulaRows:
    """n formulas, column by column; element i of every column belongs to formula i.

    `keys` are those of the formulas, `canonical_keys` of their canonical formulas (their own where canonical).
    `columns` are the further columns of table `formula` by name: text and integer ones as sequences with None for
    NULL, float ones as anything numpy turns into float64, where None and what is not finite become NULL. `status` is
    required, others may be left out. `vectors` is (n, dimension); a row that is not finite is not stored.
    """

    a: Sequence[Sequence[int]]
    b: Sequence[Sequence[int]]
    keys: Sequence[bytes]
    canonical_keys: Sequence[bytes]
    columns: Mapping[str, Column]
    evaluator_version: int
    vectors: NDArray[np.float32] | None = None
    vector_version: int = 0
    kind: str = "pcf"

    def __post_init__(self) -> None:
        """Raise ValueError for a column that is unknown or of another length."""
        if unknown := set(self.columns).difference(TEXT_COLUMNS, INTEGER_COLUMNS, FLOAT_COLUMNS):
            raise ValueError(f"unknown columns {sorted(unknown)}")
        if "status" not in self.columns:
            raise ValueError("the column status is missing")
        columns: dict[str, Column] = {"a": self.a, "b": self.b, "canonical_keys": self.canonical_keys}
        columns |= self.columns
        if self.vectors is not None:
            columns["vectors"] = self.vectors
        for name, column in columns.items():
            if len(column) != len(self.keys):
                raise ValueError(f"column {name} has another length than keys")

    def __len__(self) -> int:
        """Number of formulas."""
        return len(self.keys)


@dataclass(frozen=True)
class Ingested:
    """What became of a batch."""

    ids: NDArray[np.int64]
    """Number of each formula, in the order of the batch."""
    new: NDArray[np.bool_]
    """Whether this batch brought it into the catalogue (once, where it stands twice in the batch)."""


def ingest(
    connection: psycopg.Connection,
    rows: FormulaRows,
    findings: Findings | None = None,
    *,
    lease: Lease | None = None,
) -> Ingested:
    """Store a batch, and with `lease` its chunk's `done`, in one transaction on an idle connection.

    Guesses are stored for new formulas only; relations and exclusions of known ones are merged. Raises LeaseLost,
    and writes nothing, where the chunk was taken over meanwhile.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with connection.transaction(), connection.cursor() as cursor:
                ingested = _ingest(cursor, rows, findings, lease)
                break
        except psycopg.errors.DeadlockDetected:
            if attempt == ATTEMPTS:
                raise
    with suppress(psycopg.errors.DeadlockDetected), connection.transaction():
        connection.execute(block("resolve_crossed"), {"ids": ingested.ids.tolist(), "keys": list(rows.keys)})
    return ingested


def resolve_waiting(connection: psycopg.Connection) -> int:
    """Tie mirrors and inflations to canonical formulas that came meanwhile; returns how many.

    `ingest` does so for its batch; this is for what a process that was killed in between has left.
    """
    with connection.transaction():
        return connection.execute(block("resolve_all_waiting")).rowcount


def _ingest(cursor: psycopg.Cursor, rows: FormulaRows, findings: Findings | None, lease: Lease | None) -> Ingested:
    if lease is not None:
        hold_chunk(cursor, lease)
    ingested = _store_formulas(cursor, rows)
    if findings is not None:
        store_findings(cursor, findings, ingested.ids, ingested.new)
    if lease is not None:
        errors = rows.columns.get("evaluation_error", ())
        failed = sum(error is not None for error in errors)
        finish_chunk(cursor, lease, total=len(rows), new=int(ingested.new.sum()), failed=failed)
    return ingested


def stage(cursor: psycopg.Cursor, rows: FormulaRows, more: Mapping[str, Field] | None = None) -> dict[str, object]:
    """Copy rows into the table formula_staging of this transaction; returns parameters of what reads it."""
    cursor.execute(block("create_staging"))
    copy_into(cursor, "formula_staging", _staging_columns(rows) | dict(more or {}))
    return {"kind": rows.kind, "evaluator_version": rows.evaluator_version, "vector_version": rows.vector_version}


def _store_formulas(cursor: psycopg.Cursor, rows: FormulaRows) -> Ingested:
    if len(rows) == 0:
        return Ingested(np.empty(0, np.int64), np.empty(0, bool))
    numbers = np.array([row[0] for row in cursor.execute(block("new_ids"), {"count": len(rows)})], np.int64)
    parameters = stage(cursor, rows, {"new_id": integers(numbers, ">i8")})
    for name in ("insert_canonical", "insert_others"):
        cursor.execute(block(name), parameters)
    for name in ("remember_unresolved", "resolve_waiting"):
        cursor.execute(block(name))
    if rows.vectors is not None:
        cursor.execute(block("insert_vectors"), parameters)
    found = cursor.execute(block("read_staging")).fetchall()
    ids = np.array([row[0] for row in found], np.int64)
    return Ingested(ids, np.array([row[1] for row in found], bool))


def _staging_columns(rows: FormulaRows) -> dict[str, Field]:
    columns = {
        "ordinal": integers(np.arange(len(rows))),
        "key": binaries(rows.keys),
        "canonical_key": binaries(rows.canonical_keys),
        "is_canonical": booleans([a == b for a, b in zip(rows.keys, rows.canonical_keys, strict=True)]),
        # exact integers of any size: decimal text, which Postgres reads as numeric[]
        "a": texts(["{" + ",".join(map(str, a)) + "}" for a in rows.a]),
        "b": texts(["{" + ",".join(map(str, b)) + "}" for b in rows.b]),
        "complexity": integers([_complexity(a, b) for a, b in zip(rows.a, rows.b, strict=True)]),
    }
    for name, values in rows.columns.items():
        if name in FLOAT_COLUMNS:
            columns[name] = floats(values)
        elif name in TEXT_COLUMNS:
            columns[name] = texts(list(values))
        else:
            columns[name] = integers(values)
    if rows.vectors is not None:
        null = np.array(~np.isfinite(rows.vectors).all(axis=1), dtype=bool)
        columns["vector"] = vectors(rows.vectors, null)
    return columns


def _complexity(a: Sequence[int], b: Sequence[int]) -> int:
    """As `catalog.formula.PCF.complexity`."""
    return sum(int(c).bit_length() for c in (*a, *b)) + len(a) + len(b) - 2
