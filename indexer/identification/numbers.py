"""What a typed number may be: the answers of the ladder, candidates for few digits, or from which digit on one fails.

A typed number cannot be evaluated anew, so that its relations are `matched`, never verified; each says how many digits
stand behind it, and how many answers as short chance would give. Formulas, which can be, are identified in
`identify.py`; one relation with several constants is sought in `several.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Literal

from catalog.constants.library import library as constants_library
from catalog.errors import ExpressionError
from indexer.identification.ladder.beginning import Beginning, beginning
from indexer.identification.ladder.climb import LIBRARY_RUNG, Climbed, LadderStep, climb, digits_for, few_digits
from indexer.identification.ladder.complexity import CANDIDATE_BITS, MARGIN_BITS
from indexer.identification.ladder.match import NumberRelation, is_found
from indexer.identification.ladder.short_table import table_size
from indexer.identification.library import NamedConstant
from indexer.identification.typed import DOUBLE_DIGITS, Number, cut, is_double, parse_number, read_number
from indexer.mathematics.relations.relation import Relation

__all__ = ["Number", "NumberIdentification", "identify_number", "parse_number", "read_number", "too_few_digits"]

MIN_DIGITS = 12
"""Significant digits below which an answer is a candidate and never found: simple relations match by chance."""

LEAST_DIGITS = 4
"""Significant digits below which there is not even a candidate."""

SAFETY_DIGITS = 5
"""Digits by which a match with a formula must beat chance over the catalogue: 10^-5 false matches are expected."""

SHOWN_CANDIDATES = 5
"""Candidates among 12 digits and more that are given where nothing is found."""


@dataclass(frozen=True, slots=True)
class NumberIdentification:
    """What a number matches, simplest first; `reason` is one sentence where nothing does.

    `candidates` are answers that more digits would decide about, `steps` the rungs of the ladder that were climbed,
    `agrees` an answer of which only the last digits differ. `written` is what was typed, where that was more than
    plain digits, `remark` says how digits were taken that may mean something else, and `left_out` are products of given
    constants that say nothing new.
    """

    value: str
    digits: int
    outcome: Literal["found", "excluded", "too_few_digits"]
    relations: tuple[Relation, ...] = ()
    digits_needed: int | None = None
    reason: str | None = None
    candidates: tuple[NumberRelation, ...] = ()
    steps: tuple[LadderStep, ...] = ()
    agrees: Beginning | None = None
    written: str | None = None
    left_out: tuple[str, ...] = ()
    remark: str | None = None

    def to_json(self) -> dict[str, object]:
        """Return the object of the JSON contract."""
        return {
            "value": self.value,
            "digits": self.digits,
            "outcome": self.outcome,
            "relations": [relation.to_json() for relation in self.relations],
            "digits_needed": self.digits_needed,
            "reason": self.reason,
            "candidates": [candidate.to_json() for candidate in self.candidates],
            "steps": [step.to_json() for step in self.steps],
            "agrees": self.agrees.to_json() if self.agrees else None,
            "written": self.written,
            "left_out": list(self.left_out),
            "remark": self.remark,
        }


def identify_number(
    text: str,
    library: Iterable[NamedConstant] = (),
    degree: int = 2,
    *,
    effort: int = 0,
    digits: int | None = None,
    tell: Callable[[LadderStep], None] | None = None,
) -> NumberIdentification:
    """Return what a typed number matches: rational, algebraic up to `degree`, Moebius maps of the library's members.

    With `effort` from 1 to 3 also the further rungs of the ladder, each with more constants. Only the first `digits`
    are used where they are given. `tell` hears of each rung that was climbed.
    """
    number = read_number(text, digits)
    constants, remark = tuple(library), None
    if (refusal := too_few_digits(number, constants)) is not None:
        return refusal
    if number.whole:
        remark = "a whole number is taken as rounded to it"
    elif is_double(number):
        number = cut(number, DOUBLE_DIGITS)
        remark = f"these are the digits of a double, of which the first {DOUBLE_DIGITS} count"
    climbed = climb(number, constants, degree=degree, effort=effort, tell=tell)
    if climbed.found:
        found = NumberIdentification(
            number.text, number.digits, "found", climbed.found, steps=climbed.steps, written=number.written
        )
    else:
        found = _unmatched(number, constants, climbed, effort)
    return replace(found, remark=remark)


def member_behind(text: str) -> str | None:
    """Return the member of the library of which an expression is a Moebius map, None where there is none.

    >>> member_behind("pi^2/6"), member_behind("pi + exp(3/7)")
    ('pi^2', None)
    """
    try:
        number = read_number(text)
    except ExpressionError:
        return None
    members = tuple(constants_library().candidates())
    found = climb(number, members, rungs=(LIBRARY_RUNG,)).found if number.digits >= MIN_DIGITS else ()
    return found[0].constants[0] if found else None


def too_few_digits(number: Number, library: Iterable[NamedConstant] = ()) -> NumberIdentification | None:
    """Return the candidates of a number whose digits are too few for more, None for others."""
    if number.digits >= MIN_DIGITS:
        return None
    if number.whole:
        reason = f"{number.text} is a whole number, which needs no name; write {number.text}.0 for one that is rounded"
        return NumberIdentification(number.text, number.digits, "too_few_digits", (), MIN_DIGITS, reason)
    candidates = few_digits(number, library) if number.digits >= LEAST_DIGITS else ()
    count = "1 digit is" if number.digits == 1 else f"{number.digits} digits are"
    reason = f"{count} too few to tell a relation from chance; give at least {MIN_DIGITS}"
    return NumberIdentification(
        number.text,
        number.digits,
        "too_few_digits",
        (),
        MIN_DIGITS,
        reason,
        candidates,
        written=number.written,
    )


def _unmatched(
    number: Number, constants: tuple[NamedConstant, ...], climbed: Climbed, effort: int
) -> NumberIdentification:
    """Return what is said of a number that nothing matches: candidates, a beginning, or up to which length."""
    agrees = beginning(number, constants, effort) if effort else None
    candidates = tuple(r for r in climbed.others if is_found(r, CANDIDATE_BITS))[:SHOWN_CANDIDATES]
    needed = digits_for(candidates[0]) if candidates else None
    if agrees:
        reason = f"the first {agrees.digits} digits are those of {agrees.expression}, which differs from there on"
    elif candidates:
        reason = f"{needed} digits would decide about {candidates[0].expression}"
    else:
        reason = _nothing(number, climbed)
    return NumberIdentification(
        number.text,
        number.digits,
        "too_few_digits" if candidates and not agrees else "excluded",
        (),
        needed,
        reason,
        candidates,
        climbed.steps,
        agrees,
        number.written,
    )


def _nothing(number: Number, climbed: Climbed) -> str:
    """Return how far the ladder was climbed where it found nothing."""
    size = max(0, round(number.information - MARGIN_BITS))
    searches = sum(step.searches for step in climbed.steps)
    rungs = len(climbed.steps)
    reason = f"no answer of up to {size} bits by {searches:,} searches on {rungs} rungs of the ladder"
    looked_up = sum(step.searches for step in climbed.steps if step.in_table)
    if not looked_up:
        return reason
    return f"{reason}, {looked_up:,} of them look-ups in a table of {table_size():,} expressions"
