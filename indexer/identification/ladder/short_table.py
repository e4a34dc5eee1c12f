"""The rung of short expressions: a table of a million of them in double precision, looked up by value.

It is what few digits are compared with, and what finds combinations that no lattice holds, such as powers of one
constant with another. The table is made once a process.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product
from math import gcd

import numpy as np
from numpy.typing import NDArray

from catalog.constants import evaluation
from catalog.errors import ExpressionError
from indexer.identification.ladder.complexity import RUNG_BITS, choice_bits, fraction_bits, integer_bits, integers_bits
from indexer.identification.ladder.constants import COMMON
from indexer.identification.ladder.match import Asked, Match
from indexer.mathematics.relations.search import normal_moebius
from indexer.mathematics.relations.text import bracketed, moebius_text

Reals = NDArray[np.float64]

DOUBLE_ERROR = 4e-15
"""Relative error of a value of the table."""

BLOCK_BITS = 3.0
"""Bits that say which part of the table an expression is in."""

MOST_HITS = 400
"""Expressions looked at, the shortest first."""

NEIGHBOURHOOD = 0.02
"""Relative distance within which expressions are counted to tell how many chance would give."""

MAP_SIZE = 4
"""Size of the coefficients of Moebius maps of all constants."""

BASES = (*COMMON[:20], "phi", "exp(pi)", "log(phi)")
"""Constants that are combined in pairs and stand inside functions."""

FUNCTIONS: dict[str, Callable[[Reals], Reals]] = {
    "exp({})": np.exp, "log({})": np.log, "sin({})": np.sin, "cos({})": np.cos, "tan({})": np.tan, "sinh({})": np.sinh,
    "cosh({})": np.cosh, "tanh({})": np.tanh, "atan({})": np.arctan, "asin({})": np.arcsin, "asinh({})": np.arcsinh,
    "sqrt({})": np.sqrt, "cbrt({})": np.cbrt,
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
    for bits, block, index in _hits(asked, _blocks())[:MOST_HITS]:
        yield _match(block, index, bits)


def candidates(asked: Asked) -> Iterator[Match]:
    """Yield the same and small Moebius maps of all constants of the library, for a number of few digits.

    The hits that chance gives are counted: the expressions at most as long within NEIGHBOURHOOD of the number, times
    the share of it that the digits leave.
    """
    blocks = (*_blocks(), _library_block(tuple((c.name, c.expression) for c in asked.library)))
    near = np.sort(np.concatenate([_near(asked, block, NEIGHBOURHOOD)[1] for block in blocks]))
    value, radius = abs(float(asked.number.ball.mid())), float(asked.number.ball.rad())
    share = min(1.0, radius / (NEIGHBOURHOOD * value))
    for bits, block, index in _hits(asked, blocks)[:MOST_HITS]:
        shorter = int(np.searchsorted(near, bits, side="right"))
        yield replace(_match(block, index, bits), counted=shorter * share)


def _match(block: Block, index: int, bits: float) -> Match:
    name, term = block.constant(index) if block.constant else (None, None)
    names, terms = ((name,), (term,)) if name and term else ((), ())
    return Match("expression", block.text(index), bits, "table of short expressions", names, terms)


def _hits(asked: Asked, blocks: Sequence[Block]) -> list[tuple[float, Block, int]]:
    """Return the expressions within the error of the number, the shortest first: bits, block and index."""
    hits: list[tuple[float, Block, int]] = []
    for block in blocks:
        asked.tried["short expressions"] = asked.tried.get("short expressions", 0) + len(block.values)
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
def _blocks() -> tuple[Block, ...]:
    values = _values(BASES)
    names = tuple(name for name, _ in values)
    reals = np.array([value for _, value in values])
    with np.errstate(all="ignore"):
        return (
            _multiples(names, reals),
            _sums(names, reals),
            _exponentials(names, reals),
            *_of_functions(names, reals),
        )


def _values(texts: Sequence[str]) -> list[tuple[str, float]]:
    found = []
    for text in texts:
        try:
            found.append((text, float(evaluation.evaluate(text, 64).mid())))
        except ExpressionError:
            continue
    return found


@lru_cache(maxsize=8)
def _fractions(most: int) -> tuple[tuple[str, ...], Reals, Reals]:
    """Return positive fractions with p q up to `most`: their texts, values and lengths."""
    pairs = [(p, q) for q in range(1, most + 1) for p in range(1, most // q + 1) if gcd(p, q) == 1]
    texts = tuple(str(p) if q == 1 else f"{p}/{q}" for p, q in pairs)
    return texts, np.array([p / q for p, q in pairs]), np.array([fraction_bits(p, q) for p, q in pairs])


def _block(values: Reals, bits: Reals, text: Callable[[int], str], more: float = 0.0) -> Block:
    """Return a block of broadcast arrays, with the values' negatives."""
    values, bits = np.broadcast_arrays(values, bits)
    flat, length = values.ravel(), bits.ravel() + RUNG_BITS + BLOCK_BITS + more

    def signed(index: int) -> str:
        size = len(flat)
        plain = text(index % size)
        return plain if index < size else f"-{bracketed(plain)}"

    return Block(np.concatenate((flat, -flat)), np.concatenate((length, length)), signed)


