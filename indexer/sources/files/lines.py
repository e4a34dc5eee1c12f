"""Lines of text files: numbered, and read as formulas or numbers or refused with a reason, by one reader for all."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from catalog.errors import FormulaError, FormularyError
from catalog.formulas.notations import Reading, looks_like_formula, read_formula_text
from catalog.formulas.pcf import PCF, parse_formula
from catalog.syntax import plain_signs

NumberedLine = tuple[int, str]
"""A line with its number, from 1."""

_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", re.ASCII)


@dataclass(frozen=True)
class Number:
    """A number of a line, with the digits that say how exact it is; a text, unless somebody gave something else."""

    value: Any


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


def is_decimal(text: str) -> bool:
    """Return whether a text is a plain decimal number."""
    return bool(_NUMBER.fullmatch(plain_signs(text)))


def item_of_line(text: str, is_number: Callable[[str], bool] = is_decimal) -> PCF | Number:
    """Return what stands in a line: a formula in any notation or in JSON as in `formula_of`, or a number.

    A number, by what `is_number` takes for one, stands alone, or as {"value": "1.2732"}. Raises FormulaError or
    ValueError where it is none of these.
    """
    stripped = text.strip()
    if is_number(stripped):
        return Number(stripped)
    if not stripped.startswith(("{", '"')):
        return _formula_of_text(stripped)
    value = json.loads(stripped)
    if isinstance(value, str):
        return item_of_line(value, is_number)
    if isinstance(value, dict) and "value" in value and not {"a", "b", "formula"} & value.keys():
        return Number(value["value"])
    return formula_of(value)


def reading_of_line(text: str) -> Reading:
    """Return what a line says as in `formula_of_line`, also a fraction whose value is a map of its formula's limit.

    A fraction with a rule of its own is part of what is returned.
    """
    stripped = text.strip()
    written = json.loads(stripped) if stripped.startswith(("{", '"')) else stripped
    if isinstance(written, dict) and "a" not in written:
        written = written.get("formula")
    if isinstance(written, str) and looks_like_formula(written) and not written.upper().startswith("PCF("):
        reading = read_formula_text(written)
        if reading.fraction is not None:
            return reading
    return Reading(formula_of_line(text))


def formula_of_line(text: str) -> PCF:
    """Return the formula of a line as in `item_of_line`; raises FormulaError for a number."""
    item = item_of_line(text)
    if isinstance(item, Number):
        raise FormulaError(f"{str(item.value)[:40]} is a number, not a formula; `formulary identify` takes numbers")
    return item


def _formula_of_text(text: str) -> PCF:
    """Return the formula of a text in any notation whose value is its limit."""
    try:
        return parse_formula(text)
    except FormulaError:
        if not looks_like_formula(text) or text.upper().startswith("PCF("):
            raise
    reading = read_formula_text(text)
    if reading != Reading(reading.formula, guessed_from=reading.guessed_from):
        raise FormulaError(
            f"{text[:40]} is {reading.understood}, which is not the limit of a formula; give the formula"
        )
    return reading.formula
