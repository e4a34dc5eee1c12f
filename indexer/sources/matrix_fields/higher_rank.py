"""Recurrences of order 3 and more, as trajectories of that rank are: their limits, from the cofactor matrix.

The columns of M(1) ... M(n) need not converge to one direction, but those of its cofactor matrix do: the last row of
the adjugate tends to the solution v that is minimal along the trajectory. Its entries over the last one are the limits.
Nothing bounds their error here: digits are those to which n and 2 n steps agree.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import log

import gmpy2
from flint import arb, ctx, fmpq, fmpq_mat, fmpz_mat, fmpz_poly
from gmpy2 import mpz

from catalog.constants.evaluation import evaluate
from catalog.formulas.recurrence import Recurrence
from indexer.mathematics.continued_fractions.convergents import log_abs
from indexer.mathematics.numbers.decimals import bits_for, round_ball
from indexer.mathematics.relations.search import linear, residual_digits
from indexer.sources.matrix_fields.known import parameters
from indexer.sources.matrix_fields.matrices import IntegerMatrix
from indexer.sources.matrix_fields.rates import recurrence_rate
from indexer.sources.matrix_fields.trajectories import Trajectory
from indexer.sources.matrix_fields.walks import product

DEPTH = 240
"""Steps n that are compared with 2 n."""

DELTA_DEPTH = 120
"""Depth at which delta is taken."""

LOG10_2 = 0.30103
"""Digits of a bit."""

MOST_DIGITS = 110
"""Most digits of a limit that are written."""

MOST_SEARCHED = 300
"""Most digits among which relations are sought."""

LEAST_SETTLED = 4
"""Digits below which two depths may agree by chance, so that no limit is said."""

LEAST_DIGITS = 30
"""Digits below which nothing is sought."""

SHARE_SEARCHED = 0.9
"""Share of the digits that agree among which relations are sought."""

MOST_STEPS = 8_000
"""Most steps by which a relation is verified."""

PAIRS = ("log(2)", "pi^2", "pi", "catalan", "zeta(3)", "log(3)", "sqrt(2)")
"""Constants of which each pair, with 1, is tried as a basis of the limits of a recurrence of order 3."""


@dataclass(frozen=True)
class HigherLimits:
    """Ratios of the solution, all but the last entry over the last.

    `values` have `digits` digits each, to which two depths agree; the first is `first` in double precision. `relation`
    has a row of 2 r integers each: with the basis c of r constants, limit = (x_0 c_0 + ...)/(x_r c_0 + ...), found with
    `searched` digits and holding to `verified` at twice the depth, None where it was not evaluated there. `delta` is
    that of the first ratio at `delta_depth`.
    """

    values: tuple[str, ...]
    digits: int
    error_log10: float
    first: float
    basis: tuple[str, ...] | None
    relation: tuple[tuple[int, ...], ...] | None
    searched: int | None
    verified: int | None
    delta: float | None
    delta_depth: int

    @property
    def proof(self) -> str | None:
        """What stands behind the relation, None where there is none."""
        return None if self.relation is None else "numerical" if self.verified is None else "verified"


def recurrence_of(matrix: IntegerMatrix) -> Recurrence:
    """Return the recurrence of a matrix."""
    return Recurrence(tuple(tuple(tuple(int(c) for c in entry.coeffs()) for entry in row) for row in matrix))


def matrix_of(recurrence: Recurrence) -> IntegerMatrix:
    """Return the matrix of a recurrence."""
    return [[fmpz_poly(list(entry)) for entry in row] for row in recurrence.rows]


def higher_limits(
    matrix: IntegerMatrix, bases: Iterable[tuple[str, ...]] = (), delta_depth: int = DELTA_DEPTH
) -> HigherLimits | None:
    """Return the limits of a recurrence of order 3 or more; None where the ratios do not settle.

    `bases` are constants, as many as the order, in which the limits are sought first.
    """
    steps = sorted({delta_depth, DEPTH, 2 * DEPTH, 2 * delta_depth})
    rows = dict(zip(steps, _rows_at(matrix, steps), strict=True))
    if any(row is None for row in rows.values()):
        return None
    found = {n: row for n, row in rows.items() if row is not None}
    balls = _balls(found[DEPTH], found[2 * DEPTH], MOST_SEARCHED)
    digits = _least_digits(balls)
    if digits < LEAST_SETTLED:
        return None
    texts = [round_ball(ball, min(MOST_DIGITS, digits))[0] for ball in balls]
    if any(text is None for text in texts):
        return None
    basis = relation = searched = verified = None
    if digits >= LEAST_DIGITS:
        searched = min(MOST_SEARCHED, int(digits * SHARE_SEARCHED))
        usual = [("1", *pair) for pair in combinations(PAIRS, 2)] if len(matrix) == 3 else []
        basis, relation = _related(balls, searched, dict.fromkeys((*bases, *usual)))
    if basis is not None and relation is not None and searched is not None:
        verified = _holding(matrix, basis, relation, searched)
    values = tuple(str(text) for text in texts)
    shown = min(MOST_DIGITS, digits)
    delta = _delta(found[delta_depth], found[steps[-1]])
    error = float(arb(balls[0].rad()).log()) / log(10) if balls[0].rad() else -float(digits)
    first = float(balls[0].mid())
    searched = None if relation is None else searched
    return HigherLimits(values, shown, error, first, basis, relation, searched, verified, delta, delta_depth)


def first_limit(matrix: IntegerMatrix, digits: int) -> arb:
    """Return the first limit to so many digits, to which two depths agree; raises ArithmeticError where none do."""
    depth = DEPTH
    while depth <= MOST_STEPS:
        first, second = _rows_at(matrix, [depth, 2 * depth])
        if first is None or second is None:
            break
        balls = _balls(first, second, digits + 16)
        if _least_digits(balls[:1]) >= digits:
            return balls[0]
        depth *= 2
    raise ArithmeticError(f"its limit does not settle to {digits} digits within {MOST_STEPS} steps")


def rate_of_recurrence(walked: Trajectory) -> float | None:
    """Return the natural logarithm of the factor by which errors of the ratios fall; None where it is not known."""
    shape = parameters(walked.field)
    if shape is None:
        return None
    p, _, z = shape
    return recurrence_rate(walked.direction[:p], walked.direction[p:], z)


def bases_of(walked: Trajectory) -> list[tuple[str, ...]]:
    """Return the constants that theory proposes for a trajectory of pFq(z), p = q + 1: polylogarithms at z.

    They are those of starts in integers: F(1, ..., 1; 2, ..., 2; z) is one of them.
    """
    shape = parameters(walked.field)
    if shape is None or shape[0] != shape[1] + 1 or any(s.denominator > 1 for s in walked.start):
        return []
    _, q, z = shape
    if z > 1:
        return []
    if z == 1:
        return [("1", *(f"zeta({k})" if k % 2 else f"pi^{k}" for k in range(2, q + 1)))]
    if z == -1:
        return [("1", "log(2)", *(f"zeta({k})" if k % 2 else f"pi^{k}" for k in range(2, q + 1)))]
    logarithm = f"log({max(1 - z, 1 / (1 - z))})"
    return [("1", logarithm, *(f"polylog({k}, {z})" for k in range(2, q + 1)))]


def limit_texts(limits: HigherLimits) -> list[str] | None:
    """Return the limits as quotients of linear forms in the basis, None where none was found."""
    if limits.basis is None or limits.relation is None:
        return None
    half = len(limits.basis)
    forms = [(form(row[:half], limits.basis), form(row[half:], limits.basis)) for row in limits.relation]
    return [above if below == "1" else f"{_operand(above)}/{_operand(below)}" for above, below in forms]


def _operand(text: str) -> str:
    """Return a form as a part of a quotient."""
    return text if text.isalnum() else f"({text})"


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


def _rows_at(matrix: IntegerMatrix, steps: Sequence[int]) -> list[list[mpz] | None]:
    """Return the rows after so many steps, which ascend."""
    total, before, found = None, 0, []
    for n in steps:
        further = product(matrix, before + 1, n + 1)
        total, before = further if total is None else total * further, n
        found.append(_last_row(total))
    return found


def _balls(second: Sequence[mpz], third: Sequence[mpz], digits: int) -> list[arb]:
    """Return the ratios at the greater depth with their distances from those at the smaller one as radius."""
    with ctx.workprec(bits_for(digits) + 64):
        found = []
        for i in range(len(third) - 1):
            value, other = arb(int(third[i])) / arb(int(third[-1])), arb(int(second[i])) / arb(int(second[-1]))
            found.append(value.mid() + arb(0, abs(value - other).upper() + value.rad()))
        return found


def _least_digits(balls: Sequence[arb]) -> int:
    return min(int(ball.rel_accuracy_bits() * LOG10_2) - 1 for ball in balls)


def _related(
    balls: Sequence[arb], digits: int, bases: Iterable[tuple[str, ...]]
) -> tuple[tuple[str, ...] | None, tuple[tuple[int, ...], ...] | None]:
    """Return the first of some bases in which all limits are quotients of linear forms, and the forms."""
    with ctx.workprec(bits_for(digits) + 64):
        for basis in bases:
            values = [evaluate(name, bits_for(digits) + 32) for name in basis]
            rows = []
            for ball in balls:
                found = linear([*values, *(-ball * v for v in values)], digits).coefficients
                if found is None:
                    break
                rows.append(found)
            if len(rows) == len(balls):
                return basis, tuple(rows)
    return None, None


def _holding(
    matrix: IntegerMatrix, basis: Sequence[str], relation: Sequence[Sequence[int]], searched: int
) -> int | None:
    """Return the digits to which both sides agree, evaluated anew at twice the depth; None where these are no more."""
    asked = 2 * searched
    first, second = _rows_at(matrix, [2 * DEPTH, 4 * DEPTH])
    if first is None or second is None:
        return None
    balls = _balls(first, second, asked + 16)
    half, agreed = len(basis), []
    with ctx.workprec(bits_for(asked) + 64):
        values = [evaluate(name, bits_for(asked) + 64) for name in basis]
        for ball, row in zip(balls, relation, strict=True):
            above, below = (
                sum((c * v for c, v in zip(part, values, strict=True)), arb(0)) for part in (row[:half], row[half:])
            )
            digits = residual_digits(ball, above / below)
            if digits is None:
                return None
            agreed.append(digits)
    return min(agreed) if min(agreed) > searched else None


def _delta(row: Sequence[mpz], deep: Sequence[mpz]) -> float | None:
    """Return delta of the first ratio p/q of a row, against that of a deeper one."""
    divisor = gmpy2.gcd(row[0], row[-1])
    p, q = row[0] // divisor, row[-1] // divisor
    distance = p * deep[-1] - q * deep[0]
    if distance == 0 or abs(q) == 1:
        return None
    error = log_abs(distance) - log_abs(q) - log_abs(deep[-1])
    return -1 - error / log_abs(q)
