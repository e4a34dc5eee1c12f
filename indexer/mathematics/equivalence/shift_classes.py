"""Shift classes: the irreducible factors of a determinant, those gathered that differ by an integer shift of n.

Every class has one factor f whose roots have a mean in [0, 1); a factor f(n - k) of the determinant stands at
position k of the class of f, where its roots are those of f plus k.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from math import floor

from flint import fmpz_poly

from catalog.formulas.pcf import PCF
from indexer.mathematics.equivalence.matrices import determinant, fold

Coefficients = tuple[int, ...]
"""An irreducible primitive polynomial with positive leading coefficient, constant first."""


@dataclass(frozen=True, eq=False)
class Factors:
    """A determinant as leading coefficient and, for each class, the multiplicity at each position; kept by identity."""

    lead: int
    classes: dict[Coefficients, dict[int, int]]

    @cached_property
    def odd(self) -> frozenset[Coefficients]:
        """The classes of odd multiplicity, which no equivalence changes."""
        return frozenset(f for f, places in self.classes.items() if sum(places.values()) % 2)

    @cached_property
    def root_sum(self) -> Fraction:
        """Half the sum of all roots, each at position 0 of its class."""
        return sum((sum(places.values()) * root_sum(f) / 2 for f, places in self.classes.items()), Fraction(0))


def root_sum(f: Coefficients) -> Fraction:
    """Return the sum of the roots of a polynomial of degree >= 1."""
    return Fraction(-f[-2], f[-1])


def factors(formula: PCF, k: int = 1) -> Factors:
    """Return the factors of the determinant of k steps of a formula taken as one."""
    return _of_one_step(formula.b) if k == 1 else _of_steps(formula, k)


@lru_cache(maxsize=4096)
def _of_one_step(b: tuple[int, ...]) -> Factors:
    """Return the factors of the determinant -b of one step."""
    return factored(-fmpz_poly(list(b)))


@lru_cache(maxsize=4096)
def _of_steps(formula: PCF, k: int) -> Factors:
    return factored(determinant(fold(formula, k)))


def factored(polynomial: fmpz_poly) -> Factors:
    """Return a polynomial, not zero, by shift classes."""
    classes: dict[Coefficients, dict[int, int]] = {}
    for factor, multiplicity in polynomial.factor()[1]:
        f, position = _canonical(factor)
        places = classes.setdefault(f, {})
        places[position] = places.get(position, 0) + int(multiplicity)
    return Factors(int(polynomial.leading_coefficient()), classes)


def _canonical(factor: fmpz_poly) -> tuple[Coefficients, int]:
    """Return f and k with factor(n) = +-f(n - k), the mean of f's roots in [0, 1)."""
    if factor.leading_coefficient() < 0:
        factor = -factor
    degree = factor.degree()
    position = floor(Fraction(-int(factor[degree - 1]), int(factor[degree]) * degree))
    if position:
        factor = factor(fmpz_poly([position, 1]))
    return tuple(map(int, factor.coeffs())), position
