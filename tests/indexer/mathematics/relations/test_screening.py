"""Screening: what it excludes is excluded, and what is there is never screened out."""

from __future__ import annotations

import random
from itertools import product

import numpy as np
import pytest
from flint import arb, ctx

from catalog.constants.library import library
from indexer.mathematics.relations.relation import moebius_value
from indexer.mathematics.relations.screening import (
    QUADRATIC_BOUND,
    SCREENED_BOUND,
    Constants,
    Numbers,
    _gram_schmidt,
    _is_basis,
    exclusion_bounds,
    quadratic_bounds,
)
from indexer.mathematics.relations.search import algebraic, scale

DIGITS = 60


def test_no_relation_that_exists_is_excluded() -> None:
    chance = random.Random(3)
    with ctx.workprec(400):
        constants = [arb.pi(), arb(2).log(), arb(10).exp(), arb(1) / 977, arb(3).exp() / 10**6]
        for size in (1, 10, 100, 1_000, 4_000, 10**6):
            for constant in constants:
                coefficients = [chance.randint(-size, size) or 1 for _ in range(4)]
                limit = moebius_value(coefficients, constant)
                if not limit.is_finite():
                    continue
                bound = exclusion_bounds([(scale(limit, DIGITS), scale(constant, DIGITS))])[0]
                assert bound < max(map(abs, coefficients)), (coefficients, constant)


def test_numbers_without_a_relation_are_excluded_beyond_the_bound_of_a_screening() -> None:
    with ctx.workprec(400):
        limits = [scale((arb(n).log() + arb(7)).sqrt(), DIGITS) for n in range(2, 42)]
        constants = [scale(c.ball(80), DIGITS) for c in list(library().candidates())[:40]]
    bounds = exclusion_bounds(list(product(limits, constants)))
    assert bounds.shape == (1600,)
    assert (bounds >= SCREENED_BOUND).mean() > 0.99
    assert bounds.max() < 2**16  # more than the determinant allows would be no proof


@pytest.mark.parametrize("limit", ["0", "1e-25", "1e25", "-3"])
def test_limits_of_any_size_can_be_screened(limit: str) -> None:
    with ctx.workprec(400):
        bounds = exclusion_bounds([(scale(arb(limit), DIGITS), scale(arb.pi(), DIGITS))])
    assert bounds[0] < 2  # 0, 10^-25, ... are rational, or small enough to pass for it


def test_no_quadratic_number_is_excluded_and_others_are() -> None:
    chance = random.Random(4)
    with ctx.workprec(400):
        quadratic = []
        for size in (1, 10, 1_000, 30_000):
            for _ in range(20):
                p, q, d = (chance.randint(1, size) for _ in range(3))
                quadratic.append((arb(d).sqrt() * chance.choice((-1, 1)) + p) / q)
        others = [(arb(n).log() + n) / chance.randint(1, 50) for n in range(2, 200)]
        bounds = quadratic_bounds(Numbers.of([scale(x, DIGITS) for x in quadratic]))
        for x, bound in zip(quadratic, bounds.tolist(), strict=True):
            polynomial = algebraic(x, 2, 100).coefficients
            assert polynomial is not None
            assert bound < max(map(abs, polynomial))
        excluded = quadratic_bounds(Numbers.of([scale(x, DIGITS) for x in others])) >= QUADRATIC_BOUND
    assert excluded.mean() > 0.9


def test_a_constant_s_half_of_the_reduction_is_a_basis_of_its_lattice() -> None:
    with ctx.workprec(400):
        numbers = Numbers.of([scale(c.ball(80), DIGITS) for c in library().candidates()])
    rows = Constants.of(numbers).rows
    determinants = rows[0, 0].astype(object) * rows[1, 1] - rows[0, 1].astype(object) * rows[1, 0]
    assert set(np.abs(determinants).tolist()) == {1}
    assert np.abs(rows).max() < 2**32


def test_a_row_that_is_no_vector_of_the_lattice_proves_nothing() -> None:
    values = np.array([[1 << 20], [123_456], [-987_654]])
    basis = np.array([[1 << 20, 0, 0], [123_456, 1, 0], [123_456 - 987_654 + (1 << 20), 1, 1]], dtype=float)[..., None]
    squares = _gram_schmidt(basis)[1]
    assert _is_basis(basis, values, squares).all()
    wrong = basis.copy()
    wrong[2, 0] += 1
    assert not _is_basis(wrong, values, _gram_schmidt(wrong)[1]).any()
    partial = basis.copy()
    partial[1] *= 2
    assert not _is_basis(partial, values, _gram_schmidt(partial)[1]).any()
