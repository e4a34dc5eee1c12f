"""Outcomes of the formulas of a space: counted, and estimated with bounds that hold."""

from __future__ import annotations

import numpy as np
import pytest

from indexer.sources.outcomes import count_outcomes, estimate_outcomes
from indexer.sources.registry import QUADRATIC_5, read_space

SMALL = read_space("small", "a = A1 n + A0; b = B1 n + B0; A*, B* in -9..9")


def test_the_bounds_of_an_estimate_hold_the_true_numbers() -> None:
    exact = count_outcomes(SMALL)
    found = estimate_outcomes(SMALL, sample=20_000)
    assert list(found) == list(exact)
    for outcome, count in exact.items():
        estimate = found[outcome]
        assert estimate.low <= count <= estimate.high, outcome
        assert estimate.low <= estimate.formulas <= estimate.high
        assert estimate.error == max(estimate.high - estimate.formulas, estimate.formulas - estimate.low)


def test_what_was_not_drawn_has_an_upper_bound() -> None:
    estimate = estimate_outcomes(SMALL, sample=1_000)["logarithmic"]
    assert (estimate.formulas, estimate.low) == (0, 0)
    assert estimate.high == round(SMALL.size * 1.959963984540054**2 / (1_000 + 1.959963984540054**2))


def test_progress_counts_the_ranks() -> None:
    said: list[int] = []
    count_outcomes(QUADRATIC_5, said.append)
    assert said == [*range(200_000, QUADRATIC_5.size, 200_000), QUADRATIC_5.size]


@pytest.mark.parametrize("template", ["A* n^2 + B n + C", "2^70 A n + B"], ids=["box", "long integers"])
def test_coefficients_of_any_ranks_are_those_of_their_formulas(template: str) -> None:
    text = f"a = {template.replace('A*', 'A')}; b = n + A; A in 1..9, B in 1..9" + (
        ", C in 1..9" if "C" in template else ""
    )
    space = read_space("x", text)
    ranks = np.array([5, 3, 70, 5])
    A, B = space.coefficients_of(ranks)
    for a, b, rank in zip(A.tolist(), B.tolist(), ranks.tolist(), strict=True):
        formula = space.formula_at(rank)
        assert formula is not None
        assert (tuple(a), tuple(b)) == (formula.a, formula.b)
