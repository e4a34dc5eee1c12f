"""Fractions of Ramanujan for quotients of gamma functions: which row of the base theorems a formula is an instance of.

Chapter 12 of his second notebook (B. C. Berndt, R. L. Lamphere and B. M. Wilson, Rocky Mountain J. Math. 15, 1985) has,
begun at the right index and with fractions of period two contracted,

    a = 2 c x,                                                b = c^2 ((2n-1)^2 - m^2),
    a = c x (2n+1),                                           b = c^2 (n^2 - k^2) (n^2 - l^2),
    a = c (2n+1) (2n^2 + 2n + 1 + x^2 - k^2 - l^2 - m^2),     b = -4 c^2 (n^2 - k^2) (n^2 - l^2) (n^2 - m^2),
    a = c (8n^2 + 4n + 1 + x^2 - l^2 - m^2),                  b = -c^2 (4n^2 - l^2) ((2n-1)^2 - m^2),
    a = c (8n^2 - 4n + 1 + x^2 - l^2 - m^2),                  b = -c^2 ((2n-2)^2 - l^2) ((2n-1)^2 - m^2),
    a = c (8n^2 + 1 + x^2 - l^2 - m^2),                       b = -c^2 ((2n-1)^2 - l^2) ((2n-1)^2 - m^2),
    a = c (8n^2 + 8n + 3 + x^2 - k^2),                        b = -c^2 (4n^2 - k^2) 4n^2.

Where some of k, l, m are 0 the quotient of gamma functions becomes a difference of polygamma functions. The fractions
at x and x + 2 are equivalent, by a matrix whose map is the functional equation of the quotient (`test_classical.py`):
so a formula at which a gamma function of the row has a pole is proved at a larger x.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import lcm

from flint import fmpz_poly

from catalog.formulas.pcf import PCF
from indexer.mathematics.numbers.fractions import as_fraction
from indexer.mathematics.numbers.integer_roots import rational_roots
from indexer.mathematics.numbers.squares import rational_root
from indexer.mathematics.proofs.certificate import Certificate
from indexer.mathematics.proofs.theorems import theorems

ORDER_TWO = ("ramanujan-30-trigamma", "ramanujan-30", "ramanujan-33")
ORDER_THREE = ("ramanujan-35-tetragamma", "ramanujan-35-trigamma", "ramanujan-35-digamma", "ramanujan-35")
"""Rows by the number of parameters that are not 0."""

QUARTERS = {
    Fraction(0): ("ramanujan-four-quarters", Fraction(0)),
    Fraction(1, 2): ("ramanujan-quarters", Fraction(1, 2)),
    Fraction(1): ("ramanujan-quarters-difference", Fraction(1)),
    Fraction(3, 2): ("ramanujan-quarters-earlier", Fraction(-1, 2)),
}
"""Rows of degrees (2, 4), with the quotient a1/a2 of their a, by that quotient mod 2."""

NAMES = "klm"
"""The parameters of a row, in turn."""

FURTHER = 12
"""How many times x is raised by 2 in search of a formula without poles."""

Row = tuple[str, dict[str, Fraction]]
"""The key of a row with values of its variables besides x, or y = x^2."""


def classical_fractions(formula: PCF) -> Iterator[Certificate]:
    """Yield the certificate of the row that a formula is an instance of, at another index or x if need be."""
    begun = _begun(formula)
    if begun is None:
        return
    square, (key, values) = begun
    row = theorems()[key]
    certificate = next(filter(None, (row.at(values | size) for size in _sizes(square, "y > 0" in row.where))), None)
    if certificate is not None:
        yield certificate


def is_classical(formula: PCF) -> bool:
    """Return whether a formula has the shape of a row."""
    return next(classical_fractions(formula), None) is not None


def _sizes(square: Fraction, by_square: bool) -> Iterator[dict[str, Fraction]]:
    """Yield x + 2k, or y = (x + 2k)^2, for the first k >= 0; y alone where x is irrational."""
    root = _root(square)
    if root is None:
        if by_square:
            yield {"y": square}
        return
    for k in range(FURTHER):
        x = root + 2 * k
        yield {"y": x * x} if by_square else {"x": x}


def _begun(formula: PCF) -> tuple[Fraction, Row] | None:
    """Return x^2 and the row of a formula, begun at the right index; None where it is no such."""
    formula = formula.positive()
    match formula.deg_a, formula.deg_b:
        case 0, 2:
            return _constant(formula)
        case (1, 4) | (3, 6):
            return _odd(formula)
        case (2, 4) if formula.a[2] ** 2 + 4 * formula.b[4] == 0:
            return _even(formula)
    return None


def _constant(formula: PCF) -> tuple[Fraction, Row] | None:
    """Return the same for a = 2 c x, b = c^2 ((2n-1)^2 - m^2)."""
    steps = (1 + Fraction(formula.b[1], formula.b[2])) / 2
    c = _root(Fraction(formula.b[2], 4))
    if steps.denominator != 1 or c is None:
        return None
    formula = formula.shift(-int(steps))
    v = 1 - formula.b[0] / c**2
    return (formula.a[0] / (2 * c)) ** 2, ("ramanujan-25-imaginary" if v < 0 else "ramanujan-25", {"c": c, "v": v})


def _odd(formula: PCF) -> tuple[Fraction, Row] | None:
    """Return the same where a changes its sign with n -> -1 - n."""
    middle = Fraction(-formula.a[-2], formula.deg_a * formula.a[-1]) + Fraction(1, 2)
    if middle.denominator != 1:
        return None
    formula = formula.shift(int(middle))
    squares = None if any(formula.b[1::2]) else _roots(formula.b[::2])
    if squares is None:
        return None
    a, lead = [Fraction(k) for k in formula.a], Fraction(formula.b[-1])
    imaginary = formula.deg_a == 1 and max(squares) < 0
    parameters = [_root(-square if imaginary else square) for square in squares]
    given = [p for p in parameters if p]
    if None in parameters:
        return None
    values = dict(zip(NAMES, given, strict=False))
    if formula.deg_a == 1:
        c = _root(lead)
        if c is None:
            return None
        key = "ramanujan-33-imaginary" if imaginary else ORDER_TWO[len(given)]
        return (a[1] / 2) ** 2 / lead, (key, values | {"c": c})
    c = a[3] / 4
    if lead != -4 * c * c or a[2] != 6 * c or a[1] != 2 * a[0] + 2 * c:
        return None
    return a[0] / c - 1 + sum(squares), (ORDER_THREE[len(given)], values | {"c": c})


def _even(formula: PCF) -> tuple[Fraction, Row] | None:
    """Return the same for degrees (2, 4), where b/(-c^2) is a product of ((2n - i)^2 - l^2) and ((2n - 1)^2 - m^2)."""
    middle = Fraction(formula.a[1], formula.a[2])
    row = QUARTERS.get(middle % 2)
    if row is None:
        return None
    key, start = row
    formula = formula.shift(-int((middle - start) / 2))
    c = Fraction(formula.a[2], 8)
    quartic = fmpz_poly([b * 2 ** (4 - k) for k, b in enumerate(formula.b)])  # 16 b(N/2)
    quartic = quartic if start > 0 else quartic(fmpz_poly([1, 1]))
    p0, p1, p2, p3 = (Fraction(int(quartic[k])) / (-16 * c * c) for k in range(4))
    values: dict[str, Fraction] = {"c": c}
    if start == 1:
        root = _root(-p2)
        if p0 or p1 or p3 or root is None:
            return None
        values |= {"k": root} if root else {}
        return formula.a[0] / c - 3 - p2, (key if root else "ramanujan-quarters-trigamma", values)
    if start == 0:
        squares = _roots((p0, p2, Fraction(1)))
        if p1 or p3 or squares is None:
            return None
        v, u = squares
        values |= {"u": u, "v": v}
        negative = u < 0
    else:
        one = p1 / 2
        other = 1 - one - p2
        if p3 != -2 or p0 != one * (other - 1):
            return None
        u, v = (one, other) if start > 0 else (other, one)
        root, negative = _root(u), v < 0
        if root is None or (start < 0 and not root):
            return None
        values |= {"v": v, "l": root} if root else {"v": v}
        key += "" if root else "-digamma"
    return formula.a[0] / c - 1 + u + v, (key + "-imaginary" * negative, values)


def _roots(p: Sequence[Fraction | int]) -> list[Fraction] | None:
    """Return the roots of a polynomial with their multiplicities, the largest first, None where some are irrational."""
    size = lcm(*(Fraction(c).denominator for c in p))
    found = rational_roots(fmpz_poly([int(c * size) for c in p]))
    return None if found is None else sorted(found, reverse=True)


def _root(square: Fraction) -> Fraction | None:
    """Return the square root, None where it is irrational or imaginary."""
    root = rational_root(square)
    return None if root is None else as_fraction(root)
