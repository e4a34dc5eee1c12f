"""The tail x_n by the closed form of the formula shifted by n, where no tail is regular within the supported depth."""

from __future__ import annotations

from flint import arb

from catalog.errors import EvaluationError, TooDeepError
from catalog.formulas.pcf import PCF
from indexer.mathematics.closed_forms.closed_form import closed_form
from indexer.mathematics.continued_fractions.convergents import FirstSteps
from indexer.mathematics.continued_fractions.tail import LADDER, AnyTail, Tail, TailValue


class ClosedTail:
    """The tail of one formula, x_n being the limit of (a(k + n), b(k + n)) by its closed form."""

    def __init__(self, formula: PCF, irregular: str) -> None:
        """`irregular` says why the tail is not computed otherwise."""
        self.formula = formula
        self.first_steps = FirstSteps(formula, LADDER)
        self.irregular = irregular

    def at(self, n: int, bits: int) -> TailValue:
        """Return x_n with at least `bits` correct bits; raises TooDeepError where no closed form gives them."""
        form = closed_form(self.formula.shift(n))
        if form is None:
            raise TooDeepError(self.irregular)
        if form.infinite:
            return TailValue(arb(1), arb(0), "ball", 0, False)
        try:
            return TailValue(form.evaluate(bits), arb(1), "ball", 0, False)
        except EvaluationError as error:
            raise TooDeepError(f"{self.irregular}, and {error}") from error

    def double_at(self, n: int) -> float | None:
        """Return None: no value of a closed form is cheap."""
        return None


def tail_of(formula: PCF) -> AnyTail:
    """Return the tail of a formula that converges and does not terminate, by brackets and series where that can be.

    Raises TooDeepError where it is regular only too far out and has no closed form.
    """
    try:
        return Tail(formula)
    except TooDeepError as error:
        if closed_form(formula) is None:
            raise
        return ClosedTail(formula, str(error))
