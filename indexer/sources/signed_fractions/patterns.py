"""Patterns of quotients: from some term on, period m, each subsequence a polynomial in the number of the period.

Found by differences at lag m; a sequence that has none may still meet a linear recurrence over Q, found by
`linear_recurrence`. A pattern must hold for many more terms than determine it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import comb, floor, lcm

import numpy as np
from flint import fmpq, fmpq_poly

from catalog.formulas.interlaced import FractionTerm, Interlaced
from catalog.formulas.term_functions import TermFunction
from indexer.mathematics.numbers.recurrences import linear_recurrence
from indexer.sources.signed_fractions.expansions import Signs

Polynomial = tuple[Fraction, ...]
"""Coefficients of a polynomial in k, constant first, without zeros at the end; at least one."""

MAX_PERIOD = 30
"""Longest period that is looked for."""

MAX_DEGREE = 2
"""Highest degree of a subsequence."""

MORE_PERIODS = 4
"""Periods that must keep to a pattern beyond those that determine it."""

LEAST_MORE = 12
"""Terms that must do so at least."""

LEAST_TERMS = 40
"""Quotients below which nothing is looked for."""

LARGEST = 2**40
"""Size at which quotients are cut for the differences, taken in 64 bits; patterns are held against them all."""

SPARE_TERMS = 24
"""Terms beyond those that determine a linear recurrence which must meet it."""


@dataclass(frozen=True)
class Canonical:
    """A rule of quotients and signs without a beginning, k any integer; its period k = -`origin` begins at `start`."""

    signs: Signs
    subsequences: tuple[Polynomial, ...]
    start: int
    origin: int

    @property
    def key(self) -> tuple[Signs, tuple[Polynomial, ...]]:
        """What two fractions with one tail have in common."""
        return self.signs, self.subsequences


@dataclass(frozen=True)
class Pattern:
    """Quotients: `first` ones, then in turn the values of `subsequences` at k = 0, 1, 2, ...

    `signs` are those of the whole fraction, from its first quotient on.
    """

    first: tuple[int, ...]
    subsequences: tuple[Polynomial, ...]
    signs: Signs

    @property
    def period(self) -> int:
        """The number of subsequences, a multiple of the number of signs."""
        return len(self.subsequences)

    @property
    def tail_signs(self) -> Signs:
        """The signs after the quotients of one period."""
        start = len(self.first)
        return tuple(self.signs[(start + j) % len(self.signs)] for j in range(self.period))

    @property
    def degree(self) -> int:
        """The highest degree of a subsequence."""
        return max(len(polynomial) for polynomial in self.subsequences) - 1

    def quotient(self, i: int) -> Fraction:
        """The quotient number i."""
        if i < len(self.first):
            return Fraction(self.first[i])
        k, j = divmod(i - len(self.first), self.period)
        return value(self.subsequences[j], k)

    @property
    def fraction(self) -> Interlaced:
        """The continued fraction A_0 + s_0/(A_1 + ...), in which the sign before a term is the numerator above it."""
        start = len(self.first)
        return Interlaced(
            tuple(FractionTerm(TermFunction.of(a), self._sign_above(i)) for i, a in enumerate(self.first)),
            tuple(
                FractionTerm(
                    TermFunction(fmpq_poly([fmpq(c.numerator, c.denominator) for c in polynomial]), fmpq_poly([1])),
                    self._sign_above(start + j),
                )
                for j, polynomial in enumerate(self.subsequences)
            ),
        )

    def _sign_above(self, i: int) -> TermFunction:
        return TermFunction.of(self.signs[(i - 1) % len(self.signs)])

    def agrees(self, quotients: Sequence[int]) -> bool:
        """Whether all of these are its quotients."""
        return all(a == self.quotient(i) for i, a in enumerate(quotients))

    def canonical(self) -> Canonical:
        """The same for all fractions with one tail: the smallest period, begun where it comes first in order."""
        polynomials, signs = _shortest(self.subsequences, self.tail_signs)
        period = len(polynomials)
        choices = []
        for start in range(period):
            turned = [
                polynomials[start + j] if start + j < period else moved(polynomials[start + j - period], 1)
                for j in range(period)
            ]
            turned_signs = tuple(signs[(start + j) % period] for j in range(period))
            growing = next((p for p in turned if len(p) > 1), None)
            origin = 0
            if growing is not None and len(growing) == 2:
                origin = -floor(growing[0] / growing[1])
                turned = [moved(p, origin) for p in turned]
            choices.append(Canonical(turned_signs, tuple(turned), len(self.first) + start, origin))
        return min(choices, key=lambda choice: choice.key)


def find_pattern(quotients: Sequence[int], signs: Signs) -> Pattern | None:
    """Return the pattern with the shortest period and the lowest degree that the quotients show beyond chance."""
    if len(quotients) < LEAST_TERMS:
        return None
    longest = min(MAX_PERIOD, len(quotients) // 5)
    small = np.array([max(-LARGEST, min(a, LARGEST)) for a in quotients], dtype=np.int64)
    for period in range(1, longest + 1):
        differences = small
        for degree in range(min(MAX_DEGREE, len(quotients) // period - 2) + 1):
            differences = differences[period:] - differences[:-period]
            changing = np.flatnonzero(differences)
            first = int(changing[-1]) + 1 if len(changing) else 0
            kept = len(differences) - first
            if kept >= max(MORE_PERIODS * period, LEAST_MORE) and first <= len(quotients) // 3:
                found = _pattern(quotients, signs, first, lcm(period, len(signs)), degree)
                return found if found is not None and found.agrees(quotients) else None
    return None


def _pattern(quotients: Sequence[int], signs: Signs, first: int, period: int, degree: int) -> Pattern | None:
    """Return the pattern whose subsequences are interpolated; None where too few terms are left for its period."""
    if first + period * (degree + 2) >= len(quotients):
        return None
    subsequences = tuple(
        interpolated([quotients[first + j + period * k] for k in range(degree + 1)]) for j in range(period)
    )
    return Pattern(tuple(quotients[:first]), subsequences, signs)


def needed_terms(period: int, degree: int) -> int:
    """Return how many quotients a pattern of a period needs to be told from chance."""
    return max(LEAST_TERMS, period * (degree + 1) + max(MORE_PERIODS * period, LEAST_MORE))


def recurrence(quotients: Sequence[int]) -> tuple[Fraction, ...] | None:
    """Return (1, -c_1, ..., -c_L) for the shortest linear recurrence of quotients, None where they show none."""
    found = linear_recurrence(quotients, SPARE_TERMS)
    return None if found is None else (Fraction(1), *(-c for c in found))


def interpolated(values: Sequence[int]) -> Polynomial:
    """Return the polynomial through values at 0, 1, 2, by Newton's differences."""
    total: list[Fraction] = [Fraction(0)] * len(values)
    row: list[Fraction] = [Fraction(v) for v in values]
    basis: list[Fraction] = [Fraction(1)]
    for order in range(len(values)):
        for i, c in enumerate(basis):
            total[i] += row[0] * c
        row = [b - a for a, b in pairwise(row)]
        basis = [
            ((basis[i - 1] if i else 0) - (order * basis[i] if i < len(basis) else 0)) / Fraction(order + 1)
            for i in range(len(basis) + 1)
        ]
    return _trimmed(total)


