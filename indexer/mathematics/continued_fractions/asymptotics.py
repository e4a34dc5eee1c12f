"""Status, convergence class and exact exponents of a PCF, read off its coefficients in exact arithmetic.

The tail x_n = a_n + b_{n+1}/(a_{n+1} + ...) solves x_n x_{n+1} = a_n x_{n+1} + b_{n+1}, which has two formal solutions

    X(n) = lambda n^d (1 + h n^(-1/2) + c/n + ...),    the dominant one (+) and the minimal one (-),

and every exponent of the continued fraction is a difference of theirs (Birkhoff and Trjitzinsky, 1933; Pincherle's
theorem ties them to the limit): |L - p_n/q_n| behaves like the product of |X-(k)/X+(k)| over k <= n + 1, and |q_n| like
that of |b_k/X-(k)|. At a double root, x_n = (a_n/2)(1 + y_n) turns the equation into y_n y_{n+1} + y_n - y_{n+1} = e_n
with 4 b_{n+1}/(a_n a_{n+1}) = -1 + e_n; e_n = e1/n + e2/n^2 + ... decides.

`classify_batch` does a batch of any degrees at once, `exponents` one formula.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from flint import fmpz_poly

from catalog.formulas.pcf import PCF
from catalog.vocabulary import CONVERGENCE_CLASSES, ConvergenceClass, Status
from indexer.mathematics.numbers.integer_roots import natural_roots

OUTCOMES: tuple[str, ...] = ("terminates", *CONVERGENCE_CLASSES, "diverges")
"""What the coefficients decide; `classify_batch` returns indices into this tuple. Convergence is in the wide sense:
whether the limit is finite is not decided here."""

TERMINATES, SUPER, EXPONENTIAL, SUB, POLYNOMIAL, LOGARITHMIC, DIVERGES = range(len(OUTCOMES))

INT64_SAFE_COEFFICIENT = 10**3
"""Largest |coefficient| for which the degree <= 2 formulas below, quartic in them, are exact in 64-bit integers."""

COMPLEX_EIGENVALUES = "complex eigenvalues: the convergents oscillate"
COMPLEX_INDICIAL = "double root with complex indicial exponents: the convergents oscillate"
NEGATIVE_NUMERATORS = "2 deg a < deg b with negative partial numerators: the convergents oscillate"
STERN_STOLZ = "deg b > 2 deg a + 2: even and odd convergents part (Stern-Stolz)"

IntArray = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Classification:
    """What the coefficients of one formula decide.

    `terminates_at` is the least n >= 1 with b(n) = 0; `reason` says why a formula diverges.
    """

    status: Status
    convergence_class: ConvergenceClass | None
    terminates_at: int | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Exponents:
    """Growth of log|error| and of log|q_n|, each  eta n log n + gamma n + sqrt n^(1/2) + beta log n + O(1).

    Exact but for the rounding of logarithms. In the logarithmic class the error is a constant times 1/log n, and all
    four of its exponents are 0.
    """

    convergence_eta: float
    convergence_gamma: float
    convergence_sqrt: float
    convergence_beta: float
    q_eta: float
    q_gamma: float
    q_sqrt: float
    q_beta: float


@lru_cache(maxsize=4096)
def classify(formula: PCF) -> Classification:
    """Return status and class of `formula` as far as its coefficients decide them.

    `converges` here includes convergence to infinity. Source: Perron, Die Lehre von den Kettenbruechen II, ch. II;
    Lorentzen and Waadeland, Continued Fractions I, ch. 4.
    """
    return classify_all([formula])[0]


def classify_all(formulas: Sequence[PCF]) -> list[Classification]:
    """Return the same for many formulas at once, in their order."""
    codes = classify_batch(*(_padded([getattr(formula, name) for formula in formulas]) for name in "ab"))
    return [_verdict(formula, code) for formula, code in zip(formulas, codes.tolist(), strict=True)]


def _verdict(formula: PCF, code: int) -> Classification:
    if code == TERMINATES:
        return Classification("terminates", None, first_zero(formula.b), None)
    if code == DIVERGES:
        return Classification("diverges", None, None, _why_divergent(formula))
    return Classification("converges", OUTCOMES[code], None, None)  # type: ignore[arg-type]


def _padded(rows: Sequence[tuple[int, ...]]) -> IntArray:
    """Return coefficients as rows of one width, zero padded, as Python integers."""
    width = max((len(row) for row in rows), default=1)
    return np.array([(*row, *[0] * (width - len(row))) for row in rows], dtype=object).reshape(-1, width)


def classify_batch(a: IntArray, b: IntArray) -> npt.NDArray[np.int8]:
    """Classify many formulas at once.

    `a` and `b` have shapes (rows, any) and hold coefficients, constant term first, zero padded: int64, or Python
    integers (dtype object) where they are large. Returns int8 indices into `OUTCOMES`, shape (rows,).
    Raises ValueError where a polynomial is zero.
    """
    deg_a, deg_b = degrees(a), degrees(b)
    if (deg_a < 0).any() or (deg_b < 0).any():
        raise ValueError("a zero polynomial cannot be classified")
    codes = np.empty(len(a), dtype=np.int8)
    for da, db in sorted(set(zip(deg_a.tolist(), deg_b.tolist(), strict=True))):
        rows = np.flatnonzero((deg_a == da) & (deg_b == db))
        group_a, group_b = a[rows, : da + 1], b[rows, : db + 1]
        if not _fits_int64(group_a, group_b):
            group_a, group_b = group_a.astype(object), group_b.astype(object)
        else:
            group_a, group_b = group_a.astype(np.int64), group_b.astype(np.int64)
        codes[rows] = np.where(_terminates(group_b), TERMINATES, _class_codes(group_a, group_b))
    return codes


def degrees(coefficients: IntArray) -> npt.NDArray[np.int64]:
    """Return the degree of each row of coefficients (constant term first), -1 for a zero row; shape (rows,)."""
    nonzero = coefficients != 0
    width = coefficients.shape[1]
    return np.where(nonzero.any(axis=1), width - 1 - np.argmax(nonzero[:, ::-1], axis=1), -1)


def first_zero(b: tuple[int, ...]) -> int | None:
    """Return the least integer n >= 1 with b(n) = 0, or None."""
    return next((root for root in natural_roots(fmpz_poly(list(b))) if root >= 1), None)


def exponents(formula: PCF, verdict: Classification | None = None) -> Exponents | None:
    """Return the exact growth exponents of a formula that converges and does not terminate, else None.

    None also where an exponent is beyond double precision (coefficients of hundreds of digits). `verdict` is
    classified where it is not given. Valid at every degree; natural logarithms. Source: the formal
    solutions described at the top of this module.
    """
    verdict = verdict or classify(formula)
    if verdict.status != "converges":
        return None
    if 2 * formula.deg_a > formula.deg_b:  # only two coefficients of each matter
        leading = (tuple([0] * (len(c) - 2)) + c[-2:] for c in (formula.a, formula.b))
        return _exponents(PCF(*leading))
    return _exponents(formula)


@lru_cache(maxsize=256)
def _exponents(formula: PCF) -> Exponents | None:
    try:
        plus, minus = formal_solutions(formula)
    except OverflowError:
        return None
    scale = abs(formula.b[-1])
    correction = Fraction(formula.b[-2], formula.b[-1]) if formula.deg_b else Fraction(0)
    numerators = _Growth(Fraction(formula.deg_b), math.log(scale), 0.0, float(correction))
    error = _product(minus, plus)
    denominators = _product(numerators, minus)
    return Exponents(*error, *denominators)


@dataclass(frozen=True, slots=True)
class _Growth:
    """A sequence exp(log_scale) n^degree (1 + half n^(-1/2) + first/n + ...), up to sign."""

    degree: Fraction
    log_scale: float
    half: float
    first: float

    def log_terms(self) -> tuple[float, float]:
        """Return the coefficients of n^(-1/2) and 1/n in the logarithm."""
        return self.half, self.first - self.half**2 / 2


def _product(top: _Growth, bottom: _Growth) -> tuple[float, float, float, float]:
    """Return (eta, gamma, sqrt, beta) of the product over k <= n + 1 of |top(k)/bottom(k)|."""
    eta = float(top.degree - bottom.degree)
    (top_half, top_first), (bottom_half, bottom_first) = top.log_terms(), bottom.log_terms()
    gamma = top.log_scale - bottom.log_scale - eta
    # sum over k <= n + 1 of log k = n log n - n + (3/2) log n + O(1)
    beta = 1.5 * eta + top_first - bottom_first
    return eta, gamma, 2 * (top_half - bottom_half), beta


def formal_solutions(formula: PCF) -> tuple[_Growth, _Growth]:
    """Return the leading terms of the dominant and the minimal formal solution of the tail's equation.

    For formulas that converge (`classify`); degrees are exact, the rest is in double precision.
    """
    da, db = formula.deg_a, formula.deg_b
    lead_a, lead_b = formula.a[-1], formula.b[-1]
    a1 = Fraction(formula.a[-2], lead_a) if da else Fraction(0)
    b1 = Fraction(formula.b[-2], lead_b) if db else Fraction(0)
    if 2 * da > db:
        ratio = Fraction(lead_b, lead_a**2) if 2 * da == db + 1 else Fraction(0)
        plus = _Growth(Fraction(da), math.log(abs(lead_a)), 0.0, float(a1 + ratio))
        minus_log = math.log(abs(lead_b)) - math.log(abs(lead_a))
        return plus, _Growth(Fraction(db - da), minus_log, 0.0, float(b1 - a1 + da - ratio))
    degree = Fraction(db, 2)
    if 2 * da == db:
        discriminant = lead_a**2 + 4 * lead_b
        if discriminant == 0:
            return _double_root_solutions(formula, a1)
        return _simple_root_solutions(formula, discriminant)
    log_scale = math.log(lead_b) / 2
    slope = math.sqrt(Fraction(lead_a**2, lead_b))
    if 2 * da == db - 1:
        half = slope / 2
        first = (half**2 + float(b1 + degree)) / 2
        return _Growth(degree, log_scale, half, first), _Growth(degree, log_scale, -half, first)
    middle = float(b1 + degree)
    return (
        _Growth(degree, log_scale, 0.0, (middle + slope) / 2),
        _Growth(degree, log_scale, 0.0, (middle - slope) / 2),
    )


def _simple_root_solutions(formula: PCF, discriminant: int) -> tuple[_Growth, _Growth]:
    """Return both solutions where x^2 = A x + B has two real roots of different modulus."""
    d, lead_a, lead_b = formula.deg_a, formula.a[-1], formula.b[-1]
    a1 = Fraction(formula.a[-2], lead_a) if d else Fraction(0)
    middle = d + (Fraction(formula.b[-2], lead_b) if formula.deg_b else Fraction(0))
    root = math.sqrt(Fraction(discriminant, lead_a**2))
    slope = float(2 * a1 - middle) / root  # exactly 0 where beta is
    log_large = math.log(abs(lead_a)) + math.log((1 + root) / 2)
    log_small = math.log(abs(lead_b)) - log_large
    return (
        _Growth(Fraction(d), log_large, 0.0, (float(middle) + slope) / 2),
        _Growth(Fraction(d), log_small, 0.0, (float(middle) - slope) / 2),
    )


def _double_root_solutions(formula: PCF, a1: Fraction) -> tuple[_Growth, _Growth]:
    """Return both solutions where x^2 = A x + B has a double root: y is h n^(-1/2) - 1/(4n), or s/n."""
    log_scale = math.log(abs(formula.a[-1])) - math.log(2)
    degree = Fraction(formula.deg_a)
    e1, e2 = double_root_invariants(formula)
    if e1 > 0:
        half = math.sqrt(e1)
        first = float(a1) - 0.25
        return _Growth(degree, log_scale, half, first), _Growth(degree, log_scale, -half, first)
    gap = math.sqrt(1 + 4 * e2)
    return (
        _Growth(degree, log_scale, 0.0, float(a1) + (gap - 1) / 2),
        _Growth(degree, log_scale, 0.0, float(a1) - (gap + 1) / 2),
    )


def double_root_invariants(formula: PCF) -> tuple[Fraction, Fraction]:
    """Return e1, e2 of a formula with 2 deg a = deg b and A^2 = -4 B, as exact rationals.

    4 b_{n+1}/(a_n a_{n+1}) = -1 + e1/n + e2/n^2 + ...; e1 is the kappa of degrees (1, 2).
    """
    numerator = double_root_numerator(formula)
    degree = 2 * formula.deg_a
    lead = formula.a[-1] ** 2
    product = fmpz_poly(list(formula.a)) * fmpz_poly(list(formula.a))(fmpz_poly([1, 1]))
    e1 = Fraction(int(numerator[degree - 1]), lead) if degree else Fraction(0)
    if degree < 2:
        return e1, Fraction(0)
    return e1, (Fraction(int(numerator[degree - 2])) - e1 * int(product[degree - 1])) / lead


def double_root_numerator(formula: PCF) -> fmpz_poly:
    """Return the polynomial a(n) a(n+1) + 4 b(n+1)."""
    shift = fmpz_poly([1, 1])
    a, b = fmpz_poly(list(formula.a)), fmpz_poly(list(formula.b))
    return a * a(shift) + 4 * b(shift)


def _class_codes(a: IntArray, b: IntArray) -> npt.NDArray[np.int8]:
    """Classify rows of one degree pair, termination apart."""
    da, db = a.shape[1] - 1, b.shape[1] - 1
    lead_a, lead_b = a[:, -1], b[:, -1]
    if 2 * da > db:
        return np.full(len(a), SUPER, dtype=np.int8)
    if 2 * da == db:
        discriminant = lead_a * lead_a + 4 * lead_b
        codes = np.where(discriminant > 0, EXPONENTIAL, DIVERGES).astype(np.int8)
        double = np.flatnonzero(discriminant == 0)
        if len(double):
            codes[double] = _double_root_codes(a[double], b[double])
        return codes
    convergent = {1: SUB, 2: POLYNOMIAL}.get(db - 2 * da, DIVERGES)
    return np.where(lead_b > 0, convergent, DIVERGES).astype(np.int8)


def _double_root_codes(a: IntArray, b: IntArray) -> npt.NDArray[np.int8]:
    """Classify rows of one degree pair (d, 2d) with A^2 = -4 B by e1, then by 1 + 4 e2."""
    degree = a.shape[1] - 1
    if degree == 0:
        return np.full(len(a), POLYNOMIAL, dtype=np.int8)
    a_next, b_next = _shifted(a, 2), _shifted(b, 3)
    lead = a[:, -1]
    # the three leading coefficients of a(n) a(n+1), and the next two of a(n) a(n+1) + 4 b(n+1)
    product_1 = lead * a_next[1] + a[:, -2] * lead
    product_2 = a[:, -2] * a_next[1]
    if degree >= 2:
        product_2 = product_2 + lead * _shifted(a, 3)[2] + a[:, -3] * lead
    numerator_1 = product_1 + 4 * b_next[1]
    numerator_2 = product_2 + 4 * b_next[2]
    square = lead * lead
    indicial = square + 4 * numerator_2  # (1 + 4 e2) A^2 where e1 = 0
    flat = np.where(indicial > 0, POLYNOMIAL, np.where(indicial == 0, LOGARITHMIC, DIVERGES))
    return np.where(numerator_1 > 0, SUB, np.where(numerator_1 < 0, DIVERGES, flat)).astype(np.int8)


def _shifted(coefficients: IntArray, count: int) -> list[IntArray]:
    """Return the `count` leading coefficients of p(n + 1), highest power first, for rows of p."""
    degree = coefficients.shape[1] - 1
    return [
        sum(
            (math.comb(k, degree - j) * coefficients[:, k] for k in range(degree - j, degree + 1)),
            start=0 * coefficients[:, 0],
        )
        for j in range(count)
    ]


def _terminates(b: IntArray) -> npt.NDArray[np.bool_]:
    """Say for each row of b (one degree, exact integers) whether b(n) = 0 for an integer n >= 1."""
    degree = b.shape[1] - 1
    if degree == 0:
        return np.zeros(len(b), dtype=bool)
    if degree == 1:
        return np.asarray((b[:, 0] % b[:, 1] == 0) & (-b[:, 0] // b[:, 1] >= 1), dtype=bool)
    if degree == 2 and b.dtype == np.int64:
        return _quadratic_terminates(b)
    return np.array([first_zero(tuple(row)) is not None for row in b.tolist()], dtype=bool)


def _quadratic_terminates(b: IntArray) -> npt.NDArray[np.bool_]:
    """Say the same for int64 rows of degree 2, by the integer square root of the discriminant."""
    b0, b1, b2 = b.T
    discriminant = b1 * b1 - 4 * b2 * b0
    root = np.rint(np.sqrt(np.maximum(discriminant, 0))).astype(np.int64)
    square = root * root == discriminant
    found = np.zeros(len(b), dtype=bool)
    for sign in (1, -1):
        numerator = -b1 + sign * root
        found |= square & (numerator % (2 * b2) == 0) & (numerator // (2 * b2) >= 1)
    return found


def _fits_int64(a: IntArray, b: IntArray) -> bool:
    if a.shape[1] > 3 or b.shape[1] > 3:
        return False
    return bool(max(abs(a).max(), abs(b).max()) <= INT64_SAFE_COEFFICIENT)


def _why_divergent(formula: PCF) -> str:
    da, db = formula.deg_a, formula.deg_b
    if 2 * da == db:
        return COMPLEX_EIGENVALUES if formula.a[-1] ** 2 + 4 * formula.b[-1] < 0 else COMPLEX_INDICIAL
    return NEGATIVE_NUMERATORS if formula.b[-1] < 0 else STERN_STOLZ
