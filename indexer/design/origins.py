"""Where a constant is found: fields and starts whose solution is a Moebius map of it, since the start decides that.

The quotient x_0 = -tF/F at a start is evaluated and a relation with the constant is sought, over the classes of starts
mod 1 whose denominators are small. The argument z is solved for where a simple function of the constant is rational, as
exp of a logarithm is; the others are those of the classical series. Pfaff's and Euler's transformations relate 2F1(z)
to 2F1(z/(z-1)) and (a, b; c) to (c-a, c-b; c), so that one of each pair is enough.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations_with_replacement, product
from math import hypot

from flint import acb, arb, ctx, fmpq

from indexer.design.targets import Target
from indexer.mathematics.numbers.decimals import bits_for
from indexer.mathematics.relations.search import DIGITS, moebius_scaled, rational, scale
from indexer.sources.matrix_fields import walks
from indexer.sources.matrix_fields.field import Field
from indexer.sources.matrix_fields.known import NAMED, field_of
from indexer.sources.matrix_fields.matrices import IntegerMatrix
from indexer.sources.matrix_fields.trajectories import walk_matrix

ARGUMENTS = tuple(Fraction(z) for z in ("-1", "1/4", "1/9", "3/4", "8/9", "1/5", "1/3", "2/3"))
"""Arguments z of 2F1(z) that are always tried; with z/(z - 1) they are those of the classical series."""

CONFLUENT_ARGUMENTS = tuple(Fraction(z) for z in ("1", "-1", "1/4", "-1/4", "4", "-4", "1/16", "-1/16", "2", "-2"))
"""Arguments of 0F1(z) and 1F1(z) that are always tried."""

RESIDUES = tuple(Fraction(r) for r in ("1", "1/2", "1/3", "2/3", "1/4", "3/4"))
"""Starts of upper parameters; those of lower ones are greater by 1."""

MULTIPLES = tuple(Fraction(m) for m in ("1", "2", "1/2", "3", "1/3", "4", "1/4", "6"))
"""Multiples of the constant whose exponential and tangent are tried for a rational number."""

LARGEST_ARGUMENT = 10**8
"""Largest numerator or denominator of an argument that is solved for."""

WALKED_STEPS = 64
"""Steps of the walk that gives x_0 where F has no fast series."""

BITS = bits_for(DIGITS) + 64


@dataclass(frozen=True)
class Origin:
    """A field and a start; x_0 there, a map of the constant, is p/q with p, q of `point`, which may be infinite.

    `point` is None where steps from the start are singular, so that no x_1 decides x_0.
    """

    field: Field
    start: tuple[Fraction, ...]
    point: tuple[float, float] | None


def origins(target: Target) -> Iterator[Origin]:
    """Yield the fields and starts that give a constant, those of the literature first."""
    for field, start in _candidates(target):
        with ctx.workprec(BITS):
            found = _solution(field, start)
            if found is None:
                continue
            value, point = found
            related = moebius_scaled(scale(value, DIGITS), target.scaled, DIGITS).coefficients
        if related is not None:
            yield Origin(field, start, point)


def searched() -> str:
    """Return in words where `origins` looks."""
    arguments = ", ".join(map(str, ARGUMENTS))
    return f"{', '.join(NAMED)}, 3F2(1), and 0F1, 1F1 and 2F1 at arguments such as {arguments}, or solved for"


def _candidates(target: Target) -> Iterator[tuple[Field, tuple[Fraction, ...]]]:
    one, half = Fraction(1), Fraction(1, 2)
    for name in NAMED:
        for start in ((one, one), (one, half), (half, one), (half, half)):
            yield field_of(name), start
    gauss, confluent = _solved(target)
    for z in dict.fromkeys((*gauss, *ARGUMENTS)):
        for (a, b), c in product(combinations_with_replacement(RESIDUES, 2), RESIDUES):
            if _first_of_euler(a, b, c):
                yield field_of(f"2F1({z})"), (a, b, c + 1)
    for z in dict.fromkeys((*confluent, *CONFLUENT_ARGUMENTS)):
        for c in RESIDUES:
            yield field_of(f"0F1({z})"), (c + 1,)
            for a in RESIDUES:
                yield field_of(f"1F1({z})"), (a, c + 1)
    for residues in (RESIDUES[:2], (one, *RESIDUES[2:4])):
        for upper in combinations_with_replacement(residues, 3):
            for lower in combinations_with_replacement(residues, 2):
                if residues[1] == half or set(upper) | set(lower) != {one}:
                    yield field_of("3F2(1)"), (*upper, *(b + 1 for b in lower))


def _first_of_euler(a: Fraction, b: Fraction, c: Fraction) -> bool:
    """Say whether a class comes first of itself and the one that Euler's transformation makes of it."""
    other = sorted((((c - a) % 1) or Fraction(1), ((c - b) % 1) or Fraction(1)))
    return sorted((a, b)) >= other


