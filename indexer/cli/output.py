"""What commands write: JSON objects, tables of at most 80 columns, plain lines; notes go to stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from indexer.upkeep.adding import Added

LONGEST_CELL = 32
"""Characters of a cell in a table of rows whose width nobody knows; --json has them all."""

GAP = 3
"""Blanks between two columns."""

EXACT_INTEGER = 2**53
"""Integers beyond this are written as strings, since readers of JSON may take numbers as doubles."""


def write_json(value: Any) -> None:
    """One JSON value on one line of stdout."""
    sys.stdout.write(json.dumps(exact(value), allow_nan=False) + "\n")


def exact(value: Any) -> Any:
    """The value with integers beyond 2^53 as strings, and what JSON has no word for as text or null."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        return value if abs(value) <= EXACT_INTEGER else str(value)
    if isinstance(value, float):
        return value if abs(value) < float("inf") else None
    if isinstance(value, Mapping):
        return {str(key): exact(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [exact(item) for item in value]
    return str(value)


def write_added(done: Added, as_json: bool) -> int:
    """What became of formulas from a file; returns the exit code, 2 where any was refused."""
    fields = {"added": done.added, "known": done.known, "refused": done.refused}
    if as_json:
        write_json(fields)
    else:
        print(", ".join(f"{count} {name}" for name, count in fields.items()))
    return 2 if done.refused else 0


def write_table(columns: Sequence[str], rows: Iterable[Sequence[Any]], *, right: Sequence[str] = ()) -> None:
    """A table on stdout; long cells are folded, `right` names the columns of numbers."""
    from rich.box import SIMPLE
    from rich.console import Console
    from rich.table import Table

    table = Table(box=SIMPLE, show_edge=False, pad_edge=False)
    for name in columns:
        table.add_column(name, justify="right" if name in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*("" if cell is None else _plain(cell) for cell in row))
    Console(highlight=False, markup=False, soft_wrap=False).print(table)


def write_rows(columns: Sequence[str], rows: Sequence[Sequence[Any]], *, right: Sequence[str] = ()) -> None:
    """Rows of any width: a table with long cells cut, or, where that would be too wide, one block a row."""
    from rich.console import Console

    texts = [[_cut(cell) for cell in row] for row in rows]
    widths = [max(len(name), *(len(row[i]) for row in texts)) if texts else len(name) for i, name in enumerate(columns)]
    if sum(widths) + GAP * (len(columns) - 1) <= Console().width:
        write_table(columns, texts, right=right)
        return
    for number, row in enumerate(rows):
        if number:
            print()
        write_fields(zip(columns, row, strict=True))


def _cut(cell: Any) -> str:
    text = "" if cell is None else str(_plain(cell))
    return text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - 1] + "\N{HORIZONTAL ELLIPSIS}"


def write_fields(fields: Iterable[tuple[str, Any]]) -> None:
    """Name and value, one line each, folded at the width of the terminal; fields without a value are left out."""
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in fields:
        if value is not None and value != "":
            table.add_row(name, _plain(value))
    Console(highlight=False, markup=False).print(table)


def note(text: str) -> None:
    """A sentence for the user, beside the results."""
    print(text, file=sys.stderr, flush=True)


def _plain(cell: Any) -> Any:
    from rich.text import Text

    return Text(f"{cell:.6g}" if isinstance(cell, float) else str(cell))
