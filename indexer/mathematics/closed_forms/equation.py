"""The hypergeometric equation behind a formula with deg a <= 1 and deg b <= 2, as exact parameters.

After polynomial deflation and with a positive leading coefficient of a, the recurrence u_n = a_n u_{n-1} + b_n u_{n-2}
is a contiguity relation of one of the functions below. Closed forms (`closed_form.py`) and family keys (`families.py`)
are made of its parameters. A1, A0, B2, B1, B0 are coefficients, r1 and r2 the roots of b.

    elementary  (0,0)                     D = A0^2 + 4 B0 >= 0
    parabolic   (0,1), B1 > 0             U(r/2, 1/2, w), r = B0/B1, w = A0^2/(2 B1)          DLMF 12.7, 12.8
    bessel      (1,0)                     0F1(; g; z), z = B0/A1^2, g = 1 + A0/A1            DLMF 10.29
    kummer      (1,1)                     1F1(al; g; z), z = B1/A1^2, al = 1 + B0/B1,        DLMF 13.3
                                          g = 1 + z + A0/A1
    gauss       (0,2), (1,2), D > 0       2F1(al, be; g; x), D = A1^2 + 4 B2, k = sqrt(D),   DLMF 15.5
                                          x = (1 - A1/k)/2, al = 1 - r1, be = 1 - r2,
                                          g = 1 + A0/k + (al + be - 1) x
    tricomi     (1,2), D = 0, kappa > 0   U(al, c, kappa), c = al + r2                       DLMF 13.3
    linear      (1,2), D = 0, kappa = 0   the tail is (A1/2)(n + max(-r1, -r2))
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from gmpy2 import mpq

from catalog.formulas.pcf import PCF
from indexer.mathematics.numbers.surds import Surd

Kind = Literal["elementary", "parabolic", "bessel", "kummer", "gauss", "tricomi", "linear"]

ONE = Surd.of(1)


@dataclass(frozen=True, slots=True)
class Equation:
    """A convergent, non-terminating formula as parameters of its hypergeometric equation.

    `formula` is the deflated formula with positive leading coefficient of a, and L = factor * L(formula).
    `upper` are al (and be), `lower` is g (or c), `argument` is z, x, kappa or w, and `scale` is A1, k, A1/2, or
    sqrt(2 B1): the factor in front of the ratio of functions. For `elementary` and `linear` equations `upper` holds the
    limit of `formula` itself.
    """

    kind: Kind
    formula: PCF
    factor: int
    scale: Surd
    upper: tuple[Surd, ...]
    lower: Surd
    argument: Surd


@lru_cache(maxsize=1024)
def equation(pcf: PCF) -> Equation | None:
    """Return the equation behind a formula.

    None where the formula terminates, diverges, or is of higher degree even when deflated.
    """
    if pcf.deg_a > 1 or pcf.deg_b > 2 or pcf.deg_b == 2 * pcf.deg_a > 0:
        pcf, h = pcf.deflate_polynomial()
        factor = h[0]
    else:
        factor = 1
    if pcf.deg_a > 1 or pcf.deg_b > 2:
        return None
    if pcf.a[-1] < 0:
        pcf, factor = pcf.mirror(), -factor
    roots = roots_of(pcf.b)
    if any(root.integer and root.p > 0 for root in roots):
        return None
    return _EQUATIONS[pcf.deg_a, pcf.deg_b](pcf, factor, roots)


def roots_of(b: tuple[int, ...]) -> tuple[Surd, ...]:
    """Return the exact roots of a polynomial of degree <= 2, in no order of meaning."""
    if len(b) == 1:
        return ()
    if len(b) == 2:
        return (Surd.of(mpq(-b[0], b[1])),)
    middle, root = mpq(-b[1], 2 * b[2]), Surd.root(b[1] ** 2 - 4 * b[2] * b[0]) * mpq(1, 2 * b[2])
    return root + middle, -root + middle


def _elementary(pcf: PCF, factor: int, roots: tuple[Surd, ...]) -> Equation | None:
    (A0,), (B0,) = pcf.a, pcf.b
    D = A0 * A0 + 4 * B0
    if D < 0:
        return None
    limit = (Surd.root(D) + A0) * mpq(1, 2)
    return Equation("elementary", pcf, factor, ONE, (limit,), ONE, ONE)


def _parabolic(pcf: PCF, factor: int, roots: tuple[Surd, ...]) -> Equation | None:
    (A0,), (B0, B1) = pcf.a, pcf.b
    if B1 < 0:
        return None
    half_r, w = Surd.of(mpq(B0, 2 * B1)), Surd.of(mpq(A0 * A0, 2 * B1))
    return Equation("parabolic", pcf, factor, Surd.root(2 * B1), (half_r,), Surd.of(mpq(1, 2)), w)


def _bessel(pcf: PCF, factor: int, roots: tuple[Surd, ...]) -> Equation | None:
    (A0, A1), (B0,) = pcf.a, pcf.b
    g, z = Surd.of(1 + mpq(A0, A1)), Surd.of(mpq(B0, A1 * A1))
    return Equation("bessel", pcf, factor, Surd.of(A1), (), g, z)


def _kummer(pcf: PCF, factor: int, roots: tuple[Surd, ...]) -> Equation | None:
    (A0, A1), (B0, B1) = pcf.a, pcf.b
    z = mpq(B1, A1 * A1)
    al, g = Surd.of(1 + mpq(B0, B1)), Surd.of(1 + z + mpq(A0, A1))
    return Equation("kummer", pcf, factor, Surd.of(A1), (al,), g, Surd.of(z))


def _gauss(pcf: PCF, factor: int, roots: tuple[Surd, ...]) -> Equation | None:
    A0, A1 = pcf.a[0], pcf.a[1] if pcf.deg_a else 0
    B1, B2 = pcf.b[1:]
    D = A1 * A1 + 4 * B2
    if D < 0:
        return None
    al, be = (ONE - root for root in roots)
    if D == 0:
        return _double_root(pcf, factor, roots)
    k = Surd.root(D)
    x = (ONE - ONE / k * A1) * mpq(1, 2)
    g = ONE / k * A0 + x * (1 + mpq(B1, B2)) + 1
    return Equation("gauss", pcf, factor, k, (al, be), g, x)


def _double_root(pcf: PCF, factor: int, roots: tuple[Surd, ...]) -> Equation | None:
    (A0, A1), (_, B1, B2) = pcf.a, pcf.b
    half = mpq(A1, 2)
    kappa = 2 * mpq(A0, A1) - 1 - mpq(B1, B2)
    if kappa < 0 or (kappa == 0 and roots[0].d < 0):
        return None
    if kappa == 0:  # roots[0] - roots[1] has the sign of B2, which is negative: -roots[0] is the larger
        return Equation("linear", pcf, factor, ONE, (-roots[0] * half,), ONE, ONE)
    c = ONE - roots[0] + roots[1]
    return Equation("tricomi", pcf, factor, Surd.of(half), (ONE - roots[0],), c, Surd.of(kappa))


_EQUATIONS = {
    (0, 0): _elementary,
    (0, 1): _parabolic,
    (1, 0): _bessel,
    (1, 1): _kummer,
    (0, 2): _gauss,
    (1, 2): _gauss,
}
