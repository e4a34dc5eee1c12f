"""Pieces of a page: tables, figures, numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

Cell = tuple[str, str]
"""A class and what is in the cell, as HTML."""


def table(caption: str, columns: Sequence[Cell], rows: Iterable[Sequence[str]]) -> str:
    """Return a table whose first column names the rows; columns are classes and heads, cells are HTML."""
    head = "".join(f'<th scope="col"{_class(kind)}>{escape(text)}</th>' for kind, text in columns)
    body = []
    for row in rows:
        first, *others = zip(columns, row, strict=True)
        cells = "".join(f"<td{_class(kind)}>{cell}</td>" for (kind, _), cell in others)
        body.append(f'<tr><th scope="row"{_class(first[0][0])}>{first[1]}</th>{cells}</tr>')
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(caption)}"><table>'
        f"<caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{''.join(body)}</tbody></table></div>"
    )


def _class(kind: str) -> str:
    return f' class="{kind}"' if kind else ""


def bar(share: float) -> str:
    """Return a bar for a share from 0 to 1, beside the number that says it."""
    return f'<span aria-hidden="true" style="width:{100 * share:.2f}%"></span>'


def figure(svg: str, caption: str) -> str:
    """Return a picture with its caption."""
    return f"<figure>{svg}<figcaption>{caption}</figcaption></figure>"


def section(name: str, title: str, body: str) -> str:
    """Return a section that the contents lead to."""
    head = f'<h2 id="{name}-title">{escape(title)}</h2>'
    return f'<section id="{name}" aria-labelledby="{name}-title">{head}{body}</section>'


def number(value: int) -> str:
    """Return an integer with commas."""
    return f"{value:,}"


def digits(text: str | None, count: int = 24) -> str:
    """Return the first digits of a decimal number, marked where more are known."""
    if not text:
        return ""
    return escape(text if len(text) <= count else text[:count] + "…")
