"""Tails enclosed by their truncated series: T - C n^(d-K) and T + C n^(d-K), proved to lie on either side.

Let x_n = F_n(x_{n+1}) with F_n(x) = a_n + b_{n+1}/x, and T_n = n^d (c_0 + c_1/n + ... + c_K/n^K) the tail's series up
to order K. Where b < 0, F_n grows with x. If for all n >= N

    S_n <= F_n(S_{n+1}),    F_n(U_{n+1}) <= U_n,    S_n > 0,

and S_n <= x_n <= U_n for large n, then so for n = N. Where b > 0, F_n falls, and S and U change places on one side of
each inequality. For S, U = T -+ C n^(d-K) with C > 0 large n are no question: T is the beginning of the asymptotic
expansion of x_n (Birkhoff and Trjitzinsky; by Pincherle's theorem the tail is the dominant solution). Each inequality
says that a polynomial in n keeps its sign, which its Taylor coefficients at N show. Its leading coefficients vanish
exactly, for so the c_k are made; the others are known as balls.
"""

from __future__ import annotations

from flint import arb, arb_poly, ctx, fmpz_poly

from catalog.formulas.pcf import PCF
from indexer.mathematics.continued_fractions.series import TailSeries

MAX_DOUBLINGS = 16
"""How often C is doubled in search of one with which both inequalities hold."""

NEXT_TERMS = 3
"""Terms after the last, of which C is the largest at first: single ones may vanish."""

GUARD_BITS = 64
"""Bits beyond those of the coefficients and of the binomials of a shift."""


def enclosed(formula: PCF, series: TailSeries, n: int) -> tuple[arb, arb] | None:
    """Return bounds of x_n below and above, None where none are proved.

    The leading coefficient of a is positive, and a and -+b are so from `n` on.
    """
    shape, last = series.shape, min(series.last(n), len(series.coefficients) - NEXT_TERMS - 1)
    if shape.ramification != 1 or last < max(2, int(shape.degree)):
        return None
    with ctx.workprec(2 * series.bits + 2 * last + GUARD_BITS):
        terms = [c / arb(n) ** k for k, c in enumerate(series.coefficients[: last + NEXT_TERMS + 1])]
        width = max((abs(c).upper() for c in terms[last + 1 :]), key=float)
        if not width > 0:
            width = abs(terms[0]).upper() * arb(2) ** -series.bits
        sides = _Sides(formula, n, terms[: last + 1], int(shape.degree), shape.order_shift)
        for _ in range(MAX_DOUBLINGS):
            if sides.hold(width):
                scale = arb(n) ** int(shape.degree)
                middle = sum(terms[: last + 1], arb(0))
                return (middle - width) * scale, (middle + width) * scale
            width = 2 * width.upper()
    return None


class _Sides:
    """The two inequalities at one index N, as polynomials in m = n/N, and whether they hold for m >= 1.

    `terms` are c_k/N^k. All polynomials are divided by the powers of N that they have in common.
    """

    def __init__(self, formula: PCF, n: int, terms: list[arb], degree: int, order_shift: int) -> None:
        self._terms, self._last = terms, len(terms) - 1
        self._falling = formula.b[-1] > 0
        self._step = arb(1) / n
        shift = self._last - degree
        power = arb_poly([0] * shift + [1])
        following = power(arb_poly([self._step, 1]))
        b_next = fmpz_poly(list(formula.b))(fmpz_poly([1, 1]))
        self._a = _scaled(formula.a, n, degree) * power
        self._b = _scaled(tuple(int(c) for c in b_next.coeffs()), n, 2 * degree) * power * following
        plain = self._falling and formula.deg_a < degree
        self._vanishing = self._last + (1 if plain else order_shift)

    def hold(self, width: arb) -> bool:
        """Say whether both inequalities are proved for T -+ width m^(d-K)."""
        below, above = self._side(-width), self._side(width)
        if not _positive(below):
            return False
        first, second = (above, below) if self._falling else (below, above)
        return _positive(-self._residual(below, first)) and _positive(self._residual(above, second))

    def _side(self, change: arb) -> arb_poly:
        """Return T with its last coefficient changed, times m^(K-d)."""
        return arb_poly([self._terms[-1] + change, *self._terms[-2::-1]])

    def _residual(self, here: arb_poly, there: arb_poly) -> arb_poly:
        """Return x_n y_{n+1} - a_n y_{n+1} - b_{n+1} without the leading coefficients, which vanish."""
        following = there(arb_poly([self._step, 1]))
        whole = (here - self._a) * following - self._b
        return arb_poly(whole.coeffs()[: 2 * self._last - self._vanishing + 1])


def _scaled(coefficients: tuple[int, ...], n: int, degree: int) -> arb_poly:
    """Return p(n m)/n^degree as a polynomial in m."""
    return arb_poly([arb(c) * arb(n) ** (k - degree) for k, c in enumerate(coefficients)])


def _positive(polynomial: arb_poly) -> bool:
    """Say whether a polynomial is proved to be positive for m >= 1: no negative Taylor coefficient there."""
    coefficients = polynomial(arb_poly([1, 1])).coeffs()
    return len(coefficients) > 0 and all(c > 0 for c in coefficients)
