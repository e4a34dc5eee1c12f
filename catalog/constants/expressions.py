"""Expressions for constants, such as `sqrt(5)*tanh(sqrt(5))`, as values: read safely, printed, parameters filled in.

The names and functions are in `catalog.constants.functions`; `catalog.constants.evaluation` evaluates.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from fractions import Fraction

from catalog.constants import printing
from catalog.constants.functions import ALIASES, FUNCTIONS, NAMES
from catalog.constants.reduction import reduced
from catalog.errors import ExpressionError
from catalog.syntax import Item, parse

_SPACED = re.compile(r"\b([A-Za-z]+)\s+([0-9]+|[A-Za-z_πφγ]+)(?![\w(.^/])")
_ROOT = re.compile(r"([√∛])\s*(?:(?=\()|([0-9]+|[A-Za-z_πφγ]+))")
_FUNCTION_SIGNS = str.maketrans({"Γ": " gamma", "ζ": " zeta", "ψ": " psi"})

MAX_ITEMS = 200
"""Most numbers, names, operators and functions of an expression."""

SUGGESTED = 12
"""Names that are listed where none is near."""


@dataclass(frozen=True, slots=True)
class Expression:
    """A constant as a postfix program; `str` gives canonical text that `parse_expression` reads back."""

    program: tuple[Item, ...]

    def __str__(self) -> str:
        """Return the canonical text with as few brackets as its reading needs."""
        return printing.text(self.program)

    def substitute(self, values: Mapping[str, Fraction]) -> Expression:
        """Return the expression with values for its parameters, and its rational parts and square roots reduced."""
        return Expression(reduced(self.program, values))


def parse_expression(text: str, parameters: Collection[str] = ()) -> Expression:
    """Read an expression with + - * / ^ **, brackets, integers, and the names and functions of `functions`.

    A decimal with dots after it, `4.6692...`, stands for a number of which no further digits are known.
    `parameters` are further names, to be given values by `Expression.substitute`. Raises ExpressionError with the
    position of what cannot be read and the nearest known names.
    """
    program = parse(
        _with_brackets(text), error=ExpressionError, is_variable=lambda name: _canonical(name) in NAMES, decimals=True
    )
    if len(program) > MAX_ITEMS:
        raise ExpressionError(f"the expression has {len(program)} parts, beyond the supported {MAX_ITEMS}")
    return Expression(tuple(_known(item, parameters) for item in program))


def _with_brackets(text: str) -> str:
    """Return a text with `sqrt 5`, `√5` and `ζ(3)` as `sqrt(5)` and `zeta(3)`: functions by name, with brackets."""

    def rooted(match: re.Match[str]) -> str:
        name = " sqrt" if match[1] == "√" else " cbrt"
        return name if match[2] is None else f"{name}({match[2]})"

    def bracketed(match: re.Match[str]) -> str:
        name = _canonical(match[1])
        return f"{match[1]}({match[2]})" if name in FUNCTIONS and FUNCTIONS[name].arity == 1 else match[0]

    return _SPACED.sub(bracketed, _ROOT.sub(rooted, text.translate(_FUNCTION_SIGNS)))


def to_latex(expression: Expression | str) -> str:
    """Return LaTeX of an expression."""
    if isinstance(expression, str):
        expression = parse_expression(expression)
    return printing.latex(expression.program)


def _canonical(name: str) -> str:
    return ALIASES.get(name.lower(), name.lower())


def _known(item: Item, parameters: Collection[str]) -> Item:
    """Return the item with its canonical name, its name and arity checked."""
    if item.kind in ("integer", "decimal", "operator") or (item.kind == "name" and item.text in parameters):
        return item
    name = _canonical(item.text)
    table: Collection[str] = NAMES if item.kind == "name" else FUNCTIONS
    if name not in table:
        what = "function" if item.kind == "call" else "constant"
        raise ExpressionError(
            f"unknown {what} {shortened(item.text)} at position {item.position}{_suggestion(name, table)}"
        )
    if item.kind == "call" and item.arity != (arity := FUNCTIONS[name].arity):
        raise ExpressionError(
            f"{name} takes {arity} argument{'s'[: arity - 1]}, not {item.arity}, at position {item.position}"
        )
    return Item(item.kind, name, item.position, item.arity)


def _suggestion(name: str, known: Collection[str]) -> str:
    near = [word for word in get_close_matches(name[:40], known, n=3, cutoff=0.5) if len(word) > 1]
    if near:
        return f"; did you mean {' or '.join(near)}"
    first = list(known)[:SUGGESTED]
    return f"; known are {', '.join(first)}{' and others' if len(first) < len(known) else ''}"


def shortened(text: str) -> str:
    """Return the text, or its beginning where it is too long for a message."""
    return text if len(text) <= 60 else text[:57] + "..."
