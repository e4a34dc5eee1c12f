"""Limits that are rational or quadratic: where the hypergeometric series of a closed form is a polynomial.

By Kummer's and Euler's transformations (DLMF 13.2.39, 15.8.1)

    1F1(al; g; z) = exp(z) 1F1(g - al; g; -z),    2F1(al, be; g; x) = (1 - x)^(g-al-be) 2F1(g - al, g - be; g; x),

the ratio of `hypergeometric.py` is a ratio of polynomials where g - al (or g - be) is an integer <= 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from indexer.shapes import Shape
from indexer.surds import Surd

MAX_TERMS = 4_000
"""Longest terminating series that is summed exactly; beyond, the limit is left to its ratio of functions."""


@dataclass(frozen=True, slots=True)
class Infinite:
    """The value of a closed form whose denominator is exactly zero."""

    def text(self) -> str:
        """Return `inf`."""
        return "inf"

    def latex(self) -> str:
        r"""Return `\infty`."""
        return r"\infty"


INFINITE = Infinite()


def exact_limit(s: Shape) -> Surd | Infinite | None:
    """Return the limit where it is rational or a quadratic irrational, INFINITE, or None where it is neither."""
    if s.kind in ("elementary", "linear"):
        return s.upper[0] * s.factor
    if s.kind == "kummer":
        return _terminating(s, s.lower - s.upper[0], (), -s.argument, s.scale)
    if s.kind == "gauss":
        for al, be in (s.upper, s.upper[::-1]):
            if al.rational and be.rational and s.lower.rational:
                scale = s.scale * (Surd.of(1) - s.argument)
                limit = _terminating(s, s.lower - al, (s.lower - be,), s.argument, scale)
                if limit is not None:
                    return limit
    return None


def _terminating(
    s: Shape, minus_n: Surd, upper: tuple[Surd, ...], argument: Surd, scale: Surd
) -> Surd | Infinite | None:
    """Return scale f(-N, upper; g - 1)/f(-N, upper; g), both divided by their Gamma function of g, where N >= 0."""
    if not minus_n.integer or minus_n.p > 0 or minus_n.p < -MAX_TERMS:
        return None
    n, g = -int(minus_n.p), s.lower.p
    numerator = _polynomial(n, [p.p for p in upper], g - 1, argument) * (g + n - 1)
    denominator = _polynomial(n, [p.p for p in upper], g, argument)
    if denominator == Surd.of(0):
        return INFINITE
    return scale * numerator / denominator * s.factor


def _polynomial(n: int, upper: list[Fraction], g: Fraction, x: Surd) -> Surd:
    """Return sum over k <= n of (-n)_k (upper)_k (g + k)_{n-k} x^k/k!, by Horner's rule from k = n down.

    This is the series times Gamma(g + n)/Gamma(g): no term has a pole.
    """
    total, rising = Surd.of(0), Fraction(1)
    terms: list[Fraction] = []
    for k in range(n, -1, -1):  # rising = (g + k)_{n-k}
        terms.append(rising)
        rising *= g + k - 1
    coefficient = Fraction(1)
    coefficients = []
    for k in range(n + 1):
        coefficients.append(coefficient * terms[n - k])
        coefficient *= Fraction(k - n, k + 1)
        for p in upper:
            coefficient *= p + k
    for c in reversed(coefficients):
        total = total * x + c
    return total
