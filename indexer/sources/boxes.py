"""Boxes: every coefficient free in -N..N, mirror pairs next to each other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from catalog.formulas.pcf import PCF
from indexer.sources.space import Coefficients, Space
from indexer.sources.template import Template


@dataclass(frozen=True)
class Box(Space):
    """All formulas of degrees at most deg_a, deg_b with coefficients in -bound..bound, neither polynomial zero.

    The digits of a rank are, slowest first, the coefficients of the highest power down, a's before b's, each in
    the order 0, 1, -1, 2, ..., with the sign of a as the fastest: ranks 2k and 2k+1 are mirrors of each other, and
    the even one has a positive leading coefficient of a.
    """

    deg_a: int
    deg_b: int
    bound: int

    def coefficients_of(self, ranks: NDArray[np.int64]) -> tuple[Coefficients, Coefficients]:
        """Return what `Space` says; a million rows take about 0.3 seconds."""
        rest, odd = ranks // 2, ranks % 2 == 1
        A = np.zeros((len(ranks), self.deg_a + 1), dtype=np.int64)
        B = np.zeros((len(ranks), self.deg_b + 1), dtype=np.int64)
        any_a, any_b = np.zeros(len(ranks), dtype=bool), np.zeros(len(ranks), dtype=bool)
        for in_a, power in self._digits():
            digit, rest = self._split(rest, in_a, power, any_a, any_b)
            values = np.where(digit % 2 == 1, (digit + 1) // 2, -(digit // 2))
            if in_a:
                A[:, power] = np.where(any_a, values, digit)
                any_a |= digit > 0
            else:
                B[:, power] = values
                any_b |= digit > 0
        A[odd] *= -1
        return A, B

    def rank_of(self, formula: PCF) -> int | None:
        """Return the rank of a formula of the box, by the counts of what comes before each digit."""
        if formula.deg_a > self.deg_a or formula.deg_b > self.deg_b or formula.height > self.bound:
            return None
        odd = formula.a[-1] < 0
        positive = formula.positive()
        rank, any_a, any_b = 0, False, False
        for in_a, power in self._digits():
            side = positive.a if in_a else positive.b
            value = side[power] if power < len(side) else 0
            digit = value if in_a and not any_a else 2 * abs(value) - (value > 0)
            if digit:
                rank += self._completions(in_a, power, any_a, any_b)
                now_a, now_b = any_a or in_a, any_b or not in_a
                rank += (digit - 1) * self._completions(in_a, power, now_a, now_b)
                any_a, any_b = now_a, now_b
        return 2 * rank + odd

    def _digits(self) -> list[tuple[bool, int]]:
        """Return (is a coefficient of a, power of n) for each digit, slowest first."""
        powers = range(max(self.deg_a, self.deg_b), -1, -1)
        return [(in_a, k) for k in powers for in_a in (True, False) if k <= (self.deg_a if in_a else self.deg_b)]

    def _completions(self, in_a: bool, power: int, any_a: bool, any_b: bool) -> int:
        """Return how many ways are left after this digit; `any_a`, `any_b`: whether a, b have a nonzero one so far."""
        side = 2 * self.bound + 1
        left_a = min(power, self.deg_a + 1)
        left_b = min(power + 1 if in_a else power, self.deg_b + 1)
        ways_a: int = side**left_a if any_a else (side**left_a - 1) // 2
        ways_b: int = side**left_b if any_b else side**left_b - 1
        return ways_a * ways_b

    def _split(
        self, rest: NDArray[np.int64], in_a: bool, power: int, any_a: NDArray[np.bool_], any_b: NDArray[np.bool_]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the digit, counted in the order of values, and what is left of the rank for those after it."""
        digit = np.zeros_like(rest)
        for state in range(4):
            has_a, has_b = bool(state & 1), bool(state & 2)
            chosen = (any_a == has_a) & (any_b == has_b)
            if not chosen.any():
                continue
            zero = self._completions(in_a, power, has_a, has_b)
            each = self._completions(in_a, power, has_a or in_a, has_b or not in_a)
            after = rest[chosen] - zero
            digit[chosen] = np.where(after < 0, 0, 1 + after // each)
            rest[chosen] = np.where(after < 0, rest[chosen], after % each)
        return digit, rest


def read_box(name: str, text: str, template: Template) -> Box | None:
    """Return the box of a template where each coefficient is a parameter of its own in -N..N, else None."""
    bound = _bound(template)
    if bound is None:
        return None
    side = 2 * bound + 1
    size = (side ** len(template.a) - 1) * (side ** len(template.b) - 1)
    return Box(name, text, size, len(template.a) - 1, len(template.b) - 1, bound)


def _bound(template: Template) -> int | None:
    """Return N where each coefficient is a parameter of its own in -N..N, else None."""
    names = [p.single_parameter for p in template.a + template.b]
    ranges = {(p.low, p.high) for p in template.parameters}
    if None in names or len(set(names)) != len(names) or len(names) != len(template.parameters):
        return None
    low, high = next(iter(ranges))
    return high if len(ranges) == 1 and low == -high and high > 0 else None