def _multiples(names: Sequence[str], reals: Reals) -> Block:
    """r c^a d^b for pairs of constants and small exponents."""
    texts, fractions, bits = _fractions(36)
    powers = [(a, b) for a, b in product((-2, -1, 1, 2), (-2, -1, 0, 1, 2)) if a > 0 or b > 0 or b == 0]
    parts: list[tuple[str, float, float]] = []
    for i, j in product(range(len(names)), repeat=2):
        for a, b in powers:
            if (b == 0 and j) or (b and i >= j):
                continue
            length = choice_bits(len(names)) * (1 + (b != 0)) + integers_bits((a, b)) - 3
            parts.append((_written(names, i, j, a, b), reals[i] ** a * reals[j] ** b, length))
    inner = np.array([value for _, value, _ in parts])
    lengths = np.array([length for _, _, length in parts])

    def text(index: int) -> str:
        k, f = divmod(index, len(texts))
        return _times(texts[f], parts[k][0])

    return _block(inner[:, None] * fractions, lengths[:, None] + bits, text)


def _written(names: Sequence[str], i: int, j: int, a: int, b: int) -> str:
    above = [_power(names[k], e) for k, e in ((i, a), (j, b)) if e > 0]
    below = [_power(names[k], -e) for k, e in ((i, a), (j, b)) if e < 0]
    text = "*".join(above) or "1"
    return f"{text}/{below[0]}" if len(below) == 1 else f"{text}/({'*'.join(below)})" if below else text


def _power(name: str, exponent: int) -> str:
    """Return a power of a constant, as a factor above or below a line."""
    whole = not set("*/+-") & set(name) if exponent == 1 else _is_atom(name)
    plain = name if whole else f"({name})"
    return plain if exponent == 1 else f"{plain}^{exponent}"


def _is_atom(name: str) -> bool:
    """Whether a text is a number, a name or one call, which may be raised to a power as it stands."""
    return not set("*/+-^") & set(name)


def _times(fraction: str, text: str) -> str:
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
    pairs = [(i, j) for i in range(len(names)) for j in range(len(names)) if i < j or i == j == 0]
    lengths = np.array([integers_bits((a, b, d)) + integer_bits(m) for a, b, d, m in rows])
    a, b, d, m = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    first, second = (reals[[pair[k] for pair in pairs]][:, None] for k in (0, 1))

    def text(index: int) -> str:
        k, r = divmod(index, len(rows))
        i, j = pairs[k]
        x, y, z, below = rows[r]
        return _sum(x, ((y, names[i]), (z, names[j])), below)

    choice = 2 * choice_bits(len(names)) - 1
    return _block((a + b * first + d * second) / m, np.broadcast_to(lengths + choice, (len(pairs), len(rows))), text)


def _sum(constant: int, parts: Sequence[tuple[int, str]], below: int) -> str:
    terms = [(x, "" if x in (1, -1) else f"{abs(x)}*", bracketed(name)) for x, name in parts if x]
    text = str(constant) if constant > 0 else ""
    for x, factor, name in terms:
        text += (f" {'-' if x < 0 else '+'} " if text else ("-" if x < 0 else "")) + factor + name
    text += f" - {-constant}" if constant < 0 else ""
    return text if below == 1 else f"({text})/{below}"


def _exponentials(names: Sequence[str], reals: Reals) -> Block:
    """r c^s, r c^d and r/c^s, r/c^d: rationals and constants as exponents of constants and of integers."""
    texts, fractions, bits = _fractions(12)
    constants = [(name, value, choice_bits(len(names))) for name, value in zip(names, reals.tolist(), strict=True)]
    bases = [
        *(c for c in constants if c[0] != "e"),
        *((str(n), float(n), integer_bits(n)) for n in (2, 3, 5, 6, 7, 10)),
    ]
    exponents = [*zip(texts, fractions.tolist(), bits.tolist(), strict=True), *constants]
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
            return _times(factor, powers[k][0])
        return f"{f'({factor})' if '/' in factor else factor}/{powers[k][0]}"

    values = np.stack((inner[:, None] * fractions, fractions / inner[:, None]))
    return _block(values, np.broadcast_to(lengths[:, None] + bits, values.shape), text, 1.0)


def _exponential(base: str, exponent: str) -> str:
    below = base if _is_atom(base) else f"({base})"
    return f"{below}^{exponent if _is_atom(exponent) else f'({exponent})'}"


def _of_functions(names: Sequence[str], reals: Reals) -> Iterator[Block]:
    """r f(s c) and r f(s) for the functions in double precision."""
    texts, fractions, bits = _fractions(16)
    outer_texts, outer, outer_bits = _fractions(12)
    inner_texts = [*texts, *(_times(f, n) for n in names for f in texts)]
    inner = np.concatenate((fractions, (reals[:, None] * fractions).ravel()))
    inner_bits = np.concatenate(
        (bits + 1, (np.zeros(len(names))[:, None] + bits + 1 + choice_bits(len(names))).ravel())
    )
    for function, evaluated in FUNCTIONS.items():
        values = evaluated(inner)

        def text(index: int, function: str = function) -> str:
            k, f = divmod(index, len(outer_texts))
            return _times(outer_texts[f], function.format(inner_texts[k]))

        yield _block(values[:, None] * outer, inner_bits[:, None] + outer_bits, text, choice_bits(len(FUNCTIONS)))


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
