"""Formulas of the literature: JSON lines with coefficients, the stated limit, and the papers' numbers on arXiv.

{"a": [1, 2], "b": [0, 0, 1], "limit": "4/pi", "arxiv": ["1907.00205"]}
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from catalog.errors import FileFormatError, FormularyError
from catalog.formulas.pcf import PCF
from indexer.sources.files.lines import formula_of, numbered

MAX_PAPERS = 1_000
"""Most papers of one formula."""

MAX_LIMIT = 1_000
"""Characters of a stated limit."""

_ARXIV = re.compile(r"(?:arxiv:?\s*)?(\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True)
class Published:
    """A formula of a line with where it stands and what is said of its limit, or why the line holds none."""

    number: int
    formula: PCF | None
    papers: tuple[str, ...] = ()
    stated_limit: str | None = None
    reason: str | None = None


def read_arxiv(lines: Iterable[str]) -> Iterator[Published]:
    """Yield the formulas of lines with their papers, such as `arXiv 1907.00205`."""
    for number, text in numbered(lines):
        try:
            yield _published(number, json.loads(text))
        except FormularyError as error:
            yield Published(number, None, reason=str(error))
        except (ValueError, RecursionError):
            yield Published(number, None, reason="it is no JSON object with a, b, limit and arxiv")


def _published(number: int, value: Any) -> Published:
    if not isinstance(value, dict):
        raise FileFormatError(
            'a formula of the literature is {"a": [...], "b": [...], "limit": "4/pi", "arxiv": [...]}'
        )
    papers = value.get("arxiv", [])
    papers = [papers] if isinstance(papers, str) else papers
    if not isinstance(papers, list) or not 1 <= len(papers) <= MAX_PAPERS:
        raise FileFormatError(f"arxiv is a list of 1 to {MAX_PAPERS} numbers such as 1907.00205")
    stated = value.get("limit")
    if stated is not None and (not isinstance(stated, str) or len(stated) > MAX_LIMIT):
        raise FileFormatError(f"limit is an expression such as 4/pi, of up to {MAX_LIMIT} characters")
    return Published(number, formula_of(value), tuple(dict.fromkeys(map(_paper, papers))), stated)


def _paper(text: Any) -> str:
    match = _ARXIV.fullmatch(text.strip()) if isinstance(text, str) else None
    if match is None:
        raise FileFormatError(f"{str(text)[:40]!r} is no number on arXiv; write 1907.00205 or math/0211148")
    return f"arXiv {match[1]}"
