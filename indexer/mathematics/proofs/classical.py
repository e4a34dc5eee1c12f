"""Fractions of Ramanujan for quotients of gamma functions: which row of the base theorems a formula is an instance of.

Entries 30, 33 and 35 of chapter 12 (B. C. Berndt, Ramanujan's Notebooks II, 1989) have, begun at the right index,

    a = c x (2n+1),                                           b = c^2 (n^2 - k^2) (n^2 - m^2),
    a = c (2n+1) (2n^2 + 2n + 1 + x^2 - k^2 - l^2 - m^2),     b = -4 c^2 (n^2 - k^2) (n^2 - l^2) (n^2 - m^2).

Where some of k, l, m are 0 the quotient of gamma functions becomes a difference of polygamma functions.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from flint import fmpz_poly

from catalog.formulas.pcf import PCF
from indexer.mathematics.numbers.squares import rational_root
from indexer.mathematics.proofs.certificate import Certificate
from indexer.mathematics.proofs.theorems import theorems

ORDER_TWO = ("ramanujan-30-trigamma", "ramanujan-30", "ramanujan-33")
ORDER_THREE = ("ramanujan-35-tetragamma", "ramanujan-35-trigamma", "ramanujan-35-digamma", "ramanujan-35")
"""Rows by the number of parameters that are not 0."""

NAMES = "klm"
"""The parameters of a row, in turn."""


def classical_fractions(formula: PCF) -> Iterator[Certificate]:
    """Yield the certificate of the row that a formula is an instance of, or is from another index on."""
    begun = _begun(formula)
    if begun is None:
        return
    rows, square, parameters, c = begun
    root, given = rational_root(square), [p for p in parameters if p]
    if rows is ORDER_THREE:
        size = {"y": square}
    elif root is not None:
        size = {"x": Fraction(int(root.numerator), int(root.denominator))}
    else:
        return
    certificate = theorems()[rows[len(given)]].at(size | {"c": c} | dict(zip(NAMES, given, strict=False)))
    if certificate is not None:
        yield certificate


def is_classical(formula: PCF) -> bool:
    """Return whether a formula has the shape of a row."""
    return next(classical_fractions(formula), None) is not None


def _begun(formula: PCF) -> tuple[tuple[str, ...], Fraction, list[Fraction], Fraction] | None:
    """Return rows, x^2, the parameters and c of a formula, begun at the right index; None where it is no such."""
    if (formula.deg_a, formula.deg_b) not in ((1, 4), (3, 6)):
        return None
    formula = formula.positive()
    middle = Fraction(-formula.a[-2], formula.deg_a * formula.a[-1]) + Fraction(1, 2)
    if middle.denominator != 1:
        return None
    formula = formula.shift(int(middle))
    parameters = _squares(formula.b)
    if parameters is None:
        return None
    a, lead = [Fraction(k) for k in formula.a], Fraction(formula.b[-1])
    if formula.deg_a == 1:
        root = rational_root(lead)
        if root is None:
            return None
        return ORDER_TWO, (a[1] / 2) ** 2 / lead, parameters, Fraction(int(root.numerator), int(root.denominator))
    c = a[3] / 4
    if lead != -4 * c * c or a[2] != 6 * c or a[1] != 2 * a[0] + 2 * c:
        return None
    return ORDER_THREE, a[0] / c - 1 + sum(p * p for p in parameters), parameters, c


def _squares(b: tuple[int, ...]) -> list[Fraction] | None:
    """Return k, l, ... of (n^2 - k^2) (n^2 - l^2) ..., the largest first, None where some are irrational."""
    if any(b[1::2]):
        return None
    found: list[Fraction] = []
    for factor, multiplicity in fmpz_poly(list(b[::2])).factor()[1]:
        if factor.degree() != 1:
            return None
        root = rational_root(Fraction(-int(factor[0]), int(factor[1])))
        if root is None:
            return None
        found += [Fraction(int(root.numerator), int(root.denominator))] * multiplicity
    return sorted(found, reverse=True)
