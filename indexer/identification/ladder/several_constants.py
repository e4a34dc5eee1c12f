"""Rungs with several constants: linear forms of constants of one kind, and quotients of two linear forms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from math import factorial, log2

from indexer.identification.ladder.complexity import RUNG_BITS, choice_bits, rank_bits, relation_bits
from indexer.identification.ladder.constants import COMMON, LINEAR, MORE_COMMON
from indexer.identification.ladder.match import Asked, Match
from indexer.mathematics.relations.text import quotient_text

PAIRS = (24, 36, 54)
"""Constants of which all pairs are tried, by effort."""

TRIPLES = (11, 15, 20)
"""Constants of which all three are tried together, by effort."""

TRIPLE_DIGITS = 25
"""Digits below which a quotient of linear forms in three constants would be chance."""

SUMS = (18, 24, 36)
"""Constants of which linear forms of all three are tried, by effort."""

POWERS = (12, 18, 24)
"""Constants of which quotients of polynomials are tried, by effort."""

POWER_DEGREES = (2, 3)
"""The degrees of these polynomials."""

FACTORS = ("1", "pi", "1/pi", "sqrt(2)", "sqrt(3)", "sqrt(pi)", "e", "1/log(2)", "log(2)", "log(3)")
"""Constants by which a number is multiplied before a linear form is sought."""


RANKS = {text: rank_bits(k, len(COMMON + MORE_COMMON)) for k, text in enumerate((*COMMON, *MORE_COMMON))}
"""Lengths of the choice of a constant."""


def linear_forms(asked: Asked) -> Iterator[Match]:
    """Yield linear forms of constants of one kind, for the number, its inverse, and its simple multiples."""
    rung, x = "linear forms of constants of one kind", asked.scaled
    form_bits = RUNG_BITS + choice_bits(len(LINEAR)) + choice_bits(len(FACTORS) + 1)
    most = asked.limit - form_bits
    for names in LINEAR.values():
        units = _known(asked, names)
        if units is None:
            continue
        for factor in FACTORS:
            multiple = x if factor == "1" else asked.times(x, asked.constant(factor) or 0)
            for row in asked.relations([*units, -multiple], rung, 3, most):
                below = row[-1]
                complexity = form_bits + relation_bits(row)
                if below and complexity < asked.limit:
                    yield _quotient(names, row[:-1], (below,), (factor,), complexity)
        for row in asked.relations([1 << asked.bits, *(-asked.times(x, value) for value in units)], rung, 8, most):
            complexity = form_bits + relation_bits(row)
            if row[0] and complexity < asked.limit:
                yield _quotient(("1",), row[:1], row[1:], names, complexity)


def pairs(asked: Asked) -> Iterator[Match]:
    """Yield (x_0 + x_1 c_1 + x_2 c_2)/(y_0 + y_1 c_1 + y_2 c_2) over pairs of common constants."""
    pool = _pool(asked, PAIRS)
    for chosen in combinations(pool, 2):
        yield from quotients(asked, ("1", *chosen), "quotients over pairs of constants", RUNG_BITS + _set_bits(chosen))


def sums(asked: Asked) -> Iterator[Match]:
    """Yield linear forms of three common constants."""
    rung, one = "linear forms of three constants", 1 << asked.bits
    for three in combinations(_pool(asked, SUMS), 3):
        bits = RUNG_BITS + _set_bits(three)
        values = _known(asked, three)
        if values is None:
            continue
        spread = max(map(abs, values)) >> asked.bits
        for row in asked.relations([one, *values, -asked.scaled], rung, spread, asked.limit - bits):
            complexity = bits + relation_bits(row)
            if row[-1] and complexity < asked.limit:
                yield _quotient(("1", *three), row[:-1], row[-1:], ("1",), complexity)


def powers(asked: Asked) -> Iterator[Match]:
    """Yield quotients of polynomials in one common constant."""
    for degree in POWER_DEGREES:
        for text in _pool(asked, POWERS):
            if any(sign in text for sign in "^*/"):
                continue
            names = ("1", text, *(f"{text}^{k}" for k in range(2, degree + 1)))
            bits = RUNG_BITS + 1 + _set_bits((text,))
            yield from quotients(asked, names, "quotients of polynomials in one constant", bits)


def triples(asked: Asked) -> Iterator[Match]:
    """Yield quotients of linear forms in three common constants."""
    if asked.number.digits >= TRIPLE_DIGITS:
        for three in combinations(_pool(asked, TRIPLES), 3):
            bits = RUNG_BITS + _set_bits(three)
            yield from quotients(asked, ("1", *three), "quotients over three constants", bits)


def quotients(asked: Asked, names: Sequence[str], rung: str, bits: float) -> Iterator[Match]:
    """Yield quotients of two linear forms of the same constants, each with `bits` for the choice of them."""
    units = _known(asked, names)
    if units is None:
        return
    products = [-asked.times(asked.scaled, value) for value in units]
    spread = max(1, max(map(abs, units)) >> asked.bits)
    half = len(units)
    for row in asked.relations([*units, *products], rung, spread, asked.limit - bits):
        complexity = bits + relation_bits(row)
        if any(row[half:]) and any(row[:half]) and complexity < asked.limit:
            yield _quotient(names, row[:half], row[half:], names, complexity)


def _pool(asked: Asked, sizes: Sequence[int]) -> tuple[str, ...]:
    """Return the constants of an effort that can be evaluated."""
    size = sizes[min(asked.effort, len(sizes)) - 1] if asked.effort else sizes[0]
    return tuple(text for text in (*COMMON, *MORE_COMMON)[:size] if asked.constant(text) is not None)


def _set_bits(names: Sequence[str]) -> float:
    """Return the length of the choice of a set of constants, whose order says nothing."""
    return sum(RANKS[name] for name in names) - log2(factorial(len(names)))


def _known(asked: Asked, names: Sequence[str]) -> list[int] | None:
    """Return the constants as scaled integers, None where one cannot be evaluated."""
    values = [value for name in names if (value := asked.constant(name)) is not None]
    return values if len(values) == len(names) else None


def _quotient(
    above: Sequence[str], upper: Sequence[int], lower: Sequence[int], below: Sequence[str], complexity: float
) -> Match:
    text = quotient_text(upper, above, lower, below)
    pairs = (*zip(above, upper, strict=True), *zip(below, lower, strict=True))
    terms = tuple(dict.fromkeys(name for name, x in pairs if x and name != "1"))
    return Match("quotient", text, complexity, names=terms, terms=terms, coefficients=(*upper, *lower))
