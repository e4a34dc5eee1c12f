"""Formulas computed: mirrors are derived as they would be computed, and errors stop nothing."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.formulas.pcf import PCF, parse_formula
from indexer.contract.objects import formula_object
from indexer.kinds.pcf import evaluate as evaluation
from indexer.pipeline.compute import Computed, compute, compute_pairs, mirrored
from indexer.sources.registry import QUADRATIC_5

APERY = PCF((5, 27, 51, 34), (0, 0, 0, 0, 0, 0, -1))

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


def test_without_what_the_source_expects_the_budget_decides() -> None:
    (done,) = compute_pairs([APERY], budget=0)
    assert done.identification is not None and done.identification.relations == ()
