"""The step `field` for the checker: two trajectories of one field of pFq have their limits from one solution.

Standard library and `arithmetic.py` only. With v = (F, tF), F = pFq(a; b; z), t = z d/dz, of rank 2, a step up a_i or
b_j takes v to a multiple of v times a matrix (DLMF 16.8.3): so do the steps of a path, M(n) from s + n u to
s + (n+1) u.

Why v is minimal along a path, so that the quotients of the last column of M(n) M(n+1) ... tend to -tF/F: with
d the degree of M where its second row and column count by 1/n and n, M(n)/n^d tends to M0 there. By the theorem of
Poincare and Perron (tF/F)/n tends to a tau with (1, tau) M0 = lambda (1, tau), and v is minimal where |lambda| is the
smaller one; which tau it is, the signs tell. For positive parameters and 0 < z < 1, or z = 1 and sum b - sum a > 1, or
p <= q, tF/F > 0. For 2F1 with z < 0 and 0 < a' < b, Euler's integral gives -a |z|/(1 + |z|) < tF/F < 0.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import lcm
from typing import Any

from indexer.mathematics.proofs.arithmetic import Matrix, Poly, Refused, integer, number, polynomial

Rational = tuple[Fraction, ...]
"""Coefficients of a polynomial, constant first."""

Square = tuple[Rational, Rational, Rational, Rational]
"""A matrix of polynomials, row by row."""

MOST_WALKED = 120
"""Most steps of a path."""


def field_map(
    step: Any,
    formula: Callable[[Any], tuple[Poly, Poly]],
    back: Callable[[Poly, Poly, int], Matrix],
    vanishes: Callable[[Poly, int], bool],
) -> Matrix:
    """Both formulas are equivalent to paths along which v is minimal, and a walk leads from one to the other."""
    p, q, z = integer(step["field"]["upper"]), integer(step["field"]["lower"]), _rational(step["field"]["z"])
    if set(step["field"]) != {"upper", "lower", "z"} or (p, q, z == 1) not in RANK_TWO or z == 0:
        raise Refused("the field is not of rank 2")
    if len(step["trajectories"]) != 2:
        raise Refused("it has two trajectories")
    sides, points = [], []
    for side, given in zip(("first", "second"), step["trajectories"], strict=True):
        a, b = formula(step[side])
        to_tail, point = _tail(p, q, z, (a, b), given, vanishes)
        sides.append(_times(back(a, b, integer(given["regular_from"])), to_tail))
        points.append(point)
    x, y, r, w = sides[1]
    y1, x1, w1, z1 = _times(_times(sides[0], _walked(p, z, points[0], points[1], step["walk"])), (w, -y, -r, x))
    return x1, y1, z1, w1


RANK_TWO = {(2, 1, False), (1, 1, False), (1, 1, True), (0, 1, False), (0, 1, True), (3, 2, True)}
"""p, q, and whether z = 1, of the fields of rank 2 with p <= q + 1."""


def _tail(
    p: int, q: int, z: Fraction, pair: tuple[Poly, Poly], given: Any, vanishes: Callable[[Poly, int], bool]
) -> tuple[Matrix, list[Fraction]]:
    """Return the matrix from (-tF/F, 1) at a point of a path to the tail (K, 1) of its formula there, and the point."""
    if set(given) != {"start", "path", "U", "scale", "regular_from"} or len(given["scale"]) != 2:
        raise Refused("a trajectory has other keys than these")
    path, start = [integer(axis) for axis in given["path"]], [_rational(s) for s in given["start"]]
    if len(start) != p + q or not 1 <= len(path) <= MOST_WALKED or not all(0 <= axis < p + q for axis in path):
        raise Refused("a path has steps up its axes, and a start")
    direction = [path.count(axis) for axis in range(p + q)]
    n0 = integer(given["regular_from"])
    point = [s + n0 * u for s, u in zip(start, direction, strict=True)]
    M = _product(p, z, [_trimmed((s, Fraction(u))) for s, u in zip(start, direction, strict=True)], path)
    require_minimal(p, q, z, point, direction, M)
    U = [polynomial(entry) for row in given["U"] for entry in row]
    top, bottom = polynomial(given["scale"]["numerator"]), polynomial(given["scale"]["denominator"])
    if len(U) != 4 or n0 < 1:
        raise Refused("a trajectory has four polynomials in U, and an index from 1 on")
    here: Square = tuple(_trimmed(tuple(map(Fraction, c))) for c in U)  # type: ignore[assignment]
    step: Square = (), _trimmed(tuple(map(Fraction, pair[1]))), (Fraction(1),), _trimmed(tuple(map(Fraction, pair[0])))
    later: Square = tuple(_shifted(c) for c in here)  # type: ignore[assignment]
    left = [_mul(c, tuple(map(Fraction, bottom))) for c in _square(step, later)]
    if left != [_mul(c, tuple(map(Fraction, top))) for c in _square(here, M)]:
        raise Refused("the identity of U does not hold")
    for what in (_determinant(M), _determinant(here), tuple(map(Fraction, top))):
        if vanishes(_integers(what), n0):
            raise Refused("a path, U or its scale is singular at an index from regular_from on")
    u0, u1, u2, u3 = (_at(c, n0) for c in here)
    return (u0, u1, u2, u3), point


def _interval(
    p: int, q: int, z: Fraction, point: list[Fraction], direction: list[int]
) -> tuple[Fraction, Fraction | None]:
    """Return bounds, the upper one None where there is none, of (tF/F)/n along a path; refuse where none are known."""
    if min(point) <= 0:
        raise Refused("a parameter is not positive")
    excess = sum(point[p:]) - sum(point[:p])
    slope = sum(direction[p:]) - sum(direction[:p])
    if z > 0:
        if p == q + 1 and (z > 1 or (z == 1 and (excess <= 1 or slope < 0))):
            raise Refused("the series does not converge")
        return Fraction(0), None
    if (p, q) != (2, 1):
        raise Refused("no sign of tF/F is known")
    bounds = [
        -direction[i] * -z / (1 - z)
        for i, j in ((0, 1), (1, 0))
        if point[j] < point[2] and direction[j] <= direction[2]
    ]
    if not bounds:
        raise Refused("Euler's integral does not converge")
    return max(bounds), Fraction(0)


def require_minimal(p: int, q: int, z: Fraction, point: list[Fraction], direction: list[int], M: Square) -> None:
    """Refuse a path along which (tF/F)/n may tend to the tau of the larger eigenvalue; `point` is where it begins."""
    least, most = _interval(p, q, z, point, direction)
    A, B, C, D = M
    d = max(len(A) - 1, len(B) - 2, len(C), len(D) - 1)
    a, b, c, e = _coefficient(A, d), _coefficient(B, d + 1), _coefficient(C, d - 1), _coefficient(D, d)
    trace, determinant = a + e, a * e - b * c
    discriminant = trace * trace - 4 * determinant
    if c == 0 or trace == 0 or determinant == 0 or discriminant <= 0:
        raise Refused("the two eigenvalues at infinity are not real, different in size and not 0")

    def beyond(bound: Fraction) -> int:
        """The sign of tau - bound for the larger eigenvalue lambda = a + c tau."""
        rest = trace - 2 * a - 2 * c * bound
        root = 1 if trace > 0 else -1
        size = rest * rest - discriminant
        found = root if rest == 0 or (rest > 0) == (root > 0) or size < 0 else (0 if size == 0 else -root)
        return found if c > 0 else -found

    if not (beyond(least) < 0 or (most is not None and beyond(most) > 0)):
        raise Refused("v may be the larger of two solutions")


def _walked(p: int, z: Fraction, first: list[Fraction], second: list[Fraction], walk: Any) -> Matrix:
    """Return the matrix between (-tF/F, 1) at two points, by steps k > 0 up or -k down axis |k| - 1 from the first."""
    if len(walk) > MOST_WALKED:
        raise Refused("a walk has too many steps")
    at, total = list(first), (Fraction(1), Fraction(0), Fraction(0), Fraction(1))
    for signed in map(integer, walk):
        axis = abs(signed) - 1
        if not 0 <= axis < len(at):
            raise Refused("a walk has steps along axes")
        at[axis] -= signed < 0
        p0, p1, p2, p3 = (_at(c, 0) for c in _step(p, z, [_trimmed((c,)) for c in at], axis))
        total = _times(total, (p0, p1, p2, p3) if signed > 0 else (p3, -p1, -p2, p0))
        at[axis] += signed > 0
    if at != second or total[0] * total[3] == total[1] * total[2]:
        raise Refused("a walk is singular, or leads elsewhere")
    return total


def _product(p: int, z: Fraction, point: list[Rational], path: Sequence[int]) -> Square:
    """Return the product of the steps of a path from a point whose coordinates are polynomials in n."""
    at, total = list(point), None
    for axis in path:
        matrix = _step(p, z, at, axis)
        total = matrix if total is None else _square(total, matrix)
        at[axis] = _add(at[axis], (Fraction(1),))
    assert total is not None
    return total


def _step(p: int, z: Fraction, point: list[Rational], axis: int) -> Square:
    """Return a step up an axis: T + a_i times the lead of the equation, or the adjugate of T + b_j at b_j + 1."""
    shift, at = point[axis], list(point)
    if axis >= p:
        at[axis] = _add(at[axis], (Fraction(1),))
    left: list[Rational] = [(), (Fraction(1),)]  # powers of t
    right: list[Rational] = [(Fraction(1),)]
    for b in at[p:]:
        left = _by_root(left, _add(b, (Fraction(-1),)))
    for a in at[:p]:
        right = _by_root(right, a)
    c0, c1, lead = (_add(_power(left, k), tuple(-z * c for c in _power(right, k))) for k in range(3))
    scaled = _mul(shift, lead)
    top, corner = tuple(-c for c in c0), _add(scaled, tuple(-c for c in c1))
    if axis < p:
        return scaled, top, lead, corner
    return corner, tuple(-c for c in top), tuple(-c for c in lead), scaled


def _by_root(powers: list[Rational], root: Rational) -> list[Rational]:
    return [_add(_mul(_power(powers, k), root), _power(powers, k - 1)) for k in range(len(powers) + 1)]


def _power(powers: list[Rational], k: int) -> Rational:
    return powers[k] if 0 <= k < len(powers) else ()


def _rational(value: Any) -> Fraction:
    found = number(value)
    if found.q:
        raise Refused("a coordinate is no rational number")
    return found.p


def _trimmed(p: Rational) -> Rational:
    while p and p[-1] == 0:
        p = p[:-1]
    return p


def _add(p: Rational, q: Rational) -> Rational:
    size = max(len(p), len(q))
    return _trimmed(tuple(_coefficient(p, k) + _coefficient(q, k) for k in range(size)))


def _mul(p: Rational, q: Rational) -> Rational:
    found = [Fraction(0)] * max(len(p) + len(q) - 1, 0)
    for i, x in enumerate(p):
        for j, y in enumerate(q):
            found[i + j] += x * y
    return _trimmed(tuple(found))


def _coefficient(p: Rational, k: int) -> Fraction:
    return p[k] if 0 <= k < len(p) else Fraction(0)


def _at(p: Rational, n: int) -> Fraction:
    total = Fraction(0)
    for c in reversed(p):
        total = total * n + c
    return total


def _shifted(p: Rational) -> Rational:
    """Return p(n + 1)."""
    found: Rational = ()
    for c in reversed(p):
        found = _add(_mul(found, (Fraction(1), Fraction(1))), (c,))
    return found


def _square(left: Square, right: Square) -> Square:
    (p, q, r, s), (t, u, v, w) = left, right
    return (
        _add(_mul(p, t), _mul(q, v)),
        _add(_mul(p, u), _mul(q, w)),
        _add(_mul(r, t), _mul(s, v)),
        _add(_mul(r, u), _mul(s, w)),
    )


def _times(left: Matrix, right: Matrix) -> Matrix:
    (p, q, r, s), (t, u, v, w) = left, right
    return p * t + q * v, p * u + q * w, r * t + s * v, r * u + s * w


def _determinant(M: Square) -> Rational:
    return _add(_mul(M[0], M[3]), tuple(-c for c in _mul(M[1], M[2])))


def _integers(p: Rational) -> Poly:
    size = lcm(*(c.denominator for c in p))
    return tuple(int(c * size) for c in p)
