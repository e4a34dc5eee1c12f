"""Trajectories of a matrix field: the matrix of one direction and start, and the continued fraction it reduces to.

M(n) is the product of the steps from s + n t to s + (n+1) t, primitive. Its columns are taken by X_n = M(n) X_{n+1}, so
that the products M(1) M(2) ... have a last column whose quotient tends to x_1, the quotient of a minimal solution.
With M = [[A, B], [C, D]] and X = (p, q) the quotients C(n+1) q_n/q_{n+1} satisfy the recurrence of

    a(n) = C(n) A(n+1) + D(n) C(n+1),    b(n) = -det M(n) C(n+1) C(n-1),

a continued fraction with the limit C(1) (C(0) x_1 + D(0)).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd
from typing import Literal

from flint import fmpz_poly

from catalog.errors import FormulaError
from catalog.formulas.pcf import PCF
from indexer.mathematics.numbers.integer_roots import natural_roots
from indexer.sources.matrix_fields.field import Field, line, moved
from indexer.sources.matrix_fields.matrices import (
    IntegerMatrix,
    determinant,
    is_zero,
    primitive,
    primitive_product,
    product_tree,
)

MAX_STEPS = 400
"""Most steps of a direction, the sum of its components' sizes."""

MAX_DIGITS = 30
"""Most digits of numerator or denominator of a coordinate of a start."""

SHIFT_LIMIT = 10_000
"""Farthest index to which the start of a continued fraction is shifted."""

Status = Literal["pcf", "singular", "no_pcf", "recurrence"]

Numbers = tuple[int, int, int, int]
"""p, q, r, s of the map x -> (p x + q)/(r x + s), without common factor."""


Polynomials = tuple[fmpz_poly, fmpz_poly, fmpz_poly, fmpz_poly]
"""A matrix of polynomials, row by row."""


@dataclass(frozen=True)
class Contraction:
    """A continued fraction of a trajectory: `formula` begins `shift` steps late, and its limit is `of_start`(x_1)."""

    formula: PCF
    shift: int
    of_start: Numbers
    to_matrix: Polynomials | None = None


@dataclass(frozen=True)
class Trajectory:
    """A trajectory with its matrix; `status` says whether that reduces to a continued fraction, `reason` why not."""

    field: Field
    direction: tuple[int, ...]
    start: tuple[Fraction, ...]
    matrix: IntegerMatrix
    status: Status
    contraction: Contraction | None
    reason: str | None

    @property
    def steps(self) -> int:
        """The number of steps from n to n + 1."""
        return sum(map(abs, self.direction))


def trajectory(field: Field, direction: Sequence[int], start: Sequence[Fraction]) -> Trajectory:
    """Return the trajectory of a direction from a start; raises FormulaError where they do not fit the field."""
    t, s = tuple(direction), tuple(start)
    _require_fitting(field, t, s)
    matrix = walk_matrix(field, t, s)
    if is_zero(matrix):
        return Trajectory(field, t, s, matrix, "singular", None, "the start is singular: the product of the steps is 0")
    if field.rank > 2:
        return Trajectory(field, t, s, matrix, "recurrence", None, f"its matrices have rank {field.rank}")
    if not determinant(matrix):
        reason = "the start is singular: the product of the steps has the determinant 0"
        return Trajectory(field, t, s, matrix, "singular", None, reason)
    found = continued_fraction(matrix)
    if found is None:
        return Trajectory(field, t, s, matrix, "no_pcf", None, "an entry off the diagonal of its matrix is 0")
    return Trajectory(field, t, s, matrix, "pcf", found, None)


