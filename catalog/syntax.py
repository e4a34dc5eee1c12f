"""Arithmetic text read into a postfix program, without recursion and without `eval`.

`catalog.formulas.polynomial` reads such programs as polynomials, `catalog.constants.expressions` as constants.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NoReturn, TypeVar

from catalog.errors import FormularyError

MAX_CHARACTERS = 200_000
"""Longest text that is read; a formula at all other limits fits."""
MAX_DEPTH = 100
"""Deepest nesting of brackets that is read."""
MAX_DIGITS = 1_000
"""Longest integer that is read, in decimal digits."""

Kind = Literal["integer", "decimal", "name", "call", "operator"]

_TOKEN = re.compile(
    r"(?P<space>\s+)|(?P<cut>[0-9]*\.[0-9]+(?:\.\.\.|…))|(?P<decimal>[0-9]*\.[0-9]+|[0-9]+\.)|(?P<integer>[0-9]+)|(?P<name>[A-Za-z_Ͱ-Ͽ][A-Za-z0-9_Ͱ-Ͽ]*)"
    r"|(?P<superscript>[⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)|(?P<operator>\*\*|[-+*/^])|(?P<bracket>[(),])"
)
_MINUS = dict.fromkeys(
    "\N{MINUS SIGN}\N{EN DASH}\N{FIGURE DASH}\N{HYPHEN}\N{NON-BREAKING HYPHEN}\N{FULLWIDTH HYPHEN-MINUS}", "-"
)
_SIGNS = str.maketrans(_MINUS)
_ALIASES = str.maketrans(
    _MINUS | {"·": "*", "⋅": "*", "×": "*", "÷": "/", "\N{FRACTION SLASH}": "/", "\N{DIVISION SLASH}": "/"}
)
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_PRECEDENCE = {"+": 1, "-": 1, "*": 2, "/": 2, "neg": 3, "pos": 3, "^": 4}


@dataclass(frozen=True, slots=True)
class Item:
    """One step of a postfix program: push an integer, a decimal that is cut off, or a name; or apply an operator or
    function."""

    kind: Kind
    text: str
    position: int  # of the character in the text, from 1
    arity: int = 0


T = TypeVar("T")


def plain_signs(text: str) -> str:
    """Return the text with - for each sign that people type or paste as a minus, from all of which numbers are read."""
    return text.translate(_SIGNS)


@dataclass(slots=True)
class _Bracket:
    position: int
    function: Item | None
    commas: int = 0


def parse(
    text: str,
    *,
    error: type[FormularyError],
    is_variable: Callable[[str], bool],
    what: str = "the expression",
    offset: int = 0,
    decimals: bool = False,
) -> tuple[Item, ...]:
    """Read infix text with + - * / ^ **, implicit products, brackets and calls `f(x, y)` into postfix order.

    A name before a bracket is a call unless `is_variable` says it is a factor. `what` names the text in
    messages and `offset` is added to their positions. With `decimals` a number such as `4.6692...`, of which the digits
    before the dots are known, is one. Raises `error` where the text is not of this form or beyond the limits of this
    module.
    """
    return _Parser(text, error, is_variable, what, offset, decimals).program()


class _Parser:
    """Shunting-yard: an output program and a stack of waiting operators and open brackets."""

    def __init__(
        self,
        text: str,
        error: type[FormularyError],
        is_variable: Callable[[str], bool],
        what: str,
        offset: int,
        decimals: bool,
    ) -> None:
        if len(text) > MAX_CHARACTERS:
            raise error(f"{what} has {len(text)} characters, beyond the supported {MAX_CHARACTERS}")
        self.text = text.translate(_ALIASES)
        self.error = error
        self.is_variable = is_variable
        self.what = what
        self.offset = offset
        self.decimals = decimals
        self.output: list[Item] = []
        self.stack: list[Item | _Bracket] = []
        self.depth = 0
        self.operand_next = True

    def program(self) -> tuple[Item, ...]:
        for kind, token, position in self._tokens():
            if kind == "operator":
                self._operator("^" if token == "**" else token, position)
            elif kind == "superscript":
                self._superscript(token, position)
            elif kind == "integer":
                self._integer(token, position)
            elif kind == "cut":
                self._decimal(token, position)
            elif kind == "name":
                self._name(token, position)
            elif token == "(":
                self._open(position)
            else:
                self._close(token, position)
        if self.operand_next:
            why = "is empty" if not self.text.strip() else "ends where a number or name is expected"
            raise self.error(f"{self.what} {why}")
        self._pop_operators(0)
        if self.stack:
            self._fail("the bracket", self.stack[-1].position, "is not closed")
        return tuple(self.output)

    def _tokens(self) -> Iterator[tuple[str, str, int]]:
        at = 0
        while at < len(self.text):
            match = _TOKEN.match(self.text, at)
            position = at + 1 + self.offset
            if match is None or match.lastgroup is None:
                self._fail(repr(self.text[at]), position, "cannot be read")
            if match.lastgroup == "decimal" or (match.lastgroup == "cut" and not self.decimals):
                self._fail(match.group()[:40], position, "is not an integer; write decimals as fractions")
            if match.lastgroup != "space":
                yield match.lastgroup, match.group(), position
            at = match.end()

    def _fail(self, what: str, position: int, why: str) -> NoReturn:
        raise self.error(f"{what} at position {position} of {self.what} {why}")

    def _operator(self, token: str, position: int) -> None:
        if self.operand_next:
            if token not in "+-":
                self._fail(f"{token!r}", position, "stands where a number or name is expected")
            self.stack.append(Item("operator", "neg" if token == "-" else "pos", position, 1))
            return
        precedence = _PRECEDENCE[token]
        self._pop_operators(precedence + 1 if token == "^" else precedence)
        self.stack.append(Item("operator", token, position, 2))
        self.operand_next = True

    def _pop_operators(self, precedence: int) -> None:
        while self.stack and isinstance(top := self.stack[-1], Item) and _PRECEDENCE[top.text] >= precedence:
            self.stack.pop()
            if top.text != "pos":
                self.output.append(top)

    def _superscript(self, token: str, position: int) -> None:
        self._operator("^", position)
        digits = token.translate(_SUPERSCRIPTS)
        if digits[0] in "+-":
            self._operator(digits[0], position)
        self._integer(digits.lstrip("+-"), position)

    def _operand(self, position: int) -> None:
        if not self.operand_next:
            self._operator("*", position)
        self.operand_next = False

    def _integer(self, token: str, position: int) -> None:
        if not self.operand_next:
            self._fail(token[:40], position, "stands right after a factor; write * for a product or ^ for a power")
        digits = token.lstrip("0") or "0"
        if len(digits) > MAX_DIGITS:
            self._fail("the integer", position, f"has {len(digits)} digits, beyond the supported {MAX_DIGITS}")
        self._operand(position)
        self.output.append(Item("integer", digits, position))

    def _decimal(self, token: str, position: int) -> None:
        if not self.operand_next:
            self._fail(token[:40], position, "stands right after a factor; write * for a product")
        digits = token.rstrip(".…")
        if len(digits) > MAX_DIGITS:
            self._fail("the decimal", position, f"has {len(digits)} characters, beyond the supported {MAX_DIGITS}")
        self._operand(position)
        self.output.append(Item("decimal", digits, position))

    def _name(self, token: str, position: int) -> None:
        self._operand(position)
        rest = self.text[position - self.offset - 1 + len(token) :].lstrip()[:1] if len(token) < 40 else ""
        if rest == "(" and not self.is_variable(token):
            self.stack.append(_Bracket(position, Item("call", token, position)))
        else:
            self.output.append(Item("name", token, position))

    def _open(self, position: int) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self._fail("the bracket", position, f"is nested deeper than the supported {MAX_DEPTH}")
        waiting = self.stack[-1] if self.stack else None
        if isinstance(waiting, _Bracket) and waiting.function and waiting.function.arity == 0:
            waiting.function = Item("call", waiting.function.text, waiting.position, 1)
        else:
            self._operand(position)
            self.stack.append(_Bracket(position, None))
        self.operand_next = True

    def _close(self, token: str, position: int) -> None:
        if self.operand_next:
            self._fail(repr(token), position, "stands where a number or name is expected")
        self._pop_operators(0)
        if not self.stack:
            self._fail(repr(token), position, "has no opening bracket before it")
        bracket = self.stack[-1]
        assert isinstance(bracket, _Bracket)
        if token == ",":
            if bracket.function is None:
                self._fail("the comma", position, "is not between the arguments of a function")
            bracket.commas += 1
            self.operand_next = True
            return
        self.stack.pop()
        self.depth -= 1
        if bracket.function:
            function = bracket.function
            self.output.append(Item("call", function.text, function.position, bracket.commas + 1))


def fold(program: Sequence[Item], leaf: Callable[[Item], T], apply: Callable[[Item, Sequence[T]], T]) -> T:
    """Return what a postfix program comes to, by the value of a leaf and that of an operator or function of values."""
    stack: list[T] = []
    for item in program:
        if item.kind in ("integer", "decimal", "name"):
            stack.append(leaf(item))
        else:
            values = stack[-item.arity :]
            del stack[-item.arity :]
            stack.append(apply(item, values))
    return stack[0]
