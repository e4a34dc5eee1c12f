"""Anchors: constants of the nearest labelled formulas, one for each point, read from a catalogue."""

from __future__ import annotations

import pickle

import numpy as np
import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.formulas.pcf import parse_formula
from catalog.store.formulas import guesses_of, ids_by_key
from indexer.pipeline.batch import Batch
from indexer.pipeline.compute import compute
from indexer.pipeline.storing import store
from indexer.similarity.anchors import Anchors, read_anchors
from indexer.upkeep.setup import seed_constants


def test_anchors_give_constants_nearest_first_and_survive_pickling() -> None:
    anchors = Anchors(2)
    assert anchors.add(1, "PCF(2n + 1, n^2)", "pi", [0, 0])
    assert anchors.add(2, "PCF(1, n^2)", "log(2)", [0, 1])
    assert not anchors.add(3, "PCF(-2n - 1, n^2)", "pi", [0, 0])
    assert anchors.add(4, "PCF(3, n^2)", "e", [0, 0])
    copy = pickle.loads(pickle.dumps(anchors))
    for one in (anchors, copy):
        assert [(a.formula_id, a.constant) for a in one.near([0, 0.9], 2)] == [(2, "log(2)"), (1, "pi")]
    assert len(copy) == 3


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 3), st.integers(0, 2)), max_size=30))
def test_anchors_at_once_are_those_one_by_one(drawn: list[tuple[str, int, int]]) -> None:
    labelled = [
        (number % 25, f"PCF({number}, n)", constant, np.array([point, nudge * 7e-7], dtype=np.float32))
        for number, (constant, point, nudge) in enumerate(sorted(drawn))
    ]
    one_by_one = Anchors(2)
    for one in labelled:
        one_by_one.add(*one)
    assert Anchors.of(2, labelled).__getstate__()["labels"] == one_by_one.__getstate__()["labels"]
    assert Anchors.of(2, labelled).index.ids.tolist() == one_by_one.index.ids.tolist()


def test_anchors_are_the_points_of_verified_constants(connection: psycopg.Connection) -> None:
    seed_constants(connection)
    texts = ("PCF(2n+1, n^2)", "PCF(-2n-1, n^2)", "PCF(n+3, -n)", "PCF(1, 1)", "PCF(n^2+3, n^2+1)")
    store(connection, Batch.of([compute(parse_formula(t), identified=True, budget=0) for t in texts]))
    anchors = read_anchors(connection)
    assert len(anchors) == 2
    (nearest,) = anchors.nearest([parse_formula("PCF(2n+3, n^2+2n+1)")], 1)
    assert [(anchor.constant, anchor.formula) for anchor in nearest] == [("pi", "PCF(2n + 1, n^2)")]
    assert nearest[0].distance == pytest.approx(0, abs=1e-6)


def test_a_constant_that_theory_alone_names_has_no_anchor(connection: psycopg.Connection) -> None:
    seed_constants(connection)
    texts = ("PCF(2n+1, n^2)", "PCF(34n+17, -190)")
    store(connection, Batch.of([compute(parse_formula(t), identified=True, budget=0) for t in texts]))
    anchors = read_anchors(connection)
    assert [anchor.constant for anchor in anchors.near(anchors.index.vectors[0], 5)] == ["pi"]


def test_anchors_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.similarity.anchors.MAX_ANCHORS", 2)
    anchors = Anchors(2)
    assert [anchors.add(number, "PCF(1, n)", "pi", [number, 0]) for number in range(4)] == [True, True, False, False]


def test_a_guess_is_stored_with_the_neighbour_that_proposed_it(connection: psycopg.Connection) -> None:
    seed_constants(connection)
    named, other = parse_formula("PCF(2n+1, n^2)"), parse_formula("PCF(n^2+3, n^2+1)")
    store(connection, Batch.of([compute(named, identified=True)]))
    (number,) = ids_by_key(connection, [named.key]).values()
    store(connection, Batch.of([compute(other, identified=True, anchors=read_anchors(connection), budget=3)]))
    (guess,) = guesses_of(connection, ids_by_key(connection, [other.key])[other.key])
    assert (guess["constant"], guess["outcome"], guess["neighbour_id"]) == ("pi", "excluded", number)
    assert guess["distance"] > 0
