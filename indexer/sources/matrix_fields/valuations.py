"""The limit of delta along a trajectory, estimated: how fast the common factors of numerators and denominators grow.

With p_n/q_n the last column of M(1) ... M(n), g_n = gcd(p_n, q_n) and M(n) ~ n^d, q_n grows like n!^d lambda^n and g_n
like n!^d e^(gamma n), so that delta tends to

    -1 + (log|lambda_1| - log|lambda_2|) / (log|lambda_1| - gamma).

For primes p of middle size v_p(g_n) depends on x = n/p alone: it is constant between the fractions j/s, s the slopes
of the linear forms in the factorials of the summand, times the denominators of the start, and beyond x = 1 it is of
period 1 up to d floor(x). So one walk of 2 p steps modulo a power of one prime shows all of it. Where the start has
denominators it depends on the residue class of p as well, and on quadratic characters of p where they are even: one
prime of each class is walked. By the prime number theorem the primes with a < n/p < b contribute n (1/a - 1/b), which
in every later period sums to a digamma difference. Small primes, and those that divide something, are counted by
themselves. All of this is read off, not proved.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from fractions import Fraction
from math import exp, gcd, lcm, log, sqrt

import gmpy2
import numpy as np
from flint import fmpz, fmpz_poly
from gmpy2 import mpz
from numpy.typing import NDArray

from indexer.mathematics.continued_fractions.convergents import log_abs
from indexer.sources.matrix_fields.matrices import IntegerMatrix
from indexer.sources.matrix_fields.walks import DEPTH, product, walked

PRIME_PER_SLOPE = 24
"""Size of the prime over the number of fractions j/s in 0..1, the largest s, at which estimates begin."""

SMALLEST_PRIME = 251
"""Size of the prime at least."""

PRIMES = 3
"""Primes, each twice as large as the one before, of which two must agree."""

MOST_STEPS = 60_000
"""Steps of a walk modulo a prime at most."""

STEPS_A_LOOK = 256
"""Steps of a walk after which it is asked whether the time is over."""

AGREEING_ESTIMATES = 1e-4
"""Difference of two estimates at most."""

PLAUSIBLE = 0.1
"""Distance of an estimate from delta at the usual depth at most."""

AGREEING_SHARE = 0.7
"""Share of an interval in which the valuation must be the same."""

MOST_DOUBTFUL = 0.02
"""Share of the growth that may come from intervals in which it is not."""

MARGIN = 2
"""Steps beside a fraction j/s that are left out."""

MOST_DENOMINATOR = 12
"""Largest common denominator of a start whose residue classes of primes are averaged."""

CHARACTERS, FEW_CHARACTERS = 24, 4
"""Modulus of the classes of primes where the common denominator is even; the second one for a quick estimate."""

LEAST_SMALL = 13
"""Primes up to here, and up to the largest slope, are counted by themselves."""

MOST_FACTORED = 200
"""Bits of what the small primes leave of the leading coefficient of det M, whose prime factors are counted so too."""

SMALL_STEPS = 96
"""Steps n whose valuations at small primes are compared with those of 2 n."""

SMALLEST_SHARE = 0.12
"""Valuation of a small prime a step below which it is taken for 0; others are rounded to quarters."""

LARGEST_EXPONENT = 500.0
"""Natural logarithm beyond which one eigenvalue is taken for the other's negative."""

Growth = tuple[int, float, float]
"""d, log|lambda_1| and log|lambda_2| of solutions that grow like n!^d lambda^n."""


def slopes(name: str, axes: Collection[str], direction: Collection[int]) -> set[int]:
    """Return the slopes of the linear forms in the factorials along a direction."""
    t = tuple(direction)
    p = sum(axis.startswith("a") for axis in axes)
    if any(axis.startswith(("a", "b")) for axis in axes):
        a, b = t[:p], t[p:]
        found = {*a, *b, *(y - x for x in a for y in b), sum(b) - sum(a)}
    else:
        found = {*t, t[0] + t[1], t[0] - t[1], *(2 * x for x in t)}
    return {abs(s) for s in found if s}


