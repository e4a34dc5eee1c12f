"""The convergence metrics of one formula: irrationality measure shown, growth of q_n, of the error and of the gcd.

Growth of log|q_n| and of log|L - p_n/q_n| is exact, from the coefficients (`asymptotics`). The gcd is taken
exactly at `DEPTHS`; its growth is found in `gcd_growth`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import gmpy2
from flint import arb, ctx, fmpz
from gmpy2 import mpz

from catalog.errors import TooDeepError
from catalog.formulas.pcf import PCF
from catalog.vocabulary import FactorialReduction
from indexer.mathematics.continued_fractions.asymptotics import Exponents
from indexer.mathematics.continued_fractions.closed_tail import tail_of
from indexer.mathematics.continued_fractions.convergents import LOG_2, Convergent, FirstSteps, log2_size, log_abs
from indexer.mathematics.continued_fractions.gcd_growth import gcd_growth
from indexer.mathematics.continued_fractions.tail import LADDER, AnyTail
from indexer.mathematics.kernels.gcds import GCD_DEPTHS, Figures

DEPTHS = GCD_DEPTHS
"""Depths n at which gcd(p_n, q_n) is taken, of the `LADDER`; geometric, for the longest lever on n log n against n."""

METRIC_DEPTH = DEPTHS[-1]
"""Depth n at which delta is taken."""

TAIL_BITS = 80
"""Bits of the tail x_{n+1} behind the error at `METRIC_DEPTH`; delta needs about 40 of them."""

CANCELLATION = 1e-3
"""Share of the tail that must be left of q_n x_{n+1} + b_{n+1} q_{n-1}, over q_n, for double precision to do."""

SETTLED_BITS = 40
"""Relative accuracy in bits at which the error at `METRIC_DEPTH` is settled."""

MAX_CONVERGENT_BITS = 6_000_000
"""Largest size of q_n at `METRIC_DEPTH`, in bits (estimated before it is computed): a few seconds of gcds."""

LEAST_LOG = 0.5
"""Least log|q_n/g_n| that is taken from doubles: of 1 it is 0, of which delta would be undefined."""

RATIONAL = "the limit is rational: delta is undefined"

MAX_TAIL_BITS = 1 << 19
"""Bits of the tail at which an error lost in cancellation is given up."""


@dataclass(frozen=True, slots=True)
class Metrics:
    """The metrics of one formula; None where undefined, `reason` says why. Natural logarithms.

    delta = -1 - log|L - p_n/q_n| / log|q_n/g_n| at n = 1000, delta_unreduced the same without g_n = gcd(p_n, q_n);
    log|error| ~ convergence_eta n log n + convergence_gamma n + convergence_sqrt n^(1/2) + convergence_beta log n;
    log|q_n| ~ q_eta n log n + q_gamma n; log g_n ~ gcd_eta n log n + gcd_gamma n; the reduced pair is their difference;
    delta_predicted is what the exponents, gcd_gamma among them, which is fitted, say of delta for large n;
    factorial_reduction says whether q_reduced_eta = 0. Where that is undetermined so is the growth of g_n, and all that
    derives from it is None.
    """

    delta: float | None = None
    delta_unreduced: float | None = None
    delta_predicted: float | None = None
    convergence_eta: float | None = None
    convergence_gamma: float | None = None
    convergence_sqrt: float | None = None
    convergence_beta: float | None = None
    q_eta: float | None = None
    q_gamma: float | None = None
    q_reduced_eta: float | None = None
    q_reduced_gamma: float | None = None
    gcd_eta: float | None = None
    gcd_gamma: float | None = None
    factorial_reduction: FactorialReduction | None = None
    reason: str | None = None

    def to_json(self) -> dict[str, float | str | None]:
        """Return the metrics by name, without the reason."""
        return {field.name: getattr(self, field.name) for field in fields(self) if field.name != "reason"}


@dataclass(frozen=True, slots=True)
class Measured:
    """What is measured of one formula: log g_n at `depths`, and delta at `METRIC_DEPTH`; None where undefined.

    `divisors` are the g_n themselves where they were computed; `reason` says why a delta is None.
    """

    depths: tuple[int, ...]
    log_gcds: Sequence[float]
    divisors: Sequence[mpz]
    delta: float | None
    delta_unreduced: float | None
    reason: str | None


def metrics(
    formula: PCF,
    growth: Exponents,
    tail: AnyTail | None,
    limit_is_exact: bool,
    figures: Figures | None = None,
    limit: arb | None = None,
) -> Metrics:
    """Return the metrics of a formula that converges to a finite limit without terminating.

    `growth` are its exponents, `tail` its tail, which may be left out where the kernels gave `figures`; where
    `limit_is_exact` delta is None, for a rational number has no irrationality measure to show. The `limit` as a ball
    is taken where the tail is known to too few bits.
    """
    exact: dict[str, Any] = {
        "convergence_eta": growth.convergence_eta,
        "convergence_gamma": growth.convergence_gamma,
        "convergence_sqrt": growth.convergence_sqrt,
        "convergence_beta": growth.convergence_beta,
        "q_eta": growth.q_eta,
        "q_gamma": growth.q_gamma,
    }
    step_bits = formula.height.bit_length() + max(formula.deg_a, formula.deg_b) * METRIC_DEPTH.bit_length()
    if step_bits * METRIC_DEPTH > MAX_CONVERGENT_BITS:
        return Metrics(**exact, reason=f"q_n at n = {METRIC_DEPTH} is too long: delta and the gcd are not computed")
    found = None if figures is None else _by_kernels(formula, figures, tail, limit_is_exact)
    if found is None:
        found = _by_integers(formula, tail_of(formula) if tail is None else tail, limit_is_exact, limit)
    divided = gcd_growth(formula, found.depths, found.log_gcds, growth.q_eta, found.divisors)
    if divided is None:
        reason = found.reason or "p_n or q_n is 0 at most depths: growth of the gcd is not measured"
        return Metrics(**exact, delta=found.delta, delta_unreduced=found.delta_unreduced, reason=reason)
    if divided.factorial_reduction == "undetermined":
        reason = found.reason or "growth of the gcd is undetermined: the primes counted are of no clear majority"
        return Metrics(
            **exact,
            delta=found.delta,
            delta_unreduced=found.delta_unreduced,
            factorial_reduction="undetermined",
            reason=reason,
        )
    reduced_eta, reduced_gamma = growth.q_eta - divided.gcd_eta, growth.q_gamma - divided.gcd_gamma
    return Metrics(
        **exact,
        delta=found.delta,
        delta_unreduced=found.delta_unreduced,
        delta_predicted=None if limit_is_exact else _predicted_delta(growth, reduced_eta, reduced_gamma),
        q_reduced_eta=reduced_eta,
        q_reduced_gamma=reduced_gamma,
        gcd_eta=divided.gcd_eta,
        gcd_gamma=divided.gcd_gamma,
        factorial_reduction=divided.factorial_reduction,
        reason=found.reason,
    )


def _by_integers(formula: PCF, tail: AnyTail, limit_is_exact: bool, limit: arb | None) -> Measured:
    """Return what the exact convergents say."""
    steps = tail.first_steps if tail.first_steps.formula == formula else FirstSteps(formula, LADDER)
    sampled = [steps.convergent(LADDER.index(n)) for n in DEPTHS]
    divisors = [c.gcd() for c in sampled]
    found = (None, None, RATIONAL) if limit_is_exact else deltas(formula, sampled[-1], divisors[-1], tail, limit)
    # gcd(p, 0) = |p| says nothing of the growth
    usable = [(c.n, divisor) for c, divisor in zip(sampled, divisors, strict=True) if c.p != 0 and c.q != 0]
    kept = [divisor for _, divisor in usable]
    return Measured(tuple(n for n, _ in usable), [log_abs(divisor) for divisor in kept], kept, *found)


def _by_kernels(formula: PCF, figures: Figures, tail: AnyTail | None, limit_is_exact: bool) -> Measured | None:
    """Return what the kernels say, None where they do not suffice for delta."""
    if limit_is_exact:
        return Measured(DEPTHS, figures.log_gcds, (), None, None, RATIONAL)
    log_reduced = figures.log_q - figures.log_gcds[-1]
    bracket = _log_bracket(formula, figures, tail)
    if bracket is None or log_reduced < LEAST_LOG:
        return None
    error = LOG_2 * log2_size(formula.b, 1, METRIC_DEPTH + 2) - 2 * figures.log_q - bracket
    return Measured(DEPTHS, figures.log_gcds, (), -1 - error / log_reduced, -1 - error / figures.log_q, None)


def _log_bracket(formula: PCF, figures: Figures, tail: AnyTail | None) -> float | None:
    """Return log|x_{n+1} + b_{n+1} q_{n-1}/q_n| at `METRIC_DEPTH`, with x_{n+1} from the tail where it is too slow."""
    if figures.log_bracket is not None:
        return figures.log_bracket
    n = METRIC_DEPTH + 1
    try:
        value = (tail_of(formula) if tail is None else tail).at(n, TAIL_BITS)
    except TooDeepError:
        return None
    with ctx.workprec(2 * TAIL_BITS):
        x = value.numerator / value.denominator
    if not x.is_finite() or x.rel_accuracy_bits() < SETTLED_BITS:
        return None
    combined = float(x) + formula.b_at(n) * figures.ratio
    return math.log(abs(combined)) if abs(combined) > CANCELLATION * abs(float(x)) else None


def log_error(formula: PCF, at: Convergent, tail: AnyTail) -> float | None:
    """Return log|L - p_n/q_n| for an exact convergent with q_n != 0, to about 1e-10 absolute.

    |L - p_n/q_n| = |b_1 ... b_{n+1}| / |q_n (q_n x_{n+1} + b_{n+1} q_{n-1})|; no digit of L is needed. The bracket may
    cancel where n lies before the tail is regular; None where `MAX_TAIL_BITS` do not settle it.
    """
    product, log_q = LOG_2 * log2_size(formula.b, 1, at.n + 2), log_abs(at.q)
    b_next = formula.b_at(at.n + 1)
    tail_value = tail.double_at(at.n + 1)
    if tail_value is not None:
        combined = tail_value + float(b_next * (gmpy2.mpfr(at.q_before) / at.q))
        if abs(combined) > CANCELLATION * abs(tail_value):
            return product - 2 * log_q - math.log(abs(combined))
    bits = TAIL_BITS
    while bits <= MAX_TAIL_BITS:
        value = tail.at(at.n + 1, bits)
        with ctx.workprec(2 * bits):
            q, q_before = arb(_fmpz(at.q)), arb(_fmpz(at.q_before))
            combined_ball = q * value.numerator + b_next * q_before * value.denominator
            ratio = abs(combined_ball) / abs(value.denominator)
            if ratio.rel_accuracy_bits() >= SETTLED_BITS:
                return product - log_q - float(ratio.log())
        if value.exhausted:
            break
        bits *= 4
    return None


def deltas(
    formula: PCF, last: Convergent, divisor: mpz, tail: AnyTail, limit: arb | None
) -> tuple[float | None, float | None, str | None]:
    """Return delta, delta_unreduced and the reason where one of them is None; `divisor` is the gcd."""
    if last.q == 0:
        return None, None, f"q_n = 0 at n = {last.n}: delta is undefined"
    try:
        error, why = log_error(formula, last, tail), f"the error at n = {last.n} is lost in cancellation"
    except TooDeepError as beyond:
        error, why = None, str(beyond)
    if error is None and limit is not None:
        error = _log_difference(limit, last)
    if error is None:
        return None, None, f"{why}: delta is undefined"
    log_q = log_abs(last.q)
    log_reduced = log_q - log_abs(divisor)
    delta = -1 - error / log_reduced if abs(last.q) > divisor else None
    unreduced = -1 - error / log_q if abs(last.q) > 1 else None
    return delta, unreduced, None if delta is not None else f"|q_n/g_n| = 1 at n = {last.n}: delta is undefined"


def _log_difference(limit: arb, at: Convergent) -> float | None:
    """Return log|L - p_n/q_n| by subtraction, None where the limit is not known to enough bits beyond the error."""
    with ctx.workprec(max(int(limit.rel_accuracy_bits()), 0) + at.q.bit_length() + SETTLED_BITS):
        difference = abs(limit - arb(_fmpz(at.p)) / arb(_fmpz(at.q)))
        return float(difference.log()) if difference.rel_accuracy_bits() >= SETTLED_BITS else None


def _predicted_delta(growth: Exponents, reduced_eta: float, reduced_gamma: float) -> float | None:
    """Return the limit of delta_n for n to infinity, None where it is not finite."""
    if reduced_eta:
        return -1 - growth.convergence_eta / reduced_eta
    if reduced_eta == 0 and growth.convergence_eta == 0 and reduced_gamma > 0:
        return -1 - growth.convergence_gamma / reduced_gamma
    return None


def _fmpz(value: mpz) -> fmpz:
    return fmpz(int(value))
