"""Figures of the kernels against exact convergents."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.formulas.pcf import PCF, parse_formula
from indexer.mathematics.continued_fractions.asymptotics import classify
from indexer.mathematics.continued_fractions.convergents import Convergent, convergents, log_abs
from indexer.mathematics.kernels.gcds import GCD_DEPTHS, Figures, figures
from indexer.mathematics.kernels.library import VARIANTS, Kernels

CLOSE = 1e-9

COEFFICIENTS = st.lists(st.integers(-15, 15), min_size=3, max_size=3)


def exact(formula: PCF) -> list[Convergent]:
    return list(convergents(formula, GCD_DEPTHS))


def one(kernels: Kernels, formula: PCF) -> Figures | None:
    return figures(kernels, [formula])[0]


def assert_exact(found: Figures, formula: PCF) -> None:
    sampled = exact(formula)
    assert found.log_gcds == pytest.approx([log_abs(c.gcd()) for c in sampled], abs=CLOSE, rel=CLOSE)
    assert found.log_q == pytest.approx(log_abs(sampled[-1].q), rel=CLOSE)
    assert found.ratio == pytest.approx(float(sampled[-1].q_before / sampled[-1].q), rel=CLOSE)


@given(COEFFICIENTS, COEFFICIENTS)
def test_figures_are_those_of_exact_convergents(kernels: Kernels, a: list[int], b: list[int]) -> None:
    if not any(a) or not any(b):
        return
    formula = PCF(tuple(a), tuple(b))
    if classify(formula).status != "converges":
        return
    found = one(kernels, formula)
    if found is not None:
        assert_exact(found, formula)


@pytest.mark.parametrize(
    "text",
    [
        "PCF(2n+1, n^2)",  # all of n! divides
        "PCF(1, n)",
        "PCF(7, -1)",  # nothing divides
        "PCF(2n^2+5n+2, 2n^2-4n+1)",
        "PCF(n^2+n, 64)",  # one small prime, to high powers
        "PCF(15n^2-15n+15, 15n^2+15n+15)",
    ],
)
def test_some_are_settled(kernels: Kernels, text: str) -> None:
    formula = parse_formula(text)
    found = one(kernels, formula)
    assert found is not None
    assert_exact(found, formula)


def test_a_zero_convergent_is_left_to_exact_integers(kernels: Kernels) -> None:
    formula = parse_formula("PCF(1, -1)")  # q_n = 1, 1, 0, -1, -1, 0, ...
    assert [c.q for c in exact(formula)][1] == 0
    assert one(kernels, formula) is None


@pytest.mark.parametrize("text", ["PCF(n^3+1, n)", "PCF(17n^2, n)", "PCF(n, n^4)"])
def test_what_is_out_of_reach_is_left(kernels: Kernels, text: str) -> None:
    assert one(kernels, parse_formula(text)) is None


def test_formulas_of_several_numerators_keep_their_order(kernels: Kernels) -> None:
    formulas = [PCF((k, 2, 1), (1, k % 3, 1)) for k in range(1, 12)]
    for formula, found in zip(formulas, figures(kernels, formulas), strict=True):
        assert found is not None
        assert_exact(found, formula)


def test_all_variants_say_the_same(kernels: Kernels) -> None:
    formulas = [PCF((k, 3, 2), (k % 5 + 1, 2, 3)) for k in range(1, 20)]
    variants = range(1, kernels.variant + 1)
    assert set(variants) <= set(VARIANTS)
    found = [figures(replace(kernels, variant=variant), formulas) for variant in variants]
    assert all(other == found[0] for other in found)
