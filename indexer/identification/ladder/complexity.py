"""How long an answer is, in bits: the length of a code in which every answer of the ladder can be written.

The code is a prefix code: a rung of the ladder, its constants, then each integer. Since such a code has at most 2^k
words of up to k bits, at most 2^(k - I) of them are expected to match a random number with I bits of digits. That is
the number of chance hits that is told with an answer, and what an answer is accepted by (minimum description length).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from math import inf, log2

from flint import fmpz

RUNG_BITS = 4.0
"""Bits that say which rung an answer stands on: at most 16 rungs."""

MARGIN_BITS = 10.0
"""Bits by which the digits must outweigh an answer that is called found: fewer than one false one in 1,000 numbers."""

CERTAIN_BITS = 36.0
"""Bits by which they must outweigh one with which the ladder ends: no simpler answer is likely further up."""

CANDIDATE_BITS = 5.0
"""The same for a candidate among 12 digits and more."""

LOG2_10 = log2(10)

MOST_ALIKE = 1_000
"""Bits up to which the code of integers of one size is asked for."""


def integer_bits(n: int) -> float:
    """Return the length of an integer: a sign or none, its size, and the size of its size, as Elias's delta code has.

    >>> [round(integer_bits(n), 1) for n in (0, 1, -1, 2, 10, 1000)]
    [1.0, 4.0, 4.0, 5.3, 8.8, 17.9]
    """
    if n == 0:
        return 1.0
    size = log2(1 + abs(n))
    return 1 + size + 2 * log2(1 + size)


def integers_bits(integers: Iterable[int]) -> float:
    """Return the length of several integers: one bit or two say whether each has its own size, or all have one.

    >>> [round(integers_bits(x), 1) for x in ((0, 1, 3), (371, -5, 471, -605, 467))]
    [11.6, 65.8]
    """
    row = tuple(integers)
    size = max((n.bit_length() for n in row), default=0)
    return min(_OWN_SIZES + sum(map(integer_bits, row)), _alike_bits(size, len(row)))


_OWN_SIZES = log2(4 / 3)
"""Bits that say that each of several integers has its own size."""


@lru_cache(maxsize=4096)
def _alike_bits(size: int, count: int) -> float:
    """Return the length of so many integers of up to `size` bits that are written with the size once."""
    return 2.0 + positive_bits(size + 1) + count * log2(2.0 ** (size + 1) - 1) if size < MOST_ALIKE else inf


def relation_bits(row: Iterable[int]) -> float:
    """Return the length of the integers of a relation, of which the negative ones say the same."""
    return integers_bits(row) - 1


def may_fit(others: Sequence[fmpz], most_bits: float) -> bool:
    """Say whether a relation may have so many bits: its length is bounded by the sizes of all its integers but one."""
    sizes = [n.bit_length() for n in others]
    if sum(sizes) > most_bits:
        return False
    own = _OWN_SIZES + sum([_least_of_size(size) for size in sizes])
    return min(own, _alike_bits(max(sizes), len(sizes) + 1) - 1) <= most_bits


@cache
def _least_of_size(size: int) -> float:
    """Return the length of the shortest integers of so many bits."""
    return integer_bits(1 << size >> 1)


def positive_bits(n: int) -> float:
    """Return the length of a positive integer.

    >>> [round(positive_bits(n), 1) for n in (1, 2, 10)]
    [1.0, 4.0, 8.5]
    """
    size = log2(n)
    return 1 + size + 2 * log2(1 + size)


def choice_bits(count: int) -> float:
    """Return the length of a choice among so many that are alike."""
    return log2(max(1, count))


@lru_cache(maxsize=64)
def _harmonic(count: int) -> float:
    return log2(sum(1 / k for k in range(1, count + 1)))


def rank_bits(rank: int, count: int) -> float:
    """Return the length of a choice among so many of which the first are the commonest; `rank` counts from 0.

    >>> [round(rank_bits(k, 24), 1) for k in (0, 1, 23)]
    [1.9, 2.9, 6.5]
    """
    return log2(1 + rank) + _harmonic(count)


def fraction_bits(above: int, below: int) -> float:
    """Return the length of a positive fraction; of a sign there is one bit more.

    >>> [round(fraction_bits(*x), 1) for x in ((1, 1), (1, 2), (22, 7))]
    [2.0, 5.0, 18.0]
    """
    return positive_bits(above) + positive_bits(below)
