"""The constant behind a formula: candidates in order of likelihood, each tested, what holds verified anew.

First what is exact (a rational, infinite or quadratic limit), then the relation that theory proves (`theorems.py`) or
the constants that it proposes (`mathematics/closed_forms/proposals.py`), then those of the nearest anchors, then the
library within a budget. Numbers as they are typed, which cannot be evaluated anew, are in `numbers.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from catalog.formulas.pcf import PCF
from indexer.identification.attempts import LIBRARY, MIN_DIGITS, LimitAnew, Question, Screening, Search, verified
from indexer.identification.library import NamedConstant, PreparedLibrary
from indexer.identification.outcome import Exclusion, Guess, Identification, IdentificationOutcome, Proposal
from indexer.identification.quadratic import quadratic_relation
from indexer.identification.screen import neighbours_of
from indexer.identification.theorems import METHOD, algebraic_by_theory, derived_relation, with_proof
from indexer.kinds.kind import kind_of
from indexer.mathematics.continued_fractions.limit import Limit
from indexer.mathematics.proofs.certificate import composed
from indexer.mathematics.relations.relation import Relation, rational_relation
from indexer.mathematics.relations.search import DIGITS, Attempt
from indexer.similarity.anchors import NearestAnchors

LIBRARY_BUDGET = 1_000
"""Attempts against members of the library for one formula; a bulk run passes less."""

LONG_RELATIONS = 8
"""Likeliest members of the library that are tried once more with all digits when the others are excluded."""


def identify(
    formula: PCF,
    library: PreparedLibrary | Iterable[NamedConstant] = (),
    anchors: NearestAnchors | None = None,
    *,
    known: Limit | None = None,
    budget: int = LIBRARY_BUDGET,
) -> Identification:
    """Name the limit of a formula, or say what was excluded.

    `known` is the limit where it was evaluated before (110 digits). `budget` bounds the attempts against members of
    the library; constants from theory and from anchors are few and always tried.
    """
    return finish(begin(formula, library, anchors, known=known), budget)


def begin(
    formula: PCF,
    library: PreparedLibrary | Iterable[NamedConstant] = (),
    anchors: NearestAnchors | None = None,
    *,
    known: Limit | None = None,
    expected: Proposal | None = None,
) -> Identification | Search:
    """Do the first part of `identify`, all that is peculiar to the formula; `finish` decides what is left open.

    `expected` is a constant that the formula's source proposes, tried before those that theory does, and with all
    digits that are known, since its map may be long.
    """
    if known is None:
        known = kind_of(formula).limit(formula)
        if known is None:
            return divergent(formula)
    if known.infinite:
        return Identification(formula, "found", reason="the limit is infinite")
    if known.ball is None:
        reason = known.reason or "its limit could not be evaluated"
        return _nothing(formula, f"there is nothing to identify: {reason}")
    if known.exact is not None:
        digits = known.digits
        exact = rational_relation(
            known.exact, digits_used=digits, digits_verified=digits, proof="closed_form", method="exact"
        )
        return Identification(formula, "found", (with_proof(formula, exact),))
    if known.digits < MIN_DIGITS:
        reason = f"only {known.digits} digits of the limit are known; at least {MIN_DIGITS} are needed"
        return Identification(formula, "too_few_digits", digits_needed=MIN_DIGITS, reason=reason)
    prepared = PreparedLibrary.of(library)
    if (root := algebraic_by_theory(formula, known)) is not None:
        return Identification(formula, "found", (root,))
    if (theorem := derived_relation(formula, known, prepared)) is not None:
        guess = Guess(1, theorem.constants[0], METHOD, "found")
        return Identification(formula, "found", (theorem,), (guess,), attempts=1)
    enclosed = known.bound_kind == "ball"
    search = Search(Question(formula, known.ball, known.digits, prepared, anchors, enclosed))
    if expected and (relation := search.test(expected, digits=known.digits)):
        return _found(search, relation)
    proposed = list(_by_theory(formula))
    if not (expected or proposed):
        return search
    if relation := quadratic_relation(search.asked) or _proposed(search, proposed):
        return _found(search, relation)
    return replace(search, screening=Screening(not_quadratic=True))


def finish(begun: Identification | Search, budget: int = LIBRARY_BUDGET) -> Identification:
    """Do the last part of `identify`: a quadratic limit, the neighbours' constants, the library within the budget."""
    if isinstance(begun, Identification):
        return begun
    search, asked, screening = begun, begun.asked, begun.screening
    if not screening.not_quadratic and (relation := quadratic_relation(asked)):
        return _found(search, relation)
    (neighbours,) = neighbours_of([asked]) if screening.neighbours is None else (screening.neighbours,)
    if relation := _proposed(search, neighbours):
        return _found(search, relation)
    members = asked.library.members(entire=asked.entire)
    swept = min(budget, len(members))
    if relation := _swept(search, members, budget):
        return _found(search, relation)
    if swept == len(members):
        for name, expression in islice(members, LONG_RELATIONS):
            if relation := search.test(Proposal(expression, LIBRARY), name, digits=asked.digits):
                return _found(search, relation)
    if relation := _by_digits(asked):
        return _found(search, relation)
    return _unnamed(search, swept, complete=swept == len(members))


