"""What a cluster is called: by its verified members, or, where none is, by whether its members are related at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import flint

from catalog.errors import EvaluationError, FormularyError
from catalog.formulas.pcf import PCF
from catalog.store.clusters import NamedMember
from indexer.kinds.kind import kind_of
from indexer.mathematics.closed_forms.families import Evaluator, Moebius, search_relation
from indexer.mathematics.numbers.squares import square_part

MIXED = "mixed"
"""Label of a cluster whose verified members disagree and which nothing splits."""

UNNAMED = "unnamed-"
"""Label, before its number, of a cluster of related formulas without a name."""

SAMPLED_MEMBERS = 3
"""Members of an unnamed cluster that are tested against its representative."""

SEARCH_DIGITS = 200
"""Decimal digits with which a relation of two members is sought."""


@dataclass(frozen=True)
class Evidence:
    """A tested pair: the formula, and (x, y, z, w) with L = (x + y L0)/(z + w L0), or None where none was found."""

    formula: PCF
    relation: Moebius | None


def match(old: Sequence[tuple[int, int, int]], old_sizes: dict[int, int], new_sizes: dict[int, int]) -> dict[int, int]:
    """Return which new cluster is which old one (new -> old), from triples (new, old, members in common).

    The largest overlaps come first. A pair is one cluster where at least half of the smaller one is in common.
    """
    found: dict[int, int] = {}
    taken: set[int] = set()
    for new, before, common in sorted(old, key=lambda item: (-item[2], item[1], item[0])):
        if new in found or before in taken or 2 * common < min(old_sizes[before], new_sizes[new]):
            continue
        found[new] = before
        taken.add(before)
    return found


def with_fields(members: Mapping[int, NamedMember]) -> dict[int, NamedMember]:
    """Return the same members, those with a quadratic limit under the name of its field, such as sqrt(5)."""
    return {
        number: member
        if member.discriminant is None
        else replace(member, name=f"sqrt({square_part(member.discriminant)[1]})")
        for number, member in members.items()
    }


def constant_detail(label: str, verified: int, members: int) -> dict[str, Any]:
    """Return why a cluster is called by a constant, as its history tells it."""
    return {"verified": verified, "members": members, "label": label, "why": "all verified members agree"}


def related(representative: PCF, others: Sequence[PCF]) -> list[Evidence]:
    """Test members of a cluster against its representative by verified Moebius relations of their limits.

    The first member without a relation ends the test.
    """
    evidence: list[Evidence] = []
    for other in others[:SAMPLED_MEMBERS]:
        evidence.append(Evidence(other, _relation(other, representative)))
        if evidence[-1].relation is None:
            break
    return evidence


def _relation(first: PCF, second: PCF) -> Moebius | None:
    try:
        return search_relation(evaluator(first), evaluator(second), SEARCH_DIGITS)
    except (FormularyError, ArithmeticError, ValueError):
        return None


def evaluator(formula: PCF) -> Evaluator:
    """Return the limit as a function of the precision in bits: by its closed form, or else by its recurrence."""
    kind = kind_of(formula)
    form = kind.closed_form(formula)
    if form is not None and form.exact is None:
        return form.evaluate

    def value(bits: int) -> flint.arb:
        found = kind.limit(formula, int(bits * 0.30103) + 2)
        if found is None or found.ball is None:
            raise EvaluationError(f"the limit of {formula} is not known to {bits} bits")
        return found.ball

    return value
