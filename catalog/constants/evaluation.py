"""Expressions for constants evaluated: in balls that hold the value, and by mpmath as a second opinion.

In balls rationals stay exact as long as they are small; all else is a complex ball.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from math import log10
from typing import Any

import flint
from flint import acb, arb, fmpq

from catalog.constants.expressions import Expression, parse_expression, shortened
from catalog.constants.functions import FUNCTIONS, NAMES
from catalog.constants.known_digits import DIGITS, decimal_ball
from catalog.constants.reduction import OPERATORS, exact_value
from catalog.errors import ExpressionError
from catalog.syntax import Item, fold

MAX_BITS = 2**22
"""Highest precision, in bits."""
_GUARD_BITS = (32, 128, 512, 2048, 4096)  # tried in turn until the ball is small enough
_LARGEST = 2**22  # bits of the exponent range of a value


def evaluate(expression: Expression | str, bits: int) -> arb:
    """Return a ball that holds the value, with a relative accuracy of at least `bits` bits.

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
            value = fold(expression.program, _ball_leaf, _ball_apply)
            ball = _acb(value)
            accurate = ball.is_finite() and value != 0 and ball.real.rel_accuracy_bits() >= bits
            if accurate and ball.imag.abs_upper() <= ball.real.abs_upper() * arb(2) ** -bits:
                return ball.real
            if isinstance(value, Fraction) or (ball.is_finite() and not ball.imag.contains(0)):
                break
    if known := next((item for item in expression.program if _is_known_by_digits(item)), None):
        raise ExpressionError(f"{shortened(known.text)} is known by its digits alone, which are too few for this")
    raise ExpressionError(f"{shortened(str(expression))} {_why_not(_acb(value))}")


@lru_cache(maxsize=8192)
def known_digits(expression: str) -> int | None:
    """Return the significant digits that are known of a value with decimals in it, the last of them up to a unit.

    None where any number of digits can be evaluated; 0 where there is no finite real value.
    """
    program = parse_expression(expression).program
    decimals = [item for item in program if _is_known_by_digits(item)]
    if not decimals:
        return None
    written = [DIGITS[item.text].text if item.kind == "name" else item.text for item in decimals]
    if all(item.kind != "call" and item.text in ("neg", decimals[0].text) for item in program):
        return len(written[0].replace(".", "").lstrip("0"))
    with flint.ctx.workprec(4 * max(map(len, written)) + _GUARD_BITS[1]):
        value = _acb(fold(program, _ball_leaf, _ball_apply))
        if not value.is_finite() or not value.imag.contains(0) or value.real.contains(0):
            return 0
        return max(0, int(value.real.rel_accuracy_bits() * log10(2)))


def evaluate_known(expression: str, bits: int) -> arb:
    """Return a ball of at least `bits` bits, or as good as is known; raises what `evaluate` raises."""
    known = known_digits(expression)
    if known is None:
        return evaluate(expression, bits)
    return evaluate(expression, max(1, min(bits, int((known - 1) / log10(2)) - 1)))


def to_mpmath(expression: Expression | str, digits: int) -> Any:
    """Return the value by mpmath, mpf or mpc, to about `digits` decimal digits, without a bound: a second opinion."""
    if isinstance(expression, str):
        expression = parse_expression(expression)
    from mpmath.ctx_mp import MPContext  # noqa: PLC0415  not for everybody who evaluates balls: it takes 50 ms

    context = MPContext()
    context.dps = digits + 20

    def leaf(item: Item) -> Any:
        if item.kind == "decimal":
            return context.mpf(item.text)
        return context.mpf(int(item.text)) if item.kind == "integer" else NAMES[item.text].by_mpmath(context)

    def apply(item: Item, values: Sequence[Any]) -> Any:
        if item.kind == "operator":
            return OPERATORS[item.text](*values)
        function = FUNCTIONS[item.text].mpmath
        return function(context, *values) if callable(function) else getattr(context, function)(*values)

    return fold(expression.program, leaf, apply)


def _is_known_by_digits(item: Item) -> bool:
    return item.kind == "decimal" or (item.kind == "name" and item.text in DIGITS)


def _ball_leaf(item: Item) -> Fraction | acb:
    if item.kind == "decimal":
        return decimal_ball(item.text)
    return Fraction(int(item.text)) if item.kind == "integer" else NAMES[item.text].ball()


def _ball_apply(item: Item, values: Sequence[Fraction | acb]) -> Fraction | acb:
    if item.kind == "operator":
        exact = exact_value(item.text, values)
        if exact is not None:
            return exact
        if item.text == "^":
            _check_argument(item, values[1], 10**6)
        return _checked(item, OPERATORS[item.text](*map(_acb, values)))
    function = FUNCTIONS[item.text]
    for value in values:
        if function.limit is not None:
            _check_argument(item, value, function.limit)
    flags = _integer_differences(values) if item.text == "hyp2f1" else {}
    return _checked(item, function.ball(*map(_acb, values), **flags))


def _integer_differences(values: Sequence[Fraction | acb]) -> dict[str, bool]:
    """Return which of a - b, a - c, b - c, a + b - c of a 2F1 are integers, which Arb must be told of inexact balls."""
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