def _require_fitting(field: Field, direction: tuple[int, ...], start: tuple[Fraction, ...]) -> None:
    axes = ", ".join(field.axes)
    for what, given in (("direction", direction), ("start", start)):
        if len(given) != len(field.axes):
            raise FormulaError(f"the field {field.name} has the axes {axes}; its {what} has {len(given)} components")
    if not any(direction):
        raise FormulaError("the direction is zero: it has no steps; give it a component other than 0")
    if sum(map(abs, direction)) > MAX_STEPS:
        raise FormulaError(f"the direction has {sum(map(abs, direction))} steps, beyond the supported {MAX_STEPS}")
    if any(max(len(str(abs(s.numerator))), len(str(s.denominator))) > MAX_DIGITS for s in start):
        raise FormulaError(f"a coordinate of the start has more than {MAX_DIGITS} digits")
    for axis, coordinate in zip(field.axes, start, strict=True):
        if axis.startswith("b") and coordinate.denominator == 1 and coordinate <= 0:
            raise FormulaError(f"the start is on a pole: a lower parameter cannot be {axis} = {coordinate}")


def walk_matrix(field: Field, direction: Sequence[int], start: Sequence[Fraction]) -> IntegerMatrix:
    """Return M(n), primitive; 0 where every order of the steps that is tried meets a singular product."""
    matrix: IntegerMatrix = []
    for path in orders(direction):
        point = line(tuple(start), tuple(direction))
        steps = []
        for axis, sign in path:
            steps.append(field.step(axis, point) if sign > 0 else field.back(axis, point))
            point = moved(point, axis, sign)
        matrix = primitive_product(steps)
        if not is_zero(matrix):
            break
    return matrix


def walk_between(field: Field, between: Sequence[int], point: Sequence[Fraction]) -> Numbers | None:
    """Return the matrix of rank 2 of a walk from one point, row by row; that of no steps is the identity.

    None where every order of the steps that is tried meets a singular product.
    """
    for path in orders(between):
        at = line(tuple(point), (0,) * len(between))
        steps = []
        for axis, sign in path:
            steps.append(field.step(axis, at) if sign > 0 else field.back(axis, at))
            at = moved(at, axis, sign)
        if not steps:
            return 1, 0, 0, 1
        total = product_tree(steps)
        if determinant(total):
            (p, q), (r, s) = primitive(total)
            return int(p[0]), int(q[0]), int(r[0]), int(s[0])
    return None


def orders(direction: Sequence[int]) -> list[list[tuple[int, int]]]:
    """Return orders of the steps, axis and sign each: spread evenly, then others."""
    spread = sorted(
        ((2 * j + 1) / (2 * abs(count)), axis, 1 if count > 0 else -1)
        for axis, count in enumerate(direction)
        for j in range(abs(count))
    )
    even = [(axis, sign) for _, axis, sign in spread]
    by_axis = sorted(even, key=lambda step: step[0])
    return [even, even[::-1], by_axis, by_axis[::-1]]


def continued_fraction(matrix: IntegerMatrix) -> Contraction | None:
    """Return the continued fraction of a matrix of rank 2 with the lower degrees, of the two by either basis vector.

    None where neither exists: where an entry off the diagonal, or the determinant, is 0.
    """
    reduced = [found for found in map(_reduced, _sides(matrix)) if found is not None]
    for found in sorted(reduced, key=lambda found: (found.formula.deg_a, found.formula.deg_b)):
        if (contraction := _begun(found)) is not None:
            return contraction
    return None


def continued_fractions(matrix: IntegerMatrix) -> list[Contraction]:
    """Return the continued fractions of a matrix of rank 2 by its basis vectors, the second one's first."""
    reduced = [found for found in map(_reduced, _sides(matrix)) if found is not None]
    return [contraction for contraction in map(_begun, reduced) if contraction is not None]


@dataclass(frozen=True)
class _Side:
    """A matrix row by row, `swapped` where p and q have changed places."""

    entries: Polynomials
    swapped: bool


@dataclass(frozen=True)
class _Reduced:
    """The fraction a/h, b/(h(n) h(n-1)) of a side, not begun yet."""

    side: _Side
    formula: PCF
    h: fmpz_poly


def _sides(matrix: IntegerMatrix) -> tuple[_Side, _Side]:
    (p, q), (r, s) = matrix
    return _Side((p, q, r, s), swapped=False), _Side((s, r, q, p), swapped=True)


