"""Formulas in the tables of the Blind-Delta algorithm."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

from catalog.errors import FileFormatError
from catalog.formulas.pcf import PCF
from indexer.sources.files.lines import FileLine, file_line
from indexer.sources.files.numbers import highest_first, integers

_LENGTHS = re.compile(r"\[(\d+), ?(\d+)\]")


def read_blind_delta(path: Path, lengths: tuple[int, int] | None = None) -> Iterator[FileLine]:
    """Yield the formulas of a CSV of the Blind-Delta algorithm: a column Coefficients with those of a, then of b.

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
            yield file_line(number, _formula, row[name], lengths)


def _formula(text: str, lengths: tuple[int, int] | None) -> PCF:
    numbers = integers(text)
    first = lengths[0] if lengths else len(numbers) // 2
    if len(numbers) < 2 or (sum(lengths) if lengths else 2 * first) != len(numbers):
        raise FileFormatError(
            f"{len(numbers)} coefficients cannot be told apart; say how many belong to a and b, such as --lengths 3,3"
        )
    return highest_first(numbers[:first], numbers[first:])
