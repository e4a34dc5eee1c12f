"""The neighbour vector: where formulas with one constant fall on one point, whatever their family.

A formula that has a closed form is placed by the normal form of its constant: by the kind of the constant, the
logarithm of its argument, and the parameters that count mod 1 as points on the circle, in symmetric functions where
their order means nothing. Every other formula is placed by its degrees, the ratio of its leading coefficients, and the
roots of a and b mod 1. Mirrors, inflations and index shifts leave all of that alone. docs/neighbour-vector.md tells it
in words.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from flint import fmpz_poly

from catalog.formulas.pcf import PCF
from indexer.kinds.vectors import DIMENSION, Vector
from indexer.mathematics.closed_forms.equation import equation
from indexer.mathematics.closed_forms.normal_form import NormalForm, normal_form
from indexer.mathematics.numbers.surds import Surd

KIND_STEP = 4.0
"""Distance between two kinds of constant, and twice that between two signs of an argument: more than any phases."""

MAX_LOG = 700.0
"""Bound of |log argument|, so that a vector is finite for coefficients of any size."""

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
    if found is not None:
        return np.array(_of_normal_form(normal_form(found)), dtype=np.float32)
    roots = [_fractional_roots(polynomial) for polynomial in (pcf.a, pcf.b)]
    ratio = 2 * _log(pcf.a[-1]) - _log(pcf.b[-1])
    values = _of_roots(pcf.deg_a, pcf.deg_b, np.array([ratio]), np.array([pcf.b[-1] < 0]), *roots)
    return np.asarray(values[0], dtype=np.float32)


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
    single = large | (deg_a <= 1) | _deflates(A, B)
    for i in np.flatnonzero(single):
        vectors[i] = neighbour_vector(PCF(tuple(A[i].tolist()), tuple(B[i].tolist())))
    for d in range(3):
        rows = np.flatnonzero(~single & (deg_b == d))
        a, b = A[rows], B[rows]
        ratio = 2 * np.log(np.abs(a[:, 2])) - np.log(np.abs(b[:, d]))
        values = _of_roots(2, d, ratio, b[:, d] < 0, _quadratic_roots(a, 2), _quadratic_roots(b, d))
        vectors[rows] = values
    return vectors


# ------------------------------------------------------------------ formulas with a normal form


def _of_normal_form(c: NormalForm) -> list[float]:
    """Return the coordinates of a normal form."""
    argument = c.arguments[0] if c.arguments else Surd.of(1)
    if c.kind == "gauss" and _real(argument) < 0:
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
    if _real(c.arguments[0]) < 0:
        t1, t2 = t2, t1
    both = _turn(_real(g) / 2) * _cosine(t1) * _cosine(t2)
    return [*_pair(_turn(_real(g))), _cosine(t1 * 2), _cosine(t2 * 2), *_pair(both)]


_PHASES = {"tricomi": _tricomi_phases, "gauss": _gauss_phases, "quotient": _halves}


def _irrational(number: Surd) -> complex:
    return float(number.q) * cmath.sqrt(number.d) if number.q else 0j


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
    value = _real(number)
    if value == 0:  # the two terms cancel: |p + q sqrt(d)| is |p^2 - q^2 d| / |p - q sqrt(d)|
        norm = number.p * number.p - number.q * number.q * number.d
        size = _log(int(norm.numerator)) - _log(int(norm.denominator)) - math.log(abs(_real(number.conjugate)))
        return _bounded(size), bool((norm < 0) == (number.p > 0))
    return _bounded(math.log(abs(value))), value < 0


def _bounded(x: float) -> float:
    return max(-MAX_LOG, min(MAX_LOG, x))


def _log(n: int) -> float:
    """Return log|n| for an integer of any size, 0 for n = 0."""
    return math.log(abs(n)) if n else 0.0


# ------------------------------------------------------------------ all other formulas


def _of_roots(
    deg_a: int,
    deg_b: int,
    ratio: npt.NDArray[Any],
    negative: npt.NDArray[Any],
    roots_a: npt.NDArray[Any],
    roots_b: npt.NDArray[Any],
) -> npt.NDArray[Any]:
    """Return coordinates, shape (n, DIMENSION), from the roots mod 1 (complex128[n, degree])."""
    kind = 3 * (len(CONSTANT_KINDS) + 10 * min(deg_a, 9) + min(deg_b, 9)) + negative
    columns = [KIND_STEP * kind, np.clip(ratio, -MAX_LOG, MAX_LOG)]
    columns += [*_symmetric(roots_a, len(ratio)), *_symmetric(roots_b, len(ratio))]
    return np.stack(columns, axis=1)


def _symmetric(roots: npt.NDArray[Any], n: int) -> list[npt.NDArray[Any]]:
    """Return mean of e(r)/(1 + |Im r|) and e(sum of r) over the roots of each row, as real coordinates."""
    if roots.shape[1] == 0:
        return [np.zeros(n)] * 4
    turns = np.exp(2j * np.pi * roots.real) / (1 + np.abs(roots.imag))
    mean, total = turns.mean(axis=1), np.exp(2j * np.pi * roots.real.sum(axis=1))
    return [mean.real, mean.imag, total.real, total.imag]


def _quadratic_roots(c: Integers, degree: int) -> npt.NDArray[Any]:
    """Return the roots mod 1 of polynomials of one degree <= 2, complex128[n, degree]."""
    if degree == 0:
        return np.empty((len(c), 0), dtype=complex)
    if degree == 1:
        return ((-c[:, 0] * np.sign(c[:, 1])) % np.abs(c[:, 1]) / np.abs(c[:, 1]))[:, None].astype(complex)
    size = 2 * np.abs(c[:, 2])
    middle = (-c[:, 1] * np.sign(c[:, 2])) % size / size
    half = np.sqrt((c[:, 1] ** 2 - 4 * c[:, 2] * c[:, 0]).astype(complex)) / size
    return np.stack([middle + half, middle - half], axis=1)


def _fractional_roots(polynomial: tuple[int, ...]) -> npt.NDArray[Any]:
    """Return the roots mod 1 of a polynomial of any degree and size, complex128[1, degree].

    Flint isolates them, so that multiple roots lose nothing.
    """
    roots: list[complex] = []
    isolated: Any = fmpz_poly(list(polynomial)).complex_roots()
    for root, multiplicity in isolated:
        whole = root.real.floor().unique_fmpz()
        real = root.real - whole if whole is not None else root.real
        roots += [complex(float(real.mid()), float(root.imag.mid()))] * int(multiplicity)
    return np.array([roots], dtype=complex).reshape(1, len(polynomial) - 1)


def _degrees(c: Integers) -> npt.NDArray[np.int64]:
    return np.where(c[:, 2] != 0, 2, np.where(c[:, 1] != 0, 1, 0))


def _deflates(A: Integers, B: Integers) -> npt.NDArray[np.bool_]:
    """Return which formulas of degrees (2, 2) have a = (n - c) a', b = B2 (n - c)(n - c - 1)."""
    middle, size = B[:, 1] + B[:, 2], 2 * B[:, 2]
    apart = B[:, 1] ** 2 - 4 * B[:, 2] * B[:, 0] == B[:, 2] ** 2
    root = A[:, 2] * middle**2 - A[:, 1] * middle * size + A[:, 0] * size**2 == 0
    return np.asarray((B[:, 2] != 0) & apart & root)
