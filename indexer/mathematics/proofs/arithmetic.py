"""Exact numbers, maps and matrices for the checker: standard library only, nothing of this project.

A number is an integer, "p/q", or [p, q, d] for p + q sqrt(d); a polynomial is a list of integers, constant first; a map
[x, y, z, w] is L1 = (x + y L2)/(z + w L2) and is meant up to a factor.
"""

from __future__ import annotations

import ast
from fractions import Fraction
from functools import lru_cache
from math import isqrt
from typing import Any

Poly = tuple[int, ...]
Matrix = tuple[Any, Any, Any, Any]


ZERO = Fraction(0)


class Refused(Exception):
    """the certificate is no proof."""


class Quadratic:
    """The exact number p + q sqrt(d): d is a square-free integer other than 0 and 1, or 1 where q = 0."""

    def __init__(self, p: Any, q: Any = 0, d: int = 1) -> None:
        self.p = p if type(p) is Fraction else Fraction(p)
        self.q = ZERO if not q else q if type(q) is Fraction else Fraction(q)
        self.d = d if q else 1

    def _both(self, other: Any) -> tuple[Quadratic, int]:
        other = other if isinstance(other, Quadratic) else Quadratic(other)
        if self.q and other.q and self.d != other.d:
            raise Refused(f"sqrt({self.d}) and sqrt({other.d}) lie in different fields")
        return other, self.d if self.q else other.d

    def __add__(self, other: Any) -> Quadratic:
        """Return the sum."""
        other, d = self._both(other)
        if d == 1:
            return Quadratic(self.p + other.p)
        return Quadratic(self.p + other.p, self.q + other.q, d)

    def __mul__(self, other: Any) -> Quadratic:
        """Return the product."""
        other, d = self._both(other)
        if d == 1:
            return Quadratic(self.p * other.p)
        return Quadratic(self.p * other.p + d * self.q * other.q, self.p * other.q + self.q * other.p, d)

    def __truediv__(self, other: Any) -> Quadratic:
        """Return the quotient."""
        other, d = self._both(other)
        if d == 1:
            return Quadratic(self.p / other.p)
        norm = other.p * other.p - d * other.q * other.q
        return self * Quadratic(other.p / norm, -other.q / norm, d)

    def __rtruediv__(self, other: Any) -> Quadratic:
        """Return the quotient of another number by this one."""
        return Quadratic(other) / self

    def __neg__(self) -> Quadratic:
        """Return the number with the opposite sign."""
        return Quadratic(-self.p, -self.q, self.d)

    def __sub__(self, other: Any) -> Quadratic:
        """Return the difference."""
        return self + -self._both(other)[0]

    def __rsub__(self, other: Any) -> Quadratic:
        """Return the difference of another number and this one."""
        return self._both(other)[0] + -self

    def __eq__(self, other: object) -> bool:
        """Say whether two numbers are one."""
        other, _ = self._both(other)
        return self.p == other.p and self.q == other.q

    __radd__, __rmul__ = __add__, __mul__
    __hash__ = None  # type: ignore[assignment]


def integer(value: Any) -> int:
    """Return an integer that stands as a JSON number or as a string of digits."""
    if isinstance(value, str) and value.isascii() and value.removeprefix("-").isdecimal():
        return int(value)
    if type(value) is not int:
        raise Refused(f"{str(value)[:40]!r} is no integer")
    return value


def number(value: Any) -> Quadratic:
    """Return an exact number: an integer, "p/q", or [p, q, d] for p + q sqrt(d)."""
    if isinstance(value, list):
        p, q, d = number(value[0]).p, number(value[1]).p, integer(value[2])
        root = isqrt(abs(d))
        if len(value) > 3 or d in (0, 1, root * root) or any(d % (k * k) == 0 for k in range(2, min(root, 999) + 1)):
            raise Refused(f"{d} is no square-free radicand")
        return Quadratic(p, q, d)
    top, slash, bottom = value.partition("/") if isinstance(value, str) else (value, "", "")
    return Quadratic(Fraction(integer(top), integer(bottom) if slash else 1))


def exact_map(value: Any) -> Matrix:
    """Return the four exact numbers of a map."""
    x, y, z, w = map(number, value)
    return x, y, z, w


def proportional(first: Matrix, second: Matrix) -> bool:
    """Say whether two maps, neither zero, are one."""
    zero = all(c == 0 for c in first) or all(c == 0 for c in second)
    return not zero and all(first[i] * second[j] == first[j] * second[i] for i in range(4) for j in range(i))


def compose(outer: Matrix, inner: Matrix) -> Matrix:
    """Return the map of an inner map's value under an outer one."""
    (x, y, z, w), (p, q, r, s) = outer, inner
    return x * r + y * p, x * s + y * q, z * r + w * p, z * s + w * q


def polynomial(value: Any) -> Poly:
    """Return the coefficients of a polynomial; the last one is not zero."""
    if not isinstance(value, list) or (value and integer(value[-1]) == 0):
        raise Refused("a polynomial is a list of integers, the last of them not 0")
    return tuple(map(integer, value))


@lru_cache(maxsize=2048)
def parsed(text: str) -> ast.expr:
    """Return an arithmetic text, ^ for powers, as a tree; refuse what cannot be read."""
    try:
        return ast.parse(text.replace("^", "**").strip(), mode="eval").body
    except (SyntaxError, MemoryError):
        raise Refused(f"{text[:60]!r} cannot be read") from None


def product(left: Matrix, right: Matrix) -> Matrix:
    """Return the product of two matrices, row by row."""
    (p, q, r, s), (t, u, v, w) = left, right
    return p * t + q * v, p * u + q * w, r * t + s * v, r * u + s * w
