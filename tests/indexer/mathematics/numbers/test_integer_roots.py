from __future__ import annotations

from math import prod

from flint import fmpz_poly
from hypothesis import given
from hypothesis import strategies as st

from indexer.mathematics.numbers.integer_roots import natural_roots

ROOTS = st.lists(st.one_of(st.integers(-40, 40), st.integers(-6_000, 6_000)), max_size=9)
REST = st.lists(st.integers(-30, 30), min_size=1, max_size=5).filter(lambda c: c[-1] != 0 and c[0] != 0)


@given(ROOTS, REST)
def test_the_roots_are_those_of_the_factors(roots: list[int], rest: list[int]) -> None:
    other = fmpz_poly(rest)
    polynomial = prod((fmpz_poly([-root, 1]) for root in roots), start=other)
    natural = {root for root in roots if root >= 0} | {n for n in range(31) if other(n) == 0}
    assert natural_roots(polynomial) == sorted(natural)


def test_a_constant_has_no_roots() -> None:
    assert natural_roots(fmpz_poly([7])) == []
