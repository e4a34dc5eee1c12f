"""Closed forms made simple: the limit as a Moebius map of a named constant, verified."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Literal

from catalog.expressions import evaluate, parse_expression
from indexer.families import RELATION_DIGITS, VERIFIED_BEYOND, Moebius, search_relation
from indexer.hypergeometric import ClosedForm, EvaluationError


@dataclass(frozen=True, slots=True)
class Simplification:
    """L = (x + y c)/(z + w c) with the constant c and `coefficients` (x, y, z, w).

    That such integers exist follows from contiguity and the transformations that `cores.py` names; these were found
    by LLL and hold to at least `digits_verified` decimal digits, both sides evaluated anew.
    """

    constant: str
    coefficients: Moebius
    digits_verified: int
    proof: Literal["verified"] = "verified"


def simplify(form: ClosedForm, digits: int = RELATION_DIGITS) -> Simplification | None:
    """Return a closed form in terms of its constant, or None where it has none, or where no relation is found.

    `digits` is the number of decimal digits of the first search; it doubles as long as coefficients need more.
    """
    if form.constant is None:
        return None
    constant = partial(evaluate, parse_expression(form.constant))
    try:
        coefficients = search_relation(form.evaluate, constant, digits)
    except EvaluationError:
        return None
    if coefficients is None:
        return None
    return Simplification(form.constant, coefficients, digits + VERIFIED_BEYOND)
