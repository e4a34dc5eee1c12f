"""The constant behind a formula: candidates in order of likelihood, each tested, what holds verified anew.

First what is exact (a rational, infinite or quadratic limit), then the constants that theory derives from the
coefficients (`candidates.py`), then those of the nearest anchors, then the library within a budget. Typed numbers,
which cannot be evaluated anew, are in `typed_numbers.py`; the search for one relation is in `relations.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Protocol

from flint import arb, ctx

from catalog import expressions
from catalog.formula import PCF
from indexer.asymptotics import classify
from indexer.candidates import candidates
from indexer.families import family_relation
from indexer.findings import (
    FURTHER_DIGITS,
    GUARD_DIGITS,
    Proof,
    Relation,
    algebraic_relation,
    moebius_relation,
    moebius_value,
    rational_relation,
    real_root,
    verify,
)
from indexer.hypergeometric import closed_form
from indexer.identification import Exclusion as Exclusion
from indexer.identification import Guess as Guess
from indexer.identification import Identification as Identification
from indexer.identification import Outcome
from indexer.limits import Limit, limit
from indexer.relations import DIGITS, Attempt, Scaled, accurate_digits, algebraic, bits_for, moebius_scaled, scale
from indexer.screening import exclusion_bounds
from indexer.shapes import shape
from indexer.surds import Surd
from indexer.terms import NamedConstant as NamedConstant
from indexer.terms import Terms, scaled_constant

LIBRARY_BUDGET = 1_000
"""Attempts against members of the library for one formula; a bulk run passes less."""

NEIGHBOURS = 8
"""Nearest anchors whose constants are tried."""

LONG_RELATIONS = 8
"""Likeliest members of the library that are tried once more with all digits when the others are excluded."""

MIN_DIGITS = 30
"""Digits of a limit below which no relation is sought: two coefficients of seven digits would already be chance."""

MAX_DIGITS = 300
"""Digits to which a limit is evaluated for a candidate whose relation has long coefficients."""

QUADRATIC_DIGITS = 60
"""Digits used for the search of a quadratic polynomial."""

SCREENED_BOUND = 1_000
"""Size of coefficients up to which a screening must exclude a relation for it not to be sought alone."""

LIBRARY = "library"
"""Why a constant is tried that nothing but its place in the library proposes."""


class Anchors(Protocol):
    """Labelled formulas that can be asked for the nearest ones."""

    def nearest(self, formula: PCF, k: int) -> Sequence[tuple[str, float, str]]:
        """Constant name, distance and text of the `k` anchors nearest to a formula, nearest first."""


@dataclass(slots=True)
class Search:
    """One formula on its way through the candidates; `value` is its limit as it was known before."""

    formula: PCF
    value: arb
    digits: int
    terms: Terms
    guesses: list[Guess] = field(default_factory=list)
    tried: set[str] = field(default_factory=set)
    attempts: int = 0
    digits_needed: int | None = None
    bound: int | None = None
    waiting: list[tuple[str, str]] = field(default_factory=list)
    screened: dict[str, int] = field(default_factory=dict)
    scaled: dict[int, Scaled] = field(default_factory=dict)
    anew: dict[int, Limit | None] = field(default_factory=dict)

    @property
    def at_digits(self) -> int:
        """Digits that a search uses."""
        return min(DIGITS, self.digits)

    def ball(self, bits: int) -> arb:
        """The limit evaluated anew to a precision."""
        digits = int(bits / bits_for(1_000) * 1_000) + 1
        if digits not in self.anew:
            self.anew[digits] = limit(self.formula, digits)
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
        self, name: str, expression: str, why: str, *, longer: bool = True, digits: int = DIGITS
    ) -> Relation | None:
        """Test one constant and verify what is found; a guess is recorded unless it comes from the library."""
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
            self.guesses.append(Guess(len(self.guesses) + 1, name, why, outcome))
        return relation

    def renamed(self, name: str, expression: str, found: Attempt) -> tuple[str, str, Attempt]:
        """The relation with the member of the library that the constant is a Moebius map of, so that names agree."""
        preferred, other = self.terms.preferred(expression)
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
            return moebius_value(coefficients, expressions.evaluate(expression, bits + guard))

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


def identify(
    formula: PCF,
    library: Terms | Iterable[NamedConstant] = (),
    anchors: Anchors | None = None,
    *,
    known: Limit | None = None,
    budget: int = LIBRARY_BUDGET,
) -> Identification:
    """Name the limit of a formula, or say what was excluded.

    `known` is the limit where it was evaluated before (110 digits). `budget` bounds the attempts against members of
    the library; constants from theory and from anchors are few and always tried.
    """
    begun = begin(formula, library, anchors, known=known)
    return begun if isinstance(begun, Identification) else finish(begun, budget)


def begin(
    formula: PCF,
    library: Terms | Iterable[NamedConstant] = (),
    anchors: Anchors | None = None,
    *,
    known: Limit | None = None,
) -> Identification | Search:
    """The first part of `identify`, all that is peculiar to the formula: `finish` takes what is not decided."""
    if known is None:
        verdict = classify(formula)
        if verdict.status == "diverges":
            return _nothing(formula, "the formula diverges, so that it has no limit to identify")
        known = limit(formula, verdict=verdict)
    if known is not None and known.infinite:
        return Identification(formula, "found", reason="the limit is infinite")
    if known is None or known.ball is None:
        reason = known.reason if known and known.reason else "its limit could not be evaluated"
        return _nothing(formula, f"there is nothing to identify: {reason}")
    if known.exact is not None:
        digits = known.digits
        exact = rational_relation(
            known.exact, digits_used=digits, digits_verified=digits, proof="closed_form", method="exact"
        )
        return Identification(formula, "found", (exact,))
    if known.digits < MIN_DIGITS:
        reason = f"only {known.digits} digits of the limit are known; at least {MIN_DIGITS} are needed"
        return Identification(formula, "too_few_digits", digits_needed=MIN_DIGITS, reason=reason)
    search = Search(formula, known.ball, known.digits, Terms.of(library))
    if relation := _algebraic(search) or _proposed(search, _by_theory(formula)):
        return _found(search, relation)
    search.waiting = [pair for pair in _by_neighbours(search, anchors) if pair[0] not in search.tried]
    if relation := _proposed(search, search.waiting[:1]):
        return _found(search, relation)
    return search


def screen(searches: Sequence[Search], budget: int) -> None:
    """Exclude short relations of many undecided formulas with the members that `finish` is going to try, at once.

    What is screened out up to SCREENED_BOUND is not sought alone any more, which takes ten times as long.
    """
    pairs, places = [], []
    for search in searches:
        own = search.at(search.at_digits)
        members = (expression for _, expression in islice(search.terms, budget))
        for expression in dict.fromkeys(chain(members, (expression for expression, _ in search.waiting))):
            scaled = scaled_constant(expression, DIGITS)
            if scaled is not None and expression not in search.tried:
                pairs.append((own, scaled))
                places.append((search, expression))
    if not pairs:
        return
    for (search, expression), bound in zip(places, exclusion_bounds(pairs).tolist(), strict=True):
        if bound >= SCREENED_BOUND:
            search.screened[expression] = int(bound)


def _found(search: Search, relation: Relation) -> Identification:
    guesses = tuple(search.guesses)
    return Identification(search.formula, "found", (relation,), guesses, attempts=search.attempts)


def _nothing(formula: PCF, reason: str) -> Identification:
    return Identification(formula, "nothing_to_identify", reason=reason)


def _algebraic(search: Search) -> Relation | None:
    """A rational or quadratic limit, verified anew; proved where the closed form says the same."""
    digits = min(QUADRATIC_DIGITS, search.digits)
    with ctx.workprec(bits_for(search.digits) + 32):
        found = algebraic(search.value, 2, digits)
    if found.coefficients is None:
        return None
    polynomial, root = found.coefficients, search.value
    wanted, asked = digits + FURTHER_DIGITS, search.digits + GUARD_DIGITS
    agreed = verify(search.ball, lambda bits: real_root(polynomial, root, bits), wanted, asked)
    if agreed is None:
        return None
    theorem = _theorem(search.formula, polynomial)
    proof: Proof = "closed_form" if theorem else "verified"
    return algebraic_relation(
        polynomial, root, digits_used=digits, digits_verified=agreed, proof=proof, method=theorem or "lll"
    )


def _theorem(formula: PCF, polynomial: Sequence[int]) -> str | None:
    """The theorem by which a limit is exactly a root of a quadratic polynomial, None where no closed form says so."""
    closed = closed_form(formula)
    if closed is None or not isinstance(closed.exact, Surd) or len(polynomial) != 3:
        return None
    trace, norm = 2 * closed.exact.p, closed.exact.p**2 - closed.exact.q**2 * closed.exact.d
    z = polynomial[2]
    return closed.theorem if (polynomial[0], polynomial[1]) == (norm * z, -trace * z) else None


def _proposed(search: Search, proposals: Iterable[tuple[str, str]]) -> Relation | None:
    """The first relation with one of the expressions that are proposed, each with why."""
    for expression, why in proposals:
        if expression not in search.tried:
            relation = search.test(expression, expression, why)
            if relation:
                return relation
    return None


def _by_theory(formula: PCF) -> Iterator[tuple[str, str]]:
    """Expressions that the coefficients lead to, in order of likelihood."""
    theory = "closed form" if shape(formula) else "first-order or Bessel solution"
    for expression in candidates(formula):
        yield expression, theory


def _by_neighbours(search: Search, anchors: Anchors | None) -> Iterator[tuple[str, str]]:
    """The constants of the nearest anchors, nearest first."""
    if anchors is not None:
        for name, distance, neighbour in anchors.nearest(search.formula, NEIGHBOURS):
            yield search.terms.expression_of(name), f"neighbour {neighbour} at {distance:.3g}"


def finish(search: Search, budget: int = LIBRARY_BUDGET) -> Identification:
    """The last part of `identify`: the other neighbours' constants, then the library in its order within the budget."""
    if relation := _proposed(search, search.waiting):
        return _found(search, relation)
    swept = 0
    for name, expression in search.terms:
        if expression in search.tried:
            continue
        if swept == budget:
            return _unnamed(search, swept, complete=False)
        swept += 1
        if relation := search.test(name, expression, LIBRARY, longer=False):
            return _found(search, relation)
    for name, expression in islice(search.terms, LONG_RELATIONS):
        if relation := search.test(name, expression, LIBRARY, digits=search.digits):
            return _found(search, relation)
    return _unnamed(search, swept, complete=True)


