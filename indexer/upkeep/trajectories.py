"""Trajectories of matrix fields into the catalogue: their formula evaluated and identified, and what it represents."""

from __future__ import annotations

import re
from dataclasses import replace

import psycopg

from catalog.store.fields import field_by_name
from catalog.store.findings import RecurrenceLimitRow
from indexer.clusters.placement import OnlineClusters
from indexer.identification.identify import LIBRARY_BUDGET
from indexer.identification.outcome import Proposal
from indexer.identification.own_constants import read_library
from indexer.mathematics.continued_fractions.limit import limit
from indexer.pipeline.batch import Batch
from indexer.pipeline.compute import Computed, compute_all
from indexer.pipeline.storing import store
from indexer.pipeline.trajectories import stored_field, trajectory_row
from indexer.similarity.anchors import AnchorsWhenAsked
from indexer.sources.matrix_fields.constants import CHECKED_DIGITS, constant_of
from indexer.sources.matrix_fields.higher_rank import DELTA_DEPTH, higher_limits, limit_texts, rate_of_recurrence
from indexer.sources.matrix_fields.trajectories import Trajectory
from indexer.upkeep.families import sweep_families

FAMILY_SECONDS = 5.0
"""Time for naming the other members of the formula's family."""

_SPACE = re.compile(r"\s*field\s*:?\s*([^;{]+?)\s*;(.*)", re.DOTALL)


def add_trajectory(connection: psycopg.Connection, walked: Trajectory, delta_limit: float | None) -> int:
    """Store a trajectory with its formula, if it has one; returns how many formulas were new."""
    library = read_library(connection)
    computed: list[Computed] = []
    if walked.contraction is not None:
        formula = walked.contraction.formula
        value = limit(formula, CHECKED_DIGITS)
        known = None if value is None or value.exact is not None else constant_of(walked, value.ball)
        why = f"the field {walked.field.name}"
        expected = {} if known is None else {formula: Proposal(known.constant, why)}
        anchors = AnchorsWhenAsked(connection)
        computed = compute_all([formula], anchors=anchors, budget=LIBRARY_BUDGET, library=library, expected=expected)
    batch = Batch.of(computed, library.version)
    row = trajectory_row(walked, 0 if computed else None, delta_limit=delta_limit)
    if walked.status == "recurrence":
        row = replace(row, limits=_limits(walked), rate=rate_of_recurrence(walked))
    batch.findings.trajectories.append(row)
    ingested = store(connection, batch)
    for family in {done.evaluation.family for done in computed} - {None}:
        sweep_families(connection, family=family, seconds=FAMILY_SECONDS)
    OnlineClusters.place_once(connection, ingested.ids[ingested.new].tolist())
    return int(ingested.new.sum())


def _limits(walked: Trajectory) -> tuple[RecurrenceLimitRow, ...]:
    """Return the limits of a trajectory of rank 3 or more, with what is known of each."""
    found = higher_limits(walked.matrix)
    if found is None:
        return ()
    texts, rows = limit_texts(found), []
    for place, value in enumerate(found.values, 1):
        text = None if texts is None else texts[place - 1]
        delta = found.delta if place == 1 else None
        depth = None if delta is None else DELTA_DEPTH
        proof = None if text is None else "numerical"
        rows.append(RecurrenceLimitRow(place, value, found.digits, "agreement", text, proof, delta, depth))
    return tuple(rows)


def with_definition(connection: psycopg.Connection, template: str) -> str:
    """Return the template of a space of trajectories with the definition of its field, where that is one's own.

    So a space means the same wherever it is worked on, and when the field is gone.
    """
    match = _SPACE.fullmatch(template)
    row = None if match is None else field_by_name(connection, match[1])
    if match is None or row is None or row["matrices"] is None:
        return template
    return f"field {stored_field(row).text};{match[2]}"
