"""The table of short expressions: two million of them in double precision, looked up by value.

It is what few digits are compared with, and what finds combinations that no lattice holds, such as powers of one
constant with another; `inverse_forms` looks up functions of a number in it. The table is made once a process. Its
lengths are those of a complete code: in each block what the parts of an expression take, less the same for all, so that
the shares of a block add up to its own.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product
from math import gcd, log2

import numpy as np
from numpy.typing import NDArray

from catalog.constants import evaluation
from catalog.errors import ExpressionError
from indexer.identification.ladder.complexity import (
    RUNG_BITS,
    choice_bits,
    fraction_bits,
    integer_bits,
    integers_bits,
    positive_bits,
    rank_bits,
)
from indexer.identification.ladder.constants import COMMON
from indexer.identification.ladder.match import Asked, Match
from indexer.mathematics.relations.search import normal_moebius
from indexer.mathematics.relations.text import bracketed, moebius_text, top_level

Reals = NDArray[np.float64]

LOOKED_UP = "short expressions"
"""What a look-up in the table is counted for."""

DOUBLE_ERROR = 4e-15
"""Relative error of a value of the table."""

TABLE_BITS = 3.0
"""Bits that say that an answer is an expression of the table: every eighth is."""

SHARES = {"multiples": 0.3, "sums": 0.2, "exponentials": 0.15, "functions": 0.2, "algebraic": 0.15}
"""How common the blocks are taken to be."""

MOST_HITS = 400
"""Expressions looked at, the shortest first."""

NEIGHBOURHOOD = 0.02
"""Relative distance within which expressions are counted to tell how many chance would give."""

MAP_SIZE = 4
"""Size of the coefficients of Moebius maps of all constants."""

BASES = (*COMMON[:20], "phi", "exp(pi)", "log(phi)")
"""Constants that are combined in pairs and stand inside functions."""


NEWTON_STEPS = 8
"""Steps of an iteration that trebles the digits."""

TANH_LIMIT, ERF_LIMIT = 9.0, 4.0
"""Arguments from which on these functions are 1 as far as a double tells, so that rational numbers would match."""


def _by_one(function: Callable[[float], float]) -> Callable[[Reals], Reals]:
    """Return a function of one number as one of arrays, NaN where it has no value."""

    def value(x: float) -> float:
        try:
            return function(x)
        except (OverflowError, ValueError):
            return math.nan

    return lambda reals: np.array([value(x) for x in reals.tolist()])


def _tanh(z: Reals) -> Reals:
    return np.where(np.abs(z) < TANH_LIMIT, np.tanh(z), math.nan)


def _erf(z: Reals) -> Reals:
    return np.where(np.abs(z) < ERF_LIMIT, _by_one(math.erf)(z), math.nan)


def _lambertw(z: Reals) -> Reals:
    """The upper branch of W by Halley's iteration, NaN below -1/e."""
    w = np.log1p(np.abs(z))
    for _ in range(NEWTON_STEPS):
        power = np.exp(w)
        off = w * power - z
        w = w - off / (power * (w + 1) - (w + 2) * off / (2 * w + 2))
    return np.where((z > 0) & (np.abs(w * np.exp(w) - z) <= DOUBLE_ERROR * np.abs(z)), w, math.nan)


FUNCTIONS: dict[str, Callable[[Reals], Reals]] = {
    "exp({})": np.exp, "log({})": np.log, "sin({})": np.sin, "cos({})": np.cos, "tan({})": np.tan, "sinh({})": np.sinh,
    "cosh({})": np.cosh, "tanh({})": _tanh, "atan({})": np.arctan, "asin({})": np.arcsin, "asinh({})": np.arcsinh,
    "sqrt({})": np.sqrt, "cbrt({})": np.cbrt, "gamma({})": _by_one(math.gamma), "erf({})": _erf,
    "lambertw({})": _lambertw,
}  # fmt: skip
"""Functions in double precision."""


@dataclass(frozen=True, slots=True)
class Block:
    """Values, their lengths in bits, how to write the one of an index, and the constant that it is a map of."""

    values: Reals
    bits: Reals
    text: Callable[[int], str]
    constant: Callable[[int], tuple[str, str]] | None = None


def short(asked: Asked) -> Iterator[Match]:
    """Yield short expressions that agree with the number in double precision."""
    for bits, block, index in _hits(asked, blocks())[:MOST_HITS]:
        yield _match(block, index, bits)


