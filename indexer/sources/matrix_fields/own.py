"""Fields that somebody gives by their matrices: polynomials in the axes, as JSON.

    {"name": "mine", "matrices": {"x": [["1", "-y-1"], ["-1", "x+y+2"]], "y": [["0", "-y-1"], ["-1", "x+y+1"]]}}

A matrix counts up to a factor, so that the common denominator of its entries is left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from flint import fmpq, fmpq_mpoly_ctx, fmpq_poly

from catalog.errors import FormulaError
from catalog.syntax import Item, fold, parse
from indexer.sources.matrix_fields.field import Field, Point, require_conservative
from indexer.sources.matrix_fields.matrices import RationalMatrix, determinant

MAX_RANK = 6
"""Largest rank of a given field."""

MAX_OWN_AXES = 12
"""Most axes of a given field."""

MAX_POWER = 24
"""Highest degree of an entry of a matrix."""

MAX_CHARACTERS = 20_000
"""Longest definition of a field."""

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}", re.ASCII)
_AXIS = re.compile(r"[c-zA-Z]\w{0,7}", re.ASCII)

Entry = Any
"""A polynomial in the axes, of flint's fmpq_mpoly."""

Terms = Sequence[tuple[tuple[int, ...], fmpq]]
"""A polynomial in the axes: exponents and coefficient of each term."""


def is_definition(text: str) -> bool:
    """Say whether a text gives a field by its matrices, and not by name."""
    return text.lstrip().startswith("{")


def definition_text(name: str, matrices: Mapping[str, Any]) -> str:
    """Return the text that `field_of_definition` reads."""
    return json.dumps({"name": name, "matrices": matrices}, separators=(", ", ": "))


@lru_cache(maxsize=64)
def field_of_definition(text: str) -> Field:
    """Return the field of a definition; raises FormulaError where it is none, or is not conservative."""
    if len(text) > MAX_CHARACTERS:
        raise FormulaError(f"the definition of the field has {len(text)} characters, beyond the {MAX_CHARACTERS} read")
    try:
        given = json.loads(text)
    except (ValueError, RecursionError):
        raise FormulaError("the definition of the field is no JSON object with name and matrices") from None
    if not isinstance(given, dict) or set(given) - {"definition"} != {"name", "matrices"}:
        raise FormulaError("the definition of a field has a name and matrices, and nothing else")
    name = given["name"]
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise FormulaError(f"{str(name)[:40]!r} is no name of a field; take a letter, then letters, digits, _ or -")
    field = _field(name, given["matrices"])
    require_conservative(field)
    return field


def _field(name: str, matrices: Any) -> Field:
    if not isinstance(matrices, dict) or not 1 <= len(matrices) <= MAX_OWN_AXES:
        raise FormulaError(f"the field {name} needs 1 to {MAX_OWN_AXES} matrices, by axis")
    axes = tuple(matrices)
    for axis in axes:
        if not _AXIS.fullmatch(axis):
            raise FormulaError(f"{axis[:40]!r} is no name of an axis; take letters and digits, the first not a or b")
    rank = _rank(name, axes[0], matrices[axes[0]])
    ring = fmpq_mpoly_ctx.get(list(axes))
    read = [[[_entry(ring, axes, name, axis, x) for x in row] for row in _rows(name, axis, rank, matrices[axis])]
            for axis in axes]  # fmt: skip
    for axis, matrix in zip(axes, read, strict=True):
        if not determinant(matrix):
            raise FormulaError(
                f"the matrix {axis} of the field {name} has the determinant 0, so that no step leads back"
            )
    terms = [[[list(x.to_dict().items()) for x in row] for row in matrix] for matrix in read]
    written = ", ".join(f"M_{axis} = {_written(matrix)}" for axis, matrix in zip(axes, read, strict=True))

    def step(axis: int, point: Point) -> RationalMatrix:
        return [[_at(x, point) for x in row] for row in terms[axis]]

    return Field(name, axes, rank, written, step, definition_text(name, matrices))


def _written(matrix: list[list[Entry]]) -> str:
    return "[" + ", ".join("[" + ", ".join(map(str, row)) + "]" for row in matrix) + "]"


def _rank(name: str, axis: str, matrix: Any) -> int:
    if not isinstance(matrix, list) or not 2 <= len(matrix) <= MAX_RANK:
        raise FormulaError(f"the matrix {axis} of the field {name} must have 2 to {MAX_RANK} rows")
    return len(matrix)


def _rows(name: str, axis: str, rank: int, matrix: Any) -> list[list[Any]]:
    if (
        not isinstance(matrix, list)
        or len(matrix) != rank
        or any(not isinstance(row, list) or len(row) != rank for row in matrix)
    ):
        raise FormulaError(f"the matrix {axis} of the field {name} is not {rank} by {rank}, as the first one")
    return matrix


def _entry(ring: Any, axes: tuple[str, ...], name: str, axis: str, text: Any) -> Entry:
    """Return an entry as a polynomial in the axes."""
    what = f"an entry of the matrix {axis} of the field {name}"
    if isinstance(text, bool) or not isinstance(text, str | int):
        raise FormulaError(
            f"an entry of the matrix {axis} of the field {name} is no polynomial; write text such as x+y+2"
        )
    what = f"an entry of the matrix {axis} of the field {name}"
    gens = dict(zip(axes, ring.gens(), strict=True))

    def leaf(item: Item) -> Entry:
        if item.kind == "integer":
            return ring.constant(int(item.text))
        if item.text not in gens:
            raise FormulaError(f"{what} uses {item.text[:40]!r}, which is no axis; its axes are {', '.join(axes)}")
        return gens[item.text]

    def apply(item: Item, values: Sequence[Entry]) -> Entry:
        return _applied(item, values, what, ring)

    return fold(parse(str(text), error=FormulaError, is_variable=gens.__contains__, what=what), leaf, apply)


def _applied(item: Item, values: Sequence[Entry], what: str, ring: Any) -> Entry:
    if item.kind == "call":
        raise FormulaError(f"{what} is no polynomial: it uses {item.text[:40]}(...)")
    if item.text == "neg":
        return -values[0]
    left, right = values
    if item.text in "+-":
        return left + right if item.text == "+" else left - right
    if item.text == "*":
        return _small(left * right, what) if _degree(left) + _degree(right) <= MAX_POWER else _too_high(what)
    if not right.is_constant():
        raise FormulaError(f"{what} is no polynomial; a matrix counts up to a factor, so leave denominators out")
    number = right.leading_coefficient() if right else fmpq(0)
    if item.text == "/":
        if not number:
            raise FormulaError(f"{what} is divided by zero")
        return left * ring.constant(1 / number)
    if number.q != 1 or number < 0:
        raise FormulaError(f"{what} has a power that is no integer from 0 on")
    power = int(number.p)
    return _small(left**power, what) if max(_degree(left), 1) * power <= MAX_POWER else _too_high(what)


def _degree(polynomial: Entry) -> int:
    return int(polynomial.total_degree()) if polynomial else 0


def _small(polynomial: Entry, what: str) -> Entry:
    return polynomial if _degree(polynomial) <= MAX_POWER else _too_high(what)


def _too_high(what: str) -> Entry:
    raise FormulaError(f"{what} has a degree beyond the supported {MAX_POWER}")


def _at(terms: Terms, point: Point) -> fmpq_poly:
    """Return the value of a polynomial at a point."""
    total = 0 * point[0]
    for exponents, coefficient in terms:
        product = 0 * point[0] + coefficient
        for coordinate, exponent in zip(point, exponents, strict=True):
            if exponent:
                product = product * coordinate**exponent
        total = total + product
    return total
