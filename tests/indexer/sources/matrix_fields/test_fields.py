from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from flint import fmpq_poly
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.errors import FormulaError
from indexer.mathematics.continued_fractions.asymptotics import classify, exponents
from indexer.mathematics.continued_fractions.limit import limit
from indexer.sources.matrix_fields.constants import constant_of
from indexer.sources.matrix_fields.field import Point, require_conservative
from indexer.sources.matrix_fields.known import NAMED, SHOWN, field_of
from indexer.sources.matrix_fields.matrices import primitive, primitive_product, product_tree
from indexer.sources.matrix_fields.rates import rate
from indexer.sources.matrix_fields.trajectories import trajectory, walk_between, walk_matrix
from indexer.sources.matrix_fields.walks import walked
from tests.helpers.reference import rows

SPREAD_PRODUCT_VANISHES = {"cmf-140", "cmf-164"}
"""Rows that call a start singular where steps in another order have a product that is not 0."""

ROWS = [row for row in rows("trajectories.jsonl") if row["id"] not in SPREAD_PRODUCT_VANISHES]


@pytest.mark.parametrize("name", [*NAMED, *SHOWN, "2F0(-1)", "0F1(1/3)", "2F2(1)"])
def test_every_field_is_conservative(name: str) -> None:
    require_conservative(field_of(name))


def test_a_field_that_is_not_conservative_is_refused_with_the_place() -> None:
    field = field_of("pi")

    def wrong(axis: int, point: Point) -> Any:
        matrix = field.step(axis, point)
        return [[matrix[0][0] + axis, matrix[0][1]], matrix[1]]

    with pytest.raises(FormulaError, match=r"not conservative: the steps x, y and y, x differ in row 1, column 2"):
        require_conservative(replace(field, step=wrong))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['field']} {row['direction']}")
def test_matrix_and_fraction_of_a_trajectory(row: dict[str, Any]) -> None:
    found = trajectory(field_of(row["field"]), row["direction"], [Fraction(s) for s in row["start"]])
    assert [[[int(c) for c in entry.coeffs()] for entry in line] for line in found.matrix] == row["matrix"]
    if "pcf" not in row:
        assert found.status == "recurrence"
        return
    assert found.contraction is not None
    formula = found.contraction.formula
    assert (list(formula.a), list(formula.b)) == (row["pcf"]["a"], row["pcf"]["b"])
    assert classify(formula).status == row["status"]
    if row.get("rate"):
        growth = exponents(formula)
        assert growth is not None and -growth.convergence_gamma == pytest.approx(row["rate"], abs=1e-9)
    if row.get("delta") and row["delta"]["n"] == 400:
        steps = walked(found.matrix, 400)
        assert steps is not None and steps.delta == pytest.approx(row["delta"]["value"], abs=1e-8)


def test_steps_in_another_order_are_tried_where_their_product_vanishes() -> None:
    found = trajectory(field_of("3F2(1)"), (1, 1, 2, 3, 2), [Fraction(s) for s in (1, 1, 1, 2, 2)])
    assert found.contraction is not None
    value = limit(found.contraction.formula, 60)
    assert value is not None
    known = constant_of(found, value.ball)
    assert known is not None and (known.constant, known.proof) == ("pi^2", "field")


components = st.integers(1, 3)


@settings(max_examples=30, deadline=None)
@given(components, components, st.integers(1, 4))
def test_the_field_knows_the_limit_of_every_natural_direction(a: int, b: int, extra: int) -> None:
    direction = (a, b, max(a, b) + extra)
    found = trajectory(field_of("2F1(-1)"), direction, (Fraction(1), Fraction(1), Fraction(2)))
    assert found.contraction is not None
    value = limit(found.contraction.formula, 60)
    assert value is not None
    known = constant_of(found, value.ball)
    assert known is not None and (known.constant, known.proof) == ("log(2)", "field")


@settings(max_examples=30, deadline=None)
@given(components, components, st.integers(1, 4))
def test_saddle_points_give_the_rate_of_the_fraction(a: int, b: int, extra: int) -> None:
    direction = (a, b, max(a, b) + extra)
    found = trajectory(field_of("2F1(1/4)"), direction, (Fraction(1), Fraction(1), Fraction(3, 2)))
    assert found.contraction is not None
    growth = exponents(found.contraction.formula)
    assert growth is not None
    assert rate(direction[:2], direction[2:], Fraction(1, 4)) == pytest.approx(-growth.convergence_gamma, abs=1e-7)


@pytest.mark.parametrize(
    ("name", "direction", "start", "message"),
    [
        ("2F1(-1)", (0, 0, 0), (1, 1, 2), "the direction is zero"),
        ("2F1(-1)", (1, 1), (1, 1, 2), "its direction has 2 components"),
        ("2F1(-1)", (1, 1, 2), (1, 1, -3), "the start is on a pole"),
        ("2F1(-1)", (300, 300, 600), (1, 1, 2), "1200 steps, beyond the supported 400"),
        ("nonsense", (1,), (1,), "there is no field 'nonsense'"),
        ("2F1(0)", (1, 1, 2), (1, 1, 2), "give an argument other than 0"),
        ("9F9(1)", (1,), (1,), "18 parameters"),
        ("1F0(2)", (1,), (1,), "has rank 1"),
    ],
)
def test_what_is_no_trajectory_is_refused(
    name: str, direction: tuple[int, ...], start: tuple[int, ...], message: str
) -> None:
    with pytest.raises(FormulaError, match=message):
        trajectory(field_of(name), direction, [Fraction(s) for s in start])


@pytest.mark.parametrize("name", ["2F1(-1)", "3F2(1)", "1F1(1)", "pi"])
def test_a_walk_between_points_is_that_of_the_polynomials_there(name: str) -> None:
    field = field_of(name)
    size = len(field.axes)
    for between in ((3, -2, 5, 1, 4)[:size], (0, 7, 9, 6, 8)[:size]):
        point = tuple(Fraction(7 + 3 * k, 2) for k in range(size))
        walked = walk_between(field, between, point)
        assert walked is not None
        along = [int(entry(0)) for row in walk_matrix(field, between, point) for entry in row]
        assert all(walked[i] * along[j] == walked[j] * along[i] for i in range(4) for j in range(i))


@given(st.integers(1, 30), st.integers(0, 3))
def test_a_primitive_product_is_the_product_without_its_factor(count: int, seed: int) -> None:
    n = fmpq_poly([seed, 1])
    steps = [[[n + k, n * k - 1], [fmpq_poly([k + seed]), n * n + k]] for k in range(count)]
    steps = [[[entry * (n + 1) / 3 for entry in row] for row in step] for step in steps]
    assert primitive_product(steps) == primitive(product_tree(steps))
