"""What a data set says of itself: its card, its CITATION.cff, its entry for BibTeX."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from catalog.errors import FileFormatError
from catalog.version import __version__

LICENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]{0,60}")
"""An identifier of SPDX."""

WORDS = {
    "formulas": "one row a formula, with everything that is known of it",
    "relations": "one row a relation between a limit and a constant",
    "constants": "the named constants",
    "laws": "infinite families of formulas",
}

CARD = """---
license: {licence}
pretty_name: {title}
tags:
- mathematics
- continued fractions
- mathematical constants
configs:
{configs}
---

# {heading}

Polynomial continued fractions PCF(a, b) = a(0) + b(1)/(a(1) + b(2)/(a(2) + ...)) with integer polynomials a and b:
what they converge to and how fast, the constants behind their limits, and what stands behind each claim. Written by
formulary {program}, as the catalogue {catalogue} was on {day}; version {version}, licence {licence}.

| table | rows | what it is | files |
|---|---|---|---|
{tables}

A formula whose a and b are null is a linear recurrence of order 3 or more, which `formula` defines by its matrix;
`limits` has its limits, and `trajectories` says from which matrix fields formulas come.

Lists of integers are exact, as text. A limit has as many digits as are correct; `bound_kind` says what stands behind
them: `ball` is an enclosure, `agreement` of two depths is no proof. `proof` says the same of a relation: `theorem` is a
certificate that an independent checker accepts, `closed_form` cites a theorem, `verified` means that both sides were
evaluated anew with more digits, `numerical` and `imported` claim less.

## How to read it

```python
import pandas
formulas = pandas.read_parquet("data/formulas-00000.parquet")

import duckdb
duckdb.sql("select formula, relation, delta from 'data/formulas-*.parquet' where constant = 'pi' order by delta")
```

`formulary import data/formulas-00000.parquet` takes the formulas into a catalogue of one's own, where each is evaluated
again.

## How to cite it

```bibtex
{bibtex}```
{columns}"""


@dataclass(frozen=True)
class About:
    """What a data set says of itself; `licence` is an identifier of SPDX."""

    title: str = "Formulary: formulas for mathematical constants"
    licence: str = "CC0-1.0"
    authors: tuple[str, ...] = ("The Formulary developers",)
    made_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __post_init__(self) -> None:
        """Raise FileFormatError where a text cannot stand in the files."""
        if not LICENCE.fullmatch(self.licence):
            raise FileFormatError(f"{self.licence[:60]!r} is no identifier of a licence; give one such as CC0-1.0")
        for text in (self.title, *self.authors):
            if not text.strip() or not text.isprintable():
                raise FileFormatError("a title or an author is a line of text")

    @property
    def version(self) -> str:
        """The version of the program with the day, such as 0.1.0+20260101."""
        return f"{__version__}+{self.made_at:%Y%m%d}"


@dataclass(frozen=True)
class Part:
    """One table of a data set: its files, rows, and the type and meaning of each column."""

    name: str
    files: tuple[str, ...]
    rows: int
    columns: tuple[tuple[str, str, str], ...]


def card(about: About, parts: Sequence[Part], catalogue: str) -> str:
    """Return the README: what the data set is, its tables, and every column."""
    program, _, _ = about.version.partition("+")
    configs = [f"- config_name: {part.name}\n  data_files: data/{part.name}-*.parquet" for part in parts]
    tables = [
        f"| `{part.name}` | {part.rows:,} | {WORDS[part.name]} | `data/{part.name}-*.parquet` |" for part in parts
    ]
    return CARD.format(
        licence=about.licence,
        title=json.dumps(about.title, ensure_ascii=False),
        heading=about.title,
        program=program,
        catalogue=catalogue,
        version=about.version,
        day=f"{about.made_at:%Y-%m-%d}",
        configs="\n".join(configs),
        tables="\n".join(tables),
        bibtex=bibtex(about),
        columns="".join(map(_columns, parts)),
    )


def _columns(part: Part) -> str:
    lines = [f"| `{name}` | {kind} | {_cell(meaning)} |" for name, kind, meaning in part.columns]
    return "\n".join(
        [f"\n## Columns of `{part.name}`\n", "| column | type | what it is |", "|---|---|---|", *lines, ""]
    )


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def citation(about: About) -> str:
    """Return the CITATION.cff, version 1.2.0 of the format; texts are strings of JSON, which YAML reads."""
    lines = [
        "cff-version: 1.2.0",
        "message: If you use this data set, please cite it.",
        "type: dataset",
        f"title: {json.dumps(about.title, ensure_ascii=False)}",
        "authors:",
        *(f"  - name: {json.dumps(name, ensure_ascii=False)}" for name in about.authors),
        f"version: {json.dumps(about.version)}",
        f"date-released: {about.made_at:%Y-%m-%d}",
        f"license: {about.licence}",
    ]
    return "\n".join(lines) + "\n"


def bibtex(about: About) -> str:
    """Return the entry for BibTeX."""
    authors = " and ".join(f"{{{_tex(name)}}}" for name in about.authors)
    return (
        f"@misc{{formulary-{about.made_at:%Y%m%d},\n"
        f"  title   = {{{{{_tex(about.title)}}}}},\n"
        f"  author  = {{{authors}}},\n"
        f"  year    = {{{about.made_at:%Y}}},\n"
        f"  note    = {{Data set, version {about.version}}},\n"
        "}\n"
    )


_SPECIAL = str.maketrans({c: f"\\{c}" for c in "&%$#_{}"} | {"\\": r"\textbackslash{}", "~": r"\~{}", "^": r"\^{}"})


def _tex(text: str) -> str:
    return text.translate(_SPECIAL)
