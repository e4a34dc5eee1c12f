"""Exact relations: the map from theory is the one that a search finds, and both sides agree to 100 digits."""

from __future__ import annotations

import flint
import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from catalog.constants.evaluation import evaluate
from catalog.formulas.pcf import PCF, parse_formula
from indexer.mathematics.closed_forms.closed_form import closed_form
from indexer.mathematics.closed_forms.contiguity import IDENTITY, times
from indexer.mathematics.closed_forms.derivation import derivation
from indexer.mathematics.closed_forms.families import search_relation
from indexer.mathematics.closed_forms.names import exact_relation
from indexer.mathematics.closed_forms.steps import Derivation, in_integers
from indexer.mathematics.relations.writing import value_text
from tests.helpers.reference import pcf, rows

BITS = 400

NAMED = [row for row in rows("identified.jsonl") if len(row["a"]) <= 2 and row["kind"] == "named"]


def agrees(formula: PCF, found: Derivation, digits: int = 100) -> bool:
    """Whether the limit by its closed form and the map of the constant agree."""
    form = closed_form(formula)
    assert form is not None
    guard = 2 * max(abs(k) for k in found.coefficients).bit_length()
    L, c = form.evaluate(BITS), evaluate(found.constant, BITS + guard)
    x, y, z, w = found.coefficients
    with flint.ctx.workprec(BITS + guard):
        return bool(abs((x + y * c) / (z + w * c) - L) < flint.arb(10) ** -digits * (1 + abs(L)))


@st.composite
def formulas(draw: st.DrawFn) -> PCF:
    """Formulas with deg a <= 1 and deg b <= 2, many with rational roots of b."""
    coefficient = st.integers(-9, 9)
    a = tuple(draw(st.lists(coefficient, min_size=1, max_size=2).filter(any)))
    if draw(st.booleans()):
        k, r, s = draw(st.integers(1, 4)), draw(st.integers(-3, 9)), draw(st.integers(-3, 9))
        b = (k * r * s, k * (r + s), draw(st.sampled_from([1, -1])) * k)
    else:
        b = tuple(draw(st.lists(coefficient, min_size=1, max_size=3).filter(any)))
    return PCF(a, b)


@given(formulas())
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@example(PCF((1, 6), (3, 2, -8)))  # Bailey's theorem after Pfaff's transformation
@example(PCF((2, 6), (-6, 16, -8)))  # Gauss's second theorem after it
@example(PCF((1,), (-3, 7, 1)))  # an angle times the square root of an integer
@example(PCF((3, 4), (0, -1, -2)))  # the arithmetic-geometric mean
def test_a_limit_with_a_named_constant_is_an_exact_map_of_it(formula: PCF) -> None:
    form = closed_form(formula)
    assume(form is not None and form.exact is None)
    assert form is not None
    found = exact_relation(formula)
    if found is None:
        assert form.constant is None
        return
    assert agrees(formula, found)


@given(formulas())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
def test_the_steps_lead_from_the_formula_to_the_constant(formula: PCF) -> None:
    found = exact_relation(formula)
    assume(found is not None)
    assert found is not None
    assert found.steps[0].first == formula
    assert all(left.second == right.first for left, right in zip(found.steps, found.steps[1:], strict=False))
    assert found.steps[-1].second == found.constant
    total = IDENTITY
    for step in found.steps:
        total = times(total, step.matrix)
    assert in_integers(total) == found.coefficients


def test_every_named_relation_of_the_reference_is_derived() -> None:
    for row in NAMED:
        found = exact_relation(pcf(row))
        assert found is not None, row
        assert agrees(pcf(row), found), row


def test_the_map_is_the_one_that_a_search_finds() -> None:
    for row in NAMED[::7]:
        form, found = closed_form(pcf(row)), exact_relation(pcf(row))
        assert form is not None and found is not None
        constant = found.constant
        assert search_relation(form.evaluate, lambda bits, c=constant: evaluate(c, bits)) == found.coefficients


@pytest.mark.parametrize(
    ("text", "constant", "value"),
    [
        ("PCF(n, n)", "e", "1/(e - 1)"),
        ("PCF(4n - 2, -1)", "tan(1/2)", "-2 - tan(1/2)"),
        ("PCF(2n + 1, n^2)", "pi", "4/pi"),
        ("PCF(2n + 1, 5n^2)", "sqrt(5)*atan(sqrt(5))", "sqrt(5)/atan(sqrt(5))"),
        ("PCF(2n + 1, 1)", "exp(2)", "coth(1)"),
        ("PCF(6n + 3, -n^2)", "log(2)", "2/log(2)"),
        ("PCF(2n - 1, 5)", "sqrt(5)*tanh(sqrt(5))", "sqrt(5)*tanh(sqrt(5)) - 1"),
        ("PCF(n, 1)", "besseli(1, 2)/besseli(0, 2)", "besseli(1, 2)/besseli(0, 2)"),
        ("PCF(2n + 4, -n^2 - 2n)", "e*e1(1)", "2/(e*e1(1))"),
        ("PCF(1, 2n)", "sqrt(pi/4)*exp(1/4)*erfc(1/2)", "2/(sqrt(pi)*e^(1/4)*erfc(1/2))"),
        ("PCF(2n + 1, 3n^2)", "pi*sqrt(3)", "3*sqrt(3)/pi"),
        ("PCF(-2n - 1, n^2)", "pi", "-4/pi"),
        ("PCF(6n^2 + 5n + 1, 9n^4 - 3n^3 - 2n^2)", "pi", "4/pi"),
    ],
)
def test_well_known_values(text: str, constant: str, value: str) -> None:
    found = exact_relation(parse_formula(text))
    assert found is not None
    assert found.constant == constant
    assert value_text(found.coefficients, found.constant) == value


@pytest.mark.parametrize("k", [20, 30, 45, 60])
def test_coefficients_as_long_as_factorials_are_exact(k: int) -> None:
    formula = PCF((k, 1), (0, 1))
    found = exact_relation(formula)
    assert found is not None and found.constant == "e" and max(map(abs, found.coefficients)) > 10**15
    form, guard = closed_form(formula), 700
    assert form is not None
    with flint.ctx.workprec(BITS + guard):
        x, y, z, w = found.coefficients
        e = flint.arb.const_e()
        assert abs((x + y * e) / (z + w * e) - form.evaluate(BITS + guard)) < flint.arb(10) ** -100


def test_a_formula_without_a_shorter_name_has_none() -> None:
    assert derivation(parse_formula("PCF(n + 1, 2n + 1)")) is not None
    assert derivation(parse_formula("PCF(3n + 1, 2n + 5)")) is None
    assert derivation(PCF((5, 27, 51, 34), (0, 0, 0, 0, 0, 0, -1))) is None
    assert derivation(PCF((1, 1), (3, -1))) is None
