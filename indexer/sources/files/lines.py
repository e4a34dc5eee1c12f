"""Lines of text files: numbered, and read as formulas or refused with a reason."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from catalog.errors import FormularyError
from catalog.formulas.pcf import PCF, parse_formula

NumberedLine = tuple[int, str]
"""A line with its number, from 1."""


@dataclass(frozen=True)
class FileLine:
    """A formula of another program's file, or why it is none."""

    number: int
    formula: PCF | None
    reason: str | None = None


def file_line(number: int, read: Callable[..., PCF], *given: Any) -> FileLine:
    """Return what `read` makes of what is given in a line, or why it makes nothing of it."""
    try:
        return FileLine(number, read(*given))
    except FormularyError as error:
        return FileLine(number, None, str(error))
    except (ValueError, RecursionError):
        return FileLine(number, None, "it holds no formula")


def numbered(lines: Iterable[str]) -> Iterator[NumberedLine]:
    """Yield lines with their numbers; blank ones at the end are dropped, others are kept as bad ones."""
    blank: list[NumberedLine] = []
    for number, text in enumerate(lines, 1):
        if text.strip():
            yield from blank
            blank.clear()
            yield number, text
        else:
            blank.append((number, text))


def formula_of(value: Any) -> PCF:
    """Return the formula of a JSON value: its text, {"formula": text}, or {"a": [...], "b": [...]}."""
    if isinstance(value, str):
        return parse_formula(value)
    if isinstance(value, dict) and "a" not in value and isinstance(value.get("formula"), str):
        return parse_formula(value["formula"])
    return PCF.from_json(value)


def formula_of_line(text: str) -> PCF:
    """Return the formula of a line such as PCF(2n+1, n^2), or of a JSON object as in `formula_of`.

    Raises FormulaError or ValueError where it is neither.
    """
    return formula_of(json.loads(text)) if text.lstrip().startswith("{") else parse_formula(text)
