"""Formulas that are equivalent to others by construction."""

from __future__ import annotations

from flint import fmpz_poly

from catalog.formulas.pcf import PCF
from indexer.mathematics.equivalence.matrices import product, shifted, step


def companion(formula: PCF, V: tuple[fmpz_poly, ...]) -> PCF | None:
    """A formula whose steps are those of a formula in the basis V, made companion again; None where it is none."""
    p, q, r, s = V
    M = product(product((s, -q, -r, p), step(formula)), shifted((p, q, r, s)))
    common = fmpz_poly([])
    for entry in M:
        common = common.gcd(entry)
    A, B, C, D = (entry // common for entry in M)
    if not C:
        return None
    before, after = fmpz_poly([-1, 1]), fmpz_poly([1, 1])
    a, b = C * A(after) + D * C(after), -(A * D - B * C) * C(after) * C(before)
    if not a or not b:
        return None
    other = PCF(tuple(map(int, a.coeffs())), tuple(map(int, b.coeffs())))
    return other.shift(max([0, *(int(root) for root, _ in b.roots())]))
