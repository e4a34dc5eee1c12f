"""What a typed number may be: relations with the library that match its digits, the simplest first.

A typed number cannot be evaluated anew, so that its relations are `matched`, never verified; each says how many digits
stand behind it. Formulas, which can be, are identified in `identify.py`; one relation with several constants is sought
in `several.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import log10
from typing import Literal

from flint import arb, ctx

from catalog.constants import evaluation
from catalog.errors import ExpressionError
from indexer.identification.library import NamedConstant, scaled_constant
from indexer.mathematics.numbers.decimals import bits_for
from indexer.mathematics.relations.relation import (
    Relation,
    algebraic_relation,
    moebius_relation,
    moebius_value,
    rational_relation,
    real_root,
)
from indexer.mathematics.relations.search import (
    DIGITS,
    Attempt,
    algebraic,
    digit_sum,
    moebius_scaled,
    rational,
    residual_digits,
    scale,
)

MIN_DIGITS = 12
"""Significant digits below which a number is not searched for: simple relations match by chance."""

SAFETY_DIGITS = 5
"""Digits by which a match must beat chance over the whole library: 10^-5 false matches are expected."""

MAX_DEGREE = 8
"""Highest degree of a polynomial relation that is sought."""

_NUMBER = re.compile(r"[+-]?(\d+)(?:\.(\d*))?|[+-]?\.(\d+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Number:
    """A decimal number as typed: the last digit may be off by one; `digits` are significant."""

    text: str
    ball: arb
    digits: int


@dataclass(frozen=True, slots=True)
class NumberIdentification:
    """What a number matches, simplest first; `reason` is one sentence where nothing does."""

    value: str
    digits: int
    outcome: Literal["found", "excluded", "too_few_digits"]
    relations: tuple[Relation, ...] = ()
    digits_needed: int | None = None
    reason: str | None = None

    def to_json(self) -> dict[str, object]:
        """Return the object of the JSON contract."""
        return {
            "value": self.value,
            "digits": self.digits,
            "outcome": self.outcome,
            "relations": [relation.to_json() for relation in self.relations],
            "digits_needed": self.digits_needed,
            "reason": self.reason,
        }


def parse_number(text: str) -> Number:
    """Read a decimal number; leading zeros are no digits of it, trailing ones are.

    Raises ExpressionError for anything else, in particular for an exponent.

    >>> parse_number("-0.0123").digits
    3
    """
    text = text.strip().replace("\N{MINUS SIGN}", "-")
    if re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)[eE][+-]?\d+", text, re.ASCII):
        raise ExpressionError(f"{_short(text)} has an exponent; write the number out, such as 0.0015 for 1.5e-3")
    if not _NUMBER.fullmatch(text):
        raise ExpressionError(f"{_short(text)!r} is not a decimal number; write digits with at most one point")
    sign, plain = (-1 if text[0] == "-" else 1), text.lstrip("+-")
    whole, _, decimals = plain.partition(".")
    digits = len((whole + decimals).lstrip("0"))
    with ctx.workprec(bits_for(len(plain)) + 64):
        unit = arb(10) ** -len(decimals)
        ball = sign * int(whole + decimals) * unit + unit * arb(0, 1)
    return Number(text, ball, digits)


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:37]}..."


def identify_number(text: str, library: Iterable[NamedConstant] = (), degree: int = 2) -> NumberIdentification:
    """Return what a typed number matches: rational, algebraic up to `degree`, Moebius maps of the library's members."""
    number = parse_number(text)
    constants = list(library)
    if (refusal := too_few_digits(number)) is not None:
        return refusal
    exact = _exact(number, degree)
    if exact is not None:
        return NumberIdentification(number.text, number.digits, "found", (exact,))
    attempts = list(_attempts(number, constants))
    margin = SAFETY_DIGITS + log10(len(constants) + 1)
    matches = [
        match
        for constant, attempt in attempts
        if attempt.coefficients and digit_sum(attempt.coefficients) + margin <= number.digits
        for match in _matched(number, constant, attempt)
    ]
    if matches:
        ranked = sorted(matches, key=lambda m: (m[1].size, len(m[1].expression), m[0]))
        return NumberIdentification(number.text, number.digits, "found", tuple(relation for _, relation in ranked))
    return unmatched(number, [attempt for _, attempt in attempts])


