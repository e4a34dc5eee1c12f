"""Recurrences of order 3 and more as rows of the catalogue, with their limits and what these are."""

from __future__ import annotations

from collections.abc import Sequence

from catalog.constants.library import library
from catalog.store.findings import RecurrenceLimitRow, RecurrenceRow, RelationRow, Term
from indexer.kinds.evaluation import EVALUATOR_VERSION
from indexer.sources.matrix_fields.higher_rank import (
    DEPTH,
    HigherLimits,
    bases_of,
    higher_limits,
    limit_texts,
    rate_of_recurrence,
    recurrence_of,
)
from indexer.sources.matrix_fields.matrices import IntegerMatrix
from indexer.sources.matrix_fields.trajectories import Trajectory

UNSETTLED = f"the ratios of its cofactor matrix do not settle within {2 * DEPTH} steps"
"""Why a recurrence has no limit."""

OTHER_DEPTH = "delta of a recurrence stands in the table recurrence_limit, with its depth"
"""Why the metrics of a recurrence are left out."""


def recurrence_of_walk(walked: Trajectory) -> RecurrenceRow:
    """Return the recurrence of a trajectory of rank 3 or more as it is stored."""
    return recurrence_row(walked.matrix, bases_of(walked), rate_of_recurrence(walked))


def recurrence_row(
    matrix: IntegerMatrix, bases: Sequence[tuple[str, ...]] = (), rate: float | None = None
) -> RecurrenceRow:
    """Return the recurrence of a matrix as it is stored; an error is part of it, never raised.

    `bases` are constants in which its limits are sought first, `rate` is known where it is of a trajectory.
    """
    recurrence = recurrence_of(matrix)
    known = (str(recurrence), recurrence.key, recurrence.complexity, EVALUATOR_VERSION)
    try:
        found = higher_limits(matrix, bases)
    except Exception as error:
        return RecurrenceRow(*known, "undetermined", evaluation_error=f"{type(error).__name__}: {error}")
    if found is None:
        return RecurrenceRow(*known, "undetermined", UNSETTLED, metrics_reason=UNSETTLED)
    return RecurrenceRow(
        *known,
        "converges",
        limits=_limits(found),
        first=found.first,
        error_log10=found.error_log10,
        gamma=None if rate is None else -rate,
        metrics_reason=OTHER_DEPTH,
        relation=_relation(found),
    )


def expressions_of(row: RecurrenceRow) -> dict[str, str]:
    """Return the expressions of the constants in the relation of a recurrence, by name."""
    terms = [] if row.relation is None else row.relation.all_terms()
    names = dict.fromkeys(term.constant for term in terms if term.constant is not None)
    return {name: library()[name].expression if name in library() else name for name in names}


def _limits(found: HigherLimits) -> tuple[RecurrenceLimitRow, ...]:
    texts: Sequence[str | None] = limit_texts(found) or [None] * len(found.values)
    rows = []
    for place, (value, text) in enumerate(zip(found.values, texts, strict=True), 1):
        delta = found.delta if place == 1 else None
        depth = None if delta is None else found.delta_depth
        rows.append(RecurrenceLimitRow(place, value, found.digits, "agreement", text, found.proof, delta, depth))
    return tuple(rows)


def _relation(found: HigherLimits) -> RelationRow | None:
    """Return the relation of the first limit, x_0 c_0 + ... - L (x_r c_0 + ...) = 0, as one with the last constant."""
    texts = limit_texts(found)
    if texts is None or found.basis is None or found.relation is None or found.searched is None:
        return None
    first, half = found.relation[0], len(found.basis)
    terms = [*_terms(first[:half], found.basis, 1, 0), *_terms(first[half:], found.basis, -1, 1)]
    return RelationRow(
        0,
        "linear",
        first,
        texts[0],
        "lll",
        found.proof or "numerical",
        found.searched,
        found.verified,
        max(
            (name for name in (term.constant for term in terms) if name is not None),
            key=found.basis.index,
            default=None,
        ),
        terms=terms,
    )


def _terms(coefficients: Sequence[int], basis: Sequence[str], sign: int, exponent: int) -> list[Term]:
    return [
        Term(sign * c, exponent, None if name == "1" else name, int(name != "1"))
        for c, name in zip(coefficients, basis, strict=True)
        if c
    ]
