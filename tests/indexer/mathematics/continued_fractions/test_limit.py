"""Limits: the known rows, the laws they obey, the traps, bad cases in bounded time."""

from __future__ import annotations

import json
import os
from fractions import Fraction
from math import lcm
from pathlib import Path

import mpmath
import pytest
from flint import arb, ctx, fmpz_poly
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from catalog.errors import TooDeepError
from catalog.formulas.pcf import PCF, parse_formula
from indexer.contract.objects import formula_object
from indexer.kinds.pcf.evaluate import evaluate
from indexer.mathematics.continued_fractions.asymptotics import classify
from indexer.mathematics.continued_fractions.brackets import positive_from
from indexer.mathematics.continued_fractions.contraction import log2_contraction
from indexer.mathematics.continued_fractions.convergents import convergents
from indexer.mathematics.continued_fractions.limit import limit
from indexer.mathematics.continued_fractions.rational_tail import exact_limit
from indexer.mathematics.continued_fractions.tail import Tail
from indexer.mathematics.continued_fractions.terminating import enclosed
from indexer.pipeline.batch import Batch
from indexer.pipeline.compute import compute
from tests.helpers.reference import pcf, rows

REFERENCE_DIGITS = 100

INFINITE_BY_EQUIVALENCE = "PCF(280n^3+460n^2-340n-520, 47628n^6+13608n^5-117720n^4-114480n^3-33588n^2-2808n)"
"""Equivalent to PCF(20n + 10, 243n^2 - 27) = 15, by a map with a pole there."""

small_polynomials = st.lists(st.integers(-5, 5), min_size=1, max_size=3).filter(any)
wide_polynomials = st.lists(st.integers(-(10**6), 10**6), min_size=1, max_size=4).filter(any)


def close(value: str, reference: str, digits: int = REFERENCE_DIGITS) -> bool:
    with mpmath.workdps(digits + 20):
        expected = mpmath.mpf(reference)
        return bool(abs(mpmath.mpf(value) - expected) <= mpmath.mpf(10) ** (2 - digits) * max(1, abs(expected)))


@pytest.mark.parametrize("row", rows("limits.jsonl"), ids=lambda row: f"{row['a']}{row['b']}")
def test_reference_limits(row):
    found = limit(pcf(row))
    if row["limit"] is None:
        assert found is None
    else:
        assert found is not None and found.digits >= 110
        assert close(found.value, row["limit"])


@pytest.mark.parametrize("row", rows("classics.json"), ids=lambda row: row["limit"])
def test_classics(row):
    found = limit(pcf(row))
    with mpmath.workdps(130):
        names = {name: getattr(mpmath, name) for name in dir(mpmath) if not name.startswith("_")}
        expected = mpmath.nstr(mpmath.mpf(1) * eval(row["mpmath"], names), 125)
    assert close(found.value, expected, 110)


def test_rational_and_infinite_limits_are_proved():
    for row in rows("identified.jsonl"):
        if row["kind"] == "rational":
            assert limit(pcf(row)).exact == Fraction(row["value"]), row
        elif row["kind"] == "infinite":
            assert limit(pcf(row)).infinite, row


ARXIV = Path(os.environ.get("FORMULARY_REFERENCE", "reference")) / "arxiv_pi.jsonl"


@pytest.mark.parametrize(
    ("text", "exact"),
    [
        ("PCF(2n + 1, -n^2)", Fraction(0)),
        ("PCF(2, -1)", Fraction(1)),
        ("PCF(n^2 + 2n, -2n^2 - 3n - 3)", None),
        ("PCF(2, n - 3)", Fraction(2, 3)),
    ],
)
def test_traps(text, exact):
    found = limit(parse_formula(text))
    assert found.exact == exact
    if exact is None:
        assert found.value.startswith("-181247.68")


def test_termination_with_q_zero_is_infinite():
    assert limit(parse_formula("PCF(n - 1, n - 2)")).infinite


@pytest.mark.parametrize("digits", [1, 15, 110, 500])
@pytest.mark.parametrize("text", ["PCF(2n + 1, n^2)", "PCF(1, n)", "PCF(6, (2n - 1)^2)", "PCF(n^2 + 1, n)"])
def test_digits_asked_for_are_delivered(text, digits):
    found = limit(parse_formula(text), digits)
    longer = limit(parse_formula(text), digits + 30)
    assert found.digits == digits
    with mpmath.workdps(digits + 40):
        error = abs(mpmath.mpf(found.value) - mpmath.mpf(longer.value)) / abs(mpmath.mpf(longer.value))
        assert error <= mpmath.mpf(10) ** (1 - digits) / 2 * (1 + mpmath.mpf(10) ** -20)


@settings(max_examples=80, deadline=None)
@given(small_polynomials, small_polynomials)
def test_limit_agrees_with_its_own_first_step(a, b):
    """L = a_0 + b_1/L', with L' the limit of the formula shifted by one."""
    formula = PCF(tuple(a), tuple(b))
    assume(classify(formula).status == "converges" and formula.b_at(1) != 0)
    assume(classify(formula.shift()).status == "converges")
    whole, rest = limit(formula, 60), limit(formula.shift(), 60)
    assume(whole.ball is not None and rest.ball is not None and 0 not in rest.ball)
    with ctx.workprec(300):
        assert whole.ball.overlaps(formula.a_at(0) + formula.b_at(1) / rest.ball)


