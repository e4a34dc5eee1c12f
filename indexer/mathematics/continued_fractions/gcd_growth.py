"""Growth of g_n = gcd(p_n, q_n): the coefficient of n log n from the primes that divide it again and again.

Let T be the product of the steps ((a_k, b_{k+1}), (1, 0)) over p consecutive k. A prime p divides g_n to a power that
grows, by s_p each p steps, only where b has a root modulo p (det T = 0) and T is nilpotent modulo p (trace T = 0), or
else ker T holds the column that p_n and q_n begin with, which is taken to happen for no positive share of the primes;
then log g_n ~ s n log n with s the mean of s_p over the primes (log p/p sums to log n). Modulo p the trace is read off
the formal solutions of the recurrence, as for the p-curvature of a differential equation:

    degrees (0, 2), (1, 2) with a regular singularity at infinity: the exponents there are r+, r- over the field of the
    eigenvalues, and T is nilpotent where they lie in the prime field, or are equal; s_p = 1 where b has its roots too;
    lower degrees, a double root with kappa > 0, and 2 deg a > deg b: the trace is not 0 for almost all p; s = 0.

So s is a share of primes at which discriminants are squares: 1, 1/2 or 1/4. A polynomial h that can be deflated adds
its degree. Beyond these degrees s_p is counted in the exact gcds, prime by prime. Tested against exact gcds.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import prod
from statistics import median_low

import gmpy2
import numpy as np
from flint import fmpz_poly, nmod_poly
from gmpy2 import mpz

from catalog.formulas.pcf import PCF
from catalog.vocabulary import FactorialReduction
from indexer.mathematics.continued_fractions.asymptotics import double_root_invariants

FIT_DEPTHS = 3
"""Fewest depths with p_n and q_n not zero that a growth is measured from."""

COUNTED_PRIMES = tuple(p for p in range(11, 120) if gmpy2.is_prime(p))
"""Primes whose powers in the gcds are counted: beyond, too few periods fit below the largest depth."""

WEIGHING_PRIMES = tuple(p for p in range(11, 1400) if gmpy2.is_prime(p))
"""Primes over which the shares of the ways in which b splits are counted."""

CLEAR_SHARE = 0.65
"""Share of the counted primes of one kind that must have the same s_p."""

FEW_PRIMES = 4
"""Counted primes below which a kind is too rare to be unclear."""

SPREAD = 0.35
"""Distance from a multiple of 1/2 within which a counted s_p stands for it: the ends of periods blur it."""


@dataclass(frozen=True, slots=True)
class GcdGrowth:
    """log g_n ~ gcd_eta n log n + gcd_gamma n, and the verdict on eta' = q_eta - gcd_eta = 0.

    Where the verdict is `undetermined` the two figures are no more than a mean over primes that differ.
    """

    gcd_eta: float
    gcd_gamma: float
    factorial_reduction: FactorialReduction


def gcd_growth(
    formula: PCF, depths: tuple[int, ...], logs: Sequence[float], q_eta: float, divisors: Sequence[mpz] = ()
) -> GcdGrowth | None:
    """Return the growth of the gcds at `depths`, of which `logs` are known; None where fewer than `FIT_DEPTHS` are.

    The gcds themselves, `divisors`, are wanted of formulas of a degree above 2. gcd_eta is exact where the
    formula deflates to degrees (1, 2) or less, else counted by primes. gcd_gamma is fitted with it fixed, by
    gcd_gamma n + c with weights 1/sqrt(n): the scatter of log g_n is that of sums over primes.
    """
    if len(depths) < FIT_DEPTHS:
        return None
    eta, reduction = _eta(formula, depths, divisors, q_eta)
    rest = (size - eta * n * math.log(n) for n, size in zip(depths, logs, strict=True))
    return GcdGrowth(eta, sum(weight * value for weight, value in zip(_slope(depths), rest, strict=True)), reduction)


def _eta(
    formula: PCF, depths: tuple[int, ...], divisors: Sequence[mpz], q_eta: float
) -> tuple[float, FactorialReduction]:
    if q_eta == 0:  # g_n divides q_n
        return 0.0, "yes"
    may_deflate = formula.deg_a > 0 and formula.deg_b > 1
    reduced, inflation = formula.deflate_polynomial() if may_deflate else (formula, (1,))
    share = share_of_primes(reduced)
    if share is not None:
        eta = len(inflation) - 1 + share
        return eta, "yes" if eta == q_eta else "no"
    counted, clear = _count(reduced, fmpz_poly(list(inflation)), (depths[-3], depths[-1]), (divisors[-3], divisors[-1]))
    eta = len(inflation) - 1 + counted
    if not clear:
        return eta, "undetermined"
    return eta, "yes" if eta == q_eta else "no"


def share_of_primes(formula: PCF) -> float | None:
    """Return s for a convergent formula of degrees at most 2, exactly; None beyond. See the top of this module."""
    if formula.deg_a > 2 or formula.deg_b > 2:
        return None
    if formula.deg_b < 2 or formula.deg_a == 2:
        return 0.0
    (b0, b1, b2), (a0, a1) = formula.b, (*formula.a, 0)[:2]
    numerators, eigenvalues = b1 * b1 - 4 * b2 * b0, a1 * a1 + 4 * b2
    if formula.deg_a and 2 * a0 * b2 == a1 * (b1 + b2):  # equal exponents, or kappa = 0
        return _share(numerators, 1)
    return _share(numerators, eigenvalues) if eigenvalues else 0.0


def _share(first: int, second: int) -> float:
    """Return the share of primes modulo which two integers are squares (Chebotarev)."""
    squares = sum(gmpy2.is_square(d) for d in (first, second))
    if squares == 2:
        return 1.0
    return 0.5 if squares or gmpy2.is_square(first * second) else 0.25


def _count(
    formula: PCF, inflation: fmpz_poly, depths: tuple[int, int], divisors: tuple[mpz, mpz]
) -> tuple[float, bool]:
    """Return the mean of s_p over the primes, and whether each kind of primes has one s_p, to the nearest 1/2.

    A kind are the primes modulo which the factors of b and the eigenvalues split alike. `divisors` are gcds of the
    formula inflated by `inflation`, at two depths.
    """
    first, last = depths
    growth, rest = divmod(divisors[1], divisors[0])
    lost = gmpy2.gcd(divisors[1], divisors[0])
    if rest:
        growth, lost = divisors[1] // lost, divisors[0] // lost
    else:
        lost = mpz(1)
    inflated = prod(int(inflation(n)) for n in range(first + 1, last + 1)) if inflation.degree() > 0 else 1
    kinds = _kinds(formula)
    counts: dict[tuple[int, ...], list[float]] = defaultdict(list)
    for p in kinds.keys() & set(COUNTED_PRIMES):
        power = _valuation(growth, p) - _valuation(lost, p) - _valuation(inflated, p)
        counts[kinds[p]].append(power * (p - 1) / (last - first))
    total, weight, clear = 0.0, 0, True
    for kind, values in counts.items():
        # one quadratic symbol alone: both kinds have half of the primes
        primes = sum(found == kind for found in kinds.values()) if len(kind) > 1 else 1
        nearest = round(2 * median_low(values)) / 2
        alike = sum(abs(value - nearest) < SPREAD for value in values) >= CLEAR_SHARE * len(values)
        rare = len(values) < FEW_PRIMES
        total += primes * (nearest if alike or rare else sum(values) / len(values))
        weight += primes
        clear = clear and (alike or rare)
    return total / weight, clear


def _valuation(number: mpz | int, p: int) -> int:
    return int(gmpy2.remove(mpz(number), p)[1]) if number else 0


def _kinds(formula: PCF) -> dict[int, tuple[int, ...]]:
    """Return for each prime how the irreducible factors of b and the discriminant of the eigenvalues split.

    At a double root that of the indicial equation takes its place. Primes that divide it are left out.
    """
    lead = formula.a[-1] ** 2 if 2 * formula.deg_a >= formula.deg_b else 0
    discriminant = lead + (4 * formula.b[-1] if 2 * formula.deg_a <= formula.deg_b else 0)
    if discriminant == 0:
        e1, e2 = double_root_invariants(formula)
        gap = 1 + 4 * e2
        discriminant = 0 if e1 else gap.numerator * gap.denominator
    return _kinds_of(discriminant, formula.b)


@lru_cache(maxsize=256)
def _kinds_of(discriminant: int, b: tuple[int, ...]) -> dict[int, tuple[int, ...]]:
    """Return the same for all formulas with this discriminant and this b; not to be changed."""
    splittings = _splittings(b)
    if gmpy2.is_square(discriminant):
        if not splittings:
            return dict.fromkeys(COUNTED_PRIMES, ())
        discriminant = 1
    symbols = ((p, gmpy2.jacobi(discriminant, p)) for p in WEIGHING_PRIMES)
    return {p: (symbol, *splittings.get(p, ())) for p, symbol in symbols if symbol}


@lru_cache(maxsize=256)
def _splittings(b: tuple[int, ...]) -> dict[int, tuple[int, ...]]:
    """Return for each prime how many roots the irreducible factors of b beyond degree 1 have; empty without any."""
    factors = [factor for factor, _ in fmpz_poly(list(b)).factor()[1] if factor.degree() > 1]
    return {p: tuple(len(_roots(factor, p)) for factor in factors) for p in WEIGHING_PRIMES} if factors else {}


def _roots(factor: fmpz_poly, p: int) -> list[tuple[object, int]]:
    residues = nmod_poly([int(c) % p for c in factor.coeffs()], p)
    return list(residues.roots()) if residues.degree() > 0 else []


@lru_cache
def _slope(depths: tuple[int, ...]) -> tuple[float, ...]:
    """Return the weights that takes values at `depths` to gamma of the weighted fit gamma n + c."""
    n = np.array(depths, dtype=np.float64)
    weight = 1 / np.sqrt(n)
    inverse = np.linalg.pinv(np.stack([n, np.ones_like(n)], axis=1) * weight[:, None])
    return tuple((inverse * weight)[0].tolist())
