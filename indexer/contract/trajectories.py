"""What `trajectory` writes: a trajectory of a matrix field, its continued fraction, its limit with its constant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from functools import partial
from typing import Any

from catalog.errors import FormulaError
from catalog.formulas.pcf import PCF
from catalog.syntax import plain_signs
from indexer.contract.guarded import BATCH, Object, guarded
from indexer.contract.objects import limit_object
from indexer.mathematics.continued_fractions.asymptotics import classify
from indexer.mathematics.continued_fractions.limit import Limit, limit
from indexer.pipeline.compute import compute
from indexer.sources.files.lines import NumberedLine, numbered
from indexer.sources.matrix_fields.constants import Known, constant_of, proved
from indexer.sources.matrix_fields.higher_rank import DELTA_DEPTH, bases_of, higher_limits, rate_of_recurrence
from indexer.sources.matrix_fields.known import field_of
from indexer.sources.matrix_fields.rates import rate_of
from indexer.sources.matrix_fields.trajectories import Trajectory, trajectory
from indexer.sources.matrix_fields.valuations import delta_limit, slopes
from indexer.sources.matrix_fields.walks import DEPTH, walked
from indexer.workers.pool import in_order

DIGITS = 110
"""Digits of a limit."""

NOTHING: Object = {
    "pcf": None, "shift": None, "limit": None, "constant": None, "moebius": None, "proof": None, "why": None,
    "rate": None, "rate_per_degree": None, "rate_per_step": None, "delta": None, "delta_limit": None, "reason": None,
}  # fmt: skip
"""The keys of a trajectory beyond its matrix."""


def walked_lines(lines: Iterable[str], depth: int | None, workers: int | None) -> Iterator[Object]:
    """The objects of `trajectory --from`, one a line, in order."""
    return in_order(partial(_lines, depth), numbered(lines), _killed, workers=workers, batch=BATCH)


def trajectory_object(found: Trajectory, depth: int | None = None) -> Object:
    """The object of a trajectory; polynomials are coefficient lists, constant first.

    delta is taken at `depth`, by default at `DEPTH`, of a recurrence at `DELTA_DEPTH`.
    """
    result: Object = {
        "field": found.field.name,
        "direction": list(found.direction),
        "start": [str(coordinate) for coordinate in found.start],
        "status": found.status,
        "matrix": [[[int(c) for c in entry.coeffs()] for entry in row] for row in found.matrix],
    } | NOTHING
    if found.reason is not None:
        result["reason"] = found.reason
    if found.status == "recurrence":
        return result | _higher(found, depth or DELTA_DEPTH)
    if found.contraction is None:
        return result
    formula = found.contraction.formula
    verdict = classify(formula)
    result |= {
        "status": "diverges" if verdict.status == "diverges" else "converges",
        "pcf": {"a": list(formula.a), "b": list(formula.b)},
        "shift": found.contraction.shift,
        "reason": verdict.reason,
    }
    if verdict.status == "diverges":
        return result
    value = limit(formula, DIGITS)
    rate = rate_of(formula)
    steps = walked(found.matrix, depth or DEPTH)
    delta = None if steps is None or value is None or value.exact is not None else steps.delta
    return result | {
        "limit": limit_object(value),
        **_constant(found, formula, value),
        "rate": rate,
        "rate_per_degree": None if rate is None else rate / max(formula.deg_a, 1),
        "rate_per_step": None if rate is None else rate / found.steps,
        "delta": None if delta is None else {"n": depth or DEPTH, "value": delta},
        "delta_limit": None if delta is None or rate is None else _delta_limit(found),
    }


def _delta_limit(found: Trajectory) -> float | None:
    return delta_limit(found.matrix, slopes(found.field.name, found.field.axes, found.direction), found.start)


def _constant(found: Trajectory, formula: PCF, value: Limit | None) -> Object:
    """The constant behind the limit, by the field, else by the search that any formula gets."""
    if value is None or value.infinite or value.ball is None:
        return {}
    if value.exact is not None:
        rational: Object = {"constant": "1", "moebius": [value.exact.numerator, 0, value.exact.denominator, 0]}
        return rational | {"proof": "closed_form", "why": "the limit is rational"}
    known: Known | None = constant_of(found, value.ball)
    if known is not None:
        if known.proof == "verified" and (better := proved(formula)) is not None and better.constant != "1":
            known = better
        return {
            "constant": known.constant,
            "moebius": list(known.moebius),
            "proof": known.proof,
            "why": known.why,
        }
    named = compute(formula, identified=True).identification
    for relation in named.relations if named is not None else ():
        found_by = {"proof": relation.proof, "why": "a search among the constants of the library"}
        if relation.kind == "moebius" and relation.coefficients is not None:
            coefficients = list(relation.coefficients)
            return {"constant": relation.terms[0], "moebius": coefficients, **found_by}
        return {"constant": relation.expression, "moebius": [0, 1, 1, 0], **found_by}
    return {}


def _higher(found: Trajectory, depth: int) -> Object:
    """What is known of a trajectory that is no continued fraction."""
    limits = higher_limits(found.matrix, bases_of(found), depth)
    if limits is None:
        return {}
    rate = rate_of_recurrence(found)
    return {
        "rate": rate,
        "rate_per_step": None if rate is None else rate / found.steps,
        "limit": {"values": list(limits.values), "digits": limits.digits, "bound_kind": "agreement"},
        "constant": list(limits.basis) if limits.basis else None,
        "moebius": [list(row) for row in limits.relation] if limits.relation else None,
        "proof": limits.proof,
        "delta": None if limits.delta is None else {"n": depth, "value": limits.delta},
    }


def _lines(depth: int | None, lines: Sequence[NumberedLine]) -> list[Object]:
    return [guarded(line, partial(_value, depth)) for line in lines]


def _value(depth: int | None, value: Any) -> Object:
    if not isinstance(value, dict) or not {"field", "direction", "start"} <= value.keys():
        raise FormulaError(
            'a trajectory is given as {"field": "2F1(-1)", "direction": [1, 1, 2], "start": ["1", "1", "2"]}'
        )
    direction = [read_integer(t) for t in _list(value["direction"], "direction")]
    start = [read_coordinate(s) for s in _list(value["start"], "start")]
    return trajectory_object(trajectory(field_of(str(value["field"])), direction, start), depth)


def _list(value: Any, what: str) -> list[Any]:
    if not isinstance(value, list):
        raise FormulaError(f"the {what} of a trajectory is a list with a component for each axis")
    return value


def read_integer(value: Any) -> int:
    """A component of a direction; raises FormulaError for anything but an integer."""
    try:
        if isinstance(value, bool | float):
            raise ValueError
        return int(plain_signs(value) if isinstance(value, str) else value)
    except (ValueError, TypeError):
        raise FormulaError(f"{str(value)[:40]!r} is no component of a direction; give integers") from None


def read_coordinate(value: Any) -> Fraction:
    """A coordinate of a start, an integer or text such as 1/2; raises FormulaError for anything else."""
    try:
        if isinstance(value, bool | float):
            raise ValueError
        return Fraction(plain_signs(value) if isinstance(value, str) else value)
    except (ValueError, TypeError, ZeroDivisionError):
        raise FormulaError(f"{str(value)[:40]!r} is no coordinate of a start; give rationals such as 1/2") from None


def _killed(line: NumberedLine, reason: str) -> Object:
    """The object of a line that killed its worker process."""
    return {"error": reason, "line": line[0]}
