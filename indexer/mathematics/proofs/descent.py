"""Formulas of degree at most one and two with the invariants of a formula of any degree: what it may be equivalent to.

The invariants of an equivalence (`invariants.py`) nearly determine such a formula: the leading coefficients up to
inflation by the ratio at infinity, the roots of b up to integers by the odd shift classes, and the next coefficient
of a by the exponents. Two equal classes leave one root open: those of the formula's own even classes, 0 and 1/2 are
tried.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import product
from math import isqrt, lcm

from catalog.formulas.pcf import PCF
from indexer.mathematics.continued_fractions.asymptotics import classify
from indexer.mathematics.equivalence.infinity import Infinity, infinity
from indexer.mathematics.equivalence.invariants import Invariants, invariants
from indexer.mathematics.equivalence.shift_classes import Coefficients, factors

SHIFTS = (0, 1, -1, 2, -2)
"""Integers and half integers by which an exponent is moved in search of a formula."""

MAX_FOLD = 3
"""Steps of the simpler formula that may be one step of the formula."""

Classes = frozenset[Coefficients]
"""Shift classes of a determinant."""

Quadratic = tuple[Fraction, Fraction, Fraction]
"""b0, b1, b2 of b up to a factor: degree two, or less with zeros."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What of a formula decides about its descents: both tails, the odd shift classes of b and all of them."""

    tails: Infinity
    odd: Classes
    classes: Classes


def descents(formula: PCF) -> Iterator[tuple[int, PCF]]:
    """Yield k and simple formulas of which k steps have the invariants of one step of a formula, likely ones first."""
    own = factors(formula)
    found = _descents(Subject(infinity(formula), own.odd, frozenset(own.classes)), invariants(formula))
    return (each for each in found if each[1] != formula)


@lru_cache(maxsize=1024)
def _descents(subject: Subject, wanted: Invariants) -> list[tuple[int, PCF]]:
    """Return the same for all formulas of these tails, shift classes and invariants: those of a space share them."""
    chosen: dict[PCF, int | None] = {}
    for k in range(1, MAX_FOLD + 1):
        for a, b in _low_degree(subject, k):
            found = _in_integers(a, b)
            if found is None or found in chosen:
                continue
            fits = classify(found).status == "converges" and invariants(found, k) == wanted
            chosen[found] = k if fits else None
    return [(k, found) for found, k in chosen.items() if k is not None]


def _in_integers(a: list[Fraction], b: list[Fraction]) -> PCF | None:
    """Return the formula of rational coefficients inflated to integers, None where one is zero."""
    if not any(a) or not any(b):
        return None
    size = lcm(*(c.denominator for c in (*a, *b)))
    found = PCF(tuple(int(c * size) for c in a), tuple(int(c * size * size) for c in b))
    return found.canonical()[0]


def _low_degree(subject: Subject, k: int) -> Iterator[tuple[list[Fraction], list[Fraction]]]:
    """Yield coefficients of a and b."""
    tails = subject.tails
    gap = tails.degrees[0] - tails.degrees[1]
    if gap:
        yield from _fast(subject, k, gap)
    elif tails.half_square:
        yield from _half(subject, k)
    else:
        for trace in _traces(tails.ratio, k):
            yield from _balanced(subject, k) if trace == -2 else _simple(subject, trace, k)


def _traces(trace: Fraction, k: int) -> list[Fraction]:
    """Return rho + 1/rho for the rational ones with rho^k + rho^(-k) = trace."""
    if k == 1:
        return [trace]
    if k == 2:
        root = _root(trace + 2)
        return [] if root is None else [root, -root] if root else [root]
    return []


def _root(number: Fraction) -> Fraction | None:
    if number < 0:
        return None
    top, bottom = isqrt(number.numerator), isqrt(number.denominator)
    return Fraction(top, bottom) if top * top == number.numerator and bottom * bottom == number.denominator else None


def _unfolded(classes: Iterable[Coefficients], k: int) -> list[Coefficients]:
    """Return the linear classes of a formula of which k steps have these classes; these themselves for k = 1."""
    if k == 1:
        return sorted(classes, key=lambda f: (len(f), f))
    roots = sorted({Fraction(-k * f[0], f[1]) % 1 for f in classes if len(f) == 2})
    return [(-root.numerator, root.denominator) for root in roots]


