from __future__ import annotations

from fractions import Fraction

import pytest
from flint import arb, ctx, fmpz_poly

from catalog.constants.evaluation import evaluate
from indexer.sources.matrix_fields.higher_rank import (
    bases_of,
    first_limit,
    higher_limits,
    limit_texts,
    matrix_of,
    recurrence_of,
)
from indexer.sources.matrix_fields.known import field_of
from indexer.sources.matrix_fields.trajectories import Trajectory, trajectory


def walk(field: str, direction: list[int], start: list[int]) -> Trajectory:
    return trajectory(field_of(field), direction, [Fraction(s) for s in start])


@pytest.mark.parametrize(
    ("field", "direction", "start", "basis"),
    [
        ("4F3(1)", [1, 1, 1, 1, 2, 2, 2], [1, 1, 1, 1, 2, 2, 2], ("1", "pi^2", "zeta(3)")),
        ("3F2(1/2)", [1, 1, 1, 2, 2], [1, 1, 1, 2, 2], ("1", "log(2)", "polylog(2, 1/2)")),
        ("3F2(-1/3)", [1, 1, 1, 2, 2], [1, 1, 1, 2, 2], ("1", "log(4/3)", "polylog(2, -1/3)")),
        ("4F3(-1)", [1, 1, 1, 1, 2, 2, 2], [1, 1, 1, 1, 2, 2, 2], ("1", "log(2)", "pi^2", "zeta(3)")),
        (
            "7F6(1)",
            [1] * 7 + [2] * 6,
            [1] * 7 + [2] * 6,
            ("1", "pi^2", "zeta(3)", "pi^4", "zeta(5)", "pi^6"),
        ),
        ("5F4(1)", [1, 1, 1, 1, 1, 2, 2, 2, 2], [1, 1, 1, 1, 1, 2, 2, 2, 2], ("1", "pi^2", "zeta(3)", "pi^4")),
    ],
)
def test_the_limits_are_forms_in_the_constants_of_theory(
    field: str, direction: list[int], start: list[int], basis: tuple[str, ...]
) -> None:
    walked = walk(field, direction, start)
    assert bases_of(walked) == [basis]
    found = higher_limits(walked.matrix, bases_of(walked))
    assert found is not None and found.basis == basis
    assert found.proof == "verified" and found.verified is not None and found.searched is not None
    assert found.verified > found.searched
    texts = limit_texts(found)
    assert texts is not None and len(texts) == walked.field.rank - 1
    limit = first_limit(walked.matrix, 80)
    with ctx.workprec(400):
        assert abs(limit - evaluate(texts[0], 400)) < arb(10) ** -78


def test_limits_do_not_depend_on_a_factor_of_the_matrix() -> None:
    walked = walk("4F3(1)", [0, 0, 0, 0, 1, 1, 1], [1, 1, 1, 1, 2, 2, 2])
    factor = fmpz_poly([7, 3])
    scaled = [[factor * entry for entry in row] for row in walked.matrix]
    one, other = higher_limits(walked.matrix), higher_limits(scaled)
    assert one is not None and other is not None
    assert (one.values, one.relation) == (other.values, other.relation)


def test_the_value_of_a_recurrence_has_its_matrix() -> None:
    walked = walk("3F2(-1)", [1, 1, 0, 2, 2], [1, 1, 1, 2, 2])
    value = recurrence_of(walked.matrix)
    assert value.order == 3 and recurrence_of(matrix_of(value)) == value


def test_more_digits_than_can_be_had_are_refused() -> None:
    walked = walk("4F3(1)", [0, 0, 0, 0, 1, 1, 1], [1, 1, 1, 1, 2, 2, 2])
    with pytest.raises(ArithmeticError, match="does not settle"):
        first_limit(walked.matrix, 1_000_000)


def test_two_depths_that_agree_to_a_digit_are_no_limit() -> None:
    assert higher_limits(walk("3F2(-1)", [0, 0, 1, 0, 1], [1, 1, 1, 2, 2]).matrix) is None
