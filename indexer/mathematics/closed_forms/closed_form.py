"""Closed forms: the limit of every convergent formula with deg a <= 1, deg b <= 2, or that deflates to one.

By Pincherle's theorem the limit is a ratio of two members of the minimal solution of the recurrence, and by the
contiguity relations that solution is f(al + n, ..., g + n)/Gamma(g + n) with the function f of `equation.py`:

    L = scale * f(al - 1, ..., g - 1)/Gamma(g - 1) / (f(al, ..., g)/Gamma(g))

The functions divided by Gamma(g) are entire in g, so the identity holds at their poles as well; there (g an integer
<= 1) both sides are rewritten with positive lower parameters. Which limits are rational is decided in `exact.py`,
which ones have a name in `normal_form.py`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import flint
from gmpy2 import mpq

from catalog.constants.expressions import to_latex
from catalog.errors import EvaluationError
from catalog.formulas.pcf import PCF
from indexer.mathematics.closed_forms.equation import Equation, Kind, equation
from indexer.mathematics.closed_forms.exact import Infinite, exact_limit
from indexer.mathematics.closed_forms.names import exact_relation
from indexer.mathematics.closed_forms.normal_form import constant_text, normal_form
from indexer.mathematics.numbers.fractions import as_fraction
from indexer.mathematics.numbers.surds import Surd
from indexer.mathematics.relations.writing import value_text

GUARD_BITS = 32
"""Binary digits beyond those asked for in the first evaluation; four times as many in each further one."""

MAX_GUARD_BITS = 1 << 13
"""Guard digits at which an evaluation is given up."""

MAX_INTEGRAL_GUARD_BITS = 1 << 11
"""The same for Tricomi's function, which flint integrates numerically: minutes at more."""

SMALL_PARAMETER = 50
"""Parameters of 1F1 and 2F1 up to this size are left to flint; beyond, a series is summed to a length of our own."""

SMALL_GROWTH = 1_000
"""Size of parameters over |1 - x| up to which flint's series in 1/(1 - x) hardly grows before it falls."""

MAX_SERIES_WORK = 10**8
"""Terms times bits up to which a series is summed, about a second."""

THEOREMS: dict[Kind, str] = {
    "elementary": "Pincherle's theorem; constant coefficients",
    "parabolic": "Pincherle's theorem; contiguity of parabolic cylinder functions, DLMF 12.8",
    "bessel": "Pincherle's theorem; contiguity of Bessel functions, DLMF 10.29",
    "kummer": "Pincherle's theorem; contiguity of Kummer's function M, DLMF 13.3",
    "gauss": "Pincherle's theorem; contiguity of Gauss's function 2F1, DLMF 15.5",
    "tricomi": "Pincherle's theorem; contiguity of Tricomi's function U, DLMF 13.3",
    "linear": "Pincherle's theorem; linear tail",
}


@dataclass(frozen=True, slots=True)
class Function:
    """A value of a hypergeometric function at exact arguments; `name` is as in constant expressions."""

    name: str
    parameters: tuple[Surd, ...]
    argument: Surd

    @property
    def is_one(self) -> bool:
        """Whether an upper parameter vanishes, so that the series is 1."""
        upper = self.parameters[:1] if self.name == "hypu" else self.parameters[:-1]
        return any(p.integer and p.p == 0 for p in upper)

    def text(self) -> str:
        """Return a call in the syntax of constant expressions."""
        return f"{self.name}({', '.join(p.text() for p in (*self.parameters, self.argument))})"

    def latex(self) -> str:
        """Return the value in the notation of DLMF."""
        inner = [p.latex() for p in self.parameters]
        z = self.argument.latex()
        match self.name:
            case "hyp0f1":
                return rf"{{}}_0F_1\left(;{inner[0]};{z}\right)"
            case "hyp1f1":
                return rf"{{}}_1F_1\left({inner[0]};{inner[1]};{z}\right)"
            case "hyp2f1":
                return rf"{{}}_2F_1\left({inner[0]},{inner[1]};{inner[2]};{z}\right)"
            case _:
                return rf"U\left({inner[0]},{inner[1]},{z}\right)"

    def ball(self) -> flint.acb:
        """Return an enclosure at flint's present working precision."""
        p, z = [p.ball() for p in self.parameters], self.argument.ball()
        match self.name:
            case "hyp0f1":
                return z.hypgeom_0f1(p[0])
            case "hyp1f1":
                return _kummer_function(self.parameters[0], self.parameters[1], self.argument)
            case "hyp2f1":
                al, be, g = self.parameters
                return _gauss_function(al, be, g, self.argument)
            case _:
                return z.hypgeom_u(p[0], p[1])


def _kummer_function(al: Surd, g: Surd, z: Surd) -> flint.acb:
    """Return 1F1(al; g; z), by Kummer's transformation for negative z if parameters are large."""
    if _size(al, g, z) <= SMALL_PARAMETER:
        return z.ball().hypgeom_1f1(al.ball(), g.ball())
    if z.p < 0:
        return z.ball().exp() * _series((g - al,), g, -z.ball())
    return _series((al,), g, z.ball())


