"""Linear recurrences of order 3 and more as values: reading, printing, and the key of storage.

v(n + 1) = v(n) M(n) for row vectors v, M a square matrix of integer polynomials, meant up to a factor in common. Those
of order 2 are continued fractions (`pcf`).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import gcd
from typing import Any

from catalog.errors import FormulaError
from catalog.formulas.pcf import PCF
from catalog.formulas.polynomial import format_polynomial, parse_polynomial

LEAST_ORDER, MOST_ORDER = 3, 12
"""Orders that are read."""

MAX_CHARACTERS = 200_000
"""Longest text that is read."""

_RECURRENCE = re.compile(r"\s*recurrence\s*\[(?P<rows>\s*\[.*\]\s*)\]\s*", re.IGNORECASE | re.DOTALL)
_ROW = re.compile(r"\[([^\[\]]*)\]")
_WRITTEN = re.compile(r"-?(?:\d+|\d*n(?:\^\d+)?)(?: [-+] (?:\d+|\d*n(?:\^\d+)?))*", re.ASCII)
_TERM = re.compile(r"(-|[-+] )?(?:(\d*)n(?:\^(\d+))?|(\d+))", re.ASCII)

Polynomial = tuple[int, ...]
"""Coefficients, constant first, without trailing zeros; zero is empty."""


@dataclass(frozen=True, slots=True)
class Recurrence:
    """The recurrence of a matrix, by rows; its limits are the entries at n = 1 of its minimal solution over the last.

    The entries have no common factor among their coefficients, and the first coefficient that is not 0 is positive.
    """

    rows: tuple[tuple[Polynomial, ...], ...]

    def __post_init__(self) -> None:
        """Divide out the common factor; raises FormulaError where this is no square matrix of an order that is read."""
        order = len(self.rows)
        if not LEAST_ORDER <= order <= MOST_ORDER or any(len(row) != order for row in self.rows):
            raise FormulaError(
                f"a recurrence has a square matrix with {LEAST_ORDER} to {MOST_ORDER} rows; fractions are of order 2"
            )
        rows = [[_trimmed(entry) for entry in row] for row in self.rows]
        numbers = [c for row in rows for entry in row for c in entry]
        if not numbers:
            raise FormulaError("the matrix of the recurrence is 0; give it an entry that is not")
        first = next(entry[-1] for row in rows for entry in row if entry)
        common = gcd(*numbers) * (-1 if first < 0 else 1)
        plain = tuple(tuple(tuple(c // common for c in entry) for entry in row) for row in rows)
        object.__setattr__(self, "rows", plain)

    def __str__(self) -> str:
        """Return the canonical text, which `parse_recurrence` reads back."""
        rows = ", ".join(f"[{', '.join(format_polynomial(entry) for entry in row)}]" for row in self.rows)
        return f"Recurrence[{rows}]"

    @property
    def order(self) -> int:
        """The number of rows."""
        return len(self.rows)

    @property
    def complexity(self) -> int:
        """Size for ranking: the bit lengths of all coefficients plus the degrees of all entries."""
        entries = [entry for row in self.rows for entry in row if entry]
        return sum(sum(c.bit_length() for c in entry) + len(entry) - 1 for entry in entries)

    @property
    def key(self) -> bytes:
        """SHA-256 (32 bytes) of `recurrence:` and the canonical text."""
        return hashlib.sha256(f"recurrence:{self}".encode()).digest()


def is_recurrence(text: str) -> bool:
    """Say whether a text is meant as a recurrence."""
    return text.lstrip()[:10].lower() == "recurrence"


def parse_recurrence(text: str) -> Recurrence:
    """Return the recurrence of a text such as `Recurrence[[n, 1, 0], [0, n, 1], [1, 0, n]]`; raises FormulaError."""
    if len(text) > MAX_CHARACTERS:
        raise FormulaError(f"the recurrence has more than {MAX_CHARACTERS:,} characters")
    match = _RECURRENCE.fullmatch(text)
    if match is None or re.sub(r"[\s,]", "", _ROW.sub("", match["rows"])):
        raise FormulaError(
            "a recurrence is written by the rows of its matrix, Recurrence[[n, 1, 0], [0, n, 1], [1, 0, n]]"
        )
    rows = [row.split(",") for row in _ROW.findall(match["rows"])]
    return Recurrence(tuple(tuple(_polynomial(entry.strip()) for entry in row) for row in rows))


def stored_value(row: Mapping[str, Any]) -> PCF | Recurrence:
    """Return the formula of a row of the catalogue with the columns a, b and definition."""
    if row["a"] is None:
        return parse_recurrence(row["definition"])
    return PCF.from_row(row["a"], row["b"])


def _trimmed(entry: Polynomial) -> Polynomial:
    last = len(entry)
    while last and not entry[last - 1]:
        last -= 1
    return tuple(map(int, entry[:last]))


def _polynomial(text: str) -> Polynomial:
    """Return a polynomial; as this project writes it, of any degree."""
    if not _WRITTEN.fullmatch(text):
        return parse_polynomial(text, what="an entry of the matrix")
    coefficients: dict[int, int] = {}
    for sign, factor, power, number in _TERM.findall(text):
        exponent = 0 if number else int(power or 1)
        size = int(number or factor or 1)
        coefficients[exponent] = coefficients.get(exponent, 0) + (-size if sign.startswith("-") else size)
    return tuple(coefficients.get(k, 0) for k in range(max(coefficients) + 1))