def _unnamed(search: Search, swept: int, *, complete: bool) -> Identification:
    """What is known of a formula to which no constant was found."""
    exclusion = Exclusion(search.bound, search.at_digits, swept) if search.bound is not None else None
    outcome: Outcome = "excluded" if complete else "budget"
    reason = f"no relation with {swept} constants of the library" + ("" if complete else ", where the budget ended")
    if search.digits_needed:
        outcome = "too_few_digits"
        reason = f"{search.digits_needed} digits would decide about a relation with long coefficients"
    return Identification(
        search.formula, outcome, (), tuple(search.guesses), exclusion, search.attempts, search.digits_needed, reason
    )


def from_family(formula: PCF, representative: PCF, relation: Relation) -> Relation | None:
    """The relation of a formula whose family's representative is named: both Moebius maps in turn, verified anew.

    None where the two limits are not related, or `relation` is no Moebius relation.
    """
    if relation.kind != "moebius" or relation.coefficients is None:
        return None
    link = family_relation(formula, representative)
    if link is None:
        return None
    (p, q, r, s), (x, y, z, w) = link, relation.coefficients
    found = Attempt("found", DIGITS, (p * z + q * x, p * w + q * y, r * z + s * x, r * w + s * y))
    search = Search(formula, arb(0), DIGITS, Terms())
    return search.verified(relation.constants[0], relation.terms[0], found, f"family of {representative}")
