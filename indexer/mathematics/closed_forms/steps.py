"""Derivations: chains of exact maps from a formula to a constant, each map with what it rests on."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import gcd, lcm
from typing import Literal

from gmpy2 import mpq

from catalog.formulas.pcf import PCF
from indexer.mathematics.closed_forms.contiguity import (
    IDENTITY,
    ONE,
    ZERO,
    Matrix,
    Number,
    Quotient,
    adjugate,
    contiguity,
    times,
)
from indexer.mathematics.closed_forms.equation import Equation, equation
from indexer.mathematics.closed_forms.identities import Identity, Values, plain
from indexer.mathematics.closed_forms.transformations import TRANSFORMATIONS
from indexer.mathematics.numbers.surds import Surd

HALF = mpq(1, 2)

Kind = Literal[
    "mirror", "deflation", "inflation", "shift", "recurrence", "representation", "transformation", "contiguity",
    "identity", "same",
]  # fmt: skip

Subject = PCF | Quotient | str
"""What a step speaks of: the limit of a formula, a quotient of functions, or a constant by its text."""

Coefficients = tuple[int, int, int, int]
"""[x, y, z, w] of L = (x + y c)/(z + w c)."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step: first = (m0 second + m1)/(m2 second + m3) with the matrix m, up to a factor.

    `detail` is what a checker needs beyond both subjects: the polynomial h of a deflation, the number of steps of a
    shift, the name of a transformation, the key of an identity with `values` of its variables.
    """

    kind: Kind
    first: Subject
    second: Subject
    matrix: Matrix
    detail: tuple[int, ...] | int | str = ""
    values: tuple[tuple[str, Number], ...] = ()


@dataclass(frozen=True, slots=True)
class Derivation:
    """The limit of a formula as (x + y c)/(z + w c), x, y, z, w = `coefficients`, with the steps that prove it."""

    formula: PCF
    constant: str
    coefficients: Coefficients
    steps: tuple[Step, ...]

    @property
    def bits(self) -> int:
        """Length of the longest coefficient in bits."""
        return max(abs(k).bit_length() for k in self.coefficients)

    def mirrored(self) -> Derivation:
        """The derivation of the formula (-a, b), whose limit is -L, from this one."""
        x, y, z, w = self.coefficients
        mirror = self.formula.mirror()
        step = Step("mirror", mirror, self.formula, (-ONE, ZERO, ZERO, ONE))
        return Derivation(mirror, self.constant, (-x, -y, z, w), (step, *self.steps))

    def named(self, constant: str, matrix: Matrix) -> Derivation:
        """The same with another text of the constant, of which the one now is the map `matrix`."""
        if constant == self.constant:
            return self
        return self._extended(Step("same", self.constant, constant, matrix))

    def then(self, identity: Identity, values: Values) -> Derivation:
        """The same with an identity between constants applied."""
        kept, text = tuple(sorted(values.items())), identity.constant_text(values)
        return self._extended(Step("identity", self.constant, text, identity.matrix(values), identity.key, kept))

    def until(self, end: int) -> Derivation:
        """The same without the steps from number `end` on, which lead from one constant to another."""
        matrix = IDENTITY
        for step in self.steps[:end]:
            matrix = times(matrix, step.matrix)
        constant = self.steps[end].first
        assert isinstance(constant, str)
        return Derivation(self.formula, constant, in_integers(matrix), self.steps[:end])

    def _extended(self, step: Step) -> Derivation:
        x, y, z, w = self.coefficients
        assert isinstance(step.second, str)
        coefficients = in_integers(times((mpq(y), mpq(x), mpq(w), mpq(z)), step.matrix))
        return Derivation(self.formula, step.second, coefficients, (*self.steps, step))


@dataclass(slots=True)
class Chain:
    """A derivation while it is made: what it has come to, and the map from there to the formula."""

    formula: PCF
    matrix: Matrix = IDENTITY
    steps: list[Step] = field(default_factory=list)
    at: Subject = field(init=False)

    def __post_init__(self) -> None:
        """Begin at the formula."""
        self.at = self.formula

    @property
    def quotient(self) -> Quotient:
        """The quotient that the chain has come to."""
        assert isinstance(self.at, Quotient)
        return self.at

    def to(self, second: Subject, matrix: Matrix, kind: Kind, **more: object) -> None:
        """Take a step."""
        self.steps.append(replace(Step(kind, self.at, second, matrix), **more))  # type: ignore[arg-type]
        self.matrix, self.at = times(self.matrix, matrix), second

    def rewritten(self, found: Equation) -> None:
        """Deflate and mirror the formula to that of its equation."""
        formula = self.formula
        if formula not in (found.formula, found.formula.mirror()):
            formula, h = formula.deflate_polynomial()
            self.to(formula, (mpq(h[0]), ZERO, ZERO, ONE), "deflation", detail=h)
        if formula != found.formula:
            self.to(found.formula, (-ONE, ZERO, ZERO, ONE), "mirror")

    def shifted(self, k: int) -> None:
        """Start the formula k steps later, or -k steps earlier."""
        assert isinstance(self.at, PCF)
        if k:
            second = self.at.shift(k)
            forward = _steps(self.at, k) if k > 0 else adjugate(_steps(second, -k))
            self.to(second, forward, "shift", detail=k)

    def represented(self) -> None:
        """Write the limit as a quotient of functions, by Pincherle's theorem."""
        assert isinstance(self.at, PCF)
        quotient, scale = representation(self.at)
        self.to(quotient, (scale, ZERO, ZERO, ONE), "recurrence")

    def transformed(self, name: str) -> None:
        """Transform the functions."""
        quotient, factor = TRANSFORMATIONS[name](self.quotient)
        self.to(quotient, (factor, ZERO, ZERO, ONE), "transformation", detail=name)

    def moved_to(self, quotient: Quotient) -> None:
        """Move the parameters by integers."""
        if quotient != self.at:
            self.to(quotient, contiguity(self.quotient, quotient), "contiguity")

    def named(self, identity: Identity, values: Values) -> None:
        """Apply an identity of the table."""
        kept = tuple(sorted(values.items()))
        self.to(identity.constant_text(values), identity.matrix(values), "identity", detail=identity.key, values=kept)

    def finished(self) -> Derivation | None:
        """The derivation; None where the map is singular, so that the limit is no function of the constant."""
        assert isinstance(self.at, str)
        p, q, r, s = self.matrix
        if plain(p * s - q * r) == 0:
            return None
        return Derivation(self.formula, self.at, in_integers(self.matrix), tuple(self.steps))


