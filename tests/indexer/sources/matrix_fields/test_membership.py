"""Formulas sought in fields: what an equivalence keeps is known without walking."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from catalog.formulas.pcf import PCF, parse_formula
from indexer.mathematics.equivalence.decision import relate
from indexer.mathematics.equivalence.shift_classes import factors
from indexer.sources.matrix_fields.known import field_of, parameters
from indexer.sources.matrix_fields.membership import Sought, fields_of, odd_classes, places
from indexer.sources.matrix_fields.trajectories import trajectory

FIELDS = ("2F1(-1)", "3F2(1)", "2F1(1/3)", "1F1(1)")


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(FIELDS), st.lists(st.integers(-2, 2), min_size=5, max_size=5),
       st.lists(st.fractions(1, 4, max_denominator=4), min_size=5, max_size=5))  # fmt: skip
def test_odd_classes_of_a_trajectory_are_known_without_walking_it(
    name: str, direction: list[int], start: list[Fraction]
) -> None:
    field = field_of(name)
    count = len(field.axes)
    assume(any(direction[:count]))
    walked = trajectory(field, direction[:count], start[:count])
    assume(walked.contraction is not None)
    assert walked.contraction is not None
    shape = parameters(field)
    assert shape is not None
    assert odd_classes(shape, direction[:count], start[:count]) == factors(walked.contraction.formula).odd


@pytest.mark.parametrize(
    ("text", "field", "direction"),
    [
        ("PCF(11n^2 + 11n + 3, n^4)", "3F2(1)", (1, 1, 1, 2, 2)),
        ("PCF(2n + 1, n^2)", "2F1(-1)", (1, 1, 2)),
        ("PCF(6, 4n^2 - 4n + 1)", "2F1(-1)", (0, 1, 1)),
    ],
)
def test_formulas_of_the_literature_lie_in_fields(text: str, field: str, direction: tuple[int, ...]) -> None:
    formula = parse_formula(text)
    sought = Sought({7: formula})
    (place,) = places(sought, field_of(field), 2)
    assert place.formula == 7 and not sought.formulas
    assert place.walked.contraction is not None
    own = place.walked.contraction.formula
    assert place.equivalence is None if own == formula else relate(formula, own).equivalent
    assert sum(map(abs, place.walked.direction)) <= sum(direction)


def test_a_formula_of_another_constant_lies_in_no_trajectory_of_a_small_box() -> None:
    sought = Sought({1: parse_formula("PCF(34n^3 + 51n^2 + 27n + 5, -n^6)")})
    assert not list(places(sought, field_of("2F1(-1)"), 3))
    assert sought.formulas


def test_a_formula_without_a_limit_is_not_sought() -> None:
    assert not Sought({1: PCF((1,), (-1,))}).formulas


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("PCF(6n + 3, -n^2)", "2F1(-1)"),
        ("PCF(n + 1, n)", "1F1(1)"),
        ("PCF(2n + 1, 3)", "0F1(3/4)"),
    ],
)
def test_the_argument_of_a_field_is_read_off_a_formula(text: str, name: str) -> None:
    assert name in list(fields_of(parse_formula(text)))
