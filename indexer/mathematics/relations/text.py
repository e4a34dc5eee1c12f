"""Relations as text that can be read and parsed: fractions, radicals, Moebius maps and linear combinations."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import gcd

from flint import arb
from gmpy2 import mpz

from indexer.mathematics.numbers.squares import square_part


def rational_text(value: Fraction) -> str:
    """Return a fraction as text, "p/q" or "p", of any length."""
    numerator = mpz(value.numerator).digits()
    return numerator if value.denominator == 1 else f"{numerator}/{mpz(value.denominator).digits()}"


def quadratic_text(polynomial: Sequence[int], root: arb) -> str:
    """Return the root of x + y L + z L^2 that lies nearest to `root`, in radicals.

    >>> quadratic_text((-1, -1, 1), arb("1.6180339887"))
    '(1 + sqrt(5))/2'
    """
    x, y, z = polynomial
    outer, radicand = square_part(y * y - 4 * x * z)
    above = bool((2 * z * root + y).mid() > 0)
    centre, side, below = -y, outer if above else -outer, 2 * z
    common = gcd(centre, side, below)
    if below < 0:
        common = -common
    centre, side, below = centre // common, side // common, below // common
    return _quotient(_sum(centre, side, f"sqrt({radicand})"), str(below) if below != 1 else "")


def moebius_text(coefficients: Sequence[int], term: str) -> str:
    """Return (x + y c)/(z + w c) with the expression `term` for c, readable and parsable.

    For any term; `writing.value_text` knows what a constant is made of, and is shorter.

    >>> moebius_text((0, -1, 2, -1), "e"), moebius_text((-2, -1, 1, 0), "L2")
    ('e/(e - 2)', '-2 - L2')
    """
    flipped = tuple(-k for k in coefficients)
    x, y, z, w = min(tuple(coefficients), flipped, key=lambda row: (row[3] == 0 > row[2], sum(k < 0 for k in row)))
    inner = bracketed(term)
    return _quotient(_sum(x, y, inner), "" if (z, w) == (1, 0) else _sum(z, w, inner))


def linear_text(coefficients: Sequence[int], terms: Sequence[str]) -> str:
    """Return L from x_0 L + x_1 c_1 + ... = 0, for the terms c_1, ...

    >>> linear_text((2, -1, 3), ("pi", "log(2)"))
    '(pi - 3*log(2))/2'
    """
    first, *rest = coefficients
    sign = -1 if first > 0 else 1
    parts = [(sign * x, bracketed(t)) for x, t in zip(rest, terms, strict=True) if x]
    text = ""
    for x, term in parts:
        piece = _product(abs(x), term)
        text = f"{text} {'-' if x < 0 else '+'} {piece}" if text else ("-" if x < 0 else "") + piece
    return _quotient(text, str(abs(first)) if abs(first) != 1 else "")


def quotient_text(upper: Sequence[int], above: Sequence[str], lower: Sequence[int], below: Sequence[str]) -> str:
    """Return a quotient of two linear forms, with as few minus signs as both allow.

    >>> quotient_text((3, -2), ("1", "1/pi"), (-1, 1), ("1", "pi^2"))
    '(3 - 2*1/pi)/(pi^2 - 1)'
    """
    negative, positive = (sum(x * sign > 0 for x in (*upper, *lower)) for sign in (-1, 1))
    alone = [x for x in lower if x]
    flip = -1 if (alone[0] < 0 if len(alone) == 1 else negative > positive) else 1
    parts = [_form([flip * x for x in row], terms) for row, terms in ((upper, above), (lower, below))]
    return _quotient(parts[0], "" if parts[1] == "1" else parts[1])


def _form(coefficients: Sequence[int], terms: Sequence[str]) -> str:
    """Return a linear form, a positive term first where there is one."""
    parts = [(x, bracketed(t)) for x, t in zip(coefficients, terms, strict=True) if x]
    parts.sort(key=lambda part: part[0] < 0)
    text = ""
    for x, term in parts:
        piece = _product(abs(x), term)
        text = f"{text} {'-' if x < 0 else '+'} {piece}" if text else ("-" if x < 0 else "") + piece
    return text or "0"


def _product(x: int, term: str) -> str:
    return str(x) if term == "1" else term if x == 1 else f"{x}*{term}"


def _sum(x: int, y: int, term: str) -> str:
    """Return x + y*term."""
    if y == 0:
        return str(x)
    piece = _product(abs(y), term)
    if x == 0:
        return piece if y > 0 else f"-{piece}"
    if x < 0 < y:
        return f"{piece} - {-x}"
    return f"{x} {'+' if y > 0 else '-'} {piece}"


def top_level(text: str) -> str:
    """Return the characters of a text outside all brackets."""
    depth, kept = 0, []
    for character in text:
        depth -= character == ")"
        if depth == 0:
            kept.append(character)
        depth += character == "("
    return "".join(kept)


def bracketed(term: str) -> str:
    """Return an expression as a factor: in brackets where it is a sum."""
    return f"({term})" if _is_sum(term) else term


def _is_sum(text: str) -> bool:
    return any(sign in top_level(text) for sign in "+-")


def _quotient(above: str, below: str) -> str:
    """Return above/below with the brackets that precedence asks for."""
    if not below:
        return above
    if _is_sum(above.removeprefix("-")):
        above = f"({above})"
    if any(sign in top_level(below) for sign in "+-*/"):
        below = f"({below})"
    return f"{above}/{below}"
