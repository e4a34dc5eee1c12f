"""Two by two matrices of integer polynomials: the steps of a continued fraction, shifted, folded, multiplied.

The step C(n) = ((0, b(n)), (1, a(n))) takes the tail from n + 1 to the tail from n: with K_n = b(n)/(a(n) + K_{n+1}),
the vector (K_n, 1) is a multiple of C(n) (K_{n+1}, 1), and the limit is a(0) + K_1.
"""

from __future__ import annotations

from flint import fmpz_poly

from catalog.formulas.pcf import PCF

Matrix = tuple[fmpz_poly, fmpz_poly, fmpz_poly, fmpz_poly]
"""A matrix of integer polynomials in n, row by row."""


def step(formula: PCF) -> Matrix:
    """Return the step ((0, b), (1, a)) of a formula."""
    return fmpz_poly([]), fmpz_poly(list(formula.b)), fmpz_poly([1]), fmpz_poly(list(formula.a))


def product(left: Matrix, right: Matrix) -> Matrix:
    """Return the product of two matrices."""
    p, q, r, s = left
    t, u, v, w = right
    return p * t + q * v, p * u + q * w, r * t + s * v, r * u + s * w


def determinant(matrix: Matrix) -> fmpz_poly:
    """Return the determinant of a matrix."""
    return matrix[0] * matrix[3] - matrix[1] * matrix[2]


def shifted(matrix: Matrix, by: int = 1) -> Matrix:
    """Return the matrix at n + `by`."""
    return _composed(matrix, fmpz_poly([by, 1]))


def fold(formula: PCF, k: int) -> Matrix:
    """Return C(kn) C(kn + 1) ... C(kn + k - 1): k steps of a formula taken as one, nothing divided out."""
    matrix = step(formula)
    if k == 1:
        return matrix
    total = _composed(matrix, fmpz_poly([0, k]))
    for j in range(1, k):
        total = product(total, _composed(matrix, fmpz_poly([j, k])))
    return total


def _composed(matrix: Matrix, inner: fmpz_poly) -> Matrix:
    p, q, r, s = matrix
    return p(inner), q(inner), r(inner), s(inner)
