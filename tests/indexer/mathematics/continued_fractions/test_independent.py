"""Limits evaluated anew by methods that share no code with `continued_fractions.tail` and `continued_fractions.series`.

Fast classes: exact convergents at two depths. Slow ones: the tail's equation x(n) x(n+1) = a(n) x(n+1) + b(n+1) solved
by collocation at Chebyshev points of t = n^(-1/r), at real n beyond a start, by Newton's method for all coefficients at
once; then exact convergents from there to L. Beside them known constants and identities.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from fractions import Fraction

import mpmath
import pytest
from flint import arb, arb_mat, ctx, fmpz_poly
from gmpy2 import mpz

from catalog.formulas.pcf import PCF, parse_formula
from indexer.kinds.pcf.evaluate import evaluate
from indexer.mathematics.continued_fractions.asymptotics import classify
from indexer.mathematics.continued_fractions.limit import limit

FAST = ("super_exponential", "exponential")
SHIFT = fmpz_poly([1, 1])


@dataclass(frozen=True)
class Value:
    """A limit with an estimate of its absolute error, by two depths."""

    middle: arb
    error: arb


def forward(formula: PCF, depth: int) -> tuple[mpz, mpz, mpz, mpz]:
    """p_n, q_n, p_{n-1}, q_{n-1} at n = depth."""
    p, q, p_before, q_before = mpz(formula.a[0]), mpz(1), mpz(1), mpz(0)
    for n in range(1, depth + 1):
        a_n, b_n = formula.a_at(n), formula.b_at(n)
        p, p_before = a_n * p + b_n * p_before, p
        q, q_before = a_n * q + b_n * q_before, q
    return p, q, p_before, q_before


def root_bound(formula: PCF) -> float:
    """Fujiwara's bound of the moduli of all roots of a and b."""
    return max(
        (
            2 * (abs(c) / abs(p[-1])) ** (1 / (len(p) - 1 - k))
            for p in (formula.a, formula.b)
            for k, c in enumerate(p[:-1])
        ),
        default=1.0,
    )


def by_convergents(formula: PCF, digits: int) -> Value | None:
    """The limit of a fast formula, from depths beyond every root on: before, convergents may stand still and leave."""
    depth, last = 400 + int(4 * root_bound(formula)), None
    with ctx.workprec(int(digits * 3.33) + 200):
        while depth < 30_000:
            p, q, _, _ = forward(formula, depth)
            value = arb(int(p)) / arb(int(q)) if q else None
            if last is not None and value is not None:
                error = abs(value - last).abs_upper() + abs(value).abs_upper() * arb(10) ** (-digits - 5)
                if error < abs(value) * arb(10) ** -digits:
                    return Value(value.mid(), error)
            depth, last = 2 * depth, value
    return None


def double_root(formula: PCF) -> tuple[Fraction, Fraction]:
    """The coefficients of 1/n and 1/n^2 in 1 + 4 b(n+1)/(a(n) a(n+1))."""
    a, b = fmpz_poly(list(formula.a)), fmpz_poly(list(formula.b))
    product, degree = a * a(SHIFT), 2 * formula.deg_a
    if degree == 0:
        return Fraction(0), Fraction(0)
    numerator = product + 4 * b(SHIFT)
    first = Fraction(int(numerator[degree - 1]), int(product[degree]))
    second = Fraction(int(numerator[degree - 2]), int(product[degree]))
    return first, second - first * Fraction(int(product[degree - 1]), int(product[degree]))


def real(value: Fraction) -> arb:
    return arb(value.numerator) / value.denominator


def leading_coefficients(formula: PCF) -> tuple[int, list[arb]]:
    """The ramification r and the one or two leading coefficients of the tail in powers of n^(-1/r)."""
    lead_a, lead_b = formula.a[-1], formula.b[-1]
    if 2 * formula.deg_a < formula.deg_b:
        return 1 + formula.deg_b % 2, [arb(lead_b).sqrt()]
    assert lead_a**2 + 4 * lead_b == 0
    half = arb(lead_a) / 2
    first, second = double_root(formula)
    if first > 0:
        return 2, [half, half * real(first).sqrt()]
    below = formula.a[-2] if formula.deg_a else 0
    return 1, [half, arb(below) / 2 + half * (real(1 + 4 * second).sqrt() - 1) / 2]


