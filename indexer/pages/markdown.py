"""Pieces of a page in Markdown: paragraphs and tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from textwrap import wrap

WIDTH = 118
"""Characters of a line of prose."""


def prose(text: str) -> list[str]:
    """Return a paragraph as lines."""
    return wrap(text, WIDTH, break_long_words=False, break_on_hyphens=False)


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, right: int, first: int | None = None) -> Iterator[str]:
    """Yield a table in Markdown; `right` columns from `first` on, by default the last ones, are aligned right."""
    start = len(head) - right if first is None else first
    marks = ["---:" if start <= place < start + right else "---" for place in range(len(head))]
    yield _line(head)
    yield f"|{'|'.join(marks)}|"
    yield from map(_line, rows)


def _line(cells: Sequence[str]) -> str:
    escaped = (cell.replace("|", r"\|") for cell in cells)
    return f"| {' | '.join(escaped)} |"
