"""Products of a great many steps by polynomials that hold for many runs: the same map as the exact product."""

from __future__ import annotations

import pytest
from flint import arb, arb_mat, ctx, fmpz
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from catalog.formulas.pcf import PCF, parse_formula
from indexer.mathematics.continued_fractions.convergents import step_matrix
from indexer.mathematics.continued_fractions.limit import limit
from indexer.mathematics.continued_fractions.long_products import LEAST_START, long_product, product_tree

BITS = 300


def image(matrix: arb_mat, value: int) -> arb:
    """What a matrix takes (value, 1) to, as a quotient."""
    x = matrix * arb_mat(2, 1, [value, 1])
    return x[0, 0] / x[1, 0]


def by_runs(formula: PCF, start: int, stop: int, value: int) -> arb:
    """The step back from stop to start by runs, and the exact steps beyond them."""
    matrices, end = long_product(formula, start, stop)
    assert stop - end < 64
    rest = arb_mat(2, 2, [fmpz(int(c)) for c in step_matrix(formula, end, stop)])
    return image(product_tree([*matrices, rest]), value)


def exactly(formula: PCF, start: int, stop: int, value: int) -> arb:
    return image(arb_mat(2, 2, [fmpz(int(c)) for c in step_matrix(formula, start, stop)]), value)


coefficients = st.integers(-(10**6), 10**6)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(coefficients, min_size=1, max_size=4).filter(lambda p: p[-1] != 0),
    st.lists(coefficients, min_size=1, max_size=7).filter(lambda p: p[-1] != 0),
    st.integers(LEAST_START, 10 * LEAST_START),
    st.integers(64, 1500),
    st.integers(1, 10**6),
)
def test_runs_take_a_value_where_the_exact_steps_do(a: list[int], b: list[int], start: int, steps: int, x: int) -> None:
    formula = PCF(tuple(a), tuple(b))
    with ctx.workprec(BITS + 4 * steps):
        found, expected = by_runs(formula, start, start + steps, x), exactly(formula, start, start + steps, x)
        assume(expected.is_finite() and found.is_finite())
        assert found.overlaps(expected)


@pytest.mark.parametrize(
    "text",
    [
        "PCF(956n + 846, -228482n^2 - 935849n - 334302)",
        "PCF(144n^3 + 108n^2 + 330n - 948, -5183n^6 - 545759n^5 + 439660n^4)",
        "PCF(n, -100000n - 50001)",
    ],
)
def test_runs_lose_no_bits_where_the_tail_oscillates(text: str) -> None:
    formula = parse_formula(text)
    with ctx.workprec(BITS):
        found = by_runs(formula, LEAST_START, 6 * LEAST_START, 1)
        expected = exactly(formula, LEAST_START, 6 * LEAST_START, 1)
        assert found.overlaps(expected)
        assert found.rel_accuracy_bits() > BITS - 100


@pytest.mark.parametrize("text", ["PCF(n, -1000000n - 1)", "PCF(n^2 + 3, -100000n^3 + n)", "PCF(7n, -12n^2 + 50000n)"])
@pytest.mark.parametrize("start", [10 * LEAST_START, 40 * LEAST_START])
def test_parts_of_an_octave_take_a_value_where_the_exact_steps_do(text: str, start: int) -> None:
    formula = parse_formula(text)
    with ctx.workprec(BITS):
        found, expected = by_runs(formula, start, start + 20_000, 1), exactly(formula, start, start + 20_000, 1)
        assert found.overlaps(expected)
        assert found.rel_accuracy_bits() > BITS - 100


def test_nearly_equal_real_eigenvalues_cost_no_digit() -> None:
    found = limit(parse_formula("PCF(2000n^2 + 1, -999999n^4 + 5n)"))
    assert found is not None and found.value is not None
    assert (found.bound_kind, found.digits, found.value[:20]) == ("ball", 110, "-207.780642734355760")


def test_a_tail_that_is_regular_after_a_million_steps_gives_all_digits() -> None:
    formula = parse_formula("PCF(110n + 330, -3024n^2 - 980696n + 135424)")
    found = limit(formula)
    assert found is not None
    assert found.value is not None
    assert (found.bound_kind, found.digits, found.value[:20]) == ("ball", 110, "-366.270667108472175")
