"""Continued fractions with explicit first terms and a rule of several terms, contracted to a PCF.

A_0 + B_1/(A_1 + B_2/(A_2 + ...)) is given by its first terms and, from there on, by the terms of a period: rational
functions of k, which counts the periods. One period maps the tail after it to the tail before it by a matrix
M(k) = prod [[A, B_next], [1, 0]] of polynomials, up to a factor. With M = [[A, B], [C, D]] the quotients of the second
components of a solution satisfy

    R(k) = C(k) D(k-1) + C(k-1) A(k) - C(k-1) C(k+1) det M(k) / R(k+1),     x(k) = (R(k)/C(k) - D(k-1)) / C(k-1),

a PCF and the Moebius map that takes its limit to the value of the fraction. Its convergents are those of the fraction
at the ends of periods: where the fraction converges, that is its value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import gcd, lcm

from flint import fmpq_poly

from catalog.errors import FormulaError
from catalog.formulas.pcf import PCF
from catalog.formulas.term_functions import TermFunction, function_text

Moebius = tuple[int, int, int, int]
"""x, y, z, w of the map L -> (x + y L)/(z + w L), without a common factor."""

IDENTITY: Moebius = (0, 1, 1, 0)

_Matrix = tuple[Fraction, Fraction, Fraction, Fraction]  # p, q, r, s of L -> (p L + q)/(r L + s)
_Polynomials = tuple[fmpq_poly, fmpq_poly, fmpq_poly, fmpq_poly]


@dataclass(frozen=True)
class FractionTerm:
    """A partial numerator b with the partial denominator a below it."""

    a: TermFunction
    b: TermFunction


@dataclass(frozen=True)
class Interlaced:
    """A continued fraction by its first terms, which are constant, and the terms of a period in k = 0, 1, 2, ..."""

    first: tuple[FractionTerm, ...]
    period: tuple[FractionTerm, ...]

    @property
    def simple(self) -> bool:
        """Whether it is a PCF as it stands: no first terms and one term a period."""
        return not self.first and len(self.period) == 1

    @property
    def signs(self) -> tuple[int, ...] | None:
        """The numerators of a period where all are 1 or -1, None elsewhere."""
        values = [term.b.value() for term in self.period]
        return tuple(int(value) for value in values if value) if all(value in (1, -1) for value in values) else None

    @property
    def repeats(self) -> bool:
        """Whether all terms of the period are numbers, so that the value is quadratic or rational."""
        return all(term.a.value() is not None and term.b.value() is not None for term in self.period)

    def __str__(self) -> str:
        """The fraction as CF(first terms; (a_1, b_1), (a_2, b_2) for k >= 1), which can be read again."""
        moved = [FractionTerm(term.a.moved(-1), term.b.moved(-1)) for term in self.period]
        first = ", ".join(_term_text(term) for term in self.first)
        return f"CF({first}; {', '.join(_term_text(term) for term in moved)} for k >= 1)"

    def contracted(self) -> tuple[PCF, Moebius]:
        """The formula, and the map from its limit to the value; raises FormulaError where there is none."""
        return contracted(self.first, self.period)


def _term_text(term: FractionTerm) -> str:
    return f"({function_text(term.a, 'k')}, {function_text(term.b, 'k')})"


def contracted(first: Sequence[FractionTerm], period: Sequence[FractionTerm]) -> tuple[PCF, Moebius]:
    """The PCF of a continued fraction, and the map from its limit to the fraction's value.

    `first` are constant terms, `period` terms in k = 0, 1, 2, ... The fraction starts with the denominator of the very
    first term, whose numerator is left out. Raises FormulaError where the fraction has no infinite part of this kind.
    """
    if not period:
        raise FormulaError("the fraction has no rule for its terms beyond the first ones")
    for term in period:
        if (pole := max(_largest_root(term.a.denominator), _largest_root(term.b.denominator))) >= 0:
            raise FormulaError(f"a term of the fraction divides by zero in period number {pole + 1} of its rule")
    first, period, offset = _extended(list(first), list(period))
    matrix = _period_matrix(period)
    if matrix[2].degree() < 0:
        raise FormulaError("one period of the fraction does not depend on what follows; it has no infinite part")
    if len(period) == 1 and _is_polynomial(period[0]):
        start, formula = (
            _affine(Fraction(1), Fraction(0)),
            tuple(function.numerator / function.denominator[0] for function in (period[0].a, period[0].b)),
        )
    else:
        start, formula = _contraction(matrix)
    pcf, scale = _integral(*formula)
    steps = [_step(*pair) for pair in pairwise([*first, period[0]])]
    total = _affine(Fraction(1), Fraction(0))
    for step in (*steps, _affine(Fraction(1), offset), start, _affine(scale, Fraction(0))):
        total = _product(total, step)
    return pcf, _coprime(total)


def _extended(
    first: list[FractionTerm], period: list[FractionTerm]
) -> tuple[list[FractionTerm], list[FractionTerm], Fraction]:
    """The rule continued backwards over first terms that keep to it, and what is added to the rest's value.

    A single first denominator that breaks a rule of one term is replaced by the rule's, and the difference added:
    2 + 1/(4 + 9/(4 + ...)) is PCF(4, (2n-1)^2) - 2.
    """
    while first:
        before = FractionTerm(period[-1].a.moved(-1), period[-1].b.moved(-1))
        here = before.a.at(0)
        if here is None:
            break
        last = first[-1]
        offset = (last.a.value() or Fraction(0)) - here
        if offset == 0 and (len(first) == 1 or last.b.value() == before.b.at(0)):
            first, period = first[:-1], [before, *period[:-1]]
        elif len(first) == len(period) == 1 and last.a.value() is not None:
            return [], [before], offset
        else:
            break
    return first, period, Fraction(0)


def _affine(factor: Fraction, constant: Fraction) -> _Matrix:
    return factor, constant, Fraction(0), Fraction(1)


def _step(term: FractionTerm, following: FractionTerm) -> _Matrix:
    """The map x -> a + b/x of a constant term, b being the numerator that follows, at k = 0."""
    a, b = term.a.value(), following.b.at(0)
    if a is None or b is None:
        raise FormulaError("a first term of the fraction is not a number")
    return a, b, Fraction(1), Fraction(0)


def _period_matrix(period: Sequence[FractionTerm]) -> _Polynomials:
    one, zero = fmpq_poly([1]), fmpq_poly([])
    product: _Polynomials = (one, zero, zero, one)
    for term, following in zip(period, [*period[1:], FractionTerm(period[0].a, period[0].b.moved(1))], strict=True):
        a, b = term.a, following.b
        if not b.numerator:
            raise FormulaError("a partial numerator of the fraction is zero, where the fraction ends")
        clear = a.denominator * b.denominator
        step = (a.numerator * b.denominator, b.numerator * a.denominator, clear, zero)
        product = _product(product, step)
    return product


def _contraction(matrix: _Polynomials) -> tuple[_Matrix, tuple[fmpq_poly, fmpq_poly]]:
    """The map from R(s) to x(0), and the coefficients of the fraction of R from the first s where C has no root."""
    a, b, c, d = matrix
    s = max(0, _largest_root(c) + 2)

    def at(polynomial: fmpq_poly, move: int) -> fmpq_poly:
        return polynomial(fmpq_poly([s + move, 1]))

    determinant = a * d - b * c
    denominators = at(c, 0) * at(d, -1) + at(c, -1) * at(a, 0)
    numerators = -at(c, -2) * at(c, 0) * at(determinant, -1)
    below = [_value(c, s), _value(d, s - 1), _value(c, s - 1)]
    total: _Matrix = (1 / below[0], -below[1], Fraction(0), below[2])
    for k in range(s - 1, -1, -1):
        total = _product(tuple(_value(entry, k) for entry in matrix), total)
    return total, (denominators, numerators)


def _integral(a: fmpq_poly, b: fmpq_poly) -> tuple[PCF, Fraction]:
    """The formula with integer coefficients, as small as can be, and f with L(a, b) = f L(formula)."""
    c = lcm(int(a.denom()), int(b.denom()))
    whole = [tuple(int((x * scale).p) for x in p.coeffs()) for p, scale in ((a, c), (b, c * c))]
    formula, h = PCF(whole[0], whole[1]).deflate_polynomial()
    return formula, Fraction(h[0], c)


def _is_polynomial(term: FractionTerm) -> bool:
    return term.a.denominator.degree() == 0 == term.b.denominator.degree()


def _largest_root(polynomial: fmpq_poly) -> int:
    """The largest integer root, -2 where there is none as large."""
    roots = [-f[0] / f[1] for f, _ in polynomial.numer().factor()[1] if f.degree() == 1 and f[0] % f[1] == 0]
    return max([-2, *(int(root) for root in roots)])


def _value(polynomial: fmpq_poly, k: int) -> Fraction:
    value = polynomial(k)
    return Fraction(int(value.p), int(value.q))


def _product(left: tuple, right: tuple) -> tuple:  # type: ignore[type-arg]
    """The product of two matrices, of fractions or of polynomials, in the order p, q, r, s."""
    p, q, r, s = left
    x, y, z, w = right
    return p * x + q * z, p * y + q * w, r * x + s * z, r * y + s * w


def _coprime(matrix: _Matrix) -> Moebius:
    p, q, r, s = matrix
    if p * s == q * r:
        raise FormulaError("the value of the fraction does not depend on its infinite part")
    scale = lcm(*(entry.denominator for entry in matrix))
    x, y, z, w = (int(entry * scale) for entry in (q, p, s, r))
    common = gcd(x, y, z, w)
    sign = -1 if (z, w) < (0, 0) else 1
    return tuple(sign * entry // common for entry in (x, y, z, w))  # type: ignore[return-value]