def _steps(formula: PCF, k: int) -> Matrix:
    """Return the matrix of L = (p L_k + q)/(r L_k + s), L_k the tail from k > 0 on."""
    p, q, r, s = 1, 0, 0, 1
    for n in range(k):
        a, b = formula.a_at(n), formula.b_at(n + 1)
        p, q, r, s = p * a + q, p * b, r * a + s, r * b
    return mpq(p), mpq(q), mpq(r), mpq(s)


def representation(formula: PCF) -> tuple[Quotient, Number]:
    """Return the quotient of functions of which the limit is a multiple, and the factor.

    The formula must be that of its own equation, and its lower parameter no integer below 2.
    """
    s = equation(formula)
    if s is None or s.formula != formula:
        raise ValueError(f"{formula} has no quotient of functions of its own")
    upper, g, z = tuple(plain(p) for p in s.upper), plain(s.lower), plain(s.argument)
    if s.kind == "parabolic":
        (half_r,) = upper
        above, below = (half_r, HALF), (half_r + 1, 3 * HALF)
        return Quotient("hypu", above, below, z), mpq(2 * formula.b[1], formula.a[0])
    if s.kind == "tricomi":
        return Quotient("hypu", (upper[0] - 1, g), (upper[0], g), z), plain(s.scale)
    if isinstance(g, type(ONE)) and g.denominator == 1 and g <= 1:
        raise ZeroDivisionError("the lower parameter is a pole")
    function = {"bessel": "hyp0f1", "kummer": "hyp1f1", "gauss": "hyp2f1"}[s.kind]
    above, below = (*(p - 1 for p in upper), g - 1), (*upper, g)
    return Quotient(function, above, below, z), plain(s.scale * (g - 1))  # type: ignore[arg-type]


def in_integers(matrix: Matrix) -> Coefficients:
    """Return the coefficients [x, y, z, w] of a map as coprime integers; z is positive, or w where z is 0.

    Raises ArithmeticError where the map is not rational up to a factor.
    """
    y, x, w, z = matrix
    size = next(entry for entry in (z, w) if entry != 0 and entry != Surd(ZERO))
    rational = [plain(entry / size) for entry in (x, y, z, w)]
    if any(isinstance(entry, Surd) for entry in rational):
        raise ArithmeticError("the map is not rational")
    common = lcm(*(int(entry.denominator) for entry in rational))
    whole = [int(entry * common) for entry in rational]
    divisor = gcd(*whole)
    return whole[0] // divisor, whole[1] // divisor, whole[2] // divisor, whole[3] // divisor
