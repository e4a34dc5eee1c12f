"""The neighbour vector: where formulas with one constant fall on one point, whatever their family.

A formula that has a closed form is placed by the normal form of its constant: by the kind of the constant, the
logarithm of its argument, and the parameters that count mod 1 as points on the circle, in symmetric functions where
their order means nothing. Every other formula is placed by what equivalences of recurrences keep
(`recurrence_vector.py`), beside a formula with a closed form where one has all of that. Mirrors, inflations and index
shifts leave all of that alone. docs/neighbour-vector.md tells it in words.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from catalog.formulas.pcf import PCF
from indexer.kinds.pcf.recurrence_vector import (
    coordinates,
    counterpart,
    may_have_counterpart,
    quadratic_coordinates,
)
from indexer.kinds.vectors import DIMENSION, Vector
from indexer.mathematics.closed_forms.equation import equation
from indexer.mathematics.closed_forms.normal_form import NormalForm, normal_form
from indexer.mathematics.equivalence.curvature import PRIMES
from indexer.mathematics.numbers.surds import Surd

KIND_STEP = 4.0
"""Distance between two kinds of constant, and twice that between two signs of an argument: more than any phases."""

MAX_LOG = 700.0
"""Bound of |log argument|, so that a vector is finite for coefficients of any size."""

LARGE_BITS = 500
"""Bits of an integer beyond which surds are taken by their logarithms."""

LARGE_COEFFICIENT = 10**4
"""Coefficients up to which a batch is computed in 64-bit integers without overflow."""

CONSTANT_KINDS = (
    "algebraic",
    "exp",
    "tanh",
    "tan",
    "bessel",
    "gamma",
    "kummer",
    "mills",
    "e1",
    "upper_gamma",
    "besselk",
    "parabolic",
    "tricomi",
    "log",
    "pi",
    "atan",
    "power",
    "beta",
    "quotient",
    "bailey",
    "gauss",
)

Integers = npt.NDArray[np.int64]


def neighbour_vector(pcf: PCF) -> Vector:
    """Return the vector of one formula, shape (DIMENSION,), float32, finite for every formula."""
    found = equation(pcf)
    if found is None and (other := counterpart(pcf)) is not None:
        found = equation(other)
    if found is not None:
        return np.array(_of_normal_form(normal_form(found)), dtype=np.float32)
    kind, values = coordinates(pcf)
    return np.array([_recurrence_kind(kind, pcf.b[-1] < 0), *values], dtype=np.float32)


def vectors_of(formulas: Sequence[PCF]) -> Vector:
    """Return the vectors of formulas of any degree, shape (n, DIMENSION), float32; a mirror has that of its formula."""
    positive = [formula.positive() for formula in formulas]
    distinct = list(dict.fromkeys(positive))
    vectors = np.zeros((len(distinct), DIMENSION), dtype=np.float32)
    small = [i for i, f in enumerate(distinct) if f.deg_a <= 2 and f.deg_b <= 2 and f.height <= LARGE_COEFFICIENT]
    for i in set(range(len(distinct))).difference(small):
        vectors[i] = neighbour_vector(distinct[i])
    if small:
        arrays = [
            np.array([(*polynomial, 0, 0)[:3] for polynomial in polynomials], dtype=np.int64)
            for polynomials in ([distinct[i].a for i in small], [distinct[i].b for i in small])
        ]
        vectors[small] = neighbour_vectors(*arrays)
    row = {formula: i for i, formula in enumerate(distinct)}
    return np.asarray(vectors[[row[formula] for formula in positive]])


def neighbour_vectors(A: Integers, B: Integers) -> Vector:
    """Return the vectors of a batch of formulas of degree <= 2, shape (n, DIMENSION), float32.

    A and B are int64[n, 3], constant term first, no row zero. Formulas that have a normal form are taken one by
    one, all others at once; the result is that of `neighbour_vector`.
    """
    vectors = np.zeros((len(A), DIMENSION), dtype=np.float32)
    deg_a, deg_b = _degrees(A), _degrees(B)
    large = np.maximum(np.abs(A), np.abs(B)).max(axis=1, initial=0) > LARGE_COEFFICIENT
    single = large | (deg_a <= 1) | _divisible(A, B)
    single[~single] = may_have_counterpart(A[~single], B[~single])
    for i in np.flatnonzero(single):
        vectors[i] = neighbour_vector(PCF(tuple(A[i].tolist()), tuple(B[i].tolist())))
    for d in range(3):
        rows = np.flatnonzero(~single & (deg_b == d))
        if len(rows):
            kinds, vectors[rows, 1:] = quadratic_coordinates(A[rows], B[rows])
            vectors[rows, 0] = _recurrence_kind(kinds, B[rows, d] < 0)
    return vectors


def by_recurrence(vectors: Vector) -> npt.NDArray[np.bool_]:
    """Return which vectors (n, DIMENSION) place a formula by its recurrence, and not by a closed form."""
    return np.asarray(vectors[:, 0] >= _recurrence_kind(0, 0))


def _recurrence_kind(kind: Any, negative: Any) -> Any:
    """Return the first coordinate of formulas that are placed by their recurrences."""
    return KIND_STEP * (3 * (len(CONSTANT_KINDS) + kind) + negative)


# ------------------------------------------------------------------ formulas with a normal form


def _of_normal_form(c: NormalForm) -> list[float]:
    """Return the coordinates of a normal form."""
    argument = c.arguments[0] if c.arguments else Surd.of(1)
    if c.kind == "gauss" and _negative(argument):
        argument = argument / (argument - 1)
    size, negative = _log_of_surd(argument)
    phases = _PHASES.get(c.kind, _circles)(c)
    kind = KIND_STEP * (3 * CONSTANT_KINDS.index(c.kind) + negative)
    return [kind, size, *phases, *[0.0] * (DIMENSION - 2 - len(phases))]


def _circles(c: NormalForm) -> list[float]:
    """Return each phase as a point on the circle."""
    return [x for phase in c.phases for x in _pair(_turn(float(phase.p)))]


def _halves(c: NormalForm) -> list[float]:
    """Return phases that count mod 2 as points on the circle."""
    return [x for phase in c.phases for x in _pair(_turn(float(phase.p) / 2))]


def _tricomi_phases(c: NormalForm) -> list[float]:
    """Return symmetric functions of the two roots mod 1."""
    first, second = c.phases
    mean, difference = (first.p + second.p) / 2, first - second
    return [*_pair(_turn(float(2 * mean % 1))), *_pair(_turn(float(mean % 1)) * _cosine(difference))]


def _gauss_phases(c: NormalForm) -> list[float]:
    """Return what integer shifts and the transformations of Euler and Pfaff keep of al, be, g.

    With the exponents t1 = g - al - be and t2 = al - be: e(g), cos 2 pi t1, cos 2 pi t2, and
    e(g/2) cos(pi t1) cos(pi t2), where e(x) = exp(2 pi i x). Pfaff's transformation swaps t1 and t2.
    """
    al, be, g = c.phases
    t1, t2 = g - (al.p + be.p), al - be
    if _negative(c.arguments[0]):
        t1, t2 = t2, t1
    both = _turn(_real(g) / 2) * _cosine(t1) * _cosine(t2)
    return [*_pair(_turn(_real(g))), _cosine(t1 * 2), _cosine(t2 * 2), *_pair(both)]


_PHASES = {"tricomi": _tricomi_phases, "gauss": _gauss_phases, "quotient": _halves}


def _irrational(number: Surd) -> complex:
    """Return q sqrt(d), bounded where that is beyond a double."""
    if not number.q:
        return 0j
    if not _large(number):
        return float(number.q) * cmath.sqrt(number.d)
    size = math.exp(_bounded(_log_of_root(number)))
    return (-size if number.q < 0 else size) * (1j if number.d < 0 else 1)


def _large(number: Surd) -> bool:
    """Return whether parts of a surd may be beyond a double, or cancel beyond its digits."""
    parts = (number.p.numerator, number.p.denominator, number.q.numerator, number.q.denominator, number.d)
    return any(int(part).bit_length() > LARGE_BITS for part in parts)


def _log_of_root(number: Surd) -> float:
    """Return log|q sqrt(d)|."""
    return _log(int(number.q.numerator)) - _log(int(number.q.denominator)) + _log(int(number.d)) / 2


def _log_of_real(number: Surd) -> tuple[float, bool]:
    """Return log|p + q sqrt(d)| of a real surd of any size, and whether it is negative.

    Where the terms cancel it is |p^2 - q^2 d| over their sum.
    """
    p, q, second = number.p, number.q, _log_of_root(number)
    if p == 0:
        return second, bool(q < 0)
    first = _log(int(p.numerator)) - _log(int(p.denominator))
    total = max(first, second) + math.log1p(math.exp(-abs(first - second)))
    if (p < 0) == (q < 0):
        return total, bool(p < 0)
    norm = p * p - q * q * number.d
    return _log(int(norm.numerator)) - _log(int(norm.denominator)) - total, bool((norm < 0) == (p > 0))


def _negative(number: Surd) -> bool:
    """Return whether the real part is negative."""
    if number.rational or number.d < 0:
        return bool(number.p < 0)
    return _log_of_real(number)[1] if _large(number) else _real(number) < 0


def _real(number: Surd) -> float:
    return float(number.p) + _irrational(number).real


def _cosine(turns: Surd) -> float:
    """Return cos(pi turns), and between 1 and 2 in place of the hyperbolic cosine of imaginary turns."""
    value = math.pi * (float(turns.p % 2) + _irrational(turns))
    if value.imag:
        return math.cos(value.real) * (1 + math.tanh(_log_cosh(value.imag) / 4))
    return math.cos(value.real)


def _log_cosh(y: float) -> float:
    return abs(y) + math.log1p(math.exp(-2 * abs(y))) - math.log(2)


def _turn(phase: float) -> complex:
    return cmath.exp(2j * math.pi * phase)


def _pair(z: complex) -> tuple[float, float]:
    return z.real, z.imag


def _log_of_surd(number: Surd) -> tuple[float, bool]:
    """Return log|number|, bounded, and whether the number is negative."""
    if number.rational:
        return _bounded(_log(int(number.p.numerator)) - _log(int(number.p.denominator))), bool(number.p < 0)
    if not _large(number) and (value := _real(number)):
        return _bounded(math.log(abs(value))), value < 0
    if number.d < 0:
        return _log_of_surd(Surd.of(number.p))
    size, negative = _log_of_real(number)
    return _bounded(size), negative


def _bounded(x: float) -> float:
    return max(-MAX_LOG, min(MAX_LOG, x))


def _log(n: int) -> float:
    """Return log|n| for an integer of any size, 0 for n = 0."""
    return math.log(abs(n)) if n else 0.0


def _degrees(c: Integers) -> npt.NDArray[np.int64]:
    return np.where(c[:, 2] != 0, 2, np.where(c[:, 1] != 0, 1, 0))


def _divisible(A: Integers, B: Integers) -> npt.NDArray[np.bool_]:
    """Return which formulas a common integer can be divided out of that is a multiple of a prime of the traces."""
    return np.any([(A % p == 0).all(axis=1) & (B % p == 0).all(axis=1) for p in PRIMES], axis=0)  # type: ignore[no-any-return]
