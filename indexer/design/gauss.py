"""Gauss's continued fraction where it is polynomial: upper parameters that differ by a half.

F(a, b; c)/F(a, b+1; c+1) = 1 - k_1 z/(1 - k_2 z/(1 - ...)) (DLMF 15.7.5) takes a and b up in turn. With a = b + 1/2
both kinds of steps are one polynomial,

    k_j = (j + 2 b)(j + 2 c - 2 b - 1) / (4 (c + j - 1)(c + j)),

so that 2 c times it is PCF(2 (n + c), -z (n + 2 b)(n + 2 c - 2 b - 1)): half a step of the direction (1, 1, 2).
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from math import lcm

from catalog.formulas.pcf import PCF
from indexer.design.origins import Origin


@lru_cache(maxsize=256)
def gauss_fraction(origin: Origin) -> PCF | None:
    """Return the continued fraction of an origin, with integer coefficients; None where it has none."""
    name, _, argument = origin.field.name.partition("(")
    if name != "2F1":
        return None
    upper, (c,) = sorted(origin.start[:2]), origin.start[2:]
    b, a = upper
    if a - b != Fraction(1, 2):
        return None
    z = Fraction(argument.rstrip(")"))
    below = [Fraction(x) for x in (2 * b * (2 * c - 2 * b - 1), 2 * c - 1, 1)]
    numerators = [-z * x for x in below]
    scale = lcm((2 * c).denominator, *(x.denominator for x in numerators))
    found, _ = PCF((int(2 * c * scale), 2 * scale), tuple(int(x * scale * scale) for x in numerators)).deflate()
    return found
