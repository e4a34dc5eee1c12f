"""What `relate` writes: two formulas, whether they are equivalent, with matrix and map of the limits, or why not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from flint import fmpz_poly

from catalog.errors import FormulaError
from catalog.formulas.pcf import PCF
from indexer.contract.guarded import BATCH, Object, guarded
from indexer.kinds.kind import limit_of
from indexer.mathematics.closed_forms.families import search_relation
from indexer.mathematics.equivalence.decision import Decision, relate
from indexer.mathematics.proofs.certificate import Coefficients
from indexer.mathematics.proofs.proving import related as limits_related
from indexer.mathematics.relations.relation import json_integer
from indexer.mathematics.relations.text import moebius_text
from indexer.sources.files.lines import NumberedLine, formula_of, numbered
from indexer.workers.pool import in_order


def related(lines: Iterable[str], workers: int | None) -> Iterator[Object]:
    """The objects of `relate --from`, one a line, in order."""
    return in_order(_relate_lines, numbered(lines), _killed, workers=workers, batch=BATCH)


def relate_object(first: PCF, second: PCF) -> Object:
    """The object of two formulas."""
    return decision_object(first, second, relate(first, second))


def otherwise_related(first: PCF, second: PCF, decision: Decision) -> Coefficients | None:
    """The map between the limits of formulas that are not equivalent, where both limits are proved."""
    return None if decision.equivalent or not decision.folds else limits_related(first, second)


def limits_object(first: PCF, second: PCF) -> Object:
    """What `identify` says of two formulas: the map of their limits, and how it is known.

    A theorem where they are equivalent, where both limits are proved, or where they are of one family; else sought by
    digits and verified with further ones.
    """
    decision = relate(first, second)
    found, method = (decision.equivalence.map, "equivalence") if decision.equivalence else (None, None)
    if found is None and (other := otherwise_related(first, second, decision)) is not None:
        found, method = other, "both limits are proved"
    proof = None if found is None else "theorem"
    if found is None and (sought := search_relation(limit_of(first), limit_of(second))) is not None:
        found, method, proof = sought, "lll", "verified"
    return {
        "formulas": [str(first), str(second)],
        "map": None if found is None else [json_integer(int(c)) for c in found],
        "expression": None if found is None else f"L1 = {moebius_text([int(c) for c in found], 'L2')}",
        "proof": proof,
        "method": method,
    }


def decision_object(first: PCF, second: PCF, decision: Decision) -> Object:
    """The object of a decision; polynomials are coefficient lists, constant first."""
    result = _decided(first, second, decision)
    other = otherwise_related(first, second, decision)
    return result if other is None else result | {"related": {"map": list(other), "proof": "theorem"}}


def _decided(first: PCF, second: PCF, decision: Decision) -> Object:
    found = decision.equivalence
    U = [_coefficients(entry) for entry in found.matrix] if found else None
    folds = found.folds if found else next(iter(decision.folds), None)
    return {
        "first": _formula(first),
        "second": _formula(second),
        "equivalent": decision.equivalent,
        "proved": decision.proved,
        "reason": decision.reason,
        "folds": list(folds) if folds else None,
        "U": [U[:2], U[2:]] if U else None,
        "scale": dict(zip(("numerator", "denominator"), map(_coefficients, found.scale), strict=True))
        if found
        else None,
        "regular_from": found.regular_from if found else None,
        "map": list(found.map) if found else None,
    }


def _formula(formula: PCF) -> Object:
    return {"a": list(formula.a), "b": list(formula.b)}


def _coefficients(polynomial: fmpz_poly) -> list[int]:
    return [int(c) for c in polynomial.coeffs()]


def _relate_lines(lines: Sequence[NumberedLine]) -> list[Object]:
    return [guarded(line, _relate_value) for line in lines]


def _relate_value(value: Any) -> Object:
    if not isinstance(value, dict) or "first" not in value or "second" not in value:
        raise FormulaError('two formulas are given as {"first": {"a": [...], "b": [...]}, "second": {...}}')
    return relate_object(formula_of(value["first"]), formula_of(value["second"]))


def _killed(line: NumberedLine, reason: str) -> Object:
    """The object of a line that killed its worker process."""
    return {"error": reason, "line": line[0]}
