"""The rung of equations: the number is a root of tan(x) = x, of x/(1 - exp(-x)) = 5, or of the like.

Each function F of this module is evaluated at the number; where F(x) is a short fraction r, or r times pi, the number
is a root of F(x) = r. Roots that other rungs write without an equation, as those of sin(x) = 1/2, are left to them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache, partial
from itertools import combinations
from math import log2

from flint import acb, arb, ctx, dirichlet_char

from catalog.errors import ExpressionError
from indexer.identification.ladder.complexity import RUNG_BITS, choice_bits, fraction_bits
from indexer.identification.ladder.match import Asked, Match
from indexer.mathematics.numbers.fractions import simplest_fraction
from indexer.mathematics.relations.text import rational_text

SHORTEST = {
    "x": lambda x: x,
    "x^2": lambda x: x * x,
    "exp(x)": arb.exp,
    "exp(-x)": lambda x: (-x).exp(),
    "log(x)": arb.log,
    "sin(x)": arb.sin,
    "cos(x)": arb.cos,
    "tan(x)": arb.tan,
    "sinh(x)": arb.sinh,
    "cosh(x)": arb.cosh,
    "tanh(x)": arb.tanh,
    "atan(x)": arb.atan,
}  # fmt: skip
"""Functions of which the quotients and products of two are told, the commonest first."""

LEFT_OUT = {
    ("x", "x^2"), ("x", "exp(x)"), ("x", "exp(-x)"), ("x^2", "exp(x)"), ("x^2", "exp(-x)"), ("x", "log(x)"),
    ("x^2", "log(x)"), ("exp(x)", "exp(-x)"), ("sin(x)", "cos(x)"), ("sin(x)", "tan(x)"), ("cos(x)", "tan(x)"),
    ("exp(x)", "sinh(x)"), ("exp(x)", "cosh(x)"), ("exp(x)", "tanh(x)"), ("exp(-x)", "sinh(x)"),
    ("exp(-x)", "cosh(x)"), ("exp(-x)", "tanh(x)"), ("sinh(x)", "cosh(x)"), ("sinh(x)", "tanh(x)"),
    ("cosh(x)", "tanh(x)"),
}  # fmt: skip
"""Pairs whose equations have closed forms, by logarithms and Lambert's function."""

NEWTON_STEPS = 14
"""Most steps of the secant method: each has more than half as many digits again."""

ROOT_SPARE = 24
"""Bits of its precision by which a root is widened until the function changes its sign over it."""

LARGEST = 1e4
"""Size of the numbers of which roots are sought, and of the values F(x)."""


@dataclass(frozen=True, slots=True)
class Equation:
    """A function F and how F(x) is written."""

    text: str
    value: Callable[[arb], arb]


def _hardy_z(x: arb) -> arb:
    return dirichlet_char(1, 1).hardy_z(acb(x)).real


SINGLE = (
    Equation("besselj(0, x)", lambda x: x.bessel_j(0)),
    Equation("zeta(1/2 + i*x)", _hardy_z),
    Equation("psi(x)", arb.digamma),
    Equation("airyai(x)", arb.airy_ai),
    Equation("gamma(x)", arb.gamma),
    Equation("x/(1 - exp(-x))", lambda x: x / (1 - (-x).exp())),
    Equation("besselj(1, x)", lambda x: x.bessel_j(1)),
    Equation("x - sin(x)", lambda x: x - x.sin()),
    Equation("sin(x) - x*cos(x)", lambda x: x.sin() - x * x.cos()),
    Equation("erf(x)", arb.erf),
    Equation("erf(x/sqrt(2))", lambda x: (x / arb(2).sqrt()).erf()),
    Equation("zeta(x)", arb.zeta),
    Equation("x - cos(x)", lambda x: x - x.cos()),
    Equation("x + sin(x)", lambda x: x + x.sin()),
    Equation("x + tan(x)", lambda x: x + x.tan()),
    Equation("x + exp(x)", lambda x: x + x.exp()),
    Equation("x + log(x)", lambda x: x + x.log()),
    Equation("ei(x)", arb.ei),
    Equation("li(x)", arb.li),
    Equation("ci(x)", arb.ci),
    Equation("airybi(x)", arb.airy_bi),
    Equation("bessely(0, x)", lambda x: x.bessel_y(0)),
    Equation("bessely(1, x)", lambda x: x.bessel_y(1)),
    Equation("besselj(2, x)", lambda x: x.bessel_j(2)),
    Equation("x*besselj(1, x)/besselj(0, x)", lambda x: x * x.bessel_j(1) / x.bessel_j(0)),
    Equation("cos(x)*cosh(x)", lambda x: x.cos() * x.cosh()),
    Equation("x^x", lambda x: (x * x.log()).exp()),
    Equation("x^(x^x)", lambda x: ((x * x.log()).exp() * x.log()).exp()),
    Equation("x^2 + exp(x)", lambda x: x * x + x.exp()),
    Equation("exp(x) + exp(2*x)", lambda x: x.exp() + (2 * x).exp()),
)  # fmt: skip
"""Functions whose roots are asked for by themselves."""


