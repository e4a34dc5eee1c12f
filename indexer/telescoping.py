"""Formulas whose recurrence has a first-order solution: exact rational limits, or a hypergeometric sum.

If u_n = a(n) u_{n-1} + b(n) u_{n-2} has a solution with rational quotient r(n) = u_n/u_{n-1}, then for every
solution D_n = u_n - r(n) u_{n-1} telescopes, D_n = -(b(n)/r(n-1)) D_{n-1}, and the continued fraction from index m is

    L_m = a(m) - r(m) + r(m)/S,   S = sum over k >= 0 of the products for j = 1..k of -b(m+j)/(r(m+j-1) r(m+j)),

for a convergent S, and the rational a(m) - r(m) for a divergent one (r is then the minimal solution;
Pincherle). This is Euler's correspondence of series and continued fractions, with r found by Petkovsek's
algorithm over the rationals (Petkovsek, Wilf, Zeilberger, A = B, chapter 8): r(n) = z A(n-1) C(n)/C(n-1) with A
dividing b(n+2).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import isqrt

from flint import fmpz_mat, fmpz_poly

from catalog.formula import PCF

MAX_DEGREE = 40
"""Highest degree of the polynomial C that is tried."""

MAX_DIVISORS = 64
"""Highest number of divisors A of b that are tried."""


@dataclass(frozen=True, slots=True)
class FirstOrder:
    """A solution u_n/u_{n-1} = z A(n-1) C(n)/C(n-1) of a formula's recurrence; `rest`(n) = b(n+2)/A(n)."""

    formula: PCF
    z: Fraction
    divisor: fmpz_poly
    rest: fmpz_poly
    factor: fmpz_poly

    def quotient(self, n: int) -> Fraction | None:
        """r(n), None at a pole or a zero."""
        above = int(self.divisor(n - 1)) * int(self.factor(n))
        below = int(self.factor(n - 1))
        return self.z * Fraction(above, below) if above and below else None

    @property
    def ratio_limit(self) -> tuple[int, Fraction]:
        """Degree and leading coefficient of the term ratio -rest(n-2)/(z^2 A(n-1)) of the sum S."""
        degree = self.rest.degree() - self.divisor.degree()
        lead = -Fraction(int(self.rest[self.rest.degree()]), int(self.divisor[self.divisor.degree()]))
        return degree, lead / self.z**2

    @property
    def minimal(self) -> bool | None:
        """Whether S diverges (the limit is rational); None where the term ratio tends to +-1."""
        degree, lead = self.ratio_limit
        if degree == 0 and abs(lead) == 1:
            return None
        return degree > 0 or (degree == 0 and abs(lead) > 1)

    @property
    def start(self) -> int:
        """The least index m >= 0 from which r(n) has no zero and no pole."""
        last = -1
        for polynomial, offset in ((self.divisor, 1), (self.factor, 0), (self.factor, 1)):
            for linear, _ in polynomial.factor()[1]:
                if linear.degree() == 1 and int(linear[0]) % int(linear[1]) == 0:
                    last = max(last, -int(linear[0]) // int(linear[1]) + offset)
        return last + 1


def first_order_solutions(formula: PCF) -> Iterator[FirstOrder]:
    """All solutions with a rational quotient, up to MAX_DEGREE and MAX_DIVISORS."""
    two = fmpz_poly([2, 1])
    a, b = fmpz_poly(list(formula.a))(two), fmpz_poly(list(formula.b))(two)
    for divisor in _divisors(b):
        rest = b // divisor
        for z in _leading_roots(divisor, a, rest):
            for factor in _polynomial_solutions(z, divisor(fmpz_poly([1, 1])), a, rest):
                yield FirstOrder(formula, z, divisor, rest, factor)


def rational_limit(formula: PCF) -> Fraction | None:
    """The exact limit of a convergent formula whose minimal solution is of first order, else None."""
    for solution in first_order_solutions(formula):
        if solution.minimal:
            m = solution.start
            quotient = solution.quotient(m)
            if quotient is not None:
                return step_back(formula, m, _at(formula.a, m) - quotient)
    return None


def step_back(formula: PCF, m: int, tail: Fraction) -> Fraction | None:
    """The value of a formula whose continued fraction from index m on has the value `tail`; None at
    infinity."""
    p, q, p_old, q_old = 1, 0, 0, 1
    for n in range(m):
        step, numerator = _at(formula.a, n), _at(formula.b, n) if n else 1
        p, p_old = step * p + numerator * p_old, p
        q, q_old = step * q + numerator * q_old, q
    last = _at(formula.b, m) if m else 1
    below = tail * q + last * q_old
    return (tail * p + last * p_old) / below if below else None


def _at(coefficients: Sequence[int], n: int) -> int:
    value = 0
    for coefficient in reversed(coefficients):
        value = value * n + coefficient
    return value


def _divisors(b: fmpz_poly) -> list[fmpz_poly]:
    """The primitive divisors of a polynomial over the rationals, the simplest first."""
    _, factors = b.factor()
    powers = [[factor**k for k in range(multiplicity + 1)] for factor, multiplicity in factors]
    divisors = []
    for choice in product(*powers):
        divisor = fmpz_poly([1])
        for part in choice:
            divisor *= part
        divisors.append(divisor)
        if len(divisors) == MAX_DIVISORS:
            break
    return sorted(divisors, key=lambda d: int(d.degree()))


def _leading_roots(divisor: fmpz_poly, a: fmpz_poly, rest: fmpz_poly) -> list[Fraction]:
    """The rational z with z^2 A - z a - b/A of lower degree: the leading coefficients must cancel."""
    degrees = (2 * divisor.degree() - divisor.degree(), a.degree(), rest.degree())
    top = max(degrees)
    square, linear, constant = (
        int(p[top]) if degree == top else 0 for p, degree in zip((divisor, a, rest), degrees, strict=True)
    )
    if square == 0:
        return [Fraction(-constant, linear)] if linear and constant else []
    root_square = linear * linear + 4 * square * constant
    if root_square < 0 or isqrt(root_square) ** 2 != root_square:
        return []
    side = isqrt(root_square)
    roots = {Fraction(linear + side, 2 * square), Fraction(linear - side, 2 * square)}
    return sorted(z for z in roots if z)


def _polynomial_solutions(z: Fraction, shifted: fmpz_poly, a: fmpz_poly, rest: fmpz_poly) -> list[fmpz_poly]:
    """The polynomials C with z^2 A(n+1) C(n+2) - z a(n+2) C(n+1) - rest(n) C(n) = 0, `shifted` being
    A(n+1)."""
    p, q = z.numerator, z.denominator
    terms = (p * p * shifted, -p * q * a, -q * q * rest)
    found = []
    for degree in _degrees(terms):
        points = range(degree + max(int(t.degree()) for t in terms) + 2)
        values = [[int(t(n)) for t in terms] for n in points]
        rows = [
            sum(v * (n + shift) ** j for v, shift in zip(value, (2, 1, 0), strict=True))
            for n, value in zip(points, values, strict=True)
            for j in range(degree + 1)
        ]
        kernel, nullity = fmpz_mat(len(points), degree + 1, rows).nullspace()
        for k in range(nullity):
            found.append(fmpz_poly([kernel[i, k] for i in range(degree + 1)]))
        if found:
            break
    return found


def _degrees(terms: tuple[fmpz_poly, fmpz_poly, fmpz_poly]) -> list[int]:
    """Possible degrees of C, from the two or three leading orders of the equation."""
    top = max(int(t.degree()) for t in terms)

    def order(k: int) -> tuple[int, int, int]:
        two, one, none = (int(t[top - k]) if top >= k else 0 for t in terms)
        return two, one, none

    two, one, _ = order(0)
    slope = 2 * two + one
    if slope:
        degree = Fraction(-sum(order(1)), slope)
        return [int(degree)] if degree.denominator == 1 and 0 <= degree <= MAX_DEGREE else []
    if sum(order(1)):
        return []
    next_two, next_one, _ = order(1)
    square, linear, constant = 4 * two + one, 2 * (2 * next_two + next_one) - (4 * two + one), 2 * sum(order(2))
    return [n for n in range(MAX_DEGREE + 1) if square * n * n + linear * n + constant == 0]
