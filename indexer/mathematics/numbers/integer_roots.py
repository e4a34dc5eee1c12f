"""Integer and rational roots of integer polynomials.

Integer ones are found by trial where the bound of all roots is small: no factorization is needed.
"""

from __future__ import annotations

from fractions import Fraction
from math import inf, log2

from flint import fmpz_poly, nmod_poly

TRIAL_PRIME = 2**61 - 1
"""The prime modulo which integers are tried as roots."""

MOST_TRIED = 4096
"""Bound of all roots up to which integers are tried one by one."""

FEW = 5
"""Degree up to which the factorization is faster."""


def natural_roots(polynomial: fmpz_poly) -> list[int]:
    """Return the distinct integer roots n >= 0, ascending; the polynomial is not 0.

    Fujiwara's bound of their size is 2 max |c_{d-k}/c_d|^(1/k) for k = 1, ..., d.
    """
    if polynomial.degree() < 1:
        return []
    if polynomial.degree() > FEW and (bound := _bound(polynomial)) <= MOST_TRIED:
        residues = nmod_poly([int(c) for c in polynomial.coeffs()], TRIAL_PRIME)
        return [n for n in range(int(bound) + 1) if int(residues(n)) == 0 and polynomial(n) == 0]
    return sorted(int(root) for root, _ in polynomial.roots() if root >= 0)


def rational_roots(polynomial: fmpz_poly) -> list[Fraction] | None:
    """Return all roots with their multiplicities, None where one is irrational."""
    roots = []
    for factor, multiplicity in polynomial.factor()[1]:
        if factor.degree() != 1:
            return None
        roots += [Fraction(-int(factor[0]), int(factor[1]))] * multiplicity
    return roots


def _bound(polynomial: fmpz_poly) -> float:
    """Return a number that is not below Fujiwara's bound."""
    degree = int(polynomial.degree())
    size = [abs(int(c)).bit_length() for c in polynomial.coeffs()]
    most = max(
        ((size[degree - k] - size[degree] + 1) / k for k in range(1, degree + 1) if size[degree - k]), default=-inf
    )
    return float(2 ** (1 + most)) if most < log2(MOST_TRIED) else inf