def leading_growth(matrix: IntegerMatrix) -> Growth | None:
    """Return how the entries of the last column grow; None where both solutions do alike, or not by one power of n!.

    With M = [[A, B], [C, D]], q_{n+2} = (D+ + A B+/B) q_{n+1} - (B+/B) det M q_n, where + stands for n + 1.
    """
    (A, B), (C, D) = matrix
    if not B:
        return None
    up = fmpz_poly([1, 1])
    trace, square = D(up) * B + A * B(up), (A * D - B * C) * B * B
    if not trace or not square or square.degree() != 2 * trace.degree():
        return None
    lead, norm = int(trace.leading_coefficient()), int(square.leading_coefficient())
    size = log_abs(mpz(4 * norm)) - 2 * log_abs(mpz(lead))  # of the balance of lambda^2 - lead lambda + norm
    balance = exp(min(size, LARGEST_EXPONENT)) * (1 if norm > 0 else -1)
    if balance >= 1:
        return None
    scale = log_abs(mpz(lead)) - log_abs(mpz(int(B.leading_coefficient())))
    root = sqrt(1 - balance)
    first = scale + log((1 + root) / 2)
    second = scale + size - log(2 * (1 + root))
    return int(trace.degree() - B.degree()), first, second


def delta_limit(
    matrix: IntegerMatrix,
    forms: Collection[int],
    start: Collection[Fraction],
    *,
    quick: bool = False,
    over: Callable[[], bool] = lambda: False,
) -> float | None:
    """Return the estimated limit of delta of a matrix of rank 2; None where the valuations give no clear picture.

    `forms` are the `slopes`, `start` is where the trajectory begins. `quick` takes what the smallest primes show; else
    those of two sizes must agree. None also where `over` says that the time is.
    """
    growth = leading_growth(matrix)
    if growth is None or not forms:
        return None
    _, first, second = growth
    denominator = lcm(*(s.denominator for s in start))
    if denominator > MOST_DENOMINATOR:
        return None
    small = _small_primes(matrix, max(forms), growth[0])
    points = _breakpoints([s * denominator for s in forms])
    size = max(SMALLEST_PRIME, PRIME_PER_SLOPE * max(forms) * denominator)
    modulus = lcm(denominator, FEW_CHARACTERS if quick else CHARACTERS) if denominator % 2 == 0 else denominator
    before: list[float] = []
    for _ in range(PRIMES):
        if size * 2 > MOST_STEPS:
            return None
        gamma = _middle_primes(matrix, points, size, modulus, growth[0], first, over)
        if over():
            return None
        found = None if gamma is None else _delta(first, second, gamma + small)
        if found is not None:
            if quick or any(abs(found - other) < AGREEING_ESTIMATES for other in before):
                return found if quick or _plausible(matrix, found) else None
            before.append(found)
        size *= 2
    return None


def _plausible(matrix: IntegerMatrix, found: float) -> bool:
    """Say whether an estimate is near delta at a depth: valuations may follow more classes than those walked."""
    steps = walked(matrix, DEPTH)
    return steps is None or steps.delta is None or abs(found - steps.delta) < PLAUSIBLE


def _delta(first: float, second: float, gamma: float) -> float | None:
    reduced = first - gamma
    return -1 + (first - second) / reduced if reduced > 0 else None


def _small_primes(matrix: IntegerMatrix, most: int, degree: int) -> float:
    """Return the growth of log gcd a step that the small primes make, beyond that of n!^degree."""
    total = product(matrix, 1, SMALL_STEPS + 1)
    further = total * product(matrix, SMALL_STEPS + 1, 2 * SMALL_STEPS + 1)
    divisors = [gmpy2.gcd(mpz(int(steps[0, 1])), mpz(int(steps[1, 1]))) for steps in (total, further)]
    gamma = 0.0
    for prime in _counted_alone(matrix, max(most, LEAST_SMALL)):
        grown = _valuation(divisors[1], prime) - _valuation(divisors[0], prime)
        share = grown / SMALL_STEPS - degree / (prime - 1)
        gamma += (round(share * 4) / 4 if abs(share) > SMALLEST_SHARE else 0.0) * log(prime)
    return gamma


def _counted_alone(matrix: IntegerMatrix, most: int) -> Iterator[int]:
    """Yield the primes up to a size, then those larger ones that divide the leading coefficient of the determinant."""
    (A, B), (C, D) = matrix
    rest = mpz(int((A * D - B * C).leading_coefficient()))
    prime = mpz(2)
    while prime <= most:
        yield int(prime)
        rest = gmpy2.remove(rest, prime)[0]
        prime = gmpy2.next_prime(prime)
    if rest.bit_length() <= MOST_FACTORED:
        yield from (int(factor) for factor, _ in fmpz(int(abs(rest))).factor())