def collocated(formula: PCF, start: int, count: int, bits: int) -> arb:
    """x(start) as n^m times a polynomial of t = (start/n)^(1/r), with no residual at `count` points of (0, 1)."""
    r, known = leading_coefficients(formula)
    degree = real(Fraction(max(2 * formula.deg_a, formula.deg_b), 2))
    scale = arb(start).root(r)
    rows = []
    for k in range(count):
        t = ((1 + (arb.pi() * (2 * k + 1) / (2 * count)).cos()) / 2).mid()
        n = start * t**-r
        t_next, power = (start / (n + 1)).root(r), (1 + 1 / n) ** degree
        a_n = sum(c * n**j for j, c in enumerate(formula.a)) / n**degree
        b_next = sum(c * (n + 1) ** j for j, c in enumerate(formula.b)) / n ** (2 * degree)
        size = range(len(known) + count)
        rows.append(([t**j for j in size], [power * t_next**j for j in size], a_n, b_next))
    c = [value / scale**k for k, value in enumerate(known)] + [arb(0)] * count
    for _ in range(60):
        residual, jacobian = [], []
        for here, after, a_n, b_next in rows:
            x = sum(p * q for p, q in zip(c, here, strict=True)).mid()
            x_next = sum(p * q for p, q in zip(c, after, strict=True)).mid()
            residual.append([(b_next + a_n * x_next - x * x_next).mid()])
            pairs = zip(here[len(known) :], after[len(known) :], strict=True)
            jacobian.append([(p * x_next + (x - a_n) * q).mid() for p, q in pairs])
        step = arb_mat(jacobian).solve(arb_mat(residual), algorithm="approx")
        c = c[: len(known)] + [(c[len(known) + k] + step[k, 0]).mid() for k in range(count)]
        if max(abs(step[k, 0]).mid() for k in range(count)) < arb(2) ** (-0.4 * bits):
            return sum(c) * arb(start) ** degree
    raise ArithmeticError("Newton's method did not converge")


def by_collocation(formula: PCF, digits: int) -> Value | None:
    """The limit of a slow formula, from two starts with different numbers of points."""
    if formula.a[-1] < 0:
        mirror = by_collocation(formula.mirror(), digits)
        return None if mirror is None else Value(mirror.middle.neg(exact=True), mirror.error)
    bits, count = 10 * digits + 300, int(0.42 * digits) + 10
    first = int(2 * root_bound(formula)) + max(60, 2 * digits)
    values = []
    with ctx.workprec(bits):
        for start, points in ((first, count), (int(1.3 * first) + 7, count + 6)):
            try:
                x = collocated(formula, start, points, bits).mid()
            except (ArithmeticError, ZeroDivisionError):
                return None
            p, q, p_before, q_before = (arb(int(u)) for u in forward(formula, start - 1))
            b = formula.b_at(start)
            values.append((p * x + b * p_before) / (q * x + b * q_before))
        return Value(values[1].mid(), 16 * abs(values[0] - values[1]).abs_upper() + arb(10) ** -(2 * digits))


def verify(formula: PCF, digits: int) -> bool:
    """Compare every digit shown with an independent value; False where none was had."""
    verdict = classify(formula)
    found = limit(formula, digits) if verdict.status == "converges" else None
    if found is None or found.value is None or found.infinite:
        return False
    method = by_convergents if verdict.convergence_class in FAST else by_collocation
    value = method(formula, digits + 8)
    if value is None:
        return False
    with ctx.workprec(12 * digits + 400):
        shown = arb(found.value)
        if found.exact is not None:
            assert abs(real(found.exact) - value.middle) <= value.error + abs(value.middle) * arb(10) ** -digits, (
                formula
            )
            return True
        if not value.error < abs(value.middle) * arb(10) ** (-digits - 2):
            return False
        assert found.digits > 0 and found.ball is not None
        exponent = math.floor(float(abs(value.middle).log() / arb(10).log()) + 1e-12)
        unit = arb(10) ** (exponent + 1 - found.digits)
        assert abs(shown - value.middle) <= unit / 2 + value.error, (formula, digits, found.value)
        assert found.ball.overlaps(value.middle + arb(0, value.error)), (formula, digits, found.value)
    return True


