"""Searching: conditions and orders against the same written in Python, neighbours with conditions by brute force."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
import pytest

from catalog.database.opening import open_database
from catalog.errors import FilterError, NotFound, NotPlacedError, VectorTextError
from catalog.formulas.pcf import PCF, parse_formula
from catalog.store.search import SORTS, Filter, constant_name, find, passing
from indexer.kinds.pcf.vector import neighbour_vector
from indexer.kinds.vectors import DIMENSION, VECTOR_VERSION
from indexer.similarity.nearest import nearest, read_vector
from indexer.similarity.vector_index import VectorIndex
from tests.helpers.command import SENTENCE, formulary, json_of
from tests.helpers.contract import validate


@pytest.fixture(scope="module")
def reading(seeded_url: str) -> Iterator[psycopg.Connection]:
    with open_database(seeded_url) as database, database.connect(autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def rows(reading: psycopg.Connection) -> list[dict[str, Any]]:
    return find(reading, Filter(canonical=False), limit=None)


def test_without_conditions_all_are_found(reading: psycopg.Connection, rows: list[dict[str, Any]]) -> None:
    counted = reading.execute("select count(*), count(*) filter (where is_canonical) from formula").fetchone()
    assert counted == (len(rows), len(find(reading, Filter(), limit=None)))
    assert Filter(canonical=False).empty
    assert not Filter().empty


@pytest.mark.parametrize(
    ("wanted", "passes"),
    [
        (Filter(constant="pi"), lambda r: r["constant"] == "pi"),
        (Filter(statuses=("diverges", "terminates")), lambda r: r["status"] in ("diverges", "terminates")),
        (Filter(classes=("exponential",)), lambda r: r["convergence_class"] == "exponential"),
        (Filter(degrees=(1, 2)), lambda r: (len(r["a"]), len(r["b"])) == (2, 3)),
        (Filter(degrees=(None, 0)), lambda r: len(r["b"]) == 1),
        (Filter(min_delta=0.0), lambda r: r["delta"] is not None and r["delta"] >= 0),
        (Filter(max_delta=-0.5), lambda r: r["delta"] is not None and r["delta"] <= -0.5),
        (Filter(max_height=2), lambda r: PCF(r["a"], r["b"]).height <= 2),
        (Filter(max_complexity=6), lambda r: PCF(r["a"], r["b"]).complexity <= 6),
        (Filter(family="quadratic:5"), lambda r: r["family"] == "quadratic:5"),
        (Filter(identified=True), lambda r: r["proof"] in ("verified", "closed_form")),
        (Filter(identified=False), lambda r: r["proof"] not in ("verified", "closed_form")),
        (Filter(near="1.27"), lambda r: 1.26 <= float(r["limit_value"] or 0) <= 1.28),
        (Filter(constant="pi", classes=("logarithmic",)), lambda r: False),
    ],
)
def test_a_condition_finds_what_it_says(
    reading: psycopg.Connection, rows: list[dict[str, Any]], wanted: Filter, passes: Any
) -> None:
    everything = Filter(**{**wanted.__dict__, "canonical": False})
    found = {row["id"] for row in find(reading, everything, limit=None)}
    assert found == {row["id"] for row in rows if passes(row)}
    assert found == set(passing(reading, everything))
    some = [row["id"] for row in rows[::3]]
    assert set(passing(reading, everything, some)) == found & set(some)


@pytest.mark.parametrize("sort", SORTS)
def test_orders_are_orders_and_pages_are_parts(reading: psycopg.Connection, sort: str) -> None:
    ordered = [row["id"] for row in find(reading, Filter(), sort=sort, limit=None)]
    assert [row["id"] for row in find(reading, Filter(), sort=sort, reverse=True, limit=None)] == ordered[::-1]
    pages = [row["id"] for start in (0, 7) for row in find(reading, Filter(), sort=sort, limit=7, offset=start)]
    assert pages == ordered[:14]


def test_complexity_of_the_catalogue_is_that_of_the_formula(rows: list[dict[str, Any]]) -> None:
    assert all(row["complexity"] == PCF(row["a"], row["b"]).complexity for row in rows)


def test_constants_by_other_spellings_and_near_misses(reading: psycopg.Connection) -> None:
    assert constant_name(reading, "ln(2)") == "log(2)"
    with pytest.raises(NotFound, match="the nearest names are pi"):
        constant_name(reading, "pii")
    with pytest.raises(FilterError, match="decimal number"):
        Filter(near="one").conditions()


# Neighbours


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


# The commands


def test_find_writes_objects_and_a_table(seeded_url: str) -> None:
    place = {"FORMULARY_DATABASE_URL": seeded_url}
    asked = ["find", "--constant", "pi", "--min-delta", "-1", "--class", "exponential", "--degree", "1,2"]
    asked += ["--sort", "complexity", "--limit", "2"]
    found = json_of(*asked, **place)
    validate(found, "found")
    assert found[0]["formula"] == "PCF(2n + 1, n^2)"
    table = formulary(*asked, **place)
    assert "PCF(2n + 1, n^2)" in table.stdout
    assert max(map(len, formulary("find", "--limit", "50", **place).stdout.splitlines())) <= 80
    nothing = formulary("find", "--constant", "pi", "--class", "logarithmic", **place)
    assert (nothing.returncode, nothing.stdout) == (1, "")
    assert SENTENCE.fullmatch(nothing.stderr)


def test_similar_takes_conditions_numbers_and_vectors(seeded_url: str, tmp_path: Path) -> None:
    place = {"FORMULARY_DATABASE_URL": seeded_url, "FORMULARY_HOME": str(tmp_path)}
    formulary("similar", "PCF(2n+1, n^2)", **place)
    found = json_of("similar", "PCF(2n+1, n^2)", "-k", "4", "--constant", "e", **place)
    validate(found, "similar")
    assert {n["constant"] for n in found["neighbours"]} == {"e"}
    by_vector = json_of("similar", "--vector", ",".join(["0.5"] * DIMENSION), "-k", "2", **place)
    validate(by_vector, "similar")
    assert by_vector["formula"] is None


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["find", "--constant", "pii"], 1, "the nearest names are pi"),
        (["find", "--class", "exponental"], 2, "did you mean exponential?"),
        (["find", "--sort", "delat"], 2, "did you mean delta?"),
        (["find", "--degree", "one"], 2, "1,2"),
        (["find", "--min-delta", "nan"], 2, "not a number"),
        (["find", "--near", "1e999999999"], 2, ""),
        (["similar", "--vector", "1,2"], 2, "finite numbers"),
        (["similar", "--id", "5", "--vector", "1,2"], 2, "not two"),
        (["similar", "--id", "987654"], 1, "987654"),
    ],
)
def test_bad_conditions_give_one_sentence(seeded_url: str, arguments: list[str], code: int, words: str) -> None:
    done = formulary(*arguments, FORMULARY_DATABASE_URL=seeded_url)
    assert done.returncode == code
    assert words in done.stderr
    assert SENTENCE.fullmatch(done.stderr), done.stderr
    assert json.dumps(done.stdout) == '""'
