"""What is asked of any kind of formula, on polynomial continued fractions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.formulas.pcf import PCF, parse_formula
from indexer.kinds.evaluation import ERROR_LENGTH, failed
from indexer.kinds.kind import KINDS, evaluate_all, kind_of, vectors_of
from indexer.kinds.pcf import evaluate as module
from indexer.kinds.pcf.vector import neighbour_vector
from indexer.kinds.vectors import DIMENSION

coefficients = st.lists(st.integers(-5, 5), min_size=1, max_size=3).filter(any).map(tuple)


def test_each_kind_is_found_by_the_class_of_its_formulas() -> None:
    assert kind_of(PCF((1,), (1,))).name == "pcf"
    assert all(kind_of(kind.parse("PCF(1, 1)")) is kind for kind in KINDS.values())


@settings(deadline=None, max_examples=40)
@given(st.lists(st.builds(PCF, coefficients, coefficients), max_size=6))
def test_many_are_evaluated_and_placed_as_one_is(formulas: list[PCF]) -> None:
    for formula, evaluation in zip(formulas, evaluate_all(formulas, 30), strict=True):
        alone = kind_of(formula).evaluate(formula, 30)
        assert evaluation.formula == formula
        assert (evaluation.status, evaluation.metrics) == (alone.status, alone.metrics)
        assert (evaluation.limit and evaluation.limit.value) == (alone.limit and alone.limit.value)
    vectors = vectors_of(formulas)
    assert vectors.shape == (len(formulas), DIMENSION)
    for formula, vector in zip(formulas, vectors, strict=True):
        assert np.allclose(vector, neighbour_vector(formula), atol=1e-5)


@settings(deadline=None, max_examples=40)
@given(st.builds(PCF, coefficients, coefficients))
def test_a_mirror_is_derived_as_it_is_evaluated(formula: PCF) -> None:
    kind = kind_of(formula)
    derived, evaluated = kind.mirror(kind.evaluate(formula, 30)), kind.evaluate(formula.mirror(), 30)
    assert (derived.formula, derived.status) == (evaluated.formula, evaluated.status)
    if derived.limit is not None:
        assert evaluated.limit is not None
        assert (derived.limit.value, derived.limit.exact) == (evaluated.limit.value, evaluated.limit.exact)
    assert (derived.closed_form and derived.closed_form.text) == (evaluated.closed_form and evaluated.closed_form.text)


def test_one_that_cannot_be_evaluated_does_not_stop_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    bad, good = parse_formula("PCF(3, 1)"), parse_formula("PCF(2n+1, n^2)")
    real = module.evaluate

    def evaluate(formula: PCF, *given: object) -> object:
        if formula == bad:
            raise ArithmeticError("it is bad")
        return real(formula, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "evaluate", evaluate)
    first, second = evaluate_all([bad, good], 20)
    assert first.failed and first.error == "ArithmeticError: it is bad"
    assert second.limit is not None and not second.failed


def test_a_long_error_is_cut() -> None:
    evaluation = failed(PCF((1,), (1,)), "very  " * 200)
    assert evaluation.failed
    assert evaluation.error is not None and len(evaluation.error) == ERROR_LENGTH
