"""The matrix fields of pFq(a; b; z) at a rational z, on the solutions (F, tF, ..., t^(r-1) F) with t = z d/dz.

F solves (t prod(t + b_j - 1) - z prod(t + a_i)) F = 0 (DLMF 16.8.3), an equation of order max(p, q + 1), or one less
where p = q + 1 and z = 1. A step up a_i is (t + a_i)/a_i, a step down b_j is (t + b_j - 1)/(b_j - 1): with the
companion matrix T of t the matrices are T + a_i, and the adjugate of T + b_j where T is taken at b_j + 1.
"""

from __future__ import annotations

from fractions import Fraction

from flint import fmpq, fmpq_poly

from indexer.sources.matrix_fields.field import Field, Point, moved
from indexer.sources.matrix_fields.matrices import RationalMatrix, adjugate


def hypergeometric_field(p: int, q: int, z: Fraction) -> Field:
    """Return the field of pFq at z != 0, axes a0, a1, ... and b0, b1, ...; p <= q + 1 or any p by definition."""
    argument = fmpq(z.numerator, z.denominator)
    rank = max(p, q + 1) - (1 if p == q + 1 and z == 1 else 0)
    name = f"{p}F{q}({z})"

    def step(axis: int, point: Point) -> RationalMatrix:
        if axis < p:
            return _shifted_theta(point[:p], point[p:], argument, rank, point[axis])
        raised = moved(point, axis, 1)
        return adjugate(_shifted_theta(raised[:p], raised[p:], argument, rank, point[axis]))

    axes = (*(f"a{i}" for i in range(p)), *(f"b{j}" for j in range(q)))
    derivatives = ", ".join(("F", "tF", *(f"t^{k} F" for k in range(2, rank)))[:rank])
    definition = f"v = ({derivatives}), F = {p}F{q}(a; b; {z}), t = z d/dz"
    return Field(name, axes, rank, definition, step)


def _shifted_theta(a: Point, b: Point, z: fmpq, rank: int, shift: fmpq_poly) -> RationalMatrix:
    """Return (T + shift) times the leading coefficient of the equation, for row vectors."""
    equation = _equation(a, b, z, rank)
    lead = equation[rank]
    zero = 0 * shift
    matrix = [[zero] * rank for _ in range(rank)]
    for j in range(rank - 1):
        matrix[j + 1][j] = lead
    for i in range(rank):
        matrix[i][rank - 1] = matrix[i][rank - 1] - equation[i]
    for i in range(rank):
        matrix[i][i] = matrix[i][i] + shift * lead
    return matrix


def _equation(a: Point, b: Point, z: fmpq, rank: int) -> list[fmpq_poly]:
    """Return the coefficients of 1, t, ..., t^rank in t prod(t + b_j - 1) - z prod(t + a_i)."""
    zero = 0 * (a or b)[0]
    left, right = [zero, zero + 1], [zero + 1]
    for parameter in b:
        left = _times(left, parameter - 1)
    for parameter in a:
        right = _times(right, parameter)
    width = rank + 1
    left, right = ([*side, *[zero] * (width - len(side))] for side in (left, right))
    return [x - y * z for x, y in zip(left[:width], right[:width], strict=True)]


def _times(polynomial: list[fmpq_poly], root: fmpq_poly) -> list[fmpq_poly]:
    """Return the product with t + root, coefficients by powers of t."""
    return [x * root + y for x, y in zip([*polynomial, 0 * root], [0 * root, *polynomial], strict=True)]
