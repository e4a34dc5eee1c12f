from __future__ import annotations

import random
from itertools import product

import numpy as np
import pytest
from flint import arb, ctx, fmpq, fmpz_poly
from gmpy2 import mpq
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from catalog.formulas.pcf import PCF, parse_formula
from indexer.kinds.pcf.recurrence_vector import counterpart
from indexer.kinds.pcf.vector import MAX_LOG, _log_of_surd, neighbour_vector, neighbour_vectors, vectors_of
from indexer.kinds.vectors import DIMENSION
from indexer.mathematics.closed_forms.equation import equation
from indexer.mathematics.closed_forms.normal_form import normal_form
from indexer.mathematics.equivalence.curvature import traces
from indexer.mathematics.equivalence.decision import no_limit, relate
from indexer.mathematics.equivalence.invariants import invariants
from indexer.mathematics.numbers.surds import Surd
from tests.helpers.equivalences import companion
from tests.helpers.reference import pcf, rows

ROUNDING = 1e-3


def formulas(size: int, degree: int) -> st.SearchStrategy[PCF]:
    polynomial = st.lists(st.integers(-size, size), min_size=1, max_size=degree + 1).filter(any).map(tuple)
    return st.builds(PCF, polynomial, polynomial)


def distance(first: PCF, second: PCF) -> float:
    return float(np.abs(neighbour_vector(first) - neighbour_vector(second)).max())


@given(formulas(30, 2), st.integers(1, 4), st.sampled_from([-3, 2, 10]))
@settings(max_examples=200, deadline=None)
def test_mirrors_inflations_and_shifts_fall_on_one_point(formula: PCF, steps: int, c: int) -> None:
    assume((equation(formula) is None) == (equation(formula.shift(steps)) is None))  # shifts may end a termination
    assert distance(formula, formula.mirror()) < ROUNDING
    assert distance(formula, formula.inflate(c)) < ROUNDING
    assert distance(formula, formula.shift(steps)) < ROUNDING


@given(formulas(10**40, 7))
@settings(max_examples=60, deadline=None)
def test_finite_for_any_degree_and_size(formula: PCF) -> None:
    vector = neighbour_vector(formula)
    assert vector.shape == (DIMENSION,) and vector.dtype == np.float32
    assert np.isfinite(vector).all()


def test_high_multiplicities_do_not_blur() -> None:
    apery = PCF((5, 27, 51, 34), (0, 0, 0, 0, 0, 0, -1))
    assert distance(apery, apery.shift(3)) < ROUNDING


def test_a_batch_equals_single_vectors() -> None:
    chooser = random.Random(1)
    A = np.array([[chooser.randint(-5, 5) for _ in range(3)] for _ in range(3000)])
    B = np.array([[chooser.randint(-5, 5) for _ in range(3)] for _ in range(3000)])
    A[:300, 0] = np.array([chooser.randint(-(10**9), 10**9) for _ in range(300)])
    proper = A.any(axis=1) & B.any(axis=1)
    A, B = A[proper], B[proper]
    one_by_one = [neighbour_vector(PCF(tuple(a), tuple(b))) for a, b in zip(A.tolist(), B.tolist(), strict=True)]
    np.testing.assert_allclose(neighbour_vectors(A, B), np.array(one_by_one), atol=1e-6)


def test_an_empty_batch() -> None:
    empty = np.empty((0, 3), dtype=np.int64)
    assert neighbour_vectors(empty, empty).shape == (0, DIMENSION)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("PCF(2n + 1, n^2)", "PCF(3n, -2n^2 + 3n)"),  # pi, by 2F1 at different arguments
        ("PCF(n + 3, -n)", "PCF(4n + 2, 1)"),  # e, as Kummer's and as Bessel's function
        ("PCF(n + 3, -n)", "PCF(n, n)"),  # e, by Kummer's transformation
        ("PCF(6n + 3, -n^2)", "PCF(4, n^2 + 3n)"),  # log 2
        ("PCF(2, 2n)", "PCF(4n + 3, -4n^2 + 2n)"),  # erfc
    ],
)
def test_formulas_of_different_families_with_one_constant_are_neighbours(first: str, second: str) -> None:
    assert distance(parse_formula(first), parse_formula(second)) < ROUNDING


def test_one_core_for_each_named_constant_of_the_reference() -> None:
    cores: dict[str, set[object]] = {}
    for row in rows("identified.jsonl"):
        found = equation(pcf(row))
        if row["kind"] == "named" and found is not None:
            cores.setdefault(row["constant"], set()).add(normal_form(found))
    assert len(cores) > 100
    assert all(len(each) == 1 for each in cores.values())
    assert len(set().union(*cores.values())) == len(cores)


