"""Exact numbers p + q sqrt(d) with rational p and q: the parameters of the closed forms."""

from __future__ import annotations

from dataclasses import dataclass
from math import lcm

import flint
from gmpy2 import mpq

from indexer.mathematics.numbers.squares import square_part

ZERO = mpq(0)


@dataclass(frozen=True, slots=True)
class Surd:
    """The number p + q sqrt(d); d is an integer (negative: complex); q = 0, d = 1 for rational numbers."""

    p: mpq
    q: mpq = ZERO
    d: int = 1

    @staticmethod
    def of(value: int | mpq) -> Surd:
        """Return the rational number `value`."""
        return Surd(mpq(value))

    @staticmethod
    def root(radicand: mpq | int) -> Surd:
        """Return sqrt(radicand), the positive one, or i times the positive root of a negative radicand."""
        radicand = mpq(radicand)
        s, d = square_part(int(radicand.numerator * radicand.denominator))
        coefficient = mpq(s, radicand.denominator)
        return Surd(coefficient) if d == 1 else Surd(mpq(0), coefficient, d)

    @property
    def rational(self) -> bool:
        """Whether the number is rational."""
        return bool(self.q == 0)

    @property
    def integer(self) -> bool:
        """Whether the number is an integer."""
        return bool(self.q == 0 and self.p.denominator == 1)

    @property
    def conjugate(self) -> Surd:
        """The number p - q sqrt(d)."""
        return Surd(self.p, -self.q, self.d)

    def __neg__(self) -> Surd:
        """The number with the opposite sign."""
        return Surd(-self.p, -self.q, self.d)

    def __add__(self, other: Surd | int | mpq) -> Surd:
        """The sum; both numbers must lie in one quadratic field."""
        if not isinstance(other, Surd):
            return Surd(self.p + other, self.q, self.d)
        return _normal(self.p + other.p, self.q + other.q, _field(self, other))

    def __sub__(self, other: Surd | int | mpq) -> Surd:
        """The difference; both numbers must lie in one quadratic field."""
        return self + (-other)

    def __mul__(self, other: Surd | int | mpq) -> Surd:
        """The product; both numbers must lie in one quadratic field."""
        if not isinstance(other, Surd):
            return _normal(self.p * other, self.q * other, self.d)
        d = _field(self, other)
        return _normal(self.p * other.p + d * self.q * other.q, self.p * other.q + self.q * other.p, d)

    def __truediv__(self, other: Surd | int | mpq) -> Surd:
        """The quotient; both numbers must lie in one quadratic field."""
        if not isinstance(other, Surd):
            return Surd(self.p / other, self.q / other, self.d)
        norm = other.p * other.p - other.d * other.q * other.q
        product = self * other.conjugate
        return Surd(product.p / norm, product.q / norm, product.d)

    def __radd__(self, other: int | mpq) -> Surd:
        """The sum with a rational number on the left."""
        return self + other

    def __rsub__(self, other: int | mpq) -> Surd:
        """The difference from a rational number."""
        return -self + other

    def __rmul__(self, other: int | mpq) -> Surd:
        """The product with a rational number on the left."""
        return self * other

    def __rtruediv__(self, other: int | mpq) -> Surd:
        """The quotient of a rational number by this one."""
        return Surd(mpq(other)) / self

    def sign(self) -> int:
        """The sign of a real number: -1, 0 or 1."""
        signs = {_sign(self.p), _sign(self.q)} - {0}
        if len(signs) < 2:
            return signs.pop() if signs else 0
        return _sign(self.p) * _sign(self.p * self.p - self.q * self.q * self.d)

    def ball(self) -> flint.acb:
        """Return an enclosure at flint's present working precision."""
        p = flint.arb(_fmpq(self.p))
        if self.q == 0:
            return flint.acb(p)
        root = flint.arb(abs(self.d)).sqrt() * _fmpq(self.q)
        return flint.acb(p, root) if self.d < 0 else flint.acb(p + root)

    def text(self) -> str:
        """Return the number in the syntax of constant expressions, such as `(1 - 2*sqrt(5))/3`."""
        if self.q == 0:
            return str(self.p)
        size, x, y = _over_common_denominator(self)
        root = f"sqrt({self.d})" if abs(y) == 1 else f"{abs(y)}*sqrt({self.d})"
        return _assemble(x, y, root, size, "({})/{}")

    def latex(self) -> str:
        r"""Return the number in LaTeX, such as `\frac{1 - 2\sqrt{5}}{3}`."""
        if self.q == 0:
            top, bottom = abs(self.p.numerator), self.p.denominator
            sign = "-" if self.p < 0 else ""
            return f"{sign}{top}" if bottom == 1 else rf"{sign}\frac{{{top}}}{{{bottom}}}"
        size, x, y = _over_common_denominator(self)
        root = rf"\sqrt{{{self.d}}}" if abs(y) == 1 else rf"{abs(y)}\sqrt{{{self.d}}}"
        return _assemble(x, y, root, size, r"\frac{{{}}}{{{}}}")


def _sign(number: mpq) -> int:
    return int(number > 0) - int(number < 0)


def _fmpq(number: mpq) -> flint.fmpq:
    return flint.fmpq(int(number.numerator), int(number.denominator))


def _field(x: Surd, y: Surd) -> int:
    """Return the common radicand of two surds."""
    if x.q and y.q and x.d != y.d:
        raise ArithmeticError(f"sqrt({x.d}) and sqrt({y.d}) lie in different fields")
    return x.d if x.q else y.d


def _normal(p: mpq, q: mpq, d: int) -> Surd:
    return Surd(p, q, d) if q else Surd(p)


def _over_common_denominator(number: Surd) -> tuple[int, int, int]:
    """Return (size, x, y) with number = (x + y sqrt(d))/size."""
    size = lcm(number.p.denominator, number.q.denominator)
    return size, int(number.p * size), int(number.q * size)


def _assemble(x: int, y: int, root: str, size: int, fraction: str) -> str:
    top = f"{x} {'-' if y < 0 else '+'} {root}" if x else ("-" if y < 0 else "") + root
    return top if size == 1 else fraction.format(top, size)
