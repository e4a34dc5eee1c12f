"""The constant behind a formula: candidates in order of likelihood, each tested, what holds verified anew.

First what is exact (a rational, infinite or quadratic limit), then the constants that theory derives from the
coefficients (`closed_forms/proposals.py`), then those of the nearest anchors, then the library within a budget. Typed
numbers, which cannot be evaluated anew, are in `typed_numbers.py`; the search for one relation is in `relations.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import numpy as np
from flint import arb, ctx

from catalog.formulas.pcf import PCF
from indexer.identification.attempts import LIBRARY, MIN_DIGITS, Sweep
from indexer.identification.attempts import Anchors as Anchors
from indexer.identification.attempts import Search as Search
from indexer.identification.library import NamedConstant as NamedConstant
from indexer.identification.library import PreparedLibrary, scaled_constant
from indexer.identification.outcome import Exclusion as Exclusion
from indexer.identification.outcome import Guess as Guess
from indexer.identification.outcome import Identification as Identification
from indexer.identification.outcome import Outcome, Proposal
from indexer.kinds.kind import kind_of
from indexer.mathematics.continued_fractions.limit import Limit
from indexer.mathematics.numbers.decimals import bits_for
from indexer.mathematics.numbers.surds import Surd
from indexer.mathematics.relations.relation import (
    FURTHER_DIGITS,
    GUARD_DIGITS,
    Proof,
    Relation,
    algebraic_relation,
    rational_relation,
    real_root,
    verify,
)
from indexer.mathematics.relations.screening import (
    QUADRATIC_BOUND,
    Constants,
    Numbers,
    moebius_bounds,
    quadratic_bounds,
)
from indexer.mathematics.relations.screening import SCREENED_BOUND as SCREENED_BOUND
from indexer.mathematics.relations.search import DIGITS, Attempt, algebraic

QUADRATIC_DIGITS = 60
"""Digits used for the search of a quadratic polynomial."""

LIBRARY_BUDGET = 1_000
"""Attempts against members of the library for one formula; a bulk run passes less."""

NEIGHBOURS = 8
"""Nearest anchors whose constants are tried."""

LONG_RELATIONS = 8
"""Likeliest members of the library that are tried once more with all digits when the others are excluded."""


def identify(
    formula: PCF,
    library: PreparedLibrary | Iterable[NamedConstant] = (),
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
    library: PreparedLibrary | Iterable[NamedConstant] = (),
    anchors: Anchors | None = None,
    *,
    known: Limit | None = None,
    expected: Proposal | None = None,
) -> Identification | Search:
    """The first part of `identify`, all that is peculiar to the formula: `finish` takes what is not decided.

    `expected` is a constant that the formula's source proposes, tried before those that theory does.
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
        return Identification(formula, "found", (exact,))
    if known.digits < MIN_DIGITS:
        reason = f"only {known.digits} digits of the limit are known; at least {MIN_DIGITS} are needed"
        return Identification(formula, "too_few_digits", digits_needed=MIN_DIGITS, reason=reason)
    search = Search(formula, known.ball, known.digits, PreparedLibrary.of(library), anchors)
    proposed = [*([expected] if expected else []), *_by_theory(formula)]
    if proposed:
        if relation := _algebraic(search) or _proposed(search, proposed):
            return _found(search, relation)
        search.no_quadratic = True
    return search


def screen(searches: Sequence[Search], budget: int) -> None:
    """Exclude short relations of many undecided formulas with all that `finish` is going to try, at once.

    What is screened out up to SCREENED_BOUND is not sought alone any more, which takes thirty times as long.
    """
    if not searches:
        return
    limits = Numbers.of([search.at(search.at_digits) for search in searches])
    for search, bound in zip(searches, quadratic_bounds(limits).tolist(), strict=True):
        search.no_quadratic |= bound >= QUADRATIC_BOUND
    _find_neighbours(searches)
    _screen_neighbours(searches, limits)
    groups: dict[tuple[int, bool], list[int]] = {}
    for place, search in enumerate(searches):
        groups.setdefault((id(search.library), search.entire), []).append(place)
    for places in groups.values():
        _screen_library([searches[place] for place in places], limits[np.array(places)], budget)


def _screen_neighbours(searches: Sequence[Search], limits: Numbers) -> None:
    """Screen the constants of the nearest anchors.

    The nearest of all is tried alone where formulas have families, whose members may have long relations.
    """
    pairs = [
        (place, proposal.expression)
        for place, search in enumerate(searches)
        for proposal in (search.neighbours or ())[1 if kind_of(search.formula).has_family(search.formula) else 0 :]
    ]
    expressions = {expression: scaled_constant(expression, DIGITS) for expression in {text for _, text in pairs}}
    known = {expression: value for expression, value in expressions.items() if value is not None}
    row = {expression: place for place, expression in enumerate(known)}
    pairs = [(place, expression) for place, expression in pairs if expression in known]
    if not pairs:
        return
    constants = Constants.of(Numbers.of(list(known.values())))
    places, rows = np.array([place for place, _ in pairs]), np.array([row[expression] for _, expression in pairs])
    bounds = moebius_bounds(limits[places], constants[rows])
    for (place, expression), bound in zip(pairs, bounds.tolist(), strict=True):
        if bound >= SCREENED_BOUND:
            searches[place].screened[expression] = int(bound)


