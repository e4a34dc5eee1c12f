"""Rational functions of one or two integers, fitted exactly to values: how the law of an infinite family is read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm

from flint import fmpq, fmpq_mat, fmpz_poly

from catalog.formulas.polynomial import format_polynomial, format_sum

SPARE_VALUES = 2
"""Values beyond those that determine a function which it must meet too."""

SHAPES = ((0, 0), (1, 0), (0, 1), (1, 1), (2, 0), (0, 2), (2, 1), (1, 2), (2, 2))
"""Degrees of numerator and denominator, in the order in which they are tried."""

Polynomial = tuple[int, ...]
"""Integer coefficients, constant term first, without a zero at the end; () is zero."""


@dataclass(frozen=True)
class RationalFunction:
    """above(k)/below(k), integer polynomials without a common integer factor."""

    above: Polynomial
    below: Polynomial = (1,)

    def at(self, k: int) -> Fraction | None:
        """Return the value, None at a pole."""
        bottom = value_at(self.below, k)
        return Fraction(value_at(self.above, k), bottom) if bottom else None

    def __str__(self) -> str:
        """An expression in k."""
        if self.below == (1,):
            return polynomial_text(self.above)
        return _quotient_text(polynomial_text(self.above), polynomial_text(self.below))


def _quotient_text(above: str, below: str) -> str:
    """Return above/below with the brackets that it needs."""
    numerator = f"({above})" if re.search("[-+]", above) else above
    return f"{numerator}/({below})" if re.search("[-+*/^]", below) else f"{numerator}/{below}"


def common_denominator(functions: Sequence[RationalFunction]) -> tuple[Polynomial, ...]:
    """Return coprime polynomials in the ratio of these functions, the last that is not zero with a positive lead."""
    below = fmpz_poly([1])
    for function in functions:
        part = fmpz_poly(list(function.below))
        below = below * part // below.gcd(part)
    whole = [fmpz_poly(list(f.above)) * (below // fmpz_poly(list(f.below))) for f in functions]
    common = fmpz_poly([])
    for polynomial in whole:
        common = common.gcd(polynomial)
    lead = next((p for p in reversed(whole) if p), fmpz_poly([1]))
    if lead.leading_coefficient() < 0:
        common = -common
    return tuple(tuple(int(c) for c in (p // common).coeffs()) for p in whole)


def value_at(polynomial: Polynomial, k: int) -> int:
    """Return the polynomial's value, by Horner's rule."""
    value = 0
    for coefficient in reversed(polynomial):
        value = value * k + coefficient
    return value


def polynomial_text(polynomial: Polynomial, name: str = "k") -> str:
    """Return the polynomial as an expression, such as 2*k^2 - k + 1."""
    return format_polynomial(polynomial, name, times="*")


def fit(values: Mapping[int, Fraction]) -> RationalFunction | None:
    """Return the simplest rational function through all the values, which `SPARE_VALUES` of them confirm, or None."""
    points = sorted(values.items())
    for top, bottom in SHAPES:
        if len(points) >= top + bottom + 1 + SPARE_VALUES:
            found = _solve(points, top, bottom)
            if found is not None and all(found.at(k) == value for k, value in points):
                return found
    return None


def _solve(points: Sequence[tuple[int, Fraction]], top: int, bottom: int) -> RationalFunction | None:
    """Return above/below with above(k) - value below(k) = 0 at every point: the kernel of a linear system."""
    rows = [
        [fmpq(k**i) for i in range(top + 1)]
        + [fmpq(-value.numerator * k**i, value.denominator) for i in range(bottom + 1)]
        for k, value in points
    ]
    solution = _kernel(rows)
    return None if solution is None else _normal(solution[: top + 1], solution[top + 1 :])


def _kernel(rows: list[list[fmpq]]) -> list[Fraction] | None:
    """Return a vector in the kernel of a matrix, None where there is none."""
    reduced, rank = fmpq_mat(rows).rref()
    width = len(rows[0])
    if rank >= width:
        return None
    pivots = []
    for row in range(rank):
        pivots.append(next(column for column in range(width) if reduced[row, column] != 0))
    free = next(column for column in range(width) if column not in pivots)
    solution = [Fraction(0)] * width
    solution[free] = Fraction(1)
    for row, column in enumerate(pivots):
        entry = reduced[row, free]
        solution[column] = -Fraction(int(entry.p), int(entry.q))
    return solution


def _normal(above: Sequence[Fraction], below: Sequence[Fraction]) -> RationalFunction | None:
    common = lcm(*(x.denominator for x in (*above, *below)))
    top, bottom = ([int(x * common) for x in part] for part in (above, below))
    for part in (top, bottom):
        while part and part[-1] == 0:
            part.pop()
    if not bottom:
        return None
    divisor = gcd(*top, *bottom) * (1 if bottom[-1] > 0 else -1)
    return RationalFunction(tuple(x // divisor for x in top), tuple(x // divisor for x in bottom))


def fit_up_to_scale(rows: Mapping[int, Sequence[int]]) -> tuple[RationalFunction, ...] | None:
    """Return vectors of integers, each known up to a factor, as rational functions of k, or None.

    Their scale is chosen anew, so that one of the functions is 1.
    """
    width = len(next(iter(rows.values())))
    lead = next((i for i in range(width) if all(row[i] for row in rows.values())), None)
    if lead is None:
        return None
    found = [fit({k: Fraction(row[i], row[lead]) for k, row in rows.items()}) for i in range(width)]
    if any(f is None for f in found):
        return None
    return tuple(f for f in found if f is not None)


PLANE_SHAPES = ((0, 0), (1, 0), (0, 1), (1, 1), (2, 0), (0, 2), (2, 1), (1, 2), (2, 2))
"""Total degrees of numerator and denominator in k and m, in the order in which they are tried."""

Bivariate = tuple[tuple[tuple[int, int], int], ...]
"""Terms ((i, j), c) of c k^i m^j with c != 0, the highest first."""


@dataclass(frozen=True)
class PlaneFunction:
    """above(k, m)/below(k, m), integer polynomials without a common integer factor."""

    above: Bivariate
    below: Bivariate = (((0, 0), 1),)

    @property
    def needs_both(self) -> bool:
        """Whether k and m both occur."""
        powers = [power for power, _ in (*self.above, *self.below)]
        return any(i for i, _ in powers) and any(j for _, j in powers)

    def at(self, k: int, m: int) -> Fraction | None:
        """Return the value, None at a pole."""
        above, below = (sum(c * k**i * m**j for (i, j), c in side) for side in (self.above, self.below))
        return Fraction(above, below) if below else None

    def __str__(self) -> str:
        """An expression in k and m."""
        if self.below == (((0, 0), 1),):
            return bivariate_text(self.above)
        return _quotient_text(bivariate_text(self.above), bivariate_text(self.below))


def bivariate_text(polynomial: Bivariate) -> str:
    """Return the polynomial as an expression, such as k^2 - 2*k*m + 1."""
    return format_sum((c, "*".join(_powers_text(("k", i), ("m", j)))) for (i, j), c in polynomial)


def _powers_text(*powers: tuple[str, int]) -> list[str]:
    return [name if power == 1 else f"{name}^{power}" for name, power in powers if power]


def fit_plane(values: Mapping[tuple[int, int], Fraction]) -> PlaneFunction | None:
    """Return the simplest rational function of k and m through all the values, or None."""
    for top, bottom in PLANE_SHAPES:
        above, below = _powers(top), _powers(bottom)
        if len(values) < len(above) + len(below) + SPARE_VALUES:
            continue
        rows = [
            [fmpq(k**i * m**j) for i, j in above]
            + [fmpq(-value.numerator * k**i * m**j, value.denominator) for i, j in below]
            for (k, m), value in values.items()
        ]
        solution = _kernel(rows)
        if solution is None:
            continue
        found = _plane_function(above, below, solution)
        if found is not None and all(found.at(*point) == value for point, value in values.items()):
            return found
    return None


def _powers(degree: int) -> list[tuple[int, int]]:
    """Return the exponents (i, j) with i + j up to a degree, the highest first."""
    return [(i, total - i) for total in range(degree, -1, -1) for i in range(total, -1, -1)]


def _plane_function(
    above: list[tuple[int, int]], below: list[tuple[int, int]], solution: Sequence[Fraction]
) -> PlaneFunction | None:
    common = lcm(*(x.denominator for x in solution))
    whole = [int(x * common) for x in solution]
    divisor = gcd(*whole)
    top = [(power, c // divisor) for power, c in zip(above, whole, strict=False) if c]
    bottom = [(power, c // divisor) for power, c in zip(below, whole[len(above) :], strict=True) if c]
    if not bottom:
        return None
    sign = 1 if bottom[0][1] > 0 else -1
    return PlaneFunction(tuple((p, sign * c) for p, c in top), tuple((p, sign * c) for p, c in bottom))