@lru_cache(maxsize=1)
def equations() -> tuple[Equation, ...]:
    """Return the functions F, the quotients and products of two of SHORTEST among them."""
    found = list(SINGLE)
    for (f, first), (g, second) in combinations(SHORTEST.items(), 2):
        if (f, g) not in LEFT_OUT:
            found.append(Equation(f"{g}/{f}", partial(_quotient, second, first)))
            found.append(Equation(f"{f}*{g}", partial(_product, first, second)))
    return tuple(found)


def _quotient(above: Callable[[arb], arb], below: Callable[[arb], arb], x: arb) -> arb:
    return above(x) / below(x)


def _product(first: Callable[[arb], arb], second: Callable[[arb], arb], x: arb) -> arb:
    return first(x) * second(x)


def roots(asked: Asked) -> Iterator[Match]:
    """Yield equations F(x) = r and F(x) = r pi with a short fraction r that hold at the number."""
    rung, ball, every = "roots of equations", asked.number.ball, equations()
    asked.tried[rung] = 2 * len(every)
    size = abs(float(ball.mid()))
    if size >= LARGEST:
        return
    bits = RUNG_BITS + 2 + choice_bits(len(every)) + log2(1 + size)  # periodic functions have about x roots up to x
    most = int(max(2.0, asked.limit - bits))
    for equation in every:
        with ctx.workprec(asked.bits + 96):
            value = equation.value(ball)
            turned = value / arb.pi()
        if not value.abs_upper() < LARGEST:
            continue
        for unit, right in (("", value), ("pi", turned)):
            found = simplest_fraction(right, most + 2)
            if found is None or (unit and not found):
                continue
            complexity = bits + (1 + fraction_bits(abs(found.numerator), found.denominator) if found else 1.0)
            if complexity < asked.limit:
                text = f"root of {equation.text} = {_right(found, unit)} near {float(ball.mid()):.12g}"
                root = partial(_root, equation.value, found, bool(unit), ball)
                yield Match("equation", text, complexity, "inverse function", value=root)


def _right(value: Fraction, unit: str) -> str:
    """Return r or r pi as text."""
    if not unit:
        return rational_text(value)
    above = {1: "pi", -1: "-pi"}.get(value.numerator, f"{value.numerator}*pi")
    return above if value.denominator == 1 else f"{above}/{value.denominator}"


def _root(function: Callable[[arb], arb], right: Fraction, times_pi: bool, near: arb, bits: int) -> arb:
    """Return a ball of a root of F(x) = r near a number: F - r changes its sign over it, and is finite on it.

    Raises ExpressionError where the secant method finds none.
    """
    with ctx.workprec(bits + 2 * ROOT_SPARE):
        size = abs(arb(near.mid()))
        target = arb(right.numerator) / right.denominator * (arb.pi() if times_pi else 1)

        def off(x: arb) -> arb:
            return function(x) - target

        before, x = arb(near.mid()), arb(near.mid()) + arb(near.rad())
        at_before = off(before)
        for _ in range(NEWTON_STEPS):
            at = off(x)
            if not at.is_finite() or (at - at_before).contains(0):
                break
            before, at_before, x = x, at, arb((x - at * (x - before) / (at - at_before)).mid())
        width = size * arb(2) ** -(bits - ROOT_SPARE)
        ball = x + width * arb(0, 1)
        low, high = off(x - width), off(x + width)
        if not (function(ball).is_finite() and (low < 0 < high or high < 0 < low)):
            raise ExpressionError("no root of the equation was found")
        return ball
