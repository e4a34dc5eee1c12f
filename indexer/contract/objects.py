"""The object of a formula in the JSON contract (docs/contract.md), from what was computed or from the catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from catalog.formulas.pcf import PCF
from catalog.store.rows import Row
from indexer.identification.outcome import Identification
from indexer.kinds.evaluation import Evaluation
from indexer.kinds.kind import kind_of
from indexer.mathematics.closed_forms.closed_form import ClosedForm
from indexer.mathematics.continued_fractions.limit import Limit
from indexer.mathematics.continued_fractions.metrics import Metrics
from indexer.mathematics.relations.relation import json_integer


def formula_object(evaluation: Evaluation, identification: Identification | None = None) -> dict[str, Any]:
    """A formula as `evaluate` and `identify` write it; what only a catalogue knows is null.

    Without an identification relations and guesses are empty.
    """
    formula = evaluation.formula
    failed = evaluation.error if evaluation.status == "undetermined" else None
    result: dict[str, Any] = {
        "formula": str(formula),
        "a": [json_integer(c) for c in formula.a],
        "b": [json_integer(c) for c in formula.b],
        "status": evaluation.status,
        "convergence_class": evaluation.convergence_class,
        "reason": evaluation.reason or evaluation.error,
        "limit": limit_object(evaluation.limit),
        "metrics": evaluation.metrics.to_json(),
        "metrics_reason": evaluation.metrics.reason,
        "closed_form": closed_form_object(evaluation.closed_form),
        "family": evaluation.family,
        "class": None,
        "cluster": None,
        "relations": [],
        "guesses": [],
    }
    if identification is not None:
        reason = result["reason"]
        result |= identification.to_json()
        result["identification_reason"], result["reason"] = identification.reason, reason
    if failed:
        result["error"] = failed
    return result


def limit_object(limit: Limit | None) -> dict[str, Any] | None:
    """A limit; null where there is none or not one digit of it is known."""
    if limit is None or limit.value is None:
        return None
    exact = limit.exact is not None or limit.infinite
    return {
        "value": limit.value,
        "digits": None if limit.infinite else limit.digits,
        "error_log10": None if exact else limit.error_log10,
        "bound_kind": limit.bound_kind,
        "exact": limit.exact_text,
    }


def closed_form_object(form: ClosedForm | None) -> dict[str, Any] | None:
    """A closed form as text and LaTeX, with the theorem behind it."""
    if form is None:
        return None
    return {"text": form.text, "latex": form.latex, "theorem": form.theorem}


def stored_object(
    row: Row, relations: Sequence[Row], guesses: Sequence[Row], exclusions: Sequence[Row], sources: Sequence[Row]
) -> dict[str, Any]:
    """The same object of a formula of the catalogue, with its number, sources and what was excluded.

    The rows are those of `catalog.store.formulas`.
    """
    standing = [relation for relation in relations if relation["rejected_at"] is None]
    result: dict[str, Any] = {
        "formula": str(PCF(row["a"], row["b"])),
        "id": row["id"],
        "a": [json_integer(c) for c in row["a"]],
        "b": [json_integer(c) for c in row["b"]],
        "status": row["status"],
        "convergence_class": row["convergence_class"],
        "reason": row["status_reason"] or row["evaluation_error"],
        "limit": None,
        "metrics": {name: row[name] for name in Metrics().to_json()},
        "metrics_reason": row["metrics_reason"],
        "closed_form": None,
        "family": row["family"],
        "class": None,
        "cluster": None,
        "relations": [_stored_relation(relation) for relation in standing],
        "rejected": [_rejected(relation) for relation in relations if relation["rejected_at"] is not None],
        "guesses": [_stored_guess(guess) for guess in guesses],
        "outcome": _stored_outcome(row, standing, exclusions),
        "exclusions": [dict(exclusion) | {"conditional": row["bound_kind"] != "ball"} for exclusion in exclusions],
        "sources": [dict(source) for source in sources],
        "evaluated_at": row["evaluated_at"].isoformat(),
        "evaluator_version": row["evaluator_version"],
    }
    if row["limit_value"] is not None:
        result["limit"] = {
            "value": row["limit_value"],
            "digits": row["limit_digits"],
            "error_log10": row["limit_error_log10"],
            "bound_kind": row["bound_kind"],
            "exact": row["limit_exact"],
        }
    if row["closed_form"] is not None:
        formula = PCF(row["a"], row["b"])
        form = kind_of(formula).closed_form(formula)
        latex = form.latex if form is not None and form.text == row["closed_form"] else None
        result["closed_form"] = {"text": row["closed_form"], "latex": latex, "theorem": row["closed_form_theorem"]}
    if row["evaluation_error"] is not None:
        result["error"] = row["evaluation_error"]
    return result


def _stored_outcome(row: Row, relations: Sequence[Row], exclusions: Sequence[Row]) -> str | None:
    """What came of the search for a name; None where none was made."""
    if any(relation["kind"] != "formula" for relation in relations) or row["status"] == "converges_to_infinity":
        return "found"
    if exclusions:
        return str(exclusions[-1]["outcome"])
    return "nothing_to_identify" if row["limit_value"] is None else None


def _rejected(relation: Row) -> dict[str, Any]:
    """A relation that somebody rejected: what it stated, and who said why it does not stand."""
    return {
        "kind": relation["kind"],
        "expression": relation["expression"],
        "reason": relation["rejected_because"],
        "author": relation["rejected_by"],
        "rejected_at": relation["rejected_at"].isoformat(),
    }


def _stored_guess(guess: Row) -> dict[str, Any]:
    return {
        "rank": guess["place"],
        "constant": guess["constant"],
        "why": guess["proposer"],
        "outcome": guess["outcome"],
    }


def _stored_relation(relation: Row) -> dict[str, Any]:
    name = "coefficients" if relation["kind"] in ("moebius", "formula", "linear") else "polynomial"
    result = {"kind": relation["kind"]}
    if relation["constant"] is not None:
        result["constant"] = relation["constant"]
    return result | {
        name: [json_integer(c) for c in relation["coefficients"]],
        "expression": relation["expression"],
        "digits_used": relation["digits_used"],
        "digits_verified": relation["digits_verified"] or 0,
        "proof": relation["proof"],
        "method": relation["method"],
        "version": relation["code_version"],
    }
