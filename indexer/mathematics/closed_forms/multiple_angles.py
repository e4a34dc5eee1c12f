"""Limits that are algebraic because an angle is divided by an integer: the dihedral cases of Gauss's function.

Where g is half of an odd integer and al + be an integer, the limit is a Moebius map of sqrt(q) tan(2 a phi), tan phi =
sqrt(q), by DLMF 15.4.12 and 15.5.1; q < 0 means hyperbolic functions. For 2 a = j/m the tangent t = tan(j phi/m) obeys

    tan(m j phi/m) = tan(j phi):   N_m(s) D_j(1) = D_m(s) N_j(1),   s = t/sqrt(q),

with tan(k theta) = sqrt(q) N_k/D_k in s = tan(theta)/sqrt(q): a polynomial of degree m at most, over the rationals.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import comb, gcd

import flint
from gmpy2 import mpq

from catalog.formulas.pcf import PCF
from indexer.mathematics.closed_forms.contiguity import Number, times
from indexer.mathematics.closed_forms.equation import Equation, equation
from indexer.mathematics.closed_forms.identities import identities, plain
from indexer.mathematics.closed_forms.steps import Chain
from indexer.mathematics.numbers.surds import Surd

MAX_DIVISOR = 24
"""Largest integer m that divides an angle."""

MAX_MOVES = 200
"""Largest move of a parameter and of the start."""

BITS = 256
"""Precision with which the factor of a polynomial is told that has the limit among its roots."""


@dataclass(frozen=True, slots=True)
class Algebraic:
    """An algebraic number: its irreducible polynomial, constant first, and an enclosure."""

    polynomial: tuple[int, ...]
    ball: flint.arb

    def times(self, factor: int) -> Algebraic:
        """The product with an integer other than 0."""
        degree = len(self.polynomial) - 1
        scaled = [c * factor ** (degree - k) for k, c in enumerate(self.polynomial)]
        size = gcd(*scaled) * (1 if scaled[-1] > 0 else -1)
        with flint.ctx.workprec(BITS):
            return Algebraic(tuple(c // size for c in scaled), self.ball * factor)

    def surd(self) -> Surd | None:
        """The number itself where it is rational or quadratic."""
        if len(self.polynomial) == 2:
            return Surd.of(mpq(-self.polynomial[0], self.polynomial[1]))
        if len(self.polynomial) > 3:
            return None
        x, y, z = self.polynomial
        root, middle = Surd.root(y * y - 4 * x * z) * mpq(1, 2 * z), mpq(-y, 2 * z)
        with flint.ctx.workprec(BITS):
            above = bool(self.ball > _arb(_fmpq(middle)))
        same: bool = above == (root.sign() > 0)
        return _normal(root if same else -root, middle)


@lru_cache(maxsize=1024)
def algebraic_limit(s: Equation) -> Algebraic | None:
    """Return the limit of the deflated formula where it is one of this sort; None for all others."""
    if s.kind != "gauss" or not (s.upper[0].rational and s.lower.rational):
        return None
    total = s.upper[0].p + s.upper[1].p
    if s.lower.p.denominator != 2 or total.denominator != 1 or s.upper[0].integer:
        return None
    try:
        chain = _quotient(s)
        if chain is None:
            return None
        (_, be, _), x = chain.quotient.below, chain.quotient.argument
        a = be % 1
        if (2 * a).denominator > MAX_DIVISOR or any(abs(p) > MAX_MOVES for p in chain.quotient.below):
            return None
        q = x / (1 - x)
        key, values = _identity(a, q)
        chain.moved_to(identities()[key].quotient(values))
        matrix = times(chain.matrix, identities()[key].matrix(values))
    except (ArithmeticError, ValueError):
        return None
    return _polynomial(tuple(map(plain, matrix)), a, q)


def algebraic_polynomial(formula: PCF) -> tuple[int, ...] | None:
    """Return the irreducible polynomial of a limit of this sort that is neither rational nor quadratic."""
    found = equation(formula)
    angle = None if found is None else algebraic_limit(found)
    if found is None or angle is None or len(angle.polynomial) < 4:
        return None
    return angle.times(found.factor).polynomial


def _quotient(s: Equation) -> Chain | None:
    """Return the chain to a quotient of 2F1(m - a, a; 1/2 + k; x), None where the parameters are others."""
    g = s.lower.p
    chain = Chain(s.formula)
    if s.argument.rational and not _dihedral(s.upper[0].p, s.upper[1].p, g):
        return None
    if g.denominator == 1 and g <= 1:
        return None
    chain.represented()
    if not s.argument.rational:
        chain.transformed("quadratic")
        al, be, g = chain.quotient.below
        if not _dihedral(al, be, g):
            return None
    return chain


def _normal(root: Surd, middle: mpq) -> Surd:
    return Surd(middle + root.p, root.q, root.d)


def _dihedral(al: mpq, be: mpq, g: mpq) -> bool:
    return bool(g.denominator == 2 and (al + be).denominator == 1 and al.denominator > 2)


def _identity(a: mpq, q: mpq) -> tuple[str, dict[str, Number]]:
    """Return the identity of the table that has the tangent, with its variables."""
    if q > 0:
        return "multiple-angle", {"s": a * a, "q": q}
    return "multiple-area", {"s": a * a, "p": -q}


def _polynomial(matrix: tuple[Number, ...], a: mpq, q: mpq) -> Algebraic | None:
    """Return (m0 c + m1)/(m2 c + m3), c = a |q| s."""
    j, m = int((2 * a).numerator), int((2 * a).denominator)
    if any(isinstance(entry, Surd) for entry in matrix):
        return None
    of_s = _angle_polynomial(j, m, q)
    p0, p1, p2, p3 = (_fmpq(entry) for entry in matrix)
    size = _fmpq(a * abs(q))
    p0, p2 = p0 * size, p2 * size
    # L = (p0 s + p1)/(p2 s + p3), s = (p3 L - p1)/(p0 - p2 L)
    numerator, denominator = flint.fmpq_poly([-p1, p3]), flint.fmpq_poly([p0, -p2])
    degree, total = of_s.degree(), flint.fmpq_poly([0])
    for k in range(degree + 1):
        total += numerator**k * denominator ** (degree - k) * of_s[k]
    if total.degree() < 1:
        return None
    with flint.ctx.workprec(BITS):
        angle = _angle(j, m, q)
        limit = (_arb(p0) * angle + _arb(p1)) / (_arb(p2) * angle + _arb(p3))
    return _root_at(total, limit)


def angle_root(j: int, m: int, q: mpq) -> Algebraic | None:
    """Return s itself, None where its enclosure lies at roots of several factors of the polynomial."""
    with flint.ctx.workprec(BITS):
        return _root_at(_angle_polynomial(j, m, q), _angle(j, m, q))


def _root_at(polynomial: flint.fmpq_poly, ball: flint.arb) -> Algebraic | None:
    """Return the root of a polynomial in a ball, None where the ball does not tell which irreducible factor has it."""
    with flint.ctx.workprec(BITS):
        _, factors = polynomial.numer().factor()
        having = [f for f, _ in factors if f(ball).contains(0)]
    if len(having) != 1 or not ball.is_finite():
        return None
    coefficients = tuple(int(c) for c in having[0].coeffs())
    return Algebraic(coefficients if coefficients[-1] > 0 else tuple(-c for c in coefficients), ball)


def _angle_polynomial(j: int, m: int, q: mpq) -> flint.fmpq_poly:
    """Return the polynomial of degree m at most that vanishes at s."""
    above, below = _tangent(m, q)
    top, bottom = (f(flint.fmpq(1)) for f in _tangent(j, q))
    return above * bottom - below * top


def _tangent(k: int, q: mpq) -> tuple[flint.fmpq_poly, flint.fmpq_poly]:
    """Return N_k and D_k in s, tan(k theta) = sqrt(q) N_k/D_k."""
    ratio = _fmpq(q)
    above, below = [flint.fmpq(0)] * (k + 1), [flint.fmpq(0)] * (k + 1)
    for i in range(k + 1):
        side = above if i % 2 else below
        side[i] = comb(k, i) * (-ratio) ** (i // 2)
    return flint.fmpq_poly(above), flint.fmpq_poly(below)


def _angle(j: int, m: int, q: mpq) -> flint.arb:
    """Return tan(j phi/m)/sqrt(q), tan phi = sqrt(q), or the same with hyperbolic functions."""
    root = _arb(_fmpq(abs(q))).sqrt()
    part = flint.arb(j) / m
    return ((root.atan() * part).tan() if q > 0 else (root.atanh() * part).tanh()) / root


def _fmpq(number: mpq) -> flint.fmpq:
    return flint.fmpq(int(number.numerator), int(number.denominator))


def _arb(number: flint.fmpq) -> flint.arb:
    return flint.arb(number)
