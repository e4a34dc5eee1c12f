"""Square matrices of polynomials with rational coefficients, which are the steps of a matrix field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import lcm
from typing import TypeVar

from flint import fmpq_poly, fmpz_poly

RationalMatrix = list[list[fmpq_poly]]
"""Rows of polynomials in n."""

Entry = TypeVar("Entry", fmpq_poly, fmpz_poly)

TOGETHER = 8
"""Matrices of a long product whose common factor is divided out at once."""

IntegerMatrix = list[list[fmpz_poly]]
"""Rows of polynomials in n without common factor: a matrix up to a scalar."""


def product(left: list[list[Entry]], right: list[list[Entry]]) -> list[list[Entry]]:
    """Return the product of two matrices."""
    columns = list(zip(*right, strict=True))
    return [
        [sum((x * y for x, y in zip(row[1:], column[1:], strict=True)), row[0] * column[0]) for column in columns]
        for row in left
    ]


def product_tree(matrices: Sequence[list[list[Entry]]]) -> list[list[Entry]]:
    """Return the product of at least one matrix in their order, halves first."""
    level = list(matrices)
    while len(level) > 1:
        paired = [product(left, right) for left, right in zip(level[::2], level[1::2], strict=False)]
        level = paired + ([level[-1]] if len(level) % 2 else [])
    return level[0]


def determinant(matrix: Sequence[Sequence[Entry]]) -> Entry:
    """Return the determinant, by the first row."""
    if len(matrix) == 1:
        return matrix[0][0]
    total = 0 * matrix[0][0]
    for j, x in enumerate(matrix[0]):
        total = total + (-1) ** j * x * determinant(minor(matrix, 0, j))
    return total


def minor(matrix: Sequence[Sequence[Entry]], row: int, column: int) -> list[list[Entry]]:
    """Return the matrix without a row and a column."""
    return [[x for j, x in enumerate(line) if j != column] for i, line in enumerate(matrix) if i != row]


def adjugate(matrix: RationalMatrix) -> RationalMatrix:
    """Return the inverse times the determinant."""
    if len(matrix) == 2:
        (p, q), (r, s) = matrix
        return [[s, -q], [-r, p]]
    size = range(len(matrix))
    return [[(-1) ** (i + j) * determinant(minor(matrix, j, i)) for j in size] for i in size]


def is_zero(matrix: Sequence[Sequence[fmpz_poly | fmpq_poly]]) -> bool:
    """Say whether every entry is 0."""
    return not any(x for row in matrix for x in row)


def primitive(matrix: RationalMatrix) -> IntegerMatrix:
    """Return a matrix with the denominators and the common factor of all entries divided out."""
    denominator = lcm(*(int(x.denom()) for row in matrix for x in row))
    return _without_factor([[(x * denominator).numer() for x in row] for row in matrix])


def primitive_product(matrices: Sequence[RationalMatrix]) -> IntegerMatrix:
    """Return `primitive` of the product of at least one matrix; factors in common are divided out of every few first.

    So the polynomials stay small: of the factors of long products more than half are in common.
    """
    blocks = (matrices[first : first + TOGETHER] for first in range(0, len(matrices), TOGETHER))
    return _without_factor(product_tree([primitive(product_tree(block)) for block in blocks]))


def _without_factor(entries: IntegerMatrix) -> IntegerMatrix:
    common = fmpz_poly([])
    for x in sorted((x for row in entries for x in row), key=lambda x: x.degree()):
        common = common.gcd(x)
        if common.degree() == 0 and abs(int(common[0])) == 1:
            return entries
    return entries if not common else [[x // common for x in row] for row in entries]


@dataclass(frozen=True)
class Difference:
    """Where two matrices are not proportional, and the polynomial that would be 0 there."""

    row: int
    column: int
    residual: object


def proportional(first: RationalMatrix, second: RationalMatrix) -> Difference | None:
    """Return where two matrices fail to be equal up to a scalar, None where they are.

    A zero matrix is no multiple of another one. With the first entry that is not 0 as x in one and y in the other, the
    residual of an entry u, v is u y - v x.
    """
    size = range(len(first))
    places = [(i, j) for i in size for j in size]
    pivot = next(((i, j) for i, j in places if first[i][j] or second[i][j]), None)
    if pivot is None:
        return None
    x, y = first[pivot[0]][pivot[1]], second[pivot[0]][pivot[1]]
    if not x or not y:
        return Difference(*pivot, x - y)
    for i, j in places:
        residual = first[i][j] * y - second[i][j] * x
        if residual:
            return Difference(i, j, residual)
    return None
