"""Coefficients as other programs write them: that of the highest power first."""

from __future__ import annotations

import re
from typing import Any

from catalog.errors import FileFormatError
from catalog.formulas.pcf import PCF
from catalog.formulas.polynomial import read_coefficients


def integers(text: str | None) -> list[Any]:
    """Return the integers of a text such as `[1, -2, 3]`, `(1 -2 3)`, `[mpz(1), mpz(2)]`; raises FileFormatError."""
    inner = re.sub(r"(?:mpz|np\.int64)\((-?\d+)\)", r"\1", text or "")
    if not re.fullmatch(r"[\s\[\](){},;+\-\d.]*", inner):
        raise FileFormatError(f"{inner[:60]!r} are no coefficients")
    return [re.sub(r"\.0*$", "", part) for part in re.split(r"[\s,;\[\](){}]+", inner) if part]


def highest_first(a: list[Any], b: list[Any]) -> PCF:
    """Return the formula of coefficients that have that of the highest power first."""
    return PCF(read_coefficients(a[::-1], "a(n)"), read_coefficients(b[::-1], "b(n)"))