@settings(max_examples=60, deadline=None)
@given(wide_polynomials, wide_polynomials, st.integers(2, 30))
def test_mirror_and_inflation_move_the_limit_as_they_should(a, b, factor):
    formula = PCF(tuple(a), tuple(b))
    assume(classify(formula).status == "converges")
    found = limit(formula, 40)
    assume(found.ball is not None)
    with ctx.workprec(200):
        assert (-found.ball).overlaps(limit(formula.mirror(), 40).ball)
        assert (factor * found.ball).overlaps(limit(formula.inflate(factor), 40).ball)


@settings(max_examples=60, deadline=None)
@given(wide_polynomials, wide_polynomials)
def test_fast_limits_agree_with_exact_convergents(a, b):
    formula = PCF(tuple(a), tuple(b))
    assume(classify(formula).convergence_class == "super_exponential")
    found = limit(formula, 30)
    assume(found.ball is not None)
    deep = next(convergents(formula, (3000,)))
    assume(deep.q != 0)
    assume(float(sum(log2_contraction(Tail(formula).formula, 1, 2900))) < -250)
    with ctx.workprec(200):
        exact = arb(int(deep.p)) / arb(int(deep.q))
        assert abs(exact - found.ball) < abs(found.ball) * arb(10) ** -29


@settings(max_examples=40, deadline=None)
@given(small_polynomials, small_polynomials)
def test_an_enclosure_holds_the_deeper_value(a, b):
    formula = PCF(tuple(a), tuple(b))
    assume(classify(formula).status == "converges")
    coarse, fine = limit(formula, 20), limit(formula, 90)
    assume(coarse.ball is not None and coarse.exact is None)
    assert coarse.ball.contains(fine.ball)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 10**4), st.integers(0, 10**4), st.integers(1, 50))
def test_large_roots_shift_the_depth_not_the_digits(scale, root, constant):
    """b = (n + root)^2 with a constant: polynomial convergence with an irregular start."""
    found = limit(PCF((constant,), (root**2, 2 * root, 1)), 50)
    again = limit(PCF((constant,), (root**2, 2 * root, 1)), 70)
    assert found.digits == 50 and found.ball.overlaps(again.ball)


def test_a_tail_regular_too_late_is_undetermined_with_the_reason():
    found = limit(PCF((1,), (10**30, -(10**15) * 3, 1)))
    assert found.value is None and "regular" in found.reason


@pytest.mark.parametrize(
    "text", ["PCF(2000000n + 7, -999999999999n^2 + 3)", "PCF(n - 10000000, n + 3)", "PCF(n - 100000000, 3)"]
)
def test_a_tail_regular_too_late_is_had_by_the_closed_form(text):
    formula = parse_formula(text)
    found = evaluate(formula, 30)
    assert found.limit.digits == 30 and found.limit.bound_kind == "ball" and found.closed_form_digits is None
    step = limit(formula.shift(1), 30)
    assert found.limit.ball.overlaps(formula.a[0] + formula.b_at(1) / step.ball)


def test_termination_too_late_is_refused_with_the_reason():
    found = limit(PCF((1,), (-(10**12), 1)))
    assert found.value is None and "terminates at n = 1000000000000" in found.reason


@given(st.lists(st.integers(-1000, 1000), min_size=1, max_size=5), st.integers(1, 9))
def test_positive_from_is_positive_from_there_on(low, lead):
    polynomial = fmpz_poly([*low, lead])
    start = positive_from(tuple(int(c) for c in polynomial))
    assert all(polynomial(start + k) > 0 for k in (0, 1, 2, 10, 1000))


def test_positive_from_refuses_a_root_beyond_reach():
    with pytest.raises(TooDeepError, match="regular only beyond"):
        positive_from((-(10**9), 1))


def test_the_rational_tail_of_a_known_formula():
    assert exact_limit(parse_formula("PCF(2n + 1, -n^2)")) == (0, 1)
    assert exact_limit(parse_formula("PCF(2n + 1, n^2)")) is None


@pytest.mark.slow
def test_formulas_for_pi_from_the_literature():
    if not ARXIV.exists():
        pytest.skip("the data set is not here")
    for line in ARXIV.read_text().splitlines():
        row = json.loads(line)
        found = limit(pcf(row))
        with mpmath.workdps(140):
            expected = eval(row["limit"].replace("/", "*mpf(1)/"), {"pi": mpmath.mp.pi, "mpf": mpmath.mpf})
            assert found.digits == 110 and close(found.value, mpmath.nstr(expected, 130), 110), row