def _reduced(side: _Side) -> _Reduced | None:
    """Return the fraction of this module's head without the factors in common."""
    A, B, C, D = side.entries
    after = _at(C, 1)
    a = C * _at(A, 1) + D * after
    b = (B * C - A * D) * after * _at(C, -1)
    return _Reduced(side, *deflated(a, b)) if a and b else None


def _begun(found: _Reduced) -> Contraction | None:
    """Return the fraction begun where it is regular from there on; None where that is beyond `SHIFT_LIMIT`."""
    (A, B, C, D), formula, h = found.side.entries, found.formula, found.h
    k = max((root for root in natural_roots(fmpz_poly(list(formula.b))) if root >= 1), default=0)
    regular = max((root + 1 for root in natural_roots(h) if root >= k), default=k)
    if regular > SHIFT_LIMIT:
        return None
    total: Numbers = (1, 0, 0, 1)
    for n in range(k, regular):  # h may vanish here: step back along the fraction that is left
        total = _times(total, (formula.a_at(n), formula.b_at(n + 1), 1, 0))
    # C(m+1) (C(m) x_{m+1} + D(m))/h(m) for m = regular, and x_{m+1} from x_1 by the inverses of M(1), ..., M(m)
    c_next = int(C(regular + 1))
    total = _times(total, (c_next * int(C(regular)), c_next * int(D(regular)), 0, int(h(regular))))
    for n in range(regular, 0, -1):
        total = _times(total, (int(D(n)), -int(B(n)), -int(C(n)), int(A(n))))
    p, q, r, s = total
    # K_n = C(n-1) (C(n) x_n - A(n))/h(n-1)
    before, divisor = _at(C, -1), _at(h, -1)
    back: Polynomials = (divisor, A * before, fmpz_poly([]), C * before)
    if found.side.swapped:
        p, q, r, s = q, p, s, r
        back = (back[2], back[3], back[0], back[1])
    if formula.a[-1] < 0:
        formula, p, q = formula.mirror(), -p, -q
        back = (-back[0], back[1], -back[2], back[3])
    return Contraction(formula.shift(k) if k else formula, k, coprime((p, q, r, s)), back)


def deflated(a: fmpz_poly, b: fmpz_poly) -> tuple[PCF, fmpz_poly]:
    """Return (a/h, b/(h(n) h(n-1))) for an h of largest degree, and h, which may have roots anywhere."""
    h = fmpz_poly([1])
    back = fmpz_poly([-1, 1])
    while True:
        common = a.gcd(b).gcd(b(fmpz_poly([1, 1])))
        before = h
        for factor, _ in common.factor()[1] if common.degree() > 0 else ():
            divisor = factor * factor(back)
            while not a % factor and not b % divisor:
                a, b, h = a // factor, b // divisor, h * factor
        if h == before:
            break
    formula, content = PCF(_coefficients(a), _coefficients(b)).deflate()
    return formula, h * content


def _at(polynomial: fmpz_poly, by: int) -> fmpz_poly:
    return polynomial(fmpz_poly([by, 1]))


def _coefficients(polynomial: fmpz_poly) -> tuple[int, ...]:
    return tuple(int(c) for c in polynomial.coeffs())


def _times(left: Numbers, right: Numbers) -> Numbers:
    p, q, r, s = left
    x, y, z, w = right
    return p * x + q * z, p * y + q * w, r * x + s * z, r * y + s * w


def coprime(numbers: Numbers) -> Numbers:
    """Return a map without common factor."""
    common = gcd(*numbers) or 1
    p, q, r, s = (x // common for x in numbers)
    return p, q, r, s


def composed(left: Numbers, right: Numbers) -> Numbers:
    """Return the map `left` after `right`."""
    return coprime(_times(left, right))


def inverse(numbers: Numbers) -> Numbers:
    """Return the inverse of a map; its determinant is not 0."""
    p, q, r, s = numbers
    return s, -q, -r, p
