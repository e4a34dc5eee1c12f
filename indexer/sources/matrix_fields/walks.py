"""Walks along a trajectory in exact integers: delta at a stated depth; its limit is estimated in `valuations`.

With P = M(1) ... M(n) the n-th approximation of x_1 is p/q, the last column of P, and with the quotient x at n + 1

    x_1 - p/q = x det P / (q (r x + q)),    (r, q) the last row of P.

delta = -1 - log|x_1 - p/q| / log|q/gcd(p, q)|.
"""

from __future__ import annotations

from dataclasses import dataclass

import gmpy2
from flint import fmpz_mat
from gmpy2 import mpz

from indexer.mathematics.continued_fractions.convergents import log_abs
from indexer.sources.matrix_fields.matrices import IntegerMatrix

DEPTH = 400
"""Depth n at which delta is taken unless told otherwise."""

MAX_DEPTH = 20_000
"""Deepest n that can be asked for."""

TAIL_STEPS = 64
"""Steps beyond the depth that give the quotient x there; twice as many must agree."""

AGREEMENT = 1e-9
"""Relative difference of log|error| by both below which it is settled."""


@dataclass(frozen=True)
class Walk:
    """The product of n steps, with log|x_1 - p/q|."""

    n: int
    product: fmpz_mat
    log_error: float

    @property
    def pair(self) -> tuple[mpz, mpz]:
        """p and q, the last column."""
        return mpz(int(self.product[0, 1])), mpz(int(self.product[1, 1]))

    @property
    def delta(self) -> float | None:
        """delta at n, None where q/gcd is 1 or -1."""
        p, q = self.pair
        reduced = log_abs(q) - log_abs(gmpy2.gcd(p, q))
        return -1 - self.log_error / reduced if reduced > 0 else None


def product(matrix: IntegerMatrix, start: int, stop: int) -> fmpz_mat:
    """Return M(start) ... M(stop - 1), by a product tree."""
    size = len(matrix)
    entries = [x for row in matrix for x in row]
    level = [fmpz_mat(size, size, [x(n) for x in entries]) for n in range(start, stop)]
    while len(level) > 1:
        paired = [left * right for left, right in zip(level[::2], level[1::2], strict=False)]
        level = paired + ([level[-1]] if len(level) % 2 else [])
    return level[0]


def walked(matrix: IntegerMatrix, n: int) -> Walk | None:
    """Return the walk of n steps along a matrix of rank 2; None where the error there cannot be told.

    So it is where it falls slower than exponentially, or p/q is the limit.
    """
    total = product(matrix, 1, n + 1)
    q = mpz(int(total[1, 1]))
    determinant = mpz(int(total.det()))
    if q == 0 or determinant == 0:
        return None
    errors = []
    tail = None
    for stretch in range(2):
        further = product(matrix, n + 1 + stretch * TAIL_STEPS, n + 1 + (stretch + 1) * TAIL_STEPS)
        tail = further if tail is None else tail * further
        u, v = mpz(int(tail[0, 1])), mpz(int(tail[1, 1]))
        below = mpz(int(total[1, 0])) * u + q * v
        if u == 0 or below == 0:
            return None
        errors.append(log_abs(u) + log_abs(determinant) - log_abs(q) - log_abs(below))
    if abs(errors[1] - errors[0]) > AGREEMENT * max(1.0, abs(errors[1])):
        return None
    return Walk(n, total, errors[1])