@pytest.mark.parametrize("k", [20902, 300_000_007, 10**15 + 37])
def test_a_surd_whose_terms_cancel_in_doubles_has_its_size(k: int) -> None:
    root = Surd.root(k * k - 1)
    for surd in (root - k, -root + k, root + k):
        with ctx.workprec(400):
            p, q = (fmpq(int(part.numerator), int(part.denominator)) for part in (surd.p, surd.q))
            exact = arb(p) + arb(q) * arb(surd.d).sqrt()
            size, negative = float(abs(exact).log()), bool(exact < 0)
        assert _log_of_surd(surd) == (pytest.approx(max(-MAX_LOG, min(MAX_LOG, size)), rel=0.2), negative)


def test_a_formula_whose_surd_cancels_has_a_vector() -> None:
    assert np.isfinite(neighbour_vector(parse_formula("PCF(20902n, -n^2)"))).all()


ENTRIES = st.lists(st.integers(-2, 2), min_size=1, max_size=2).map(fmpz_poly)


@given(formulas(4, 2), st.tuples(ENTRIES, ENTRIES, ENTRIES, ENTRIES))
@settings(max_examples=60, deadline=None)
def test_what_is_proved_to_be_equivalent_falls_on_one_point(formula: PCF, basis: tuple[fmpz_poly, ...]) -> None:
    assume(bool(basis[0] * basis[3] - basis[1] * basis[2]) and equation(formula) is None)
    other = companion(formula, basis)
    assume(other is not None and equation(other) is None)
    assert other is not None
    decision = relate(formula, other)
    assume(decision.equivalence is not None and decision.equivalence.folds == (1, 1))
    assume(all(None not in kept for kept in traces([formula, other])))  # a factor of b vanishes there
    assert distance(formula, other) < ROUNDING


@pytest.mark.parametrize("text", ["PCF(2n+1, n^2)", "PCF(n+3, -n)", "PCF(6n+3, -n^2)", "PCF(2, n^2)"])
def test_a_formula_of_high_degree_stands_beside_the_one_of_low_degree_that_it_is_equivalent_to(text: str) -> None:
    low = parse_formula(text)
    high = companion(low, (fmpz_poly([0, 1]), fmpz_poly([1]), fmpz_poly([1]), fmpz_poly([2, 1])))
    assert high is not None and high.deg_b >= 8
    assert counterpart(high) is not None
    assert distance(high, low) < ROUNDING


def test_what_shares_all_invariants_and_is_not_equivalent_is_no_counterpart() -> None:
    pi = parse_formula("PCF(40n^3 + 148n^2 + 166n + 55, -256n^6 - 896n^5 - 832n^4 + 96n^3 + 288n^2)")
    rational = parse_formula("PCF(5n - 1, -4n^2 + 2n)")
    assert invariants(pi) == invariants(rational) and traces([pi]) == traces([rational])
    assert counterpart(pi) is None


def test_formulas_of_the_box_at_one_place_are_equivalent() -> None:
    chooser = random.Random(2)
    every = [
        PCF((x, y, 1), b) for x, y in product(range(-2, 3), repeat=2) for b in product(range(-2, 3), repeat=3) if any(b)
    ]
    chosen = [formula for formula in every if no_limit(formula) is None and equation(formula) is None]
    found: dict[bytes, list[PCF]] = {}
    for formula, vector in zip(chosen, vectors_of(chosen), strict=True):
        found.setdefault(np.round(vector, 3).tobytes(), []).append(formula)
    pairs = [(each[0], other) for each in found.values() for other in each[1:]]
    assert len(pairs) > 200
    chosen_pairs = chooser.sample(pairs, 150)
    same = sum(relate(*pair).equivalence is not None for pair in chosen_pairs)
    assert same > 0.6 * len(chosen_pairs)


def test_surds_beyond_a_double_have_their_logarithm_and_sign() -> None:
    generator = random.Random(7)
    for _ in range(60):
        x = generator.randrange(10**899, 10**900)
        root = Surd(mpq(0), mpq(generator.choice([1, -1]), generator.choice([2, 2 * (x * x + 4)])), x * x + 4)
        number = root + mpq(generator.choice([x, -x, 0, 1]), generator.choice([1, 2]))
        with ctx.workprec(20_000):
            q = arb(fmpq(int(number.q.numerator), int(number.q.denominator)))
            p = arb(fmpq(int(number.p.numerator), int(number.p.denominator)))
            value = p + q * arb(int(number.d)).sqrt()
            size, negative = _log_of_surd(number)
            assert negative == bool(value < 0)
            assert abs(size - max(-MAX_LOG, min(MAX_LOG, float(abs(value).log().mid())))) < 1e-9


@pytest.mark.parametrize(
    "text", ["PCF({0}n+3, n^2+1)", "PCF(n, {0}n^2-1)", "PCF({0}n+1, -{0}n^2+n)", "PCF({0}n^2+n, n)"]
)
def test_coefficients_of_a_thousand_digits_have_a_place(text: str) -> None:
    formula = parse_formula(text.format("7" * 900))
    assert np.isfinite(vectors_of([formula])).all()
