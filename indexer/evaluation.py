"""Everything that can be said of one formula without a catalogue: status, limit, metrics, closed form, family."""

from __future__ import annotations

from dataclasses import dataclass

from catalog.formula import PCF
from indexer.asymptotics import Classification, ConvergenceClass, Status, classify, exponents
from indexer.limits import DEFAULT_DIGITS, Limit, limit
from indexer.metrics import Metrics, metrics
from indexer.tails import Tail, TooDeepError

EVALUATOR_VERSION = 1
"""Raised with every change that may alter a stored status, digit or metric."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One evaluated formula; `reason` says why it diverges or is undetermined, `error` what failed."""

    formula: PCF
    status: Status
    convergence_class: ConvergenceClass | None
    limit: Limit | None
    metrics: Metrics
    reason: str | None = None
    error: str | None = None


def evaluate(formula: PCF, digits: int = DEFAULT_DIGITS) -> Evaluation:
    """Evaluate one formula to `digits` significant digits of its limit."""
    verdict = classify(formula)
    if verdict.status == "diverges":
        return Evaluation(formula, "diverges", None, None, Metrics(reason="it diverges"), verdict.reason)
    if verdict.status == "terminates":
        value = limit(formula, digits, verdict)
        assert value is not None
        reason = f"b({verdict.terminates_at}) = 0"
        return Evaluation(formula, "terminates", None, value, Metrics(reason="it terminates"), reason, value.reason)
    return _evaluate_convergent(formula, verdict, digits)


def _evaluate_convergent(formula: PCF, verdict: Classification, digits: int) -> Evaluation:
    try:
        tail = Tail(formula)
    except TooDeepError as error:
        return Evaluation(
            formula, "undetermined", verdict.convergence_class, None, Metrics(reason=str(error)), str(error)
        )
    value = limit(formula, digits, verdict, tail)
    assert value is not None
    if value.value is None:
        return Evaluation(
            formula, "undetermined", verdict.convergence_class, None, Metrics(reason=value.reason), value.reason
        )
    if value.infinite:
        unknown = Metrics(reason="the limit is infinite")
        return Evaluation(formula, "converges_to_infinity", verdict.convergence_class, value, unknown)
    growth = exponents(formula)
    assert growth is not None
    figures = metrics(formula, growth, tail, value.exact is not None)
    return Evaluation(formula, "converges", verdict.convergence_class, value, figures)