def _gauss_function(al: Surd, be: Surd, g: Surd, x: Surd) -> flint.acb:
    """Return 2F1(al, be; g; x), x < 1, by Pfaff's transformation for negative x if parameters are large."""
    if _size(al, be, g) <= SMALL_PARAMETER:
        return x.ball().hypgeom_2f1(al.ball(), be.ball(), g.ball(), **_integer_differences(al, be, g))
    one_minus, factor, second = 1 - x.ball(), flint.acb(1), be.ball()
    argument = x.ball()
    if argument.real < 0:
        if _size(al, be, g) / float(one_minus.real) < SMALL_GROWTH and float(one_minus.real) > 4:
            return argument.hypgeom_2f1(al.ball(), be.ball(), g.ball(), **_integer_differences(al, be, g))
        factor, second, argument = one_minus ** -al.ball(), g.ball() - be.ball(), -argument / one_minus
    return factor * _series((al, second), g, argument)


def _size(*numbers: Surd) -> float:
    """Return the largest modulus, roughly; infinity beyond double precision."""
    try:
        return max(float(abs(x.p)) + float(abs(x.q)) * math.sqrt(abs(x.d)) for x in numbers)
    except OverflowError:
        return math.inf


def _series(upper: tuple[Surd | flint.acb, ...], g: Surd, z: flint.acb) -> flint.acb:
    """Return the hypergeometric series summed to a length of our own, with flint's bound of the rest.

    Flint's own choices of length and transformation can take minutes where parameters are large.
    """
    parameters: list[Any] = [p.ball() if isinstance(p, Surd) else p for p in upper]
    lower = g.ball()
    try:
        terms = _terms([float(abs(p)) for p in parameters], float(lower.real), float(abs(z)))
    except OverflowError:
        terms = None
    if terms is None:
        raise EvaluationError("its parameters are too large for the hypergeometric series")
    return z.hypgeom(parameters, [lower], n=terms)


def _terms(upper: list[float], lower: float, z: float) -> int | None:
    """Return how many terms make the series converge and give the working precision, None beyond `MAX_SERIES_WORK`.

    From k on each term is the one before times at most `ratio`; where it is halfway to its limit the rest is counted.
    """
    target = 0.5 if len(upper) == 1 else (1 + z) / 2
    k = max(1.0, -2 * lower)
    while k * flint.ctx.prec < MAX_SERIES_WORK:
        ratio = z * max(1.0, (upper[0] + k) / (lower + k))
        ratio *= max(1.0, (upper[1] + k) / (1 + k)) if len(upper) > 1 else 1 / (1 + k)
        if ratio < target:
            terms = k - 2 * flint.ctx.prec / math.log2(max(ratio, 1e-3))
            return math.ceil(terms) if terms * flint.ctx.prec < MAX_SERIES_WORK else None
        k = 1.3 * k + 1
    return None


def _integer_differences(al: Surd, be: Surd, g: Surd) -> dict[str, bool]:
    """Return which differences are exact integers, which balls cannot say of themselves."""
    pairs = {"ab": (al, be), "ac": (al, g), "bc": (be, g), "abc": (Surd(al.p + be.p), g)}
    return {name: _differ_by_integer(*pair) for name, pair in pairs.items()}


def _differ_by_integer(x: Surd, y: Surd) -> bool:
    return (x.q, x.d) == (y.q, y.d) and (x.p - y.p).denominator == 1


