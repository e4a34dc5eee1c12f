"""Spaces of trajectories: all directions of a field in given ranges, from one start.

They are written `field 3F2(1); direction a* in 0..3, b* in 0..6; start (1,1,1,2,2)`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from fractions import Fraction
from functools import lru_cache
from math import gcd, prod

from catalog.errors import FormulaError, SpaceError
from catalog.formulas.pcf import PCF
from indexer.mathematics.continued_fractions.asymptotics import classify
from indexer.mathematics.continued_fractions.limit import limit
from indexer.sources.computed_spaces import ComputedSpace
from indexer.sources.matrix_fields.constants import CHECKED_DIGITS, constant_of
from indexer.sources.matrix_fields.field import Field
from indexer.sources.matrix_fields.known import field_of
from indexer.sources.matrix_fields.trajectories import MAX_STEPS, Trajectory, trajectory
from indexer.sources.space import Proposed
from indexer.sources.template import Parameter

EXAMPLE = "field 3F2(1); direction a* in 0..3, b* in 0..6; start (1,1,1,2,2)"

_RANGE = re.compile(r"\s*([a-z]\d*\*?(?:\s*,\s*[a-z]\d*\*?)*)\s+in\s+(-?\d{1,4})\s*\.\.\s*(-?\d{1,4})\s*", re.ASCII)


@dataclass(frozen=True)
class FieldSpace(ComputedSpace):
    """The formulas of the trajectories of one field from one start; the rank is a mixed radix over the direction.

    Those of a field of rank 3 or more have recurrences, which are no items of the space: `walk_at` has them.

    The first axis is the slowest. A direction that is zero, a multiple of another one, or a permutation of another one
    (of upper parameters with one start, or of lower ones), keeps its rank and holds nothing.
    """

    field: Field
    start: tuple[Fraction, ...]
    components: tuple[Parameter, ...]

    def direction_at(self, rank: int) -> tuple[int, ...]:
        """Return the direction of a rank."""
        found: list[int] = []
        for parameter in reversed(self.components):
            rank, index = divmod(rank, parameter.size)
            found.insert(0, parameter.value(index))
        return tuple(found)

    def walk_at(self, rank: int) -> Trajectory | None:
        """Return the trajectory of a rank; None where another rank has it, or its direction is 0."""
        direction = self.direction_at(rank)
        if gcd(*direction) != 1 or self._is_permutation(direction):
            return None
        return _walk(self.field.text, direction, self.start)

    def item_at(self, rank: int) -> PCF | Proposed | None:
        """Return what `ComputedSpace` says."""
        found = self.walk_at(rank)
        if found is None or found.contraction is None:
            return None
        formula = found.contraction.formula
        if classify(formula).status == "diverges":
            return formula
        value = limit(formula, CHECKED_DIGITS)
        known = None if value is None or value.exact is not None else constant_of(found, value.ball)
        return formula if known is None else Proposed(formula, known.constant, f"the field {self.field.name}")

    def _is_permutation(self, direction: tuple[int, ...]) -> bool:
        """Say whether exchanging two like axes gives a direction that comes first."""
        axes = self.field.axes
        return any(
            direction[i] < direction[j]
            for i in range(len(axes))
            for j in range(i + 1, len(axes))
            if axes[i][0] == axes[j][0] and self._alike(i, j)
        )

    def _alike(self, i: int, j: int) -> bool:
        ranges = [(self.components[k].low, self.components[k].high) for k in (i, j)]
        return self.start[i] == self.start[j] and ranges[0] == ranges[1] and self.field.axes[i][0] in "ab"


@lru_cache(maxsize=2048)  # a daemon asks for the formulas of ranks, then for their trajectories
def _walk(field: str, direction: tuple[int, ...], start: tuple[Fraction, ...]) -> Trajectory:
    return trajectory(field_of(field), direction, start)


def read_field_space(name: str, text: str) -> FieldSpace:
    """Return the space of a text such as `EXAMPLE`; raises SpaceError where it cannot be read."""
    parts = [part.strip() for part in text.split(";")]
    if len(parts) != 3 or not parts[1].startswith("direction") or not parts[2].startswith("start"):
        raise SpaceError(f"a space of trajectories is written like {EXAMPLE}")
    try:
        field = field_of(parts[0].removeprefix("field").strip().removeprefix(":"))
        start = tuple(Fraction(s.strip()) for s in parts[2].removeprefix("start").strip().strip("()").split(","))
    except (FormulaError, ValueError, ZeroDivisionError) as error:
        reason = str(error) if isinstance(error, FormulaError) else f"cannot read {parts[2][:60]!r}, rationals as 1/2"
        raise SpaceError(reason) from None
    if len(start) != len(field.axes):
        raise SpaceError(f"the field {field.name} has the axes {', '.join(field.axes)}; its start has {len(start)}")
    components = _components(field, parts[1].removeprefix("direction"))
    if sum(parameter.largest for parameter in components) > MAX_STEPS:
        raise SpaceError(f"the directions have more than {MAX_STEPS} steps; give them smaller ranges")
    try:
        trajectory(field, [1] + [0] * (len(start) - 1), start)
    except FormulaError as error:
        raise SpaceError(str(error)) from None
    return FieldSpace(name, text, prod(parameter.size for parameter in components), field, start, components)


def _components(field: Field, text: str) -> tuple[Parameter, ...]:
    """Return the range of each axis."""
    ranges: dict[str, tuple[int, int]] = {}
    at = 0
    while at < len(text.rstrip()):
        match = _RANGE.match(text, at)
        if match is None:
            raise SpaceError(f"cannot read the range {text[at:].strip()[:60]!r}; write a* in 0..3, b0 in 1..6")
        low, high = int(match[2]), int(match[3])
        if low > high:
            raise SpaceError(f"the range {low}..{high} is empty")
        for mark in (mark.strip() for mark in match[1].split(",")):
            chosen = [axis for axis in field.axes if fnmatchcase(axis, mark)]
            if not chosen:
                raise SpaceError(f"the field {field.name} has no axis {mark}; its axes are {', '.join(field.axes)}")
            ranges.update(dict.fromkeys(chosen, (low, high)))
        at = match.end() + (match.end() < len(text) and text[match.end()] == ",")
    missing = [axis for axis in field.axes if axis not in ranges]
    if missing:
        raise SpaceError(f"the direction has no range for {', '.join(missing)}")
    return tuple(Parameter(axis, *ranges[axis]) for axis in field.axes)
