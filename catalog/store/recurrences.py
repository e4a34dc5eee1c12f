"""Reads and writes of recurrences of order 3 and more, which are formulas of kind recurrence, with their limits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import psycopg

from catalog.database.blocks import Blocks
from catalog.store.findings import Findings, RecurrenceRow
from catalog.store.rows import Row, rows
from catalog.store.storing_findings import store_findings

SQL = Blocks(__file__)


def store_recurrence(cursor: psycopg.Cursor, found: RecurrenceRow, code_version: str) -> tuple[int, bool]:
    """Store a recurrence in the current transaction; return its number, and whether it is new.

    Of one that is known its limits and its relation are brought up to date.
    """
    new = cursor.execute(SQL["insert_recurrence"], _columns(found)).fetchone()
    row = new or cursor.execute(SQL["recurrence_id"], {"key": found.key}).fetchone()
    assert row is not None
    number = int(row[0])
    if found.limits:
        cursor.execute(SQL["insert_limits"], _limits(found) | {"formula_id": number, "code_version": code_version})
    if found.relation is not None:
        findings = Findings(code_version, [replace(found.relation, row=0)])
        store_findings(cursor, findings, [number])
    return number, new is not None


def recurrence_limits(connection: psycopg.Connection, ids: Sequence[int]) -> list[Row]:
    """Return the limits of recurrences by the numbers of these formulas, in their order."""
    return rows(connection, SQL["limits_of"], ids=list(ids))


def unentered_trajectories(connection: psycopg.Connection, after: int, limit: int) -> list[Row]:
    """Return trajectories of rank 3 and more that no formula represents: id, name and matrices of the field, ..."""
    return rows(connection, SQL["unentered"], after=after, limit=limit)


def _columns(found: RecurrenceRow) -> dict[str, object]:
    first = found.limits[0] if found.limits else None
    return {
        "definition": found.definition,
        "key": found.key,
        "status": found.status,
        "status_reason": found.status_reason,
        "convergence_class": None if found.gamma is None else "exponential",
        "limit_value": None if first is None else first.limit_value,
        "limit_digits": None if first is None else first.limit_digits,
        "limit_error_log10": found.error_log10,
        "bound_kind": None if first is None else first.bound_kind,
        "limit_float8": found.first,
        "convergence_gamma": found.gamma,
        "metrics_reason": found.metrics_reason,
        "evaluation_error": found.evaluation_error,
        "evaluator_version": found.evaluator_version,
        "complexity": found.complexity,
    }


def _limits(found: RecurrenceRow) -> dict[str, object]:
    return {
        "places": [limit.place for limit in found.limits],
        "limit_values": [limit.limit_value for limit in found.limits],
        "limit_digits": [limit.limit_digits for limit in found.limits],
        "bound_kinds": [limit.bound_kind for limit in found.limits],
        "expressions": [limit.expression for limit in found.limits],
        "proofs": [limit.proof for limit in found.limits],
        "deltas": [limit.delta for limit in found.limits],
        "delta_depths": [limit.delta_depth for limit in found.limits],
    }
