"""Formulas in files of other programs, which have the coefficient of the highest degree first."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flint import fmpz_poly

from catalog.errors import FileFormatError, FormularyError
from catalog.formulas.pcf import PCF
from catalog.formulas.polynomial import read_coefficients


@dataclass(frozen=True)
class Line:
    """A formula of another program's file, or why it is none."""

    number: int
    formula: PCF | None
    reason: str | None = None


_LENGTHS = re.compile(r"\[(\d+), ?(\d+)\]")
_LIREC_TEXT = re.compile(r"PCF\s*\[(.*),(.*)\]", re.DOTALL)
_LIREC_STORED = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\s+(\[\[[^;]*\]\])(?:;.*)?")
_HEADING = re.compile(r"[a-z]+")
"""Words between the lists of canonical forms."""


def read_blind_delta(path: Path, lengths: tuple[int, int] | None = None) -> Iterator[Line]:
    """Formulas of a CSV of the Blind-Delta algorithm: a column Coefficients with those of a, then of b.

    `lengths` are the numbers of coefficients of a and of b; by default those in the name that the program gives its
    file, such as BlindDelta[2, 3]_-5_5.csv, or half of them each.
    """
    if lengths is None and (named := _LENGTHS.search(path.name)):
        lengths = int(named[1]), int(named[2])
    with path.open(encoding="utf-8-sig", newline="", errors="replace") as file:
        reader = csv.DictReader(file)
        name = next((n for n in reader.fieldnames or () if n and n.strip().lower() == "coefficients"), None)
        if name is None:
            raise FileFormatError(f"{path} has no column Coefficients, so it is no table of the Blind-Delta algorithm")
        for number, row in enumerate(reader, 2):
            yield _line(number, lambda row=row: _split(_numbers(row[name]), lengths))


def _split(numbers: list[Any], lengths: tuple[int, int] | None) -> PCF:
    first = lengths[0] if lengths else len(numbers) // 2
    if len(numbers) < 2 or (sum(lengths) if lengths else 2 * first) != len(numbers):
        raise FileFormatError(
            f"{len(numbers)} coefficients cannot be told apart; say how many belong to a and b, such as --lengths 3,3"
        )
    return _highest_first(numbers[:first], numbers[first:])


def _numbers(text: str | None) -> list[Any]:
    """Integers from text such as `[1, -2, 3]`, `(1 -2 3)`, `[mpz(1), mpz(2)]`."""
    inner = re.sub(r"(?:mpz|np\.int64)\((-?\d+)\)", r"\1", text or "")
    if not re.fullmatch(r"[\s\[\](){},;+\-\d.]*", inner):
        raise FileFormatError(f"{inner[:60]!r} are no coefficients")
    return [re.sub(r"\.0*$", "", part) for part in re.split(r"[\s,;\[\](){}]+", inner) if part]


def read_lirec(path: Path) -> Iterator[Line]:
    """Formulas of LIReC, in any of the forms that it writes.

    JSON, whole or a line each, of [[a], [b]], {"a": [...], "b": [...]} or two polynomials in n; lines `PCF[a, b]`; and
    the canonical forms of its database, as lines `id [[P], [Q]];name` or as CSV with columns P and Q. A canonical form
    stands for a = 1, b = P/Q; it becomes the formula that LIReC makes of it, without a common factor.
    """
    text = path.read_text(encoding="utf-8", errors="replace")
    try:
        whole = json.loads(text)
        items = whole if isinstance(whole, list) and not _is_pair(whole) else [whole]
        yield from (_line(number, lambda item=item: _lirec(item)) for number, item in enumerate(items, 1))
    except (ValueError, RecursionError):
        rows = text.splitlines()
        if {"P", "Q"} <= set(next(csv.reader(rows), ())):
            for number, columns in enumerate(csv.DictReader(rows), 2):
                pair = lambda columns=columns: _canonical(*(_numbers(columns[name]) for name in "PQ"))  # noqa: E731
                yield _line(number, pair)
            return
        for number, row in enumerate(rows, 1):
            if row.strip() and not _HEADING.fullmatch(row.strip()):
                yield _line(number, lambda row=row: _lirec_line(row))


def _is_pair(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) == 2
        and all(isinstance(part, list) and not any(isinstance(c, list | dict) for c in part) for part in value)
    )


def _lirec(item: Any) -> PCF:
    if isinstance(item, str):
        return _lirec_line(item)
    if isinstance(item, dict) and {"a", "b"} <= item.keys():
        item = [item["a"], item["b"]]
    if isinstance(item, list) and len(item) == 2 and all(isinstance(part, str) for part in item):
        return PCF.from_text(*item)
    if not _is_pair(item):
        raise FileFormatError('a formula of LIReC is [[a], [b]], {"a": [...], "b": [...]} or two polynomials in n')
    return _highest_first(*item)


def _lirec_line(text: str) -> PCF:
    if stored := _LIREC_STORED.fullmatch(text.strip()):
        return _canonical(*json.loads(stored[1]))
    match = _LIREC_TEXT.fullmatch(text.strip().strip("\"'"))
    return PCF.from_text(match[1], match[2]) if match else _lirec(json.loads(text))


def _canonical(above: list[Any], below: list[Any]) -> PCF:
    """The formula of a canonical form P/Q: a = Q(n + 1), b = P(n) Q(n + 1), deflated."""
    top, bottom = read_coefficients(above[::-1], "P(n)"), read_coefficients(below[::-1], "Q(n)")
    a = fmpz_poly(list(bottom))(fmpz_poly([1, 1]))
    b = fmpz_poly(list(top)) * a
    return PCF(tuple(map(int, a.coeffs())), tuple(map(int, b.coeffs()))).deflate_polynomial()[0]


def _highest_first(a: list[Any], b: list[Any]) -> PCF:
    return PCF(read_coefficients(a[::-1], "a(n)"), read_coefficients(b[::-1], "b(n)"))


def _line(number: int, read: Any) -> Line:
    try:
        return Line(number, read())
    except FormularyError as error:
        return Line(number, None, str(error))
    except (ValueError, RecursionError):
        return Line(number, None, "it holds no formula")