def _breakpoints(forms: Collection[int]) -> NDArray[np.float64]:
    """Return the fractions j/s between 0 and 1, in order."""
    return np.array([float(x) for x in sorted({Fraction(j, s) for s in forms for j in range(s + 1)})])


def _middle_primes(
    matrix: IntegerMatrix,
    points: NDArray[np.float64],
    size: int,
    modulus: int,
    degree: int,
    first: float,
    over: Callable[[], bool],
) -> float | None:
    """Return the growth of log gcd a step by primes of middle size, one walked of each class mod `modulus`."""
    low, high = points[:-1], points[1:]
    with np.errstate(divide="ignore"):
        weights = np.array([1 / low - 1 / high, _digamma(1 + high) - _digamma(1 + low)])
    totals = []
    for residue in range(1, modulus + 1):
        if gcd(residue, modulus) > 1:
            continue
        prime = size - size % modulus + residue
        while not gmpy2.is_prime(prime):
            prime += modulus
        valuations = _valuations(matrix, prime, over)
        if valuations is None:
            return None
        values, doubtful = _steps(valuations, prime, low, high, degree)
        if values[0, 0]:
            return None
        weights[0, 0] = 0.0
        if float((weights * doubtful).sum()) > MOST_DOUBTFUL * first:
            return None
        totals.append(float((weights * values).sum()))
    return sum(totals) / len(totals)


def _steps(
    valuations: NDArray[np.int64], prime: int, low: NDArray[np.float64], high: NDArray[np.float64], degree: int
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return the valuation of each interval in the first period and in later ones, and where it is doubtful."""
    values = np.zeros((2, len(low)), dtype=np.int64)
    doubtful = np.zeros((2, len(low)), dtype=bool)
    for later in (0, 1):
        begin = np.ceil((low + later) * prime).astype(np.int64) + MARGIN
        end = np.floor((high + later) * prime).astype(np.int64) - MARGIN
        middle = np.rint(((low + high) / 2 + later) * prime).astype(np.int64)
        for i, (a, b, m) in enumerate(zip(begin.tolist(), end.tolist(), middle.tolist(), strict=True)):
            part = np.sort(valuations[a : b + 1] if b >= a else valuations[m : m + 1])
            values[later, i] = part[len(part) // 2] - degree * later
            doubtful[later, i] = (part == part[len(part) // 2]).mean() < AGREEING_SHARE
    return values, doubtful


def _valuations(matrix: IntegerMatrix, prime: int, over: Callable[[], bool]) -> NDArray[np.int64] | None:
    """Return v_p(gcd(p_n, q_n)) for n = 0, ..., 2 p - 1, by a walk modulo a power of p; None where the time is over."""
    exponent = 4 * max(int(entry.degree()) for row in matrix for entry in row) + 8
    modulus = mpz(prime) ** exponent
    (A, B), (C, D) = matrix
    p, q, r, s = mpz(1), mpz(0), mpz(0), mpz(1)
    found = np.zeros(2 * prime, dtype=np.int64)
    for n in range(1, 2 * prime):
        if n % STEPS_A_LOOK == 0 and over():
            return None
        a, b, c, d = int(A(n)), int(B(n)), int(C(n)), int(D(n))
        p, q = (p * a + q * c) % modulus, (p * b + q * d) % modulus
        r, s = (r * a + s * c) % modulus, (r * b + s * d) % modulus
        if not q % prime:
            found[n] = _valuation(gmpy2.gcd(q, s), prime) if q or s else exponent
    return found


def _valuation(number: mpz, prime: int) -> int:
    return int(gmpy2.remove(number, prime)[1])


def _digamma(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return digamma at x >= 1, to about 12 digits, by the recurrence and the asymptotic series at x + 10."""
    y = x + 10
    series = 1 / 12 - (1 / 120 - (1 / 252 - 1 / (240 * y * y)) / (y * y)) / (y * y)
    below = np.sum([1 / (x + k) for k in range(10)], axis=0)
    return np.asarray(np.log(y) - 1 / (2 * y) - series / (y * y) - below)
