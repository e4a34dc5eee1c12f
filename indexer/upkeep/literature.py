"""Formulas of the literature into the catalogue: evaluated anew, with their papers, their stated limits compared."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import psycopg
from flint import arb, ctx

from catalog.constants.evaluation import evaluate
from catalog.errors import FormularyError
from catalog.store.findings import Findings, SourceRow
from catalog.store.formulas import coefficients_of, ids_by_key
from catalog.store.storing_findings import store_findings
from catalog.version import __version__
from indexer.mathematics.numbers.decimals import bits_for
from indexer.sources.files.arxiv import Published, read_arxiv
from indexer.upkeep.adding import Added, add_lines

LINK = "https://arxiv.org/abs/"
"""Where a paper is."""


def import_arxiv(
    connection: psycopg.Connection, path: Path, source: SourceRow, workers: int | None, say: Callable[[str], None]
) -> Added:
    """Add the formulas of a file of the literature, and a source for each paper that has one.

    `source` gives equation and author, if anything. A line that is refused is said and counted; that a stated limit
    is not the limit of its formula is said.
    """
    with path.open(encoding="utf-8", errors="replace") as file:
        lines = list(read_arxiv(file))
    for line in lines:
        if line.formula is None:
            say(f"line {line.number}: {line.reason}")
    read = [line for line in lines if line.formula is not None]
    summary = add_lines(connection, (str(line.formula) for line in read), workers, say)
    summary.refused += len(lines) - len(read)
    _add_papers(connection, read, source, say)
    return summary


def _add_papers(
    connection: psycopg.Connection, lines: Sequence[Published], source: SourceRow, say: Callable[[str], None]
) -> None:
    numbers = ids_by_key(connection, [line.formula.key for line in lines if line.formula is not None])
    stored = coefficients_of(connection, list(numbers.values()))
    findings, ids = Findings(__version__), []
    for line in lines:
        number = None if line.formula is None else numbers.get(line.formula.key)
        if number is None:
            continue
        if not _agrees(line.stated_limit, stored[number]["limit_value"], stored[number]["limit_digits"]):
            say(f"line {line.number}: the stated limit {line.stated_limit} is not that of {line.formula}")
        ids.append(number)
        findings.sources.extend(
            SourceRow(
                len(ids) - 1,
                paper,
                source.equation,
                source.author,
                source.link or LINK + paper.removeprefix("arXiv "),
                line.stated_limit,
            )
            for paper in line.papers
        )
    with connection.transaction(), connection.cursor() as cursor:
        store_findings(cursor, findings, ids)


def _agrees(stated: str | None, value: str | None, digits: int | None) -> bool:
    """Say whether a stated limit may be the limit, to the digits that are known; so may be what cannot be read."""
    if stated is None or value is None or digits is None:
        return True
    try:
        expected = evaluate(stated, bits_for(digits) + 64)
    except FormularyError:
        return True
    with ctx.workprec(bits_for(digits) + 64):
        known = arb(value)
        return bool(abs(known - expected) <= abs(known) * arb(10) ** (2 - digits) + arb(10) ** (2 - digits))
