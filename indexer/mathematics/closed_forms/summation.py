"""Sums of one first-order solution brought to a standard sum: the summand's rational factor becomes k + u, or vanishes.

Where u_n/u_{n-1} = z A(n-1) C(n)/C(n-1) solves a recurrence (`telescoping.py`), Euler's formula makes the limit a
Moebius map of the sum over k >= 0 of H_k/(C(k-1) C(k)), with H_k/H_{k-1} = -B(k-2)/(z^2 A(k-1)), A B = b(n+2). By
Abramov's reduction of rational summands there are polynomials p and Y with

    1/(C(k-1) C(k)) H_k = p(k) H_k + T_{k+1} - T_k,    T_k = A(k-1) Y(k)/C(k-1) H_k,    deg p < max(deg A, deg B):

Y(k+1) is the inverse of -A(k) C(k+1) modulo C(k). For constant B and A of degree two H_k is x^k/((c)_k (d)_k), and

    V(c, d; p) = sum over k of p(k) x^k/((c)_k (d)_k),    deg p <= 1,

is left, up to rational terms and factors; a shift of k moves c and d together, and contiguity moves d alone (DLMF
16.3.6, 16.3.7 for 1F2). With c = 1 it is a value of 0F1, else one of Lommel's or Struve's functions, DLMF 11.9, 11.2.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from flint import fmpq, fmpq_poly

from catalog.formulas.pcf import PCF
from indexer.mathematics.closed_forms.telescoping import FirstOrder, first_order_solutions
from indexer.mathematics.numbers.fractions import as_fraction
from indexer.mathematics.numbers.squares import rational_root

MAX_MOVE = 12
"""Largest move of one lower parameter at which a sum without the factor k + u is looked for."""

ELEMENTARY = (Fraction(1, 2), Fraction(3, 2))
"""g of cosines and sines, 0F1(; 1/2; z) and 0F1(; 3/2; z)."""


@dataclass(frozen=True, slots=True)
class LommelSum:
    """The sum over k >= 0 of (k + u) x^k/((c)_k (d)_k), without the factor where `u` is None.

    c and d are rational, c <= d, or conjugate numbers of a quadratic field; `total` is c + d, `product` c d.
    """

    total: Fraction
    product: Fraction
    x: Fraction
    u: Fraction | None

    @property
    def parameters(self) -> tuple[Fraction, Fraction] | None:
        """c and d where they are rational."""
        found = rational_root(self.total**2 / 4 - self.product)
        if found is None:
            return None
        root = as_fraction(found)
        return self.total / 2 - root, self.total / 2 + root


def lommel_sums(formula: PCF) -> Iterator[LommelSum]:
    """Yield the sums of which the limit of a formula is a Moebius map with rational coefficients."""
    for solution in first_order_solutions(formula):
        if solution.rest.degree() == 0 and solution.divisor.degree() == 2:
            factor = reduced_factor(solution)
            if factor is not None:
                yield _standard(solution, factor)


def reduced_factor(solution: FirstOrder) -> fmpq_poly | None:
    """Return p, None where C(k) and C(k-1) have a common root."""
    below, back = fmpq_poly([-1, 1]), fmpq(1) / fmpq(solution.z.numerator, solution.z.denominator) ** 2
    C, A, B = (fmpq_poly(p) for p in (solution.factor, solution.divisor, solution.rest))
    before = C(below)
    if C.degree() < 1:
        return 1 / (C * before)[0] * fmpq_poly([1])
    common, inverse, _ = (A * C(fmpq_poly([1, 1]))).xgcd(C)
    if common.degree() > 0 or C.gcd(before).degree() > 0:
        return None
    ahead = -inverse / common[0] % C
    Y = ahead(below)
    left = fmpq_poly([1]) + back * B(below) * ahead * before + A(below) * Y * C
    p, rest = divmod(left, C * before)
    assert rest.degree() < 0
    return p


def _standard(solution: FirstOrder, factor: fmpq_poly) -> LommelSum:
    """Return the sum of p(k) H_k by its standard parameters; those of A are the negated roots."""
    lead, middle, last = (Fraction(int(solution.divisor[k])) for k in (2, 1, 0))
    x = -Fraction(int(solution.rest[0])) / lead / solution.z**2
    p0, p1 = (Fraction(int(factor[k].p), int(factor[k].q)) for k in (0, 1))
    given = LommelSum(middle / lead, last / lead, x, p0 / p1 if p1 else None)
    pair = given.parameters
    if pair is None:
        return _begun(given)
    c, d = pair if pair[0].denominator == 1 or pair[1].denominator != 1 else pair[::-1]
    return _of_function(c, d, x, (p0, p1)) if c.denominator != 1 else _of_bessel(d - c + 1, x, (p0 - p1 * (c - 1), p1))


Factor = tuple[Fraction, Fraction]
"""p0, p1 of p(k) = p0 + p1 k, up to a common factor."""


def _of_bessel(g: Fraction, x: Fraction, p: Factor) -> LommelSum:
    """Return V(1, g; p), without k + u or with the least g > 0 at which k + u vanishes at no k >= 0.

    At half-integers, where both functions are elementary, only g = 1/2 and 3/2 have no k + u.
    """
    moves = list(_moves(Fraction(1), g, x, p))
    for _, at, moved in moves:
        elementary = at.denominator == 2 and at not in ELEMENTARY
        if moved[1] == 0 and not elementary and (at > 0 or at.denominator != 1):
            return LommelSum(at + 1, at, x, None)
    for _, at, (p0, p1) in sorted(moves):
        if at > 0 and p1 and (p0 / p1 > 0 or (p0 / p1).denominator != 1):
            return LommelSum(at + 1, at, x, p0 / p1)
    raise ArithmeticError("every factor k + u vanishes at an integer")


def _of_function(c: Fraction, d: Fraction, x: Fraction, p: Factor) -> LommelSum:
    """Return V(c, d; p) for c and d that are no integers, without k + u or with d - c in [0, 1)."""
    moves = list(_moves(c, d, x, p))
    for _, at, moved in moves:
        if moved[1] == 0:
            return _begun(LommelSum(c + at, c * at, x, None))
    for _, at, (p0, p1) in moves:
        if 0 <= at - c < 1:
            return _begun(LommelSum(c + at, c * at, x, p0 / p1))
    raise ArithmeticError("the parameters lie too far apart")


def _moves(c: Fraction, d: Fraction, x: Fraction, p: Factor) -> Iterator[tuple[int, Fraction, Factor]]:
    """Yield i, d + i and the p of the same sum, up to rational terms and factors, the nearest i first.

    With G = F(c, d + 1) and t = x d/dx, F(c, d) = (t + d) G/d, and t t G is had from the differential equation.
    """
    yield 0, d, p
    up, down = (d, p), (d, p)
    for i in range(1, MAX_MOVE + 1):
        at, (p0, p1) = up
        up = at + 1, (p0 * at + p1 * (x - (c - 1) * at), p0 - p1 * (c - 1))
        yield i, *up
        at, (p0, p1) = down
        if at != 1:
            down = at - 1, ((c - 1) * p0 + (x - (c - 1) * (at - 1)) * p1, p0 - (at - 1) * p1)
            yield -i, *down


def _begun(given: LommelSum) -> LommelSum:
    """Return a sum begun elsewhere: the lesser of c and d, or their mean, in (1, 2], and u no integer below 2."""
    pair = given.parameters
    back = ceil(given.total / 2 if pair is None else pair[0]) - 2
    while given.u is not None and given.u.denominator == 1 and given.u - back < 2:
        back -= 1
    u = None if given.u is None else given.u - back
    return LommelSum(given.total - 2 * back, given.product - back * given.total + back**2, given.x, u)
