"""What was found about a number: the relation as a value, its text, its JSON, and its verification.

The search itself stands in `relations.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd
from typing import Literal, cast

from flint import acb, arb, ctx, fmpz_poly
from gmpy2 import mpz

from catalog import vocabulary
from indexer.mathematics.numbers.decimals import bits_for
from indexer.mathematics.relations.search import VERSION, digit_sum, normal_moebius, residual_digits

FURTHER_DIGITS = 40
"""Decimal digits beyond those of the search to which both sides must agree to be verified."""

GUARD_DIGITS = 8
"""Decimal digits that a verification evaluates beyond those it asks for."""

Kind = Literal["rational", "algebraic", "moebius", "linear"]
Proof = vocabulary.Proof | Literal["matched"]


@dataclass(frozen=True, slots=True)
class Relation:
    """A relation of a limit (or of a number) L with named constants or with integers alone.

    `coefficients` are [x, y, z, w] of L = (x + y c)/(z + w c) for `moebius`; `polynomial` is [x_0, x_1, ...] of
    x_0 + x_1 L + ... = 0 for `algebraic` and [-p, q] for a `rational` limit p/q; for `linear` the coefficients
    [x_0, x_1, ..., x_k] mean x_0 L + x_1 c_1 + ... + x_k c_k = 0. `terms` are expressions for
    `catalog.constants.expressions`, one for each name. `proof` is `numerical` (one precision), `verified` (both
    sides anew with further digits), `closed_form` (exact derivation, theorem in `method`), or `matched` (a typed
    number, which cannot be evaluated anew).
    """

    kind: Kind
    expression: str
    digits_used: int
    digits_verified: int
    proof: Proof
    method: str
    constants: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    coefficients: tuple[int, ...] | None = None
    polynomial: tuple[int, ...] | None = None
    version: str = VERSION

    @property
    def constant(self) -> str | None:
        """Name of the constant of a Moebius relation, None otherwise."""
        return self.constants[0] if self.kind == "moebius" else None

    @property
    def size(self) -> int:
        """Decimal digits of all coefficients together: the smaller, the simpler."""
        return digit_sum(self.coefficients or self.polynomial or ())

    def to_json(self) -> dict[str, object]:
        """The object of the JSON contract, integers beyond 2^53 as strings."""
        result: dict[str, object] = {"kind": self.kind}
        if self.kind == "moebius":
            result["constant"] = self.constants[0]
        elif self.kind == "linear":
            result["constants"] = list(self.constants)
        if self.coefficients is not None:
            result["coefficients"] = [json_integer(x) for x in self.coefficients]
        if self.polynomial is not None:
            result["polynomial"] = [json_integer(x) for x in self.polynomial]
        return result | {
            "expression": self.expression,
            "digits_used": self.digits_used,
            "digits_verified": self.digits_verified,
            "proof": self.proof,
            "method": self.method,
            "version": self.version,
        }


def json_integer(x: int) -> int | str:
    """An integer as JSON holds it exactly: a number up to 2^53, a string beyond."""
    return x if abs(x) <= 2**53 else mpz(x).digits()


# ------------------------------------------------------------------ texts


def rational_text(value: Fraction) -> str:
    """A fraction as text, "p/q" or "p", of any length."""
    numerator = mpz(value.numerator).digits()
    return numerator if value.denominator == 1 else f"{numerator}/{mpz(value.denominator).digits()}"


def quadratic_text(polynomial: Sequence[int], root: arb) -> str:
    """The root of x + y L + z L^2 that lies nearest to `root`, in radicals.

    >>> quadratic_text((-1, -1, 1), arb("1.6180339887"))
    '(1 + sqrt(5))/2'
    """
    x, y, z = polynomial
    radicand, outer = _square_free(y * y - 4 * x * z)
    above = bool((2 * z * root + y).mid() > 0)
    centre, side, below = -y, outer if above else -outer, 2 * z
    common = gcd(centre, side, below)
    if below < 0:
        common = -common
    centre, side, below = centre // common, side // common, below // common
    return _quotient(_sum(centre, side, f"sqrt({radicand})"), str(below) if below != 1 else "")


def _square_free(n: int) -> tuple[int, int]:
    """(d, s) with n = s^2 d, squares of small primes taken out."""
    square, p = 1, 2
    while p * p <= abs(n) and p < 10_000:
        while n % (p * p) == 0:
            n //= p * p
            square *= p
        p += 1
    return n, square


def algebraic_text(polynomial: Sequence[int], root: arb) -> str:
    """An algebraic number as text: radicals for degree 2 and for pure roots, else the polynomial and where."""
    degree = len(polynomial) - 1
    if degree == 1:
        return rational_text(Fraction(-polynomial[0], polynomial[1]))
    if degree == 2:
        return quadratic_text(polynomial, root)
    if not any(polynomial[1:-1]):
        power = Fraction(-polynomial[0], polynomial[-1])
        sign = "" if root > 0 else "-"
        if power > 0 or degree % 2:
            base = str(abs(power)) if power.denominator == 1 else f"({abs(power)})"
            return f"{sign}{base}^(1/{degree})"
    terms = " + ".join(f"{x}*x^{k}" for k, x in enumerate(polynomial) if x)
    return f"root of {terms} near {float(root.mid()):.12g}".replace("*x^0", "").replace("+ -", "- ")


def moebius_text(coefficients: Sequence[int], term: str) -> str:
    """(x + y c)/(z + w c) with the expression `term` for c, readable and parsable.

    >>> moebius_text((0, -1, 2, -1), "e"), moebius_text((4, 0, 0, 1), "pi")
    ('e/(e - 2)', '4/pi')
    """
    flipped = tuple(-k for k in coefficients)
    x, y, z, w = min(tuple(coefficients), flipped, key=lambda row: sum(k < 0 for k in row))
    inner = bracketed(term)
    return _quotient(_sum(x, y, inner), "" if (z, w) == (1, 0) else _sum(z, w, inner))


def linear_text(coefficients: Sequence[int], terms: Sequence[str]) -> str:
    """L from x_0 L + x_1 c_1 + ... = 0, for the terms c_1, ...

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


