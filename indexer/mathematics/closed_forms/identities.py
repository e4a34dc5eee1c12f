"""The table of identities: quotients of hypergeometric functions, and constants, that have a simpler name.

The table is data, `identities.json`. Each row has a key, its number in the DLMF (https://dlmf.nist.gov), what it takes
(the quotient f(above)/f(below) or the text of a constant, `first`), hypotheses on its variables (`where`), the
constant's text with expressions in braces, and the map [x, y, z, w] of `first` = (x + y c)/(z + w c).
"""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from gmpy2 import mpq

from catalog.errors import ExpressionError
from catalog.syntax import parse
from indexer.mathematics.closed_forms.contiguity import Matrix, Name, Number, Quotient
from indexer.mathematics.numbers.surds import Surd

Values = Mapping[str, Number]
"""The variables of an identity by name."""

_BRACES = re.compile(r"\{([^}]*)\}")
_COMPARISON = re.compile(r"(.+?) (==|!=|<=|>=|<|>) (.+)")
_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}
_COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True, slots=True)
class Identity:
    """A row of the table; entries are arithmetic texts in its variables."""

    key: str
    reference: str
    function: Name | None
    above: tuple[str, ...]
    below: tuple[str, ...]
    argument: str
    first: str
    where: tuple[str, ...]
    constant: str
    map: tuple[str, str, str, str]

    def quotient(self, values: Values) -> Quotient:
        """The quotient of functions at given variables."""
        assert self.function is not None
        above, below = (tuple(value_of(p, values) for p in side) for side in (self.above, self.below))
        return Quotient(self.function, above, below, value_of(self.argument, values))

    def first_constant(self, values: Values) -> str:
        """The text of the constant that the identity is about, where it is about one."""
        return filled(self.first, values)

    def constant_text(self, values: Values) -> str:
        """The text of the simpler constant."""
        return filled(self.constant, values)

    def matrix(self, values: Values) -> Matrix:
        """The matrix (y, x, w, z) of the map."""
        x, y, z, w = (value_of(entry, values) for entry in self.map)
        return y, x, w, z

    def holds(self, values: Values) -> bool:
        """Whether the variables meet all hypotheses."""
        return all(_is_true(condition, values) for condition in self.where)


@cache
def identities() -> dict[str, Identity]:
    """The rows of the table by their keys."""
    text = (resources.files("indexer.mathematics.closed_forms") / "identities.json").read_text(encoding="utf-8")
    return {row["key"]: _identity(row) for row in json.loads(text)}


def _identity(row: dict[str, Any]) -> Identity:
    return Identity(
        row["key"],
        row["reference"],
        row.get("function"),
        tuple(row.get("above", ())),
        tuple(row.get("below", ())),
        row.get("argument", ""),
        row.get("first", ""),
        tuple(row["where"]),
        row["constant"],
        tuple(row["map"]),
    )


def value_of(text: str, values: Values) -> Number:
    """The exact value of an arithmetic text: + - * /, integral powers, and square roots of rationals."""
    stack: list[Number] = []
    for kind, symbol, arity in _program(text):
        if kind == "integer":
            stack.append(mpq(symbol))
        elif kind == "name":
            stack.append(values[symbol])
        else:
            arguments = stack[-arity:]
            del stack[-arity:]
            stack.append(_applied(symbol, arguments))
    return stack[0]


@lru_cache(maxsize=1024)
def _program(text: str) -> tuple[tuple[str, str, int], ...]:
    return tuple(
        (item.kind, item.text, item.arity)
        for item in parse(text, error=ExpressionError, is_variable=lambda name: name != "sqrt")
    )


def _applied(symbol: str, arguments: list[Number]) -> Number:
    if symbol == "neg":
        return -arguments[0]
    if symbol == "sqrt":
        root = Surd.root(arguments[0])
        return root.p if root.rational else root
    if symbol == "^":
        base, exponent = arguments
        result: Number = mpq(1)
        for _ in range(int(exponent)):
            result = result * base
        return result
    return plain(_OPERATORS[symbol](*arguments))


def plain(number: Number) -> Number:
    """A number as mpq where it is rational."""
    return number.p if isinstance(number, Surd) and number.rational else number


def _is_true(condition: str, values: Values) -> bool:
    match = _COMPARISON.fullmatch(condition)
    assert match is not None
    left, right = value_of(match[1], values), value_of(match[3], values)
    difference = plain(left - right)
    if isinstance(difference, Surd):
        return _COMPARED[match[2]](difference.sign(), 0)
    return _COMPARED[match[2]](difference, 0)


def filled(template: str, values: Values) -> str:
    """A template with the values of the expressions in its braces."""
    return _BRACES.sub(lambda match: number_text(value_of(match[1], values)), template)


def number_text(number: Number) -> str:
    """An exact number in the syntax of constant expressions."""
    return number.text() if isinstance(number, Surd) else str(number)
