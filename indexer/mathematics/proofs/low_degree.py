"""Certificates of formulas with deg a <= 1 and deg b <= 2, and of all that deflate to them, from their derivations."""

from __future__ import annotations

from typing import Any

from catalog.formulas.pcf import PCF
from indexer.mathematics.closed_forms.contiguity import Matrix, Number, Quotient
from indexer.mathematics.closed_forms.identities import plain
from indexer.mathematics.closed_forms.names import exact_relation
from indexer.mathematics.closed_forms.steps import Derivation, Step, Subject
from indexer.mathematics.numbers.surds import Surd
from indexer.mathematics.proofs.certificate import Certificate, direct, subject

LARGEST_NUMBER = 2**53
"""Integers beyond this size are written as strings of digits."""


def prove_low_degree(formula: PCF) -> Certificate | None:
    """Return the certificate of a formula whose limit is an exact map of a named constant, None where there is none."""
    found = exact_relation(formula)
    return None if found is None else certificate_of(found)


def certificate_of(found: Derivation) -> Certificate:
    """Return a derivation as a certificate."""
    steps = direct([step_json(step) for step in found.steps])
    return Certificate(found.formula, found.constant, found.coefficients, steps)


def step_json(step: Step) -> dict[str, Any]:
    """Return a step as JSON."""
    kind: dict[str, Any]
    match step.kind:
        case "mirror":
            kind = {"step": "rewrite", "how": "deflation", "by": [-1]}
        case "deflation" | "inflation":
            assert isinstance(step.detail, tuple)
            kind = {"step": "rewrite", "how": step.kind, "by": list(step.detail)}
        case "shift":
            kind = {"step": "rewrite", "how": "shift", "by": step.detail}
        case "transformation":
            kind = {"step": "transformation", "how": step.detail}
        case "identity":
            values = {name: exact_json(value) for name, value in step.values}
            kind = {"step": "identity", "key": step.detail, "values": values}
        case _:
            kind = {"step": step.kind}
    return kind | {"first": _subject(step.first), "second": _subject(step.second), "map": _map(step.matrix)}


def _subject(what: Subject) -> dict[str, Any]:
    if isinstance(what, PCF):
        return dict(subject(what))
    if isinstance(what, Quotient):
        return {
            "function": what.function,
            "above": [exact_json(p) for p in what.above],
            "below": [exact_json(p) for p in what.below],
            "argument": exact_json(what.argument),
        }
    return {"constant": what}


def _map(matrix: Matrix) -> list[Any]:
    """Return [x, y, z, w] of a matrix (y, x, w, z), without a common rational factor where it is rational."""
    y, x, w, z = (plain(entry) for entry in matrix)
    return [exact_json(entry) for entry in (x, y, z, w)]


def exact_json(number: Number) -> Any:
    """Return an exact number as JSON: an integer, "p/q", or [p, q, d] for p + q sqrt(d)."""
    if isinstance(number, Surd):
        if not number.rational:
            return [exact_json(number.p), exact_json(number.q), number.d]
        number = number.p
    if number.denominator == 1:
        return int(number) if abs(number) <= LARGEST_NUMBER else str(number)
    return str(number)
