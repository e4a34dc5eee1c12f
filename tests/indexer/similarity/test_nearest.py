"""The nearest formulas: with conditions by brute force, by formula, number and vector, and what has no place."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import psycopg
import pytest

from catalog.errors import NotFound, NotPlacedError, VectorTextError
from catalog.formulas.pcf import PCF, parse_formula
from catalog.store.search import Filter, find, passing
from indexer.kinds.pcf.vector import neighbour_vector
from indexer.kinds.vectors import DIMENSION, VECTOR_VERSION
from indexer.similarity.nearest import nearest, read_vector
from indexer.similarity.vector_index import VectorIndex


def brute_force(connection: psycopg.Connection, formula: PCF, ids: set[int]) -> list[float]:
    """All distances to the formulas of these numbers, nearest first."""
    stored = connection.execute(
        "select formula_id, vector from formula_vector where vector_version = %s", [VECTOR_VERSION]
    ).fetchall()
    vectors = np.array([vector for number, vector in stored if number in ids], np.float64).reshape(-1, DIMENSION)
    return sorted(np.linalg.norm(vectors - neighbour_vector(formula).astype(np.float64), axis=1))


@pytest.mark.parametrize(
    "wanted",
    [
        Filter(canonical=False),
        Filter(),
        Filter(identified=False),
        Filter(classes=("polynomial",), canonical=False),
        Filter(constant="e", canonical=False),
        Filter(constant="zeta(5)"),
    ],
)
@pytest.mark.parametrize("k", [1, 7, 5_000])
def test_conditions_never_starve_the_neighbours(
    reading: psycopg.Connection, tmp_path: Path, wanted: Filter, k: int
) -> None:
    formula = parse_formula("PCF(2n+1, n^2)")
    own = reading.execute("select id from formula where key = %s", [formula.key]).fetchone()
    assert own is not None
    expected = brute_force(reading, formula, set(passing(reading, wanted)) - {own[0]})
    name, found = nearest(reading, formula, k, wanted, home=tmp_path)
    assert name == "PCF(2n + 1, n^2)"
    assert len(found) == min(k, len(expected))
    assert [hit.distance for hit in found] == pytest.approx(expected[:k], abs=1e-6)


def test_a_formula_its_number_and_its_vector_have_the_same_neighbours(
    reading: psycopg.Connection, tmp_path: Path
) -> None:
    formula = parse_formula("PCF(2n+1, n^2)")
    number = find(reading, Filter(degrees=(1, 2), constant="pi"), limit=1)[0]["id"]
    by_formula = nearest(reading, formula, 5, home=tmp_path)
    by_number = nearest(reading, number, 5, home=tmp_path)
    assert by_formula == by_number
    name, by_vector = nearest(reading, neighbour_vector(formula), 6, home=tmp_path)
    assert name is None
    assert [hit.id for hit in by_vector if hit.id != number][:5] == [hit.id for hit in by_formula[1]]


def test_what_has_no_place_is_refused(reading: psycopg.Connection, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no formula number 987654"):
        nearest(reading, 987654, home=tmp_path)
    with pytest.raises(NotPlacedError, match="diverges"):
        nearest(reading, PCF((1,), (-1,)), home=tmp_path)
    for text in ("1, 2", "", "x", ",".join(["nan"] * DIMENSION)):
        with pytest.raises(VectorTextError):
            read_vector(text)
    assert len(read_vector(str([0.5] * DIMENSION))) == DIMENSION


def test_a_search_among_ids_is_that_of_an_index_of_these() -> None:
    random = np.random.default_rng(7)
    vectors = random.normal(size=(300, 4)).astype(np.float32)
    index, part = VectorIndex(4), VectorIndex(4)
    index.add(range(300), vectors)
    chosen = np.arange(5, 300, 13)
    part.add(chosen, vectors[chosen])
    assert index.search(vectors[0], 9, among=chosen) == part.search(vectors[0], 9)
    assert index.search(vectors[0], 9, among=np.empty(0, np.int64)) == []
    assert index.search(vectors[0], 9, among=np.array([1_000])) == []
