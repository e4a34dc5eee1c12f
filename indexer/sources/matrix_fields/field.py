"""What a conservative matrix field is: a matrix for a step along each axis, the same way round every square.

M_x(p) M_y(p + x) = M_y(p) M_x(p + y) up to a scalar, so that the matrix of a walk depends on its ends alone. Row
vectors v(p) with v(p + x) = v(p) M_x(p) are the solutions. Source: Elimelech et al., arXiv 2308.11829.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import Any

from flint import fmpq, fmpq_mpoly_ctx, fmpq_poly

from catalog.errors import FormulaError
from indexer.sources.matrix_fields.matrices import RationalMatrix, adjugate, product, proportional

Point = tuple[fmpq_poly, ...]
"""Coordinates as polynomials, in n or in several variables, in the order of the axes."""

Step = Callable[[int, Point], RationalMatrix]
"""The matrix, up to a scalar, from a point one step up an axis, which is given by its index."""

LONGEST_RESIDUAL = 120
"""Characters of the difference that an error shows of two products."""


@dataclass(frozen=True)
class Field:
    """A matrix field of a rank, its axes by name; `definition` says in words what its matrices are.

    `given` is the text by which somebody gave it, None where the program defines it.
    """

    name: str
    axes: tuple[str, ...]
    rank: int
    definition: str
    step: Step
    given: str | None = None

    @property
    def text(self) -> str:
        """The text that `known.field_of` reads."""
        return self.given or self.name

    def back(self, axis: int, point: Point) -> RationalMatrix:
        """Return the matrix of a step down an axis, up to a scalar."""
        return adjugate(self.step(axis, moved(point, axis, -1)))


def moved(point: Point, axis: int, by: int) -> Point:
    """Return a point some steps along an axis."""
    return (*point[:axis], point[axis] + by, *point[axis + 1 :])


def line(start: tuple[Fraction, ...], direction: tuple[int, ...]) -> Point:
    """Return the point start + n direction."""
    return tuple(fmpq_poly([fmpq(s.numerator, s.denominator), t]) for s, t in zip(start, direction, strict=True))


def require_conservative(field: Field) -> None:
    """Raise FormulaError where two steps along different axes do not commute up to a scalar, saying where.

    The products are multiplied out as polynomials in all coordinates, so that nothing is left to chance.
    """
    ring = fmpq_mpoly_ctx.get(list(field.axes))
    coordinates: tuple[Any, ...] = ring.gens()
    _commute(field, coordinates)


def _commute(field: Field, point: Point) -> None:
    for x, y in combinations(range(len(field.axes)), 2):
        one = product(field.step(x, point), field.step(y, moved(point, x, 1)))
        other = product(field.step(y, point), field.step(x, moved(point, y, 1)))
        where = proportional(one, other)
        if where is not None:
            raise FormulaError(
                f"the field {field.name} is not conservative: the steps {field.axes[x]}, {field.axes[y]} and "
                f"{field.axes[y]}, {field.axes[x]} differ in row {where.row + 1}, column {where.column + 1}, "
                f"by {_short(where.residual)}"
            )


def _short(polynomial: object) -> str:
    """Return a polynomial as text, its beginning where it is long."""
    text = str(polynomial)
    return text if len(text) <= LONGEST_RESIDUAL else f"{text[:LONGEST_RESIDUAL]}..."
