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


@pytest.mark.parametrize(
    "text",
    [
        "a = A n + B; b = C n + D; A, B, C, D in -9..9",
        "a = 2^70 A n + B; b = n + A; A in 1..9, B in 1..9",
    ],
    ids=["box", "long integers"],
)
def test_coefficients_of_any_ranks_are_those_of_their_formulas(text: str) -> None:
    space = read_space("x", text)
    ranks = np.array([5, 3, 70, 5])
    A, B = space.coefficients_of(ranks)
    expected = [space.coefficient_arrays(rank, rank + 1) for rank in ranks.tolist()]
    assert A.tolist() == [a[0].tolist() for a, _ in expected]
    assert B.tolist() == [b[0].tolist() for _, b in expected]
