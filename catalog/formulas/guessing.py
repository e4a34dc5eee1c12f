"""The rule behind the first terms of a continued fraction, guessed from the terms as they are written.

A rule is a period of rational functions of k. It is a guess, and whoever shows it says so: a polynomial of degree d is
accepted from d + 2 terms; terms that are written alike, such as 1^6, 2^6, or 1*3, 3*7, 5*19, from fewer, each number in
them by itself.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from flint import fmpq, fmpq_poly
from gmpy2 import iroot, mpz

from catalog.formulas.interlaced import FractionTerm
from catalog.formulas.term_functions import TermFunction, read_function

MAX_FIRST = 2
"""First terms that may break the rule."""
MAX_PERIOD = 4
"""Longest period that is tried."""

MAX_REPEATED = 40
"""Longest period of constant terms, which must be written twice."""
LEAST_SHARED = 2
"""Terms that must follow the rule of others to have it too, as in 1, 1, 2, 2, 3."""
MAX_POWER = 8
"""Highest power that all of a few terms may be."""

_INTEGER = re.compile(r"[0-9]+")


Rule = tuple[list[FractionTerm], list[FractionTerm]]
"""First terms, and a period."""


@dataclass(frozen=True)
class Entry:
    """A number of a fraction, with its text where it stands there as it is."""

    value: Fraction
    text: str = ""


def guess(denominators: Sequence[Entry], numerators: Sequence[Entry]) -> Rule | None:
    """First terms and a period that give these A_0, A_1, ... and B_1, B_2, ...; None where no rule is seen.

    The shortest rule is taken: the fewest exceptional terms and the shortest period together.
    """
    for total in range(1, MAX_FIRST + MAX_PERIOD + 1):
        for period in range(1, min(total, MAX_PERIOD) + 1):
            first = total - period
            if first <= MAX_FIRST and (found := _rule(denominators, numerators, first, period)):
                return found
    return _repeated(denominators, numerators) or _over_its_rule(denominators, numerators)


def _over_its_rule(denominators: Sequence[Entry], numerators: Sequence[Entry]) -> Rule | None:
    """The rule of A_0 + B_1/(A_1 + ...) where B_1 alone breaks it, as in 4/(1 + 1^2/(3 + 2^2/(5 + ...)))."""
    below = [(k - 1, entry) for k, entry in enumerate(denominators[1:])]
    a, b = _fit_all([below]), _fit_all([[*enumerate(numerators[1:])]])
    if a is None or b is None:
        return None
    first = [FractionTerm(TermFunction.of(denominators[0].value), TermFunction.of(1))]
    first.append(FractionTerm(TermFunction.of(denominators[1].value), TermFunction.of(numerators[0].value)))
    return first, [FractionTerm(a[0], b[0])]


def _repeated(denominators: Sequence[Entry], numerators: Sequence[Entry]) -> Rule | None:
    """First terms and a period of constants, which stands there twice at least."""
    above = [Fraction(1), *(entry.value for entry in numerators)]
    pairs = list(zip((entry.value for entry in denominators), above, strict=False))
    for period in range(1, MAX_REPEATED + 1):
        for first in range(MAX_FIRST + 1):
            rest = pairs[first:]
            if len(rest) >= 2 * period and first and rest[period:] == rest[:-period]:
                terms = [FractionTerm(TermFunction.of(a), TermFunction.of(b)) for a, b in pairs[: first + period]]
                return terms[:first], terms[first:]
    return None


def _rule(denominators: Sequence[Entry], numerators: Sequence[Entry], first: int, period: int) -> Rule | None:
    below, above = [], []
    for place in range(first, first + period):
        below.append([(k, entry) for k, entry in enumerate(denominators[place::period])])
        late = 0 if place else 1  # B_0 stands nowhere
        above.append([(k + late, entry) for k, entry in enumerate(numerators[place - 1 + late * period :: period])])
    a, b = _fit_all(below), _fit_all(above)
    if a is None or b is None:
        return None
    terms = [FractionTerm(*pair) for pair in zip(a, b, strict=True)]
    one = TermFunction.of(1)
    exceptional = [
        FractionTerm(
            TermFunction.of(denominators[place].value),
            TermFunction.of(numerators[place - 1].value) if place else one,
        )
        for place in range(first)
    ]
    return exceptional, terms


def _fit_all(columns: Sequence[Sequence[tuple[int, Entry]]]) -> list[TermFunction] | None:
    """The rule of each column; one that is too short to have its own has that of another, or its neighbour's."""
    found = [_fit(points) for points in columns]
    known = [rule for rule in found if rule is not None]
    for i, points in enumerate(columns):
        if found[i] is None and len(points) >= LEAST_SHARED:
            moved = (rule.moved(by) for rule in known for by in (0, -1, 1))
            found[i] = next((rule for rule in moved if all(rule.at(k) == entry.value for k, entry in points)), None)
    rules = [rule for rule in found if rule is not None]
    return rules if len(rules) == len(columns) else None


