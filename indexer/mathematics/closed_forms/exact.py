"""Limits that are rational or quadratic: where the hypergeometric series of a closed form is a polynomial.

By Kummer's and Euler's transformations (DLMF 13.2.39, 15.8.1)

    1F1(al; g; z) = exp(z) 1F1(g - al; g; -z),    2F1(al, be; g; x) = (1 - x)^(g-al-be) 2F1(g - al, g - be; g; x),

the ratio of `closed_form.py` is a ratio of polynomials where g - al (or g - be) is an integer <= 0. Where g and al are
integers, g <= 1 <= al, it is one of shorter polynomials, with positive lower parameters. Angles divided by an integer
(`multiple_angles.py`) may give rational and quadratic limits too.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import factorial

import flint
from gmpy2 import mpq, mpz

from indexer.mathematics.closed_forms.equation import Equation
from indexer.mathematics.closed_forms.multiple_angles import algebraic_limit
from indexer.mathematics.numbers.surds import Surd

MAX_TERMS = 4_000
"""Longest terminating series that is summed exactly; beyond, the limit is left to its ratio of functions."""

MAX_RATIONAL_TERMS = 30_000
"""The same where all its terms are rational: a product tree sums it, about a second at most."""


@dataclass(frozen=True, slots=True)
class Infinite:
    """The value of a closed form whose denominator is exactly zero."""

    def text(self) -> str:
        """Return `inf`."""
        return "inf"

    def latex(self) -> str:
        r"""Return `\infty`."""
        return r"\infty"


INFINITE = Infinite()


def exact_field(s: Equation) -> int | None:
    """Return d where the limit is known to lie in Q(sqrt(d)): 1 for rational and infinite ones, else None.

    The field of all index shifts of a formula is one; a limit in Q(sqrt(d)), d != 1, is irrational.
    """
    if s.kind in ("elementary", "linear"):
        return s.upper[0].d
    if s.kind == "kummer":
        return 1 if _nonpositive_integer(s.lower - s.upper[0]) else None
    if s.kind != "gauss" or not (s.lower.rational and s.upper[0].rational):
        return None
    if any(_nonpositive_integer(s.lower - p) for p in s.upper):
        return s.argument.d
    power = _power(s)
    if power is not None:
        return power.d
    angle = algebraic_limit(s)
    number = None if angle is None else angle.surd()
    return None if number is None else number.d


def _nonpositive_integer(number: Surd) -> bool:
    return number.integer and number.p <= 0


def exact_limit(s: Equation) -> Surd | Infinite | None:
    """Return the limit where it is rational or a quadratic irrational, INFINITE, or None where it is neither."""
    if s.kind in ("elementary", "linear"):
        return s.upper[0] * s.factor
    short = _between_poles(s)
    if short is not None:
        return short
    if s.kind == "kummer":
        return _terminating(s, s.lower - s.upper[0], (), -s.argument, s.scale)
    if s.kind == "gauss":
        for al, be in (s.upper, s.upper[::-1]):
            if al.rational and be.rational and s.lower.rational:
                scale = s.scale * (Surd.of(1) - s.argument)
                limit = _terminating(s, s.lower - al, (s.lower - be,), s.argument, scale)
                if limit is not None:
                    return limit
        limit = _power_case(s)
        if limit is None and (angle := algebraic_limit(s)) is not None and (number := angle.surd()) is not None:
            return number * s.factor
        return limit
    return None


def _between_poles(s: Equation) -> Surd | Infinite | None:
    """Return the limit where g and an upper parameter are integers, g <= 1 <= al, by polynomials of degree al - 1.

    At such g, f(al, ...; g; x)/Gamma(g) is a multiple of x^(1-g) f(al - g + 1, ...; 2 - g; x), DLMF 13.2.5, 15.2.3_5,
    of which the transformations above make a polynomial; where al = 1 the limit is 0.
    """
    if s.kind not in ("kummer", "gauss") or not (s.lower.integer and s.lower.p <= 1):
        return None
    g, longest = s.lower.p, MAX_RATIONAL_TERMS if s.argument.rational else MAX_TERMS
    for al, rest in ((s.upper[0], s.upper[1:]), (s.upper[-1], s.upper[:-1])):
        if not (al.integer and 1 <= al.p <= longest):
            continue
        if al.p == 1:
            return Surd.of(0)
        n, x = int(al.p) - 1, s.argument if rest else -s.argument
        denominator = _series(n, [1 - p.p for p in rest], 2 - g, x)
        if denominator == Surd.of(0):
            return INFINITE
        scale: Surd = s.scale * s.argument * (mpq(n) / (2 - g)) * s.factor
        for p in rest:
            scale = scale * (Surd.of(1) - x) * (p.p - 1)
        value: Surd = scale * _series(n - 1, [2 - p.p for p in rest], 3 - g, x) / denominator
        return value
    return None


def _series(n: int, upper: list[mpq], g: mpq, x: Surd) -> Surd:
    """Return f(-n, upper; g; x) for g > 0."""
    if x.rational:
        above, below = _rational_sum(n, upper, g, x.p)
        return Surd.of(above / below)
    rising = mpq(1)
    for k in range(n):
        rising *= g + k
    found: Surd = _polynomial(n, upper, g, x) * (1 / rising)
    return found


def _terminating(
    s: Equation, minus_n: Surd, upper: tuple[Surd, ...], argument: Surd, scale: Surd
) -> Surd | Infinite | None:
    """Return scale f(-N, upper; g - 1)/f(-N, upper; g), both divided by their Gamma function of g, where N >= 0."""
    longest = MAX_RATIONAL_TERMS if argument.rational else MAX_TERMS
    if not minus_n.integer or minus_n.p > 0 or minus_n.p < -longest:
        return None
    n, g = -int(minus_n.p), s.lower.p
    numerator: Surd = _polynomial(n, [p.p for p in upper], g - 1, argument) * (g + n - 1)
    denominator = _polynomial(n, [p.p for p in upper], g, argument)
    if denominator == Surd.of(0):
        return INFINITE
    return scale * numerator / denominator * s.factor


def _polynomial(n: int, upper: list[mpq], g: mpq, x: Surd) -> Surd:
    """Return sum over k <= n of (-n)_k (upper)_k (g + k)_{n-k} x^k/k!: by a product tree, or by Horner's rule.

    This is the series times Gamma(g + n)/Gamma(g): no term has a pole. The tree gives a multiple of it, by a factor
    that depends on n, x and the denominators of the parameters alone.
    """
    if x.rational:
        return Surd.of(_rational_sum(n, upper, g, x.p)[0])
    total, rising = Surd.of(0), mpq(1)
    terms: list[mpq] = []
    for k in range(n, -1, -1):  # rising = (g + k)_{n-k}
        terms.append(rising)
        rising *= g + k - 1
    coefficient = mpq(1)
    coefficients = []
    for k in range(n + 1):
        coefficients.append(coefficient * terms[n - k])
        coefficient *= mpq(k - n, k + 1)
        for p in upper:
            coefficient *= p + k
    for c in reversed(coefficients):
        total = total * x + c
    return total


def _rational_sum(n: int, upper: list[mpq], g: mpq, x: mpq) -> tuple[mpq, mpq]:
    """Return the sum over k <= n of A(0) ... A(k-1) B(k) ... B(n-1), A(k)/B(k) the ratio of terms in integers.

    The second number is B(0) ... B(n-1).
    """
    step_a, step_b = x.numerator * g.denominator, x.denominator
    for p in upper:
        step_b *= p.denominator

    def tree(start: int, stop: int) -> tuple[mpz, mpz, mpz]:
        if stop - start > 1:
            middle = (start + stop) // 2
            (a, b, total), (a_next, b_next, total_next) = tree(start, middle), tree(middle, stop)
            return a * a_next, b * b_next, total * b_next + a * total_next
        a = step_a * (start - n)
        for p in upper:
            a *= p.numerator + p.denominator * start
        b = step_b * (start + 1) * (g.numerator + g.denominator * start)
        return a, b, b

    if n == 0:
        return mpq(1), mpq(1)
    product, below, total = tree(0, n)
    return mpq(total + product), mpq(below)


def _power_case(s: Equation) -> Surd | Infinite | None:
    """Return the limit where 2F1 is elementary with (1 - x)^(1-al) a rational number or the root of one.

    That is so for integers be >= 1 and g with g > be and al no integer: then 2F1(al, be; g; x) is contiguous to
    2F1(al, 1; 2; x) = (1 - (1 - x)^(1-al))/((1 - al) x), DLMF 15.4.6 with 15.5.
    """
    power = _power(s)
    if power is None or s.lower.p > MAX_TERMS:
        return None
    for al, be in (s.upper, s.upper[::-1]):
        if be.integer and s.lower.p > be.p:
            x, g = s.argument.p, int(s.lower.p)
            denominator = _contiguous(al.p, int(be.p), g, x, power)
            if denominator == Surd.of(0):
                return INFINITE
            numerator = _contiguous(al.p - 1, int(be.p) - 1, g - 1, x, power * (1 - x))
            return s.scale * numerator / denominator * s.factor
    return None


def _power(s: Equation) -> Surd | None:
    """Return (1 - x)^(1-al) in the case above, where its square is rational."""
    if s.lower.integer and s.argument.rational:
        for al, be in (s.upper, s.upper[::-1]):
            if be.integer and al.rational and not al.integer:
                return _rational_power(1 - s.argument.p, 1 - al.p)
    return None


def _contiguous(al: mpq, be: int, g: int, x: mpq, power: Surd) -> Surd:
    """Return 2F1(al, be; g; x)/Gamma(g) for 0 <= be < g, where power = (1 - x)^(1-al).

    f is the function and t its derivative x d/dx; g is raised first, then be.
    """
    if be == 0:
        return Surd.of(mpq(1, factorial(g - 1)))
    f: Surd = (Surd.of(1) - power) * (1 / ((1 - al) * x))
    t: Surd = (Surd.of(1) - f * (1 - al * x)) * (1 / (1 - x))
    for c in range(2, g):
        raised: Surd = (t * (1 - x) - f * (x * (al + 1 - c))) * (1 / (x * (c - al) * (c - 1)))
        f, t = raised, f - raised * c
    for b in range(1, be):
        raised = f + t * mpq(1, b)
        f, t = raised, (f * (g - b - 1) - raised * (g - b - 1 - al * x)) * (1 / (1 - x))
    return f


def _rational_power(base: mpq, exponent: mpq) -> Surd | None:
    """Return base^exponent where its square is rational."""
    square = 2 * exponent
    roots = [_exact_root(part, square.denominator) for part in (base.numerator, base.denominator)]
    if roots[0] is None or roots[1] is None:
        return None
    return Surd.root(mpq(roots[0], roots[1]) ** square.numerator)


def _exact_root(n: int, degree: int) -> int | None:
    """Return the integer with n = root^degree."""
    if degree > n.bit_length():
        return 1 if n == 1 else None
    root = int(flint.fmpz(int(n)).root(int(degree)))
    return root if root**degree == n else None
