"""Rungs with one constant: Moebius maps of the library's members, and of functions at simple arguments."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from math import gcd

from indexer.identification.ladder.complexity import RUNG_BITS, choice_bits, rank_bits, relation_bits
from indexer.identification.ladder.constants import COMMON
from indexer.identification.ladder.match import Asked, Match, common
from indexer.identification.library import NamedConstant
from indexer.mathematics.relations.search import normal_moebius
from indexer.mathematics.relations.text import moebius_text

FUNCTIONS = (
    "exp", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh", "asin", "atan", "asinh", "gamma", "zeta", "psi", "erf",
    "erfinv", "si", "ci", "li", "lambertw", "ellipk", "ellipe", "ei", "airyai", "airybi",
)  # fmt: skip
"""Functions whose values at simple arguments are tried."""

INTEGER_BITS = 16
"""Bits to which a value may agree with an integer."""

ARGUMENTS = (
    "1/2", "1/3", "2/3", "1/4", "3/4", "1", "3/2", "2", "3", "1/5", "2/5", "1/6", "sqrt(2)", "sqrt(3)", "sqrt(5)",
    "pi", "pi/2", "e", "1/pi", "1/e", "phi", "log(2)", "sqrt(pi)", "pi^2", "2*pi", "euler_gamma",
)  # fmt: skip
"""The arguments, the simplest first."""


OF_FRACTIONS = ("gamma", "psi", "lambertw", "ellipk", "ellipe", "zeta", "atan", "asin")
"""Functions whose values at fractions up to twelfths are tried."""

OF_PI = ("pi", "pi/2", "pi*sqrt(2)", "pi*sqrt(3)", "pi/sqrt(2)", "pi*sqrt(3)/2", "pi*sqrt(5)", "2*pi")
"""Multiples of pi in sums over n of rational functions of n^2."""

BESSEL = ("besselj", "bessely", "besseli", "besselk")

POLYLOG = ("1/2", "-1/2", "1/3", "-1/3", "2/3", "1/4", "-1/4", "3/4", "1/5", "phi - 1", "2 - phi", "sqrt(2) - 1")
"""Arguments of polylogarithms."""


def library(asked: Asked) -> Iterator[Match]:
    """Yield Moebius maps of the constants of the library."""
    members = list(asked.library)
    bits = {text: RUNG_BITS + rank_bits(k, len(COMMON)) + 1 for k, text in enumerate(COMMON)}
    usual = RUNG_BITS + choice_bits(len(members)) + 1
    yield from _maps(asked, members, "constants, Moebius", usual, bits)
    for member in members:
        if (few := asked.cut_for(member.expression)) is not None:
            yield from _maps(few, [member], "constants, Moebius", usual, bits)


def values(asked: Asked) -> Iterator[Match]:
    """Yield Moebius maps of functions at simple arguments."""
    known = {c.expression for c in asked.library}
    members = [c for c in _values() if c.expression not in known and not _is_nearly_integer(asked, c.expression)]
    yield from _maps(asked, members, "functions at simple arguments", RUNG_BITS + choice_bits(len(members)), {})


def _is_nearly_integer(asked: Asked, expression: str) -> bool:
    """Whether a value is so near an integer, as erf(pi^2) is, that its maps would be rational numbers in disguise."""
    value = asked.constant(expression)
    if value is None:
        return False
    return abs(value - (value + (1 << asked.bits - 1) >> asked.bits << asked.bits)) << INTEGER_BITS < 1 << asked.bits


@lru_cache(maxsize=1)
def _values() -> tuple[NamedConstant, ...]:
    texts = [f"{f}({x})" for f in FUNCTIONS for x in ARGUMENTS]
    texts += [f"{f}({p}/{q})" for f in OF_FRACTIONS for q in range(2, 13) for p in range(1, q) if gcd(p, q) == 1]
    texts += [
        f"{f}({v}, {x})" for f in BESSEL for v in ("0", "1", "2", "1/3", "1/4") for x in ("1", "2", "1/2", "3", "pi")
    ]
    texts += [f"polylog({k}, {x})" for k in (2, 3, 4, 5) for x in POLYLOG]
    texts += [f"zeta({k})" for k in range(7, 20, 2)] + [f"stieltjes({k})" for k in range(1, 6)]
    texts += [f"polygamma({k}, {x})" for k in (1, 2, 3) for x in ("1/3", "1/4", "1/6", "1/8", "1/5", "2/5")]
    texts += [f"pi*{f}({x})" for f in ("coth", "tanh", "cot") for x in OF_PI] + [f"pi/sinh({x})" for x in OF_PI]
    texts += ["si(pi)/pi"]
    return common(list(dict.fromkeys(texts)))


def _maps(
    asked: Asked, members: Sequence[NamedConstant], rung: str, usual: float, known: dict[str, float]
) -> Iterator[Match]:
    one, x = 1 << asked.bits, asked.scaled
    for member in members:
        c = asked.constant(member.expression)
        if c is None:
            continue
        spread = max(1, abs(c) >> asked.bits)
        bits = known.get(member.expression, usual)
        for row in asked.relations([one, c, -x, -asked.times(x, c)], rung, spread, asked.limit - bits):
            complexity = bits + relation_bits(row)
            if complexity < asked.limit and row[0] * row[3] != row[1] * row[2]:
                normal = normal_moebius(row)
                yield Match(
                    "moebius",
                    moebius_text(normal, member.expression),
                    complexity,
                    names=(member.name,),
                    terms=(member.expression,),
                    coefficients=normal,
                )