class Examiner:
    """Random formulas of every slow and fast class, small and large; reproducible."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def polynomial(self, degree: int, height: int) -> tuple[int, ...]:
        lead = self.random.choice((-1, 1)) * self.random.randint(1, height)
        return (*(self.random.randint(-height, height) for _ in range(degree)), lead)

    def anything(self) -> PCF:
        height = self.random.choice((2, 5, 50, 10**6))
        return PCF(
            self.polynomial(self.random.randint(0, 4), height), self.polynomial(self.random.randint(0, 8), height)
        )

    def box(self) -> PCF:
        return PCF(self.polynomial(self.random.randint(0, 2), 5), self.polynomial(self.random.randint(0, 2), 5))

    def slow(self) -> PCF:
        """Sub-exponential, polynomial, logarithmic: deg b > 2 deg a, or a double root."""
        degree, height = self.random.randint(0, 4), self.random.choice((3, 10, 100))
        a = self.polynomial(degree, height)
        excess = self.random.randint(0, 2)
        if excess:
            b = self.polynomial(2 * degree + excess, height)
            return PCF(a, (*b[:-1], abs(b[-1])))
        b_next = -fmpz_poly(list(a)) * fmpz_poly(list(a))(SHIFT)
        lower = fmpz_poly(list(self.polynomial(max(0, 2 * degree - self.random.randint(1, 2)), height)))
        b = (b_next + (lower if degree else 0))(fmpz_poly([-1, 1]))
        return PCF(tuple(2 * c for c in a), tuple(int(c) for c in b.coeffs()))

    def large_roots(self) -> PCF:
        bound = 10 ** self.random.randint(1, 3)
        a, b = (
            fmpz_poly([self.random.randint(1, 9)]),
            fmpz_poly([self.random.choice((-1, 1)) * self.random.randint(1, 9)]),
        )
        for _ in range(self.random.randint(0, 2)):
            a *= fmpz_poly([self.random.randint(-bound, bound), self.random.randint(1, 3)])
        for _ in range(self.random.randint(0, 2 * int(a.degree()) + 2)):
            b *= fmpz_poly([2 * self.random.randint(-bound, bound) + 1, 2])
        return PCF(tuple(int(c) for c in a.coeffs()), tuple(int(c) for c in b.coeffs()))


def test_random_formulas_evaluate_to_the_same_digits():
    examiner = Examiner(1)
    formulas = [
        make() for make in (examiner.anything, examiner.box, examiner.slow, examiner.large_roots) for _ in range(12)
    ]
    assert sum(verify(formula, 20) for formula in formulas) > 15


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("kind", ["anything", "box", "slow", "large_roots"])
def test_many_random_formulas_evaluate_to_the_same_digits(kind, seed):
    examiner = Examiner(100 + seed)
    verified = 0
    while verified < 30:
        verified += verify(getattr(examiner, kind)(), examiner.random.choice((3, 15, 30, 45)))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_stored_digits_of_slow_formulas(seed):
    examiner = Examiner(200 + seed)
    assert sum(verify(examiner.slow(), 110) for _ in range(14)) > 4


def alternating_sum(beta: mpmath.mpf) -> mpmath.mpf:
    """Sum of (-1)^k/(k + beta) over k >= 0."""
    return (mpmath.digamma((beta + 1) / 2) - mpmath.digamma(beta / 2)) / 2


CONSTANTS = {
    "PCF(6, (2n - 1)^2)": lambda: 3 + mpmath.pi,  # Lange
    "PCF(2, (2n - 1)^2)": lambda: 1 + 4 / mpmath.pi,  # Brouncker
    "PCF(2n + 1, n^4)": lambda: 2 / mpmath.psi(1, 1),  # Stieltjes
    "PCF(9(2n + 1), n^4)": lambda: 2 / mpmath.psi(1, 5),
    "PCF(n^2 + (n + 1)^2, -n^4)": lambda: 1 / mpmath.zeta(2),  # Euler
    "PCF(n^3 + (n + 1)^3, -n^6)": lambda: 1 / mpmath.zeta(3),
    "PCF(n^5 + (n + 1)^5, -n^10)": lambda: 1 / mpmath.zeta(5),
    "PCF(34n^3 + 51n^2 + 27n + 5, -n^6)": lambda: 6 / mpmath.zeta(3),  # Apery
    "PCF(8n, (2n - 1)^4)": lambda: 1 / mpmath.catalan - 1,
    "PCF(1, n^2)": lambda: 1 / mpmath.log(2),  # Ramanujan's AGM fraction at a = b
    "PCF(1, 4n^2)": lambda: 2 / alternating_sum(mpmath.mpf(3) / 4),
    "PCF(1, 100n^2)": lambda: 10 / alternating_sum(mpmath.mpf(11) / 20),
    "PCF(1, n)": lambda: mpmath.sqrt(2 / (mpmath.pi * mpmath.e)) / mpmath.erfc(mpmath.sqrt(0.5)),
    "PCF(2n + 1, -n^2)": lambda: mpmath.mpf(0),
}


@pytest.mark.parametrize("text", CONSTANTS)
def test_known_constants(text):
    found = limit(parse_formula(text), 110)
    with mpmath.workdps(130):
        assert found.digits == 110 and abs(mpmath.mpf(found.value) - CONSTANTS[text]()) < mpmath.mpf(10) ** -107


@pytest.mark.parametrize("numerator", [-3, 1, 7])
@pytest.mark.parametrize("centre", [1, 7, 100, 1000, 10_000])
def test_denominators_odd_about_a_centre(centre, numerator):
    """With a(n) = n - N the tails mirror at N: L = b/PCF(n + N + 1, b), after cancellation of 2 log2(N!) bits."""
    with ctx.workprec(500):
        found = limit(PCF((-centre, 1), (numerator,)), 60)
        other = limit(PCF((centre + 1, 1), (numerator,)), 60)
        assert found.digits == 60 and found.ball.overlaps(numerator / other.ball)


@pytest.mark.parametrize("seed", range(40))
def test_a_polynomial_tail_is_recognised(seed):
    """b(n+1) = R(n+1)(R(n) - a(n)) with R dominant: the tail is R and the limit R(0), exactly."""
    examiner = Examiner(seed)
    degree = examiner.random.randint(1, 8)
    tail = fmpz_poly(list(examiner.polynomial(degree, 9)))
    other = fmpz_poly(list(examiner.polynomial(examiner.random.randint(0, degree), 9)))
    if int(other.degree()) == degree and abs(int(other[degree])) >= abs(int(tail[degree])):
        tail = tail * 10 + 1
    b = (-tail(SHIFT) * other)(fmpz_poly([-1, 1]))
    formula = PCF(tuple(int(c) for c in (tail + other).coeffs()), tuple(int(c) for c in b.coeffs()))
    verdict = classify(formula)
    if verdict.status == "converges":
        assert limit(formula, 30).exact == int(tail[0])
    else:
        assert verdict.status == "terminates"


@pytest.mark.parametrize("zero", [1, 2, 5, 60])
def test_inflation_by_a_polynomial_with_a_positive_root_terminates(zero):
    h, before = fmpz_poly([-zero, 1]), fmpz_poly([-zero - 1, 1])
    a, b = fmpz_poly([3, 2]), fmpz_poly([5, 1, 1])
    formula = PCF(tuple(int(c) for c in (a * h).coeffs()), tuple(int(c) for c in (b * h * before).coeffs()))
    found = evaluate(formula)
    p, q, _, _ = forward(formula, zero - 1)
    assert found.status == "terminates" and found.limit.exact == Fraction(int(p), int(q))


def test_a_series_with_vanishing_terms_is_summed_beyond_them():
    """Tails n^d + O(n^-d): d terms of the series are zero before it goes on."""
    for degree in (3, 5, 10):
        tail = fmpz_poly([0] * degree + [1])
        a = fmpz_poly([5] + [0] * (degree - 1) + [2])
        b = (tail * tail(SHIFT) - a * tail(SHIFT) + 1)(fmpz_poly([-1, 1]))
        formula = PCF(tuple(int(c) for c in a.coeffs()), tuple(int(c) for c in b.coeffs()))
        assert limit(formula, 60).digits == 60 and verify(formula, 30)


@pytest.mark.parametrize("digits", [1, 20, 110])
@pytest.mark.parametrize("text", ["PCF(-n + 3, n + 2)", "PCF(n - 20, n + 21)", "PCF(n - 500, n + 501)"])
def test_rational_limits_by_long_polynomials(text, digits):
    """Kummer's function is a polynomial of any degree; few digits or a long one must not hide that."""
    found = evaluate(parse_formula(text), digits)
    assert found.limit.exact is not None
    p, q, _, _ = forward(found.formula, 4000)
    assert abs(found.limit.exact - Fraction(int(p), int(q))) < Fraction(1, 10**100)


def test_a_closed_form_with_a_longer_polynomial_than_is_summed():
    """2F1 with g - be = -4267: its limit is a quadratic irrational which no method here writes out."""
    found = evaluate(parse_formula("PCF(3, 4n^2 - 9058n - 67743872)"), 30)
    assert found.limit.value.startswith("-12186.617123844073") and verify(found.formula, 15)


@pytest.mark.parametrize(
    "size", [10**30, 10**160, pytest.param(10**400, marks=pytest.mark.slow)], ids=["30", "160", "400"]
)
def test_huge_coefficients_end_in_a_status(size):
    shapes = [((1, size), (1, size)), ((1, size), (1, 1, size**2)), ((size, 1), (size, 1)), ((1,), (1, 1, size))]
    for a, b in shapes:
        assert evaluate(PCF(a, b), 20).limit.digits == 20


@pytest.mark.parametrize("digits", [1, 20, 110])
def test_nothing_is_raised(digits):
    examiner = Examiner(digits)
    for _ in range(12):
        for make in (examiner.anything, examiner.box, examiner.slow, examiner.large_roots):
            evaluate(make(), digits)
