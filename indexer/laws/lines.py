"""Infinite families: lines of formulas, linear or quadratic in an integer k, whose limits follow one law in k.

Members of the catalogue suggest a curve (`curves`), the normal forms of their constants suggest the constant as a
function of k, relations of the first members suggest the whole law. Then it is tested far outside: up to k = 50 and at
large random k, where the normal form is compared exactly and the law with the limit. Families of more parameters are in
`planes` and `checkerboard`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from random import Random

import flint
from gmpy2 import mpq

from catalog.constants.evaluation import evaluate
from catalog.constants.expressions import parse_expression, to_latex
from catalog.errors import ExpressionError, FormularyError
from catalog.formulas.pcf import PCF
from indexer.laws.curves import LEAST_MEMBERS, Curve, Padded, bends, lines, padded
from indexer.mathematics.closed_forms.closed_form import closed_form
from indexer.mathematics.closed_forms.equation import equation
from indexer.mathematics.closed_forms.families import search_relation
from indexer.mathematics.closed_forms.normal_form import NormalForm, normal_form
from indexer.mathematics.continued_fractions.limit import limit
from indexer.mathematics.numbers.decimals import bits_for
from indexer.mathematics.numbers.fractions import as_fraction
from indexer.mathematics.numbers.rational_functions import (
    Polynomial,
    RationalFunction,
    common_denominator,
    fit,
    fit_up_to_scale,
    polynomial_text,
)
from indexer.mathematics.relations.text import bracketed

BENT_TRIED = 2
"""Curves quadratic in k that are checked for one kind of constant: many lie in families of more parameters."""

EARLY = (7, 8)
"""Parameters at which a curve of an unlikely sort is looked at first."""

CHECKED = 50
"""Parameters from 1 to this are checked."""

LARGE = (10**2, 10**4, 10**6)
"""Bounds of random parameters beyond, each checked too."""

FITTED = 14
"""First parameters whose relations are fitted."""

LATEST_START = 6
"""Parameter from which a family must hold at the latest."""

DIGITS = 100
"""Digits to which law and limit must agree."""

GROWTH = 12
"""Further digits a step of k for relations whose coefficients grow with k as factorials do."""

TEXTS = {
    "exp": "exp({0})",
    "tanh": "sqrt({0})*tanh(sqrt({0}))",
    "tan": "sqrt({0})*tan(sqrt({0}))",
    "log": "log({0})",
    "pi": "sqrt({0})*pi",
    "atan": "sqrt({0})*atan(sqrt({0}))",
    "atanh": "sqrt({0})*atanh(sqrt({0}))",
    "gamma": "hyp1f1(1, {1}, {0})",
    "bessel": "hyp0f1({2}, {0})/hyp0f1({1}, {0})",
}
"""Constants by kind of normal form: {0} is its argument, {1} its phase, {2} one more."""

UNITS = {"exp": "e", "pi": "pi"}
"""Constants whose argument is 1."""

ConstantKind = tuple[str, tuple[object, ...]]
"""What is the same along a curve: kind of normal form, sign of its argument, phases."""


@dataclass(frozen=True)
class Law:
    """An infinite family: its curve, from which k on, the constant and the limit as expressions in k, how checked."""

    curve: Curve
    start: int
    constant: str
    expression: str | None
    formulas_found: int
    values_checked: int
    largest_checked: int
    theorem: str

    @property
    def condition(self) -> str:
        """For which k it holds."""
        return f"k >= {self.start}"

    def latex(self) -> str:
        """Return the law in LaTeX."""
        right = to_latex(parse_expression(self.expression or self.constant, ("k",)))
        relation = f"= {right}" if self.expression else rf"\in \mathrm{{PGL}}_2(\mathbb{{Q}})\cdot {right}"
        return rf"{self.curve.latex()} {relation}, \quad k \ge {self.start}"


@lru_cache(maxsize=100_000)
def normal_form_of(formula: PCF | None) -> NormalForm | None:
    """Return the normal form of a formula's constant, None where it has no closed form."""
    if formula is None:
        return None
    found = equation(formula)
    return None if found is None else normal_form(found)


def constant_kind(found: NormalForm) -> ConstantKind | None:
    """Return what is the same along a curve, None for kinds of constants without a text."""
    if len(found.arguments) != 1 or not found.arguments[0].rational:
        return None
    kind = "atanh" if found.kind == "atan" and found.arguments[0].p < 0 else found.kind
    return (kind, found.phases) if kind in TEXTS and len(found.phases) <= 1 else None


