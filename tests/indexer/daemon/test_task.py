"""What a worker does with a chunk: units, the way of a task and its batch, constants that a source expects."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from catalog.formulas.pcf import PCF, parse_formula
from indexer.daemon.task import Task, units_of
from indexer.kinds.pcf.vector import neighbour_vector
from indexer.kinds.vectors import DIMENSION
from indexer.similarity.anchors import Anchors
from indexer.sources import registry
from indexer.sources.registry import QUADRATIC_5, read_space
from indexer.sources.space import Proposed, Space

APERY = PCF((5, 27, 51, 34), (0, 0, 0, 0, 0, 0, -1))


class Expected(Space):
    """Apery's formula for zeta(3) and its mirror, from a source that knows the constant."""

    def coefficients_of(self, ranks: Any) -> Any:
        raise NotImplementedError

    def rank_of(self, formula: PCF) -> int | None:
        return None

    def items(self, start: int, stop: int) -> list[PCF | Proposed | None]:
        return [Proposed(APERY, "zeta(3)", "its source"), APERY.mirror(), None][start:stop]


def test_units_are_mirror_pairs() -> None:
    assert units_of(0, 6) == [(0, 2), (2, 4), (4, 6)]
    assert units_of(3, 8) == [(3, 4), (4, 6), (6, 8)]
    assert units_of(4, 5) == [(4, 5)]


def test_a_task_travels_to_a_worker_and_its_batch_back() -> None:
    anchors = Anchors(DIMENSION)
    anchors.add(7, "PCF(2n + 1, n^2)", "pi", neighbour_vector(parse_formula("PCF(2n+1, n^2)")))
    task = pickle.loads(pickle.dumps(Task(QUADRATIC_5.name, QUADRATIC_5.template, anchors, budget=0)))
    units = units_of(18294, 18298)
    (batch,) = pickle.loads(pickle.dumps(task(units)))
    assert [str(batch.formula(row)) for row in range(2)] == ["PCF(2n + 1, n^2)", "PCF(-2n - 1, n^2)"]
    assert [relation.expression for relation in batch.findings.relations][:2] == ["4/pi", "-4/pi"]
    assert batch.failed == 0 and batch.identified >= 2
    assert task.failed(units[0], "killed").rows.columns["evaluation_error"] == ["killed", "killed"]


def test_a_constant_that_the_source_expects_is_tried_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "SOURCES", {"expected": lambda name, text: Expected(name, text, 3)})
    task = Task("expected", "expected: zeta(3)", None, budget=0)
    assert read_space("expected", "expected: zeta(3)").formulas(0, 3) == [APERY, APERY.mirror(), None]
    (batch,) = task(units_of(0, 3))
    assert [relation.expression for relation in batch.findings.relations] == ["6/zeta(3)", "-6/zeta(3)"]
    assert {guess.proposer for guess in batch.findings.guesses} == {"its source"}
    assert len(task.failed((0, 3), "killed").rows.keys) == 2
