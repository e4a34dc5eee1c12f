"""Rungs without a constant: rational numbers, and roots of short polynomials up to degree 8."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from math import gcd

from flint import arb, ctx, fmpz_poly

from catalog.constants import evaluation
from indexer.identification.ladder.complexity import RUNG_BITS, fraction_bits, rank_bits, relation_bits
from indexer.identification.ladder.match import Asked, Match
from indexer.mathematics.numbers.decimals import bits_for
from indexer.mathematics.numbers.fractions import simplest_fraction
from indexer.mathematics.relations.radicals import algebraic_text
from indexer.mathematics.relations.relation import real_root
from indexer.mathematics.relations.text import bracketed, rational_text

DEGREE_BITS = 3.0
"""Bits that say which degree a polynomial has."""

HIGHEST_FACTOR = 4
"""Highest degree of an algebraic number that is multiplied by a power."""

POWERS = tuple(
    (f"{c}^{k}" if set(k) <= {*"123456"} else f"{c}^({k})", f"{c}^({k.removeprefix('-') if k[0] == '-' else '-' + k})")
    for k in ("2", "1", "3", "-1", "-2", "1/2", "-1/2", "4", "-3", "-4", "5", "6", "3/2", "-3/2", "-5", "-6")
    for c in ("pi", "e")
)
"""Powers of pi and e, each with its inverse, the commonest first."""


def rational(asked: Asked) -> Iterator[Match]:
    """Yield the simplest fraction within the error of the number."""
    asked.tried["rational numbers"] = 1
    found = simplest_fraction(asked.number.ball, bits_for(asked.number.digits) + 8)
    if found is None:
        return
    complexity = RUNG_BITS + 1 + fraction_bits(max(1, abs(found.numerator)), found.denominator)
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
        for row in asked.polynomials(powers, f"polynomials up to degree {min(asked.degree, highest)}", spread):
            polynomial = _factor_at(row, asked.number.ball)
            if len(polynomial) > 2:
                yield from _root(asked, polynomial)


def higher_degrees(asked: Asked) -> Iterator[Match]:
    """Yield roots of polynomials of degrees 3 to 8."""
    return algebraic(asked, 3, 8)


def times_powers(asked: Asked) -> Iterator[Match]:
    """Yield r^(1/n) c^k and (a + b sqrt(n)) c^k for powers of pi and e."""
    ball, one = asked.number.ball, 1 << asked.bits
    for rank, (factor, inverse) in enumerate(POWERS):
        bits = RUNG_BITS + rank_bits(rank, len(POWERS)) + DEGREE_BITS
        with ctx.workprec(asked.bits + 64):
            power = evaluation.evaluate(inverse, asked.bits + 64)
            multiple = ball * power
        x = asked.integer(multiple)
        spread = int(abs(float(power.mid()))) + 1
        powers = [one, x]
        for degree in range(2, HIGHEST_FACTOR + 1):
            powers.append(asked.times(powers[-1], x))
            more = spread * degree * max(1, abs(powers[-2]) >> asked.bits)
            for row in asked.polynomials(powers, "algebraic numbers times powers of pi and e", more):
                polynomial = _factor_at(row, multiple)
                complexity = bits + relation_bits(polynomial)
                if len(polynomial) < 3 or complexity >= asked.limit:
                    continue
                text = algebraic_text(polynomial, multiple)
                if not text.startswith("root"):
                    yield Match(
                        "expression", f"{bracketed(text)}*{factor}", complexity, names=(factor,), terms=(factor,)
                    )


def _root(asked: Asked, polynomial: Sequence[int]) -> Iterator[Match]:
    ball = asked.number.ball
    complexity = RUNG_BITS + DEGREE_BITS + relation_bits(polynomial)
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
