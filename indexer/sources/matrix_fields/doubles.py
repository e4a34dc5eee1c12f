"""Formulas that are one up to an equivalence: which of them stands for each class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from catalog.formulas.pcf import PCF
from indexer.mathematics.equivalence.decision import Equivalence, no_limit, relate
from indexer.mathematics.equivalence.invariants import bucket_key

MAX_CLASSED_DEGREE = 40
"""Degree of partial numerators beyond which a formula stands for itself, since deciding takes long."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The place of the formula that stands for one, and how it is equivalent to that; None where they are equal."""

    place: int
    equivalence: Equivalence | None


def standing_for(formulas: Sequence[PCF]) -> list[Standing]:
    """Return for each formula the one that stands for it: the simplest of those that are equivalent, or the same.

    The equivalence is of the simplest formula, as the first, to the formula itself, step by step.
    """
    found: dict[int, Standing] = {}
    buckets: dict[str, list[int]] = {}
    first: dict[PCF, int] = {}
    for place in sorted(range(len(formulas)), key=lambda i: (formulas[i].complexity, i)):
        formula = formulas[place]
        if formula in first:
            found[place] = found[first[formula]]
            continue
        first[formula] = place
        found[place] = _among(formulas, buckets, place)
    return [found[place] for place in range(len(formulas))]


def _among(formulas: Sequence[PCF], buckets: dict[str, list[int]], place: int) -> Standing:
    formula = formulas[place]
    if formula.deg_b > MAX_CLASSED_DEGREE or no_limit(formula) is not None:
        return Standing(place, None)
    bucket = buckets.setdefault(bucket_key(formula), [])
    for other in bucket:
        decided = relate(formulas[other], formula).equivalence
        if decided is not None and decided.folds == (1, 1):
            return Standing(other, decided)
    bucket.append(place)
    return Standing(place, None)