def _screen_library(searches: Sequence[Search], limits: Numbers, budget: int) -> None:
    """Screen the members of the library that the budget allows, the same for all of these formulas."""
    members, constants = searches[0].library.screened(budget, entire=searches[0].entire)
    if not members:
        return
    count = len(members)
    rows, columns = np.divmod(np.arange(len(searches) * count), count)
    bounds = moebius_bounds(limits[rows], constants[columns]).reshape(-1, count)
    excluded = bounds >= SCREENED_BOUND
    least = np.where(excluded, bounds, np.inf).min(axis=1)
    for search, row, bound in zip(searches, excluded, least.tolist(), strict=True):
        left = tuple(members[place] for place in np.flatnonzero(~row))
        search.sweep = Sweep(budget, left, count - len(left), int(min(bound, 2**63)))


def _found(search: Search, relation: Relation) -> Identification:
    guesses = tuple(search.guesses)
    return Identification(search.formula, "found", (relation,), guesses, attempts=search.attempts)


def divergent(formula: PCF) -> Identification:
    """What is said of a formula that diverges."""
    return _nothing(formula, "the formula diverges, so that it has no limit to identify")


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
    closed = kind_of(formula).closed_form(formula)
    if closed is None or not isinstance(closed.exact, Surd) or len(polynomial) != 3:
        return None
    trace, norm = 2 * closed.exact.p, closed.exact.p**2 - closed.exact.q**2 * closed.exact.d
    z = polynomial[2]
    return closed.theorem if (polynomial[0], polynomial[1]) == (norm * z, -trace * z) else None


def _proposed(search: Search, proposals: Iterable[Proposal]) -> Relation | None:
    """The first relation with one of the expressions that are proposed."""
    for proposal in proposals:
        if proposal.expression not in search.tried:
            relation = search.test(proposal)
            if relation:
                return relation
    return None


def _by_theory(formula: PCF) -> Iterator[Proposal]:
    """Expressions that the coefficients lead to, in order of likelihood."""
    for expression, theory in kind_of(formula).proposals(formula):
        yield Proposal(expression, theory)


def _find_neighbours(searches: Sequence[Search]) -> None:
    """Ask the anchors for the constants that are nearest to formulas, where that was not done yet."""
    asking = [search for search in searches if search.neighbours is None]
    for anchors in {id(search.anchors): search.anchors for search in asking}.values():
        group = [search for search in asking if search.anchors is anchors]
        hits = anchors.nearest([search.formula for search in group], NEIGHBOURS) if anchors else [()] * len(group)
        for search, nearest in zip(group, hits, strict=True):
            search.neighbours = [
                Proposal(
                    search.library.expression_of(hit.constant),
                    f"neighbour {hit.formula} at {hit.distance:.3g}",
                    hit.formula_id,
                    hit.distance,
                )
                for hit in nearest
            ]


def finish(search: Search, budget: int = LIBRARY_BUDGET) -> Identification:
    """The last part of `identify`: a quadratic limit, the neighbours' constants, then the library within the budget."""
    if not search.no_quadratic and (relation := _algebraic(search)):
        return _found(search, relation)
    _find_neighbours([search])
    if relation := _proposed(search, search.neighbours or ()):
        return _found(search, relation)
    members = search.library.members(entire=search.entire)
    swept = min(budget, len(members))
    if relation := _swept(search, members, budget):
        return _found(search, relation)
    if swept < len(members):
        return _unnamed(search, swept, complete=False)
    for name, expression in islice(members, LONG_RELATIONS):
        if relation := search.test(Proposal(expression, LIBRARY), name, digits=search.digits):
            return _found(search, relation)
    return _unnamed(search, swept, complete=True)


def _swept(search: Search, members: Sequence[tuple[str, str]], budget: int) -> Relation | None:
    """The first relation with one of the members within the budget; those that are screened out count as tried."""
    left: Iterable[tuple[str, str]] = islice(members, budget)
    if search.sweep is not None and search.sweep.budget == budget:
        left = search.sweep.open
        search.attempts += search.sweep.excluded
        if search.sweep.excluded:
            search.excluded(search.sweep.bound)
    for name, expression in left:
        if expression not in search.tried:
            relation = search.test(Proposal(expression, LIBRARY), name, longer=False)
            if relation:
                return relation
    return None


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
    link = kind_of(formula).family_relation(formula, representative)
    if link is None:
        return None
    (p, q, r, s), (x, y, z, w) = link, relation.coefficients
    found = Attempt("found", DIGITS, (p * z + q * x, p * w + q * y, r * z + s * x, r * w + s * y))
    search = Search(formula, arb(0), DIGITS, PreparedLibrary())
    return search.verified(relation.constants[0], relation.terms[0], found, f"family of {representative}")