def _polynomials(subject: Subject, degree: int, k: int) -> Iterator[list[Fraction]]:
    """Yield monic polynomials of a degree whose roots lie in the odd classes, or in one class twice."""
    odd = _unfolded(subject.odd, k)
    if sum(len(f) - 1 for f in odd) == degree:
        result = [Fraction(1)]
        for f in odd:
            result = _times(result, [Fraction(c, f[-1]) for c in f])
        yield result
        for f in odd:
            if len(f) == 2 and degree == 2:  # one root moved by an integer changes half integers among the exponents
                yield _times(
                    result, [Fraction(f[0], f[1]) + 1, Fraction(1)], divided=[Fraction(f[0], f[1]), Fraction(1)]
                )
    elif degree == 2 and not odd:
        own = _unfolded(subject.classes, k)
        roots = {Fraction(0), Fraction(1, 2)} | {Fraction(-f[0], f[1]) for f in own if len(f) == 2}
        for root in sorted(roots, key=lambda r: (r.denominator, r)):
            yield _times([-root, Fraction(1)], [-root, Fraction(1)])
            yield _times([-root, Fraction(1)], [1 - root, Fraction(1)])


def _times(p: list[Fraction], q: list[Fraction], divided: list[Fraction] | None = None) -> list[Fraction]:
    """Return the product of two polynomials, the first one without its linear factor `divided`."""
    if divided is not None:
        root, quotient = -divided[0], [p[-1]]
        for c in p[-2:0:-1]:
            quotient.insert(0, c + root * quotient[0])
        p = quotient
    total = [Fraction(0)] * (len(p) + len(q) - 1)
    for (i, x), (j, y) in product(enumerate(p), enumerate(q)):
        total[i + j] += x * y
    return total


def _simple(subject: Subject, trace: Fraction, k: int) -> Iterator[tuple[list[Fraction], list[Fraction]]]:
    """Yield a = n + a0, b = b2 (n^2 + ...) with A^2/B = -(trace + 2)."""
    if trace == 2:
        return  # a double root without half powers has no formula of low degree that is not rational
    lead = -1 / (trace + 2)
    quotient = 1 + 4 * lead
    for b in _polynomials(subject, 2, k):
        middle = b[1] + 1
        for value in _roots_at(subject.tails, quotient):
            yield [(middle + 2 * value) / 2, Fraction(1)], [lead * c for c in b]


def _roots_at(tails: Infinity, quotient: Fraction) -> Iterator[Fraction]:
    """Yield sqrt(quotient) times half the difference of the exponents, the latter moved by half integers."""
    own, root = tails.root, _root(quotient)
    if own is None or root is None:
        value = _root(abs(tails.spread) * quotient)
        if value is not None:
            yield value if tails.spread > 0 else -value
            yield -value if tails.spread > 0 else value
        return
    for shift in SHIFTS:
        for sign in (1, -1):
            yield root * (sign * own + Fraction(shift, 2))


def _balanced(subject: Subject, k: int) -> Iterator[tuple[list[Fraction], list[Fraction]]]:
    """Yield a = a0, b = n^2 + ... with a0^2/4 the square of half the difference of the exponents."""
    tails = subject.tails
    for b in _polynomials(subject, 2, k):
        if tails.root is None:
            yield from (([2 * tails.spread], [tails.spread * c for c in b]),)
            continue
        for shift in SHIFTS:
            yield [2 * (tails.root + Fraction(shift, 2))], b


def _half(subject: Subject, k: int) -> Iterator[tuple[list[Fraction], list[Fraction]]]:
    """Yield a = a0, b = b1 (n - r) for opposite leading terms, and a double root of degree two for equal ones."""
    square = subject.tails.half_square / k
    for b in _polynomials(subject, 1, k):
        yield [2 * square], [square * c for c in b]
    for b in _polynomials(subject, 2, k):
        yield [(square + 1 + b[1]) / 2, Fraction(1)], [-c / 4 for c in b]


def _fast(subject: Subject, k: int, gap: Fraction) -> Iterator[tuple[list[Fraction], list[Fraction]]]:
    """Yield a = n + a0 and b of degree one or zero."""
    tails = subject.tails
    own = tails.root
    if k > 1 or own is None or gap not in (1, 2):
        return
    lead = -tails.ratio
    for b in _polynomials(subject, 1, k) if gap == 1 else ([Fraction(1)],):
        b1 = b[0] if gap == 1 else Fraction(0)
        extra = lead if gap == 1 else Fraction(0)
        for shift in SHIFTS:
            # first+ - first- = 2 a0 - b1 - 1 + 2 extra
            a0 = (2 * own + shift + b1 + 1 - 2 * extra) / 2
            yield [a0, Fraction(1)], [lead * c for c in b]
