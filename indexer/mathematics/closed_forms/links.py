"""Two members of a family: the exact Moebius map between their limits, by contiguity and without digits.

Both limits are quotients of one function at one argument, with parameters that differ by integers, perhaps after a
transformation of one of them. The map leads from the first formula to its quotient, on to that of the second, and back.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

from catalog.formulas.pcf import PCF
from indexer.mathematics.closed_forms.contiguity import IDENTITY, Quotient, adjugate, times
from indexer.mathematics.closed_forms.derivation import MAX_BITS, MAX_MOVES, MAX_SHIFTS
from indexer.mathematics.closed_forms.equation import Equation, equation
from indexer.mathematics.closed_forms.exact import exact_field
from indexer.mathematics.closed_forms.identities import plain
from indexer.mathematics.closed_forms.steps import Chain, Coefficients, Kind, Step, in_integers
from indexer.mathematics.numbers.surds import Surd

INVERSES: dict[Kind, Kind] = {"deflation": "inflation", "recurrence": "representation"}
"""Kinds of steps whose inverse is of another kind."""

TRANSFORMED: dict[str, tuple[tuple[str, ...], ...]] = {
    "hyp0f1": ((),),
    "hyp1f1": ((), ("kummer",)),
    "hypu": ((), ("kummer",)),
    "hyp2f1": ((), ("exchange",), ("euler",), ("euler", "exchange"), ("pfaff",), ("exchange", "pfaff")),
}
"""Transformations that are tried on the second quotient; each is its own inverse."""


@dataclass(frozen=True, slots=True)
class Link:
    """L1 = (x + y L2)/(z + w L2), x, y, z, w = `coefficients`, with the steps that prove it."""

    first: PCF
    second: PCF
    coefficients: Coefficients
    steps: tuple[Step, ...]


@lru_cache(maxsize=64)
def exact_link(first: PCF, second: PCF) -> Link | None:
    """Return the exact map between two limits, None where no chain of contiguity leads from one to the other."""
    one, two = equation(first), equation(second)
    if one is None or two is None or one.kind != two.kind or exact_field(one) is not None:
        return None
    if one.kind in ("elementary", "linear") or exact_field(two) is not None:
        return None
    try:
        begin, end = _represented(first, one), _represented(second, two)
        for names in TRANSFORMED[end.quotient.function]:
            other = replace(end, steps=list(end.steps))
            other.at = end.at
            for name in names:
                other.transformed(name)
            if _near(begin.quotient, other.quotient):
                return _joined(begin, other)
    except (ArithmeticError, ValueError):
        return None
    return None


def _represented(formula: PCF, found: Equation) -> Chain:
    """Return the chain from a formula to its quotient, started where the lower parameter is no pole."""
    chain, g = Chain(formula), found.lower
    chain.rewritten(found)
    if g.integer and g.p <= 1 and found.kind not in ("parabolic", "tricomi"):
        if 2 - g.p > MAX_SHIFTS:
            raise ArithmeticError("the formula starts too far from the pole")
        chain.shifted(int(2 - g.p))
    if found.kind == "parabolic" and found.upper[0].p == 0:
        chain.shifted(1)
    chain.represented()
    return chain


def _near(first: Quotient, second: Quotient) -> bool:
    """Return whether two quotients are of one function at one argument, with parameters that differ by integers."""
    if first.function != second.function or plain(first.argument - second.argument) != 0:
        return False
    moves = [plain(p - q) for p, q in zip(first.below, second.below, strict=True)]
    return not any(isinstance(m, Surd) or m.denominator != 1 or abs(m) > MAX_MOVES for m in moves)


def _joined(begin: Chain, end: Chain) -> Link | None:
    back = [_inverse(step) for step in reversed(end.steps)]
    begin.moved_to(end.quotient)
    steps, total = (*begin.steps, *back), IDENTITY
    for step in steps:
        total = times(total, step.matrix)
    p, q, r, s = total
    if plain(p * s - q * r) == 0:
        return None
    coefficients = in_integers(total)
    if max(abs(k).bit_length() for k in coefficients) > MAX_BITS:
        return None
    return Link(begin.formula, end.formula, coefficients, steps)


def _inverse(step: Step) -> Step:
    """Return a step in the other direction."""
    kind, detail = INVERSES.get(step.kind, step.kind), step.detail
    if kind == "shift":
        assert isinstance(detail, int)
        detail = -detail
    return Step(kind, step.second, step.first, adjugate(step.matrix), detail)