def _fit(points: Sequence[tuple[int, Entry]]) -> TermFunction | None:
    if len(points) < 2:
        return None
    values = [(k, entry.value) for k, entry in points]
    if polynomial := _interpolated(values, len(points) - 2):
        return TermFunction(polynomial, fmpq_poly([1]))
    if written := _written_alike(points) or _powers(values):
        return written
    if all(value for _, value in values):
        inverse = _interpolated([(k, 1 / value) for k, value in values], len(points) - 2)
        return TermFunction(fmpq_poly([1]), inverse) if inverse else None
    return None


def _powers(values: Sequence[tuple[int, Fraction]]) -> TermFunction | None:
    """The rule of three terms and more that are powers of an arithmetic progression, such as 1, 4, 9; up to sign."""
    sign = -1 if values[0][1] < 0 else 1
    numbers = [sign * value for _, value in values]
    if len(values) < 3 or any(number <= 0 or number.denominator != 1 for number in numbers):
        return None
    for power in range(MAX_POWER, 1, -1):
        roots = [iroot(mpz(number.numerator), power) for number in numbers]
        if all(exact for _, exact in roots):
            points = [(k, Fraction(int(root))) for (k, _), (root, _) in zip(values, roots, strict=True)]
            if (base := _interpolated(points, 1)) and base.degree() == 1:
                return TermFunction(sign * base**power, fmpq_poly([1]))
    return None


def _interpolated(values: Sequence[tuple[int, Fraction]], degree: int) -> fmpq_poly | None:
    """The polynomial through all points, where its degree is at most `degree`; None else, and for zero."""
    total = fmpq_poly([])
    for k, value in values:
        factor = fmpq_poly([fmpq(value.numerator, value.denominator)])
        for other, _ in values:
            if other != k:
                factor = factor * fmpq_poly([-other, 1]) / (k - other)
        total = total + factor
    return total if total and total.degree() <= degree else None


def _written_alike(points: Sequence[tuple[int, Entry]]) -> TermFunction | None:
    """The rule of texts that differ in their numbers only, each number by itself."""
    texts = [entry.text for _, entry in points]
    shape = _INTEGER.sub("#", texts[0])
    if not shape or any(_INTEGER.sub("#", text) != shape for text in texts):
        return None
    columns = list(zip(*(map(Fraction, _INTEGER.findall(text)) for text in texts), strict=True))
    if len(columns) < 2:
        return None
    rules = []
    for column in columns:
        numbers = [(k, value) for (k, _), value in zip(points, column, strict=True)]
        rule = _interpolated(numbers, min(2, len(points) - 1))
        if rule is None:
            return None
        rules.append(iter([f"({_text(rule)})"]))
    text = re.sub("#", lambda _: next(rules.pop(0)), shape)
    return read_function(text, "the rule")[0]


def _text(polynomial: fmpq_poly) -> str:
    return "+".join(f"({c.p}/{c.q})*k^{power}" for power, c in enumerate(polynomial.coeffs()))
