"""Designed formulas in a catalogue: named by their constant, and tied to their trajectories by a map that holds."""

from __future__ import annotations

from fractions import Fraction

import psycopg
import pytest

from indexer.design.designs import designed
from indexer.design.search import Search
from indexer.design.targets import read_target
from indexer.design.wishes import read_wish
from indexer.mathematics.continued_fractions.limit import limit
from indexer.sources.matrix_fields.walks import product
from indexer.upkeep.designing import add_designs
from indexer.upkeep.setup import seed_constants


@pytest.mark.parametrize(
    ("constant", "delta", "itself"), [("zeta(3)", ">=0.08", True), ("zeta(2)", ">=0.2", True), ("pi", ">=-0.21", False)]
)
def test_designs_are_stored_with_constant_and_trajectory(
    connection: psycopg.Connection, constant: str, delta: str, itself: bool
) -> None:
    seed_constants(connection)
    search = Search(read_target(constant), read_wish(delta, None, None if itself else "<=1"), 120.0, 1)
    search.run()
    found = designed(search)
    assert add_designs(connection, found, search.target) == 1
    assert add_designs(connection, found, search.target) == 0
    rows = connection.execute(
        "select field, direction, formula, is_itself, map, constant, delta_limit from trajectories"
    ).fetchall()
    candidate = found[0].candidate
    ((field, direction, formula, is_itself, map_, named, delta_limit),) = rows
    assert (field, direction) == (candidate.origin.field.name, ", ".join(map(str, candidate.direction)))
    assert (formula, is_itself) == (str(found[0].formula), itself)
    assert named == {"zeta(2)": "pi^2"}.get(constant, constant)
    assert delta_limit == candidate.delta_limit
    total = product(candidate.matrix, 1, 40)
    quotient = Fraction(int(total[0, 1]), int(total[1, 1]))
    x, y, z, w = map(int, map_.split(", "))
    value = limit(found[0].formula, 30)
    assert value is not None and value.ball is not None
    assert float((x + y * quotient) / (z + w * quotient)) == pytest.approx(float(value.ball.mid()), rel=1e-12)
