"""Maps between recurrences: what the kernels settle is what exact integers find."""

from __future__ import annotations

import pytest
from flint import fmpz_poly
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.formulas.pcf import PCF, parse_formula
from indexer.mathematics.continued_fractions.asymptotics import classify
from indexer.mathematics.equivalence import solving
from indexer.mathematics.equivalence.gauge import gauge
from indexer.mathematics.equivalence.matrices import fold
from indexer.mathematics.kernels.library import Kernels
from indexer.mathematics.kernels.maps import PRIME, map_modulo
from tests.helpers.equivalences import companion

COEFFICIENTS = st.lists(st.integers(-5, 5), min_size=1, max_size=3).filter(any).map(tuple)

FORMULAS = st.builds(PCF, COEFFICIENTS, COEFFICIENTS).filter(lambda formula: classify(formula).status == "converges")

ENTRIES = st.lists(st.integers(-3, 3), min_size=1, max_size=2).map(fmpz_poly)


def both(
    monkeypatch: pytest.MonkeyPatch, kernels: Kernels, first: PCF, second: PCF, folds: tuple[int, int] = (1, 1)
) -> tuple[object, object]:
    """V by the kernels, where they settle it, and by exact integers."""
    found = gauge(first, second, folds)
    if found is None or max(found.bounds) < 0:
        return None, None
    steps = fold(first, folds[0]), fold(second, folds[1])
    answers = []
    for native in (kernels, None):
        monkeypatch.setattr(solving, "kernels", lambda native=native: native)
        answers.append(solving.solve(*steps, found))
    return answers[0], answers[1]


@settings(max_examples=150, deadline=None)
@given(FORMULAS, st.tuples(ENTRIES, ENTRIES, ENTRIES, ENTRIES))
def test_a_map_is_that_of_exact_integers(
    kernels: Kernels, formula: PCF, V: tuple[fmpz_poly, fmpz_poly, fmpz_poly, fmpz_poly]
) -> None:
    other = companion(formula, V) if V[0] * V[3] != V[1] * V[2] else None
    if other is None or classify(other).status != "converges":
        return
    with pytest.MonkeyPatch.context() as monkeypatch:
        found, expected = both(monkeypatch, kernels, formula, other)
    assert found == expected
    assert found is not None


@settings(max_examples=150, deadline=None)
@given(FORMULAS, FORMULAS)
def test_what_has_no_map_by_exact_integers_has_none_by_the_kernels(kernels: Kernels, first: PCF, second: PCF) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch:
        found, expected = both(monkeypatch, kernels, first, second)
    assert found == expected


@pytest.mark.parametrize("shift", [1, 7, 30])
def test_far_shifts_whose_numbers_are_too_large_are_left_to_exact_integers(
    monkeypatch: pytest.MonkeyPatch, kernels: Kernels, shift: int
) -> None:
    formula = parse_formula("PCF(3n+2, n^2+5n-3)")
    found, expected = both(monkeypatch, kernels, formula, formula.shift(shift))
    assert found == expected is not None


def test_a_contraction_has_the_map_of_exact_integers(monkeypatch: pytest.MonkeyPatch, kernels: Kernels) -> None:
    first, second = parse_formula("PCF(2, (2n-1)^2)"), parse_formula("PCF(8n+6, -(2n-1)(2n+1)(4n-1)^2)")
    found, expected = both(monkeypatch, kernels, first, second, (2, 1))
    assert found == expected


def test_too_many_values_or_a_divisor_that_vanishes_are_not_settled(kernels: Kernels) -> None:
    identity = [[], [1], [1], [1]]
    polynomials = [*identity, *identity, [1], [1], [1]]
    assert map_modulo(kernels, polynomials, 1, (400, 1, 1, 1), 3) is None
    polynomials[9] = [PRIME - 2, 1]
    assert map_modulo(kernels, polynomials, 1, (1, 1, 1, 1), 3) is None
