"""One formula on its way through the candidates: attempts, with as many digits as they take, and their verification.

Which constants are tried, and in which order, is in `guess.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from flint import arb

from catalog.constants import evaluation
from catalog.formulas.pcf import PCF
from indexer.identification.library import PreparedLibrary, scaled_constant
from indexer.identification.outcome import Guess, Proposal
from indexer.kinds.kind import kind_of
from indexer.mathematics.continued_fractions.limit import Limit
from indexer.mathematics.numbers.decimals import bits_for
from indexer.mathematics.relations.relation import (
    FURTHER_DIGITS,
    GUARD_DIGITS,
    Relation,
    moebius_relation,
    moebius_value,
    verify,
)
from indexer.mathematics.relations.search import DIGITS, Attempt, Scaled, accurate_digits, moebius_scaled, scale
from indexer.similarity.anchors import Anchor

MIN_DIGITS = 30
"""Digits of a limit below which no relation is sought: two coefficients of seven digits would already be chance."""

MAX_DIGITS = 300
"""Digits to which a limit is evaluated for a candidate whose relation has long coefficients."""

LIBRARY = "library"
"""Why a constant is tried that nothing but its place in the library proposes."""


class Anchors(Protocol):
    """Labelled formulas that can be asked for the nearest ones."""

    def nearest(self, formulas: Sequence[PCF], k: int) -> Sequence[Sequence[Anchor]]:
        """The `k` anchors nearest to each of some formulas, nearest first."""


@dataclass(frozen=True, slots=True)
class Sweep:
    """What a screening leaves of the first members of the library, and how many it excludes up to which bound."""

    budget: int
    open: tuple[tuple[str, str], ...]
    excluded: int
    bound: int


@dataclass(slots=True)
class Search:
    """One formula on its way through the candidates; `value` is its limit as it was known before.

    `screened`, `sweep` and `no_quadratic` are what a screening of many formulas at once excludes.
    """

    formula: PCF
    value: arb
    digits: int
    library: PreparedLibrary
    anchors: Anchors | None = None
    guesses: list[Guess] = field(default_factory=list)
    tried: set[str] = field(default_factory=set)
    attempts: int = 0
    digits_needed: int | None = None
    bound: int | None = None
    neighbours: list[Proposal] | None = None
    screened: dict[str, int] = field(default_factory=dict)
    sweep: Sweep | None = None
    no_quadratic: bool = False
    scaled: dict[int, Scaled] = field(default_factory=dict)
    anew: dict[int, Limit | None] = field(default_factory=dict)

    @property
    def entire(self) -> bool:
        """Whether the formula converges faster than any power: which members of the library are tried first."""
        return kind_of(self.formula).is_entire(self.formula)

    @property
    def at_digits(self) -> int:
        """Digits that a search uses."""
        return min(DIGITS, self.digits)

    def ball(self, bits: int) -> arb:
        """The limit evaluated anew to a precision."""
        digits = int(bits / bits_for(1_000) * 1_000) + 1
        if digits not in self.anew:
            self.anew[digits] = kind_of(self.formula).limit(self.formula, digits)
        found = self.anew[digits]
        return arb("nan") if found is None or found.ball is None else found.ball

    def evaluable(self, digits: int) -> bool:
        """Whether the limit can be had to the digits that a verification needs; if not, how many is kept."""
        needed = digits + FURTHER_DIGITS
        if accurate_digits(self.ball(bits_for(max(needed, self.digits + GUARD_DIGITS) + GUARD_DIGITS))) >= needed:
            return True
        self.lacks(needed)
        return False

    def excluded(self, bound: int) -> None:
        """Keep the size of coefficients up to which all members tried so far are excluded."""
        self.bound = bound if self.bound is None else min(self.bound, bound)

    def lacks(self, digits: int) -> None:
        """Keep the least number of digits that would decide about a candidate."""
        self.digits_needed = min(digits, self.digits_needed or digits)

    def at(self, digits: int) -> Scaled:
        """The limit as a scaled integer."""
        if digits not in self.scaled:
            ball = self.value if digits <= self.digits else self.ball(bits_for(digits))
            self.scaled[digits] = scale(ball, digits)
        return self.scaled[digits]

    def attempt(self, expression: str, longer: bool, digits: int = DIGITS) -> Attempt | None:
        """Seek a relation with one constant, with more digits where these are too few and `longer` allows it."""
        digits = min(digits, self.digits)
        if expression in self.screened and digits <= DIGITS:
            self.attempts += 1
            return Attempt("excluded", digits, bound=self.screened[expression])
        while True:
            constant = scaled_constant(expression, digits)
            if constant is None:
                return None
            self.attempts += 1
            found = moebius_scaled(self.at(digits), constant, digits)
            needed = found.digits_needed or 0
            if found.outcome != "too_few_digits" or not digits < needed <= (MAX_DIGITS if longer else self.digits):
                return found
            digits = needed

    def test(
        self, proposal: Proposal, name: str | None = None, *, longer: bool = True, digits: int = DIGITS
    ) -> Relation | None:
        """Test one constant and verify what is found; a guess is recorded unless it comes from the library."""
        expression, why = proposal.expression, proposal.why
        name = name or expression
        self.tried.add(expression)
        found = self.attempt(expression, longer, digits)
        if found is None or found.outcome == "degenerate":
            return None
        relation, outcome = None, found.outcome
        if found.coefficients is not None:
            name, expression, found = self.renamed(name, expression, found)
            relation = self.verified(name, expression, found, why)
            outcome = "found" if relation else "excluded" if self.evaluable(found.digits) else "too_few_digits"
        elif outcome == "too_few_digits":
            self.lacks(found.digits_needed or MIN_DIGITS)
        elif why == LIBRARY and outcome == "excluded":
            self.excluded(found.bound)
        if relation or why != LIBRARY:
            rank = len(self.guesses) + 1
            self.guesses.append(Guess(rank, name, why, outcome, proposal.neighbour, proposal.distance))
        return relation

    def renamed(self, name: str, expression: str, found: Attempt) -> tuple[str, str, Attempt]:
        """The relation with the member of the library that the constant is a Moebius map of, so that names agree."""
        preferred, other = self.library.preferred(expression)
        if other == expression:
            return preferred, expression, found
        again = self.attempt(other, longer=True)
        if again is None or again.coefficients is None:
            return name, expression, found
        return preferred, other, again

    def verified(self, name: str, expression: str, found: Attempt, why: str) -> Relation | None:
        """The relation of an attempt, where both sides evaluated anew agree to the digits asked for."""
        coefficients = found.coefficients
        assert coefficients is not None
        guard = 64 + max(abs(x) for x in coefficients).bit_length()

        def right(bits: int) -> arb:
            return moebius_value(coefficients, evaluation.evaluate(expression, bits + guard))

        agreed = verify(self.ball, right, found.digits + FURTHER_DIGITS, self.digits + GUARD_DIGITS)
        if agreed is None:
            return None
        return moebius_relation(
            name,
            expression,
            coefficients,
            digits_used=found.digits,
            digits_verified=agreed,
            proof="verified",
            method=f"lll, {why}",
        )