@pytest.mark.parametrize("centre", [20, 60])
def test_rational_tails_of_high_degree_are_found(centre):
    """By residues and reconstruction; the closed form, another way, gives the same fraction."""
    formula = PCF((-centre, 1), (centre + 1, 1))
    found = limit(formula)
    assert found.exact is not None and exact_limit(formula) == (found.exact.numerator, found.exact.denominator)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("PCF(n, -12n)", Fraction(0)),
        ("PCF(n + 3, -100000n)", Fraction(0)),
        ("PCF(n, -10000000n)", Fraction(0)),
        ("PCF(n, -40000n - 40000)", Fraction(-40000)),
        ("PCF(n, -31000n - 62000)", Fraction(124000, 30998)),
        ("PCF(n - 40002, 2n^2 + 40000n)", Fraction(0)),
    ],
)
def test_a_limit_between_poles_is_exact_however_far_they_are(text, value):
    assert limit(parse_formula(text)).exact == value


def test_both_ends_of_a_wide_bracket_are_stepped_back():
    assert limit(parse_formula("PCF(47, (n + 956)^2)"), 50).digits == 50


def test_a_rational_limit_of_thousands_of_digits_is_exact_and_prints():
    found = limit(PCF((-4500, 1), (4501, 1)))
    assert found.exact is not None and found.exact.denominator.bit_length() > 4300 * 4
    assert len(found.exact_text) > 2 * 4300
    with ctx.workprec(500):
        value = Tail(PCF((-4500, 1), (4501, 1))).at(0, 400)
        assert (value.numerator / value.denominator).overlaps(found.ball)


@pytest.mark.parametrize("text", ["PCF(1, n - 20000)", "PCF(n + 1, n^2 - 400000000)", "PCF(n - 9, (n - 20000)(n + 5))"])
def test_a_far_termination_is_enclosed(text):
    formula = parse_formula(text)
    exactly = limit(formula, 60)
    assert exactly.exact is not None
    found = enclosed(formula, 20_000, 250)
    assert found.rel_accuracy_bits() >= 250 and found.overlaps(exactly.ball)


@pytest.mark.slow
def test_a_termination_too_far_for_its_fraction_has_decimals():
    found = limit(parse_formula("PCF(n + 1, n - 300000)"))
    assert found.exact is None and found.digits == 110 and found.bound_kind == "ball"


@pytest.mark.slow
def test_more_digits_than_can_be_had_give_no_fewer_than_a_smaller_request():
    """At high precision fewer steps are affordable: then the value is had at a lower one."""
    formula = parse_formula("PCF(1000n^2 + 1, -249999n^4 + 1)")
    assert limit(formula, 2000).digits >= 250


def test_exact_limits_of_any_length_become_rows_and_json():
    done = compute(PCF((-4500, 1), (4501, 1)), 20, identified=True)
    assert Batch.of([done]).rows is not None
    shown = formula_object(done.evaluation, done.identification)
    assert len(shown["limit"]["exact"]) > 2 * 4300 and len(shown["relations"][0]["polynomial"][0]) > 4300


def test_a_limit_that_is_infinite_to_thousands_of_digits_is_not_said_to_converge_slowly() -> None:
    found = limit(parse_formula(INFINITE_BY_EQUIVALENCE))
    assert found is not None
    assert str(found.reason).startswith("its limit may be zero or infinite, unproved: infinite to ")


def test_a_limit_that_an_equivalence_takes_to_infinity_is_infinite_and_its_shift_zero() -> None:
    formula = parse_formula(INFINITE_BY_EQUIVALENCE)
    found, shifted = evaluate(formula), evaluate(formula.shift(1))
    assert (found.status, found.limit and found.limit.value) == ("converges_to_infinity", "inf")
    assert shifted.limit is not None
    assert shifted.limit.exact == 0


def _tetrahedral(t: Fraction) -> PCF:
    """Return a formula for a quotient of 2F1(1/4, -1/12; 2/3; z(t)), algebraic of tetrahedral type and rational here.

    2F1(1/4, -1/12; 2/3; t (t + 4)^3/(4 (2t - 1)^3)) = (1 - 2t)^(-1/4): R. Vidunas, Darboux evaluations (2013).
    """
    z = t * (t + 4) ** 3 / (4 * (2 * t - 1) ** 3)
    al, be, g = Fraction(11, 12), Fraction(5, 4), Fraction(5, 3)
    a = [g - 1 - (al + be - 1) * z, 1 - 2 * z]
    b = [z * (1 - z) * c for c in ((1 - al) * (1 - be), al + be - 2, 1)]
    size = lcm(*(c.denominator for c in (*a, *b)))
    return PCF(tuple(int(c * size) for c in a), tuple(int(c * size**2) for c in b)).canonical()[0]


@pytest.mark.parametrize("t", [Fraction(1, 10), Fraction(1, 5), Fraction(1, 3)])
def test_a_limit_that_looks_rational_unproved_has_no_delta(t: Fraction) -> None:
    found = evaluate(_tetrahedral(t))
    assert found.limit is not None
    assert (found.limit.exact, found.limit.value and set(found.limit.value.partition(".")[2])) == (None, {"0"})
    assert (found.metrics.delta, found.metrics.delta_predicted) == (None, None)
    assert found.metrics.reason == "the limit looks rational, unproved: delta is left out"
