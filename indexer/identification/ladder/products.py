"""The rung of products: rational powers of a few numbers, by a linear form of their logarithms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import combinations
from math import gcd

from flint import arb, ctx

from indexer.identification.ladder.complexity import RUNG_BITS, choice_bits, integer_bits, relation_bits
from indexer.identification.ladder.constants import PRODUCTS
from indexer.identification.ladder.match import Asked, Match
from indexer.identification.ladder.short_table import times
from indexer.mathematics.relations.text import bracketed

MOST_ROOT = 24
"""Highest root: exponents have denominators up to this."""


PRIMES = ("2", "3", "5", "7", "11")
"""The numbers that a rational factor is made of."""

TRANSCENDENTAL = (
    "pi", "e", "log(2)", "euler_gamma", "catalan", "zeta(3)", "log(3)", "gamma(1/4)", "gamma(1/3)", "log(5)", "log(pi)",
    "exp(euler_gamma)", "khinchin", "glaisher", "lambertw(1)", "phi", "exp(pi)", "zeta(5)", "log(phi)", "1 + sqrt(2)",
)  # fmt: skip
"""Constants of which all pairs and three are multiplied."""

SHIFTS = tuple(k for k in range(-10, 11) if k)
"""Halves that are added to products of powers."""

MULTIPLIED = ((11, 9), (15, 12), (20, 18))
"""How many of them are multiplied in pairs, and in threes, by effort."""


def products(asked: Asked) -> Iterator[Match]:
    """Yield products of powers x = +- c_1^(p_1/q) ... c_n^(p_n/q) of the sets that belong together."""
    bits = RUNG_BITS + choice_bits(len(PRODUCTS))
    return _of_sets(asked, PRODUCTS.values(), "products of powers", bits)


def shifted_products(asked: Asked) -> Iterator[Match]:
    """Yield k + and k/2 + products of the sets that belong together."""
    for k in SHIFTS:
        shift = Fraction(k, 2)
        bits = RUNG_BITS + choice_bits(len(PRODUCTS)) + integer_bits(k)
        with ctx.workprec(asked.bits + 96):
            ball = asked.number.ball - arb(k) / 2
        for match in _of_sets(asked, PRODUCTS.values(), "products of powers and a number", bits, ball):
            above = (
                f"{shift} + {match.expression}" if match.expression[0] != "-" else f"{shift} - {match.expression[1:]}"
            )
            yield replace(match, kind="expression", expression=above, coefficients=None)


def products_of_any(asked: Asked) -> Iterator[Match]:
    """Yield products of powers of two and three common constants and of small primes."""
    for factors, size in zip((2, 3), MULTIPLIED[max(0, asked.effort - 1)], strict=True):
        sets = [(*PRIMES, *chosen) for chosen in combinations(TRANSCENDENTAL[:size], factors)]
        bits = RUNG_BITS + 1 + choice_bits(len(sets))
        yield from _of_sets(asked, sets, "products of powers of any constants", bits)


def _of_sets(
    asked: Asked, sets: Iterable[Sequence[str]], rung: str, bits: float, ball: arb | None = None
) -> Iterator[Match]:
    """Yield products that are the number, or a ball as exact as it is."""
    ball = asked.number.ball if ball is None else ball
    if ball.contains(0):
        return
    with ctx.workprec(asked.bits + 96):
        logarithm = asked.integer(abs(ball).log())
    spread = max(1, int(1 / max(abs(float(ball.mid())), 1e-9)))  # the error of log x is that of x over x
    for bases in sets:
        known = [value for base in bases if (value := asked.constant(f"log({base})")) is not None]
        if len(known) < len(bases):
            continue
        for row in asked.relations([*known, -logarithm], rung, spread, asked.limit - bits):
            complexity = bits + relation_bits(row)
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
        return f"exp({times(str(power), base[4:-1])})"
    if base.isdigit() and power.denominator == 1:
        return str(int(base) ** power.numerator)
    factor = bracketed(base)
    return f"{factor}^{power}" if power.denominator == 1 else f"{factor}^({power})"
