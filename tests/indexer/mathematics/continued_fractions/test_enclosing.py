"""Tails enclosed by their truncated series: the bounds hold, and slow limits are enclosures."""

from __future__ import annotations

import pytest
from flint import arb, ctx
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from catalog.constants.evaluation import evaluate as constant
from catalog.errors import TooDeepError
from catalog.formulas.pcf import PCF, parse_formula
from indexer.kinds.pcf.evaluate import evaluate
from indexer.mathematics.continued_fractions.asymptotics import classify
from indexer.mathematics.continued_fractions.enclosing import enclosed
from indexer.mathematics.continued_fractions.limit import limit
from indexer.mathematics.continued_fractions.series import TailSeries
from indexer.mathematics.continued_fractions.tail import Tail

BITS = 200

small = st.integers(-9, 9)


@st.composite
def slow_formulas(draw: st.DrawFn) -> PCF:
    """A formula whose tail's series is in powers of 1/n, at a double root, with 2 deg a = deg b - 2, or exponential."""
    degree = draw(st.integers(1, 3))
    a = [*(draw(small) for _ in range(degree)), draw(st.integers(1, 4))]
    match draw(st.sampled_from(("double", "polynomial", "exponential"))):
        case "double":
            a[-1] *= 2
            b = [draw(small) for _ in range(2 * degree)] + [-((a[-1] // 2) ** 2)]
        case "polynomial":
            b = [draw(small) for _ in range(2 * degree + 2)] + [draw(st.integers(1, 9))]
        case _:
            b = [draw(small) for _ in range(2 * degree)] + [draw(st.integers(-2, 9).filter(bool))]
    return PCF(tuple(a), tuple(b))


@settings(max_examples=150, deadline=None)
@given(slow_formulas())
def test_the_bounds_hold_one_step_back_and_far_out(formula: PCF) -> None:
    """What encloses x_n and x_m, m > n, each by itself, must agree when the second is stepped back to n."""
    assume(classify(formula).status == "converges")
    try:
        start = Tail(formula).regular_from
    except TooDeepError:
        return
    assume(start < 5_000)
    with ctx.workprec(2 * BITS):
        series = TailSeries(formula, BITS)
        n = max(start, 40)
        near, far = enclosed(formula, series, n), enclosed(formula, series, 2 * n)
        assume(near is not None and far is not None)
        assert near is not None
        assert far is not None
        value = far[0].union(far[1])
        for k in range(2 * n - 1, n - 1, -1):
            value = formula.a_at(k) + formula.b_at(k + 1) / value
        assert not near[0] > near[1]
        assert value.overlaps(near[0].union(near[1]))


@pytest.mark.parametrize(
    ("formula", "expression"),
    [
        ("PCF(6, 4n^2 - 4n + 1)", "3 + pi"),
        ("PCF(2n^3 + 3n^2 + 3n + 1, -n^6)", "1/zeta(3)"),
        ("PCF(1, n^2)", "1/log(2)"),
        ("PCF(3n^2 + 3n + 1, -2n^4)", "1/(2*catalan)"),
    ],
)
def test_slow_limits_are_enclosed_and_true(formula: str, expression: str) -> None:
    found = limit(parse_formula(formula), 60)
    assert found is not None
    assert found.ball is not None
    assert found.bound_kind == "ball"
    with ctx.workprec(500):
        value = constant(expression, 400)
    assert found.ball.overlaps(value)


@pytest.mark.parametrize(
    "text",
    [
        "PCF(n^2 + n + 1, n^6 + 3)",
        "PCF(2n^2 + 2n + 1, -n^4 - 1)",
        "PCF(n, 3n^4 + n + 1)",
        "PCF(4n^3 + n, -4n^6 - n^2)",
    ],
)
def test_slow_limits_without_a_closed_form_are_enclosures(text: str) -> None:
    found = evaluate(parse_formula(text))
    if found.status == "converges":
        assert found.limit is not None
        assert (found.limit.digits, found.limit.bound_kind) == (110, "ball")


def test_an_enclosure_is_not_wider_than_its_terms() -> None:
    formula = PCF((6,), (1, -4, 4))
    with ctx.workprec(600):
        series = TailSeries(formula, 400)
        for bits in (60, 200, 350):
            ends = enclosed(formula, series, 2000, bits)
            assert ends is not None
            assert (ends[1] - ends[0]) / ends[0] < arb(2) ** -bits
