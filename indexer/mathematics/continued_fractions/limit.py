"""The limit of a PCF: exact where it is rational or infinite, else decimal digits with an error bound.

A formula that terminates has the value of its last convergent. The limit of any other is its tail x_0, taken from
`tail` to as many bits as the digits need. A rational or infinite value of a closed form is given where that
ball agrees with it; a ball that looks rational, zero or infinite else goes to `rational_tail` for a proof.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from flint import arb, ctx, fmpq, fmpz
from gmpy2 import mpz

from catalog.errors import TooDeepError
from catalog.formulas.pcf import PCF
from catalog.vocabulary import BoundKind
from indexer.mathematics.closed_forms.equation import equation
from indexer.mathematics.closed_forms.exact import Infinite
from indexer.mathematics.closed_forms.exact import exact_limit as closed_limit
from indexer.mathematics.continued_fractions.asymptotics import Classification, classify
from indexer.mathematics.continued_fractions.closed_tail import tail_of
from indexer.mathematics.continued_fractions.rational_tail import exact_limit
from indexer.mathematics.continued_fractions.tail import AnyTail, TailValue, tail_precision
from indexer.mathematics.continued_fractions.terminating import enclosed, exact_fraction
from indexer.mathematics.kernels.limits import Enclosure
from indexer.mathematics.numbers.decimals import (
    bits_for,
    format_digits,
    format_zero,
    log10_radius,
    round_ball,
    round_fraction,
    with_point,
)
from indexer.mathematics.numbers.fractions import as_fraction, short_fraction

DEFAULT_DIGITS = 110
"""Significant digits of a stored limit."""

CONFIRMED_BITS = 340
"""Bits of the tail that must agree with an exact value from a closed form: 100 digits."""

SUSPICIOUS_BITS = 64
"""Bits to which a limit must be zero or infinite to be called so, unproved."""

MAX_BITS = 1 << 19
"""Working precision, or four times the bits asked for, at which a limit lost in cancellation is given up."""

Exactly = Callable[[PCF], Fraction | Infinite | None]
"""What may know the exact value of a limit."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit as it is known.

    `value` is a decimal string of `digits` significant digits, correctly rounded, "inf" for infinity, None where it is
    not known (`reason` says why). `error_log10` is log10 of the absolute error bound behind `ball`, None where the
    limit is exact. `bound_kind` is `ball` for an enclosure, `agreement` where two depths agree.
    """

    value: str | None
    digits: int
    error_log10: float | None
    bound_kind: BoundKind | None
    exact: Fraction | None
    ball: arb | None
    reason: str | None = None

    @property
    def exact_text(self) -> str | None:
        """The exact value as `p/q`, of any length."""
        if self.exact is None:
            return None
        return f"{mpz(self.exact.numerator).digits()}/{mpz(self.exact.denominator).digits()}"

    @property
    def infinite(self) -> bool:
        """Whether the limit is infinity, proved."""
        return self.value == "inf"

    def negated(self) -> Limit:
        """Return the limit -L, as well known as this one; zero and infinity are their own."""
        if self.value is None or self.infinite or self.exact == 0:
            return self
        value = self.value[1:] if self.value.startswith("-") else f"-{self.value}"
        fraction = None if self.exact is None else -self.exact
        ball = None if self.ball is None else -self.ball
        return Limit(value, self.digits, self.error_log10, self.bound_kind, fraction, ball)


INFINITE = Limit("inf", 0, None, "ball", None, None)


def limit(
    formula: PCF,
    digits: int = DEFAULT_DIGITS,
    verdict: Classification | None = None,
    tail: AnyTail | None = None,
    enclosure: Enclosure | None = None,
    exactly: Exactly | None = None,
    most_bits: int = MAX_BITS,
) -> Limit | None:
    """Return the limit of `formula` to `digits` significant digits or as many as can be had; None if it diverges.

    `verdict` and `tail` are computed where they are not given. An `enclosure` by the kernels, to as many digits, is
    taken where no closed form says that the limit is rational or infinite. `exactly` is asked for the exact value of a
    limit that looks rational, zero or infinite, and `most_bits` bounds the bits at which it is
    told from zero and infinity.
    """
    verdict = verdict or classify(formula)
    if verdict.status == "diverges":
        return None
    if verdict.terminates_at is not None:
        return _terminating(formula, verdict.terminates_at, digits)
    try:
        known = _by_closed_form(formula, digits)
        if enclosure is not None and known is None:
            return enclosed_limit(enclosure, digits)
        return _convergent(formula, digits, tail or tail_of(formula), known, exactly, most_bits)
    except TooDeepError as error:
        return _unknown(str(error))


def bits_wanted(digits: int) -> int:
    """Return the bits of the tail that a limit of so many digits takes, without the tail's guard bits."""
    return bits_for(digits) + 8


def enclosed_limit(enclosure: Enclosure, digits: int) -> Limit:
    """Return the limit of which the kernels gave an enclosure that settles all digits."""
    unit = fmpz(1) << enclosure.fraction_bits
    with ctx.workprec(tail_precision(bits_wanted(digits))):
        low, high = (arb(fmpz(end)) / unit for end in (enclosure.low, enclosure.high))
        ball = low.union(high)
        ball = -ball if enclosure.negative else ball
    text = with_point(enclosure.digits, enclosure.exponent, negative=enclosure.negative)
    return Limit(text, digits, log10_radius(ball), "ball", None, ball)


def exact(value: Fraction, digits: int) -> Limit:
    """Return the limit of an exactly known value."""
    size = max(0, value.numerator.bit_length() - value.denominator.bit_length())
    ball = _ball(value, bits_for(digits) + 16 + size)
    text = format_digits(*round_fraction(value, digits)) if value else format_zero(digits)
    return Limit(text, digits, None, "ball", value, ball)


