"""The limit of a formula on the ladder of typed numbers: what it is where theory and the library give no name.

Unlike a typed number a limit can be evaluated anew, so that what the ladder finds is verified with further digits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import log2

from flint import arb

from catalog.constants import evaluation
from catalog.errors import EvaluationError, ExpressionError
from catalog.formulas.pcf import PCF
from indexer.identification.ladder.climb import climb
from indexer.identification.library import NamedConstant
from indexer.identification.typed import read_number
from indexer.kinds.kind import limit_of
from indexer.mathematics.continued_fractions.limit import Limit
from indexer.mathematics.numbers.decimals import round_ball
from indexer.mathematics.relations.relation import Relation, moebius_image, verify

CLIMBED_DIGITS = 60
"""Digits of a limit that the ladder is asked for."""

LEAST_DIGITS = 30
"""Digits below which a limit is not asked for."""

FURTHER_DIGITS = 20
"""Digits beyond these to which both sides are evaluated anew."""

IDENTITY = (0, 1, 1, 0)


def climbed(
    formula: PCF, limit: Limit, library: Iterable[NamedConstant], mapped: tuple[int, int, int, int] = IDENTITY
) -> Relation | None:
    """Return what the map (x + y L)/(z + w L) of a formula's limit is by the ladder, verified, or None."""
    if limit.ball is None or limit.exact is not None or limit.digits < LEAST_DIGITS:
        return None

    def value(bits: int) -> arb:
        return moebius_image(mapped, limit_of(formula), bits)

    digits = min(limit.digits, CLIMBED_DIGITS)
    try:
        text = round_ball(value(int(digits * log2(10)) + 32), digits)[0]
        found = climb(read_number(text), library).found if text else ()
        if not found or found[0].kind in ("rational", "algebraic"):
            return None
        right = _expression(found[0].expression)
        verified = verify(value, right, digits + FURTHER_DIGITS)
    except (EvaluationError, ExpressionError):
        return None
    if verified is None:
        return None
    first = found[0]
    return Relation(
        first.kind,
        first.expression,
        digits,
        verified,
        "verified",
        first.method,
        first.constants,
        first.terms,
        first.coefficients,
    )


def _expression(text: str) -> Callable[[int], arb]:
    return lambda bits: evaluation.evaluate(text, bits)
