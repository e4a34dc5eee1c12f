"""Fields given by their matrices."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import pytest

from catalog.errors import FormulaError
from indexer.mathematics.continued_fractions.limit import limit
from indexer.sources.matrix_fields.constants import constant_of
from indexer.sources.matrix_fields.known import field_of
from indexer.sources.matrix_fields.trajectories import trajectory

E_FIELD = {"x": [["1", "-y-1"], ["-1", "x+y+2"]], "y": [["0", "-y-1"], ["-1", "x+y+1"]]}


def definition(matrices: Any, name: Any = "mine") -> str:
    return json.dumps({"name": name, "matrices": matrices})


def test_a_field_by_its_matrices_has_the_trajectories_of_the_same_field_by_name() -> None:
    own, known = field_of(definition(E_FIELD)), field_of("e")
    start = (Fraction(1), Fraction(1, 2))
    for direction in ((1, 0), (0, 1), (2, 3), (-1, 2)):
        assert trajectory(own, direction, start).matrix == trajectory(known, direction, start).matrix


def test_it_knows_its_constant_as_any_other() -> None:
    found = trajectory(field_of(definition(E_FIELD)), (1, 1), (Fraction(1), Fraction(1)))
    assert found.contraction is not None
    value = limit(found.contraction.formula, 60)
    assert value is not None
    known = constant_of(found, value.ball)
    assert known is not None and known.constant == "e"


def test_entries_may_have_fractions_and_products() -> None:
    halved = {axis: [[f"({x})/2" for x in row] for row in matrix] for axis, matrix in E_FIELD.items()}
    own = field_of(definition(halved))
    assert (
        trajectory(own, (1, 1), (Fraction(1), Fraction(1))).matrix
        == trajectory(field_of("e"), (1, 1), (Fraction(1), Fraction(1))).matrix
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            definition(E_FIELD | {"y": [["0", "-y-1"], ["-1", "x+y+3"]]}),
            r"the steps x, y and y, x differ in row 1, column 2, by -2\*y\^2 - 4\*y - 2",
        ),
        (definition({"x": [["1"], ["2"]]}), "the matrix x of the field mine is not 2 by 2"),
        (definition({"x": [["1", "q"], ["2", "1"]]}), "uses 'q', which is no axis; its axes are x"),
        (definition({"x": [["1/x", "1"], ["2", "1"]]}), "is no polynomial; a matrix counts up to a factor"),
        (definition({"x": [["1/0", "1"], ["2", "1"]]}), "is divided by zero"),
        (definition({"x": [["1", "1"], ["1", "1"]]}), "has the determinant 0"),
        (definition({"x": [["x^99999999", "1"], ["2", "1"]]}), "a degree beyond the supported 24"),
        (definition({"x": [["f(x)", "1"], ["2", "1"]]}), r"it uses f\(...\)"),
        (definition({"x": [["x^(1/2)", "1"], ["2", "1"]]}), "a power that is no integer"),
        (definition({"x": [[1.5, "1"], ["2", "1"]]}), "is no polynomial; write text"),
        (definition({"b": [["1", "b"], ["2", "1"]]}), "'b' is no name of an axis"),
        (definition({}), "needs 1 to 12 matrices"),
        (definition({"x": "[[1, x], [2, 1]]"}), "must have 2 to 6 rows"),
        (definition(E_FIELD, "3F2(1)"), r"'3F2\(1\)' is no name of a field"),
        ('{"name": "mine"}', "has a name and matrices, and nothing else"),
        ("{", "is no JSON object"),
        (definition({"x": [["1" + "+1" * 20_000, "1"], ["2", "1"]]}), "characters, beyond the 20000 read"),
    ],
)
def test_what_is_no_field_is_refused(text: str, message: str) -> None:
    with pytest.raises(FormulaError, match=message):
        trajectory(field_of(text), (1, 1), (Fraction(1), Fraction(1)))
