"""A relation that was found of a number: the value, its JSON, how it is made and verified.

Relations are sought in `search` and written in `text`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, cast

from flint import acb, arb, ctx, fmpz_poly
from gmpy2 import mpz

from catalog import vocabulary
from catalog.constants.expressions import parse_expression, to_latex
from catalog.errors import FormularyError
from indexer.mathematics.numbers.decimals import LOG2_10, bits_for
from indexer.mathematics.relations.radicals import algebraic_text
from indexer.mathematics.relations.search import (
    VERSION,
    accurate_digits,
    digit_sum,
    normal_moebius,
    residual_digits,
)
from indexer.mathematics.relations.text import rational_text
from indexer.mathematics.relations.writing import value_text

FURTHER_DIGITS = 40
"""Decimal digits beyond those of the search to which both sides must agree to be verified."""

GUARD_DIGITS = 8
"""Decimal digits that a verification evaluates beyond those it asks for."""

MAX_CANCELLATION_BITS = 1 << 14
"""Bits beyond those asked for and those of the coefficients at which a value lost in cancellation is given up."""

Kind = Literal["rational", "algebraic", "moebius", "linear", "quotient", "product", "expression", "equation"]
Proof = vocabulary.Proof | Literal["matched"]


@dataclass(frozen=True, slots=True)
class Relation:
    """A relation of a limit (or of a number) L with named constants or with integers alone.

    `coefficients` are [x, y, z, w] of L = (x + y c)/(z + w c) for `moebius`; `polynomial` is [x_0, x_1, ...] of
    x_0 + x_1 L + ... = 0 for `algebraic` and [-p, q] for a `rational` limit p/q; for `linear` the coefficients
    [x_0, x_1, ..., x_k] mean x_0 L + x_1 c_1 + ... + x_k c_k = 0. `terms` are expressions for
    `catalog.constants.expressions`, one for each name. `proof` is `numerical` (one precision), `verified` (both
    sides anew with further digits), `closed_form` (exact derivation, theorem in `method`), `theorem` (a
    certificate that the checker accepts), or `matched` (a typed number, which cannot be evaluated anew).
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

    def _repr_latex_(self) -> str:
        """Return what a notebook shows: the equation, and what stands behind it."""
        try:
            right = to_latex(parse_expression(self.expression))
        except FormularyError:  # an equation of L, such as that of an algebraic number of degree 5
            right = f"\\texttt{{{self.expression.replace('_', chr(92) + '_').replace('^', chr(92) + '^{}')}}}"
        return f"$\\displaystyle L = {right} \\quad \\text{{({self.proof.replace('_', ' ')})}}$"

    def to_json(self) -> dict[str, object]:
        """Return the object of the JSON contract, integers beyond 2^53 as strings."""
        result: dict[str, object] = {"kind": self.kind}
        if self.kind == "moebius":
            result["constant"] = self.constants[0]
        elif self.constants:
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
    """Return an integer as JSON holds it exactly: a number up to 2^53, a string beyond."""
    return x if abs(x) <= 2**53 else mpz(x).digits()


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
    """Return a Moebius relation with its text."""
    normal = normal_moebius(coefficients)
    text = value_text(normal, term)
    return Relation("moebius", text, digits_used, digits_verified, proof, method, (constant,), (term,), normal)


def rational_relation(
    value: Fraction, *, digits_used: int, digits_verified: int, proof: Proof, method: str
) -> Relation:
    """Return a rational limit p/q as a relation, polynomial [-p, q]."""
    polynomial = (-value.numerator, value.denominator)
    text = rational_text(value)
    return Relation("rational", text, digits_used, digits_verified, proof, method, polynomial=polynomial)


def algebraic_relation(
    polynomial: Sequence[int], root: arb, *, digits_used: int, digits_verified: int, proof: Proof, method: str
) -> Relation:
    """Return the root of an irreducible polynomial that `root` encloses as a relation."""
    kind: Kind = "rational" if len(polynomial) == 2 else "algebraic"
    text = algebraic_text(polynomial, root)
    return Relation(kind, text, digits_used, digits_verified, proof, method, polynomial=tuple(polynomial))


def moebius_value(coefficients: Sequence[int], constant: arb) -> arb:
    """Return (x + y c)/(z + w c) as a ball, at the precision of the flint context."""
    x, y, z, w = coefficients
    return (x + y * constant) / (z + w * constant)


def moebius_image(coefficients: Sequence[int], constant: Callable[[int], arb], bits: int) -> arb:
    """Return (x + y c)/(z + w c) to `bits` bits, c evaluated with as many bits as the cancellation takes.

    The bits are relative, absolute where the value is below one. z + w c loses as many bits as it is smaller than its
    terms, for coefficients of s digits most often s digits; where MAX_CANCELLATION_BITS more do not suffice the ball is
    wider than asked for. Raises what `constant` raises.
    """
    size = max(abs(k) for k in coefficients).bit_length()
    guard = 2 * size + 32
    while True:
        with ctx.workprec(bits + guard):
            value = moebius_value(coefficients, constant(bits + guard))
            lacking = bits - int(accurate_digits(value) * LOG2_10)
        if lacking <= 0 or guard > size + MAX_CANCELLATION_BITS:
            return value
        guard = 2 * guard + lacking


Agreement = Literal["agree", "differ", "open"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two sides evaluated anew: whether they agree, differ, or are known to too few digits to tell.

    `digits` are those to which they agree, 0 where they differ; `left` and `right` those to which each side is known.
    """

    outcome: Agreement
    digits: int
    left: int
    right: int


def compare(
    left: Callable[[int], arb], right: Callable[[int], arb], digits: int, asked: int | None = None
) -> Comparison:
    """Compare two sides, both evaluated anew: they must agree to at least `digits` digits.

    `left` and `right` take a precision in bits, that of `asked` digits (by default `digits`), and return enclosures.
    The difference must contain zero and its ball must be below 10^-digits, relative to max(1, |left|): an absolute
    residual, never a signed one. Two disjoint enclosures differ; any other pair is open.
    """
    bits = bits_for(max(digits, asked or 0) + GUARD_DIGITS)
    with ctx.workprec(bits + 32):
        first, second = left(bits), right(bits)
        agreed = residual_digits(first, second)
        known = accurate_digits(first), accurate_digits(second)
    if agreed is None:
        differ = first.is_finite() and second.is_finite()
        return Comparison("differ" if differ else "open", 0, *known)
    return Comparison("agree" if agreed >= digits else "open", agreed, *known)


def verify(
    left: Callable[[int], arb], right: Callable[[int], arb], digits: int, asked: int | None = None
) -> int | None:
    """Return the digits to which two sides agree when both are evaluated anew, None where they are fewer than `digits`.

    See `compare`.
    """
    found = compare(left, right, digits, asked)
    return found.digits if found.outcome == "agree" else None


def real_root(polynomial: Sequence[int], near: arb, bits: int) -> arb:
    """Return the real root of a polynomial that lies nearest to a ball, evaluated anew to `bits` bits."""
    with ctx.workprec(bits + 32):
        if len(polynomial) == 3:
            x, y, z = polynomial
            side = arb(y * y - 4 * x * z).sqrt()
            return ((side if (2 * z * near + y).mid() > 0 else -side) - y) / (2 * z)
        pairs = cast("list[tuple[acb, int]]", fmpz_poly(list(polynomial)).complex_roots())
        roots: list[arb] = [root.real for root, _ in pairs if root.imag.contains(0)]
        return min(roots, key=lambda root: float(abs(root.mid() - near.mid())))
