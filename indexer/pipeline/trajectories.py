"""Trajectories of matrix fields as rows of the catalogue, with the formulas that they represent."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from catalog.formulas.pcf import PCF
from catalog.store.findings import FieldRow, TrajectoryRow
from catalog.store.rows import Row
from indexer.identification.theorems import proof_by_field
from indexer.mathematics.continued_fractions.asymptotics import classify
from indexer.mathematics.equivalence.decision import Equivalence, relate
from indexer.mathematics.proofs.certificate import composed, equivalence_step
from indexer.mathematics.relations.relation import Relation
from indexer.pipeline.batch import Batch
from indexer.pipeline.recurrences import expressions_of, recurrence_of_walk
from indexer.sources.matrix_fields.doubles import standing_for
from indexer.sources.matrix_fields.field import Field
from indexer.sources.matrix_fields.known import field_of
from indexer.sources.matrix_fields.own import definition_text
from indexer.sources.matrix_fields.rates import rate_of
from indexer.sources.matrix_fields.trajectories import Trajectory
from indexer.sources.space import Proposed, plain

Item = PCF | Proposed

MOST_ASKED = 4
"""Trajectories of a formula that are asked for a proof of its relation."""


def walked_batch(
    ranks: Sequence[tuple[int, Trajectory | None, Item | None]],
    evaluated: Callable[[Sequence[Item]], Batch],
    known: Sequence[PCF] = (),
) -> Batch:
    """Return the batch of ranks of a space with their trajectories; of equivalent formulas one is `evaluated`.

    None of them is where one of `known` formulas, which the catalogue has, is equivalent. A rank has its trajectory and
    its formula, None where it has none.
    """
    walks = [(rank, walk, item) for rank, walk, item in ranks if walk is not None]
    items = [item for _, _, item in walks if item is not None]
    formulas = plain(items)
    standing = standing_for(formulas, known)
    kept = sorted({stands.place for stands in standing if stands.place is not None})
    batch = evaluated([items[place] for place in kept])
    rows = {place: row for row, place in enumerate(kept)}
    held = zip(standing, (walk for _, walk, item in walks if item is not None), strict=True)
    prove_by_fields(batch, ((rows[stands.place], walk) for stands, walk in held if stands.place is not None))
    place = 0
    for rank, walk, item in walks:
        if item is None:
            add_trajectory_row(batch, trajectory_row(walk, None, rank=rank))
            continue
        stands = standing[place]
        row = None if stands.place is None else rows[stands.place]
        own = trajectory_row(walk, row, rank=rank)
        if stands.equivalence is not None:
            own = by_equivalence(own, walk, row, stands.equivalence, stands.formula)
        if row is None:
            own = replace(own, known_key=stands.formula.key)
        add_trajectory_row(batch, own)
        place += 1
    return batch


def without_doubles(batch: Batch, known: Sequence[PCF]) -> Batch:
    """Return a batch without the formulas to which one of `known` formulas is equivalent: that has their trajectories.

    These came into the catalogue while the batch was evaluated.
    """
    formulas = [batch.formula(row) for row in range(len(batch))]
    standing = standing_for(formulas, known)
    moved: list[TrajectoryRow] = []
    dropped: set[int] = set()
    for own in batch.findings.trajectories:
        stands = None if own.row is None else standing[own.row]
        if own.row is None or stands is None or stands.place is not None or own.row in dropped:
            continue
        of_row = [
            _moved(row, formulas[own.row], stands.formula) for row in batch.findings.trajectories if row.row == own.row
        ]
        if all(row is not None for row in of_row):
            dropped.add(own.row)
            moved += [row for row in of_row if row is not None]
    if not dropped:
        return batch
    kept = [row for row in range(len(batch)) if row not in dropped]
    left = [row for row in batch.findings.trajectories if row.row not in dropped]
    places = {row: place for place, row in enumerate(kept)}
    left = [row if row.row is None else replace(row, row=places[row.row]) for row in left]
    return batch.chosen(kept, [*left, *moved])


def _moved(own: TrajectoryRow, formula: PCF, known: PCF) -> TrajectoryRow | None:
    """Return a trajectory of a formula as that of a known one; None where they are not shown to be equivalent."""
    if own.map is None:
        return None
    step = None if own.equivalence is None else json.loads(own.equivalence)
    fraction = formula if step is None else PCF.from_json(step["second"])
    plain = own if step is None else replace(own, map=composed(_inverse(step["map"]), own.map))
    if fraction == known:
        return replace(plain, row=None, equivalence=None, known_key=known.key)
    found = relate(known, fraction).equivalence
    if found is None or plain.map is None:
        return None
    text = json.dumps(equivalence_step(known, fraction, found))
    return replace(plain, row=None, map=composed(found.map, plain.map), equivalence=text, known_key=known.key)


def _inverse(coefficients: Sequence[int]) -> tuple[int, int, int, int]:
    """Return the inverse of L = (x + y q)/(z + w q)."""
    x, y, z, w = coefficients
    return x, -z, -y, w


def prove_by_fields(batch: Batch, walks: Iterable[tuple[int, Trajectory]]) -> None:
    """Raise the verified relations of a batch to theorems where a trajectory of their formula, by row, proves them."""
    of_row: dict[int, list[Trajectory]] = {}
    for row, walked in walks:
        of_row.setdefault(row, []).append(walked)
    for place, relation in enumerate(batch.findings.relations):
        chosen = of_row.get(relation.row, [])[:MOST_ASKED]
        if not chosen or relation.proof != "verified" or relation.kind != "moebius" or relation.constant is None:
            continue
        x, y, z, w = relation.coefficients
        term = batch.constants[relation.constant]
        said = Relation(
            "moebius", relation.expression, 0, 0, "verified", "", (relation.constant,), (term,), (x, y, z, w)
        )
        if proof_by_field(batch.formula(relation.row), said, chosen) is not None:
            batch.findings.relations[place] = replace(relation, proof="theorem")


def add_trajectory_row(batch: Batch, row: TrajectoryRow) -> None:
    """Add a trajectory to a batch, with the constants that its recurrence brings."""
    batch.findings.trajectories.append(row)
    if row.recurrence is not None:
        batch.constants.update(expressions_of(row.recurrence))


def field_row(field: Field) -> FieldRow:
    """Return a field as it is stored."""
    matrices = None if field.given is None else json.dumps(json.loads(field.given)["matrices"])
    return FieldRow(field.name, field.rank, field.axes, field.definition, matrices)


def stored_field(row: Row) -> Field:
    """Return the field of a row of table `field`."""
    if row["matrices"] is None:
        return field_of(row["name"])
    return field_of(definition_text(row["name"], row["matrices"]))


def trajectory_row(
    walked: Trajectory, row: int | None, *, rank: int | None = None, delta_limit: float | None = None
) -> TrajectoryRow:
    """Return a trajectory as it is stored, with formula number `row` of a batch as its continued fraction.

    `rank` is that of its space.
    """
    start = tuple(str(coordinate) for coordinate in walked.start)
    residues = tuple(str(coordinate % 1) for coordinate in walked.start)
    plain = TrajectoryRow(
        None, field_row(walked.field), walked.direction, start, residues, "singular", walked.reason, space_rank=rank
    )
    if walked.status == "recurrence":
        recurrence = recurrence_of_walk(walked)
        rate = None if recurrence.gamma is None else -recurrence.gamma
        return replace(plain, status="recurrence", rate=rate, recurrence=recurrence)
    if walked.contraction is None:
        return replace(plain, row=row, status="no_pcf" if walked.status == "pcf" else walked.status)
    formula = walked.contraction.formula
    verdict = classify(formula)
    p, q, r, s = walked.contraction.of_start
    return replace(
        plain,
        row=row,
        status="diverges" if verdict.status == "diverges" else "converges",
        status_reason=verdict.reason,
        degree=formula.deg_a,
        rate=rate_of(formula),
        delta_limit=delta_limit,
        map=(q, p, s, r),
    )


def by_equivalence(
    own: TrajectoryRow, walked: Trajectory, row: int | None, found: Equivalence, first: PCF
) -> TrajectoryRow:
    """Return the row of a trajectory for another formula, `first`, that is equivalent to its continued fraction."""
    assert walked.contraction is not None and own.map is not None
    step = equivalence_step(first, walked.contraction.formula, found)
    return replace(own, row=row, map=composed(found.map, own.map), equivalence=json.dumps(step))
