"""A continued fraction written out, A_0 + B_1/(A_1 + B_2/(A_2 + ...)), taken apart into its terms."""

from __future__ import annotations

import re
from fractions import Fraction

from catalog.errors import FormulaError
from catalog.formulas.guessing import Entry
from catalog.formulas.term_functions import read_function

_REMARK = re.compile(r"[\s)\]]*(?:[:;(,].*|\s[A-Za-z].*)?", re.DOTALL)
_ONE = Entry(Fraction(1), "1")
_Affine = tuple[Fraction, Fraction]  # constant and factor of what stands around a bracket
_ALONE: _Affine = (Fraction(0), Fraction(1))


def terms_of(text: str) -> tuple[list[Entry], list[Entry]]:
    """The denominators A_0, A_1, ... and numerators B_1, B_2, ... that are written before the dots.

    What stands before an equals sign is left out, and so is a remark after the fraction. Raises FormulaError for
    anything else that is not of this form.
    """
    dots = text.index("...")
    if not _REMARK.fullmatch(text[dots + 3 :]):
        raise FormulaError(f"cannot read {text[dots + 3 :].strip()[:60]!r} after the dots")
    written = text[:dots].split("=")[-1]
    levels = _levels(written)
    denominators: list[Entry] = []
    numerators: list[Entry] = []
    outer = _ALONE
    for level in levels:
        constant, part, inverted = _step(level)
        if inverted:
            denominators.append(_denominator(outer, constant))
            numerators.append(_times(outer[1], part))
            outer = _ALONE
        else:
            outer = (outer[0] + outer[1] * (constant.value if constant else 0), outer[1] * part.value)
    last = _step(levels[-1])
    if not last[2] and last[0]:
        denominators.append(last[0])
    return denominators, numerators


def _denominator(outer: _Affine, constant: Entry | None) -> Entry:
    """The denominator c + f A where the fraction A + B/x is multiplied by f and added to c; its text where it stays."""
    if outer == _ALONE and constant:
        return constant
    return Entry(outer[0] + outer[1] * (constant.value if constant else 0))


def _times(factor: Fraction, part: Entry) -> Entry:
    """A numerator times a factor, with its text where the factor is 1 or -1."""
    text = {1: part.text, -1: f"-({part.text})"}.get(int(factor), "") if factor.denominator == 1 else ""
    return Entry(factor * part.value, text)


def _levels(text: str) -> list[str]:
    """What stands between the brackets that are still open at the end of a text."""
    levels = [""]
    for character in text:
        if character in "([":
            levels.append("")
        elif character in ")]":
            inner = levels.pop()
            if not levels:
                raise FormulaError("the fraction closes a bracket that is not open")
            levels[-1] += f"({inner})"
        else:
            levels[-1] += character
    return [level.strip() for level in levels]


def _step(level: str) -> tuple[Entry | None, Entry, bool]:
    """A, B and whether B is divided: the level stands for A + B/x or A + B x, x being what follows it."""
    inverted = level.endswith("/")
    body = level.rstrip("/* ") if inverted or level.endswith("*") else level
    at = _last_sign(body)
    before, sign, after = (body[:at], body[at], body[at + 1 :]) if at >= 0 else ("", "+", body)
    constant = _number(before) if before.strip() else None
    part = _number(after) if after.strip() else _ONE
    if sign == "-":
        part = Entry(-part.value, f"-({part.text})")
    return constant, part, inverted


def _last_sign(text: str) -> int:
    """Where the last + or - outside brackets stands, -1 where there is none but that of a first number."""
    depth, found = 0, -1
    for position, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if depth == 0 and character in "+-" and not text[:position].rstrip().endswith(("^", "*", "/")):
            found = position
    return found


def _number(text: str) -> Entry:
    value = read_function(text, "the fraction")[0].value()
    if value is None:
        raise FormulaError(f"{text.strip()[:40]!r} of the fraction is not a number; write a rule as PCF(a, b)")
    return Entry(value, re.sub(r"\s+", "", text))
