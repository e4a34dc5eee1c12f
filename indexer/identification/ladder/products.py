"""The rung of products: rational powers of a few numbers, by a linear form of their logarithms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import gcd

from flint import ctx

from indexer.identification.ladder.complexity import RUNG_BITS, choice_bits, integers_bits
from indexer.identification.ladder.constants import PRODUCTS
from indexer.identification.ladder.match import Asked, Match
from indexer.mathematics.relations.text import bracketed

MOST_ROOT = 24
"""Highest root: exponents have denominators up to this."""


def products(asked: Asked) -> Iterator[Match]:
    """Yield products of powers x = +- c_1^(p_1/q) ... c_n^(p_n/q)."""
    ball = asked.number.ball
    if ball.contains(0):
        return
    with ctx.workprec(asked.bits + 96):
        logarithm = asked.integer(abs(ball).log())
    spread = max(1, int(1 / max(abs(float(ball.mid())), 1e-9)))  # the error of log x is that of x over x
    for bases in PRODUCTS.values():
        known = [value for base in bases if (value := asked.constant(f"log({base})")) is not None]
        if len(known) < len(bases):
            continue
        for row in asked.relations([*known, -logarithm], "products of powers", spread):
            complexity = RUNG_BITS + choice_bits(len(PRODUCTS)) + integers_bits(row)
            if 0 < row[-1] <= MOST_ROOT and complexity < asked.limit and gcd(*row) == 1:
                text = product_text(bases, [Fraction(x, row[-1]) for x in row[:-1]])
                text = f"-{text}" if ball.mid() < 0 else text
                used = tuple(base for base, x in zip(bases, row, strict=False) if x)
                yield Match("product", text, complexity, names=used, terms=used, coefficients=row)


def product_text(bases: Sequence[str], exponents: Sequence[Fraction]) -> str:
    """Return a product of powers as text: integers first, negative powers below the line.

    >>> product_text(("2", "pi"), (Fraction(-1, 2), Fraction(3)))
    'pi^3/sqrt(2)'
    """
    pairs = list(zip(bases, exponents, strict=True))
    above = [_power(base, power) for base, power in pairs if power > 0]
    below = [_power(base, -power) for base, power in pairs if power < 0]
    text = "*".join(above) or "1"
    if not below:
        return text
    return f"{text}/{below[0]}" if len(below) == 1 else f"{text}/({'*'.join(below)})"


def _power(base: str, power: Fraction) -> str:
    if power.denominator == 2 and base.isalnum():
        root = f"sqrt({base})"
        return root if power.numerator == 1 else f"{root}^{power.numerator}"
    if power == 1:
        return bracketed(base)
    if base == "e":
        return f"exp({power})"
    if base.startswith("exp(") and base.count("(") == 1:
        inner = base[4:-1]
        return f"exp({power.numerator}*{inner}/{power.denominator})" if power != 1 else base
    if base.isdigit() and power.denominator == 1:
        return str(int(base) ** power.numerator)
    factor = bracketed(base)
    return f"{factor}^{power}" if power.denominator == 1 else f"{factor}^({power})"