def candidates(asked: Asked) -> Iterator[Match]:
    """Yield the same and small Moebius maps of all constants of the library, for a number of few digits.

    The hits that chance gives are counted: the expressions at most as long within NEIGHBOURHOOD of the number, times
    the share of it that the digits leave.
    """
    parts = (*blocks(), _library_block(tuple((c.name, c.expression) for c in asked.library)))
    near = np.sort(np.concatenate([_near(asked, block, NEIGHBOURHOOD)[1] for block in parts]))
    value, radius = abs(float(asked.number.ball.mid())), float(asked.number.ball.rad())
    share = min(1.0, radius / (NEIGHBOURHOOD * value))
    for bits, block, index in _hits(asked, parts)[:MOST_HITS]:
        shorter = int(np.searchsorted(near, bits, side="right"))
        yield replace(_match(block, index, bits), counted=shorter * share)


def _match(block: Block, index: int, bits: float) -> Match:
    name, term = block.constant(index) if block.constant else (None, None)
    names, terms = ((name,), (term,)) if name and term else ((), ())
    return Match("expression", block.text(index), bits, "table of short expressions", names, terms)


def _hits(asked: Asked, blocks: Sequence[Block]) -> list[tuple[float, Block, int]]:
    """Return the expressions within the error of the number, the shortest first: bits, block and index."""
    hits: list[tuple[float, Block, int]] = []
    asked.tried[LOOKED_UP] = 1
    for block in blocks:
        indices, bits = _near(asked, block, DOUBLE_ERROR)
        hits += [(length, block, index) for index, length in zip(indices.tolist(), bits.tolist(), strict=True)]
    return sorted(hits, key=lambda hit: hit[0])


def _near(asked: Asked, block: Block, relative: float) -> tuple[NDArray[np.int64], Reals]:
    """Return the indices and lengths of a block's expressions near the number, beyond its own error."""
    value = float(asked.number.ball.mid())
    width = float(asked.number.ball.rad()) + relative * abs(value)
    indices = np.flatnonzero(np.abs(block.values - value) <= width)
    return indices, block.bits[indices]


# ------------------------------------------------------------------ what the table holds


@lru_cache(maxsize=1)
def blocks() -> tuple[Block, ...]:
    """Return the parts of the table."""
    values = base_values()
    names = tuple(name for name, _ in values)
    reals = np.array([value for _, value in values])
    with np.errstate(all="ignore"):
        functions = [*_of_functions(names, reals)]
        return (
            _shared(_multiples(names, reals), SHARES["multiples"]),
            _shared(_sums(names, reals), SHARES["sums"]),
            _shared(_exponentials(names, reals), SHARES["exponentials"]),
            *(_shared(block, SHARES["functions"] / len(functions)) for block in functions),
            *(_shared(block, SHARES["algebraic"] / 2) for block in (_roots(), _quadratic())),
        )


def table_size() -> int:
    """Return how many expressions the table has."""
    return sum(len(block.values) for block in blocks())


def base_values() -> list[tuple[str, float]]:
    """Return the constants of which the expressions are made, the commonest first, with their values."""
    return _values(BASES)


def _shared(block: Block, share: float) -> Block:
    """Return a block whose lengths are those of a complete code for this share of the table's answers."""
    excess = log2(float(np.sum(2.0**-block.bits)))
    return replace(block, bits=block.bits + (TABLE_BITS + excess - log2(share)))


def _values(texts: Sequence[str]) -> list[tuple[str, float]]:
    found = []
    for text in texts:
        try:
            found.append((text, float(evaluation.evaluate(text, 64).mid())))
        except ExpressionError:
            continue
    return found


