"""delta of a formula at a depth that somebody asks for; the one that is stored is in `metrics`."""

from __future__ import annotations

from dataclasses import dataclass

from catalog.formulas.pcf import PCF
from indexer.mathematics.continued_fractions.asymptotics import classify
from indexer.mathematics.continued_fractions.closed_tail import tail_of
from indexer.mathematics.continued_fractions.convergents import FirstSteps
from indexer.mathematics.continued_fractions.limit import Limit
from indexer.mathematics.continued_fractions.metrics import RATIONAL, deltas

MAX_DELTA_DEPTH = 100_000
"""Deepest n that can be asked for."""

MAX_BITS = 60_000_000
"""Largest size of q_n at the depth, in bits (estimated before it is computed): half a minute."""


@dataclass(frozen=True, slots=True)
class DeltaAt:
    """delta at n = `n`, with and without the gcd of p_n and q_n; `reason` says why one of them is None."""

    n: int
    value: float | None
    unreduced: float | None
    reason: str | None


def delta_at(formula: PCF, n: int, limit: Limit | None) -> DeltaAt:
    """Return -1 - log|L - p_n/q_n| / log|q_n/gcd(p_n, q_n)|, by the exact convergent; `limit` is the formula's."""
    verdict = classify(formula)
    if verdict.status != "converges" or verdict.terminates_at is not None or limit is None or limit.infinite:
        return DeltaAt(n, None, None, "the formula has no infinite expansion with a finite limit")
    if limit.exact is not None:
        return DeltaAt(n, None, None, RATIONAL)
    step_bits = formula.height.bit_length() + max(formula.deg_a, formula.deg_b) * n.bit_length()
    if step_bits * n > MAX_BITS:
        return DeltaAt(n, None, None, f"q_n at n = {n} is too long: ask for a smaller depth")
    at = FirstSteps(formula, (n,)).convergent(0)
    return DeltaAt(n, *deltas(formula, at, at.gcd(), tail_of(formula), limit.ball))
