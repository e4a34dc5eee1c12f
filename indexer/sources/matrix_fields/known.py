"""Fields by their names: pFq(z), and those of the literature named after the constants they were found for.

Source of the named fields: Elimelech et al., Algorithm-assisted discovery of an intrinsic order among mathematical
constants, arXiv 2308.11829.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import lru_cache

from flint import fmpq_poly

from catalog.errors import FormulaError
from catalog.syntax import plain_signs
from indexer.sources.matrix_fields.field import Field, Point
from indexer.sources.matrix_fields.hypergeometric import hypergeometric_field
from indexer.sources.matrix_fields.matrices import RationalMatrix
from indexer.sources.matrix_fields.own import field_of_definition, is_definition

MAX_AXES = 16
"""Most parameters of a pFq field: a step of 8F7 takes tenths of a second, beyond that seconds."""

MAX_ARGUMENT_DIGITS = 50
"""Most digits of numerator or denominator of z."""

HYPERGEOMETRIC = re.compile(r"\s*(\d{1,3})F(\d{1,3})\s*\(\s*([^()]+?)\s*\)\s*", re.ASCII | re.IGNORECASE)
_FRACTION = re.compile(r"([-+]?\d+)(?:/(\d+))?", re.ASCII)

Entries = Callable[[fmpq_poly, fmpq_poly], RationalMatrix]


def _e_x(x: fmpq_poly, y: fmpq_poly) -> RationalMatrix:
    return [[0 * x + 1, -y - 1], [0 * x - 1, x + y + 2]]


def _e_y(x: fmpq_poly, y: fmpq_poly) -> RationalMatrix:
    return [[0 * x, -y - 1], [0 * x - 1, x + y + 1]]


def _pi_x(x: fmpq_poly, y: fmpq_poly) -> RationalMatrix:
    return [[x, -x], [-y, 2 * x + y + 1]]


def _pi_y(x: fmpq_poly, y: fmpq_poly) -> RationalMatrix:
    return [[1 + y, -x], [-1 - y, x + 2 * y + 1]]


def _zeta3_x(x: fmpq_poly, y: fmpq_poly) -> RationalMatrix:
    return [[0 * x, -(x**3)], [(x + 1) ** 3, x**3 + (x + 1) ** 3 + 2 * y * (y - 1) * (2 * x + 1)]]


def _zeta3_y(x: fmpq_poly, y: fmpq_poly) -> RationalMatrix:
    mixed = 2 * x * y * (x - y)
    return [[-(x**3) + mixed + y**3, -(x**3)], [x**3, x**3 + 2 * x * y * (x + y) + y**3]]


def _planar(name: str, definition: str, matrices: Sequence[Entries]) -> Field:
    def step(axis: int, point: Point) -> RationalMatrix:
        return matrices[axis](*point)

    return Field(name, ("x", "y"), 2, definition, step)


NAMED = {
    field.name: field
    for field in (
        _planar("e", "M_x = [[1, -y-1], [-1, x+y+2]], M_y = [[0, -y-1], [-1, x+y+1]]", (_e_x, _e_y)),
        _planar("pi", "M_x = [[x, -x], [-y, 2x+y+1]], M_y = [[1+y, -x], [-1-y, x+2y+1]]", (_pi_x, _pi_y)),
        _planar(
            "zeta3",
            "M_x = [[0, -x^3], [(x+1)^3, x^3+(x+1)^3+2y(y-1)(2x+1)]], "
            "M_y = [[-x^3+2x^2y-2xy^2+y^3, -x^3], [x^3, x^3+2x^2y+2xy^2+y^3]]",
            (_zeta3_x, _zeta3_y),
        ),
    )
}
"""The fields of the literature."""

SHOWN = ("1F1(1)", "2F1(-1)", "2F1(1/2)", "2F1(1/4)", "3F2(1)", "3F2(-1)", "4F3(1)")
"""Hypergeometric fields that are listed; any other may be named as well."""

_SPELLINGS = {"zeta(3)": "zeta3", "π": "pi", "exp(1)": "e"}


def field_of(name: str) -> Field:
    """Return the field of a name such as `3F2(1)`, `2F1(-1/2)` or `pi`, or of a definition by matrices (`own`).

    Raises FormulaError for any other.
    """
    name = plain_signs(name)
    if is_definition(name):
        return field_of_definition(name.strip())
    plain = name.strip().lower()
    named = NAMED.get(_SPELLINGS.get(plain, plain))
    if named is not None:
        return named
    match = HYPERGEOMETRIC.fullmatch(name)
    argument = match and _FRACTION.fullmatch(match[3].replace(" ", ""))
    if match is None or argument is None:
        raise FormulaError(
            f"there is no field {name[:60]!r}; the fields are {', '.join(NAMED)} and pFq(z) such as 3F2(1) or 2F1(-1/2)"
        )
    if max(len(argument[1]), len(argument[2] or "")) > MAX_ARGUMENT_DIGITS:
        raise FormulaError(f"the argument of the field {name[:60]} has more than {MAX_ARGUMENT_DIGITS} digits")
    if argument[2] and int(argument[2]) == 0:
        raise FormulaError(f"the argument of the field {name[:60]} has the denominator 0")
    return _hypergeometric(int(match[1]), int(match[2]), Fraction(int(argument[1]), int(argument[2] or 1)))


@lru_cache(maxsize=256)
def _hypergeometric(p: int, q: int, z: Fraction) -> Field:
    if z == 0:
        raise FormulaError(f"the field {p}F{q}(0) has no steps; give an argument other than 0")
    if not 0 < p + q <= MAX_AXES:
        raise FormulaError(f"the field {p}F{q}({z}) has {p + q} parameters; fields have 1 to {MAX_AXES}")
    field = hypergeometric_field(p, q, z)
    if field.rank < 2:
        raise FormulaError(f"the field {field.name} has rank {field.rank}: its products are numbers, not fractions")
    return field


def parameters(field: Field) -> tuple[int, int, Fraction] | None:
    """Return p, q, z of a pFq field, None for any other."""
    match = None if field.given is not None else HYPERGEOMETRIC.fullmatch(field.name)
    return (int(match[1]), int(match[2]), Fraction(match[3])) if match else None
