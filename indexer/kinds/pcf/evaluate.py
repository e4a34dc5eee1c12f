"""Everything that can be said of one PCF without a catalogue: status, limit, metrics, closed form, family."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from catalog.errors import EvaluationError, TooDeepError
from catalog.formulas.pcf import PCF
from indexer.kinds.evaluation import Evaluation, failed
from indexer.mathematics.closed_forms.closed_form import ClosedForm, closed_form
from indexer.mathematics.closed_forms.families import family_key
from indexer.mathematics.continued_fractions.asymptotics import Classification, classify, classify_all, exponents
from indexer.mathematics.continued_fractions.bulk import Given, given_of
from indexer.mathematics.continued_fractions.closed_tail import ClosedTail, tail_of
from indexer.mathematics.continued_fractions.limit import (
    DEFAULT_DIGITS,
    INFINITE,
    Limit,
    bits_wanted,
    exact,
    limit,
    rounded,
)
from indexer.mathematics.continued_fractions.metrics import RATIONAL, Metrics, metrics
from indexer.mathematics.numbers.decimals import LOG2_10, bits_for
from indexer.mathematics.numbers.fractions import short_fraction
from indexer.mathematics.proofs.exact_limits import rational_by_equivalence

CLOSED_FORM_DIGITS = 100
"""Significant digits to which a closed form must agree with the limit before it is given."""

RATIONAL_DIGITS = 1_000
"""Significant digits to which a limit that looks rational must go on doing so."""

UNPROVED_RATIONAL = "the limit looks rational, unproved: delta is left out"
"""Why a formula has no delta whose limit agrees with a short fraction to all digits."""


def evaluate(
    formula: PCF, digits: int = DEFAULT_DIGITS, verdict: Classification | None = None, given: Given | None = None
) -> Evaluation:
    """Evaluate one formula to `digits` significant digits of its limit, or as many as can be had.

    `verdict` is classified, and the kernels asked for what they can give of it, where that is not given.
    """
    verdict = verdict or classify(formula)
    given = given or given_of([formula], [verdict], digits)[0]
    if verdict.status == "diverges":
        return Evaluation(formula, "diverges", None, None, Metrics(reason="it diverges"), verdict.reason)
    if verdict.status == "terminates":
        value = limit(formula, digits, verdict)
        assert value is not None
        return Evaluation(
            formula,
            "terminates",
            None,
            value,
            Metrics(reason="it terminates"),
            value.reason or f"b({verdict.terminates_at}) = 0",
            error=value.reason,
            family=family_key(formula),
        )
    return _convergent(formula, verdict, digits, given)


def evaluate_all(formulas: Sequence[PCF], digits: int = DEFAULT_DIGITS) -> list[Evaluation]:
    """Evaluate many formulas, in their order; one that cannot be evaluated has its error instead of raising it."""
    verdicts = classify_all(formulas)
    given = given_of(formulas, verdicts, digits)
    return [_guarded(*known, digits) for known in zip(formulas, verdicts, given, strict=True)]


def _guarded(formula: PCF, verdict: Classification, given: Given, digits: int) -> Evaluation:
    try:
        return evaluate(formula, digits, verdict, given)
    except Exception as error:
        return failed(formula, f"{type(error).__name__}: {error}")


def mirrored(evaluation: Evaluation) -> Evaluation:
    """Return the evaluation of (-a, b), whose limit is -L and of which all else is the same."""
    formula = evaluation.formula.mirror()
    form = evaluation.closed_form and closed_form(formula)
    return replace(evaluation, formula=formula, limit=evaluation.limit and evaluation.limit.negated(), closed_form=form)


def _convergent(formula: PCF, verdict: Classification, digits: int, given: Given) -> Evaluation:
    try:
        tail = None if given.complete else tail_of(formula)
    except TooDeepError as error:
        return _undetermined(formula, verdict, str(error))
    value = limit(formula, digits, verdict, tail, given.enclosure, rational_by_equivalence)
    assert value is not None
    form, family = closed_form(formula), family_key(formula)
    agreed = None
    if form is not None:
        value, agreed = _compare(value, form, digits)
        agreed = None if isinstance(tail, ClosedTail) else agreed  # that is no independent value
    if value.value is None:
        return _undetermined(formula, verdict, value.reason or "its limit could not be settled")
    if value.infinite:
        unknown = Metrics(reason="the limit is infinite")
        return Evaluation(
            formula, "converges_to_infinity", verdict.convergence_class, value, unknown, closed_form=form, family=family
        )
    growth = exponents(formula, verdict)
    beyond = Metrics(reason="its exponents are beyond double precision")
    known = value.exact is not None
    rational = not known and given.enclosure is None and _looks_rational(value, digits) and _stays_rational(formula)
    figures = metrics(formula, growth, tail, known or rational, given.figures, value.ball) if growth else beyond
    if rational and figures.reason == RATIONAL:
        figures = replace(figures, reason=UNPROVED_RATIONAL)
    return Evaluation(
        formula,
        "converges",
        verdict.convergence_class,
        value,
        figures,
        closed_form=form,
        closed_form_digits=agreed,
        family=family,
    )


def _looks_rational(value: Limit, digits: int) -> bool:
    """Say whether a fraction of less than half of the bits lies in the enclosure of a limit."""
    return value.ball is not None and short_fraction(value.ball, bits_wanted(digits)) is not None


def _stays_rational(formula: PCF) -> bool:
    """Say whether a limit that looks rational does so to `RATIONAL_DIGITS` too."""
    value = limit(formula, RATIONAL_DIGITS)
    return value is not None and _looks_rational(value, RATIONAL_DIGITS)


def _undetermined(formula: PCF, verdict: Classification, reason: str) -> Evaluation:
    return Evaluation(formula, "undetermined", verdict.convergence_class, None, Metrics(reason=reason), reason)


def _compare(value: Limit, form: ClosedForm, digits: int) -> tuple[Limit, int | None]:
    """Return the limit, by the closed form where that says more, and the digits of their agreement.

    Raises ArithmeticError where the two do not agree: one of them is wrong, and nothing must be published.
    """
    if form.infinite or form.rational is not None:
        known = INFINITE if form.rational is None else exact(form.rational, digits)
        if not _may_be(value, known):
            raise ArithmeticError(f"limit {value.value} and closed form {form.text} differ")
        return known, None
    try:
        ball = form.evaluate(bits_for(max(digits, CLOSED_FORM_DIGITS)) + 16)
    except EvaluationError:
        return value, None
    if value.infinite or (value.ball is not None and not ball.overlaps(value.ball)):
        raise ArithmeticError(f"limit {value.value} and closed form {form.text} differ")
    if value.exact is not None:
        return value, None
    if value.ball is None:
        return rounded(ball, digits, "ball"), None
    agreed = math.floor(min(ball.rel_accuracy_bits(), value.ball.rel_accuracy_bits()) / LOG2_10)
    if value.bound_kind == "agreement" or value.digits < digits:
        value = rounded(ball, digits, "ball")
    return value, None if form.exact is not None else agreed


def _may_be(value: Limit, known: Limit) -> bool:
    """Say whether what was computed of a limit is consistent with its exact value."""
    if value.value is None:
        return True
    if value.infinite or known.infinite or value.exact is not None:
        return value.infinite == known.infinite and value.exact == known.exact
    assert value.ball is not None
    assert known.ball is not None
    return bool(value.ball.overlaps(known.ball))
