"""Formulas that are one up to an equivalence: which of them, or of known ones, stands for each class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from catalog.formulas.pcf import PCF
from indexer.mathematics.equivalence.decision import Equivalence, no_limit, relate
from indexer.mathematics.equivalence.invariants import bucket_key

MAX_CLASSED_DEGREE = 40
"""Degree of partial numerators beyond which a formula stands for itself, since deciding takes long."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The formula that stands for one, and how it is equivalent to that; None where they are equal.

    `place` is that of the formula among those that were asked for, None where it is known already.
    """

    formula: PCF
    place: int | None
    equivalence: Equivalence | None


def standing_for(formulas: Sequence[PCF], known: Sequence[PCF] = ()) -> list[Standing]:
    """Return for each formula the one that stands for it: a known one, else the simplest, that is equivalent or equal.

    The equivalence is of that formula, as the first, to the formula itself, step by step.
    """
    found: dict[int, Standing] = {}
    buckets: dict[str, list[Standing]] = {}
    first: dict[PCF, Standing] = {}
    for formula in known:
        first[formula] = Standing(formula, None, None)
        if (key := _bucket(formula)) is not None:
            buckets.setdefault(key, []).append(first[formula])
    for place in sorted(range(len(formulas)), key=lambda i: (formulas[i].complexity, i)):
        formula = formulas[place]
        if formula not in first:
            first[formula] = _among(buckets, Standing(formula, place, None))
        found[place] = first[formula]
    return [found[place] for place in range(len(formulas))]


def _among(buckets: dict[str, list[Standing]], own: Standing) -> Standing:
    key = _bucket(own.formula)
    if key is None:
        return own
    bucket = buckets.setdefault(key, [])
    for other in bucket:
        decided = relate(other.formula, own.formula).equivalence
        if decided is not None and decided.folds == (1, 1):
            return Standing(other.formula, other.place, decided)
    bucket.append(own)
    return own


@lru_cache(maxsize=2**14)  # a daemon asks for the known formulas of a space with every chunk of it
def _bucket(formula: PCF) -> str | None:
    """Return what equivalent formulas have in common, None for a formula that stands for itself."""
    return None if formula.deg_b > MAX_CLASSED_DEGREE or no_limit(formula) is not None else bucket_key(formula)
