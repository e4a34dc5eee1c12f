"""What `design` writes: a formula that was found for a wish, with its limit, its figures, and where it comes from."""

from __future__ import annotations

from math import log

from indexer.contract.guarded import Object
from indexer.design.designs import Design
from indexer.design.targets import Target
from indexer.mathematics.relations.writing import value_text
from indexer.sources.matrix_fields.walks import DEPTH


def design_object(found: Design, target: Target) -> Object:
    """The object of a formula; `rate` is a natural logarithm a step, null where it grows without bound.

    Of a `halved` formula two steps are one of the trajectory, whose delta it has.
    """
    candidate, rate = found.candidate, found.rate
    return {
        "formula": str(found.formula),
        "pcf": {"a": list(found.formula.a), "b": list(found.formula.b)},
        "degree": found.formula.deg_a,
        "constant": target.name or target.expression,
        "moebius": list(found.moebius),
        "expression": value_text(found.moebius, target.expression),
        "proof": found.proof,
        "why": found.why,
        "delta_limit": candidate.delta_limit,
        "delta": None if candidate.delta is None else {"n": DEPTH, "value": candidate.delta},
        "rate": rate,
        "digits_per_step": None if rate is None else rate / log(10),
        "digits_per_degree": None if rate is None else rate / log(10) / max(found.formula.deg_a, 1),
        "digits_per_field_step": None if rate is None else (1 + candidate.halved) * rate / log(10) / candidate.steps,
        "convergence_class": found.convergence_class,
        "field": candidate.origin.field.name,
        "direction": list(candidate.direction),
        "halved": candidate.halved,
        "start": [str(s) for s in candidate.origin.start],
        "found_after": round(candidate.after, 3),
    }
