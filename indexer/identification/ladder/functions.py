"""The rung of functions: the number is f of something short, told by the inverse of f at the number."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import gcd

from flint import arb, ctx

from indexer.identification.ladder.complexity import RUNG_BITS, choice_bits, rank_bits, relation_bits
from indexer.identification.ladder.match import Asked, Match
from indexer.mathematics.relations.text import linear_text, quadratic_text

INNER = (
    "pi", "e", "log(2)", "sqrt(2)", "sqrt(3)", "sqrt(5)", "euler_gamma", "catalan", "1/pi", "pi^2", "log(3)",
    "pi*sqrt(2)", "pi*sqrt(3)", "1/e", "sqrt(pi)", "zeta(3)",
)  # fmt: skip
"""Constants of which a linear function stands inside."""


@dataclass(frozen=True, slots=True)
class Outer:
    """A function f, written with {} for its argument, and its inverse."""

    text: str
    inverse: Callable[[arb], arb]


def _power(base: Callable[[], arb]) -> Callable[[arb], arb]:
    return lambda x: x.log() / base().log()


OUTER = (
    Outer("exp({})", lambda x: x.log()),
    Outer("log({})", lambda x: x.exp()),
    Outer("sin({})", lambda x: x.asin()),
    Outer("cos({})", lambda x: x.acos()),
    Outer("tan({})", lambda x: x.atan()),
    Outer("sinh({})", lambda x: x.asinh()),
    Outer("cosh({})", lambda x: x.acosh()),
    Outer("tanh({})", lambda x: x.atanh()),
    Outer("asin({})", lambda x: x.sin()),
    Outer("acos({})", lambda x: x.cos()),
    Outer("atan({})", lambda x: x.tan()),
    Outer("asinh({})", lambda x: x.sinh()),
    Outer("sqrt({})", lambda x: x * x),
    Outer("cbrt({})", lambda x: x * x * x),
    Outer("1/({})", lambda x: 1 / x),
    Outer("({})^2", lambda x: x.sqrt()),
    Outer("pi^({})", _power(arb.pi)),
    Outer("2^({})", _power(lambda: arb(2))),
    Outer("lambertw({})", lambda x: x * x.exp()),
)
"""Functions that a number may be a value of."""

CHOICE = choice_bits(len(INNER) + 1)
"""Bits that say which of them it is, or that it is a quadratic number."""

LARGEST_LOG = 100.0
"""Size of the logarithm of what may stand inside a function: beyond it are exponentials of exponentials."""

MOST_LOST = 60
"""Bits of a number that a function may lose before its inverse is not tried."""


def functions(asked: Asked) -> Iterator[Match]:
    """Yield f(a + b c) and f of quadratic numbers, for the functions and constants of this module."""
    with ctx.workprec(asked.number.digits * 4 + 128):
        arguments = [(outer, outer.inverse(asked.number.ball)) for outer in OUTER]
        sizes = [float(abs(argument).log().mid()) for _, argument in arguments]
    for rank, (outer, argument) in enumerate(arguments):
        bits = RUNG_BITS + rank_bits(rank, len(OUTER))
        if (
            not argument.is_finite()
            or not abs(sizes[rank]) < LARGEST_LOG
            or argument.rel_accuracy_bits() < asked.information - MOST_LOST
        ):
            continue
        for text, complexity in Inner(asked, argument, asked.limit - bits).found():
            yield Match("expression", outer.text.format(text), bits + complexity, terms=(text,), names=(text,))


class Inner:
    """What stands inside a function: a quadratic number, or a linear function of one constant."""

    def __init__(self, asked: Asked, argument: arb, limit: float) -> None:
        """Scale the argument so that its error is a few units; `limit` is the most bits of an answer."""
        self._asked, self._argument, self._limit = asked, argument, limit
        man, exp = argument.rad().man_exp()
        self._spread = max(1, int(man) << max(0, int(exp) + asked.bits) >> max(0, -(int(exp) + asked.bits)))
        self._value = asked.integer(argument)

    def found(self) -> Iterator[tuple[str, float]]:
        """Yield texts with their lengths in bits."""
        asked, one, y, rung = self._asked, 1 << self._asked.bits, self._value, "functions of linear forms"
        if not y:
            return
        for row in asked.relations([one, y, asked.times(y, y)], rung, self._spread, self._limit - CHOICE):
            bits = self._bits(row)
            if bits < self._limit and row[2] and row[1] ** 2 > 4 * row[0] * row[2] and gcd(*row) == 1:
                yield quadratic_text(row, self._argument), bits
        for name in INNER:
            c = asked.constant(name)
            if c is None:
                continue
            for row in asked.relations([one, c, -y], rung, self._spread, self._limit - CHOICE):
                bits = self._bits(row)
                if row[2] and bits < self._limit:
                    yield linear_text((-row[2], *row[:2]), ("1", name)), bits

    def _bits(self, row: tuple[int, ...]) -> float:
        return CHOICE + relation_bits(row)
