from __future__ import annotations

import random
from fractions import Fraction
from functools import partial

import flint
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from catalog.constants.evaluation import evaluate
from catalog.constants.expressions import parse_expression
from catalog.errors import EvaluationError
from catalog.formulas.pcf import PCF, parse_formula
from indexer.mathematics.closed_forms.closed_form import ClosedForm, closed_form
from indexer.mathematics.closed_forms.families import Moebius, search_relation
from indexer.mathematics.continued_fractions.asymptotics import classify
from indexer.mathematics.continued_fractions.limit import limit
from tests.helpers.reference import pcf, rows

BITS = 370

LOW = [row for row in rows("limits.jsonl") if len(row["a"]) <= 2 and row["limit"] is not None]
IDENTIFIED = [row for row in rows("identified.jsonl") if len(row["a"]) <= 2]


def agrees(left: flint.arb, right: flint.arb, digits: int) -> bool:
    """Whether two balls meet and differ by less than 10^-digits, relative to max(1, |left|)."""
    with flint.ctx.workprec(2 * BITS):
        difference = abs(left - right)
        return bool(difference < flint.arb(10) ** -digits * (1 + abs(left)))


def small_formulas() -> st.SearchStrategy[PCF]:
    """Formulas with deg a <= 1, deg b <= 2, and among them many with special parameters."""
    coefficient = st.integers(-12, 12)
    a = st.lists(coefficient, min_size=1, max_size=2).filter(any)
    b = st.lists(coefficient, min_size=1, max_size=3).filter(any)
    return st.builds(PCF, a.map(tuple), b.map(tuple))


@pytest.mark.parametrize("row", LOW, ids=str)
def test_reference_limits_to_a_hundred_digits(row: dict[str, str]) -> None:
    form = closed_form(pcf(row))
    if form is None:
        assert row["status"] == "terminates"
        return
    with flint.ctx.workprec(BITS):
        expected = flint.arb(row["limit"])
    assert agrees(form.evaluate(BITS), expected, 97)


@pytest.mark.parametrize("kind", ["named", "rational", "quadratic", "infinite"])
def test_rational_quadratic_and_infinite_limits_are_recognised_and_no_others(kind: str) -> None:
    for row in (row for row in IDENTIFIED if row["kind"] == kind):
        form = closed_form(pcf(row))
        assert form is not None
        assert form.infinite == (kind == "infinite")
        assert (form.rational is not None) == (kind == "rational")
        assert (form.exact is not None) == (kind != "named")
        if kind == "rational":
            assert form.rational == Fraction(row["value"])
        if kind == "quadratic":
            x, y, z = row["polynomial"]
            L = form.evaluate(BITS)
            with flint.ctx.workprec(BITS):
                assert (x + y * L + z * L * L).contains(0)


@pytest.mark.parametrize(
    "text",
    [
        "PCF(n - 4, 3)",  # g = -3, bessel
        "PCF(2n - 2, -5)",  # g = 0
        "PCF(n, 1)",  # g = 1: the numerator is at the pole
        "PCF(n - 4, 2n - 1)",  # kummer
        "PCF(-n + 5, 3n + 2)",
        "PCF(3n - 6, -2n^2 - 3)",  # gauss, complex roots
        "PCF(3n - 9, -2n^2 - n)",
        "PCF(3n + 1, 4n^2 + 2n)",
        "PCF(2n + 1, n^2 + 1)",
        "PCF(4n + 5, -4n^2 - 1)",  # tricomi, complex roots
        "PCF(-2, n^2 + n + 7)",
        "PCF(-3, 2n + 1)",  # parabolic, mirrored
        "PCF(1, 4n^2 + 2n)",  # (1 - x)^(1/2)
    ],
)
def test_poles_signs_and_complex_roots(text: str) -> None:
    formula = parse_formula(text)
    form, independent = closed_form(formula), limit(formula, 105)
    assert form is not None and independent is not None and independent.ball is not None
    assert agrees(form.evaluate(BITS), independent.ball, 103)


@given(small_formulas())
@settings(max_examples=60, deadline=None)
def test_every_convergent_formula_has_one_that_obeys_the_recurrence(formula: PCF) -> None:
    form, status = closed_form(formula), classify(formula).status
    assert (form is None) == (status in ("terminates", "diverges"))
    assume(form is not None)
    tail = closed_form(formula.shift())
    assert form is not None and tail is not None
    if tail.infinite:
        assert form.rational == formula.a_at(0)
    elif tail.rational == 0:
        assert form.infinite
    else:
        value = tail.evaluate(2 * BITS)
        with flint.ctx.workprec(2 * BITS):
            stepped = formula.a_at(0) + formula.b_at(1) / value
        assert agrees(form.evaluate(BITS), stepped, 100)


@pytest.mark.slow
def test_two_thousand_random_formulas_agree_with_the_limit_found_otherwise() -> None:
    chooser = random.Random(1)
    for _ in range(2000):
        a = [chooser.randint(-5, 5), chooser.choice([0, chooser.randint(-5, 5)])]
        b = [chooser.randint(-5, 5), chooser.randint(-5, 5), chooser.choice([0, chooser.randint(-5, 5)])]
        if not any(a) or not any(b):
            continue
        formula = PCF(tuple(a), tuple(b))
        form, other = closed_form(formula), limit(formula, 110)
        if form is None:
            assert classify(formula).status in ("terminates", "diverges")
        elif form.infinite:
            assert other is not None and other.infinite
        else:
            assert other is not None and other.ball is not None
            assert form.rational == other.exact
            assert agrees(form.evaluate(BITS), other.ball, 105)


