"""The ladder climbed: rung after rung until an answer is certain, what is found ranked by its length in bits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from math import ceil

from indexer.identification.ladder import (
    complexity,
    equations,
    exact,
    functions,
    one_constant,
    products,
    several_constants,
)
from indexer.identification.ladder.inverse_forms import inverse_forms
from indexer.identification.ladder.match import Asked, Match, NumberRelation, Rung, is_found, verified
from indexer.identification.ladder.short_table import candidates, short
from indexer.identification.library import NamedConstant
from indexer.identification.typed import Number

MAX_DEGREE = 8
"""Highest degree of an algebraic number that is sought."""

EFFORT = 1
"""How many constants are combined unless more is asked for; each further one takes several times as long."""

MAX_EFFORT = 3
"""Most effort."""

SHOWN = 5
"""Answers that are given, the shortest first; further ones say nothing new."""

CANDIDATES = 5
"""Candidates that are given for few digits."""

FEW_LONGER_BITS = 18.0
"""Bits by which a candidate for few digits may be longer than these hold."""

PER_RUNG = 1
"""Answers of one rung that are given."""

LONGER_BITS = 12.0
"""Bits by which an answer may be longer than the shortest and still be given."""

LIBRARY_RUNG = Rung("one constant of the library", one_constant.library)

RUNGS = (
    Rung("rational numbers", exact.rational),
    Rung("quadratic numbers", exact.algebraic),
    LIBRARY_RUNG,
    Rung("short expressions", short, effort=1, in_table=True),
    Rung("functions at simple arguments", one_constant.values, effort=1),
    Rung("products of powers", products.products, effort=1),
    Rung("linear forms of constants of one kind", several_constants.linear_forms, effort=1),
    Rung("functions of short expressions", inverse_forms, effort=1, in_table=True),
    Rung("functions of linear forms", functions.functions, effort=1),
    Rung("roots of equations", equations.roots, effort=1),
    Rung("products of powers and a number", products.shifted_products, effort=1),
    Rung("algebraic numbers times powers of pi and e", exact.times_powers, effort=1),
    Rung("algebraic numbers of higher degree", exact.higher_degrees),
    Rung("quotients over pairs of constants", several_constants.pairs, effort=1),
    Rung("products of powers of any constants", products.products_of_any, effort=1),
    Rung("linear forms of three constants", several_constants.sums, effort=1),
    Rung("quotients of polynomials in one constant", several_constants.powers, effort=1),
    Rung("quotients over three constants", several_constants.triples, several_constants.TRIPLE_DIGITS, effort=1),
)
"""The ladder: what is quick and finds what is asked most comes first."""


@dataclass(frozen=True, slots=True)
class LadderStep:
    """One rung that was climbed: how many searches it took, and its shortest answer."""

    rung: str
    searches: int
    found: str | None
    in_table: bool = False

    def to_json(self) -> dict[str, object]:
        """Return the object of the JSON contract."""
        return {"rung": self.rung, "searches": self.searches, "found": self.found}


@dataclass(frozen=True, slots=True)
class Climbed:
    """All that the ladder found: answers that chance does not explain, others, and the steps."""

    found: tuple[NumberRelation, ...] = ()
    others: tuple[NumberRelation, ...] = ()
    steps: tuple[LadderStep, ...] = ()

    @property
    def certain(self) -> bool:
        """Whether an answer is so short that the ladder ends."""
        return bool(self.found) and is_found(self.found[0], complexity.CERTAIN_BITS)


def climb(
    number: Number,
    library: Iterable[NamedConstant],
    *,
    degree: int = MAX_DEGREE,
    effort: int = EFFORT,
    rungs: Sequence[Rung] = RUNGS,
    tell: Callable[[LadderStep], None] | None = None,
    spare: float = -2.0,
) -> Climbed:
    """Climb the ladder for a number of at least 12 digits; `tell` hears of each rung.

    An answer is found where the digits outweigh its length by MARGIN_BITS; with CERTAIN_BITS the ladder ends.
    Others are told where they are longer than the digits by `spare` bits at most.
    """
    asked = Asked(number, tuple(library), effort, degree, spare=spare)
    climbed = Climbed()
    for rung in rungs:
        if rung.least_digits > number.digits or rung.effort > effort:
            continue
        before = sum(asked.tried.values())
        relations = _verified(asked, list(rung.seek(asked)))
        shortest = relations[0].expression if relations and is_found(relations[0]) else None
        step = LadderStep(rung.name, sum(asked.tried.values()) - before, shortest, rung.in_table)
        if tell is not None:
            tell(step)
        climbed = _ranked(climbed, relations, step)
        if climbed.certain:
            break
    return climbed


def few_digits(number: Number, library: Iterable[NamedConstant]) -> tuple[NumberRelation, ...]:
    """Return the shortest expressions that match a number of few digits, none of them found."""
    asked = Asked(number, tuple(library))
    likely = (match for match in equations.roots(asked) if match.complexity < asked.information)
    matches = [*exact.rational(asked), *candidates(asked), *likely]
    return tuple(_verified(asked, matches, CANDIDATES, FEW_LONGER_BITS))


def digits_for(relation: NumberRelation) -> int:
    """Return how many digits would decide about an answer."""
    known = relation.digits_verified
    lacking = relation.complexity + complexity.MARGIN_BITS - relation.information
    return known + max(1, ceil(lacking / complexity.LOG2_10))


def _verified(
    asked: Asked, matches: Sequence[Match], most: int = PER_RUNG, longer: float = LONGER_BITS
) -> list[NumberRelation]:
    """Return the shortest matches that hold, each number once."""
    found: list[NumberRelation] = []
    for match in sorted(matches, key=lambda m: (m.complexity, len(m.expression), m.expression)):
        if match.complexity > asked.information + longer or len(found) == most:
            break
        relation = verified(asked, match)
        if relation is not None and not any(map(relation.equals, found)):
            found.append(relation)
    return found


def _ranked(climbed: Climbed, relations: Sequence[NumberRelation], step: LadderStep) -> Climbed:
    """Return the answers with those of one more rung, the shortest first, and of equal ones the shortest."""
    told: list[NumberRelation] = []
    for relation in sorted((*climbed.found, *climbed.others, *relations), key=_length):
        if not any(map(relation.equals, told)):
            told.append(relation)
    found = list(filter(is_found, told))
    found = [r for r in found if r.complexity <= found[0].complexity + LONGER_BITS][:SHOWN]
    others = [r for r in told if not is_found(r)]
    return replace(climbed, found=tuple(found), others=tuple(others), steps=(*climbed.steps, step))


def _length(relation: NumberRelation) -> tuple[float, int]:
    return relation.complexity, len(relation.expression)
