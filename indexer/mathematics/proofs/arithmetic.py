"""Exact numbers, maps and matrices for the checker: standard library only, nothing of this project.

A number is an integer, "p/q", or [p, q, d] for p + q sqrt(d); a polynomial is a list of integers, constant first; a map
[x, y, z, w] is L1 = (x + y L2)/(z + w L2) and is meant up to a factor.
"""

from __future__ import annotations

import ast
import re
from fractions import Fraction
from functools import lru_cache
from math import gcd, isqrt, lcm
from typing import Any

Poly = tuple[int, ...]
Matrix = tuple[Any, Any, Any, Any]


class Refused(Exception):
    """the certificate is no proof."""


class Quadratic:
    """The exact number p + q sqrt(d): d is a square-free integer other than 0 and 1, or 1 where q = 0.

    It is kept as (x + y sqrt(d))/m in coprime integers with m > 0.
    """

    __slots__ = ("d", "m", "x", "y")
    x: int
    y: int
    m: int
    d: int

    def __new__(cls, p: Any, q: Any = 0, d: int = 1) -> Quadratic:
        """Return p + q sqrt(d) for integers or fractions p and q."""
        if type(p) is int and not q:
            return _whole(p)
        p, q = Fraction(p), Fraction(q)
        m = lcm(p.denominator, q.denominator)
        return _number(p.numerator * (m // p.denominator), q.numerator * (m // q.denominator), m, d)

    @property
    def p(self) -> Fraction:
        """The rational part."""
        return Fraction(self.x, self.m)

    @property
    def q(self) -> Fraction:
        """What stands before the root."""
        return Fraction(self.y, self.m)

    def _root(self, other: Quadratic) -> int:
        """Return the d of both numbers."""
        if self.y and other.y and self.d != other.d:
            raise Refused(f"sqrt({self.d}) and sqrt({other.d}) lie in different fields")
        return self.d if self.y else other.d

    def __add__(self, other: Any) -> Quadratic:
        """Return the sum."""
        o = other if type(other) is Quadratic else Quadratic(other)
        if self.y or o.y:
            return _number(self.x * o.m + o.x * self.m, self.y * o.m + o.y * self.m, self.m * o.m, self._root(o))
        if self.m == o.m == 1:
            return _whole(self.x + o.x)
        return _number(self.x * o.m + o.x * self.m, 0, self.m * o.m, 1)

    def __mul__(self, other: Any) -> Quadratic:
        """Return the product."""
        o = other if type(other) is Quadratic else Quadratic(other)
        if self.y or o.y:
            d = self._root(o)
            return _number(self.x * o.x + d * self.y * o.y, self.x * o.y + self.y * o.x, self.m * o.m, d)
        if self.m == o.m == 1:
            return _whole(self.x * o.x)
        return _number(self.x * o.x, 0, self.m * o.m, 1)

    def __truediv__(self, other: Any) -> Quadratic:
        """Return the quotient."""
        o = other if type(other) is Quadratic else Quadratic(other)
        if not o.y:
            return _number(self.x * o.m, self.y * o.m, self.m * o.x, self.d)
        norm = o.x * o.x - o.d * o.y * o.y
        return self * _number(o.x * o.m, -o.y * o.m, norm, o.d)

    def __rtruediv__(self, other: Any) -> Quadratic:
        """Return the quotient of another number by this one."""
        return Quadratic(other) / self

    def __neg__(self) -> Quadratic:
        """Return the number with the opposite sign."""
        return _number(-self.x, -self.y, self.m, self.d)

    def __sub__(self, other: Any) -> Quadratic:
        """Return the difference."""
        return self + -(other if type(other) is Quadratic else Quadratic(other))

    def __rsub__(self, other: Any) -> Quadratic:
        """Return the difference of another number and this one."""
        return Quadratic(other) + -self

    def __eq__(self, other: object) -> bool:
        """Say whether two numbers are one."""
        if type(other) is int:
            return self.x == other and self.m == 1 and not self.y
        o = other if type(other) is Quadratic else Quadratic(other)
        self._root(o)
        return self.x == o.x and self.y == o.y and self.m == o.m

    __radd__, __rmul__ = __add__, __mul__
    __hash__ = None  # type: ignore[assignment]


def _number(x: int, y: int, m: int, d: int) -> Quadratic:
    """Return (x + y sqrt(d))/m for any m but 0."""
    if not m:
        raise ZeroDivisionError("a number is divided by zero")
    common = gcd(x, y, m) if m > 0 else -gcd(x, y, m)
    found = object.__new__(Quadratic)
    found.x, found.y, found.m, found.d = x // common, y // common, m // common, d if y else 1
    return found


def _whole(x: int) -> Quadratic:
    """Return an integer."""
    found = object.__new__(Quadratic)
    found.x, found.y, found.m, found.d = x, 0, 1, 1
    return found


def sign(x: Quadratic) -> int:
    """Return the sign of a real number."""
    p, q = ((part > 0) - (part < 0) for part in (x.x, x.y))
    if x.y and x.d < 0:
        raise Refused("a number that is not real has no sign")
    return p if q == 0 or p == q else q if p == 0 else p * ((x.x**2 > x.y**2 * x.d) - (x.x**2 < x.y**2 * x.d))


def root_of(radicand: int | Fraction) -> Quadratic:
    """Return the square root of a rational number, i times a positive root for a negative one."""
    n, below = radicand.numerator * radicand.denominator, radicand.denominator
    outer, k = 1, 2
    if not n:
        return Quadratic(0)
    while k * k <= abs(n):
        while n % (k * k) == 0:
            n, outer = n // (k * k), outer * k
        k += 1
        if k > 10_000:
            raise Refused("a radicand is too large")
    return Quadratic(Fraction(outer, below)) if n == 1 else Quadratic(0, Fraction(outer, below), n)


def integer(value: Any) -> int:
    """Return an integer that stands as a JSON number or as a string of digits."""
    if isinstance(value, str) and value.isascii() and value.removeprefix("-").isdecimal():
        return int(value)
    if type(value) is not int:
        raise Refused(f"{str(value)[:40]!r} is no integer")
    return value


def number(value: Any) -> Quadratic:
    """Return an exact number: an integer, "p/q", or [p, q, d] for p + q sqrt(d)."""
    if type(value) is int:
        return _whole(value)
    if isinstance(value, list):
        p, q, d = number(value[0]).p, number(value[1]).p, integer(value[2])
        root = isqrt(abs(d))
        if len(value) > 3 or d in (0, 1, root * root) or any(d % (k * k) == 0 for k in range(2, min(root, 999) + 1)):
            raise Refused(f"{d} is no square-free radicand")
        return Quadratic(p, q, d)
    top, slash, bottom = value.partition("/") if isinstance(value, str) else (value, "", "")
    return _number(integer(top), 0, integer(bottom) if slash else 1, 1)


def exact_map(value: Any) -> Matrix:
    """Return the four exact numbers of a map."""
    x, y, z, w = map(number, value)
    return x, y, z, w


def proportional(first: Matrix, second: Matrix) -> bool:
    """Say whether two maps, neither zero, are one."""
    pivot = next((i for i in range(4) if first[i] != 0), None)
    if pivot is None or second[pivot] == 0:
        return False
    size, scale = first[pivot], second[pivot]
    return all(first[i] * scale == size * second[i] for i in range(4) if i != pivot)


def compose(outer: Matrix, inner: Matrix) -> Matrix:
    """Return the map of an inner map's value under an outer one."""
    (x, y, z, w), (p, q, r, s) = outer, inner
    return x * r + y * p, x * s + y * q, z * r + w * p, z * s + w * q


def polynomial(value: Any) -> Poly:
    """Return the coefficients of a polynomial; the last one is not zero."""
    if not isinstance(value, list) or (value and integer(value[-1]) == 0):
        raise Refused("a polynomial is a list of integers, the last of them not 0")
    return tuple(map(integer, value))


def at(p: tuple[Any, ...], x: Any) -> Any:
    """Return p(x)."""
    total: Any = 0
    for c in reversed(p):
        total = total * x + c
    return total


@lru_cache(maxsize=2048)
def parsed(text: str) -> ast.expr:
    """Return an arithmetic text, ^ for powers, as a tree; refuse what cannot be read."""
    try:
        return ast.parse(text.replace("^", "**").strip(), mode="eval").body
    except (SyntaxError, MemoryError):
        raise Refused(f"{text[:60]!r} cannot be read") from None


@lru_cache(maxsize=2048)
def variables(*texts: str) -> frozenset[str]:
    """Return the variables of arithmetic texts: single small letters."""
    return frozenset(re.findall(r"\b[a-z]\b", " ".join(texts)))


def product(left: Matrix, right: Matrix) -> Matrix:
    """Return the product of two matrices, row by row."""
    (p, q, r, s), (t, u, v, w) = left, right
    return p * t + q * v, p * u + q * w, r * t + s * v, r * u + s * w
