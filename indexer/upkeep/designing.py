"""Formulas that were designed into the catalogue, with the constant that they are known to have and their trajectories.

A formula that is half of a trajectory is stored with the equivalence of two of its steps to one of that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import psycopg

from catalog.store.findings import TrajectoryRow
from indexer.clusters.placement import OnlineClusters
from indexer.design.designs import Design, begun_early
from indexer.design.targets import Target
from indexer.identification.identify import LIBRARY_BUDGET
from indexer.identification.outcome import Proposal
from indexer.identification.own_constants import read_library
from indexer.mathematics.equivalence.decision import relate
from indexer.pipeline.batch import Batch
from indexer.pipeline.compute import compute_all
from indexer.pipeline.storing import store
from indexer.pipeline.trajectories import by_equivalence, prove_by_fields, trajectory_row
from indexer.sources.matrix_fields.trajectories import Trajectory, composed


def add_designs(connection: psycopg.Connection, found: Sequence[Design], target: Target) -> int:
    """Add formulas that were designed, evaluated anew and placed; returns how many were new."""
    library = read_library(connection)
    proposals = {
        design.formula: Proposal(target.expression, f"the field {design.candidate.origin.field.name}")
        for design in found
    }
    computed = compute_all(
        [design.formula for design in found], budget=LIBRARY_BUDGET, library=library, expected=proposals
    )
    batch = Batch.of(computed, library.version)
    walks = [(row, walk) for row, design in enumerate(found) if (walk := _walk(design)) is not None]
    prove_by_fields(batch, walks)
    for row, design in enumerate(found):
        represented = _trajectory(row, design)
        if represented is not None:
            batch.findings.trajectories.append(represented)
    ingested = store(connection, batch)
    OnlineClusters.place_once(connection, ingested.ids[ingested.new].tolist())
    return int(ingested.new.sum())


def _walk(design: Design) -> Trajectory | None:
    """Return the trajectory of a formula, None where its matrix gives no continued fraction."""
    candidate = design.candidate
    origin, contraction = candidate.origin, candidate.contraction
    if contraction is None:
        return None
    return Trajectory(origin.field, candidate.direction, origin.start, candidate.matrix, "pcf", contraction, None)


def _trajectory(row: int, design: Design) -> TrajectoryRow | None:
    """Return the trajectory of a formula, with the map to its limit; None where they are not shown to be equivalent."""
    candidate, walked = design.candidate, _walk(design)
    if walked is None or walked.contraction is None:
        return None
    contraction = walked.contraction
    own = trajectory_row(walked, row, delta_limit=candidate.delta_limit)
    if candidate.halved:
        equivalence = relate(design.formula, contraction.formula).equivalence
        return None if equivalence is None else by_equivalence(own, walked, row, equivalence, design.formula)
    p, q, r, s = composed(begun_early(contraction.formula)[1], contraction.of_start)
    return replace(own, map=(q, p, s, r))
