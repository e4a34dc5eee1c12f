"""Where a tail is regular, and what encloses it from there on.

A tail is *regular* from n = N on when an inequality between the coefficients, valid for every n >= N, keeps it inside
a bracket of positive numbers; the sign of a is chosen so that its leading coefficient is positive:

    b > 0:                       a_n <= x_n <= a_n + b_{n+1}/a_{n+1}
    b < 0, a_n a_{n+1} + 4 b_{n+1} >= 0:             a_n/2 <= x_n <= a_n               (Worpitzky)
    b < 0, 4 (n+c)(n+c+1) (a_n a_{n+1} + 4 b_{n+1}) + a_n a_{n+1} >= 0:
                                 (a_n/2)(1 - 1/(2(n+c))) <= x_n <= a_n       (a parabola sequence)
"""

from __future__ import annotations

from functools import lru_cache

from flint import arb, fmpz_poly

from catalog.errors import TooDeepError
from catalog.formulas.pcf import PCF
from indexer.mathematics.continued_fractions.asymptotics import double_root_numerator

MAX_REGULAR_FROM = 4_500_000
"""Largest index from which a tail must be regular; formulas with larger real roots are refused."""

Ratio = tuple[int, int]
"""A fraction: numerator, positive denominator."""


class Brackets:
    """The brackets of the tail of one formula whose leading coefficient of a is positive.

    `regular_from` is the N of the inequality. Raises TooDeepError where it is beyond `MAX_REGULAR_FROM`.
    """

    def __init__(self, formula: PCF) -> None:
        self.formula = formula
        self._parabola: int | None = None
        self.regular_from = self._regular_from()

    def balls(self, n: int) -> tuple[arb, arb]:
        """Return lower and upper bound of x_n for n >= `regular_from`, as nearly exact balls."""
        (low, low_denominator), (high, high_denominator) = self.ratios(n)
        return arb(low) / low_denominator, arb(high) / high_denominator

    def ratios(self, n: int) -> tuple[Ratio, Ratio]:
        """Return the same as two fractions."""
        a_n, a_next, b_next = self.formula.a_at(n), self.formula.a_at(n + 1), self.formula.b_at(n + 1)
        if b_next > 0:
            return (a_n, 1), (a_n * a_next + b_next, a_next)
        if self._parabola is None:
            return (a_n, 2), (a_n, 1)
        shift = 2 * (n + self._parabola)
        return (a_n * (shift - 1), 2 * shift), (a_n, 1)

    def _regular_from(self) -> int:
        a, b = self.formula.a, self.formula.b
        if b[-1] > 0:
            return max(positive_from(a), positive_from(b))
        numerator = double_root_numerator(self.formula)
        if numerator[numerator.degree()] < 0:
            numerator = self._parabola_condition(numerator, fmpz_poly(list(a)))
        condition = tuple(int(c) for c in (numerator + 1).coeffs())  # >= 0 for integers is > -1
        return max(positive_from(a), positive_from(tuple(-c for c in b)), positive_from(condition))

    def _parabola_condition(self, numerator: fmpz_poly, a: fmpz_poly) -> fmpz_poly:
        product = a * a(fmpz_poly([1, 1]))
        shift = 0
        while True:
            condition = 4 * fmpz_poly([shift, 1]) * fmpz_poly([shift + 1, 1]) * numerator + product
            if condition.degree() < 0 or condition[condition.degree()] > 0:
                self._parabola = shift
                beyond_pole = fmpz_poly([shift - 1, 1])
                return beyond_pole if condition.degree() < 0 else condition * beyond_pole
            shift = 2 * shift - 1
            if -shift > MAX_REGULAR_FROM:
                raise TooDeepError("its tail is not regular within the supported depth")


@lru_cache(maxsize=1024)
def positive_from(coefficients: tuple[int, ...]) -> int:
    """Return an N >= 0 with p(n) > 0 for all real n >= N: the least with no negative Taylor coefficient at N.

    The leading coefficient must be positive. Raises TooDeepError beyond `MAX_REGULAR_FROM`. Source: Budan's theorem.
    """
    polynomial = fmpz_poly(list(coefficients))

    def positive(n: int) -> bool:
        shifted = polynomial(fmpz_poly([n, 1])) if n else polynomial
        return bool(shifted[0] > 0) and all(c >= 0 for c in shifted)

    high = 0
    while not positive(high):
        high = 2 * high + 1
        if high > MAX_REGULAR_FROM:
            raise TooDeepError(f"its tail is regular only beyond n = {MAX_REGULAR_FROM}")
    low = high // 2
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if positive(middle) else (middle + 1, high)
    return high
