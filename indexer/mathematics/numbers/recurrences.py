"""Rational series and linear recurrences: one algorithm, Pade approximation by Euclid, modulo primes and then over Q.

A sequence s_0, s_1, ... meets s_n = c_1 s_{n-1} + ... + c_L s_{n-L} for n >= L exactly where its generating series is
P/Q with Q = 1 - c_1 x - ... - c_L x^L and deg P < L; the Berlekamp-Massey algorithm finds the same Q (von zur Gathen
and Gerhard, Modern Computer Algebra, sections 5.9 and 12.3).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar

import gmpy2
from flint import fmpq, fmpq_poly, nmod_poly
from gmpy2 import mpz

FIRST_PRIME = int(gmpy2.next_prime(1 << 61))
"""The prime modulo which a series is tried first; all that follow fit a machine word too."""

MAX_PRIMES = 400
"""Most primes whose residues make the coefficients of P and Q."""

SPARE_VALUES = 4
"""Values beyond those that determine a recurrence which it must meet too."""

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Residues:
    """P and Q modulo a prime, one coefficient fixed; their coefficients as one list, of which P has `numerators`."""

    prime: int
    coefficients: list[int]
    numerators: int


def pade(series: nmod_poly, terms: int, bound: int) -> tuple[nmod_poly, nmod_poly] | None:
    """Return P and Q with series = P/Q + O(x^terms), deg P < bound, deg Q <= terms - bound and Q(0) != 0.

    There is one such pair at most, up to a factor; None where there is none. By Euclid's algorithm on x^terms and the
    series: P is the first remainder of degree below `bound`, Q its cofactor.
    """
    cofactor_before, cofactor = 0 * series, 0 * series + 1
    before, remainder = cofactor.left_shift(terms), series
    while remainder.degree() >= bound:
        quotient, rest = divmod(before, remainder)
        before, remainder = remainder, rest
        cofactor_before, cofactor = cofactor, cofactor_before - quotient * cofactor
    return None if int(cofactor[0]) == 0 else (remainder, cofactor)


def lifted(
    first: Residues,
    residues: Callable[[int], Residues | None],
    confirmed: Callable[[fmpq_poly, fmpq_poly], Found | None],
) -> Found | None:
    """Return what `confirmed` makes of P and Q over the rationals, as soon as it is not None.

    They are put together from `first` and the residues modulo further primes, by the Chinese remainder theorem and
    rational reconstruction. None where the residues do not fit together, or no coefficients come of `MAX_PRIMES`.
    """
    prime, modulus, combined = first.prime, mpz(first.prime), [mpz(c) for c in first.coefficients]
    check = 1
    for count in range(1, MAX_PRIMES):
        if count == check:  # a reconstruction costs as much as many primes
            check = count + 1 + count // 4
            fractions = _rationals(combined, modulus)
            if fractions is not None:
                parts = fractions[: first.numerators], fractions[first.numerators :]
                found = confirmed(*map(fmpq_poly, parts))
                if found is not None:
                    return found
        prime = int(gmpy2.next_prime(prime))
        more = residues(prime)
        if more is None or (len(more.coefficients), more.numerators) != (len(combined), first.numerators):
            return None
        inverse = gmpy2.invert(modulus, prime)
        combined = [
            old + modulus * ((new - old) * inverse % prime)
            for old, new in zip(combined, more.coefficients, strict=True)
        ]
        modulus *= prime
    return None


def _rationals(residues: Sequence[mpz], modulus: mpz) -> list[fmpq] | None:
    """Return the short fractions in residue classes, None where one has none."""
    fractions = []
    for residue in residues:
        fraction = _rational(residue, modulus)
        if fraction is None:
            return None
        fractions.append(fraction)
    return fractions


def _rational(residue: mpz, modulus: mpz) -> fmpq | None:
    """Return the fraction with numerator and denominator below sqrt(modulus/2) in a residue class, or None."""
    bound = gmpy2.isqrt(modulus // 2)
    before, rest, cofactor_before, cofactor = modulus, residue % modulus, mpz(0), mpz(1)
    while rest > bound:
        quotient = before // rest
        before, rest = rest, before - quotient * rest
        cofactor_before, cofactor = cofactor, cofactor_before - quotient * cofactor
    if abs(cofactor) > bound or gmpy2.gcd(rest, cofactor) != 1:
        return None
    return fmpq(int(rest), int(cofactor))


def linear_recurrence(values: Sequence[int | Fraction], spare: int = SPARE_VALUES) -> tuple[Fraction, ...] | None:
    """Return (c_1, ..., c_L) with s_n = c_1 s_{n-1} + ... + c_L s_{n-L} for all n >= L among the values s_0, s_1, ...

    L is the least possible; None where it is so large that fewer than `spare` values confirm the 2 L that determine
    the recurrence. The last coefficients are 0 where it holds only from a later n on.

    >>> linear_recurrence([0, 1, 1, 2, 3, 5, 8, 13, 21])
    (Fraction(1, 1), Fraction(1, 1))
    """
    count, longest = len(values), (len(values) - spare) // 2

    def residues(prime: int) -> Residues | None:
        try:
            series = nmod_poly([v.numerator * pow(v.denominator, -1, prime) % prime for v in values], prime)
        except ValueError:  # the prime divides a denominator
            return None
        found = pade(series, count, count // 2)
        if found is None or _length(*found) > longest:
            return None
        scale = 1 / found[1][0]
        above, below = ([int(c * scale) for c in part.coeffs()] for part in found)
        return Residues(prime, above + below, len(above))

    first = residues(FIRST_PRIME) if longest >= 0 else None
    if first is None:
        return None
    whole = fmpq_poly([fmpq(v.numerator, v.denominator) for v in values])

    def confirmed(above: fmpq_poly, below: fmpq_poly) -> tuple[Fraction, ...] | None:
        product = whole * below
        if any(product[n] != above[n] for n in range(count)):
            return None
        return tuple(_fraction(-below[k] / below[0]) for k in range(1, _length(above, below) + 1))

    return lifted(first, residues, confirmed)


def _length(above: nmod_poly | fmpq_poly, below: nmod_poly | fmpq_poly) -> int:
    """Return the length L of the recurrence of the coefficients of a rational series."""
    return max(int(below.degree()), int(above.degree()) + 1)


def _fraction(number: fmpq) -> Fraction:
    return Fraction(int(number.p), int(number.q))
