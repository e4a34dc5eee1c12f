"""The object of a formula in the JSON contract (docs/contract.md), from what was computed; rows of the catalogue give
the same object by `catalog.queries`.
"""

from __future__ import annotations

from typing import Any

from indexer.evaluation import Evaluation
from indexer.findings import json_integer
from indexer.guess import Identification
from indexer.hypergeometric import ClosedForm
from indexer.limits import Limit


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
        "reason": evaluation.reason or (evaluation.error if not failed else None),
        "limit": limit_object(evaluation.limit),
        "metrics": evaluation.metrics.to_json(),
        "metrics_reason": evaluation.metrics.reason,
        "closed_form": closed_form_object(evaluation.closed_form),
        "family": evaluation.family,
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
        "bound_kind": "exact" if exact else limit.bound_kind,
        "exact": None if limit.exact is None else f"{limit.exact.numerator}/{limit.exact.denominator}",
    }


def closed_form_object(closed_form: ClosedForm | None) -> dict[str, Any] | None:
    """A closed form as text and LaTeX, with the theorem behind it."""
    if closed_form is None:
        return None
    return {"text": closed_form.text, "latex": closed_form.latex, "theorem": closed_form.theorem}
