"""What an evaluation says of one formula, whatever its kind."""

from __future__ import annotations

from dataclasses import dataclass

from catalog.formulas.pcf import PCF
from catalog.vocabulary import ConvergenceClass, Status
from indexer.mathematics.closed_forms.closed_form import ClosedForm
from indexer.mathematics.continued_fractions.limit import Limit
from indexer.mathematics.continued_fractions.metrics import Metrics

EVALUATOR_VERSION = 3
"""Raised with every change that may alter a stored status, digit or metric."""

ERROR_LENGTH = 300
"""Characters of an error that are kept."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One evaluated formula.

    `reason` says why it diverges or is undetermined, `error` what failed. `closed_form_digits` are the significant
    digits to which the closed form and the limit, evaluated independently, agree; None where one of them is exact.
    """

    formula: PCF
    status: Status
    convergence_class: ConvergenceClass | None
    limit: Limit | None
    metrics: Metrics
    reason: str | None = None
    error: str | None = None
    closed_form: ClosedForm | None = None
    closed_form_digits: int | None = None
    family: str | None = None

    @property
    def failed(self) -> bool:
        """Whether the evaluation itself failed, of which `error` tells."""
        return self.status == "undetermined" and self.error is not None


def failed(formula: PCF, error: str) -> Evaluation:
    """Return the evaluation of a formula that could not be evaluated: undetermined, with the error."""
    text = " ".join(error.split())[:ERROR_LENGTH]
    return Evaluation(formula, "undetermined", None, None, Metrics(reason="the evaluation failed"), None, text)
