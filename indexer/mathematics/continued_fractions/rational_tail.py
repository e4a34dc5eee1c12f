"""Tails that are rational functions of n: a proof that a limit is rational, or infinite.

If x_n = P(n)/Q(n) solves x_n x_{n+1} = a_n x_{n+1} + b_{n+1} identically and its expansion at infinity is the dominant
formal solution, it is the tail (Pincherle: the minimal solution is unique), and the limit follows by exact steps back.
The candidate comes from the series of the tail by Pade approximation modulo primes, put together by the Chinese
remainder theorem and rational reconstruction; the identity of polynomials is the proof.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt

import gmpy2
from flint import fmpq, fmpq_poly, fmpz_poly, nmod, nmod_poly
from gmpy2 import mpz

from catalog.formulas.pcf import PCF
from indexer.mathematics.continued_fractions.convergents import step_matrix
from indexer.mathematics.continued_fractions.series import Leading, leading, tail_coefficients

TERMS = (8, 16, 32, 64, 128, 256)
"""Terms of the series tried in turn; k terms find P and Q of degrees below k/2."""

MAX_PRIMES = 400
"""Most primes of 62 bits whose residues make the coefficients of P and Q."""

MAX_START = 200_000
"""Largest integer root of P or Q from which the steps back are taken."""


@dataclass(frozen=True, slots=True)
class RationalTail:
    """x_n = P(n)/Q(n) for every n from some index on, proved; coefficients constant term first."""

    numerator: fmpq_poly
    denominator: fmpq_poly


@dataclass(frozen=True, slots=True)
class _Residues:
    """P and Q modulo a prime, Q monic; their coefficients as one list, split after `numerators`."""

    prime: int
    coefficients: list[int]
    numerators: int


def rational_tail(formula: PCF) -> RationalTail | None:
    """Return the tail of a convergent formula as a rational function of n, or None where none is found.

    The formula's leading coefficient of a is positive.
    """
    shape = leading(formula)
    if shape.ramification != 1:
        return None
    c_0, c_1 = _exact_root(fmpq(shape.base, 2), fmpq(shape.square, 4)), None
    if shape.order_shift:
        c_1 = _exact_root(shape.base_1, shape.square_1)
    if c_0 is None or (shape.order_shift and c_1 is None):
        return None
    primes = _primes()
    for terms in TERMS:
        first = _modulo(next(primes), formula, shape, terms, c_0, c_1)
        if first is not None:
            return _lifted(first, primes, formula, shape, terms, c_0, c_1)
    return None


def exact_limit(formula: PCF) -> tuple[int, int] | None:
    """Return the limit as integers (p, q), q = 0 for infinity, where the tail is a rational function; else None."""
    sign = 1 if formula.a[-1] > 0 else -1
    positive = formula if sign == 1 else formula.mirror()
    tail = rational_tail(positive)
    if tail is None:
        return None
    start = 1 + max([0, *_integer_roots(tail.numerator), *_integer_roots(tail.denominator)])
    if start > MAX_START:
        return None
    value = tail.numerator(start) / tail.denominator(start)
    p, p_next, q, q_next = step_matrix(positive, 0, start)
    u, v = p * int(value.p) + p_next * int(value.q), q * int(value.p) + q_next * int(value.q)
    if v == 0:
        return 1, 0
    limit = Fraction(int(sign * u), int(v))
    return limit.numerator, limit.denominator


def _exact_root(base: fmpq, square: fmpq) -> fmpq | None:
    """Return base + sqrt(square) where the root is rational."""
    p, q = int(square.p), int(square.q)
    root_p, root_q = isqrt(p), isqrt(q)
    if root_p**2 != p or root_q**2 != q:
        return None
    return base + fmpq(root_p, root_q)


def _primes() -> Iterator[int]:
    prime = mpz(1 << 61)
    while True:
        prime = gmpy2.next_prime(prime)
        yield int(prime)


def _modulo(prime: int, formula: PCF, shape: Leading, terms: int, c_0: fmpq, c_1: fmpq | None) -> _Residues | None:
    """Return P and Q of degrees below terms/2 modulo a prime, None where there are none or it divides a denominator."""
    try:
        first = nmod(int(c_0.p), prime) / int(c_0.q)
        second = None if c_1 is None else nmod(int(c_1.p), prime) / int(c_1.q)
        series = nmod_poly(tail_coefficients(formula, shape, terms, first, second), prime)
    except ZeroDivisionError:
        return None
    found = _euclid(nmod_poly([0] * terms + [1], prime), series, terms // 2)
    if found is None:
        return None
    top, scale = max(part.degree() for part in found), 1 / found[1][0]
    numerator, denominator = ([part[top - k] * scale for k in range(top + 1)] for part in found)
    while len(numerator) > 1 and int(numerator[0]) == int(denominator[0]) == 0:
        numerator, denominator = numerator[1:], denominator[1:]
    numerator = [nmod(0, prime)] * int(shape.degree) + numerator
    return _Residues(prime, [int(c) for c in numerator + denominator], len(numerator))


def _euclid(before: nmod_poly, remainder: nmod_poly, bound: int) -> tuple[nmod_poly, nmod_poly] | None:
    """Return the first remainder of degree below `bound` and its cofactor, None where that is of higher degree."""
    cofactor_before, cofactor = 0 * before, 0 * before + 1
    while remainder.degree() >= bound:
        quotient, rest = divmod(before, remainder)
        before, remainder = remainder, rest
        cofactor_before, cofactor = cofactor, cofactor_before - quotient * cofactor
    if cofactor.degree() >= bound or int(cofactor[0]) == 0 or remainder.degree() < 0:
        return None
    return remainder, cofactor


def _lifted(
    first: _Residues, primes: Iterator[int], formula: PCF, shape: Leading, terms: int, c_0: fmpq, c_1: fmpq | None
) -> RationalTail | None:
    """Return P/Q from its residues, the identity proved; None where they do not come from a solution."""
    modulus, combined = mpz(first.prime), [mpz(c) for c in first.coefficients]
    check = 1
    for count in range(1, MAX_PRIMES):
        if count == check:  # a reconstruction costs as much as many primes
            check = count + 1 + count // 4
            candidate = _reconstructed(combined, modulus, first.numerators)
            if candidate is not None and _solves(formula, candidate):
                return candidate
        more = _modulo(next(primes), formula, shape, terms, c_0, c_1)
        if more is None or (len(more.coefficients), more.numerators) != (len(combined), first.numerators):
            return None
        inverse = gmpy2.invert(modulus, more.prime)
        combined = [
            old + modulus * ((new - old) * inverse % more.prime)
            for old, new in zip(combined, more.coefficients, strict=True)
        ]
        modulus *= more.prime
    return None


def _reconstructed(residues: list[mpz], modulus: mpz, numerators: int) -> RationalTail | None:
    fractions = []
    for residue in residues:
        fraction = _rational(residue, modulus)
        if fraction is None:
            return None
        fractions.append(fraction)
    numerator, denominator = fmpq_poly(fractions[:numerators]), fmpq_poly(fractions[numerators:])
    common = numerator.gcd(denominator)
    return RationalTail(numerator // common, denominator // common)


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


def _solves(formula: PCF, tail: RationalTail) -> bool:
    """Say whether x_n = P/Q solves the tail's equation identically in n."""
    shift = fmpq_poly([1, 1])
    p, q = tail.numerator, tail.denominator
    p_next, q_next = p(shift), q(shift)
    a = fmpq_poly(list(formula.a))
    b_next = fmpq_poly(list(formula.b))(shift)
    return (p * p_next - a * q * p_next - b_next * q * q_next).degree() < 0


def _integer_roots(polynomial: fmpq_poly) -> list[int]:
    return [int(root) for root, _ in fmpz_poly(polynomial.numer()).roots()]
