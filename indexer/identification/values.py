"""The value of a constant as the catalogue keeps it: in decimal and in double precision."""

from __future__ import annotations

from dataclasses import replace

from catalog.constants.evaluation import evaluate_known
from catalog.errors import ExpressionError
from catalog.store.constants import ConstantRow
from indexer.mathematics.numbers.decimals import bits_for, round_ball

VALUE_DIGITS = 60
"""Significant digits of a value in the catalogue."""


def with_value(row: ConstantRow) -> ConstantRow:
    """Return the row with the value of its expression, as it is where the expression has no real value.

    Of one that is known by its digits alone it has these.
    """
    try:
        ball = evaluate_known(row.expression, bits_for(VALUE_DIGITS) + 16)
    except ExpressionError:
        return row
    return replace(row, value_text=round_ball(ball, VALUE_DIGITS)[0], value_float8=float(ball))