@dataclass(frozen=True, slots=True)
class ClosedForm:
    """The limit of a formula as an exact expression: `exact`, or scale * numerator / denominator.

    `exact` is a rational number or a quadratic irrational, INFINITE, or None where the limit is neither. `constant`
    is an expression of which the limit is a Moebius map with integer coefficients, where a simple one is known;
    `names.exact_relation` gives the map.
    """

    formula: PCF
    kind: Kind
    theorem: str
    exact: Surd | Infinite | None
    scale: Surd
    numerator: Function | None
    denominator: Function | None
    constant: str | None = None

    @property
    def rational(self) -> Fraction | None:
        """The limit where it is rational."""
        if not isinstance(self.exact, Surd) or not self.exact.rational:
            return None
        return as_fraction(self.exact.p)

    @property
    def infinite(self) -> bool:
        """Whether the limit is infinite: the denominator is exactly zero."""
        return isinstance(self.exact, Infinite)

    @property
    def text(self) -> str:
        """The limit in the syntax of constant expressions, as a person writes it; `inf` for an infinite one."""
        if self.exact is not None:
            return self.exact.text()
        return self._value or self._ratio_text()

    @property
    def _value(self) -> str | None:
        """The limit by its constant with a name, None where it has none."""
        relation = exact_relation(self.formula)
        return None if relation is None else value_text(relation.coefficients, relation.constant)

    def _ratio_text(self) -> str:
        """Return the ratio of functions, one that is 1 left out."""
        numerator, denominator = self._ratio()
        scale, below = self.scale.text(), [] if denominator is None else [denominator.text()]
        if numerator is not None:
            factor = "-" if scale == "-1" else _factor(scale)
            return "/".join([f"{factor}{numerator.text()}", *below])
        if below and scale.startswith("("):
            top, _, size = scale.rpartition("/")
            return f"{top}/({size}*{below[0]})"
        return "/".join([_factor(scale)[:-1] or "1", *below])

    def _ratio(self) -> tuple[Function | None, Function | None]:
        """Return numerator and denominator, None for one that is 1."""
        assert self.numerator is not None
        assert self.denominator is not None
        kept = (None if function.is_one else function for function in (self.numerator, self.denominator))
        return next(kept), next(kept)

    @property
    def latex(self) -> str:
        """The limit in LaTeX."""
        if self.exact is not None:
            return self.exact.latex()
        if (value := self._value) is not None:
            return to_latex(value)
        numerator, denominator = (function and function.latex() for function in self._ratio())
        scale = "" if self.scale.text() == "1" else rf"\left({self.scale.latex()}\right) "
        return rf"{scale}\frac{{{numerator or 1}}}{{{denominator or 1}}}"

    def evaluate(self, bits: int) -> flint.arb:
        """Return an enclosure of the limit with at least `bits` correct bits.

        Raises EvaluationError for an infinite limit and where the working precision would pass `MAX_GUARD_BITS`.
        """
        if self.infinite:
            raise EvaluationError("the limit is infinite; it has no enclosure")
        guard = GUARD_BITS
        while guard <= (MAX_INTEGRAL_GUARD_BITS if self.kind in ("tricomi", "parabolic") else MAX_GUARD_BITS):
            with flint.ctx.workprec(bits + guard):
                ball = self._ball()
                if ball.rel_accuracy_bits() >= bits or (ball == 0) is True:
                    return ball
            guard *= 4
        raise EvaluationError(f"{self.text} could not be enclosed to {bits} bits")

    def _ball(self) -> flint.arb:
        if isinstance(self.exact, Surd):
            return self.exact.ball().real
        assert self.numerator is not None
        assert self.denominator is not None
        return (self.scale.ball() * self.numerator.ball() / self.denominator.ball()).real


def _factor(text: str) -> str:
    """Return `text*` as a left factor, in brackets where it is a sum."""
    if text == "1":
        return ""
    return f"({text})*" if " " in text or "/" in text else f"{text}*"


def closed_form(pcf: PCF) -> ClosedForm | None:
    """Return the closed form of a formula, or None where it terminates, diverges, or is of a higher kind.

    Source of the formulas: `equation.py`, and DLMF (https://dlmf.nist.gov) as named in `theorem`.
    """
    found = equation(pcf)
    if found is None:
        return None
    exact = exact_limit(found)
    if exact is not None:
        return ClosedForm(pcf, found.kind, THEOREMS[found.kind], exact, found.scale, None, None)
    scale, numerator, denominator = _ratio(found)
    scale, constant = scale * found.factor, constant_text(normal_form(found))
    return ClosedForm(pcf, found.kind, THEOREMS[found.kind], None, scale, numerator, denominator, constant)


def _ratio(s: Equation) -> tuple[Surd, Function, Function]:
    """Return scale, numerator and denominator of L(formula)."""
    one, g = Surd.of(1), s.lower
    if s.kind == "parabolic":
        half = mpq(1, 2)
        return s.scale, _u(s.upper[0], g, s), _u(s.upper[0] + half, g, s)
    if s.kind == "tricomi":
        return s.scale, _u(s.upper[0] - 1, g, s), _u(s.upper[0], g, s)
    name = {"bessel": "hyp0f1", "kummer": "hyp1f1", "gauss": "hyp2f1"}[s.kind]
    upper = s.upper
    if g.integer and g.p <= 1:
        scale = s.scale * s.argument * (1 / (2 - g.p)) * _product_below(s)
        upper = tuple(p - g + 1 for p in upper)
        numerator, denominator = (*upper, Surd.of(3 - g.p)), (*upper, Surd.of(2 - g.p))
    else:
        scale = s.scale * (g - one)
        numerator, denominator = (*(p - 1 for p in upper), g - one), (*upper, g)
    return scale, Function(name, numerator, s.argument), Function(name, denominator, s.argument)


def _product_below(s: Equation) -> mpq:
    """Return the product of the upper parameters minus one; two of them are conjugate or rational."""
    if len(s.upper) < 2:
        return s.upper[0].p - 1 if s.upper else mpq(1)
    return mpq(s.formula.b[0], s.formula.b[2])


def _u(first: Surd, second: Surd, s: Equation) -> Function:
    return Function("hypu", (first, second), s.argument)