@lru_cache(maxsize=8)
def fractions(most: int) -> tuple[tuple[str, ...], Reals, Reals]:
    """Return positive fractions with p q up to `most`: their texts, values and lengths."""
    pairs = [(p, q) for q in range(1, most + 1) for p in range(1, most // q + 1) if gcd(p, q) == 1]
    texts = tuple(str(p) if q == 1 else f"{p}/{q}" for p, q in pairs)
    return texts, np.array([p / q for p, q in pairs]), np.array([fraction_bits(p, q) for p, q in pairs])


def _ranks(count: int) -> Reals:
    return np.array([rank_bits(k, count) for k in range(count)])


def _block(values: Reals, bits: Reals, text: Callable[[int], str]) -> Block:
    """Return a block of broadcast arrays, with the values' negatives."""
    values, bits = np.broadcast_arrays(values, bits)
    flat, length = values.ravel(), bits.ravel() + 1.0

    def signed(index: int) -> str:
        size = len(flat)
        plain = text(index % size)
        return plain if index < size else f"-{bracketed(plain)}"

    return Block(np.concatenate((flat, -flat)), np.concatenate((length, length)), signed)


def _multiples(names: Sequence[str], reals: Reals) -> Block:
    """r c^a d^b for pairs of constants and small exponents."""
    texts, values, bits = fractions(36)
    ranks = _ranks(len(names))
    powers = [(a, b) for a, b in product((-2, -1, 1, 2), (-2, -1, 0, 1, 2)) if a > 0 or b > 0 or b == 0]
    parts: list[tuple[str, float, float]] = []
    for i, j in product(range(len(names)), repeat=2):
        for a, b in powers:
            if (b == 0 and j) or (b and i >= j) or any(_is_root_squared(names[k], e) for k, e in ((i, a), (j, b))):
                continue
            length = ranks[i] + integer_bits(a) + integer_bits(b) + (ranks[j] if b else 0.0)
            parts.append((_written(names, i, j, a, b), reals[i] ** a * reals[j] ** b, length))
    inner = np.array([value for _, value, _ in parts])
    lengths = np.array([length for _, _, length in parts])

    def text(index: int) -> str:
        k, f = divmod(index, len(texts))
        return times(texts[f], parts[k][0])

    return _block(inner[:, None] * values, lengths[:, None] + bits, text)


def _is_root_squared(name: str, exponent: int) -> bool:
    return abs(exponent) == 2 and name.startswith("sqrt(")


def _written(names: Sequence[str], i: int, j: int, a: int, b: int) -> str:
    above = [_power(names[k], e) for k, e in ((i, a), (j, b)) if e > 0]
    below = [_power(names[k], -e) for k, e in ((i, a), (j, b)) if e < 0]
    text = "*".join(above) or "1"
    return f"{text}/{below[0]}" if len(below) == 1 else f"{text}/({'*'.join(below)})" if below else text


def _power(name: str, exponent: int) -> str:
    """Return a power of a constant, as a factor above or below a line."""
    whole = not set("*/+-") & set(top_level(name)) if exponent == 1 else is_atom(name)
    plain = name if whole else f"({name})"
    return plain if exponent == 1 else f"{plain}^{exponent}"


def is_atom(name: str) -> bool:
    """Whether a text is a number, a name or one call, which may be raised to a power as it stands."""
    return not set("*/+-^") & set(top_level(name))


def times(fraction: str, text: str) -> str:
    """Return the text of a fraction times an expression."""
    above, _, below = fraction.partition("/")
    shown = text if above == "1" else (f"{above}{text[1:]}" if text.startswith("1/") else f"{above}*{text}")
    return shown if not below else f"{shown}/{below}"


def _sums(names: Sequence[str], reals: Reals) -> Block:
    """(a + b c + d k)/m for pairs of constants, with small integers."""
    rows = [
        (a, b, d, m)
        for a, b, d, m in product(range(-4, 5), range(1, 4), range(-3, 4), (1, 2, 3, 4))
        if (d or a) and gcd(a, b, d, m) == 1
    ]
    ranks = _ranks(len(names))
    pairs = [(i, j) for i in range(len(names)) for j in range(len(names)) if i < j or i == j == 0]
    lengths = np.array([integers_bits((a, b, d)) + positive_bits(m) for a, b, d, m in rows])
    chosen = np.array([ranks[i] + ranks[j] for i, j in pairs])
    a, b, d, m = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    first, second = (reals[[pair[k] for pair in pairs]][:, None] for k in (0, 1))

    def text(index: int) -> str:
        k, r = divmod(index, len(rows))
        i, j = pairs[k]
        x, y, z, below = rows[r]
        return _sum(x, ((y, names[i]), (z, names[j])), below)

    return _block((a + b * first + d * second) / m, chosen[:, None] + lengths, text)


def _sum(constant: int, parts: Sequence[tuple[int, str]], below: int) -> str:
    terms = [(x, "" if x in (1, -1) else f"{abs(x)}*", bracketed(name)) for x, name in parts if x]
    text = str(constant) if constant > 0 else ""
    for x, factor, name in terms:
        text += (f" {'-' if x < 0 else '+'} " if text else ("-" if x < 0 else "")) + factor + name
    text += f" - {-constant}" if constant < 0 else ""
    return text if below == 1 else f"{bracketed(text)}/{below}"


def _exponentials(names: Sequence[str], reals: Reals) -> Block:
    """r c^s, r c^d and r/c^s, r/c^d: rationals and constants as exponents of constants and of integers."""
    texts, values, bits = fractions(12)
    ranks = _ranks(len(names))
    constants = list(zip(names, reals.tolist(), ranks.tolist(), strict=True))
    bases = [
        *(c for c in constants if c[0] != "e"),
        *((str(n), float(n), positive_bits(n)) for n in (2, 3, 5, 6, 7, 10)),
    ]
    exponents = [*zip(texts, values.tolist(), bits.tolist(), strict=True), *constants]
    powers = [
        (_exponential(base, exponent), value**power, length + more)
        for (base, value, length), (exponent, power, more) in product(bases, exponents)
        if value > 0 and exponent not in ("1", "2")
    ]
    inner, lengths = (np.array([power[k] for power in powers]) for k in (1, 2))

    def text(index: int) -> str:
        below, rest = divmod(index, len(powers) * len(texts))
        k, f = divmod(rest, len(texts))
        factor = texts[f]
        if not below:
            return times(factor, powers[k][0])
        return f"{f'({factor})' if '/' in factor else factor}/{powers[k][0]}"

    found = np.stack((inner[:, None] * values, values / inner[:, None]))
    return _block(found, np.broadcast_to(lengths[:, None] + bits, found.shape), text)


def _exponential(base: str, exponent: str) -> str:
    below = base if is_atom(base) else f"({base})"
    return f"{below}^{exponent if is_atom(exponent) else f'({exponent})'}"


def _of_functions(names: Sequence[str], reals: Reals) -> Iterator[Block]:
    """r f(s c) and r f(s) for the functions in double precision."""
    texts, values, bits = fractions(16)
    outer_texts, outer, outer_bits = fractions(12)
    inner_texts = [*texts, *(times(f, n) for n in names for f in texts)]
    inner = np.concatenate((values, (reals[:, None] * values).ravel()))
    inner_bits = np.concatenate((bits, (_ranks(len(names))[:, None] + bits).ravel()))
    for function, evaluated in FUNCTIONS.items():
        found = evaluated(inner)

        def text(index: int, function: str = function) -> str:
            k, f = divmod(index, len(outer_texts))
            return times(outer_texts[f], function.format(inner_texts[k]))

        yield _block(found[:, None] * outer, inner_bits[:, None] + outer_bits, text)


def _roots() -> Block:
    """Fractions, and the roots of fractions up to the sixth."""
    texts, values, bits = fractions(200)
    degrees = (1, 2, 3, 4, 5, 6)
    orders = np.array(degrees, dtype=float)[:, None]

    def text(index: int) -> str:
        k, f = divmod(index, len(texts))
        inner = texts[f]
        if degrees[k] <= 3:
            return (inner, f"sqrt({inner})", f"cbrt({inner})")[k]
        return f"{f'({inner})' if '/' in inner else inner}^(1/{degrees[k]})"

    return _block(values ** (1 / orders), bits + np.array([positive_bits(k) for k in degrees])[:, None], text)


def _quadratic() -> Block:
    """(a + b sqrt(n))/m for small integers."""
    roots = [n for n in range(2, 40) if all(n % (k * k) for k in range(2, 7))]
    rows = [(a, b, m) for a, b, m in product(range(-9, 10), range(1, 6), range(1, 9)) if gcd(a, b, m) == 1]
    lengths = np.array([integer_bits(a) + positive_bits(b) + positive_bits(m) for a, b, m in rows])
    a, b, m = (np.array(column, dtype=float) for column in zip(*rows, strict=True))

    def text(index: int) -> str:
        k, r = divmod(index, len(rows))
        x, y, below = rows[r]
        return _sum(x, ((y, f"sqrt({roots[k]})"),), below)

    values = (a + b * np.sqrt(np.array(roots))[:, None]) / m
    return _block(values, lengths + np.array([positive_bits(n) for n in roots])[:, None], text)


@lru_cache(maxsize=2)
def _library_block(members: tuple[tuple[str, str], ...]) -> Block:
    """Small Moebius maps of all constants of the library."""
    maps = sorted(
        {
            normal_moebius(m)
            for m in product(range(-MAP_SIZE, MAP_SIZE + 1), repeat=4)
            if m[0] * m[3] != m[1] * m[2] and sum(x != 0 for x in m) <= 3 and gcd(*m) == 1
        },
        key=integers_bits,
    )
    x, y, z, w = (np.array(column, dtype=float) for column in zip(*maps, strict=True))
    lengths = np.array([integers_bits(m) for m in maps]) + RUNG_BITS + choice_bits(len(members))
    names = {expression: name for name, expression in members}
    known = _values(list(names))
    reals = np.array([value for _, value in known])[:, None]
    with np.errstate(all="ignore"):
        values = (x + y * reals) / (z + w * reals)

    def text(index: int) -> str:
        k, m = divmod(index, len(maps))
        return moebius_text(maps[m], known[k][0])

    def constant(index: int) -> tuple[str, str]:
        expression = known[index // len(maps)][0]
        return names[expression], expression

    return Block(values.ravel(), np.broadcast_to(lengths, values.shape).ravel(), text, constant)
