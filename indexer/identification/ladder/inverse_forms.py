"""The rung of inverse forms: the number is taken through the inverses of short forms and met in the table.

x = p/q f(y) + k is found as y = f^-1((x - k) q/p), for a hundred functions f and a thousand affine maps, where y is any
of the two million expressions of `short_table`: together they are more than could be listed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from math import gcd, log2

import numpy as np
from numpy.typing import NDArray

from indexer.identification.ladder.complexity import integer_bits, positive_bits, rank_bits
from indexer.identification.ladder.match import Asked, Match
from indexer.identification.ladder.short_table import (
    DOUBLE_ERROR,
    Block,
    Reals,
    base_values,
    blocks,
    fractions,
    is_atom,
    times,
)
from indexer.mathematics.relations.text import bracketed

INVERSE_BITS = 4.0
"""Bits that say that an answer stands on this rung."""

MOST_HITS = 400
"""Expressions looked at, the shortest first."""

MOST_BITS = 36.0
"""Length of the longest expressions that are met."""

EQUAL = 2e-14
"""Relative distance within which two values of the table are taken for one number."""

LARGEST = 1e8
"""Size of the values that are looked up, and of their inverses."""

LEAST_ACCURACY = 1e-9
"""Relative error beyond which a value of an inverse function says too little."""

LEAST_SLOPE = 1e-4
"""Least relative slope of an inverse function: below it values that differ, as of tanh, would be the same number."""

STEP = 2.0**-22
"""Relative step by which the slope of an inverse function is measured."""


@dataclass(frozen=True, slots=True)
class Affine:
    """x = text with {} for u, where u = factor x + shift."""

    text: str
    factor: float
    shift: float
    bits: float


@dataclass(frozen=True, slots=True)
class Outer:
    """u = text with {} for y, and y from u."""

    text: str
    inverse: Callable[[Reals], Reals]
    bits: float


def inverse_forms(asked: Asked) -> Iterator[Match]:
    """Yield short functions of the table's expressions that agree with the number in double precision."""
    forms, outers = affine_forms(), outer_functions()
    x, width = float(asked.number.ball.mid()), float(asked.number.ball.rad())
    factor, shift = (np.array([getattr(form, name) for form in forms]) for name in ("factor", "shift"))
    inner = factor * x + shift
    order = np.argsort(inner)  # most functions are monotone, and values in order are looked up several times as quickly
    inner, factor, shift = inner[order], factor[order], shift[order]
    error = np.abs(factor) * width + DOUBLE_ERROR * (np.abs(factor * x) + np.abs(shift))
    table = sorted_table()
    hits: list[tuple[float, int, int, int]] = []
    for k, outer in enumerate(outers):
        with np.errstate(all="ignore"):
            values = outer.inverse(inner)
            slope = np.abs(outer.inverse(inner * (1 + STEP)) - values) / np.maximum(np.abs(inner) * STEP, 1e-300)
            size = np.abs(values)
            widths = 2 * slope * error + DOUBLE_ERROR * size
            good = (size < LARGEST) & (size > 1 / LARGEST) & (widths < LEAST_ACCURACY * size)
            good &= slope * np.abs(inner) > LEAST_SLOPE * size
        least, most = values[good] - widths[good], values[good] + widths[good]
        first = np.searchsorted(table.values, least)
        hit = np.flatnonzero(table.values[np.minimum(first, len(table.values) - 1)] <= most)
        last = np.searchsorted(table.values, most[hit], side="right")
        for form, start, end in zip(order[good][hit].tolist(), first[hit].tolist(), last.tolist(), strict=True):
            bits = forms[form].bits + outer.bits
            hits += [(bits + float(table.bits[at]), k, form, at) for at in range(start, end)]
    asked.tried["functions of short expressions"] = len(forms) * len(outers)
    for bits, k, form, at in sorted(hits)[:MOST_HITS]:
        if bits + INVERSE_BITS < asked.limit:
            text = composed(forms[form].text, outers[k].text, table.text(at))
            yield Match("expression", text, bits + INVERSE_BITS, "table of short expressions")


def composed(affine: str, outer: str, inner: str) -> str:
    """Return the text of an affine map of a function of an expression, without brackets and factors that say nothing.

    >>> composed("pi*{}", "1/({})", "tanh(pi)"), composed("{} - 2", "({})^2", "log(2)")
    ('pi/tanh(pi)', 'log(2)^2 - 2')
    >>> composed("{}", "sin(pi*{})", "1/180"), composed("3*{}", "2^({})", "1/pi")
    ('sin(pi/180)', '3*2^(1/pi)')
    """
    calls = re.match("[a-z]", outer) and outer.endswith("({})")
    bare = outer if calls or not is_atom(inner) else outer.replace("({})", "{}")
    if "pi*{}" in outer:
        whole = outer.replace("*{}", inner[1:]) if inner.startswith("1/") else outer.format(bracketed(inner))
    else:
        whole = bare.format(inner if "(" in bare else bracketed(inner))
    return affine.replace("*{}", whole[1:]) if whole.startswith("1/") and "*{}" in affine else affine.format(whole)


