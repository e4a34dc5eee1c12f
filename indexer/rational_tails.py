"""Tails that are rational functions of n: a proof that a limit is rational, or infinite.

If x_n = P(n)/Q(n) solves x_n x_{n+1} = a_n x_{n+1} + b_{n+1} identically and its expansion at infinity is the dominant
formal solution, it is the tail (Pincherle: the minimal solution is unique), and the limit follows by exact steps back.
The candidate comes from the exact series of the tail by Pade approximation; the identity of polynomials is the proof.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import isqrt
from typing import TypeVar

from flint import fmpq, fmpq_poly, fmpz_poly, nmod, nmod_poly

from catalog.formula import PCF
from indexer.series import Leading, leading, tail_coefficients

TERMS = (8, 16, 32, 64)
"""Terms of the exact series tried in turn; k terms find P and Q of degrees below k/2."""

PRIME = (1 << 61) - 1
"""A prime modulo which P and Q are looked for first: exact fractions grow fast where they do not exist."""

Polynomial = TypeVar("Polynomial", fmpq_poly, nmod_poly)


@dataclass(frozen=True, slots=True)
class RationalTail:
    """x_n = P(n)/Q(n) for every n from some index on, proved; coefficients constant term first."""

    numerator: fmpq_poly
    denominator: fmpq_poly


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
    for terms in TERMS:
        if not _exists_modulo_prime(formula, shape, terms, c_0, c_1):
            continue
        candidate = _pade(tail_coefficients(formula, shape, terms, c_0, c_1), shape)
        if candidate is not None and _solves(formula, candidate):
            return candidate
    return None


def exact_limit(formula: PCF) -> tuple[int, int] | None:
    """Return the limit as integers (p, q), q = 0 for infinity, where the tail is a rational function; else None."""
    sign = 1 if formula.a[-1] > 0 else -1
    positive = formula if sign == 1 else formula.mirror()
    tail = rational_tail(positive)
    if tail is None:
        return None
    start = 1 + max([0, *_integer_roots(tail.numerator), *_integer_roots(tail.denominator)])
    value = tail.numerator(start) / tail.denominator(start)
    u, v = int(value.p), int(value.q)
    for n in range(start - 1, -1, -1):
        u, v = positive.a_at(n) * u + positive.b_at(n + 1) * v, u
    if v == 0:
        return 1, 0
    limit = Fraction(sign * u, v)
    return limit.numerator, limit.denominator


def _exact_root(base: fmpq, square: fmpq) -> fmpq | None:
    """Return base + sqrt(square) where the root is rational."""
    p, q = int(square.p), int(square.q)
    root_p, root_q = isqrt(p), isqrt(q)
    if root_p**2 != p or root_q**2 != q:
        return None
    return base + fmpq(root_p, root_q)


def _exists_modulo_prime(formula: PCF, shape: Leading, terms: int, c_0: fmpq, c_1: fmpq | None) -> bool:
    """Say whether the series modulo `PRIME` is that of a P/Q of low degrees; true where it cannot be reduced."""
    try:
        first = nmod(int(c_0.p), PRIME) / int(c_0.q)
        second = None if c_1 is None else nmod(int(c_1.p), PRIME) / int(c_1.q)
        series = nmod_poly(tail_coefficients(formula, shape, terms, first, second), PRIME)
    except ZeroDivisionError:
        return True
    return _euclid(nmod_poly([0] * terms + [1], PRIME), series, terms // 2) is not None


def _pade(coefficients: list[fmpq], shape: Leading) -> RationalTail | None:
    """Return P/Q with the given expansion at infinity and degrees below half the terms, by Euclid's algorithm."""
    terms = len(coefficients)
    found = _euclid(fmpq_poly([0] * terms + [1]), fmpq_poly(coefficients), terms // 2)
    if found is None:
        return None
    remainder, cofactor = found
    top = max(remainder.degree(), cofactor.degree())
    lift = int(shape.degree)
    numerator = fmpq_poly([0] * lift + [remainder[top - k] for k in range(top + 1)])
    denominator = fmpq_poly([cofactor[top - k] for k in range(top + 1)])
    common = numerator.gcd(denominator)
    return RationalTail(numerator // common, denominator // common)


def _euclid(before: Polynomial, remainder: Polynomial, bound: int) -> tuple[Polynomial, Polynomial] | None:
    """Return the first remainder of degree below `bound` and its cofactor, None where that is of higher degree."""
    cofactor_before, cofactor = 0 * before, 0 * before + 1
    while remainder.degree() >= bound:
        quotient, rest = divmod(before, remainder)
        before, remainder = remainder, rest
        cofactor_before, cofactor = cofactor, cofactor_before - quotient * cofactor
    if cofactor.degree() >= bound or cofactor[0] == 0 or remainder.degree() < 0:
        return None
    return remainder, cofactor


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