def from_family(formula: PCF, representative: PCF, relation: Relation) -> Relation | None:
    """Return the relation of a formula whose family's representative is named: both maps in turn, verified anew.

    None where the two limits are not related, or `relation` is no Moebius relation.
    """
    if relation.kind != "moebius" or relation.coefficients is None:
        return None
    link = kind_of(formula).family_relation(formula, representative)
    if link is None:
        return None
    (p, q, r, s), (x, y, z, w) = link, relation.coefficients
    found = Attempt("found", DIGITS, (p * z + q * x, p * w + q * y, r * z + s * x, r * w + s * y))
    (constant,), (expression,), method = relation.constants, relation.terms, f"lll, family of {representative}"
    return verified(LimitAnew(formula), constant, expression, found, method, DIGITS)


def from_class(formula: PCF, member: PCF, relation: Relation) -> Relation | None:
    """Return the relation of a formula in whose class a member is named: both maps in turn, verified anew.

    A theorem where the member's is one. None where the formulas are not equivalent, or `relation` is no Moebius
    relation.
    """
    equivalence = kind_of(formula).relate(formula, member).equivalence
    if equivalence is None or relation.kind != "moebius" or relation.coefficients is None:
        return None
    found = Attempt("found", DIGITS, composed(equivalence.map, relation.coefficients))
    (constant,), (expression,), method = relation.constants, relation.terms, f"equivalence to {member}"
    mapped = verified(LimitAnew(formula), constant, expression, found, method, DIGITS)
    if mapped is None or relation.proof != "theorem":
        return mapped
    return with_proof(formula, mapped, member)


def divergent(formula: PCF) -> Identification:
    """Return what is said of a formula that diverges."""
    return _nothing(formula, "the formula diverges, so that it has no limit to identify")


def _nothing(formula: PCF, reason: str) -> Identification:
    return Identification(formula, "nothing_to_identify", reason=reason)


def _found(search: Search, relation: Relation) -> Identification:
    trail, relation = search.trail, with_proof(search.asked.formula, relation)
    return Identification(search.asked.formula, "found", (relation,), tuple(trail.guesses), attempts=trail.attempts)


def _by_theory(formula: PCF) -> Iterator[Proposal]:
    """Yield expressions that the coefficients lead to, in order of likelihood."""
    for expression, theory in kind_of(formula).proposals(formula):
        yield Proposal(expression, theory)


def _proposed(search: Search, proposals: Iterable[Proposal]) -> Relation | None:
    """Return the first relation with one of the expressions that are proposed."""
    for proposal in proposals:
        if proposal.expression not in search.trail.expressions and (relation := search.test(proposal)):
            return relation
    return None


def _swept(search: Search, members: Sequence[tuple[str, str]], budget: int) -> Relation | None:
    """Return the first relation with a member within the budget; those that are screened out count as tried."""
    left: Iterable[tuple[str, str]] = islice(members, budget)
    sweep = search.screening.sweep
    if sweep is not None and sweep.budget == budget:
        left = sweep.open
        search.skip(sweep)
    for name, expression in left:
        if expression not in search.trail.expressions:
            relation = search.test(Proposal(expression, LIBRARY), name, longer=False)
            if relation:
                return relation
    return None


def _by_digits(asked: Question) -> Relation | None:
    """Return the first relation with one of the user's constants that are known by their digits alone.

    They exclude less than others, for which a search of their own keeps what it excludes apart.
    """
    search = Search(asked)
    for name, expression in asked.library.by_digits:
        if relation := search.test(Proposal(expression, LIBRARY), name, longer=False):
            return relation
    return None


def _unnamed(search: Search, swept: int, *, complete: bool) -> Identification:
    """Return what is known of a formula to which no constant was found."""
    asked, trail = search.asked, search.trail
    exclusion = Exclusion(trail.bound, asked.at_digits, swept, not asked.enclosed) if trail.bound else None
    outcome: IdentificationOutcome = "excluded" if complete else "budget"
    reason = f"no relation with {swept} constants of the library" + ("" if complete else ", where the budget ended")
    if trail.digits_needed:
        outcome = "too_few_digits"
        reason = f"{trail.digits_needed} digits would decide about a relation with long coefficients"
    if kind_of(asked.formula).closed_form(asked.formula) is not None:
        outcome, reason = "closed_form", f"the limit has a closed form by a theorem and no shorter name; {reason}"
    if trail.errors:
        outcome, reason = "budget", trail.errors[0]
    return Identification(
        asked.formula,
        outcome,
        (),
        tuple(trail.guesses),
        exclusion,
        trail.attempts,
        trail.digits_needed,
        reason,
        trail.errors[0] if trail.errors else None,
    )
