"""Tails that are rational functions of n: a proof that a limit is rational, or infinite.

If x_n = P(n)/Q(n) solves x_n x_{n+1} = a_n x_{n+1} + b_{n+1} identically and its expansion at infinity is the dominant
formal solution, it is the tail (Pincherle: the minimal solution is unique), and the limit follows by exact steps back.
The candidate comes from the series of the tail by Pade approximation (`numbers.recurrences`); the identity of
polynomials is the proof.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import partial

from flint import fmpq, fmpq_poly, fmpz_poly, nmod, nmod_poly
from gmpy2 import mpq

from catalog.formulas.pcf import PCF
from indexer.mathematics.continued_fractions.convergents import step_matrix
from indexer.mathematics.continued_fractions.series import Leading, leading, tail_coefficients
from indexer.mathematics.numbers.recurrences import FIRST_PRIME, Residues, lifted, pade
from indexer.mathematics.numbers.squares import rational_root

TERMS = (8, 16, 32, 64, 128, 256)
"""Terms of the series tried in turn; k terms find P and Q of degrees below k/2."""

MAX_START = 200_000
"""Largest integer root of P or Q from which the steps back are taken."""


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
    c_0, c_1 = _larger_root(fmpq(shape.base, 2), fmpq(shape.square, 4)), None
    if shape.order_shift:
        c_1 = _larger_root(shape.base_1, shape.square_1)
    if c_0 is None or (shape.order_shift and c_1 is None):
        return None
    for terms in TERMS:
        residues = partial(_modulo, formula, shape, terms, c_0, c_1)
        first = residues(FIRST_PRIME)
        if first is not None:
            return lifted(first, residues, partial(_confirmed, formula))
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


def _larger_root(base: fmpq, square: fmpq) -> fmpq | None:
    """Return base + sqrt(square), None where the root is irrational."""
    root = rational_root(mpq(int(square.p), int(square.q)))
    return None if root is None else base + fmpq(int(root.numerator), int(root.denominator))


def _modulo(formula: PCF, shape: Leading, terms: int, c_0: fmpq, c_1: fmpq | None, prime: int) -> Residues | None:
    """Return P and Q of degrees below terms/2 modulo a prime, None where there are none or it divides a denominator."""
    try:
        first = nmod(int(c_0.p), prime) / int(c_0.q)
        second = None if c_1 is None else nmod(int(c_1.p), prime) / int(c_1.q)
        series = nmod_poly(tail_coefficients(formula, shape, terms, first, second), prime)
    except ZeroDivisionError:
        return None
    found = pade(series, terms, terms // 2)
    if found is None or found[0].degree() < 0 or found[1].degree() >= terms // 2:
        return None
    top, scale = max(part.degree() for part in found), 1 / found[1][0]
    numerator, denominator = ([part[top - k] * scale for k in range(top + 1)] for part in found)
    while len(numerator) > 1 and int(numerator[0]) == int(denominator[0]) == 0:
        numerator, denominator = numerator[1:], denominator[1:]
    numerator = [nmod(0, prime)] * int(shape.degree) + numerator
    return Residues(prime, [int(c) for c in numerator + denominator], len(numerator))


def _confirmed(formula: PCF, numerator: fmpq_poly, denominator: fmpq_poly) -> RationalTail | None:
    """Return P/Q in lowest terms where it solves the tail's equation, else None."""
    common = numerator.gcd(denominator)
    tail = RationalTail(numerator // common, denominator // common)
    return tail if _solves(formula, tail) else None


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
