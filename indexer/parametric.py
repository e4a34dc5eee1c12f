"""Rational functions of an integer k, fitted exactly to values: how the law of an infinite family is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm

from flint import fmpq, fmpq_mat

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
        """The value, None at a pole."""
        bottom = value_at(self.below, k)
        return Fraction(value_at(self.above, k), bottom) if bottom else None

    def __str__(self) -> str:
        """An expression in k."""
        if self.below == (1,):
            return polynomial_text(self.above)
        return f"({polynomial_text(self.above)})/({polynomial_text(self.below)})"


def value_at(polynomial: Polynomial, k: int) -> int:
    """The polynomial's value, by Horner's rule."""
    value = 0
    for coefficient in reversed(polynomial):
        value = value * k + coefficient
    return value


def polynomial_text(polynomial: Polynomial, name: str = "k") -> str:
    """The polynomial as an expression, such as 2*k^2 - k + 1."""
    text = ""
    for power in range(len(polynomial) - 1, -1, -1):
        c = polynomial[power]
        if not c:
            continue
        factor = "" if power == 0 else name if power == 1 else f"{name}^{power}"
        size = str(abs(c)) if abs(c) != 1 or not factor else ""
        term = f"{size}*{factor}" if size and factor else size or factor
        text += (f" {'-' if c < 0 else '+'} " if text else "-" if c < 0 else "") + term
    return text or "0"


def fit(values: Mapping[int, Fraction]) -> RationalFunction | None:
    """The simplest rational function through all the values, or None; SPARE_VALUES of them confirm it."""
    points = sorted(values.items())
    for top, bottom in SHAPES:
        if len(points) >= top + bottom + 1 + SPARE_VALUES:
            found = _solve(points, top, bottom)
            if found is not None and all(found.at(k) == value for k, value in points):
                return found
    return None


def _solve(points: Sequence[tuple[int, Fraction]], top: int, bottom: int) -> RationalFunction | None:
    """above(k) - value below(k) = 0 at every point, from the kernel of that linear system."""
    rows = [
        [fmpq(k**i) for i in range(top + 1)]
        + [fmpq(-value.numerator * k**i, value.denominator) for i in range(bottom + 1)]
        for k, value in points
    ]
    reduced, rank = fmpq_mat(rows).rref()
    width = top + bottom + 2
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
    return _normal(solution[: top + 1], solution[top + 1 :])


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
    """Vectors of integers, each known up to a factor, as rational functions of k; their scale is chosen anew."""
    width = len(next(iter(rows.values())))
    lead = next((i for i in range(width) if all(row[i] for row in rows.values())), None)
    if lead is None:
        return None
    found = [fit({k: Fraction(row[i], row[lead]) for k, row in rows.items()}) for i in range(width)]
    if any(f is None for f in found):
        return None
    return tuple(f for f in found if f is not None)
