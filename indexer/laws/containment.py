"""Which infinite families are instances or shifts of others, and which hold a formula, read off their templates.

A template such as `a = k*n; b = m` is linear or quadratic in its integer parameters: its coefficients at a few values
of these say all. A family lies in another one where its coefficients at a few values of its own parameters are the
other's at integers: both are polynomials of degree 2 at most.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np

from catalog.errors import FormulaError
from catalog.formulas.pcf import PCF
from catalog.formulas.polynomial import parse_polynomial
from indexer.laws.checkerboard import TEMPLATE as BOARD
from indexer.laws.checkerboard import constant_of, square_of
from indexer.laws.curves import Padded, padded, unpadded

MOVES = range(-20, 21)
"""Shifts of the parameter tried where a template is quadratic in it."""

STRETCHES = (1, -1, 2, -2, 3, -3)
"""Factors of the parameter tried there."""

_START = re.compile(r"([km]) >= (-?\d+)")


@dataclass(frozen=True)
class Pattern:
    """An infinite family as it is stored: its number, its template, for which parameters it holds, and of what."""

    number: int
    template: str
    condition: str
    constant: str

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """The parameters of the template: none of those that follow for a board."""
        return () if self.template == BOARD else tuple(p for p in "km" if re.search(rf"\b{p}\b", self.template))

    def at(self, *values: int) -> Padded | None:
        """Return the coefficients at these values of the parameters, None for degrees above 2."""
        found = []
        for part in self.template.split("; "):
            text = part.split(" = ", 1)[1]
            for name, value in zip(self.parameters, values, strict=True):
                text = re.sub(rf"\b{name}\b", f"({value})", text)
            try:
                coefficients = parse_polynomial(text)
            except FormulaError:
                return None
            if len(coefficients) > 3:
                return None
            found += [*coefficients, *(0,) * (3 - len(coefficients))]
        return tuple(found)

    @cached_property
    def linear(self) -> tuple[np.ndarray, np.ndarray] | None:
        """The coefficients (6,) at 0 and their changes (p, 6) with the parameters; None where they are not linear."""
        count = len(self.parameters)
        if not count:
            return None
        base = self.at(*(0,) * count)
        steps = [self.at(*(int(i == j) for j in range(count))) for i in range(count)]
        far = self.at(*range(2, 2 + count))
        if base is None or far is None or None in steps:
            return None
        origin = np.array(base, dtype=object)
        changes = np.array([np.array(step, dtype=object) - origin for step in steps])
        return (origin, changes) if (origin + np.arange(2, 2 + count) @ changes == np.array(far)).all() else None

    def holds(self, formula: PCF) -> bool:
        """Whether the formula is one of the family."""
        if self.template == BOARD:
            square = square_of(formula)
            return square is not None and (constant_of(square) or "1") == self.constant
        point = padded(formula)
        if point is None:
            return False
        return any(
            all(value >= least for value, least in zip(values, self._starts(), strict=True))
            for values in self._solutions(point)
        )

    def members(self, count: int) -> list[PCF]:
        """Return the first formulas of the family, the parameters growing together."""
        if self.template == BOARD:
            return []
        starts = self._starts()
        found = []
        for total in range(count * count):
            values = [start + (total if i == 0 else 0) for i, start in enumerate(starts)]
            point = self.at(*values)
            formula = None if point is None else unpadded(point)
            if formula is not None:
                found.append(formula)
            if len(found) == count:
                break
        return found

    def _starts(self) -> list[int]:
        """The least values of the parameters."""
        least = {name: int(value) for name, value in _START.findall(self.condition)}
        return [least.get(name, next(iter(least.values()), 1)) for name in self.parameters]

    def _solutions(self, point: Padded) -> Iterator[list[int]]:
        """Yield the values of the parameters at which the template is this formula."""
        if self.linear is None:
            for value in range(self._starts()[0], 200) if len(self.parameters) == 1 else ():
                if self.at(value) == point:
                    yield [value]
            return
        base, changes = self.linear
        solution = _solved(changes, np.array(point, dtype=object) - base)
        if solution is not None:
            yield solution


def contains(outer: Pattern, inner: Pattern) -> bool:
    """Whether the formulas of one family are among those of another for all parameters, but for the first few."""
    if BOARD in (outer.template, inner.template) or len(outer.parameters) < len(inner.parameters):
        return False
    if outer.linear is not None:
        base, changes = outer.linear
        points = [inner.at(*values) for values in product(range(4), repeat=len(inner.parameters))]
        return all(
            point is not None and _solved(changes, np.array(point, dtype=object) - base) is not None for point in points
        )
    if len(outer.parameters) == len(inner.parameters) == 1:
        return any(
            all(outer.at(stretch * k + move) == inner.at(k) for k in range(4))
            for stretch in STRETCHES
            for move in MOVES
        )
    return False


def _solved(changes: np.ndarray, wanted: np.ndarray) -> list[int] | None:
    """Return integers x with x @ changes = wanted, None where there are none."""
    guess, *_ = np.linalg.lstsq(changes.T.astype(float), wanted.astype(float), rcond=None)
    whole = [round(x) for x in guess.tolist()]
    return whole if (np.array(whole, dtype=object) @ changes == wanted).all() else None


def folded(patterns: Sequence[Pattern]) -> dict[int, int]:
    """Return for each family that lies in another one the number of that one; the widest and simplest stay."""
    order = sorted(patterns, key=lambda p: (-len(p.parameters), len(p.template), p.number))
    kept: list[Pattern] = []
    into: dict[int, int] = {}
    for pattern in order:
        outer = next((other for other in kept if contains(other, pattern)), None)
        if outer is None:
            kept.append(pattern)
        else:
            into[pattern.number] = outer.number
    return into


def pattern_of(row: dict[str, Any]) -> Pattern:
    """Return the family of a row of the table `pattern`."""
    return Pattern(int(row["id"]), row["template"], row["condition"], row["constant"])


def holding(patterns: Iterable[Pattern], formula: PCF) -> list[Pattern]:
    """Return the families that hold a formula."""
    return [pattern for pattern in patterns if pattern.holds(formula)]
