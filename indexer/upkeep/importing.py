"""Exports of a catalogue into another one, and formulas of other programs, evaluated anew."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path

import psycopg

from catalog.errors import FileFormatError
from catalog.exchange.reading import BadRecord, read_all
from catalog.formulas.pcf import PCF
from catalog.store.constants import any_constant
from catalog.store.findings import Findings, SourceRow
from catalog.store.formulas import ids_by_key
from catalog.store.storing_findings import store_findings
from catalog.version import __version__
from indexer.sources.files.blind_delta import read_blind_delta
from indexer.sources.files.lirec import read_lirec
from indexer.upkeep import records
from indexer.upkeep.adding import Added, add_lines
from indexer.upkeep.records import Import, Numbered
from indexer.upkeep.setup import seed_constants


def import_export(
    connection: psycopg.Connection, path: Path, say: Callable[[str], None], *, keep_going: bool = False
) -> Added:
    """Store the records of an export, with when and by which version each was found; known formulas stay.

    The whole file is read before anything of it is stored. A record that is none raises FileFormatError; with
    `keep_going` it is said and counted, and the others are stored. A record that the database does not take is refused
    in the same way.
    """
    done = Import(connection, say)
    for number, record in enumerate(read_all(path), 1):
        if isinstance(record, BadRecord):
            if not keep_going:
                raise FileFormatError(
                    f"record {number} of {path} cannot be used: {record.reason}; --keep-going passes over such records"
                )
            done.refuse(number, record.reason)
    if not any_constant(connection):
        seed_constants(connection)
    numbered = _usable(path)
    while batch := list(islice(numbered, records.BATCH)):
        done.store(batch)
    done.finish()
    return done.summary


def _usable(path: Path) -> Iterator[Numbered]:
    for number, record in enumerate(read_all(path), 1):
        if not isinstance(record, BadRecord):
            yield number, record


def import_program(
    connection: psycopg.Connection,
    program: str,
    path: Path,
    lengths: tuple[int, int] | None,
    source: SourceRow,
    workers: int | None,
    say: Callable[[str], None],
) -> Added:
    """Add the formulas of a file of another program, evaluated and identified anew, with where they are from.

    `program` is blind-delta or lirec; `lengths` are the numbers of coefficients of a and b in a file of the former. A
    line that is refused is said and counted.
    """
    lines = list(read_blind_delta(path, lengths) if program == "blind-delta" else read_lirec(path))
    for line in lines:
        if line.formula is None:
            say(f"line {line.number}: {line.reason}")
    formulas = [line.formula for line in lines if line.formula is not None]
    summary = add_lines(connection, map(str, formulas), workers, say)
    add_sources(connection, formulas, source)
    summary.refused += len(lines) - len(formulas)
    return summary


def add_sources(connection: psycopg.Connection, formulas: Iterable[PCF], source: SourceRow) -> None:
    """Note where formulas of the catalogue are from; those that are not there are passed over."""
    keys = [formula.key for formula in formulas]
    ids = list(ids_by_key(connection, keys).values())
    findings = Findings(__version__)
    findings.sources.extend(
        SourceRow(row, source.paper, source.equation, source.author, source.link) for row in range(len(ids))
    )
    with connection.transaction(), connection.cursor() as cursor:
        store_findings(cursor, findings, ids)
