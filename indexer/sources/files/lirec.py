"""Formulas in the files of LIReC."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flint import fmpz_poly

from catalog.errors import FileFormatError
from catalog.formulas.pcf import PCF
from catalog.formulas.polynomial import read_coefficients
from indexer.sources.files.lines import FileLine, file_line
from indexer.sources.files.numbers import highest_first, integers

_TEXT = re.compile(r"PCF\s*\[(.*),(.*)\]", re.DOTALL)
_STORED = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\s+(\[\[[^;]*\]\])(?:;.*)?")
_HEADING = re.compile(r"[a-z]+")
"""Words between the lists of canonical forms."""


def read_lirec(path: Path) -> Iterator[FileLine]:
    """Yield the formulas of a file of LIReC, in any of the forms that it writes.

    JSON, whole or a line each, of [[a], [b]], {"a": [...], "b": [...]} or two polynomials in n; lines `PCF[a, b]`; and
    the canonical forms of its database, as lines `id [[P], [Q]];name` or as CSV with columns P and Q. A canonical form
    stands for a = 1, b = P/Q; it becomes the formula that LIReC makes of it, without a common factor.
    """
    text = path.read_text(encoding="utf-8", errors="replace")
    try:
        whole = json.loads(text)
        items = whole if isinstance(whole, list) and not _is_pair(whole) else [whole]
        yield from (file_line(number, _formula, item) for number, item in enumerate(items, 1))
    except (ValueError, RecursionError):
        rows = text.splitlines()
        if {"P", "Q"} <= set(next(csv.reader(rows), ())):
            for number, columns in enumerate(csv.DictReader(rows), 2):
                yield file_line(number, _formula_of_columns, columns)
            return
        for number, row in enumerate(rows, 1):
            if row.strip() and not _HEADING.fullmatch(row.strip()):
                yield file_line(number, _formula_of_text, row)


def _is_pair(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) == 2
        and all(isinstance(part, list) and not any(isinstance(c, list | dict) for c in part) for part in value)
    )


def _formula(item: Any) -> PCF:
    if isinstance(item, str):
        return _formula_of_text(item)
    if isinstance(item, dict) and {"a", "b"} <= item.keys():
        item = [item["a"], item["b"]]
    if isinstance(item, list) and len(item) == 2 and all(isinstance(part, str) for part in item):
        return PCF.from_text(*item)
    if not _is_pair(item):
        raise FileFormatError('a formula of LIReC is [[a], [b]], {"a": [...], "b": [...]} or two polynomials in n')
    return highest_first(*item)


def _formula_of_text(text: str) -> PCF:
    if stored := _STORED.fullmatch(text.strip()):
        return _canonical(*json.loads(stored[1]))
    match = _TEXT.fullmatch(text.strip().strip("\"'"))
    return PCF.from_text(match[1], match[2]) if match else _formula(json.loads(text))


def _formula_of_columns(columns: dict[str, str]) -> PCF:
    return _canonical(*(integers(columns[name]) for name in "PQ"))


def _canonical(above: list[Any], below: list[Any]) -> PCF:
    """Return the formula of a canonical form P/Q: a = Q(n + 1), b = P(n) Q(n + 1), deflated."""
    top, bottom = read_coefficients(above[::-1], "P(n)"), read_coefficients(below[::-1], "Q(n)")
    a = fmpz_poly(list(bottom))(fmpz_poly([1, 1]))
    b = fmpz_poly(list(top)) * a
    return PCF(tuple(map(int, a.coeffs())), tuple(map(int, b.coeffs()))).deflate_polynomial()[0]
