"""Certificates of algebraic limits, where an angle is divided by an integer (`closed_forms/multiple_angles.py`).

The derivation ends at the tangent of j phi/m; the step after it, which `angles.py` checks, at a number or at a root of
a polynomial. The limit is a Moebius map of that.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import isqrt
from typing import Any

import flint
from flint import fmpz_poly
from gmpy2 import mpq

from catalog.formulas.pcf import PCF
from indexer.mathematics.closed_forms.derivation import any_derivation
from indexer.mathematics.closed_forms.multiple_angles import BITS, Algebraic, angle_root
from indexer.mathematics.numbers.fractions import as_fraction
from indexer.mathematics.proofs.angles import near
from indexer.mathematics.proofs.arithmetic import Quadratic, Refused, at, number
from indexer.mathematics.proofs.certificate import Certificate, Coefficients, Step, composed, normal, subject
from indexer.mathematics.proofs.low_degree import certificate_of, exact_json
from indexer.mathematics.relations.text import moebius_text

BOUND_BITS = 20
"""Bits of the first bounds of a root, and by how many more they are sought where they do not tell it from others."""


@dataclass(frozen=True, slots=True)
class RootCertificate:
    """L = (x + y t)/(z + w t) for a root t of a polynomial between two rational numbers, with its proof."""

    formula: PCF
    polynomial: tuple[int, ...]
    between: tuple[Fraction, Fraction]
    coefficients: Coefficients
    steps: tuple[Step, ...]

    def to_json(self) -> dict[str, Any]:
        """The certificate as a JSON object: its relation has `other`, the root, in place of a constant."""
        relation = {
            "other": root_json(self.polynomial, self.between),
            "coefficients": list(self.coefficients),
            "expression": moebius_text(self.coefficients, "t"),
        }
        composed = {"step": "compose", "map": list(self.coefficients)}
        return {"formula": subject(self.formula), "relation": relation, "steps": [*self.steps, composed]}

    def proves(self, polynomial: tuple[int, ...]) -> bool:
        """Whether a polynomial vanishes at the limit: with the map in its place it is a multiple of that of t."""
        x, y, z, w = self.coefficients
        above, below, degree = fmpz_poly([x, y]), fmpz_poly([z, w]), len(polynomial) - 1
        mapped = sum((c * above**k * below ** (degree - k) for k, c in enumerate(polynomial)), fmpz_poly([0]))
        rest = flint.fmpq_poly(mapped) % flint.fmpq_poly(list(self.polynomial))
        return not any(rest.coeffs())


def root_json(polynomial: tuple[int, ...], between: tuple[Fraction, Fraction]) -> dict[str, Any]:
    """Return a root of a polynomial as what a step speaks of."""
    return {"root": list(polynomial), "between": [str(end) for end in between]}


def dihedral_limit(formula: PCF) -> Certificate | None:
    """Return the certificate of a rational, infinite or quadratic limit of this sort, None for all others."""
    found = _end(formula)
    t = None if found is None else found.t.surd()
    if found is None or t is None:
        return None
    constant = "1" if t.rational else f"sqrt({t.d})"
    p, q = (as_fraction(part * found.scale) for part in (t.p, t.q))
    map_ = normal(p, q, 1, 0)
    step = found.step({"constant": constant}, map_) | {"t": exact_json(t)}
    own = found.before
    return Certificate(formula, constant, composed(own.coefficients, map_), (*own.steps, step))


@lru_cache(maxsize=1024)
def dihedral_root(formula: PCF) -> RootCertificate | None:
    """Return the certificate of a limit of this sort of degree 3 or more, None for all others."""
    found = _end(formula)
    between = None if found is None or len(found.t.polynomial) < 4 else found.bounds()
    if found is None or between is None:
        return None
    map_ = normal(0, as_fraction(found.scale), 1, 0)
    step = found.step(root_json(found.t.polynomial, between), map_)
    own = found.before
    return RootCertificate(formula, found.t.polynomial, between, composed(own.coefficients, map_), (*own.steps, step))


@dataclass(frozen=True, slots=True)
class _End:
    """The certificate up to the tangent t sqrt(q) = tan(j phi/m), and t itself.

    The constant is `scale` t.
    """

    before: Certificate
    q: mpq
    j: int
    m: int
    t: Algebraic

    @property
    def scale(self) -> mpq:
        return mpq(self.j, 2 * self.m) * abs(self.q)

    def step(self, second: dict[str, Any], map_: Coefficients) -> Step:
        values = {"q": exact_json(self.q), "j": self.j, "m": self.m}
        kind = "root" if "root" in second else "angle"
        return {
            "step": kind,
            "first": {"constant": self.before.constant},
            "second": second,
            **values,
            "map": list(map_),
        }

    def bounds(self) -> tuple[Fraction, Fraction] | None:
        """Rational bounds of t that tell it from the other roots of the angle's polynomial."""
        q = number(exact_json(self.q))
        for bits in range(BOUND_BITS, BITS - BOUND_BITS, BOUND_BITS):
            with flint.ctx.workprec(BITS):
                low = (self.t.ball * flint.arb(2) ** bits).floor().unique_fmpz()
            if low is None:
                continue
            ends = Fraction(max(int(low) - 1, 0), 2**bits), Fraction(int(low) + 2, 2**bits)
            signs = [at(self.t.polynomial, end) for end in ends]
            with suppress(Refused):
                if signs[0] * signs[1] < 0 and all(near(Quadratic(end), q, self.j, self.m) for end in ends):
                    return ends
        return None


def _end(formula: PCF) -> _End | None:
    found = any_derivation(formula)
    last = None if found is None else found.steps[-1]
    if found is None or last is None or last.detail not in ("multiple-angle", "multiple-area"):
        return None
    values = dict(last.values)
    q, square = values["q"] if "q" in values else -values["p"], values["s"]
    double = Fraction(int(square.numerator) * 4, int(square.denominator))
    j, m = isqrt(double.numerator), isqrt(double.denominator)
    if (j * j, m * m) != (double.numerator, double.denominator):
        return None
    t = angle_root(j, m, q)
    return None if t is None else _End(certificate_of(found), q, j, m, t)
