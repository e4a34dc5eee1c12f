"""Classes and exponents: the counts of the quadratic box, the known rows, exact against measured growth."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from catalog.formulas.pcf import PCF
from indexer.mathematics.continued_fractions.asymptotics import (
    OUTCOMES,
    classify,
    classify_batch,
    double_root_invariants,
    exponents,
    first_zero,
)
from indexer.mathematics.continued_fractions.convergents import convergents
from indexer.mathematics.continued_fractions.metrics import log_error
from indexer.mathematics.continued_fractions.tail import Tail
from tests.helpers.reference import pcf, rows

BOX_COUNTS = {
    "terminates": 178_220,
    "super_exponential": 1_458_160,
    "exponential": 84_000,
    "sub_exponential": 1_946,
    "polynomial": 5_648,
    "logarithmic": 12,
    "diverges": 37_856 + 3_058,
}

small_polynomials = st.lists(st.integers(-5, 5), min_size=1, max_size=3).filter(any)
polynomials = st.lists(st.integers(-(10**6), 10**6), min_size=1, max_size=5).filter(any)


def padded(polynomial: tuple[int, ...], dtype: type) -> np.ndarray:
    return np.array([[*polynomial, 0, 0]], dtype=dtype)


def test_the_quadratic_box_has_the_known_counts():
    triples = np.array([t for t in itertools.product(range(-5, 6), repeat=3) if any(t)])
    a, b = np.repeat(triples, len(triples), axis=0), np.tile(triples, (len(triples), 1))
    counts = np.bincount(classify_batch(a, b), minlength=len(OUTCOMES))
    assert dict(zip(OUTCOMES, counts.tolist(), strict=True)) == BOX_COUNTS


@pytest.mark.parametrize("name", ["limits.jsonl", "identified.jsonl"])
def test_the_reference_rows_have_their_status_and_class(name):
    for row in rows(name):
        verdict = classify(pcf(row))
        expected = "converges" if row["status"] == "converges_to_infinity" else row["status"]
        assert (verdict.status, verdict.convergence_class) == (expected, row["convergence_class"]), row


@given(small_polynomials, small_polynomials)
def test_64_bit_and_big_integer_paths_agree(a, b):
    formula = PCF(tuple(a), tuple(b))
    assert (
        classify_batch(padded(formula.a, np.int64), padded(formula.b, np.int64))
        == classify_batch(padded(formula.a, object), padded(formula.b, object))
    ).all()


@given(polynomials, polynomials, st.integers(1, 50))
def test_mirror_and_inflation_keep_the_class(a, b, factor):
    formula = PCF(tuple(a), tuple(b))
    assert classify(formula).convergence_class == classify(formula.mirror()).convergence_class
    assert classify(formula).convergence_class == classify(formula.inflate(factor)).convergence_class


@given(st.lists(st.integers(-40, 40), min_size=1, max_size=4), st.integers(-9, 9).filter(bool))
def test_first_zero_is_the_least_positive_root(roots, scale):
    b = np.polynomial.polynomial.polyfromroots(roots) * scale
    assert first_zero(tuple(round(c) for c in b)) == min((r for r in roots if r >= 1), default=None)


def test_complex_eigenvalues_diverge_however_deep_one_looks():
    verdict = classify(PCF((-5, 2), (1, -3, -2)))
    assert verdict.status == "diverges" and "oscillate" in (verdict.reason or "")


@given(st.integers(-50, 50), st.integers(1, 20), st.integers(-50, 50), st.integers(-50, 50))
def test_e1_is_kappa_for_degrees_one_and_two(a0, half, b1, b0):
    formula = PCF((a0, 2 * half), (b0, b1, -(half**2)))
    e1, _ = double_root_invariants(formula)
    assert e1 == pytest.approx(a0 / half - 1 + b1 / half**2)


@settings(max_examples=60, deadline=None)
@given(small_polynomials, small_polynomials)
@example([4, -3], [0, -2, -2])
@example([3], [1, 1])
def test_exponents_are_those_of_the_exact_error(a, b):
    """log|error| and log|q_n| between n = 600 and 1200 grow as the exponents say, up to O(n^-1/2)."""
    formula = PCF(tuple(a), tuple(b))
    growth = exponents(formula)
    assume(growth is not None and classify(formula).convergence_class != "logarithmic")
    tail = Tail(formula)
    first, second = convergents(formula, (600, 1200))
    assume(first.q != 0 and second.q != 0 and tail.at(0, 60).denominator != 0)
    assume(not tail.at(0, 60).denominator.contains(0))
    error = log_error(formula, second, tail) - log_error(formula, first, tail)
    predicted = _growth(growth, "convergence", 1200) - _growth(growth, "convergence", 600)
    # the term in 1/n is of the order of beta^2, that in n^(-1/2) of the cube of the one in n^(1/2)
    slack = 0.1 + growth.convergence_beta**2 / 600 + abs(growth.convergence_sqrt) ** 3 / 1000
    assert error == pytest.approx(predicted, abs=slack)
    log_q = float(math.log(abs(int(second.q))) - math.log(abs(int(first.q))))
    assert log_q == pytest.approx(_growth(growth, "q", 1200) - _growth(growth, "q", 600), abs=slack)


def _growth(growth, prefix: str, n: int) -> float:
    eta, gamma, root, beta = (getattr(growth, f"{prefix}_{part}") for part in ("eta", "gamma", "sqrt", "beta"))
    return eta * n * math.log(n) + gamma * n + root * math.sqrt(n) + beta * math.log(n)