def laws(formulas: Iterable[PCF], seed: int = 1) -> Iterator[Law]:
    """Yield the families that these formulas suggest and that stand every check, the simplest of each sort."""
    for _, members in sorted(grouped(formulas).items(), key=str):
        seen: set[object] = set()
        bent = [curve for curve in bends(members) if _promising(curve[0])][:BENT_TRIED]
        for curve, count in (*lines(members), *bent):
            argument = argument_of(curve)
            if argument is None or (curve.step, curve.bend, argument[1]) in seen:
                continue
            law = check(curve, count, seed)
            if law is not None:
                seen.add((curve.step, curve.bend, argument[1]))
                yield law


def grouped(formulas: Iterable[PCF]) -> dict[ConstantKind, dict[Padded, PCF]]:
    """Return the formulas by the kind of constant behind them, where it has a text."""
    groups: dict[ConstantKind, dict[Padded, PCF]] = defaultdict(dict)
    for formula in formulas:
        point, found = padded(formula), normal_form_of(formula)
        if point is not None and found is not None and (kind := constant_kind(found)) is not None:
            groups[kind][point] = formula
    return groups


def _promising(curve: Curve) -> bool:
    """Return whether the constant is of one kind beyond the members that suggest a curve: most quadratics are none."""
    kinds = {None if (found := normal_form_of(curve.at(k))) is None else constant_kind(found) for k in EARLY}
    return len(kinds) == 1 and None not in kinds


def argument_of(curve: Curve) -> tuple[str, RationalFunction] | None:
    """Return the constant along a curve: its text, with {0} filled in, and its argument as a function of k."""
    known = {
        k: found
        for k in range(LATEST_START, LATEST_START + FITTED)
        if (found := normal_form_of(curve.at(k))) is not None
    }
    kinds = {constant_kind(found) for found in known.values()}
    if len(known) < LEAST_MEMBERS or len(kinds) != 1:
        return None
    kind = kinds.pop()
    if kind is None:
        return None
    values = {k: argument_value(kind, found) for k, found in known.items()}
    function = fit(values)
    if function is None:
        return None
    return constant_text(kind, str(function), next(iter(known.values()))), function


def constant_text(kind: ConstantKind, argument: str, example: NormalForm) -> str:
    """Return the constant of a kind with this argument, an expression in the parameters."""
    if kind[0] in UNITS and argument == "1":
        return UNITS[kind[0]]
    lower = _positive(example.phases[0].p) if example.phases else Fraction(0)
    text = TEXTS[kind[0]].format(_bracketed(argument), _bracketed(str(lower)), _bracketed(str(lower + 1)))
    return _plain(text.replace("sqrt(1)*", "").replace("(sqrt(1))", "(1)"))


def _plain(text: str) -> str:
    """Return an expression in the parameters with as few brackets as it needs."""
    return str(parse_expression(text, ("k", "m")))


def _bracketed(text: str) -> str:
    return text if text.isalnum() else f"({text})"


def argument_value(kind: ConstantKind, found: NormalForm) -> Fraction:
    """Return the argument of a normal form, as the text of its kind takes it."""
    x = as_fraction(found.arguments[0].p)
    return -x if kind[0] == "atanh" else x


def _positive(phase: mpq) -> Fraction:
    """Return a lower parameter of a hypergeometric function: 0 stands for 1, since parameters count mod 1."""
    return as_fraction(phase) or Fraction(1)


