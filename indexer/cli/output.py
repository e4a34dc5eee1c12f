"""What commands write: JSON, separated rows, tables as wide as the terminal, plain lines; notes go to stderr."""

from __future__ import annotations

import csv
import json
import os
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.console import Console

    from indexer.upkeep.adding import Added

LONGEST_CELL = 32
"""Characters of a cell in a table of rows whose width nobody knows; --json has them all."""

GAP = 3
"""Blanks between two columns."""

UNBOUNDED = 1_000_000
"""Columns of a table that nobody looks at in a terminal: it is never folded."""

SHOWN_DIGITS = 20
"""Digits of a number in a sentence that would be longer than `_LONG_NUMBER`."""

_LONG_NUMBER = re.compile(r"\d{121,}")
_FORM = "formulary.form"
_HEADER = "formulary.header"

EXACT_INTEGER = 2**53
"""Integers beyond this are written as strings, since readers of JSON may take numbers as doubles."""


def choose_form(form: str) -> None:
    """Let `write_json` of this command write rows instead, `csv` or `tsv`."""
    click.get_current_context().meta[_FORM] = form


def writes_rows() -> bool:
    """Whether rows are written instead of JSON."""
    context = click.get_current_context(silent=True)
    return context is not None and _FORM in context.meta


def write_json(value: Any, rows: str | None = None) -> None:
    """One JSON value on one line of stdout, or, where the command was asked for that, separated rows.

    A list becomes a row an object, an object one row, or the list that it has under `rows`. The columns are the names
    of the first objects written; lists and objects inside are JSON.
    """
    if not writes_rows():
        sys.stdout.write(json.dumps(exact(value), allow_nan=False) + "\n")
        return
    listed = value if rows is None or not isinstance(value, Mapping) else value[rows]
    _write_separated(listed if isinstance(listed, list) else [listed])


def _write_separated(objects: Sequence[Mapping[str, Any]]) -> None:
    meta = click.get_current_context().meta
    writer = csv.writer(sys.stdout, delimiter="," if meta[_FORM] == "csv" else "\t", lineterminator="\n")
    if objects and _HEADER not in meta:
        meta[_HEADER] = list(dict.fromkeys(name for item in objects for name in item))
        writer.writerow(meta[_HEADER])
    for item in objects:
        writer.writerow([_separated(item.get(name)) for name in meta[_HEADER]])


def _separated(value: Any) -> str:
    value = exact(value)
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, allow_nan=False)


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
    """A table on stdout; long cells are folded on a terminal, `right` names the columns of numbers."""
    from rich.box import SIMPLE
    from rich.table import Table

    table = Table(box=SIMPLE, show_edge=False, pad_edge=False)
    for name in columns:
        table.add_column(name, justify="right" if name in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*("" if cell is None else _plain(cell) for cell in row))
    _console().print(table)


def write_rows(columns: Sequence[str], rows: Sequence[Sequence[Any]], *, right: Sequence[str] = ()) -> None:
    """Rows of any width: a table, on a terminal with long cells cut, or one block a row where it would be too wide."""
    width = _console().width
    if width == UNBOUNDED:
        write_table(columns, rows, right=right)
        return
    texts = [[_cut(cell) for cell in row] for row in rows]
    widths = [max(len(name), *(len(row[i]) for row in texts)) if texts else len(name) for i, name in enumerate(columns)]
    if sum(widths) + GAP * (len(columns) - 1) <= width:
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
    from rich.table import Table

    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in fields:
        if value is not None and value != "":
            table.add_row(name, _plain(value))
    _console().print(table)


def _console() -> Console:
    """Where tables are written: as wide as the terminal, or as COLUMNS says, and of any width into a file or a pipe."""
    from rich.console import Console as RichConsole

    class Console(RichConsole):
        def on_broken_pipe(self) -> None:
            """Leave it to the command line, which ends as after any other output that nobody reads to its end."""
            raise

    bounded = sys.stdout.isatty() or os.environ.get("COLUMNS", "").strip("0").isdecimal()
    return Console(highlight=False, markup=False, soft_wrap=False, width=None if bounded else UNBOUNDED)


def cut_numbers(text: str) -> str:
    """The text with the first digits alone of each number that would fill the screen."""
    return _LONG_NUMBER.sub(lambda found: f"{found[0][:SHOWN_DIGITS]}... ({len(found[0])} digits)", text)


def note(text: str) -> None:
    """A sentence for the user, beside the results."""
    print(cut_numbers(text), file=sys.stderr, flush=True)


def _plain(cell: Any) -> Any:
    from rich.text import Text

    return Text(f"{cell:.6g}" if isinstance(cell, float) else str(cell))
