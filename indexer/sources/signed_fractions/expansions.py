"""Signed continued fractions A_0 + s_0/(A_1 + s_1/(A_2 + ...)) of a number, with signs s_i of a period.

A_i is the floor where s_i = +1 and the ceiling where s_i = -1, so that complete quotients after the first exceed 1.
Both ends of an enclosure are expanded exactly, and the quotients end where they part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import product
from math import gcd

from flint import arb, ctx
from gmpy2 import mpz

from catalog.constants.evaluation import evaluate
from catalog.constants.expressions import Expression
from indexer.mathematics.numbers.decimals import bits_for, scaled_ends

Moebius = tuple[int, int, int, int]
"""x, y, z, w of (x + y c)/(z + w c)."""

Signs = tuple[int, ...]
"""One period of signs, 1 or -1 each."""

Ends = tuple[tuple[mpz, mpz], tuple[mpz, mpz]]
"""Numerator and positive denominator of both ends of an interval."""

Enclosed = Callable[[int], arb]
"""An enclosure of a number to about so many decimal digits."""

GUARD_DIGITS = 20
"""Digits by which a number is evaluated beyond those asked for."""


def enclosed(expression: Expression) -> Enclosed:
    """Return what evaluates an expression, once for each number of digits."""

    @cache
    def ball(digits: int) -> arb:
        return evaluate(expression, bits_for(digits + GUARD_DIGITS))

    return ball


def ends(ball: arb, moebius: Moebius) -> Ends | None:
    """Return the ends of a map of a ball; None where the map has a pole there or depends on nothing."""
    x, y, z, w = moebius
    low, high, exponent = scaled_ends(ball)
    up, down = mpz(1) << max(exponent, 0), mpz(1) << max(-exponent, 0)
    mapped = []
    for end in (low * up, high * up):
        above, below = x * down + y * end, z * down + w * end
        if below == 0:
            return None
        mapped.append((above, below) if below > 0 else (-above, -below))
    with ctx.workprec(64):
        if w and (z + w * ball).contains(0):
            return None
    return mapped[0], mapped[1]


def expand(interval: Ends, signs: Signs, depth: int) -> list[int]:
    """Return the quotients, at most `depth`, that all numbers of an interval share.

    A rational number's end with the quotient that is exact.
    """
    (p, q), (r, s) = interval
    quotients: list[int] = []
    period = len(signs)
    for i in range(depth):
        sign = signs[i % period]
        if sign > 0:
            a, other = p // q, r // s
        else:
            a, other = -(-p // q), -(-r // s)
        if a != other:
            break
        quotients.append(int(a))
        p, q, r, s = q, sign * (p - a * q), s, sign * (r - a * s)
        if q <= 0 or s <= 0:
            break
    return quotients


def maps(height: int) -> Iterator[Moebius]:
    """Yield the primitive maps (x, y, z, w) with entries up to a height and determinant not 0, one of each pair +-."""
    for x, y, z, w in product(range(-height, height + 1), repeat=4):
        if x * w != y * z and (w or z) > 0 and gcd(x, y, z, w) == 1:
            yield x, y, z, w


def sign_patterns(longest: int) -> list[Signs]:
    """Return the sign periods up to a length, shortest first, none a repetition of a shorter one."""
    found: list[Signs] = []
    for length in range(1, longest + 1):
        for signs in product((1, -1), repeat=length):
            if not any(length % d == 0 and signs == signs[:d] * (length // d) for d in range(1, length)):
                found.append(signs)
    return found


def sign_at(signs: Sequence[int], i: int) -> int:
    """Return the sign after the quotient number i."""
    return signs[i % len(signs)]