def too_few_digits(number: Number) -> NumberIdentification | None:
    """Return the refusal of a number with so few digits that simple relations match by chance, None for others."""
    if number.digits >= MIN_DIGITS:
        return None
    reason = f"{number.digits} digits are too few to tell a relation from chance; give at least {MIN_DIGITS}"
    return NumberIdentification(number.text, number.digits, "too_few_digits", (), MIN_DIGITS, reason)


def _exact(number: Number, degree: int) -> Relation | None:
    """Return the relation of a rational or algebraic number, which needs no constant."""
    fraction = rational(number.ball, number.digits)
    if fraction is not None and digit_sum((fraction.numerator, fraction.denominator)) + SAFETY_DIGITS <= number.digits:
        return rational_relation(
            fraction,
            digits_used=number.digits,
            digits_verified=number.digits,
            proof="matched",
            method="continued fraction",
        )
    for k in range(2, min(degree, MAX_DEGREE) + 1):
        found = algebraic(number.ball, k, number.digits)
        polynomial = found.coefficients
        if polynomial is None or digit_sum(polynomial) + SAFETY_DIGITS > number.digits:
            continue
        root = real_root(polynomial, number.ball, bits_for(number.digits) + 32)
        if residual_digits(number.ball, root) is not None:
            return algebraic_relation(
                polynomial,
                number.ball,
                digits_used=number.digits,
                digits_verified=number.digits,
                proof="matched",
                method="lll",
            )
    return None


def _attempts(number: Number, constants: Sequence[NamedConstant]) -> Iterator[tuple[NamedConstant, Attempt]]:
    """Yield the search for each constant, with all digits where those of a usual search are too few."""
    usual = min(DIGITS, number.digits)
    scaled = {digits: scale(number.ball, digits) for digits in {usual, number.digits}}
    for constant in constants:
        value = scaled_constant(constant.expression, usual)
        if value is None:
            continue
        attempt = moebius_scaled(scaled[usual], value, usual)
        if attempt.outcome == "too_few_digits" and usual < number.digits:
            value = scaled_constant(constant.expression, number.digits)
            if value is not None:
                attempt = moebius_scaled(scaled[number.digits], value, number.digits)
        yield constant, attempt


def _matched(number: Number, constant: NamedConstant, attempt: Attempt) -> Iterator[tuple[float, Relation]]:
    """Yield the relation of an attempt that lies within a unit of the last digit typed, after its distance."""
    assert attempt.coefficients is not None
    bits = bits_for(number.digits) + 64
    with ctx.workprec(bits):
        value = moebius_value(attempt.coefficients, evaluation.evaluate(constant.expression, bits))
        agrees = residual_digits(number.ball, value) is not None
        distance = float(abs(number.ball.mid() - value.mid()))
    if agrees:
        yield (
            distance,
            moebius_relation(
                constant.name,
                constant.expression,
                attempt.coefficients,
                digits_used=attempt.digits,
                digits_verified=number.digits,
                proof="matched",
                method="lll",
            ),
        )


def unmatched(number: Number, attempts: Sequence[Attempt]) -> NumberIdentification:
    """Return what is said of a number that nothing matches: the bound, or the digits that would decide."""
    needed = [a.digits_needed for a in attempts if a.outcome == "too_few_digits" and a.digits_needed]
    if needed:
        reason = f"{min(needed)} digits would decide about a relation with long coefficients"
        return NumberIdentification(number.text, number.digits, "too_few_digits", (), min(needed), reason)
    bounds = [a.bound for a in attempts if a.outcome == "excluded"]
    limits = f" has all coefficients up to {min(bounds)}" if bounds else " was tried"
    reason = f"no relation with {len(bounds)} constants{limits}"
    return NumberIdentification(number.text, number.digits, "excluded", (), None, reason)