def _ball(value: Fraction, bits: int) -> arb:
    with ctx.workprec(bits):
        return arb(fmpq(value.numerator, value.denominator))


def _terminating(formula: PCF, zero: int, digits: int) -> Limit:
    """Return p_{n-1}/q_{n-1} for the first n >= 1 with b_n = 0."""
    fraction = exact_fraction(formula, zero)
    if fraction is not None:
        p, q = fraction
        return INFINITE if q == 0 else exact(Fraction(int(p), int(q)), digits)
    ball = enclosed(formula, zero, bits_for(digits) + 8)
    if ball is None:
        return _unknown(f"it terminates at n = {zero}, too far for its value")
    return rounded(ball, digits, "ball")


def _convergent(
    formula: PCF, digits: int, tail: AnyTail, known: Limit | None, exactly: Exactly | None, most_bits: int
) -> Limit:
    """Return the limit of a formula that converges and does not terminate; `known` is what a closed form says."""
    wanted = bits_wanted(digits)
    if known is not None:
        wanted = min(wanted, CONFIRMED_BITS)
    bits, tried, best, kind = wanted, False, None, None
    while bits <= max(most_bits, 4 * wanted):
        value = tail.at(0, bits)
        ball = _quotient(value, bits, wanted)
        if known is not None:
            return _confirmed(known, ball, formula)
        suspicious = ball is None or 0 in ball or short_fraction(ball, bits) is not None
        if suspicious and not tried:
            tried, found = True, _by_rational_tail(formula, digits)
            if found is not None:
                return found
            said = None if exactly is None else exactly(formula)
            if said is not None:
                known = INFINITE if isinstance(said, Infinite) else exact(said, digits)
                return _confirmed(known, ball, formula)
        if ball is not None and 0 not in ball:
            improved = best is None or ball.rel_accuracy_bits() > best.rel_accuracy_bits() + 8
            best, kind = (ball, value.bound_kind) if improved else (best, kind)
            if not improved or ball.rel_accuracy_bits() >= wanted:
                break
            more = wanted - int(ball.rel_accuracy_bits()) + 16
        else:
            more = bits
        if value.exhausted:
            break
        bits += more
    if value.exhausted and best is not None and kind is not None:
        best, kind = _at_lower_precision(tail, best, kind, bits)
    if best is None:
        return _unknown(_unsettled(value))
    return rounded(best, digits, kind)


def _unsettled(value: TailValue) -> str:
    """Return why not one digit of a limit is settled: it may be zero or infinite, or is hardly known at all."""
    above, below = (side.abs_upper() for side in (value.numerator, value.denominator))
    least_above, least_below = (side.abs_lower() for side in (value.numerator, value.denominator))
    for small, large, name in ((above, least_below, "zero"), (below, least_above, "infinite")):
        if large > 0 and small < large * arb(2) ** -SUSPICIOUS_BITS:
            with ctx.workprec(64):
                digits = int(float((large / small).log()) / math.log(10)) if small > 0 else 0
            return f"its limit may be zero or infinite, unproved: {name} to {digits} digits"
    return f"it converges too slowly: not one digit is settled from depth {value.steps}"


def _quotient(value: TailValue, bits: int, wanted: int) -> arb | None:
    """Return the tail's value as one ball, None around infinity."""
    with ctx.workprec(bits + 64):
        if 0 in value.denominator:
            return None
        ball = value.numerator / value.denominator
    with ctx.workprec(max(64, min(int(ball.rel_accuracy_bits()), 4 * wanted) + 64)):
        return 1 * ball  # deep cancellation leaves far longer numbers than are wanted


def _at_lower_precision(tail: AnyTail, best: arb, kind: BoundKind, bits: int) -> tuple[arb, BoundKind]:
    """Return a better value where `bits` were out of reach: steps and terms are fewer the more bits they have."""
    lower = 2 * int(best.rel_accuracy_bits())
    while lower < bits:
        value = tail.at(0, lower)
        ball = _quotient(value, lower, lower)
        if ball is None or ball.rel_accuracy_bits() <= best.rel_accuracy_bits():
            break
        best, kind = ball, value.bound_kind
        lower *= 2
    return best, kind


def _by_closed_form(formula: PCF, digits: int) -> Limit | None:
    """Return the limit where a closed form says that it is rational or infinite."""
    found = equation(formula)
    value = None if found is None else closed_limit(found)
    if isinstance(value, Infinite):
        return INFINITE
    if value is None or not value.rational:
        return None
    return exact(as_fraction(value.p), digits)


def _by_rational_tail(formula: PCF, digits: int) -> Limit | None:
    """Return the limit where the tail is a rational function of n."""
    fraction = exact_limit(formula)
    if fraction is None:
        return None
    return INFINITE if fraction[1] == 0 else exact(Fraction(*fraction), digits)


def _confirmed(known: Limit, ball: arb | None, formula: PCF) -> Limit:
    """Return `known`; ArithmeticError where an enclosure of the limit (None: around infinity) excludes it."""
    if ball is not None and (known.ball is None or not ball.overlaps(known.ball)):
        raise ArithmeticError(f"the limit {ball} of {formula} and its closed form {known.value} differ")
    return known


def rounded(ball: arb, digits: int, kind: BoundKind | None) -> Limit:
    """Return the limit that a ball, not around zero, settles to at most `digits` significant digits."""
    text, count = round_ball(ball, digits)
    if text is None:
        return _unknown("not one digit of its limit could be settled")
    return Limit(text, count, log10_radius(ball), kind, None, ball)


def _unknown(reason: str) -> Limit:
    return Limit(None, 0, None, None, None, None, reason)
