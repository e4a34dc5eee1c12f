"""The constant that is wished for, by any of its names or as an expression."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from flint import arb

from catalog.constants.evaluation import evaluate
from catalog.constants.expressions import parse_expression
from catalog.constants.library import library
from catalog.errors import ExpressionError, NotFound
from indexer.mathematics.numbers.decimals import bits_for
from indexer.mathematics.relations.search import DIGITS, Scaled, rational, scale


@dataclass(frozen=True)
class Target:
    """A constant: its name in the library, or None for a number that is not there, and its expression."""

    name: str | None
    expression: str

    def ball(self, digits: int) -> arb:
        """Return an enclosure to so many digits."""
        return evaluate(self.expression, bits_for(digits))

    @cached_property
    def scaled(self) -> Scaled:
        """The value as a relation is sought with it."""
        return scale(self.ball(DIGITS + 10), DIGITS)


def read_target(text: str) -> Target:
    """Return the constant of a name, an alias or an expression.

    Raises NotFound for a name that nobody knows, ExpressionError for what has no value and for a rational number.
    """
    try:
        constant = library()[text]
    except NotFound as unknown:
        try:
            expression = str(parse_expression(text).substitute({}))
        except ExpressionError as error:
            raise (unknown if text.strip().replace("_", "").isalnum() else error) from None
        target = Target(None, expression)
    else:
        target = Target(constant.name, constant.expression)
    if rational(target.ball(DIGITS)) is not None:
        raise ExpressionError(f"{text[:60]} is rational; a formula is designed for an irrational constant")
    return target
