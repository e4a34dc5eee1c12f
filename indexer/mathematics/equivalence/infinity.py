"""The two formal tails of a recurrence at infinity, exactly: what an equivalence keeps, and what bounds its degree.

The recurrence of a formula that converges has two formal tails

    X(n) = lead n^degree exp(half n^(-1/2) + first/n + ...),

the dominant one (+), which is the tail x_n = a_n + b_{n+1}/x_{n+1} itself, and another (-). Five shapes are told apart
by degrees and leading coefficients A, B (asymptotics.py has the same in floating point):

    fast      2 deg a > deg b                           the degrees of X+ and X- differ
    simple    2 deg a = deg b, A^2 + 4 B > 0            lead-/lead+ = rho, |rho| < 1
    double    2 deg a = deg b, A^2 + 4 B = 0            rho = 1; half^2 = e1, or, where e1 = 0,
                                                        first+ - first- = sqrt(1 + 4 e2)
    balanced  2 deg a = deg b - 2, B > 0                rho = -1; first+ - first- = |A|/sqrt(B)
    half      2 deg a = deg b - 1, B > 0                rho = -1; half^2 = A^2/(4 B)

Source: Birkhoff and Trjitzinsky (1933); G. D. Birkhoff, Formal theory of irregular linear difference equations (1930).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from math import isqrt

from catalog.formulas.pcf import PCF
from indexer.mathematics.continued_fractions.asymptotics import double_root_invariants

ZERO = Fraction(0)


@dataclass(frozen=True)
class Infinity:
    """Both formal tails of a convergent formula, or of k of its steps taken as one, as exact rationals.

    `degrees` are those of X+ and X-. `ratio` is lead-/lead+ where the degrees differ, else rho + 1/rho of that
    quotient rho. `half_square` is the square of half+ = -half-. first+ and first- are `mean` + root and `mean` - root,
    where `spread` is the square of root with root's sign. `sign` is that of lead+. `tails` are the degrees of
    K+ = b/X+ and K- = b/X-, `parting` that of K+ - K-.
    """

    degrees: tuple[Fraction, Fraction]
    ratio: Fraction
    half_square: Fraction
    mean: Fraction
    spread: Fraction
    sign: int
    tails: tuple[Fraction, Fraction]
    parting: Fraction

    @cached_property
    def shape(self) -> tuple[Fraction, Fraction, Fraction]:
        """What two recurrences must have in common before their exponents are looked at."""
        return self.degrees[0] - self.degrees[1], self.ratio, self.half_square

    @cached_property
    def root(self) -> Fraction | None:
        """Half of first+ - first-, None where it is irrational."""
        return _signed_root(self.spread)

    @cached_property
    def twice_tails(self) -> tuple[int, int, int]:
        """Twice the degrees of `tails` and `parting`, which are integers or half integers."""
        plus, minus, parting = (twice(degree) for degree in (*self.tails, self.parting))
        return plus, minus, parting

    def folded(self, k: int) -> Infinity:
        """Return the same for k steps taken as one, n standing for k n; what it says of K is the same."""
        if k == 1:
            return self
        plus, minus = self.degrees
        middle = (plus + minus) * (k - 1) / 4
        if plus == minus:
            ratio, spread = _chebyshev(self.ratio, k), self.spread
        else:
            ratio = self.ratio**k * Fraction(k) ** int(k * (minus - plus))
            root = self.root
            assert root is not None  # rational where the degrees differ
            spread = _signed_square(root + (plus - minus) * (k - 1) / 4)
        return Infinity(
            (k * plus, k * minus),
            ratio,
            k * self.half_square,
            self.mean + middle,
            spread,
            self.sign**k,
            self.tails,
            self.parting,
        )


def twice(number: Fraction) -> int:
    """Return twice an integer or half integer."""
    return 2 // number.denominator * number.numerator


def _signed_square(root: Fraction) -> Fraction:
    return root * abs(root)


def _signed_root(square: Fraction) -> Fraction | None:
    top, bottom = isqrt(abs(square.numerator)), isqrt(square.denominator)
    if top * top != abs(square.numerator) or bottom * bottom != square.denominator:
        return None
    return Fraction(top if square > 0 else -top, bottom)


def _chebyshev(trace: Fraction, k: int) -> Fraction:
    """Return rho^k + rho^(-k) from rho + 1/rho."""
    before, value = Fraction(2), trace
    for _ in range(k - 1):
        before, value = value, trace * value - before
    return value


@lru_cache(maxsize=4096)
def infinity(formula: PCF) -> Infinity:
    """Return the formal tails of a formula that converges without terminating (`asymptotics.classify`)."""
    da, db = formula.deg_a, formula.deg_b
    A, B = formula.a[-1], formula.b[-1]
    sign = 1 if A > 0 else -1
    a1 = Fraction(formula.a[-2], A) if da else ZERO
    b1 = Fraction(formula.b[-2], B) if db else ZERO
    if 2 * da > db:
        extra = Fraction(B, A * A) if 2 * da == db + 1 else ZERO
        plus, minus = a1 + extra, b1 - a1 + da - extra
        degrees = Fraction(da), Fraction(db - da)
        spread = _signed_square((plus - minus) / 2)
        return Infinity(degrees, Fraction(-B, A * A), ZERO, (plus + minus) / 2, spread, sign, degrees[::-1], degrees[0])
    degree = Fraction(db, 2)
    middle = b1 + degree
    both = degree, degree
    if 2 * da == db:
        trace, discriminant = Fraction(-A * A - 2 * B, B), A * A + 4 * B
        if discriminant == 0:
            return _double(formula, a1, degree, sign)
        spread = _signed_square(2 * a1 - middle) * Fraction(A * A, 4 * discriminant)
        return Infinity(both, trace, ZERO, middle / 2, spread, sign, both, degree)
    quarter = Fraction(A * A, 4 * B)
    if 2 * da == db - 1:
        return Infinity(both, Fraction(-2), quarter, middle / 2, ZERO, sign, both, degree)
    return Infinity(both, Fraction(-2), ZERO, middle / 2, quarter, sign, both, degree)


def _double(formula: PCF, a1: Fraction, degree: Fraction, sign: int) -> Infinity:
    """Return the formal tails where lead+ = lead-."""
    e1, e2 = double_root_invariants(formula)
    both = degree, degree
    if e1:
        half = Fraction(1, 2)
        mean = a1 - Fraction(1, 4) - e1 / 2
        return Infinity(both, Fraction(2), e1, mean, ZERO, sign, both, degree - half)
    mean, spread = a1 - Fraction(1, 2), Fraction(1, 4) + e2
    return Infinity(both, Fraction(2), ZERO, mean, spread, sign, both, degree - 1)
