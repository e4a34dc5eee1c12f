"""Trajectories of a space in the catalogue: what they represent, each once, with the map of the limits."""

from __future__ import annotations

import json
from collections.abc import Sequence
from fractions import Fraction

import psycopg
import pytest
from flint import fmpq

from catalog.formulas.pcf import PCF
from catalog.store.fields import field_constants, fields, representations_of, trajectories_of
from catalog.store.rows import rows
from indexer.identification.library import prepared_library
from indexer.mathematics.continued_fractions.limit import limit
from indexer.mathematics.proofs.checker import check
from indexer.pipeline.batch import Batch
from indexer.pipeline.compute import compute_pairs
from indexer.pipeline.storing import store
from indexer.pipeline.trajectories import walked_batch
from indexer.sources.matrix_fields.known import field_of
from indexer.sources.matrix_fields.spaces import FieldSpace
from indexer.sources.matrix_fields.trajectories import trajectory
from indexer.sources.matrix_fields.walks import product
from indexer.sources.registry import read_space
from indexer.sources.space import Proposed

SPACE = "field 3F2(1); direction a* in 0..1, b* in 0..2; start (1,1,1,2,2)"
DEPTH = 120


@pytest.fixture(scope="module")
def batch() -> Batch:
    space = read_space("zeta2", SPACE)
    assert isinstance(space, FieldSpace)

    def evaluated(items: Sequence[PCF | Proposed]) -> Batch:
        library = prepared_library()
        return Batch.of(compute_pairs(items, library=library), library.version)

    ranks = [(rank, space.walk_at(rank), space.item_at(rank)) for rank in range(space.size)]
    return walked_batch(ranks, evaluated)


def test_of_equivalent_formulas_one_is_evaluated(batch: Batch) -> None:
    by_formula: dict[int, list[bool]] = {}
    for row in batch.findings.trajectories:
        if row.row is not None:
            by_formula.setdefault(row.row, []).append(row.equivalence is None)
    assert sorted(by_formula) == list(range(len(batch)))
    assert all(any(own) for own in by_formula.values())
    assert any(not all(own) for own in by_formula.values())


def test_the_limit_of_a_formula_is_the_map_of_the_quotient_along_its_trajectory(batch: Batch) -> None:
    checked = 0
    for row in batch.findings.trajectories:
        if row.row is None or row.map is None or not row.rate:
            continue
        walked = trajectory(field_of("3F2(1)"), row.direction, [Fraction(s) for s in row.start])
        total = product(walked.matrix, 1, DEPTH)
        q = fmpq(int(total[0, 1]), int(total[1, 1]))
        x, y, z, w = row.map
        value = limit(batch.formula(row.row), 40)
        assert value is not None and value.ball is not None
        found = (x + y * q) / (z + w * q)
        assert float(abs(value.ball.mid() - found)) < 1e-15 * max(1.0, abs(float(value.ball)))
        checked += 1
    assert checked > 8


def test_an_equivalence_of_a_trajectory_is_a_step_that_the_checker_accepts(batch: Batch) -> None:
    steps = [json.loads(row.equivalence) for row in batch.findings.trajectories if row.equivalence]
    assert steps
    for step in steps:
        relation = {"other": step["second"], "coefficients": step["map"], "expression": ""}
        certificate = {"formula": step["first"], "relation": relation}
        assert "is proved" in check(certificate | {"steps": [step, {"step": "compose", "map": step["map"]}]})


def test_trajectories_are_stored_with_field_constant_and_formulas(connection: psycopg.Connection, batch: Batch) -> None:
    for _ in range(2):  # the second time nothing is new
        store(connection, batch)
    (field,) = fields(connection)
    held = [row for row in batch.findings.trajectories if row.row is not None]
    assert (field["name"], field["rank"], field["trajectories"]) == ("3F2(1)", 2, len(batch.findings.trajectories))
    assert field["formulas"] == len(batch)
    (constant,) = field_constants(connection, "3F2(1)")
    assert (constant["residues"], constant["expression"], constant["proof"]) == (["0"] * 5, "pi^2", "theorem")
    assert len(rows(connection, b"select * from trajectories where formula_id is not null")) == len(held)
    best = trajectories_of(connection, "3F2(1)", 1)[0]
    assert best["rate_per_degree"] == pytest.approx(max(r.rate / max(r.degree, 1) for r in held if r.rate and r.degree))


def test_a_formula_has_its_representations_and_so_has_its_mirror(connection: psycopg.Connection, batch: Batch) -> None:
    store(connection, batch)
    apery = PCF((25, 33, 11), (1, 4, 6, 4, 1))
    (number,) = connection.execute("select id from formula where key = %s", [apery.key]).fetchone() or (0,)
    found = representations_of(connection, number)
    assert [row["direction"] for row in found if row["is_itself"]] == [[1, 1, 1, 2, 2]]
    assert all(row["formula_id"] == number for row in found)
