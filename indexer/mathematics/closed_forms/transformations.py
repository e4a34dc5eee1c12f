"""Transformations of quotients of hypergeometric functions: other parameters and another argument, one exact factor.

Each takes a quotient f(above; z)/f(below; z) to factor * g(above'; z')/g(below'; z'), since what stands before the
transformed functions differs by an integral power only.
"""

from __future__ import annotations

from collections.abc import Callable

from gmpy2 import mpq

from indexer.mathematics.closed_forms.contiguity import ONE, Number, Quotient
from indexer.mathematics.numbers.surds import Surd

HALF = mpq(1, 2)

Transformed = tuple[Quotient, Number]
"""The new quotient and the factor before it."""


def kummer(q: Quotient) -> Transformed:
    """1F1(a; c; z) = exp(z) 1F1(c - a; c; -z), DLMF 13.2.39; U(a, b, z) = z^(1-b) U(a - b + 1, 2 - b, z), 13.2.40."""
    if q.function == "hypu":
        above, below = (((a - b + 1), 2 - b) for a, b in (q.above, q.below))
        return Quotient("hypu", above, below, q.argument), _power(q.argument, q.below[1] - q.above[1])
    above, below = ((c - a, c) for a, c in (q.above, q.below))
    return Quotient("hyp1f1", above, below, -q.argument), ONE


def euler(q: Quotient) -> Transformed:
    """2F1(a, b; c; x) = (1 - x)^(c - a - b) 2F1(c - a, c - b; c; x), DLMF 15.8.1."""
    (a1, b1, c1), (a2, b2, c2) = q.above, q.below
    factor = _power(1 - q.argument, (c1 - a1 - b1) - (c2 - a2 - b2))
    return Quotient("hyp2f1", (c1 - a1, c1 - b1, c1), (c2 - a2, c2 - b2, c2), q.argument), factor


def pfaff(q: Quotient) -> Transformed:
    """2F1(a, b; c; x) = (1 - x)^(-b) 2F1(c - a, b; c; x/(x - 1)), DLMF 15.8.1."""
    (a1, b1, c1), (a2, b2, c2) = q.above, q.below
    x = q.argument
    return Quotient("hyp2f1", (c1 - a1, b1, c1), (c2 - a2, b2, c2), x / (x - 1)), _power(1 - x, b2 - b1)


def exchange(q: Quotient) -> Transformed:
    """2F1(a, b; c; x) = 2F1(b, a; c; x)."""
    (a1, b1, c1), (a2, b2, c2) = q.above, q.below
    return Quotient("hyp2f1", (b1, a1, c1), (b2, a2, c2), q.argument), ONE


def quadratic(q: Quotient) -> Transformed:
    """2F1(a, b; (a + b + 1)/2; x) = 2F1(a/2, b/2; (a + b + 1)/2; y), y = 4 x (1 - x), for x < 1/2, DLMF 15.8.18.

    Below, Euler's transformation with 1 - y = (1 - 2 x)^2 follows, so that the parameters differ by integers again.
    """
    (a1, b1, c1), (a2, b2, c2) = q.above, q.below
    x = q.argument
    above, below = (a1 * HALF, b1 * HALF, c1), ((a2 + 1) * HALF, (b2 + 1) * HALF, c2)
    return Quotient("hyp2f1", above, below, _plain(4 * x * (1 - x))), ONE / (1 - 2 * x)


def bessel(q: Quotient) -> Transformed:
    """1F1(a; 2a; z) = exp(z/2) 0F1(; a + 1/2; z^2/16), DLMF 13.6.9 and 10.39.9."""
    z = q.argument
    return Quotient("hyp0f1", (q.above[0] + HALF,), (q.below[0] + HALF,), z * z / 16), ONE


TRANSFORMATIONS: dict[str, Callable[[Quotient], Transformed]] = {
    "kummer": kummer,
    "euler": euler,
    "pfaff": pfaff,
    "exchange": exchange,
    "quadratic": quadratic,
    "bessel": bessel,
}


def _power(base: Number, exponent: Number) -> Number:
    """Return an integral power."""
    n = int(exponent.p if isinstance(exponent, Surd) else exponent)
    result: Number = ONE
    for _ in range(abs(n)):
        result = result * base
    return result if n >= 0 else ONE / result


def _plain(number: Number) -> Number:
    return number.p if isinstance(number, Surd) and number.rational else number
