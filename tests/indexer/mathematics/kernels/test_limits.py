"""Enclosures of the kernels against limits of the Python path."""

from __future__ import annotations

import pytest
from flint import arb, ctx, fmpz
from hypothesis import given
from hypothesis import strategies as st

from catalog.formulas.pcf import PCF, parse_formula
from indexer.mathematics.continued_fractions.asymptotics import classify
from indexer.mathematics.continued_fractions.bulk import FAST
from indexer.mathematics.continued_fractions.limit import DEFAULT_DIGITS, bits_wanted, enclosed_limit, limit
from indexer.mathematics.continued_fractions.tail import GUARD_BITS
from indexer.mathematics.kernels.library import Kernels
from indexer.mathematics.kernels.limits import Enclosure, enclosures

COEFFICIENTS = st.lists(st.integers(-9, 9), min_size=3, max_size=3)


def one(kernels: Kernels, formula: PCF, digits: int = DEFAULT_DIGITS) -> Enclosure | None:
    return enclosures(kernels, [formula], digits, bits_wanted(digits) + GUARD_BITS)[0]


@given(COEFFICIENTS, COEFFICIENTS, st.sampled_from([20, 110]))
def test_an_enclosure_is_that_of_the_python_path(kernels: Kernels, a: list[int], b: list[int], digits: int) -> None:
    if not any(a) or not any(b):
        return
    formula = PCF(tuple(a), tuple(b))
    if classify(formula).convergence_class not in FAST:
        return
    found, known = one(kernels, formula, digits), limit(formula, digits)
    if found is None:
        return
    assert known is not None
    assert known.exact is None
    made = enclosed_limit(found, digits)
    assert (made.value, made.digits, made.bound_kind) == (known.value, known.digits, known.bound_kind)
    assert made.error_log10 == pytest.approx(known.error_log10, abs=1e-6)


@pytest.mark.parametrize("text", ["PCF(1, 1)", "PCF(n^2+n+1, -n-1)", "PCF(-3n-2, n^2)", "PCF(6n+3, n^2)"])
def test_an_enclosure_holds_the_limit_to_twice_its_digits(kernels: Kernels, text: str) -> None:
    formula = parse_formula(text)
    found, precise = one(kernels, formula), limit(formula, 3 * DEFAULT_DIGITS)
    assert found is not None
    assert precise is not None
    with ctx.workprec(1_000):
        scaled = abs(precise.ball) * arb(fmpz(1) << found.fraction_bits)
        assert found.low <= scaled <= found.high
    assert found.negative == (precise.ball < 0)


@pytest.mark.parametrize(
    "text",
    [
        "PCF(1, n)",  # too slow
        "PCF(2n+3, -n^2)",  # converges like a power
        "PCF(n^2+n+1, -n^4-n^2)",  # beyond degree 2
        "PCF(3, -2)",  # rational
    ],
)
def test_the_slow_and_the_rational_are_left(kernels: Kernels, text: str) -> None:
    assert one(kernels, parse_formula(text)) is None
