"""Estimated limits of delta against those that are known, and against deltas at a great depth."""

from __future__ import annotations

from fractions import Fraction
from math import log, sqrt

import pytest

from indexer.sources.matrix_fields.known import field_of
from indexer.sources.matrix_fields.trajectories import Trajectory, trajectory
from indexer.sources.matrix_fields.valuations import delta_limit, leading_growth, slopes
from indexer.sources.matrix_fields.walks import walked

HALF = Fraction(1, 2)


def along(name: str, direction: tuple[int, ...], start: tuple[int | Fraction, ...]) -> Trajectory:
    return trajectory(field_of(name), direction, [Fraction(s) for s in start])


def estimated(found: Trajectory) -> float | None:
    return delta_limit(found.matrix, slopes(found.field.name, found.field.axes, found.direction), found.start)


@pytest.mark.parametrize(
    ("name", "direction", "start", "growth", "denominators"),
    [
        ("zeta3", (1, 1), (1, 1), 4 * log(1 + sqrt(2)), 3),
        ("3F2(1)", (1, 1, 1, 2, 2), (1, 1, 1, 2, 2), 5 * log((1 + sqrt(5)) / 2), 2),
        ("2F1(-1)", (1, 1, 2), (1, 1, 2), 2 * log(1 + sqrt(2)), 1),
    ],
)
def test_the_limits_of_apery_and_legendre_are_found(
    name: str, direction: tuple[int, ...], start: tuple[int, ...], growth: float, denominators: int
) -> None:
    """q_n grows like e^(growth n) and lcm(1..n)^denominators clears p_n, so delta tends to (g - d)/(g + d)."""
    assert estimated(along(name, direction, start)) == pytest.approx(
        (growth - denominators) / (growth + denominators), abs=1e-9
    )


@pytest.mark.parametrize(
    ("name", "direction", "start"),
    [
        ("3F2(1)", (9, 10, 11, 22, 23), (1, 1, 1, 2, 2)),
        ("2F1(-1)", (3, 5, 9), (HALF, 1, 3 * HALF)),
        ("2F1(-1)", (2, 1, 4), (Fraction(1, 3), 1, Fraction(4, 3))),
        ("3F2(1)", (2, 3, 3, 5, 6), (1, HALF, 1, 3 * HALF, 3 * HALF)),
    ],
)
def test_deltas_tend_to_the_estimate(name: str, direction: tuple[int, ...], start: tuple[int | Fraction, ...]) -> None:
    found = along(name, direction, start)
    deep = walked(found.matrix, 3000)
    assert deep is not None and deep.delta == pytest.approx(estimated(found), abs=4e-3)


def test_solutions_of_one_size_have_no_estimate() -> None:
    assert estimated(along("2F1(-1)", (0, 0, 1), (HALF, 1, 3 * HALF))) is not None
    assert estimated(along("2F1(2)", (1, 1, 2), (1, 1, 2))) is None


def test_a_factor_of_any_size_is_added_to_the_growth() -> None:
    """The entries of long directions are beyond double precision."""
    (A, B), (C, D) = along("zeta3", (1, 1), (1, 1)).matrix
    plain, large = (leading_growth(((c * A, c * B), (c * C, c * D))) for c in (1, 10**400))
    assert plain is not None and large is not None
    assert large == pytest.approx((plain[0], plain[1] + 400 * log(10), plain[2] + 400 * log(10)), rel=1e-12)
