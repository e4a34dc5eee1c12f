"""Metrics and dynamics against exact arithmetic, and the cases in which a figure is undefined."""

from __future__ import annotations

import math
import sys

import mpmath
import numpy as np
import pytest
from flint import arb, ctx, fmpz
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from benchmarks.dynamics import dynamics
from catalog.formulas.pcf import PCF, parse_formula
from indexer.kinds.pcf.evaluate import evaluate
from indexer.mathematics.continued_fractions.asymptotics import classify, exponents
from indexer.mathematics.continued_fractions.convergents import convergents, polynomial_values, step_matrix
from indexer.mathematics.continued_fractions.limit import limit
from indexer.mathematics.continued_fractions.metrics import METRIC_DEPTH, log_error
from indexer.mathematics.continued_fractions.tail import Tail

small_polynomials = st.lists(st.integers(-5, 5), min_size=1, max_size=3).filter(any)


def exact_delta(formula: PCF, reduced: bool = True) -> float | None:
    """-1 - log|L - p/q|/log|q| from exact p_1000, q_1000 and a limit with enough digits to subtract."""
    growth = exponents(formula)
    last = next(convergents(formula, (METRIC_DEPTH,)))
    n = METRIC_DEPTH
    bits = -(growth.convergence_eta * n * math.log(n) + growth.convergence_gamma * n) / math.log(2) + 2000
    digits = int(bits / 3.3) + 40
    found = limit(formula, digits)
    if found.ball is None or last.q == 0:
        return None
    divisor = last.gcd() if reduced else 1
    with ctx.workprec(int(digits * 3.4) + 200):
        error = abs(found.ball - arb(fmpz(int(last.p))) / arb(fmpz(int(last.q))))
        size = abs(arb(fmpz(int(last.q // divisor))))
        return float(-1 - error.log() / size.log()) if size > 1 else None


@settings(max_examples=20, deadline=None)
@given(small_polynomials, small_polynomials)
@example([1, 2], [0, 0, 1])
@example([6], [1, -4, 4])
def test_delta_agrees_with_exact_convergents(a, b):
    formula = PCF(tuple(a), tuple(b))
    assume(classify(formula).status == "converges")
    found = evaluate(formula)
    assume(found.metrics.delta is not None)
    assert found.metrics.delta == pytest.approx(exact_delta(formula), abs=1e-9)
    assert found.metrics.delta_unreduced == pytest.approx(exact_delta(formula, reduced=False), abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(small_polynomials, small_polynomials), min_size=1, max_size=6))
def test_dynamics_agree_with_exact_arithmetic(coefficients):
    formulas = [PCF(tuple(a), tuple(b)) for a, b in coefficients]
    formulas = [f for f in formulas if classify(f).status == "converges" and limit(f, 20).ball is not None]
    assume(formulas)
    a, b = (np.array([list(getattr(f, side)) + [0] * (3 - len(getattr(f, side))) for f in formulas]) for side in "ab")
    depths = (7, 100, 400)
    found = dynamics(a, b, depths)
    for row, formula in enumerate(formulas):
        for column, exact in enumerate(convergents(formula, depths)):
            if exact.q == 0:
                continue
            log_q = float(mpmath.log(abs(int(exact.q))))
            assert found.log_q[row, column] == pytest.approx(log_q, rel=1e-10, abs=1e-9)
            error = log_error(formula, exact, Tail(formula))
            assert found.log_error[row, column] == pytest.approx(error, rel=1e-9, abs=1e-8)


@given(st.lists(st.integers(-(10**30), 10**30), min_size=1, max_size=6), st.integers(-50, 50), st.integers(0, 40))
def test_polynomial_values_are_exact(coefficients, start, count):
    expected = [sum(c * n**k for k, c in enumerate(coefficients)) for n in range(start, start + count)]
    assert polynomial_values(tuple(coefficients), start, start + count) == expected


@given(small_polynomials, small_polynomials, st.integers(0, 9), st.integers(0, 150))
def test_step_matrices_multiply_to_the_convergents(a, b, start, steps):
    formula = PCF(tuple(a), tuple(b))
    first, second = step_matrix(formula, 0, start + 1), step_matrix(formula, start + 1, start + steps + 1)
    whole = step_matrix(formula, 0, start + steps + 1)
    assert whole[0] == first[0] * second[0] + first[1] * second[2]
    last = next(convergents(formula, (start + steps,)))
    assert (whole[0], whole[2]) == (last.p, last.q)


@settings(max_examples=30)
@given(small_polynomials, small_polynomials)
def test_convergents_keep_their_determinant(a, b):
    formula = PCF(tuple(a), tuple(b))
    at = next(convergents(formula, (30,)))
    product = math.prod(polynomial_values(formula.b, 1, 31))
    assert at.p * at.q_before - at.p_before * at.q == -product  # (-1)^(n-1) b_1 ... b_n (-1)^n
    assume(at.gcd() != 0)  # both are 0 beyond a termination
    assert at.p % at.gcd() == 0 and at.q % at.gcd() == 0


@pytest.mark.parametrize(
    "text", ["PCF(2n - 2500, 4)", "PCF(n - 7785, 8)", "PCF(10n - 14025, 16n^2 + 231136n + 743545164)"]
)
def test_delta_where_the_tail_is_regular_only_later(text):
    """q_n x_{n+1} + b_{n+1} q_{n-1} cancels to thousands of bits there."""
    formula = parse_formula(text)
    assert evaluate(formula, 20).metrics.delta == pytest.approx(exact_delta(formula), abs=1e-9)


def test_factorial_reduction_of_known_formulas():
    assert evaluate(parse_formula("PCF(2n + 1, n^2)")).metrics.factorial_reduction == "yes"
    assert evaluate(parse_formula("PCF(34n^3 + 51n^2 + 27n + 5, -n^6)")).metrics.factorial_reduction == "yes"
    assert evaluate(parse_formula("PCF(n + 1, n)")).metrics.factorial_reduction == "no"
    assert evaluate(parse_formula("PCF(5n + 2, n^2 + n + 1)")).metrics.factorial_reduction == "no"


def test_apery_shows_its_irrationality_measure():
    """Apery: delta of zeta(3) tends to (log(alpha) - 3)/(log(alpha) + 3), alpha = (1 + sqrt 2)^4."""
    figures = evaluate(parse_formula("PCF(34n^3 + 51n^2 + 27n + 5, -n^6)")).metrics
    log_alpha = 4 * math.log(1 + math.sqrt(2))
    expected = (log_alpha - 3) / (log_alpha + 3)
    assert figures.delta == pytest.approx(expected, abs=0.01)
    assert figures.delta_predicted == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize(
    ("text", "field", "reason"),
    [
        ("PCF(2, -1)", "delta", "rational"),
        ("PCF(n - 1, n - 2)", "q_eta", "terminates"),
        ("PCF(1, -n^2)", "q_eta", "diverges"),
    ],
)
def test_undefined_figures_are_none_with_a_reason(text, field, reason):
    figures = evaluate(parse_formula(text)).metrics
    assert getattr(figures, field) is None and reason in figures.reason


def test_convergents_too_long_for_a_gcd_are_refused_with_the_reason():
    figures = evaluate(PCF((3, 7**8000), (1, 11**4000)), 20).metrics
    assert figures.delta is None and "too long" in figures.reason and figures.q_eta == 1


@pytest.mark.slow
def test_delta_agrees_with_ramanujantools():
    pytest.importorskip("ramanujantools")
    sys.set_int_max_str_digits(0)
    from ramanujantools import pcf as other
    from sympy.abc import n

    for text, a, b in [
        ("PCF(2n + 1, n^2)", 2 * n + 1, n**2),
        ("PCF(n + 3, -n)", n + 3, -n),
        ("PCF(3n + 2, n + 1)", 3 * n + 2, n + 1),
    ]:
        figures = evaluate(parse_formula(text)).metrics
        value = limit(parse_formula(text), 12_000).value
        with mpmath.workdps(12_100):
            assert figures.delta == pytest.approx(float(other.PCF(a, b).delta(1000, mpmath.mpf(value))), abs=1e-6)


def test_the_growth_of_the_gcd_is_null_where_it_is_undetermined() -> None:
    """No clear majority of the primes counted: a mean over them would be a figure that nothing stands behind."""
    found = evaluate(parse_formula("PCF(-2n + 2, 3n^4 + 3n^3 - 2n^2 - 2n - 3)")).metrics
    assert found.factorial_reduction == "undetermined"
    assert found.delta is not None
    derived = (found.gcd_eta, found.gcd_gamma, found.q_reduced_eta, found.q_reduced_gamma, found.delta_predicted)
    assert derived == (None,) * 5
    assert found.reason is not None
    assert found.reason.startswith("growth of the gcd is undetermined")


def test_an_error_lost_in_cancellation_is_the_difference_of_limit_and_convergent() -> None:
    """x_1001 is known to 26 bits only, of which none is left in q x + b q_before; the closed form gives the limit."""
    found = evaluate(parse_formula("PCF(400n + 104, -40000n^2 + 19201n - 2)")).metrics
    assert found.delta == pytest.approx(-1.0000349239, abs=1e-9)


@given(st.lists(st.integers(-(10**15), 10**15), min_size=1, max_size=8), st.integers(-1000, 10**7), st.integers(0, 100))
def test_values_by_differences_are_those_of_the_polynomial(coefficients: list[int], start: int, count: int) -> None:
    expected = [sum(c * n**k for k, c in enumerate(coefficients)) for n in range(start, start + count)]
    assert polynomial_values(tuple(coefficients), start, start + count) == expected