# ------------------------------------------------------------------ the table, sorted


@dataclass(frozen=True)
class SortedTable:
    """The values of all blocks in order, with their lengths less the table's own, and whence they are."""

    values: Reals
    bits: Reals
    places: NDArray[np.int32]
    starts: Sequence[int]
    blocks: Sequence[Block]

    def text(self, at: int) -> str:
        """Return the expression at a place of the order."""
        place = int(self.places[at])
        block = int(np.searchsorted(self.starts, place, side="right")) - 1
        return self.blocks[block].text(place - self.starts[block])


@lru_cache(maxsize=1)
def sorted_table() -> SortedTable:
    """Return the table in the order of its values: of equal ones the shortest, and none too large, small or long."""
    all_blocks = blocks()
    values = np.concatenate([block.values for block in all_blocks])
    bits = np.concatenate([block.bits for block in all_blocks])
    starts = np.concatenate(([0], np.cumsum([len(block.values) for block in all_blocks])[:-1])).tolist()
    with np.errstate(all="ignore"):
        kept = np.flatnonzero((bits < MOST_BITS) & (np.abs(values) < LARGEST) & (np.abs(values) > 1 / LARGEST))
    order = kept[np.argsort(values[kept])]
    order = order[_shortest(values[order], bits[order])]
    excess = log2(float(np.sum(2.0 ** -bits[order])))
    return SortedTable(values[order], bits[order] + excess, order.astype(np.int32), starts, all_blocks)


def _shortest(values: Reals, bits: Reals) -> NDArray[np.int64]:
    """Return the indices of the shortest of equal values, the values in order."""
    starts = np.flatnonzero(np.diff(values, prepend=-math.inf) > EQUAL * np.abs(values))
    counts = np.diff(starts, append=len(values))
    least = np.flatnonzero(bits == np.repeat(np.minimum.reduceat(bits, starts), counts))
    group = np.searchsorted(starts, least, side="right")
    return least[np.diff(group, prepend=0) > 0]


# ------------------------------------------------------------------ what stands around


@lru_cache(maxsize=1)
def affine_forms() -> tuple[Affine, ...]:
    """Return r u, k + u, r c + u, r c u, r (k + u) and their negatives, with lengths that make a complete code."""
    known = dict(base_values())
    forms = [Affine("{}", 1.0, 0.0, 1.0), Affine("-{}", -1.0, 0.0, 3.0)]
    texts, values, bits = fractions(30)
    for text, value, length in zip(texts, values.tolist(), bits.tolist(), strict=True):
        if text != "1":
            forms += _both(times(text, "{}"), 1 / value, 0.0, 2 + length)
    for k in (*range(-9, 0), *range(1, 10)):
        forms += _shifted(str(k), float(k), 3 + integer_bits(k))
    halves, values, bits = fractions(6)
    for rank, name in enumerate(("pi", "e", "log(2)", "sqrt(2)", "sqrt(3)", "euler_gamma", "sqrt(5)")):
        for text, value, length in zip(halves, values.tolist(), bits.tolist(), strict=True):
            if name == "pi" or len(text) == 1:
                shift = value * known[name]
                length = 4 + rank_bits(rank, 7) + length
                forms += _shifted(times(text, name), shift, length) + _shifted(f"-{times(text, name)}", -shift, length)
    for rank, name in enumerate(("pi", "sqrt(pi)", "e", "sqrt(2)", "sqrt(3)", "log(2)", "pi^2", "sqrt(5)", "phi")):
        constant = known.get(name, math.nan)
        for text, value, length in zip(halves, values.tolist(), bits.tolist(), strict=True):
            length = 4 + rank_bits(rank, 9) + length
            above, _, below = text.partition("/")
            lead = "" if above == "1" else f"{above}*"
            forms += _both(f"{lead}{name}*{{}}" + (f"/{below}" if below else ""), 1 / (value * constant), 0.0, length)
            forms += _both(f"{lead}{{}}/" + (f"({below}*{name})" if below else name), constant / value, 0.0, length)
    for p, q, k in ((p, q, k) for p in range(1, 4) for q in range(1, 5) for k in range(-5, 6)):
        if k and (p, q) != (1, 1) and gcd(p, q) == 1:
            length = 5 + positive_bits(p) + positive_bits(q) + integer_bits(k)
            shown = f"{p if p > 1 else ''}{'*' if p > 1 else ''}({{}} {'-' if k < 0 else '+'} {abs(k)})"
            forms += _both(shown + (f"/{q}" if q > 1 else ""), q / p, -float(k), length)
    excess = log2(sum(2.0**-form.bits for form in forms))
    return tuple(Affine(form.text, form.factor, form.shift, form.bits + excess) for form in forms)


def _both(text: str, factor: float, shift: float, bits: float) -> list[Affine]:
    """x = text(u) and x = -text(u), u = factor x + shift."""
    return [Affine(text, factor, shift, bits), Affine(f"-{text}", -factor, shift, bits + 2)]


