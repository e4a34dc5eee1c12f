from __future__ import annotations

import random

import flint
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from catalog.formulas.pcf import PCF
from indexer.mathematics.closed_forms.closed_form import closed_form
from indexer.mathematics.closed_forms.equation import equation
from indexer.mathematics.closed_forms.families import family_key, family_relation, search_relation
from tests.helpers.reference import DATA, pcf, rows

ROWS = rows("families.jsonl")


def formulas(size: int) -> st.SearchStrategy[PCF]:
    """Formulas with deg a <= 1, deg b <= 2."""
    coefficient = st.integers(-size, size)
    a = st.lists(coefficient, min_size=1, max_size=2).filter(any)
    b = st.lists(coefficient, min_size=1, max_size=3).filter(any)
    return st.builds(PCF, a.map(tuple), b.map(tuple))


def inflated_by_polynomial(formula: PCF, c: int, d: int) -> PCF:
    """(a h, b h(n) h(n-1)) with h = c n + d."""
    a = [d * x + c * y for x, y in zip((*formula.a, 0), (0, *formula.a), strict=True)]
    once = [d * x + c * y for x, y in zip((*formula.b, 0), (0, *formula.b), strict=True)]
    b = [(d - c) * x + c * y for x, y in zip((*once, 0), (0, *once), strict=True)]
    return PCF(tuple(a), tuple(b))


def test_both_formulas_of_every_row_have_one_key_and_the_known_relation() -> None:
    assert DATA.exists() and len(ROWS) == 600
    for row in ROWS:
        first, second = pcf(row), pcf(row["representative"])
        assert family_key(first) == family_key(second) is not None
        assert family_relation(first, second) == tuple(row["relation"])


@given(formulas(40), st.integers(1, 6), st.sampled_from([-5, -1, 2, 12]))
@settings(max_examples=150, deadline=None)
def test_mirrors_inflations_and_shifts_keep_the_key(formula: PCF, steps: int, c: int) -> None:
    assume(equation(formula) is not None)
    key = family_key(formula)
    assert key is not None
    assert family_key(formula.mirror()) == key
    assert family_key(formula.inflate(c)) == key
    assert family_key(formula.shift(steps)) == key


@given(formulas(10**6), st.integers(1, 1000))
@settings(max_examples=60, deadline=None)
def test_large_coefficients_keep_the_key(formula: PCF, steps: int) -> None:
    assume(equation(formula) is not None)
    assert family_key(formula.shift(steps).inflate(3)) == family_key(formula) is not None


@given(formulas(12), st.integers(1, 5), st.integers(1, 30))
@settings(max_examples=60, deadline=None)
def test_polynomial_inflations_keep_the_key(formula: PCF, c: int, d: int) -> None:
    assume(equation(formula) is not None)
    assert family_key(inflated_by_polynomial(formula, c, d)) == family_key(formula)


@pytest.mark.parametrize(
    ("formula", "key"),
    [
        (PCF((1,), (1,)), "quadratic:5"),
        (PCF((1,), (2,)), "rational"),
        (PCF((1, 2), (0, 0, -1)), "rational"),  # the limit is 0
        (PCF((-4, 2), (-1, 2)), "rational"),  # the limit is infinite
        (PCF((1, 1), (3, -1)), "rational"),  # terminates
        (PCF((1, 1), (0, 1, 1)), "quadratic:5"),
        (PCF((1,), (0, 2, 4)), "quadratic:2"),
        (PCF((0, 1), (1,)), "bessel(1; 0)"),
        (PCF((3, 1), (0, -1)), "kummer(-1; 0; 0)"),
        (PCF((1, 2), (0, 0, 1)), "gauss(4; sqrt 0, 1/2; 0, 0)"),
        (PCF((1, 1), (0, 0, -1)), None),  # diverges
        (PCF((5, 27, 51, 34), (0, 0, 0, 0, 0, 0, -1)), None),
    ],
    ids=str,
)
def test_known_keys(formula: PCF, key: str | None) -> None:
    assert family_key(formula) == key


def test_rational_and_quadratic_limits_are_related_exactly() -> None:
    zero, one, infinite = PCF((1, 2), (0, 0, -1)), PCF((2,), (-1,)), PCF((-4, 2), (-1, 2))
    assert family_relation(one, zero) == (1, 1, 1, 0)
    assert family_relation(infinite, one) == (1, 0, -1, 1) or family_relation(infinite, one) == (-1, 0, 1, -1)
    assert family_relation(PCF((1,), (1,)), PCF((3,), (-1,))) == (-1, 1, 1, 0)  # phi = phi^2 - 1
    assert family_relation(PCF((1,), (1,)), PCF((2,), (1,))) is None


def test_formulas_of_different_families_are_not_related() -> None:
    chooser = random.Random(3)
    keyed = {family_key(pcf(row)): pcf(row) for row in ROWS}
    for _ in range(40):
        first, second = chooser.sample(sorted(keyed), 2)
        assert family_relation(keyed[first], keyed[second]) is None


def test_a_relation_of_distant_members_needs_more_digits_and_gets_them() -> None:
    formula = PCF((1, 3), (2, 5, 1))
    distant = formula.shift(25)
    relation = family_relation(formula, distant)
    assert relation is not None and max(map(abs, relation)) > 10**29


def test_a_relation_that_only_seems_to_hold_is_refused() -> None:
    form = closed_form(PCF((1, 2), (0, 0, 1)))
    assert form is not None
    truth = form.evaluate

    def changed(bits: int) -> flint.arb:
        with flint.ctx.workprec(bits):
            return truth(bits) + flint.arb(2) ** -300

    assert search_relation(truth, changed) is None
