"""From coefficients to rows: mirrors are derived as they would be computed, and errors stop nothing."""

from __future__ import annotations

import pickle
from dataclasses import replace
from typing import Any

import numpy as np
import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.formulas.pcf import PCF, parse_formula
from catalog.store.formulas import formula_by_key, relations_of
from indexer.contract.objects import formula_object
from indexer.daemon.task import Task, units_of
from indexer.kinds.pcf import evaluate as evaluation
from indexer.kinds.pcf.vector import neighbour_vector
from indexer.kinds.vectors import DIMENSION
from indexer.pipeline.batch import Batch
from indexer.pipeline.compute import Computed, compute, compute_pairs, failed, mirrored
from indexer.pipeline.storing import store
from indexer.similarity.anchors import Anchors
from indexer.sources import registry
from indexer.sources.registry import QUADRATIC_5, read_space
from indexer.sources.space import Proposed, Space
from indexer.upkeep.setup import seed_constants

coefficients = st.integers(-5, 5)
polynomials = st.lists(coefficients, min_size=1, max_size=3).filter(any)


def essence(computed: Computed) -> dict[str, Any]:
    """The object without what may differ in its last bits."""
    value = formula_object(computed.evaluation, computed.identification)
    if value["limit"]:
        value["limit"]["error_log10"] = None
    value["relations"] = [
        {k: v for k, v in r.items() if k not in ("digits_verified", "method")} for r in value["relations"]
    ]
    return {k: v for k, v in value.items() if k not in ("guesses", "attempts", "exclusion", "closed_form", "metrics")}


@given(polynomials, polynomials)
@settings(max_examples=40, deadline=None)
def test_a_derived_mirror_is_what_is_computed(a: list[int], b: list[int]) -> None:
    formula = PCF(tuple(a), tuple(b))
    direct = compute(formula.mirror(), identified=True, budget=0)
    derived = mirrored(compute(formula, identified=True, budget=0))
    assert essence(derived) == essence(direct)
    for name, figure in derived.evaluation.metrics.to_json().items():
        expected = direct.evaluation.metrics.to_json()[name]
        assert figure == expected or figure == pytest.approx(expected, rel=1e-9, abs=1e-12), name


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("PCF(-2n-1, n^2)", "-4/pi"),
        ("PCF(-1, 1)", "(-1 - sqrt(5))/2"),
        ("PCF(-2, -1)", "-1"),
        ("PCF(-2n-1, -n^2)", "0"),
    ],
)
def test_mirrors_have_the_mirrored_relation(text: str, expression: str) -> None:
    formula = parse_formula(text)
    both = compute_pairs([formula.mirror(), formula])
    assert [done.formula for done in both] == [formula.mirror(), formula]
    assert both[1].identification is not None
    assert [relation.expression for relation in both[1].identification.relations] == [expression]


def test_one_of_each_pair_is_evaluated(monkeypatch: pytest.MonkeyPatch) -> None:
    evaluated = []
    real = evaluation.evaluate
    monkeypatch.setattr(evaluation, "evaluate", lambda f, *rest: (evaluated.append(f), real(f, *rest))[1])
    formulas = [f for f in QUADRATIC_5.formulas(0, 20) if f]
    assert [done.formula for done in compute_pairs(formulas, budget=0)] == formulas
    assert len(evaluated) == 10
    assert all(f.a[-1] > 0 for f in evaluated)


def test_an_error_is_recorded_and_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    real = evaluation.evaluate

    def evaluate(formula: PCF, *rest: Any) -> Any:
        if formula.b == (2,):
            raise ZeroDivisionError("no such\nthing")
        return real(formula, *rest)

    monkeypatch.setattr(evaluation, "evaluate", evaluate)
    done = compute_pairs([parse_formula(t) for t in ("PCF(1, 1)", "PCF(1, 2)", "PCF(-1, 2)", "PCF(1, 3)")], budget=0)
    assert [c.evaluation.status for c in done] == ["converges", "undetermined", "undetermined", "converges"]
    assert {done[1].evaluation.error, done[2].evaluation.error} == {"ZeroDivisionError: no such thing"}


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


def test_parts_of_a_batch_joined_are_the_batch() -> None:
    (whole,) = Task(QUADRATIC_5.name, QUADRATIC_5.template, None, budget=3)(units_of(18290, 18314))
    assert whole.findings.relations and whole.findings.guesses and whole.findings.exclusions
    joined = Batch.joined([whole.part(0, 5), whole.part(5, 6), whole.part(6, len(whole))])
    assert joined.findings == whole.findings
    assert joined.constants == whole.constants
    for name in ("a", "b", "keys", "canonical_keys", "columns"):
        assert getattr(joined.rows, name) == getattr(whole.rows, name)
    assert np.array_equal(joined.rows.vectors, whole.rows.vectors, equal_nan=True)  # type: ignore[arg-type]


