"""What the rungs of the ladder ask and give: the number as integers and balls, and an answer with its length."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from flint import arb, ctx

from catalog.constants import evaluation
from catalog.constants.library import Constant
from catalog.errors import ExpressionError
from indexer.identification.ladder.complexity import MARGIN_BITS, may_fit
from indexer.identification.library import NamedConstant
from indexer.identification.typed import Number, cut
from indexer.mathematics.numbers.decimals import LOG2_10, bits_for
from indexer.mathematics.relations.relation import Kind, Relation
from indexer.mathematics.relations.search import DIGITS
from indexer.mathematics.relations.short import short_relations

SPARE_BITS = 2
"""Bits of the error of a number that its scaled integer leaves: more would be noise, fewer would lose digits."""

MOST_INTEGER_BITS = bits_for(DIGITS) + 4
"""Bits after the point of the scaled integers; further digits of a number test what was found by these."""


VALUE_BITS = 160
"""Bits beyond the number's digits to which an answer is evaluated: two that agree so far are the same number."""


@dataclass(frozen=True)
class NumberRelation(Relation):
    """A relation of a typed number, its length in bits against the bits that the digits hold."""

    complexity: float = 0.0
    information: float = 0.0
    value: arb | None = field(default=None, compare=False, repr=False)
    counted: float | None = None

    def equals(self, other: NumberRelation) -> bool:
        """Return whether the other is the same number, as far as both were evaluated."""
        return self.value is not None and other.value is not None and self.value.overlaps(other.value)

    @property
    def chance(self) -> float:
        """The expected number of answers at most as long that match a random number with so many digits.

        It is `counted` among the expressions near the number for few digits; else the bound that a prefix code has.
        """
        return 2.0 ** (self.complexity - self.information) if self.counted is None else self.counted

    def to_json(self) -> dict[str, object]:
        """Return the object of the JSON contract."""
        return Relation.to_json(self) | {
            "complexity_bits": round(self.complexity, 1),
            "information_bits": round(self.information, 1),
            "expected_by_chance": float(f"{self.chance:.2g}"),
        }


@dataclass(frozen=True, slots=True)
class Match:
    """An answer that a rung proposes: its text, its length in bits, and what it is made of.

    `terms` are the constants' expressions, with their `names`; `value` evaluates it where its text cannot be.
    """

    kind: Kind
    expression: str
    complexity: float
    method: str = "lll"
    names: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    coefficients: tuple[int, ...] | None = None
    polynomial: tuple[int, ...] | None = None
    value: Callable[[int], arb] | None = None
    counted: float | None = None


@dataclass
class Asked:
    """A number as the rungs want it: its ball, the bits that it holds, and constants scaled as it is.

    `library` are the constants that a catalogue or the library names; `effort` grows the sets of constants, and
    an answer may be longer than the digits by `spare` bits. `limit` are the bits beyond which a match is not worth a
    thought: what the digits and the scaled integers hold.
    """

    number: Number
    library: Sequence[NamedConstant] = ()
    effort: int = 1
    degree: int = 8
    tried: dict[str, int] = field(default_factory=dict)
    spare: float = -2.0

    def __post_init__(self) -> None:
        """Choose the scale: one unit is a quarter of the number's error."""
        known = self.number.error_bits
        self.bits = max(8, min(MOST_INTEGER_BITS, known + SPARE_BITS))
        self.units = max(1, 1 << max(0, self.bits - known))
        self.information = self.number.information
        self.scaled = self.integer(self.number.ball)
        self.limit = min(self.information, float(self.scaled.bit_length())) + self.spare

    def integer(self, ball: arb) -> int:
        """Return a ball as a scaled integer."""
        return _integer(ball, self.bits)

    def constant(self, expression: str) -> int | None:
        """Return a constant as a scaled integer, None where it has no real value or too few known digits."""
        if (known := _known(expression)) is not None and known < self.number.digits:
            return None
        value = _scaled(expression)
        return None if value is None else value >> MOST_INTEGER_BITS - self.bits

    def cut_for(self, expression: str) -> Asked | None:
        """Return the same question about as many digits as are known of a constant, None where these are enough."""
        known = _known(expression)
        if known is None or known >= self.number.digits:
            return None
        return Asked(cut(self.number, known), (), self.effort, self.degree, self.tried)

    def times(self, first: int, second: int) -> int:
        """Return the product of two scaled integers."""
        return first * second >> self.bits

    def relations(self, values: Sequence[int], rung: str, spread: int, most_bits: float) -> list[tuple[int, ...]]:
        """Return the relations of scaled integers of up to `most_bits` bits; `spread` enlarges the number's error.

        Longer ones may be among them: only what is surely too long is left out.
        """
        self._count(rung)
        return short_relations(values, self._tolerance(spread), most_bits, may_fit)

    def polynomials(self, powers: Sequence[int], rung: str, spread: int) -> list[tuple[int, ...]]:
        """Return the relations of powers, of which a factor may be shorter than the whole."""
        self._count(rung)
        return short_relations(powers, self._tolerance(spread), self.limit)

    def _count(self, rung: str) -> None:
        self.tried[rung] = self.tried.get(rung, 0) + 1

    def _tolerance(self, spread: int) -> int:
        return 4 + 2 * self.units * max(1, spread)


def _integer(ball: arb, bits: int) -> int:
    man, exp = ball.mid().man_exp()
    move = int(exp) + bits
    return int(man) << move if move >= 0 else int(man) >> -move


@lru_cache(maxsize=4096)
def _scaled(expression: str) -> int | None:
    """Return a constant with the most bits, or as many as are known, kept for the next number."""
    try:
        return _integer(evaluation.evaluate_known(expression, MOST_INTEGER_BITS + SPARE_BITS), MOST_INTEGER_BITS)
    except ExpressionError:
        return None


def _known(expression: str) -> int | None:
    """Return the digits that are known of a constant, None where any number is."""
    try:
        return evaluation.known_digits(expression)
    except ExpressionError:
        return None


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of the ladder: its name in a sentence, the least digits it needs, and the search itself.

    `in_table` says that a search is a look-up in the table of short expressions.
    """

    name: str
    seek: Callable[[Asked], Iterator[Match]]
    least_digits: int = 12
    effort: int = 0
    in_table: bool = False


def verified(asked: Asked, match: Match) -> NumberRelation | None:
    """Return a match as a relation where its text, evaluated anew, lies within the error of the number."""
    number = asked.number
    bits = bits_for(number.digits) + VALUE_BITS
    try:
        value = match.value(bits) if match.value else evaluation.evaluate_known(match.expression, bits)
    except ExpressionError:
        return None
    known = min([number.digits, *(digits for term in match.terms if (digits := _known(term)) is not None)])
    with ctx.workprec(bits):
        difference = number.ball - value
        if not (difference.is_finite() and difference.contains(0)):
            return None
    return NumberRelation(
        match.kind,
        match.expression,
        min(known, DIGITS),
        known,
        "matched",
        match.method,
        match.names,
        match.terms,
        match.coefficients,
        match.polynomial,
        complexity=match.complexity,
        information=asked.information - (number.digits - known) * LOG2_10,
        value=value,
        counted=match.counted,
    )


def is_found(relation: NumberRelation, margin: float = MARGIN_BITS) -> bool:
    """Return whether the digits outweigh an answer by so many bits."""
    return relation.information - relation.complexity >= margin


def common(texts: Sequence[str]) -> tuple[Constant, ...]:
    """Return constants that are named by their expressions."""
    return tuple(Constant(text, text, "common") for text in texts)
