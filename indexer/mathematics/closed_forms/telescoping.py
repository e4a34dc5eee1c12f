"""Formulas whose recurrence has a first-order solution, so that the limit is a hypergeometric sum.

If u_n = a(n) u_{n-1} + b(n) u_{n-2} has a solution with rational quotient r(n) = u_n/u_{n-1}, then for every
solution D_n = u_n - r(n) u_{n-1} telescopes, D_n = -(b(n)/r(n-1)) D_{n-1}, and the continued fraction from index m is

    L_m = a(m) - r(m) + r(m)/S,   S = sum over k >= 0 of the products for j = 1..k of -b(m+j)/(r(m+j-1) r(m+j)),

for a convergent S (a divergent one means a rational limit: `continued_fractions/rational_tail.py`). This is Euler's
correspondence of series and continued fractions, with r found by Petkovsek's algorithm over the rationals (Petkovsek,
Wilf, Zeilberger, A = B, chapter 8): r(n) = z A(n-1) C(n)/C(n-1) with A dividing b(n+2).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import product

from flint import fmpz_mat, fmpz_poly

from catalog.formulas.pcf import PCF
from indexer.mathematics.numbers.integer_roots import rational_roots
from indexer.mathematics.numbers.squares import integer_root

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

    @property
    def sum_parameters(self) -> tuple[tuple[Fraction, ...], tuple[Fraction, ...], Fraction] | None:
        """The sum S without its factors C, as (upper, lower, x) of pFq(1, upper; lower; x).

        None where a parameter is irrational. The term ratio is -rest(n-2)/(z^2 A(n-1)); C shifts parameters by
        integers only.
        """
        upper, lower = rational_roots(self.rest), rational_roots(self.divisor)
        if upper is None or lower is None:
            return None
        x = -Fraction(_lead(self.rest), _lead(self.divisor)) / self.z**2
        return tuple(-1 - root for root in upper), tuple(-root for root in lower), x


def _lead(polynomial: fmpz_poly) -> int:
    return int(polynomial[polynomial.degree()])


def first_order_solutions(formula: PCF) -> Iterator[FirstOrder]:
    """Yield all solutions with a rational quotient, up to `MAX_DEGREE` and `MAX_DIVISORS`."""
    if _leading_terms_allow(formula):
        yield from _solutions(formula)


@lru_cache(maxsize=256)
def _solutions(formula: PCF) -> tuple[FirstOrder, ...]:
    return tuple(_found(formula))


def _found(formula: PCF) -> Iterator[FirstOrder]:
    two = fmpz_poly([2, 1])
    a, b = fmpz_poly(list(formula.a))(two), fmpz_poly(list(formula.b))(two)
    for divisor in _divisors(b):
        rest = b // divisor
        for z in _leading_roots(divisor, a, rest):
            for factor in _polynomial_solutions(z, divisor(fmpz_poly([1, 1])), a, rest):
                yield FirstOrder(formula, z, divisor, rest, factor)


def _leading_terms_allow(formula: PCF) -> bool:
    """Return whether the leading terms can cancel and C can have an integral degree, which nearly no formula allows.

    For deg a > deg b the term with a stands alone. For deg a = deg b = d > 1 either A or b/A is constant, and the next
    coefficients give the degree of C: -t or t - d, with t = a_{d-1}/a_d - b_{d-1}/b_d. Where that is 0 the equation
    is b + c a = c^2, or w^2 b(n+1) - w a = 1, for c = -b_d/a_d and w = a_d/b_d.
    """
    a, b, d = formula.a, formula.b, formula.deg_b
    if formula.deg_a != d or d < 2:
        return formula.deg_a <= d
    lead_a, lead_b = a[d], b[d]
    t, rest = divmod(a[d - 1] * lead_b - b[d - 1] * lead_a, lead_a * lead_b)
    if rest or 0 < t < d:
        return False
    if t == 0:
        return lead_a * (lead_a * b[0] - lead_b * a[0]) == lead_b**2
    return t != d or lead_a * (lead_a * sum(b) - lead_b * a[0]) == lead_b**2


def _divisors(b: fmpz_poly) -> list[fmpz_poly]:
    """Return the primitive divisors of a polynomial over the rationals, those of lowest degree first."""
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
    """Return the rational z for which the leading coefficients of z^2 A - z a - b/A cancel."""
    degrees = (2 * divisor.degree() - divisor.degree(), a.degree(), rest.degree())
    top = max(degrees)
    square, linear, constant = (
        int(p[top]) if degree == top else 0 for p, degree in zip((divisor, a, rest), degrees, strict=True)
    )
    if square == 0:
        return [Fraction(-constant, linear)] if linear and constant else []
    side = integer_root(linear * linear + 4 * square * constant)
    if side is None:
        return []
    roots = {Fraction(linear + side, 2 * square), Fraction(linear - side, 2 * square)}
    return sorted(z for z in roots if z)


def _polynomial_solutions(z: Fraction, shifted: fmpz_poly, a: fmpz_poly, rest: fmpz_poly) -> list[fmpz_poly]:
    """Return the polynomials C with z^2 A(n+1) C(n+2) - z a(n+2) C(n+1) - rest(n) C(n) = 0.

    `shifted` is A(n+1).
    """
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
    """Return the possible degrees of C, from the two or three leading orders of the equation."""
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
