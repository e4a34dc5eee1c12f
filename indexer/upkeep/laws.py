"""Infinite families are sought among the stored formulas, checked far outside them, and stored."""

from __future__ import annotations

from collections.abc import Callable

import psycopg

from catalog.constants.expressions import parse_expression
from catalog.progress import Tell, silent, told
from catalog.store.laws import candidates, store_pattern
from indexer.laws.checkerboard import TEMPLATE, Board, boards
from indexer.laws.lines import Law, laws
from indexer.laws.planes import PlaneLaw, planes

PARAMETERS = ("k", "m")
"""Names of the parameters in expressions."""

DIGITS = 100
"""Decimal digits to which members outside the catalogue are compared with their law."""


def find_laws(
    connection: psycopg.Connection, limit: int, seed: int, say: Callable[[str], None], tell: Tell = silent
) -> set[int]:
    """Seek families among the `limit` simplest formulas, store those that stand, and return their numbers.

    `seed` fixes the random parameters at which a family is checked.
    """
    formulas = candidates(connection, limit)
    say(f"{len(formulas)} formulas to look at")
    found = {_store(connection, board, TEMPLATE, None) for board in told(boards(formulas, seed), tell, "boards found")}
    lines = []
    for law in told(laws(formulas, seed), tell, "families of one parameter found"):
        lines.append(law)
        found.add(_store(connection, law, law.curve.template, law.expression))
    of_two = told(planes(lines, seed), tell, "families of two parameters found")
    found |= {_store(connection, plane, plane.plane.template, None) for plane in of_two}
    connection.commit()
    return found


def _plain(expression: str) -> str:
    """An expression in the parameters with as few brackets as its reading needs."""
    return str(parse_expression(expression, PARAMETERS))


def _store(connection: psycopg.Connection, law: Board | Law | PlaneLaw, template: str, expression: str | None) -> int:
    return store_pattern(
        connection,
        template=template,
        condition=law.condition,
        constant=_plain(law.constant),
        expression=None if expression is None else _plain(expression),
        latex=law.latex(),
        formulas_found=law.formulas_found,
        values_checked=law.values_checked,
        largest_checked=law.largest_checked,
        digits_checked=DIGITS,
        proof="closed_form",
        theorem=law.theorem,
    )
