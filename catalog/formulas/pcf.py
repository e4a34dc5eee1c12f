"""Polynomial continued fractions as values: reading, printing, symmetries, and the key of storage."""

from __future__ import annotations

import hashlib
import operator
import re
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache, reduce
from math import gcd
from typing import Any

from flint import fmpz, fmpz_poly

from catalog.errors import FormulaError
from catalog.formulas.polynomial import format_polynomial, latex_polynomial, parse_polynomial, read_coefficients

_PCF = re.compile(r"\s*PCF\s*\((?P<body>.*)\)\s*", re.IGNORECASE | re.DOTALL)
_FACTOR_BITS = 16  # integer deflation finds all prime factors up to 2^16, and larger ones by gcds


@dataclass(frozen=True, slots=True, order=True)
class PCF:
    """The polynomial continued fraction a(0) + b(1)/(a(1) + b(2)/(a(2) + ...)).

    `a` and `b` are the integer coefficients of the partial denominators and partial numerators, constant term
    first, without trailing zeros, neither polynomial zero. L is the limit in what follows.
    """

    a: tuple[int, ...]
    b: tuple[int, ...]

    def __post_init__(self) -> None:
        """Trim both polynomials; raises FormulaError for a zero polynomial or a non-integer coefficient."""
        if _trimmed(self.a) and _trimmed(self.b):
            return
        for name in ("a", "b"):
            try:
                trimmed = [operator.index(c) for c in getattr(self, name)]
            except TypeError:
                raise FormulaError(f"{name}(n) has a coefficient that is not an integer") from None
            while trimmed and trimmed[-1] == 0:
                trimmed.pop()
            if not trimmed:
                raise FormulaError(f"{name}(n) is the zero polynomial; give {name} at least one nonzero coefficient")
            object.__setattr__(self, name, tuple(trimmed))

    @classmethod
    def from_text(cls, a: str, b: str) -> PCF:
        """Return the formula of two polynomials in n such as `"2n+1"` and `"n^2"`."""
        return cls(parse_polynomial(a, what="a(n)"), parse_polynomial(b, what="b(n)"))

    @classmethod
    def from_row(cls, a: Iterable[Any], b: Iterable[Any]) -> PCF:
        """Return the formula of two columns of the catalogue, whose numbers come from Postgres as Decimal."""
        return cls(tuple(map(int, a)), tuple(map(int, b)))

    @classmethod
    def from_json(cls, value: object) -> PCF:
        """Return the formula of `{"a": [1, 2], "b": [0, 0, 1]}`; coefficients are integers or strings of digits."""
        if not isinstance(value, dict) or "a" not in value or "b" not in value:
            raise FormulaError('a formula is an object such as {"a": [1, 2], "b": [0, 0, 1]}')
        return cls(read_coefficients(value["a"], "a(n)"), read_coefficients(value["b"], "b(n)"))

    def __str__(self) -> str:
        """Return the canonical text, which `parse_formula` reads back."""
        return f"PCF({format_polynomial(self.a)}, {format_polynomial(self.b)})"

    @property
    def deg_a(self) -> int:
        """Degree of a(n)."""
        return len(self.a) - 1

    @property
    def deg_b(self) -> int:
        """Degree of b(n)."""
        return len(self.b) - 1

    @property
    def height(self) -> int:
        """Largest absolute value of a coefficient."""
        return max(abs(c) for c in self.a + self.b)

    @property
    def complexity(self) -> int:
        """Size for ranking: the bit lengths of all coefficients plus both degrees."""
        return sum(c.bit_length() for c in self.a + self.b) + self.deg_a + self.deg_b

    @property
    def key(self) -> bytes:
        """SHA-256 (32 bytes) of the coefficients as `pcf:a0,a1;b0,b1`; a mirror has its own key."""
        text = f"pcf:{','.join(map(str, self.a))};{','.join(map(str, self.b))}"
        return hashlib.sha256(text.encode()).digest()

    def a_at(self, n: int) -> int:
        """Return the partial denominator a(n), exactly."""
        return _horner(self.a, n)

    def b_at(self, n: int) -> int:
        """Return the partial numerator b(n), exactly."""
        return _horner(self.b, n)

    def latex(self) -> str:
        """Return LaTeX in Gauss's notation: the first denominator, then K over n of b(n)/a(n)."""
        fraction = f"\\frac{{{latex_polynomial(self.b)}}}{{{latex_polynomial(self.a)}}}"
        first = f"{self.a[0]} + " if self.a[0] else ""
        return f"{first}\\mathop{{\\mathrm{{K}}}}_{{n=1}}^{{\\infty}} {fraction}"

    def _repr_latex_(self) -> str:
        """Return what a notebook shows."""
        return f"$\\displaystyle {self.latex()}$"

    def to_ramanujantools(self) -> Any:
        """Return the formula as a PCF of the package ramanujantools; raises FormulaError where it is not installed."""
        try:
            from ramanujantools import pcf as tools  # noqa: PLC0415  need not be installed
            from sympy import Poly, Symbol  # noqa: PLC0415  with it
        except ImportError:
            raise FormulaError("this needs ramanujantools; install it with `pip install ramanujantools`") from None
        n = Symbol("n")
        return tools.PCF(*(Poly(list(c[::-1]), n).as_expr() for c in (self.a, self.b)))

    def mirror(self) -> PCF:
        """(-a, b), whose limit is -L."""
        return PCF(tuple([-c for c in self.a]), self.b)

    def positive(self) -> PCF:
        """Return the formula or its mirror, whichever has a positive leading coefficient of a."""
        return self if self.a[-1] > 0 else self.mirror()

    def inflate(self, c: int) -> PCF:
        """(c a, c^2 b), whose limit is c L; c is not zero."""
        if c == 0:
            raise FormulaError("a formula cannot be inflated by 0; give a nonzero integer")
        return PCF(tuple(c * x for x in self.a), tuple(c * c * x for x in self.b))

    def deflate(self) -> tuple[PCF, int]:
        """(a/c, b/c^2) and the largest integer c >= 1 that divides so; L is c times the limit of the result.

        Only where a and b share the square of a prime above 2^16 may c miss that prime.
        """
        c = _largest_deflation(reduce(gcd, self.a), reduce(gcd, self.b))
        if c == 1:
            return self, 1
        return PCF(tuple(x // c for x in self.a), tuple(x // (c * c) for x in self.b)), c

    @lru_cache(maxsize=256)  # noqa: B019  formulas are values
    def deflate_polynomial(self) -> tuple[PCF, tuple[int, ...]]:
        """(a/h, b/(h(n) h(n-1))) and h of largest degree; L is h(0) times the limit of the result.

        h includes the integer content of `deflate`. A factor that vanishes at an integer n >= 0 stays in the
        formula: at 0 the relation is lost, and beyond it the formula terminates where the result may not.
        """
        formula, content = self.deflate()
        a, b, h = fmpz_poly(list(formula.a)), fmpz_poly(list(formula.b)), fmpz_poly([content])
        factors = _deflating_factors(a, b)
        if not factors:
            return formula, (content,)
        for p in factors:
            divisor = p * p(fmpz_poly([-1, 1]))
            while not a % p and not b % divisor:
                a, b, h = a // p, b // divisor, h * p
        return PCF(_coefficients(a), _coefficients(b)), _coefficients(h)

    def shift(self, k: int = 1) -> PCF:
        """(a(n+k), b(n+k)): the tail a(k) + b(k+1)/(a(k+1) + ...) as a formula of its own."""
        step = fmpz_poly([k, 1])
        return PCF(_coefficients(fmpz_poly(list(self.a))(step)), _coefficients(fmpz_poly(list(self.b))(step)))

    def canonical(self) -> tuple[PCF, int]:
        """Return the deflated formula with positive leading coefficient of a, and f with L = f L(canonical)."""
        formula, c = self.deflate()
        return (formula, c) if formula.a[-1] > 0 else (formula.mirror(), -c)


def parse_formula(text: str) -> PCF:
    """Read `PCF(2n+1, n^2)`. Raises FormulaError with the position of what cannot be read."""
    match = _PCF.fullmatch(text)
    if match is None:
        raise FormulaError(f"cannot read {shorten(text)}; write a formula as PCF(a, b), such as PCF(2n+1, n^2)")
    body, start = match["body"], match.start("body")
    parts = body.split(",")
    if len(parts) != 2:
        raise FormulaError(f"PCF takes two polynomials, not {len(parts)}; write a formula like PCF(2n+1, n^2)")
    return PCF(
        parse_polynomial(parts[0], what="a(n)", offset=start),
        parse_polynomial(parts[1], what="b(n)", offset=start + len(parts[0]) + 1),
    )


def _trimmed(coefficients: object) -> bool:
    """Return whether these are coefficients as they are kept: nearly all are, and need not be looked at one by one."""
    return type(coefficients) is tuple and set(map(type, coefficients)) == {int} and coefficients[-1] != 0


def shorten(text: str) -> str:
    """Quote a text in a message, its first 57 characters where it is longer than 60."""
    return repr(text if len(text) <= 60 else text[:57] + "...")


def _horner(coefficients: tuple[int, ...], n: int) -> int:
    value = 0
    for c in reversed(coefficients):
        value = value * n + c
    return value


def _coefficients(polynomial: fmpz_poly) -> tuple[int, ...]:
    return tuple(int(c) for c in polynomial.coeffs())


def _largest_deflation(content_a: int, content_b: int) -> int:
    """Return the largest c with c | content_a and c^2 | content_b."""
    common = gcd(content_a, content_b)
    if common == 1:
        return 1
    c = 1
    for prime, _ in fmpz(common).factor_smooth(_FACTOR_BITS):
        while content_a % (p := int(prime)) == 0 and content_b % (p * p) == 0:
            c, content_a, content_b = c * p, content_a // p, content_b // (p * p)
    while (common := gcd(content_a, content_b)) > 1 and (step := gcd(common, content_b // common)) > 1:
        c, content_a, content_b = c * step, content_a // step, content_b // (step * step)
    return c


def _deflating_factors(a: fmpz_poly, b: fmpz_poly) -> list[fmpz_poly]:
    """Return the irreducible p, with no integer root n >= 0, that may divide h; chains p(n), p(n-1), ... in order.

    In a chain of shifts each factor competes with its two neighbours only, so taking from one end is maximal.
    """
    common = a.gcd(b)
    if common.degree() > 0:
        common = common.gcd(b(fmpz_poly([1, 1])))
    if common.degree() < 1:
        return []
    factors = [p for p, _ in common.factor()[1] if not _has_natural_root(p)]
    return sorted(factors, key=lambda p: (_mean_root(p), _coefficients(p)))


def _mean_root(p: fmpz_poly) -> Fraction:
    degree = p.degree()
    return Fraction(-int(p[degree - 1]), int(p[degree]) * degree)


def _has_natural_root(p: fmpz_poly) -> bool:
    return p.degree() == 1 and p[0] % p[1] == 0 and -p[0] // p[1] >= 0
