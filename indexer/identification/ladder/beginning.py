"""From which digit on a short answer fails: for a number whose last digits are wrong, as after a loss of precision."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import takewhile
from math import floor, log

from flint import arb, ctx

from catalog.constants import evaluation
from catalog.errors import ExpressionError
from indexer.identification.ladder.climb import RUNGS, climb
from indexer.identification.library import NamedConstant
from indexer.identification.typed import Number
from indexer.mathematics.numbers.decimals import bits_for, round_ball

SHARES = (0.8, 0.5)
"""Shares of the digits that are tried without the others."""

LEAST_DIGITS = 14
"""Digits of a beginning that are worth a search."""


QUICK_RUNGS = tuple(rung for rung in RUNGS if not rung.name.startswith("quotients"))
"""The rungs that are climbed for it: without the longest answers."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """An answer that the first `digits` of a number agree with, and the next does not."""

    expression: str
    digits: int

    def to_json(self) -> dict[str, object]:
        """Return the object of the JSON contract."""
        return {"expression": self.expression, "digits": self.digits}


def beginning(number: Number, library: Iterable[NamedConstant], effort: int) -> Beginning | None:
    """Return the answer of the number's first digits, where its last ones are all that speaks against it."""
    constants = tuple(library)
    for share in SHARES:
        digits = int(number.digits * share)
        if digits < LEAST_DIGITS:
            break
        with ctx.workprec(bits_for(number.digits) + 64):
            radius = abs(arb(number.ball.mid())) * arb(10) ** (1 - digits)
            first = replace(number, ball=arb(number.ball.mid()) + radius * arb(0, 1), digits=digits)
        found = climb(first, constants, effort=effort, rungs=QUICK_RUNGS).found
        agreed = _agreed(number, found[0].expression) if found else 0
        if found and agreed >= digits - 1:
            return Beginning(found[0].expression, agreed)
    return None


def _agreed(number: Number, expression: str) -> int:
    """Return how many leading digits of the number an expression has, 0 where it cannot be evaluated."""
    try:
        value = evaluation.evaluate(expression, bits_for(number.digits) + 64)
    except ExpressionError:
        return 0
    with ctx.workprec(bits_for(number.digits) + 64):
        middle = arb(number.ball.mid())
        ratio = float(abs(middle / (value - middle)).log())
    pairs = zip(_digits(number.text), _digits(round_ball(value, number.digits + 2)[0] or ""), strict=False)
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    return min(number.digits, max(floor(ratio / log(10)), same))


def _digits(text: str) -> str:
    """Return the significant digits of a decimal number."""
    return text.partition("e")[0].lstrip("-+0.").replace(".", "")