def _shifted(text: str, shift: float, bits: float) -> list[Affine]:
    """x = shift + u and x = shift - u."""
    plus = f"{{}} - {text[1:]}" if text.startswith("-") else f"{text} + {{}}"
    return [Affine(plus, 1.0, -shift, bits), Affine(f"{text} - {{}}", -1.0, shift, bits + 1)]


_FUNCTIONS: tuple[tuple[str, Callable[[Reals], Reals]], ...] = (
    ("exp({})", np.log),
    ("log({})", np.exp),
    ("1/({})", lambda u: 1 / u),
    ("sqrt({})", lambda u: np.where(u > 0, u * u, math.nan)),
    ("({})^2", np.sqrt),
    ("sin({})", np.arcsin),
    ("cos({})", np.arccos),
    ("tan({})", np.arctan),
    ("atan({})", lambda u: np.where(np.abs(u) < math.pi / 2, np.tan(u), math.nan)),
    ("asin({})", lambda u: np.where(np.abs(u) < math.pi / 2, np.sin(u), math.nan)),
    ("acos({})", lambda u: np.where((u > 0) & (u < math.pi), np.cos(u), math.nan)),
    ("cbrt({})", lambda u: np.where(u > 0, u**3, math.nan)),
    ("({})^3", np.cbrt),
    ("sinh({})", np.arcsinh),
    ("cosh({})", np.arccosh),
    ("tanh({})", np.arctanh),
    ("asinh({})", np.sinh),
    ("acosh({})", lambda u: np.where(u > 0, np.cosh(u), math.nan)),
    ("atanh({})", np.tanh),
    ("lambertw({})", lambda u: np.where(u > -1, u * np.exp(u), math.nan)),
    ("exp(lambertw(log({})))", lambda u: np.where(u > 0, np.abs(u) ** u, math.nan)),
    ("({})^(1/4)", lambda u: np.where(u > 0, u**4, math.nan)),
    ("({})^(2/3)", lambda u: np.where(u > 0, u**1.5, math.nan)),
    ("({})^(3/2)", lambda u: np.cbrt(u) ** 2),
    ("sin({})", lambda u: math.pi - np.arcsin(u)),
    ("sin({})", lambda u: 2 * math.pi + np.arcsin(u)),
    ("cos({})", lambda u: 2 * math.pi - np.arccos(u)),
    ("cos({})", lambda u: 2 * math.pi + np.arccos(u)),
    ("tan({})", lambda u: math.pi + np.arctan(u)),
    ("tan({})", lambda u: 2 * math.pi + np.arctan(u)),
    ("sin({})", lambda u: 3 * math.pi - np.arcsin(u)),
)
"""Functions with their inverses, the commonest first; those with several inverses stand several times."""


_OF_PI: tuple[tuple[str, Callable[[Reals], Reals]], ...] = (
    ("cos(pi*{})", lambda u: np.arccos(u) / math.pi),
    ("sin(pi*{})", lambda u: np.arcsin(u) / math.pi),
    ("tan(pi*{})", lambda u: np.arctan(u) / math.pi),
    ("exp(pi*{})", lambda u: np.log(u) / math.pi),
    ("tanh(pi*{})", lambda u: np.arctanh(u) / math.pi),
    ("sinh(pi*{})", lambda u: np.arcsinh(u) / math.pi),
    ("cosh(pi*{})", lambda u: np.arccosh(u) / math.pi),
)
"""Functions of multiples of pi."""


def _logarithm(divisor: float, u: Reals) -> Reals:
    return np.log(u) / divisor


def _root(exponent: float, u: Reals) -> Reals:
    return np.where(u > 0, np.abs(u) ** (1 / exponent), math.nan)


@lru_cache(maxsize=1)
def outer_functions() -> tuple[Outer, ...]:
    """Return functions of one argument, c^y and y^c, with lengths that make a complete code."""
    found = [Outer("{}", lambda u: u, 2.0)]
    found += [Outer(text, inverse, 1 + rank_bits(k, len(_FUNCTIONS))) for k, (text, inverse) in enumerate(_FUNCTIONS)]
    known = [*base_values(), *((str(n), float(n)) for n in (2, 3, 5, 6, 7, 10))]
    for k, (name, value) in enumerate(known):
        base = name if is_atom(name) else f"({name})"
        length = 3 + rank_bits(k, len(known))
        if value > 0 and value != 1 and name != "e":
            found.append(Outer(f"{base}^({{}})", partial(_logarithm, math.log(value)), length))
        if name not in ("2", "3"):
            found.append(Outer(f"({{}})^{base}", partial(_root, value), length))
    for k, (text, inverse) in enumerate(_OF_PI):
        found.append(Outer(text, inverse, 4 + rank_bits(k, len(_OF_PI))))
    excess = log2(sum(2.0**-outer.bits for outer in found))
    return tuple(Outer(outer.text, outer.inverse, outer.bits + excess) for outer in found)
