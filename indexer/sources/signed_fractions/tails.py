"""The tail of a pattern as a formula, and the proof of its limit by an equivalence to PCF(alpha k + beta, +-1).

One period takes the tail after it to the tail before it by M(k) = prod ((P_j(k), s_j), (1, 0)), a polynomial matrix,
which reduces to a continued fraction as those of matrix fields do. Where all subsequences are linear or constant the
determinant is 1 or -1, and the fraction is equivalent to one of the PCF(alpha k + beta, +-1), several steps of which
may count as one of the other; their limits are quotients of Bessel functions.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import lcm

import gmpy2
from flint import fmpq, fmpq_poly, fmpz_poly

from catalog.formulas.pcf import PCF
from indexer.mathematics.equivalence.decision import Equivalence, no_limit, relate
from indexer.mathematics.equivalence.matrices import Matrix, fold, shifted
from indexer.mathematics.equivalence.matrices import product as matrix_product
from indexer.sources.matrix_fields.matrices import IntegerMatrix, RationalMatrix, primitive, product_tree
from indexer.sources.matrix_fields.trajectories import Contraction, Numbers, composed, continued_fractions, inverse
from indexer.sources.signed_fractions.patterns import Canonical, Pattern, Polynomial


@dataclass(frozen=True)
class Tail:
    """A pattern's matrix and formula; `to_value` takes the formula's limit to the value of the fraction."""

    matrix: IntegerMatrix
    contraction: Contraction
    to_value: Numbers

    @property
    def formula(self) -> PCF:
        """The formula."""
        return self.contraction.formula


@dataclass(frozen=True)
class Proof:
    """A tail's equivalence to `base`: M(k1 n) ... U(n+1) is a multiple of U(n) C(k2 n) ..., `folds` being k1, k2.

    `U` is for the pattern's matrix M, `equivalence` for its formula.
    """

    base: PCF
    U: Matrix
    equivalence: Equivalence


def tail_of(pattern: Pattern) -> Tail | None:
    """Return the tail of a pattern as a formula, by its canonical form.

    None where it has no formula, or one that ends or diverges.
    """
    rule = pattern.canonical()
    matrix = primitive(period_matrix(rule))
    found = min(continued_fractions(matrix), key=_size, default=None)
    if found is None or no_limit(found.formula) is not None:
        return None
    k = max(0, -rule.origin)  # the tail from period k on begins at this quotient of the pattern
    begun = rule.start + len(rule.subsequences) * (k + rule.origin)
    total: Numbers = (1, 0, 0, 1)
    for i in range(begun):
        quotient = pattern.quotient(i)
        total = composed(total, (int(quotient), pattern.signs[i % len(pattern.signs)], 1, 0))
    if k == 0:
        total = composed(total, _matrix_at(matrix, 0))
    for n in range(k - 1, 0, -1):
        total = composed(total, inverse(_matrix_at(matrix, n)))
    return Tail(matrix, found, composed(total, inverse(found.of_start)))


def _matrix_at(matrix: IntegerMatrix, n: int) -> Numbers:
    (p, q), (r, s) = matrix
    return int(p(n)), int(q(n)), int(r(n)), int(s(n))


def _size(fraction: Contraction) -> tuple[int, int, int]:
    return fraction.formula.deg_a, fraction.formula.deg_b, sum(map(abs, fraction.formula.a))


def period_matrix(rule: Canonical) -> RationalMatrix:
    """Return M(k), the product of the steps of one period."""
    steps = [
        [[_polynomial(polynomial), fmpq_poly([sign])], [fmpq_poly([1]), fmpq_poly([])]]
        for polynomial, sign in zip(rule.subsequences, rule.signs, strict=True)
    ]
    return product_tree(steps)


def _polynomial(coefficients: Polynomial) -> fmpq_poly:
    return fmpq_poly([fmpq(c.numerator, c.denominator) for c in coefficients])


def proof_of(tail: Tail) -> Proof | None:
    """Return the equivalence of a tail to a PCF(alpha k + beta, +-1); None where there is none."""
    for base in _bases(tail.matrix):
        found = relate(tail.formula, base).equivalence
        if found is not None:
            U = _of_matrix(tail, found)
            if U is not None and _holds(tail.matrix, base, found.folds, U):
                return Proof(base, U, found)
    return None


def _bases(matrix: IntegerMatrix) -> list[PCF]:
    """Return the fractions PCF(alpha k + beta, +-1) whose steps, m as one, grow as those of a matrix do.

    (alpha m k + beta) ... (alpha (m k + m - 1) + beta) = (alpha m)^m (k^m + (beta/alpha + (m-1)/2) k^(m-1) + ...).
    """
    (A, B), (_, D) = matrix
    if not B:
        return []
    up = fmpz_poly([1, 1])
    above, below = D(up) * B + A * B(up), B
    m = int(above.degree() - below.degree())
    if m < 1:
        return []
    lead = Fraction(int(above.leading_coefficient()), int(below.leading_coefficient()))
    second = _next(above) - _next(below) - m  # the quotient belongs to k + 1
    root, exact = gmpy2.iroot(gmpy2.mpz(abs(lead.numerator)), m)
    root_below, exact_below = gmpy2.iroot(gmpy2.mpz(lead.denominator), m)
    if not (exact and exact_below):
        return []
    alpha = Fraction(int(root), int(root_below)) / m
    beta = alpha * (second - Fraction(m - 1, 2)) % alpha or alpha
    scale = lcm(alpha.denominator, beta.denominator)
    a = (int(beta * scale), int(alpha * scale))
    return [PCF(a, (sign * scale * scale,)) for sign in (1, -1)]


def _next(polynomial: fmpz_poly) -> Fraction:
    """Return the quotient of the second and the leading coefficient."""
    degree = int(polynomial.degree())
    return Fraction(int(polynomial[degree - 1]), int(polynomial[degree])) if degree else Fraction(0)


def _of_matrix(tail: Tail, found: Equivalence) -> Matrix | None:
    """Return U for the matrix from U for its formula; None where the formula is begun late."""
    if tail.contraction.shift or tail.contraction.to_matrix is None:
        return None
    entries = matrix_product(tail.contraction.to_matrix, found.matrix)
    common = fmpz_poly([])
    for entry in entries:
        common = common.gcd(entry)
    p, q, r, s = (entry // common for entry in entries)
    return p, q, r, s


def _holds(matrix: IntegerMatrix, base: PCF, folds: tuple[int, int], U: Matrix) -> bool:
    """Say whether M(k1 n) ... M(k1 n + k1 - 1) U(n+1) is a multiple of U(n) C(k2 n) ..., multiplied out."""
    (p, q), (r, s) = matrix
    steps: Matrix = (p, q, r, s)
    inner = fmpz_poly([0, folds[0]])
    total = _at(steps, inner)
    for j in range(1, folds[0]):
        total = matrix_product(total, _at(steps, fmpz_poly([j, folds[0]])))
    left, right = matrix_product(total, shifted(U)), matrix_product(U, fold(base, folds[1]))
    pivot = next(i for i in range(4) if right[i])
    return bool(left[pivot]) and all(left[pivot] * right[i] == left[i] * right[pivot] for i in range(4))


def _at(matrix: Matrix, inner: fmpz_poly) -> Matrix:
    p, q, r, s = matrix
    return p(inner), q(inner), r(inner), s(inner)
