"""Buckets: equivalent formulas share them, in numpy and by the kernels, and others seldom do."""

from __future__ import annotations

from itertools import combinations, product

import pytest
from flint import fmpz_poly
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from catalog.formulas.pcf import PCF, parse_formula
from indexer.mathematics.equivalence import curvature
from indexer.mathematics.equivalence.buckets import buckets
from indexer.mathematics.equivalence.curvature import PRIMES, START, traces
from indexer.mathematics.equivalence.decision import no_limit, relate
from indexer.mathematics.kernels.library import Kernels
from tests.helpers.equivalences import companion

COEFFICIENTS = st.lists(st.integers(-9, 9), min_size=1, max_size=5).filter(any).map(tuple)
FORMULAS = st.builds(PCF, COEFFICIENTS, COEFFICIENTS)
ENTRIES = st.lists(st.integers(-2, 2), min_size=1, max_size=2).map(fmpz_poly)


Gaussian = tuple[int, int]


def multiplied(x: Gaussian, y: Gaussian, p: int) -> Gaussian:
    return (x[0] * y[0] - x[1] * y[1]) % p, (x[0] * y[1] + x[1] * y[0]) % p


def value(polynomial: tuple[int, ...], x: Gaussian, p: int) -> Gaussian:
    total = (0, 0)
    for c in reversed(polynomial):
        re, im = multiplied(total, x, p)
        total = (re + c) % p, im
    return total


def trace_and_determinant(formula: PCF, m: int) -> tuple[Gaussian, Gaussian]:
    """Trace and determinant of the product of m steps modulo m, one after another."""

    def both(x: Gaussian, y: Gaussian) -> Gaussian:
        (e, f), (g, h) = multiplied(x, b, m), multiplied(y, a, m)
        return (e + g) % m, (f + h) % m

    p, q, r, s, determinant = (1, 0), (0, 0), (0, 0), (1, 0), (1, 0)
    for n in range(m):
        a, b = (value(polynomial, (n, START), m) for polynomial in (formula.a, formula.b))
        p, q, r, s = q, both(p, q), s, both(r, s)
        determinant = multiplied(determinant, (-b[0] % m, -b[1] % m), m)
    return ((p[0] + s[0]) % m, (p[1] + s[1]) % m), determinant


@settings(max_examples=20, deadline=None)
@given(FORMULAS)
def test_a_trace_is_that_of_the_product_of_all_steps(formula: PCF) -> None:
    (kept,) = traces([formula])
    for found, p in zip(kept, PRIMES, strict=True):
        trace, determinant = trace_and_determinant(formula, p)
        assert (found is None) == (determinant == (0, 0))
        if found is not None:
            assert multiplied(found, determinant, p) == multiplied(trace, trace, p)


@settings(max_examples=40, deadline=None)
@given(st.lists(FORMULAS, min_size=1, max_size=5), st.sampled_from([1, 2, 3]))
def test_the_kernels_give_the_same_traces(kernels: Kernels, formulas: list[PCF], k: int) -> None:
    both = []
    for native in (kernels, None):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(curvature, "kernels", lambda native=native: native)
            both.append(traces(formulas, k))
    assert both[0] == both[1]


@settings(max_examples=60, deadline=None)
@given(FORMULAS, st.tuples(ENTRIES, ENTRIES, ENTRIES, ENTRIES))
def test_formulas_that_are_one_in_two_bases_share_a_bucket(formula: PCF, basis: tuple[fmpz_poly, ...]) -> None:
    assume(bool(basis[0] * basis[3] - basis[1] * basis[2]))
    other = companion(formula, basis)
    assume(other is not None and no_limit(formula) is None and no_limit(other) is None)
    assert other is not None
    found = relate(formula, other).equivalence
    assume(found is not None and found.folds == (1, 1))
    assume(all(None not in kept for kept in traces([formula, other])))  # a factor of b vanishes there
    one, two = buckets([formula, other])
    assert one == two


def test_steps_taken_as_one_have_the_trace_of_the_formula_that_they_make() -> None:
    formula = parse_formula("PCF(n + 25, 3n + 7)")
    double = parse_formula("PCF(8n^3 + 312n^2 + 3764n + 14061, -144n^4 - 3432n^3 - 21676n^2 - 16118n - 2100)")
    found = relate(formula, double).equivalence
    assert found is not None and found.folds == (2, 1)
    assert traces([formula], 2) == traces([double])


def test_other_formulas_of_a_box_seldom_share_a_bucket() -> None:
    every = [
        PCF((x, y, 1), b) for x, y in product(range(-2, 3), repeat=2) for b in product(range(-1, 2), repeat=3) if any(b)
    ]
    formulas = [formula for formula in every if no_limit(formula) is None]
    pairs = [
        pair for pair in combinations(zip(formulas, buckets(formulas), strict=True), 2) if pair[0][1] == pair[1][1]
    ]
    same = sum(relate(first, second).equivalence is not None for (first, _), (second, _) in pairs)
    assert same > 0.5 * len(pairs) > 0