@given(small_formulas())
@settings(max_examples=60, deadline=None)
def test_the_text_is_an_expression_with_the_same_value(formula: PCF) -> None:
    form = closed_form(formula)
    assume(form is not None and not form.infinite and form.rational != 0)
    assert form is not None
    assert agrees(evaluate(form.text, BITS), form.evaluate(BITS), 100)


def test_text_latex_and_theorem() -> None:
    form = closed_form(PCF((1, 2), (0, 0, 1)))
    assert form is not None
    assert form.text == "4/pi"
    assert form.latex == r"\frac{4}{\pi}"
    assert r"{}_2F_1\left(1,1;\frac{3}{2};\frac{2 - \sqrt{2}}{4}\right)" in form.denominator.latex()
    assert "DLMF 15.5" in form.theorem
    assert form.constant == "pi"


def test_polynomial_deflation_reaches_higher_degrees() -> None:
    base = PCF((1, 2), (0, 0, 1))  # 4/pi, inflated by h = 3n + 1
    inflated = PCF((1, 5, 6), (0, 0, -2, -3, 9))
    assert inflated.deg_b == 4
    first, second = closed_form(base), closed_form(inflated)
    assert first is not None and second is not None
    assert agrees(first.evaluate(BITS), second.evaluate(BITS), 100)


def test_no_closed_form_is_claimed_for_other_formulas() -> None:
    assert closed_form(PCF((5, 27, 51, 34), (0, 0, 0, 0, 0, 0, -1))) is None  # Apery
    assert closed_form(PCF((1, 1), (3, -1))) is None  # terminates
    assert closed_form(PCF((1, 1), (0, 0, -1))) is None  # complex eigenvalues


def test_an_infinite_limit_has_no_enclosure() -> None:
    form = closed_form(PCF((-4, 2), (-1, 2)))
    assert form is not None and form.infinite and form.text == "inf"
    with pytest.raises(EvaluationError, match="infinite"):
        form.evaluate(BITS)


@pytest.mark.parametrize(
    "formula",
    [
        PCF((10**4, 1), (5, 2000)),  # flint alone takes minutes here
        PCF((-209,), (417, -362, 1)),
        PCF((1,), (10**8, 2 * 10**4, 1)),
        PCF((-(10**6), 1), (10**6,)),
        PCF((1, 10**6), (10**6 - 1, 3, -(10**6))),
    ],
    ids=str,
)
def test_large_parameters(formula: PCF) -> None:
    form, tail = closed_form(formula), closed_form(formula.shift())
    assert form is not None and tail is not None
    value = tail.evaluate(2 * BITS)
    with flint.ctx.workprec(2 * BITS):
        stepped = formula.a_at(0) + formula.b_at(1) / value
    assert agrees(form.evaluate(BITS), stepped, 100)


@pytest.mark.slow
def test_integrals_beyond_reach_are_refused() -> None:
    """Tricomi's function with c near 52,000: flint's integration loses thousands of bits."""
    form = closed_form(PCF((-16208, 2), (16742, 52314, -1)))
    assert form is not None
    with pytest.raises(EvaluationError):
        form.evaluate(BITS)


def test_parameters_beyond_reach_are_refused() -> None:
    form = closed_form(PCF((10**6, 1), (5, 2 * 10**6)))
    assert form is not None
    with pytest.raises(EvaluationError):
        form.evaluate(BITS)


@pytest.mark.parametrize(
    ("text", "constant", "coefficients"),
    [
        ("PCF(2n + 1, n^2)", "pi", (4, 0, 0, 1)),
        ("PCF(6n + 3, -n^2)", "log(2)", (2, 0, 0, 1)),
        ("PCF(n + 3, -n)", "e", (0, 1, 1, 0)),
        ("PCF(2n - 1, 5)", "sqrt(5)*tanh(sqrt(5))", (-1, 1, 1, 0)),
        ("PCF(n, 1)", "besseli(1, 2)/besseli(0, 2)", (0, 1, 1, 0)),
        ("PCF(2n + 1, 2n^2)", "sqrt(2)*atan(sqrt(2))", (2, 0, 0, 1)),
        ("PCF(2n + 4, -n^2 - 2n)", "e*e1(1)", (2, 0, 0, 1)),
        ("PCF(1, 2n)", "sqrt(pi/4)*exp(1/4)*erfc(1/2)", (1, 0, 0, 1)),
        ("PCF(1, 4n^2 + 4n - 3)", "gamma(7/8)^2/gamma(11/8)^2", None),
    ],
)
def test_known_constants(text: str, constant: str, coefficients: tuple[int, ...] | None) -> None:
    form = closed_form(parse_formula(text))
    assert form is not None
    assert form.constant == constant
    found = relation_with_constant(form)
    assert found is not None
    assert coefficients is None or found == coefficients


def relation_with_constant(form: ClosedForm) -> Moebius | None:
    """The Moebius map of a closed form's constant that gives the limit, verified."""
    assert form.constant is not None
    return search_relation(form.evaluate, partial(evaluate, parse_expression(form.constant)))


def test_every_named_formula_of_the_reference_gets_its_constant() -> None:
    constants: dict[str, set[str | None]] = {}
    for row in (row for row in IDENTIFIED if row["kind"] == "named"):
        form = closed_form(pcf(row))
        assert form is not None and relation_with_constant(form) is not None
        constants.setdefault(row["constant"], set()).add(form.constant)
    assert all(len(names) == 1 for names in constants.values())


def test_a_sign_is_written_without_a_one() -> None:
    found = closed_form(parse_formula("PCF(-n + 2, 3n + 1)"))
    assert found is not None and found.text == "-hyp1f1(1/3, 1, 3)/hyp1f1(4/3, 2, 3)"
