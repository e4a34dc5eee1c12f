"""Rational parts of expressions, reduced when parameters get values: x*(p/q) becomes x*p/q, as it is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import isqrt
from typing import Any

from catalog.syntax import Item, fold

EXACT_BITS = 4096
"""Bits of numerator and denominator together up to which rationals are kept exact."""

OPERATORS: dict[str, Callable[..., Any]] = {
    "+": lambda x, y: x + y,
    "-": lambda x, y: x - y,
    "*": lambda x, y: x * y,
    "/": lambda x, y: x / y,
    "^": lambda x, y: x**y,
    "neg": lambda x: -x,
}
"""The operators, on whatever numbers know them."""

Program = tuple[Item, ...]
Reduced = tuple[Program, Fraction | None]
"""A part of an expression, with its value where it is rational."""


def reduced(program: Sequence[Item], values: Mapping[str, Fraction]) -> Program:
    """Return the program with values for its parameters, its rational parts and square roots of rationals reduced."""
    return fold(program, lambda item: _reduced_leaf(item, values), _reduced_apply)[0]


def exact_value(operator: str, values: Sequence[object]) -> Fraction | None:
    """Return the exact value of an operator on rationals, None where it is not rational or not small."""
    rationals = [v for v in values if isinstance(v, Fraction)]
    if len(rationals) < len(values) or (operator == "/" and rationals[1] == 0):
        return None
    if operator == "^":
        base, exponent = rationals
        size = base.numerator.bit_length() + base.denominator.bit_length()
        if exponent.denominator != 1 or abs(exponent) * size > EXACT_BITS or (base == 0 and exponent < 0):
            return None
        return base**exponent.numerator
    result: Fraction = OPERATORS[operator](*rationals)
    size = result.numerator.bit_length() + result.denominator.bit_length()
    return result if size <= EXACT_BITS else None


def _reduced_leaf(item: Item, values: Mapping[str, Fraction]) -> Reduced:
    if item.text in values:
        return _of_rational(values[item.text])
    return (item,), Fraction(int(item.text)) if item.kind == "integer" else None


def _reduced_apply(item: Item, values: Sequence[Reduced]) -> Reduced:
    rationals = [value for _, value in values]
    exact: Fraction | None = None
    if item.kind == "operator":
        exact = exact_value(item.text, rationals)
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
    """Return the operand that is left where the other one does nothing: x*1, 1*x, x/1, x^1, x + 0, 0 + x, x - 0."""
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
