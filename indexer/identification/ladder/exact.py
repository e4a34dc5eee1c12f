"""Rungs without a constant: rational numbers, and roots of short polynomials up to degree 8."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from math import gcd

from flint import arb, fmpz_poly

from indexer.identification.ladder.complexity import RUNG_BITS, fraction_bits, integers_bits
from indexer.identification.ladder.match import Asked, Match
from indexer.mathematics.numbers.decimals import bits_for
from indexer.mathematics.numbers.fractions import simplest_fraction
from indexer.mathematics.relations.relation import real_root
from indexer.mathematics.relations.text import algebraic_text, rational_text

DEGREE_BITS = 3.0
"""Bits that say which degree a polynomial has."""


def rational(asked: Asked) -> Iterator[Match]:
    """Yield the simplest fraction within the error of the number."""
    asked.tried["rational numbers"] = 1
    found = simplest_fraction(asked.number.ball, bits_for(asked.number.digits) + 8)
    if found is None:
        return
    complexity = RUNG_BITS + fraction_bits(found.numerator, found.denominator)
    if complexity < asked.limit:
        polynomial = (-found.numerator, found.denominator)
        yield Match("rational", rational_text(found), complexity, "continued fraction", polynomial=polynomial)


def algebraic(asked: Asked, lowest: int = 2, highest: int = 2) -> Iterator[Match]:
    """Yield irreducible polynomials that vanish at the number, of degrees up to `highest`."""
    powers = [1 << asked.bits]
    for degree in range(1, min(asked.degree, highest) + 1):
        powers.append(asked.times(powers[-1], asked.scaled))
        if degree < lowest:
            continue
        spread = degree * max(1, abs(powers[-2]) >> asked.bits)
        for row in asked.relations(powers, f"polynomials up to degree {min(asked.degree, highest)}", spread):
            polynomial = _factor_at(row, asked.number.ball)
            if len(polynomial) > 2:
                yield from _root(asked, polynomial)


def higher_degrees(asked: Asked) -> Iterator[Match]:
    """Yield roots of polynomials of degrees 3 to 8."""
    return algebraic(asked, 3, 8)


def _root(asked: Asked, polynomial: Sequence[int]) -> Iterator[Match]:
    ball = asked.number.ball
    complexity = RUNG_BITS + DEGREE_BITS + integers_bits(polynomial)
    if complexity < asked.limit:
        value = partial(real_root, tuple(polynomial), ball)
        text = algebraic_text(polynomial, ball)
        yield Match("algebraic", text, complexity, polynomial=tuple(polynomial), value=value)


def _factor_at(coefficients: Sequence[int], ball: arb) -> tuple[int, ...]:
    """Return the irreducible factor of a polynomial that is least at a ball, its last coefficient positive."""
    _, factors = fmpz_poly(list(coefficients)).factor()
    least = min((f for f, _ in factors), key=lambda f: float(abs(f(ball.mid())).mid()), default=fmpz_poly([1]))
    result = tuple(int(x) for x in least.coeffs())
    common = gcd(*result) or 1
    sign = -1 if result[-1] < 0 else 1
    return tuple(sign * x // common for x in result)
