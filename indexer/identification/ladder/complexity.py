"""How long an answer is, in bits: the length of a code in which every answer of the ladder can be written.

The code is a prefix code: a rung of the ladder, its constants, then each integer. Since such a code has at most 2^k
words of up to k bits, at most 2^(k - I) of them are expected to match a random number with I bits of digits. That is
the number of chance hits that is told with an answer, and what an answer is accepted by (minimum description length).
"""

from __future__ import annotations

from collections.abc import Iterable
from math import log2

RUNG_BITS = 4.0
"""Bits that say which rung an answer stands on: at most 16 rungs."""

MARGIN_BITS = 14.0
"""Bits by which the digits must outweigh an answer that is called found: one false answer in 16,000 numbers."""

CERTAIN_BITS = 36.0
"""Bits by which they must outweigh one with which the ladder ends: no simpler answer is likely further up."""

CANDIDATE_BITS = 7.0
"""The same for a candidate among 12 digits and more."""

LOG2_10 = log2(10)


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
    """Return the length of several integers."""
    return sum(map(integer_bits, integers))


def choice_bits(count: int) -> float:
    """Return the length of a choice among so many."""
    return log2(max(1, count))


def fraction_bits(above: int, below: int) -> float:
    """Return the length of a fraction."""
    return integers_bits((above, below))
