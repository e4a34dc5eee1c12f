"""Trajectories of matrix fields into the catalogue: their formula evaluated and identified, and what it represents."""

from __future__ import annotations

import re
from fractions import Fraction

import psycopg

from catalog.progress import Tell, silent
from catalog.store.fields import field_by_name
from catalog.store.formulas import ids_by_key
from catalog.store.recurrences import unentered_trajectories
from indexer.clusters.placement import OnlineClusters
from indexer.identification.identify import LIBRARY_BUDGET
from indexer.identification.outcome import Proposal
from indexer.identification.own_constants import read_library
from indexer.mathematics.continued_fractions.limit import limit
from indexer.pipeline.batch import Batch
from indexer.pipeline.compute import Computed, compute_all
from indexer.pipeline.storing import store
from indexer.pipeline.trajectories import add_trajectory_row, prove_by_fields, stored_field, trajectory_row
from indexer.similarity.anchors import AnchorsWhenAsked
from indexer.sources.matrix_fields.constants import CHECKED_DIGITS, constant_of
from indexer.sources.matrix_fields.trajectories import Trajectory, trajectory
from indexer.upkeep.families import sweep_families

FAMILY_SECONDS = 5.0
"""Time for naming the other members of the formula's family."""

ENTERED_TOGETHER = 500
"""Trajectories that are read at a time."""

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
    prove_by_fields(batch, [(0, walked)])
    row = trajectory_row(walked, 0 if computed else None, delta_limit=delta_limit)
    add_trajectory_row(batch, row)
    key = None if row.recurrence is None else row.recurrence.key
    brought = 0 if key is None or ids_by_key(connection, [key]) else 1
    ingested = store(connection, batch)
    for family in {done.evaluation.family for done in computed} - {None}:
        sweep_families(connection, family=family, seconds=FAMILY_SECONDS)
    OnlineClusters.place_once(connection, ingested.ids[ingested.new].tolist())
    return int(ingested.new.sum()) + brought


def enter_recurrences(connection: psycopg.Connection, tell: Tell = silent) -> int:
    """Store the recurrences of trajectories that were stored before these were formulas; returns how many.

    Safe to repeat and to end.
    """
    done, after = 0, 0
    while block := unentered_trajectories(connection, after, ENTERED_TOGETHER):
        for row in block:
            walked = trajectory(stored_field(row), row["direction"], [Fraction(s) for s in row["start"]])
            if walked.status == "recurrence":
                add_trajectory(connection, walked, None)
                done += 1
                tell("entering recurrences", done, None)
        after = block[-1]["id"]
    return done


def with_definition(connection: psycopg.Connection, template: str) -> str:
    """Return the template of a space of trajectories with the definition of its field, where that is one's own.

    So a space means the same wherever it is worked on, and when the field is gone.
    """
    match = _SPACE.fullmatch(template)
    row = None if match is None else field_by_name(connection, match[1])
    if match is None or row is None or row["matrices"] is None:
        return template
    return f"field {stored_field(row).text};{match[2]}"
