"""Walks along a trajectory in exact integers: delta at a stated depth, and the estimated limit of delta.

With P = M(1) ... M(n) the n-th approximation of x_1 is p/q, the last column of P, and with the quotient x at n + 1

    x_1 - p/q = x det P / (q (r x + q)),    (r, q) the last row of P.

delta = -1 - log|x_1 - p/q| / log|q/gcd(p, q)|. For the limit of delta the growth of gcd(p, q) is put together from its
valuations at primes of middle size: with x = n/p the valuation v_p is constant between fractions j/s, s a slope of the
linear forms in the factorials of the summand, and of period 1 beyond x = 1 up to d floor(x), M(n) ~ n^d. By the prime
number theorem the primes with a < n/p < b contribute n (1/a - 1/b), which in every later period sums to a digamma
difference. It is an estimate: the valuations are read off a few primes, not proved.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from math import log, sqrt

import gmpy2
import numpy as np
from flint import arb, fmpz_mat, fmpz_poly
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

SMALLEST_PRIME = 20
"""Primes below are taken one by one."""

MOST_PRIME = 40_000
"""Primes up to here are sampled."""

SMALL_PRIMES = (2, 3, 5, 7, 11, 13)
"""Primes whose valuations grow linearly with n in their own way."""

AGREEING_SHARE = 0.7
"""Share of the sampled primes of an interval that must have the same valuation."""

MOST_DOUBTFUL = 0.5
"""Doubtful intervals up to which an estimate is given; one that no prime falls into counts 0.01."""

SMALLEST_SHARE = 0.12
"""Valuation of a small prime a step below which it is taken for 0; others are rounded to quarters."""

MOST_ESTIMATED = 1600
"""Deepest n, taken to twice as many steps, at which the limit of delta is estimated."""

AGREEING_ESTIMATES = 1e-6
"""Difference of two estimates at most."""

MOST_SLOPE = 14
"""Largest slope for which the intervals are still wide enough to hold primes."""


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


def slopes(name: str, axes: Collection[str], direction: Collection[int]) -> set[int]:
    """Return the slopes of the linear forms in the factorials along a direction."""
    t = tuple(direction)
    p = sum(axis.startswith("a") for axis in axes)
    if p:
        a, b = t[:p], t[p:]
        found = {*a, *b, *(y - x for x in a for y in b), sum(b) - sum(a)}
    else:
        found = {*t, t[0] + t[1], t[0] - t[1], *(2 * x for x in t)}
    return {abs(s) for s in found if s}


def delta_limit(matrix: IntegerMatrix, rate: float, forms: Collection[int]) -> float | None:
    """Return the estimated limit of delta; None where the valuations give no clear picture.

    The depth is doubled until two estimates agree, for at a small one the primes of an interval are few.
    """
    growth = leading_growth(matrix)
    if growth is None or not rate or max(forms) > MOST_SLOPE:
        return None
    total, n, before = product(matrix, 1, DEPTH + 1), DEPTH, None
    while n <= MOST_ESTIMATED:
        further = total * product(matrix, n + 1, 2 * n + 1)
        found = _estimate(total, further, n, rate, forms, growth)
        if found is not None and before is not None and abs(found - before) < AGREEING_ESTIMATES:
            return found
        total, n, before = further, 2 * n, found
    return None


def _estimate(
    total: fmpz_mat, further: fmpz_mat, n: int, rate: float, forms: Collection[int], growth: tuple[Fraction, float]
) -> float | None:
    """Return the limit of delta by the products of n and of 2 n steps."""
    degree, log_lambda = growth
    divisors = []
    for steps in (total, further):
        p, q = mpz(int(steps[0, 1])), mpz(int(steps[1, 1]))
        if q == 0:
            return None
        divisors.append(gmpy2.gcd(p, q))
    gamma = _middle_primes(divisors[0], n, forms, degree)
    if gamma is None:
        return None
    for prime in SMALL_PRIMES:
        share = (_valuation(divisors[1], prime) - _valuation(divisors[0], prime)) / n - float(degree) / (prime - 1)
        gamma += (round(share * 4) / 4 if abs(share) > SMALLEST_SHARE else 0.0) * log(prime)
    reduced = log_lambda - gamma
    return -1 + rate / reduced if reduced > 0 else None


def leading_growth(matrix: IntegerMatrix) -> tuple[Fraction, float] | None:
    """Return d and log|lambda| of q_n ~ n!^d lambda^n; None where the eigenvalues are complex or of different growth.

    With M = [[A, B], [C, D]], q_{n+2} = (D+ + A B+/B) q_{n+1} - (B+/B) det M q_n, where + stands for n + 1.
    """
    (A, B), (C, D) = matrix
    if not B:
        return None
    up = fmpz_poly([1, 1])
    trace, square = D(up) * B + A * B(up), (A * D - B * C) * B * B
    if not trace or not square or square.degree() != 2 * trace.degree():
        return None
    lead = float(Fraction(int(trace.leading_coefficient()), int(B.leading_coefficient())))
    norm = float(Fraction(int(square.leading_coefficient()), int(B.leading_coefficient()) ** 2))
    discriminant = lead * lead - 4 * norm
    if discriminant < 0:
        return None
    largest = (abs(lead) + sqrt(discriminant)) / 2
    return Fraction(trace.degree() - B.degree()), log(largest)


def _middle_primes(divisor: mpz, n: int, forms: Collection[int], degree: Fraction) -> float | None:
    """Return the growth of log gcd a step that the primes above `SMALLEST_PRIME` make."""
    points = sorted({Fraction(j, s) for s in forms for j in range(s + 1)})
    gamma, doubtful = 0.0, 0.0
    before = [0, 0]
    for low, high in pairwise(points):
        for later in (0, 1):
            counts = _sampled(divisor, n, low, high, later, max(forms), degree)
            if counts:
                value, count = counts.most_common(1)[0]
                doubtful += count < AGREEING_SHARE * counts.total()
            else:
                value = before[later]
                doubtful += 0.01
            before[later] = value
            if value and not later:
                if low == 0:
                    return None
                gamma += value * (1 / float(low) - 1 / float(high))
            elif value:
                gamma += value * (_digamma(1 + high) - _digamma(1 + low))
    return gamma if doubtful < MOST_DOUBTFUL else None


def _sampled(
    divisor: mpz, n: int, low: Fraction, high: Fraction, later: int, most: int, degree: Fraction
) -> Counter[int]:
    """Return how often each valuation occurs among a few primes p with n/p in an interval, or in later periods of it.

    d floor(n/p) is taken off.
    """
    counts: Counter[int] = Counter()
    primes = _primes()
    for period in (1, 2, 3) if later else (0,):
        a, b = float(low) + period, float(high) + period
        above = n / (a + 3 * a / n) if a > 0 else n * most * 1.5  # a margin of some units in n
        below = n / (b - 3 * b / n)
        first, last = bisect_right(primes, below), bisect_left(primes, above)
        chosen = {first + (last - first) * sixth // 6 for sixth in (1, 3, 5)} if last > first else set()
        for index in sorted(chosen & set(range(first, last))):
            if primes[index] >= SMALLEST_PRIME:
                counts[_valuation(divisor, primes[index]) - int(degree) * period] += 1
    return counts


def _valuation(number: mpz, prime: int) -> int:
    return int(gmpy2.remove(number, prime)[1])


def _digamma(x: Fraction) -> float:
    return float((arb(x.numerator) / x.denominator).digamma())


@lru_cache(maxsize=1)
def _primes() -> list[int]:
    sieve = np.ones(MOST_PRIME + 1, dtype=bool)
    sieve[:2] = False
    for k in range(2, int(MOST_PRIME**0.5) + 1):
        if sieve[k]:
            sieve[k * k :: k] = False
    return [int(p) for p in np.flatnonzero(sieve)]