def _solved(target: Target) -> tuple[list[Fraction], list[Fraction]]:
    """Return arguments of 2F1, and of 0F1 and 1F1, by rational values of functions of the constant.

    c/m = log r gives r = 1 - z and ((r - 1)/(r + 1))^2 = z, tan(c/m)^2 = -z; and c = exp(r), tanh(r), tan(r) give the
    confluent ones.
    """
    gauss: list[Fraction] = []
    confluent: list[Fraction] = []
    with ctx.workprec(BITS):
        c = target.ball(DIGITS + 10)
        for m in MULTIPLES:
            x = c * m.numerator / m.denominator
            if abs(x) < 100:
                r = _simple(x.exp())
                if r is not None and r != 1:
                    gauss += [((r - 1) / (r + 1)) ** 2, min(1 - r, 1 - 1 / r)]
                r = _simple(x.tan() ** 2)
                if r:
                    gauss.append(-r)
        for inverse in (_log, _artanh, arb.atan):
            square = _simple(inverse(c) ** 2)
            if square:
                sign = -1 if inverse is arb.atan else 1
                confluent += [sign * square / 4, sign * square / 16]
                if inverse is _log and (root := _simple(inverse(c))):
                    confluent.append(root)
    return [z for z in dict.fromkeys(gauss) if z not in (0, 1)], confluent


def _simple(value: arb) -> Fraction | None:
    """Return the rational number with a small numerator and denominator that a ball shows."""
    found = rational(value) if value.is_finite() else None
    if found is None or max(abs(found.numerator), found.denominator) > LARGEST_ARGUMENT:
        return None
    return found


def _log(x: arb) -> arb:
    return abs(x).log()


def _artanh(x: arb) -> arb:
    return (abs((1 + x) / (1 - x))).log() / 2


def _solution(field: Field, start: tuple[Fraction, ...]) -> tuple[arb, tuple[float, float] | None] | None:
    """Return a finite map of x_0, and x_0 as (p, q) where it can be had; None where there is no such map."""
    p = sum(axis.startswith("a") for axis in field.axes)
    if field.name.startswith("3F2") or not field.axes[-1].startswith("b"):
        return _walked(field, start)
    z = Fraction(field.name.partition("(")[2].rstrip(")"))
    value = _series(start[:p], start[p:], z)
    factor = z
    for a in start[:p]:
        factor *= a
    for b in start[p:]:
        factor /= b
    derivative = _series([a + 1 for a in start[:p]], [b + 1 for b in start[p:]], z) * _exact(factor)
    ratio = -derivative / value
    if not ratio.is_finite() or not ratio.imag.contains(0):
        return None
    return ratio.real, (float(ratio.real.mid()), 1.0)


def _series(
    upper: tuple[Fraction, ...] | list[Fraction], lower: tuple[Fraction, ...] | list[Fraction], z: Fraction
) -> acb:
    """Return pFq for p <= 2, q = 1."""
    if len(upper) == 2:
        (a, b), (c,) = upper, lower
        whole = {
            name: x.denominator == 1 for name, x in (("ab", a - b), ("ac", a - c), ("bc", b - c), ("abc", a + b - c))
        }
        return _exact(z).hypgeom_2f1(_exact(a), _exact(b), _exact(c), **whole)
    return _exact(z).hypgeom([_exact(a) for a in upper], [_exact(b) for b in lower])


def _exact(x: Fraction) -> acb:
    return acb(fmpq(x.numerator, x.denominator))


def _walked(field: Field, start: tuple[Fraction, ...]) -> tuple[arb, tuple[float, float] | None] | None:
    """Return x_1 of a natural direction, two depths with their difference as radius, and x_0."""
    direction = tuple(2 if axis.startswith("b") else 1 for axis in field.axes)
    matrix = walk_matrix(field, direction, start)
    total = walks.product(matrix, 1, WALKED_STEPS + 1)
    longer = total * walks.product(matrix, WALKED_STEPS + 1, 2 * WALKED_STEPS + 1)
    if total[1, 1] == 0 or longer[1, 1] == 0 or longer.det() == 0:
        return None
    one, two = (arb(int(steps[0, 1])) / arb(int(steps[1, 1])) for steps in (total, longer))
    ball = two.mid() + arb(0, abs(one - two).upper())
    return ball, start_of(matrix, float(two.mid()))


def start_of(matrix: IntegerMatrix, x: float) -> tuple[float, float] | None:
    """Return x_0 = M(0) x_1 as (p, q) of size 1; None where M(0) is singular."""
    (a, b), (c, d) = (tuple(int(entry(0)) for entry in row) for row in matrix)
    if a * d == b * c:
        return None
    size = max(map(abs, (a, b, c, d)))
    p, q = a / size * x + b / size, c / size * x + d / size
    norm = hypot(p, q)
    return None if norm == 0 else (p / norm, q / norm)
