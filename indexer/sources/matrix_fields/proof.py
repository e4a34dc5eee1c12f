"""Proofs by a field: certificates that two trajectories have their limits from one solution, for the checker.

`proofs.fields` says when the solution v = (F, tF) of pFq is minimal along a trajectory; here it is asked beforehand,
and the rest of a certificate is computed.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm
from typing import Any

from flint import fmpq_poly, fmpz_poly

from indexer.mathematics.equivalence.matrices import step as pcf_step
from indexer.mathematics.proofs.arithmetic import Refused
from indexer.mathematics.proofs.certificate import Certificate, Step, normal, subject
from indexer.mathematics.proofs.checker import back, formula, vanishes
from indexer.mathematics.proofs.fields import RANK_TWO, field_map, require_minimal
from indexer.mathematics.proofs.proving import prove
from indexer.sources.matrix_fields.field import Field, line, moved
from indexer.sources.matrix_fields.known import parameters
from indexer.sources.matrix_fields.matrices import RationalMatrix, determinant, is_zero, product, product_tree
from indexer.sources.matrix_fields.trajectories import Trajectory, orders

LATEST = 60
"""Farthest index from which on a trajectory must be regular."""

Path = list[tuple[int, int]]
"""Steps, axis and sign each."""


def is_minimal(walked: Trajectory) -> bool:
    """Say whether v = (F, tF) is known to be minimal along a trajectory, so that its limit is that of -tF/F."""
    shape = parameters(walked.field)
    if shape is None or walked.field.rank != 2 or min(walked.direction) < 0:
        return False
    p, q, z = shape
    if (p, q, z == 1) not in RANK_TWO:
        return False
    entries = [tuple(Fraction(int(c)) for c in entry.coeffs()) for row in walked.matrix for entry in row]
    M = (entries[0], entries[1], entries[2], entries[3])
    try:
        require_minimal(p, q, z, _point(walked, _first_index(walked, shape)), list(walked.direction), M)
    except Refused:
        return False
    return True


def _point(walked: Trajectory, n: int) -> list[Fraction]:
    return [s + n * t for s, t in zip(walked.start, walked.direction, strict=True)]


def _first_index(walked: Trajectory, shape: tuple[int, int, Fraction]) -> int:
    """Return the first index from 1 on where parameters are positive, and the series converges where it ever does."""
    p, _, z = shape
    for n in range(1, LATEST):
        point = _point(walked, n)
        if min(point) > 0 and (z != 1 or sum(point[p:]) - sum(point[:p]) > 1):
            return n
    return LATEST


def certificate(walked: Trajectory, anchor: Trajectory) -> Certificate | None:
    """Return a certificate of the limit of a trajectory by that of another one from the same class of starts.

    None where the limit of `anchor` has no proof, or the field gives none.
    """
    if walked.contraction is None or anchor.contraction is None:
        return None
    known = prove(anchor.contraction.formula)
    if known is None or known.constant == "1":
        return None
    step = field_step(walked, anchor)
    return None if step is None else known.after(walked.contraction.formula, [step])


def field_step(first: Trajectory, second: Trajectory) -> Step | None:
    """Return the step from the formula of one trajectory to that of another one; None where it is no proof."""
    shape = parameters(first.field)
    if shape is None or not (is_minimal(first) and is_minimal(second)):
        return None
    sides = [_side(walked, shape) for walked in (first, second)]
    if sides[0] is None or sides[1] is None:
        return None
    points = [side[1] for side in sides if side is not None]
    walk = _walk(first.field, points[0], points[1])
    if walk is None or first.contraction is None or second.contraction is None:
        return None
    step: dict[str, Any] = {
        "step": "field",
        "first": subject(first.contraction.formula),
        "second": subject(second.contraction.formula),
        "field": {"upper": shape[0], "lower": shape[1], "z": str(shape[2])},
        "trajectories": [side[0] for side in sides if side is not None],
        "walk": walk,
    }
    try:
        total = field_map(step, formula, back, vanishes)
    except Refused:
        return None
    return step | {"map": list(normal(*total))}


def _side(walked: Trajectory, shape: tuple[int, int, Fraction]) -> tuple[dict[str, Any], list[Fraction]] | None:
    """Return what the step says of a trajectory, and the point from which on it is regular."""
    found = walked.contraction
    path = next((path for path in orders(walked.direction) if not is_zero(_along(walked, path))), None)
    if found is None or found.to_matrix is None or path is None:
        return None
    moved_on = fmpz_poly([found.shift, 1])
    x, y, z, w = (entry(moved_on) for entry in found.to_matrix)
    U = _coprime([w, -y, -z, x])
    M = [entry(fmpq_poly([found.shift, 1])) for row in _along(walked, path) for entry in row]
    left = _times([fmpq_poly(list(map(int, e.coeffs()))) for e in pcf_step(found.formula)], [_up(u) for u in U])
    right = _times([fmpq_poly(u) for u in U], M)
    pivot = next(i for i in range(4) if right[i])
    top, bottom = _reduced(left[pivot], right[pivot])
    start = _point(walked, found.shift)
    regular = (M[0] * M[3] - M[1] * M[2], fmpq_poly(U[0] * U[3] - U[1] * U[2]), fmpq_poly(top))
    for n0 in range(max(1, _first_index(walked, shape) - found.shift), LATEST):
        if not any(_vanishes(what, n0) for what in regular):
            break
    else:
        return None
    side = {
        "start": [str(s) for s in start],
        "path": [axis for axis, _ in path],
        "U": [[_list(U[0]), _list(U[1])], [_list(U[2]), _list(U[3])]],
        "scale": {"numerator": _list(top), "denominator": _list(bottom)},
        "regular_from": n0,
    }
    return side, [s + n0 * t for s, t in zip(start, walked.direction, strict=True)]


def _along(walked: Trajectory, path: Path) -> RationalMatrix:
    point = line(walked.start, walked.direction)
    steps = []
    for axis, _ in path:
        steps.append(walked.field.step(axis, point))
        point = moved(point, axis, 1)
    return product_tree(steps)


def _walk(field: Field, first: Sequence[Fraction], second: Sequence[Fraction]) -> list[int] | None:
    """Return steps, k up or -k down axis k - 1, from one point to another whose product is not singular."""
    between = [int(y - x) for x, y in zip(first, second, strict=True)]
    if not any(between):
        return []
    for path in orders(between):
        point = line(tuple(first), (0,) * len(between))
        total: RationalMatrix | None = None
        for axis, sign in path:
            matrix = field.step(axis, point) if sign > 0 else field.back(axis, point)
            total = matrix if total is None else product(total, matrix)
            point = moved(point, axis, sign)
        if total is not None and determinant(total):
            return [sign * (axis + 1) for axis, sign in path]
    return None


def _times(left: Sequence[fmpq_poly], right: Sequence[fmpq_poly]) -> list[fmpq_poly]:
    (p, q, r, s), (t, u, v, w) = left, right
    return [p * t + q * v, p * u + q * w, r * t + s * v, r * u + s * w]


def _up(polynomial: fmpz_poly) -> fmpq_poly:
    return fmpq_poly(polynomial(fmpz_poly([1, 1])))


def _coprime(entries: Sequence[fmpz_poly]) -> list[fmpz_poly]:
    common = fmpz_poly([])
    for entry in entries:
        common = common.gcd(entry)
    return [entry // common for entry in entries]


def _reduced(top: fmpq_poly, bottom: fmpq_poly) -> tuple[fmpz_poly, fmpz_poly]:
    """Return a quotient as coprime integer polynomials."""
    common = top.gcd(bottom)
    top, bottom = top // common, bottom // common
    size = lcm(int(top.denom()), int(bottom.denom()))
    above, below = (top * size).numer(), (bottom * size).numer()
    shared = fmpz_poly([int(above.content()), int(below.content())]).content()
    return above // fmpz_poly([int(shared)]), below // fmpz_poly([int(shared)])


def _vanishes(polynomial: fmpq_poly, start: int) -> bool:
    return vanishes(tuple(map(int, polynomial.numer().coeffs())), start)


def _list(polynomial: fmpz_poly) -> list[int]:
    return [int(c) for c in polynomial.coeffs()]
