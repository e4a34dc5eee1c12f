"""Quadratic constants: which field the number behind a name or an expression is in, since its formulas name none."""

from __future__ import annotations

from catalog.constants import evaluation
from catalog.constants.library import ALGEBRAIC, library
from catalog.errors import ExpressionError, NotFound
from indexer.mathematics.numbers.decimals import bits_for
from indexer.mathematics.numbers.squares import square_part
from indexer.mathematics.relations.search import algebraic

DIGITS = 60
"""Digits to which a number must be quadratic."""


def radicand(text: str) -> int | None:
    """Return the squarefree d of a constant in Q(sqrt d) that is not rational; None for every other constant.

    >>> radicand("golden ratio"), radicand("sqrt(20)"), radicand("pi")
    (5, 5, None)
    """
    try:
        known = library()[text]
    except NotFound:
        expression = text
    else:
        if known.group != ALGEBRAIC:
            return None
        expression = known.expression
    try:
        value = evaluation.evaluate(expression, bits_for(DIGITS) + 64)
    except ExpressionError:
        return None
    polynomial = algebraic(value, 2, DIGITS).coefficients
    if polynomial is None or len(polynomial) != 3:
        return None
    x, y, z = polynomial
    return square_part(y * y - 4 * x * z)[1]