def test_anchors_of_a_batch_are_its_named_formulas() -> None:
    (batch,) = Task(QUADRATIC_5.name, QUADRATIC_5.template, None, budget=0)(units_of(18294, 18298))
    anchor = next(batch.anchors())
    assert (str(anchor.formula), anchor.constant, anchor.row) == ("PCF(2n + 1, n^2)", "pi", 0)
    assert np.array_equal(anchor.vector, neighbour_vector(anchor.formula))


def test_rows_hold_what_was_computed(connection: psycopg.Connection) -> None:
    seed_constants(connection)
    texts = (
        "PCF(2n+1, n^2)",
        "PCF(-2n-1, n^2)",
        "PCF(2n-4, 2n-1)",
        "PCF(n-1, n-2)",
        "PCF(1, -1)",
        "PCF(1, 1)",
        "PCF(n^2+3, n^2+1)",
    )
    formulas = [parse_formula(text) for text in texts]
    done = [*compute_pairs(formulas, budget=3), failed(parse_formula("PCF(n, 5)"), "killed")]
    store(connection, Batch.of(done))
    for computed in done:
        row = formula_by_key(connection, computed.formula.key)
        assert row is not None
        assert (row["a"], row["b"]) == (computed.formula.a, computed.formula.b)
        assert (row["status"], row["convergence_class"]) == (
            computed.evaluation.status,
            computed.evaluation.convergence_class,
        )
        assert row["evaluation_error"] == computed.evaluation.error
        limit = computed.evaluation.limit
        assert row["limit_value"] == (limit.value if limit else None)
        found = computed.identification.relations if computed.identification else ()
        assert [r["expression"] for r in relations_of(connection, row["id"])] == [r.expression for r in found]
    mirror = formula_by_key(connection, parse_formula("PCF(-2n-1, n^2)").key)
    canonical = formula_by_key(connection, parse_formula("PCF(2n+1, n^2)").key)
    assert mirror is not None
    assert canonical is not None
    assert mirror["canonical_id"] == canonical["id"]


def test_only_convergent_formulas_have_vectors() -> None:
    texts = ("PCF(1, 1)", "PCF(1, -1)", "PCF(n, 1-n)", "PCF(2n-4, 2n-1)")
    vectors = Batch.of([compute(parse_formula(text)) for text in texts]).rows.vectors
    assert vectors is not None
    assert np.isfinite(vectors).all(axis=1).tolist() == [True, False, False, False]
    assert np.isnan(vectors[1:]).all()


def test_a_constant_that_theory_names_enters_the_catalogue(connection: psycopg.Connection) -> None:
    done = compute(parse_formula("PCF(2n+1, n^2)"), identified=True)
    assert done.identification is not None
    odd = replace(done.identification.relations[0], constants=("tanh(sqrt(5)/7)",), terms=("tanh(sqrt(5)/7)",))
    named = replace(done, identification=replace(done.identification, relations=(odd,), guesses=()))
    store(connection, Batch.of([named]))
    row = connection.execute("select constant_group, value_text from constant").fetchone()
    assert row is not None
    assert row[0] == "derived"
    assert row[1].startswith("0.30899892")


def test_batches_of_nothing_are_nothing(connection: psycopg.Connection) -> None:
    nothing = Batch.of([])
    assert len(nothing) == len(nothing.findings.relations) == 0
    assert store(connection, nothing).ids.size == 0


APERY = PCF((5, 27, 51, 34), (0, 0, 0, 0, 0, 0, -1))


class Expected(Space):
    """Apery's formula for zeta(3) and its mirror, from a source that knows the constant."""

    def coefficient_arrays(self, start: int, stop: int) -> Any:
        raise NotImplementedError

    def rank_of(self, formula: PCF) -> int | None:
        return None

    def items(self, start: int, stop: int) -> list[PCF | Proposed | None]:
        return [Proposed(APERY, "zeta(3)", "its source"), APERY.mirror(), None][start:stop]


def test_a_constant_that_the_source_expects_is_tried_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "SOURCES", {"expected": lambda name, text: Expected(name, text, 3)})
    task = Task("expected", "expected: zeta(3)", None, budget=0)
    assert read_space("expected", "expected: zeta(3)").formulas(0, 3) == [APERY, APERY.mirror(), None]
    (batch,) = task(units_of(0, 3))
    assert [relation.expression for relation in batch.findings.relations] == ["6/zeta(3)", "-6/zeta(3)"]
    assert {guess.proposer for guess in batch.findings.guesses} == {"its source"}
    assert len(task.failed((0, 3), "killed").rows.keys) == 2


def test_without_what_the_source_expects_the_budget_decides() -> None:
    (done,) = compute_pairs([APERY], budget=0)
    assert done.identification is not None and done.identification.relations == ()
