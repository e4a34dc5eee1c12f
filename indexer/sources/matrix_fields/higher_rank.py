"""Trajectories of rank 3 and more: the limits of the ratios of their solution, from the cofactor matrix.

The columns of M(1) ... M(n) need not converge to one direction, but those of its cofactor matrix do: the last row of
the adjugate tends to the solution v that is minimal along the trajectory. Its entries over the last one are the limits.
Nothing bounds their error here: digits are those to which n and 2 n steps agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import gmpy2
from flint import arb, ctx, fmpq, fmpq_mat, fmpz_mat
from gmpy2 import mpz

from catalog.constants.evaluation import evaluate
from indexer.mathematics.continued_fractions.convergents import log_abs
from indexer.mathematics.numbers.decimals import bits_for, round_ball
from indexer.mathematics.relations.search import linear
from indexer.sources.matrix_fields.known import parameters
from indexer.sources.matrix_fields.matrices import IntegerMatrix
from indexer.sources.matrix_fields.rates import recurrence_rate
from indexer.sources.matrix_fields.trajectories import Trajectory
from indexer.sources.matrix_fields.walks import product

DEPTH = 240
"""Steps n that are compared with 2 n."""

DELTA_DEPTH = 120
"""Depth at which delta is taken."""

MOST_DIGITS = 110
"""Most digits of a limit that are written."""

MOST_SEARCHED = 300
"""Most digits among which relations are sought."""

LEAST_DIGITS = 30
"""Digits below which nothing is sought."""

SHARE_SEARCHED = 0.9
"""Share of the digits that agree among which relations are sought."""

PAIRS = ("log(2)", "pi^2", "pi", "catalan", "zeta(3)", "log(3)", "sqrt(2)")
"""Constants of which each pair, with 1, is tried as a basis of the limits."""


@dataclass(frozen=True)
class HigherLimits:
    """Ratios of the solution, all but the last entry over the last.

    `values` have `digits` digits each, to which two depths agree. `relation` has a row of 2 r integers each: with the
    basis c of r constants, limit = (x_0 c_0 + ...)/(x_r c_0 + ...). `delta` is that of the first ratio.
    """

    values: tuple[str, ...]
    digits: int
    basis: tuple[str, ...] | None
    relation: tuple[tuple[int, ...], ...] | None
    delta: float | None


def higher_limits(matrix: IntegerMatrix) -> HigherLimits | None:
    """Return the limits of a trajectory of rank 3 or more; None where the ratios do not settle."""
    total = product(matrix, 1, DELTA_DEPTH + 1)
    first = _last_row(total)
    at_depth = total * product(matrix, DELTA_DEPTH + 1, DEPTH + 1)
    second, third = _last_row(at_depth), _last_row(at_depth * product(matrix, DEPTH + 1, 2 * DEPTH + 1))
    if first is None or second is None or third is None:
        return None
    balls = [_ball(second, third, i) for i in range(len(matrix) - 1)]
    digits = min(int(ball.rel_accuracy_bits() * 0.30103) - 1 for ball in balls)
    if digits < 1:
        return None
    texts = [round_ball(ball, min(MOST_DIGITS, digits))[0] for ball in balls]
    if any(text is None for text in texts):
        return None
    basis, relation = _related(balls, digits) if len(matrix) == 3 and digits >= LEAST_DIGITS else (None, None)
    values = tuple(str(text) for text in texts)
    return HigherLimits(values, min(MOST_DIGITS, digits), basis, relation, _delta(first, third))


def rate_of_recurrence(walked: Trajectory) -> float | None:
    """Return the natural logarithm of the factor by which errors of the ratios fall; None where it is not known."""
    shape = parameters(walked.field)
    if shape is None:
        return None
    p, _, z = shape
    return recurrence_rate(walked.direction[:p], walked.direction[p:], z)


def limit_texts(limits: HigherLimits) -> list[str] | None:
    """Return the limits as quotients of linear forms in the basis, None where none was found."""
    if limits.basis is None or limits.relation is None:
        return None
    half = len(limits.basis)
    return [f"({form(row[:half], limits.basis)})/({form(row[half:], limits.basis)})" for row in limits.relation]


def form(coefficients: Sequence[int], basis: Sequence[str]) -> str:
    """Return a linear form such as -60 + 72*log(2) + pi^2."""
    text = ""
    for c, name in zip(coefficients, basis, strict=True):
        if c:
            size = str(abs(c)) if name == "1" else name if abs(c) == 1 else f"{abs(c)}*{name}"
            text += (" - " if c < 0 else " + ") + size if text else ("-" if c < 0 else "") + size
    return text or "0"


def _last_row(total: fmpz_mat) -> list[mpz] | None:
    """Return the last row of the adjugate without common factor; None where it cannot be had or ends in 0."""
    determinant = total.det()
    if determinant == 0:
        return None
    adjugate = fmpq_mat(total).inv() * fmpq(determinant)
    last = total.nrows() - 1
    row = [mpz(int(adjugate[last, i].p)) for i in range(last + 1)]
    return row if row[-1] else None


def _ball(second: Sequence[mpz], third: Sequence[mpz], i: int) -> arb:
    """Return the ratio at the greater depth with its distance from that at the smaller one as radius."""
    with ctx.workprec(bits_for(MOST_SEARCHED) + 64):
        value = arb(int(third[i])) / arb(int(third[-1]))
        other = arb(int(second[i])) / arb(int(second[-1]))
        return value.mid() + arb(0, abs(value - other).upper() + value.rad())


def _related(balls: Sequence[arb], digits: int) -> tuple[tuple[str, ...] | None, tuple[tuple[int, ...], ...] | None]:
    """Return a basis of constants in which all limits are quotients of linear forms, and the forms."""
    wanted = min(MOST_SEARCHED, int(digits * SHARE_SEARCHED))
    with ctx.workprec(bits_for(wanted) + 64):
        for pair in combinations(PAIRS, 2):
            values = [arb(1), *(evaluate(name, bits_for(wanted) + 32) for name in pair)]
            rows = []
            for ball in balls:
                found = linear([*values, *(-ball * v for v in values)], wanted).coefficients
                if found is None:
                    break
                rows.append(found)
            if len(rows) == len(balls):
                return ("1", *pair), tuple(rows)
    return None, None


def _delta(row: Sequence[mpz], deep: Sequence[mpz]) -> float | None:
    """Return delta of the first ratio p/q at `DELTA_DEPTH`, against the deepest."""
    divisor = gmpy2.gcd(row[0], row[-1])
    p, q = row[0] // divisor, row[-1] // divisor
    distance = p * deep[-1] - q * deep[0]
    if distance == 0 or abs(q) == 1:
        return None
    error = log_abs(distance) - log_abs(q) - log_abs(deep[-1])
    return -1 - error / log_abs(q)