def _product(x: int, term: str) -> str:
    return str(x) if term == "1" else term if x == 1 else f"{x}*{term}"


def _sum(x: int, y: int, term: str) -> str:
    """X + y*term."""
    if y == 0:
        return str(x)
    piece = _product(abs(y), term)
    if x == 0:
        return piece if y > 0 else f"-{piece}"
    if x < 0 < y:
        return f"{piece} - {-x}"
    return f"{x} {'+' if y > 0 else '-'} {piece}"


def _top_level(text: str) -> str:
    """The characters of a text outside all brackets."""
    depth, kept = 0, []
    for character in text:
        depth -= character == ")"
        if depth == 0:
            kept.append(character)
        depth += character == "("
    return "".join(kept)


def bracketed(term: str) -> str:
    """An expression as a factor: in brackets where it is a sum."""
    return f"({term})" if _is_sum(term) else term


def _is_sum(text: str) -> bool:
    return any(sign in _top_level(text) for sign in "+-")


def _quotient(above: str, below: str) -> str:
    """above/below with the brackets that precedence asks for."""
    if not below:
        return above
    if _is_sum(above.removeprefix("-")):
        above = f"({above})"
    if any(sign in _top_level(below) for sign in "+-*/"):
        below = f"({below})"
    return f"{above}/{below}"


# ------------------------------------------------------------------ relations made and verified


def moebius_relation(
    constant: str,
    term: str,
    coefficients: Sequence[int],
    *,
    digits_used: int,
    digits_verified: int,
    proof: Proof,
    method: str,
) -> Relation:
    """A Moebius relation with its text."""
    normal = normal_moebius(coefficients)
    return Relation(
        "moebius", moebius_text(normal, term), digits_used, digits_verified, proof, method, (constant,), (term,), normal
    )


def rational_relation(
    value: Fraction, *, digits_used: int, digits_verified: int, proof: Proof, method: str
) -> Relation:
    """A rational limit p/q as a relation, polynomial [-p, q]."""
    polynomial = (-value.numerator, value.denominator)
    text = rational_text(value)
    return Relation("rational", text, digits_used, digits_verified, proof, method, polynomial=polynomial)


def algebraic_relation(
    polynomial: Sequence[int], root: arb, *, digits_used: int, digits_verified: int, proof: Proof, method: str
) -> Relation:
    """A root of an irreducible polynomial as a relation, `root` telling which."""
    kind: Kind = "rational" if len(polynomial) == 2 else "algebraic"
    text = algebraic_text(polynomial, root)
    return Relation(kind, text, digits_used, digits_verified, proof, method, polynomial=tuple(polynomial))


def moebius_value(coefficients: Sequence[int], constant: arb) -> arb:
    """(x + y c)/(z + w c) as a ball, at the precision of the flint context."""
    x, y, z, w = coefficients
    return (x + y * constant) / (z + w * constant)


def verify(
    left: Callable[[int], arb], right: Callable[[int], arb], digits: int, asked: int | None = None
) -> int | None:
    """Digits to which two sides agree when both are evaluated anew, None where these are fewer than `digits`.

    `left` and `right` take a precision in bits, that of `asked` digits (by default `digits`), and return enclosures.
    The difference must contain zero and its ball must be below 10^-digits, relative to max(1, |left|): an absolute
    residual, never a signed one.
    """
    bits = bits_for(max(digits, asked or 0) + GUARD_DIGITS)
    with ctx.workprec(bits + 32):
        agreed = residual_digits(left(bits), right(bits))
    return agreed if agreed is not None and agreed >= digits else None


def real_root(polynomial: Sequence[int], near: arb, bits: int) -> arb:
    """The real root of a polynomial that lies nearest to a ball, evaluated anew to `bits` bits."""
    with ctx.workprec(bits + 32):
        if len(polynomial) == 3:
            x, y, z = polynomial
            side = arb(y * y - 4 * x * z).sqrt()
            return ((side if (2 * z * near + y).mid() > 0 else -side) - y) / (2 * z)
        pairs = cast("list[tuple[acb, int]]", fmpz_poly(list(polynomial)).complex_roots())
        roots: list[arb] = [root.real for root, _ in pairs if root.imag.contains(0)]
        return min(roots, key=lambda root: float(abs(root.mid() - near.mid())))
