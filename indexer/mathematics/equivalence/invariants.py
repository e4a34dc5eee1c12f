"""What every equivalence keeps of a formula, as exact values: the bucket in which equivalences are looked for.

Where C1(n) U(n+1) = lambda(n) U(n) C2(n), the determinants differ by lambda^2 and a quotient det U(n)/det U(n+1). So
odd shift classes agree, leading coefficients differ by a square, and both formal tails match up to lambda: shapes
agree, and the exponents plus half the sum of the determinant's roots differ by integers.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from flint import fmpz

from catalog.formulas.pcf import PCF
from catalog.formulas.polynomial import format_polynomial
from indexer.mathematics.equivalence.infinity import Infinity, infinity
from indexer.mathematics.equivalence.shift_classes import Coefficients, factors

CHARACTERS = 24
"""Quadratic characters by which square classes are told apart: two classes agree by chance once in 2^24."""

CROSSWISE = "their exponents differ by integers only crosswise: a map would take a minimal solution to a dominant one"
"""Why limits are not related where equal leading terms of both tails allow a matrix U that exchanges solutions."""

KEY_BYTES = 12
"""Length of a bucket key before it is written in hexadecimal digits."""


@dataclass(frozen=True, slots=True)
class Invariants:
    """What equivalent formulas, or k steps of them taken as one, have in common.

    `square_class` is a fingerprint of the leading coefficient up to squares: equal for equal classes. `exponents` are
    first+ and first- plus half the root sum, mod 1; where they are conjugate irrationals, their mean mod 1 and the
    signed square of half their difference; where a half power is in the tails, their mean mod 1/2.
    """

    shape: tuple[Fraction, Fraction, Fraction]
    odd: frozenset[Coefficients]
    square_class: int
    exponents: tuple[Fraction, ...]


@lru_cache(maxsize=4096)
def invariants(formula: PCF, k: int = 1) -> Invariants:
    """Return the invariants of `k` steps of a formula that converges without terminating."""
    tails, determinant = infinity(formula).folded(k), factors(formula, k)
    exponents = _exponents(tails, tails.mean + determinant.root_sum)
    return Invariants(tails.shape, determinant.odd, _square_class(determinant.lead), exponents)


def bucket_key(formula: PCF, k: int = 1) -> str:
    """Return the bucket of a formula, or of k of its steps taken as one, as hexadecimal digits.

    Equivalent formulas (folds 1 and 1) have one key, and folds k1, k2 relate formulas only where
    bucket_key(first, k1) = bucket_key(second, k2); formulas of one bucket need not be equivalent, which
    `decision.relate` decides. The formula must converge without terminating.
    """
    kept = invariants(formula, k)
    text = repr((kept.shape, sorted(kept.odd), kept.square_class, kept.exponents))
    return hashlib.sha256(text.encode()).hexdigest()[: 2 * KEY_BYTES]


def difference(first: Invariants, second: Invariants) -> str | None:
    """Return the first invariant that differs, in words, or None where all agree."""
    if first.shape[0] != second.shape[0]:
        return "the errors fall at different rates n log n"
    if first.shape[1] != second.shape[1]:
        return "the ratios of their eigenvalues differ"
    if first.shape[2] != second.shape[2]:
        return "the errors fall at different rates sqrt(n)"
    if first.odd != second.odd:
        f = min(first.odd ^ second.odd, key=lambda c: (len(c), c))
        return f"the shift class of {format_polynomial(f)} has odd multiplicity in one determinant only"
    if first.square_class != second.square_class:
        return "the quotient of the leading coefficients of their determinants is no square"
    if first.exponents != second.exponents:
        if not first.shape[0] and abs(first.shape[1]) == 2 and first.exponents == second.exponents[::-1]:
            return CROSSWISE
        return "their exponents do not differ by integers"
    return None


def _exponents(tails: Infinity, mean: Fraction) -> tuple[Fraction, ...]:
    if tails.half_square:
        return (mean % Fraction(1, 2),)
    root = tails.root
    if root is None:
        return mean % 1, tails.spread
    return (mean + root) % 1, (mean - root) % 1


@lru_cache(maxsize=1)
def _primes() -> tuple[int, ...]:
    """Return the primes of the quadratic characters, the largest below 2^61."""
    found: list[int] = []
    n = 2**61 - 1
    while len(found) < CHARACTERS:
        if fmpz(n).is_prime():
            found.append(n)
        n -= 2
    return tuple(found)


@lru_cache(maxsize=4096)
def _square_class(number: int) -> int:
    """Return bits that two nonzero integers have in common if their quotient is the square of a rational number."""
    bits = int(number < 0)
    for p in _primes():
        rest, valuation = number, 0
        while rest % p == 0:
            rest, valuation = rest // p, valuation ^ 1
        residue = pow(rest % p, (p - 1) // 2, p) == 1
        bits = bits << 2 | valuation << 1 | residue
    return bits
