"""Expressions for constants as text and as LaTeX, with as few brackets as their reading needs."""

from __future__ import annotations

from collections.abc import Sequence

from catalog.constants.functions import FUNCTIONS, NAMES
from catalog.syntax import Item, fold

Shown = tuple[str, int]
"""What an operand looks like, and how strongly it binds: + 1, * and / 2, a sign 3, a power 4, all else 5."""

_STRENGTH = {"+": 1, "-": 1, "*": 2, "/": 2, "neg": 3, "^": 4}
_ATOM = 5


def text(program: Sequence[Item]) -> str:
    """Return the canonical text, which `parse_expression` reads back."""
    return fold(program, _text_leaf, _text_apply)[0]


def latex(program: Sequence[Item]) -> str:
    """Return LaTeX."""
    return fold(program, _latex_leaf, _latex_apply)[0]


def _text_leaf(item: Item) -> Shown:
    return item.text + "..." * (item.kind == "decimal"), _ATOM


def _text_apply(item: Item, values: Sequence[Shown]) -> Shown:
    if item.kind == "call":
        return f"{item.text}({', '.join(shown for shown, _ in values)})", _ATOM
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
    if item.kind == "decimal":
        return item.text + r"\ldots", _ATOM
    return (NAMES[item.text].latex if item.text in NAMES else item.text), _ATOM


def _latex_apply(item: Item, values: Sequence[Shown]) -> Shown:
    if item.kind == "call":
        return FUNCTIONS[item.text].latex.format(*(shown for shown, _ in values)), 4 if item.text == "exp" else _ATOM
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