def moved(polynomial: Polynomial, by: int) -> Polynomial:
    """Return the polynomial at k + `by`."""
    total = [Fraction(0)] * len(polynomial)
    for i, c in enumerate(polynomial):
        for j in range(i + 1):
            total[j] += c * comb(i, j) * Fraction(by) ** (i - j)
    return _trimmed(total)


def value(polynomial: Polynomial, k: int) -> Fraction:
    """Return the value at k."""
    total = Fraction(0)
    for c in reversed(polynomial):
        total = total * k + c
    return total


def _trimmed(coefficients: list[Fraction]) -> Polynomial:
    kept = list(coefficients)
    while len(kept) > 1 and kept[-1] == 0:
        kept.pop()
    return tuple(kept)


def _shortest(polynomials: tuple[Polynomial, ...], signs: Signs) -> tuple[tuple[Polynomial, ...], Signs]:
    """Return the rule with the smallest period that gives the same quotients and signs."""
    period = len(polynomials)
    for shorter in (d for d in range(1, period) if period % d == 0):
        turns = period // shorter
        if any(signs[i] != signs[i % shorter] for i in range(period)):
            continue
        candidates = []
        for j in range(shorter):
            values = [
                value(polynomials[j + shorter * (t % turns)], t // turns) for t in range((MAX_DEGREE + 1) * turns)
            ]
            polynomial = interpolated([int(v) for v in values[: MAX_DEGREE + 1]])
            if any(value(polynomial, t) != v for t, v in enumerate(values)):
                break
            candidates.append(polynomial)
        if len(candidates) == shorter:
            return tuple(candidates), signs[:shorter]
    return polynomials, signs
