"""Attempts at one formula: the constants that are tried in turn, what is asked, and what came of them.

A search is a value of three parts, `Question`, `Screening` and `Trail`, of which only the trail grows. Which constants
are tried, and in which order, is in `identify.py`; what many searches exclude at once is in `screen.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from flint import arb

from catalog.constants.evaluation import evaluate_known, known_digits
from catalog.errors import ExpressionError
from catalog.formulas.pcf import PCF
from catalog.vocabulary import Outcome
from indexer.identification.library import PreparedLibrary, scaled_constant
from indexer.identification.outcome import Guess, Proposal
from indexer.kinds.kind import kind_of
from indexer.mathematics.numbers.decimals import bits_for, digits_for
from indexer.mathematics.relations.relation import (
    FURTHER_DIGITS,
    GUARD_DIGITS,
    Relation,
    compare,
    moebius_image,
    moebius_relation,
)
from indexer.mathematics.relations.search import (
    CHANCE_MARGIN,
    DIGITS,
    Attempt,
    Scaled,
    digit_sum,
    moebius_scaled,
    normal_moebius,
    scale,
)
from indexer.mathematics.relations.text import moebius_text
from indexer.similarity.anchors import NearestAnchors

MIN_DIGITS = 30
"""Digits of a limit below which no relation is sought: two coefficients of seven digits would already be chance."""

MAX_DIGITS = 300
"""Digits to which a limit is evaluated for a candidate whose relation has long coefficients."""

SPARE_DIGITS = 5
"""Digits that a map may lose of a constant that is known by its digits alone."""

LIBRARY = "library"
"""Why a constant is tried that nothing but its rank in the library proposes."""


class LimitAnew:
    """The limit of a formula, evaluated anew to any precision, once to each number of digits."""

    def __init__(self, formula: PCF) -> None:
        """Evaluate nothing yet."""
        self._formula = formula
        self._found: dict[int, arb] = {}

    def __call__(self, bits: int) -> arb:
        """Return the limit to a precision in bits, NaN where it cannot be evaluated."""
        digits = digits_for(bits)
        if digits not in self._found:
            found = kind_of(self._formula).limit(self._formula, digits)
            self._found[digits] = arb("nan") if found is None or found.ball is None else found.ball
        return self._found[digits]


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: which constant is behind the limit of a formula, which is known as `value` to `digits` digits.

    The constants of the library are tried, and those of the nearest anchors where there are any. `enclosed` says that
    the value is proved to lie where its ball is, so that what is excluded is.
    """

    formula: PCF
    value: arb
    digits: int
    library: PreparedLibrary
    anchors: NearestAnchors | None = None
    enclosed: bool = True
    anew: LimitAnew = field(init=False, repr=False)
    _scaled: dict[int, Scaled] = field(init=False, default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        """Make ready to evaluate the limit anew."""
        object.__setattr__(self, "anew", LimitAnew(self.formula))

    @property
    def entire(self) -> bool:
        """Whether the formula converges faster than any power: which members of the library are tried first."""
        return kind_of(self.formula).is_entire(self.formula)

    @property
    def at_digits(self) -> int:
        """The digits that a search uses."""
        return min(DIGITS, self.digits)

    def scaled(self, digits: int) -> Scaled:
        """Return the limit as a scaled integer."""
        if digits not in self._scaled:
            ball = self.value if digits <= self.digits else self.anew(bits_for(digits))
            self._scaled[digits] = scale(ball, digits)
        return self._scaled[digits]


@dataclass(frozen=True, slots=True)
class Sweep:
    """What a screening leaves of the first members of the library, and how many it excludes up to which bound."""

    budget: int
    open: tuple[tuple[str, str], ...]
    excluded: int
    bound: int


@dataclass(frozen=True, slots=True)
class Screening:
    """What is known of one formula before its constants are tried one by one.

    `bounds` are the sizes of coefficients up to which expressions are excluded. `neighbours` are the constants of the
    nearest anchors, None as long as nobody asked for them; `sweep` is None as long as the library was not screened.
    `not_quadratic` says that the limit is no root of a short quadratic polynomial.
    """

    neighbours: tuple[Proposal, ...] | None = None
    bounds: Mapping[str, int] = field(default_factory=dict)
    sweep: Sweep | None = None
    not_quadratic: bool = False


NOT_SCREENED = Screening()


@dataclass(slots=True)
class Trail:
    """What came of the attempts so far; only the search that they belong to writes it.

    `bound` is the size of coefficients up to which all constants tried so far are excluded, whoever proposed them, and
    `digits_needed` the least number of digits that would decide about a candidate. `errors` tell of relations that
    failed their verification: of their constants nothing is excluded.
    """

    guesses: list[Guess] = field(default_factory=list)
    expressions: set[str] = field(default_factory=set)
    attempts: int = 0
    bound: int | None = None
    digits_needed: int | None = None
    errors: list[str] = field(default_factory=list)

    def guessed(self, name: str, proposal: Proposal, outcome: Outcome) -> None:
        """Add a guess."""
        rank = len(self.guesses) + 1
        self.guesses.append(Guess(rank, name, proposal.why, outcome, proposal.neighbour, proposal.distance))

    def excluded(self, bound: int) -> None:
        """Take in that a constant is excluded up to a bound."""
        self.bound = bound if self.bound is None else min(self.bound, bound)

    def failed(self, failure: Failure) -> None:
        """Take in that a relation failed its verification."""
        if failure.digits_needed is not None:
            self.lacked(failure.digits_needed)
        self.bound = 0
        if failure.error is not None:
            self.errors.append(failure.error)

    def lacked(self, digits: int) -> None:
        """Take in that so many digits would decide about a candidate."""
        self.digits_needed = min(digits, self.digits_needed or digits)


@dataclass(frozen=True, slots=True)
class Search:
    """One formula on its way through the candidates: what is asked, what was screened, and what came of it so far."""

    asked: Question
    screening: Screening = NOT_SCREENED
    trail: Trail = field(default_factory=Trail)

    def attempt(self, expression: str, longer: bool, digits: int = DIGITS) -> Attempt | None:
        """Seek a relation with one constant, with more digits where these are too few and `longer` allows it.

        None where the constant has no real value, or is known to fewer than MIN_DIGITS.
        """
        digits = min(digits, self.asked.digits)
        most = MAX_DIGITS if longer else self.asked.digits
        if (usable := searched_digits(expression)) is not None:
            if usable < MIN_DIGITS:
                return None
            digits, most = min(digits, usable), min(most, usable)
        if expression in self.screening.bounds and digits <= DIGITS:
            self.trail.attempts += 1
            return Attempt("excluded", digits, bound=self.screening.bounds[expression])
        while True:
            constant = scaled_constant(expression, digits)
            if constant is None:
                return None
            self.trail.attempts += 1
            found = moebius_scaled(self.asked.scaled(digits), constant, digits)
            needed = found.digits_needed or 0
            if found.outcome != "too_few_digits" or not digits < needed <= most:
                return found
            digits = needed

    def test(
        self, proposal: Proposal, name: str | None = None, *, longer: bool = True, digits: int = DIGITS
    ) -> Relation | None:
        """Test one constant and verify what is found; a guess is recorded unless it comes from the library."""
        expression, why = proposal.expression, proposal.why
        name = name or expression
        self.trail.expressions.add(expression)
        found = self.attempt(expression, longer, digits)
        if found is None or found.outcome == "degenerate":
            return None
        relation: Relation | None = None
        outcome: Outcome = found.outcome
        if found.coefficients is not None:
            name, expression, found = self._renamed(name, expression, found, digits)
            relation, failure = verification(self.asked.anew, name, expression, found, f"lll, {why}", self.asked.digits)
            if failure is not None:
                outcome = "too_few_digits" if failure.error is None else "budget"
                self.trail.failed(failure)
        elif outcome == "too_few_digits":
            self.trail.lacked(found.digits_needed or MIN_DIGITS)
            self.trail.excluded(found.bound)
        elif outcome == "excluded":
            self.trail.excluded(found.bound)
        if relation or why != LIBRARY:
            self.trail.guessed(name, proposal, outcome)
        return relation

    def skip(self, sweep: Sweep) -> None:
        """Count the members of the library that a screening has excluded as tried."""
        self.trail.attempts += sweep.excluded
        if sweep.excluded:
            self.trail.excluded(sweep.bound)

    def _renamed(self, name: str, expression: str, found: Attempt, digits: int) -> tuple[str, str, Attempt]:
        """Return the relation with the member of the library of which the constant is a map, so that names agree."""
        preferred, other = self.asked.library.preferred(expression)
        if other == expression:
            return preferred, expression, found
        again = self.attempt(other, longer=True, digits=digits)
        if again is None or again.coefficients is None:
            return name, expression, found
        return preferred, other, again


def searched_digits(expression: str) -> int | None:
    """Return the digits of a constant known by its digits alone that a search may use, None where any number is known.

    So many are left that what is found can be verified; where there are too few for that it uses them all.
    """
    try:
        known = known_digits(expression)
    except ExpressionError:
        return None
    return known if known is None or not can_verify(expression) else known - FURTHER_DIGITS - SPARE_DIGITS


def can_verify(expression: str) -> bool:
    """Return whether so many digits of a constant are known that a relation with it can be verified by some of them."""
    known = known_digits(expression)
    return known is None or known >= MIN_DIGITS + FURTHER_DIGITS + SPARE_DIGITS


@dataclass(frozen=True, slots=True)
class Failure:
    """A relation that was found and failed its verification, which excludes nothing.

    `digits_needed` are the digits that the limit lacks for it; where it lacks none, `error` says what is wrong.
    """

    digits_needed: int | None = None
    error: str | None = None


def verified(
    limit: Callable[[int], arb], name: str, expression: str, found: Attempt, method: str, digits: int
) -> Relation | None:
    """Return the relation of an attempt, None where it fails its verification."""
    return verification(limit, name, expression, found, method, digits)[0]


def verification(
    limit: Callable[[int], arb], name: str, expression: str, found: Attempt, method: str, digits: int
) -> tuple[Relation, None] | tuple[None, Failure]:
    """Return the relation of an attempt, or why its two sides, evaluated anew, cannot be said to agree.

    `limit` takes a precision in bits. The two sides must agree to FURTHER_DIGITS more digits than the relation was
    found with, and are evaluated to more than `digits`, to which the limit was known. A constant that is known by too
    few digits for that has a numerical relation, where those that are left are beyond chance.
    """
    coefficients, needed = found.coefficients, found.digits + FURTHER_DIGITS
    assert coefficients is not None

    def constant(bits: int) -> arb:
        return evaluate_known(expression, bits)

    def right(bits: int) -> arb:
        return moebius_image(coefficients, constant, bits)

    compared = compare(limit, right, needed, digits + GUARD_DIGITS)
    known = known_digits(expression)
    agreed = compared.digits if known is None else min(known, compared.digits)
    few = known is not None and compared.outcome == "open" and agreed >= digit_sum(coefficients) + CHANCE_MARGIN
    if compared.outcome != "agree" and not few:
        if compared.outcome == "open" and compared.left < needed:
            return None, Failure(digits_needed=needed)
        text = moebius_text(normal_moebius(coefficients), expression)
        why = (
            "the two sides, evaluated anew, differ"
            if compared.outcome == "differ"
            else f"only {compared.right} digits of it could be had"
        )
        return None, Failure(error=f"{text}, found with {found.digits} digits, could not be verified: {why}")
    relation = moebius_relation(
        name,
        expression,
        coefficients,
        digits_used=found.digits,
        digits_verified=agreed,
        proof="numerical" if few else "verified",
        method=method,
    )
    return relation, None