def check(curve: Curve, count: int, seed: int = 1) -> Law | None:
    """Return the law of a curve, if it stands at every parameter checked."""
    found = argument_of(curve)
    if found is None:
        return None
    constant, function = found
    forms = {k: normal_form_of(curve.at(k)) for k in range(CHECKED + 1)}
    right = [k for k, c in forms.items() if c is not None and _meets(c, function, k)]
    start = next((k for k in right if all(j in right for j in range(k, CHECKED + 1))), None)
    if start is None or start > LATEST_START:
        return None
    start = max(start, 1)
    rows = {k: row for k in range(start, start + FITTED) if (row := relation_at(curve, k, constant)) is not None}
    if len(rows) < FITTED:
        return None
    random = Random(seed)
    large = [random.randrange(bound // 10, bound) for bound in LARGE]
    coefficients = fit_up_to_scale(rows)
    expression = law_text(coefficients, constant) if coefficients is not None else None
    small = range(start, CHECKED + 1)
    if expression is not None:
        recurred = {start, start + 1, 10, CHECKED, *large}
        good = all(agrees(curve.at(k), at(expression, k), k in recurred) for k in small)
        good = good and all(agrees(curve.at(k), at(expression, k), True) is not False for k in large)
    else:
        good = all(relation_at(curve, k, constant) is not None for k in small)
    good = good and all((c := normal_form_of(curve.at(k))) is not None and _meets(c, function, k) for k in large)
    first = curve.at(start)
    form = closed_form(first) if first is not None else None
    if not good or form is None:
        return None
    return Law(curve, start, constant, expression, count, len(small) + len(large), max(large), form.theorem)


def _meets(found: NormalForm, function: RationalFunction, k: int) -> bool:
    return constant_kind(found) is not None and _abs(as_fraction(found.arguments[0].p)) == _abs(function.at(k))


def _abs(x: Fraction | None) -> Fraction | None:
    return None if x is None else abs(x)


def at(expression: str, k: int, m: int | None = None) -> str:
    """Return the expression at a value of k, and of m."""
    values = {"k": f"({k})", "m": f"({m})"} if m is not None else {"k": f"({k})"}
    return "".join(values.get(part, part) for part in _tokens(expression))


def _tokens(expression: str) -> list[str]:
    """Return the expression in pieces, `k` alone being one."""
    pieces, word = [], ""
    for character in expression:
        if character.isalnum() or character == "_":
            word += character
        else:
            pieces += [word, character]
            word = ""
    return [piece for piece in (*pieces, word) if piece]


def relation_at(curve: Curve, k: int, constant: str) -> tuple[int, ...] | None:
    """Return verified (x, y, z, w) with L = (x + y c)/(z + w c) at k, or None."""
    return relation_of(curve.at(k), at(constant, k), DIGITS + GROWTH * k)


def relation_of(formula: PCF | None, constant: str, digits: int) -> tuple[int, ...] | None:
    """Return verified (x, y, z, w) with L = (x + y c)/(z + w c), sought to so many digits, or None."""
    form = closed_form(formula) if formula is not None else None
    if form is None or form.exact is not None:
        return None
    try:
        return search_relation(form.evaluate, lambda bits: evaluate(constant, bits), digits)
    except (FormularyError, ArithmeticError):
        return None


def law_text(coefficients: Sequence[RationalFunction], constant: str) -> str:
    """Return (x + y c)/(z + w c) with polynomials in k, where the coefficients are rational functions."""
    x, y, z, w = common_denominator(coefficients)
    above, below = _side(x, y, constant), _side(z, w, constant)
    return _plain(above if below == "1" else f"({above})/({below})")


def _side(x: Polynomial, y: Polynomial, constant: str) -> str:
    """Return x + y c, what is positive first."""
    terms = sorted((part for part in ((x, ""), (y, constant)) if part[0]), key=lambda part: part[0][-1] < 0)
    text = ""
    for polynomial, factor in terms:
        size = tuple(-c for c in polynomial) if polynomial[-1] < 0 else polynomial
        shown = factor if factor and size == (1,) else polynomial_text(size)
        if factor and size != (1,):
            shown = f"{bracketed(shown)}*{factor}"
        elif polynomial[-1] < 0:
            shown = bracketed(shown)
        sign = "-" if polynomial[-1] < 0 else "+"
        text = f"{text} {sign} {shown}" if text else ("-" if sign == "-" else "") + shown
    return text or "0"


def agrees(formula: PCF | None, text: str, recurred: bool) -> bool | None:
    """Return whether a formula's limit is the value of an expression to DIGITS digits; None where that has no value.

    The limit is taken from the closed form, and where `recurred` from the recurrence too. Expressions have no value
    where an argument is larger than `catalog.constants.expressions` supports.
    """
    form = closed_form(formula) if formula is not None else None
    if formula is None or form is None:
        return False
    bits = bits_for(DIGITS) + 64
    try:
        value = evaluate(text, bits)
    except ExpressionError:
        return None
    try:
        balls = [form.evaluate(bits)]
        if recurred:
            found = limit(formula, DIGITS + 10)
            balls += [found.ball] if found is not None and found.ball is not None else []
    except (FormularyError, ArithmeticError):
        return False
    with flint.ctx.workprec(bits):
        close = flint.arb(10) ** (-DIGITS) * (1 + abs(value))
        return len(balls) == 1 + recurred and all(bool(abs(ball - value) < close) for ball in balls)
