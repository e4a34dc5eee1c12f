"""Expressions for constants, such as `sqrt(5)*tanh(sqrt(5))`: read safely, printed, and evaluated in balls.

The names and functions are in `catalog.constants.functions`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from fractions import Fraction
from math import isqrt
from typing import Any, TypeVar

import flint
from flint import acb, arb, fmpq

from catalog.constants.functions import ALIASES, FUNCTIONS, NAMES
from catalog.errors import ExpressionError
from catalog.syntax import Item, parse

MAX_ITEMS = 200
"""Most numbers, names, operators and functions of an expression."""
MAX_BITS = 2**22
"""Highest precision, in bits."""
_GUARD_BITS = (32, 128, 512, 2048, 4096)  # tried in turn until the ball is small enough
_EXACT_BITS = 4096  # rationals are kept exact up to this size
_LARGEST = 2**22  # bits of the exponent range of a value

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Expression:
    """A constant as a postfix program; `str` gives canonical text that `parse_expression` reads back."""

    program: tuple[Item, ...]

    def __str__(self) -> str:
        """Canonical text with as few brackets as its reading needs."""
        return _fold(self.program, _text_leaf, _text_apply)[0]

    def substitute(self, values: Mapping[str, Fraction]) -> Expression:
        """The expression with rational values for its parameters, its rational parts and square roots reduced."""
        return Expression(_fold(self.program, lambda item: _reduced_leaf(item, values), _reduced_apply)[0])


def parse_expression(text: str, parameters: Collection[str] = ()) -> Expression:
    """Read an expression with + - * / ^ **, brackets, integers, and the names and functions of `functions`.

    `parameters` are further names, to be given values by `Expression.substitute`. Raises ExpressionError with the
    position of what cannot be read and the nearest known names.
    """
    program = parse(text, error=ExpressionError, is_variable=lambda name: _canonical(name) in NAMES)
    if len(program) > MAX_ITEMS:
        raise ExpressionError(f"the expression has {len(program)} parts, beyond the supported {MAX_ITEMS}")
    return Expression(tuple(_known(item, parameters) for item in program))


def evaluate(expression: Expression | str, bits: int) -> arb:
    """A ball that holds the value, with a relative accuracy of at least `bits` bits.

    The precision is raised until the ball is small enough. Intermediate values may be complex; of a value whose
    imaginary part is 0 to within the accuracy the real part is given. Raises ExpressionError where there is no
    finite real value, where it cannot be told from zero, and beyond the limits of this module.
    """
    if not 1 <= bits <= MAX_BITS:
        raise ExpressionError(f"a precision of {bits} bits is outside the supported 1 to {MAX_BITS}")
    if isinstance(expression, str):
        expression = parse_expression(expression)
    value: Fraction | acb = Fraction(0)
    for guard in _GUARD_BITS:
        with flint.ctx.workprec(bits + guard):
            value = _fold(expression.program, _ball_leaf, _ball_apply)
            ball = _acb(value)
            accurate = ball.is_finite() and value != 0 and ball.real.rel_accuracy_bits() >= bits
            if accurate and ball.imag.abs_upper() <= ball.real.abs_upper() * arb(2) ** -bits:
                return ball.real
            if isinstance(value, Fraction) or (ball.is_finite() and not ball.imag.contains(0)):
                break
    raise ExpressionError(f"{_shorten(str(expression))} {_why_not(_acb(value))}")


def to_mpmath(expression: Expression | str, digits: int) -> Any:
    """The value as an mpf or mpc of mpmath to about `digits` decimal digits, without a bound: a second opinion."""
    if isinstance(expression, str):
        expression = parse_expression(expression)
    from mpmath.ctx_mp import MPContext  # not for everybody who evaluates balls: it takes 50 ms

    context = MPContext()
    context.dps = digits + 20

    def leaf(item: Item) -> Any:
        return context.mpf(int(item.text)) if item.kind == "integer" else +getattr(context, NAMES[item.text].mpmath)

    def apply(item: Item, values: Sequence[Any]) -> Any:
        if item.kind == "operator":
            return _OPERATORS[item.text](*values)
        function = FUNCTIONS[item.text].mpmath
        return function(context, *values) if callable(function) else getattr(context, function)(*values)

    return _fold(expression.program, leaf, apply)


def to_latex(expression: Expression | str) -> str:
    """LaTeX of an expression."""
    if isinstance(expression, str):
        expression = parse_expression(expression)
    return _fold(expression.program, _latex_leaf, _latex_apply)[0]


def _fold(program: Sequence[Item], leaf: Callable[[Item], T], apply: Callable[[Item, Sequence[T]], T]) -> T:
    stack: list[T] = []
    for item in program:
        if item.kind in ("integer", "name"):
            stack.append(leaf(item))
        else:
            values = stack[-item.arity :]
            del stack[-item.arity :]
            stack.append(apply(item, values))
    return stack[0]


def _canonical(name: str) -> str:
    return ALIASES.get(name.lower(), name.lower())


def _known(item: Item, parameters: Collection[str]) -> Item:
    """The item with its canonical name, its name and arity checked."""
    if item.kind in ("integer", "operator") or (item.kind == "name" and item.text in parameters):
        return item
    name = _canonical(item.text)
    table: Collection[str] = NAMES if item.kind == "name" else FUNCTIONS
    if name not in table:
        what = "function" if item.kind == "call" else "constant"
        raise ExpressionError(
            f"unknown {what} {_shorten(item.text)} at position {item.position}{_suggestion(name, table)}"
        )
    if item.kind == "call" and item.arity != (arity := FUNCTIONS[name].arity):
        raise ExpressionError(
            f"{name} takes {arity} argument{'s'[: arity - 1]}, not {item.arity}, at position {item.position}"
        )
    return Item(item.kind, name, item.position, item.arity)


def _suggestion(name: str, known: Collection[str]) -> str:
    near = get_close_matches(name[:40], known, n=3, cutoff=0.5)
    return f"; did you mean {' or '.join(near)}" if near else f"; known are {', '.join(known)}"


def _shorten(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."


# Evaluation in balls: rationals stay exact as long as they are small, all else is a complex ball.

_OPERATORS: dict[str, Callable[..., Any]] = {
    "+": lambda x, y: x + y,
    "-": lambda x, y: x - y,
    "*": lambda x, y: x * y,
    "/": lambda x, y: x / y,
    "^": lambda x, y: x**y,
    "neg": lambda x: -x,
}


def _ball_leaf(item: Item) -> Fraction | acb:
    return Fraction(int(item.text)) if item.kind == "integer" else NAMES[item.text].ball()


def _ball_apply(item: Item, values: Sequence[Fraction | acb]) -> Fraction | acb:
    if item.kind == "operator":
        exact = _exact(item.text, values)
        if exact is not None:
            return exact
        if item.text == "^":
            _check_argument(item, values[1], 10**6)
        return _checked(item, _OPERATORS[item.text](*map(_acb, values)))
    function = FUNCTIONS[item.text]
    for value in values:
        if function.limit is not None:
            _check_argument(item, value, function.limit)
    flags = _integer_differences(values) if item.text == "hyp2f1" else {}
    return _checked(item, function.ball(*map(_acb, values), **flags))


def _exact(operator: str, values: Sequence[Fraction | acb | None]) -> Fraction | None:
    """The exact value of an operator on rationals, None where it is not rational or not small."""
    rationals = [v for v in values if isinstance(v, Fraction)]
    if len(rationals) < len(values) or (operator == "/" and rationals[1] == 0):
        return None
    if operator == "^":
        base, exponent = rationals
        size = base.numerator.bit_length() + base.denominator.bit_length()
        if exponent.denominator != 1 or abs(exponent) * size > _EXACT_BITS or (base == 0 and exponent < 0):
            return None
        return base**exponent.numerator
    result: Fraction = _OPERATORS[operator](*rationals)
    size = result.numerator.bit_length() + result.denominator.bit_length()
    return result if size <= _EXACT_BITS else None


def _integer_differences(values: Sequence[Fraction | acb]) -> dict[str, bool]:
    """Which of a - b, a - c, b - c, a + b - c of a 2F1 are integers, which Arb must be told of inexact balls."""
    exact = [v if isinstance(v, Fraction) else Fraction(1, 3) ** (7 + i) for i, v in enumerate(values)]
    a, b, c, _ = exact
    differences = {"ab": a - b, "ac": a - c, "bc": b - c, "abc": a + b - c}
    return {name: difference.denominator == 1 for name, difference in differences.items()}


def _acb(value: Fraction | acb) -> acb:
    return acb(fmpq(value.numerator, value.denominator)) if isinstance(value, Fraction) else value


def _check_argument(item: Item, value: Fraction | acb, limit: int) -> None:
    size = abs(value) if isinstance(value, Fraction) else value.abs_lower()
    if size > limit:
        raise ExpressionError(f"an argument of {item.text} at position {item.position} is beyond the supported {limit}")


def _checked(item: Item, value: acb) -> acb:
    if value.is_finite() and value.abs_lower() > arb(2) ** _LARGEST:
        raise ExpressionError(f"the value of {item.text} at position {item.position} is too large")
    return value


def _why_not(value: acb) -> str:
    if not value.is_finite():
        return "has no finite value; look for a pole or a division by zero"
    if not value.imag.contains(0):
        return "is not a real number"
    return "is zero or cannot be told from it"


# Text and LaTeX: (text, binding strength); + 1, * and / 2, sign 3, power 4, all else 5.

_STRENGTH = {"+": 1, "-": 1, "*": 2, "/": 2, "neg": 3, "^": 4}
_ATOM = 5
Shown = tuple[str, int]


def _text_leaf(item: Item) -> Shown:
    return item.text, _ATOM


def _text_apply(item: Item, values: Sequence[Shown]) -> Shown:
    if item.kind == "call":
        return f"{item.text}({', '.join(text for text, _ in values)})", _ATOM
    own = _STRENGTH[item.text]
    if item.text == "neg":
        return "-" + _bracketed(values[0], own), own
    if item.text == "^":
        return f"{_bracketed(values[0], _ATOM)}^{_bracketed(values[1], _ATOM)}", own
    right = _bracketed(values[1], own + 1 if values[1][1] != 3 else _ATOM)
    sign = item.text if item.text in "*/" else f" {item.text} "
    return f"{_bracketed(values[0], own)}{sign}{right}", own


def _bracketed(value: Shown, least: int) -> str:
    return value[0] if value[1] >= least else f"({value[0]})"


def _latex_leaf(item: Item) -> Shown:
    return (NAMES[item.text].latex if item.text in NAMES else item.text), _ATOM


def _latex_apply(item: Item, values: Sequence[Shown]) -> Shown:
    if item.kind == "call":
        return FUNCTIONS[item.text].latex.format(*(text for text, _ in values)), 4 if item.text == "exp" else _ATOM
    own = _STRENGTH[item.text]
    if item.text == "neg":
        return "-" + _latex_bracketed(values[0], 2), own
    if item.text == "^":
        return f"{_latex_bracketed(values[0], _ATOM)}^{{{values[1][0]}}}", own
    if item.text == "/":
        return f"\\frac{{{values[0][0]}}}{{{values[1][0]}}}", 2
    right = _latex_bracketed(values[1], _ATOM if values[1][1] == 3 else own + (item.text == "-"))
    dotted = right[0].isdigit() or right.startswith("{}_")  # 2 {}_0F_1 would be read as 2_0
    sign = (" \\cdot " if dotted else " ") if item.text == "*" else f" {item.text} "
    return f"{_latex_bracketed(values[0], own)}{sign}{right}", own


def _latex_bracketed(value: Shown, least: int) -> str:
    return value[0] if value[1] >= least else f"\\left({value[0]}\\right)"


# Reduction of rational parts after substitution, where x*(p/q) becomes x*p/q as it would be written.

Program = tuple[Item, ...]
Reduced = tuple[Program, Fraction | None]  # with the value of a rational


def _reduced_leaf(item: Item, values: Mapping[str, Fraction]) -> Reduced:
    if item.text in values:
        return _of_rational(values[item.text])
    return (item,), Fraction(int(item.text)) if item.kind == "integer" else None


def _reduced_apply(item: Item, values: Sequence[Reduced]) -> Reduced:
    rationals = [value for _, value in values]
    exact: Fraction | None = None
    if item.kind == "operator":
        exact = _exact(item.text, rationals)
        kept = _neutral(item.text, values)
        if kept is not None:
            return kept
    elif item.text == "sqrt" and rationals[0] is not None:
        exact = _exact_root(rationals[0])
    if exact is not None:
        return _of_rational(exact)
    if item.text == "*" and rationals[1] is not None and rationals[1].denominator != 1:
        above, below = rationals[1].numerator, rationals[1].denominator
        product, _ = _reduced_apply(item, (values[0], _of_rational(Fraction(above))))
        return (*product, *_of_rational(Fraction(below))[0], Item("operator", "/", item.position, 2)), None
    return (*(step for program, _ in values for step in program), item), None


def _neutral(operator: str, values: Sequence[Reduced]) -> Reduced | None:
    """The operand that is left where the other one does nothing: x*1, 1*x, x/1, x^1, x + 0, 0 + x, x - 0."""
    first, last = values[0][1], values[-1][1]
    if (operator in ("*", "/", "^") and last == 1) or (operator in ("+", "-") and last == 0):
        return values[0]
    if (operator == "*" and first == 1) or (operator == "+" and first == 0):
        return values[1]
    return None


def _exact_root(value: Fraction) -> Fraction | None:
    if value < 0:
        return None
    root = Fraction(isqrt(value.numerator), isqrt(value.denominator))
    return root if root * root == value else None


def _of_rational(value: Fraction) -> Reduced:
    sign = (Item("operator", "neg", 0, 1),) if value < 0 else ()
    program: Program = (Item("integer", str(abs(value.numerator)), 0), *sign)
    if value.denominator != 1:
        program += (Item("integer", str(value.denominator), 0), Item("operator", "/", 0, 2))
    return program, value
