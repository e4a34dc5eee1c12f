"""Exports of a catalogue into another one, and formulas of other programs, evaluated anew."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from random import SystemRandom

import psycopg

from catalog.errors import FileFormatError
from catalog.exchange.checksums import checksum
from catalog.exchange.reading import BadRecord, read_all
from catalog.formulas.pcf import PCF
from catalog.progress import Tell, silent, told
from catalog.store.constants import any_constant, constant_expressions
from catalog.store.findings import Findings, SourceRow
from catalog.store.formulas import ids_by_key
from catalog.store.storing_findings import store_findings
from catalog.version import __version__
from indexer.sources.files.blind_delta import read_blind_delta
from indexer.sources.files.lirec import read_lirec
from indexer.upkeep.adding import Added, add_lines
from indexer.upkeep.claims import IMPORTED_VERSION, Claim, judge_all
from indexer.upkeep.classes import sweep_classes
from indexer.upkeep.records import BATCH, Import, Numbered
from indexer.upkeep.setup import seed_constants

CLASS_SECONDS = 60.0
"""Time for finding the classes of what was imported; the next sweep goes on."""


@dataclass(frozen=True)
class Trust:
    """How far a file is believed: not at all, to a sample, or because its SHA-256 is the one that was given."""

    sample: int | None = None
    """Records, chosen at random, that are evaluated anew; the others are `imported`. None: all are evaluated."""
    checksum: str | None = None


def import_export(
    connection: psycopg.Connection,
    path: Path,
    say: Callable[[str], None],
    *,
    trust: Trust = Trust(),
    keep_going: bool = False,
    workers: int | None = None,
    tell: Tell = silent,
) -> Added:
    """Store the records of an export, with when and by which version each was found; known formulas stay.

    The whole file is read before anything of it is stored. A record that is none raises FileFormatError; with
    `keep_going` it is said and counted, and the others are stored. A record that contradicts its evaluation, or that
    the database does not take, is refused in the same way. With a checksum nothing is evaluated; raises FileFormatError
    where the file has another.
    """
    if trust.checksum is not None and (found := checksum(path)) != trust.checksum.strip().lower():
        raise FileFormatError(f"the SHA-256 of {path} is {found}, not the one given; nothing of it was stored")
    done = Import(connection, say)
    count = _read_whole(path, done, keep_going, tell)
    if not any_constant(connection):
        seed_constants(connection)
    records = _usable(path)
    if trust.checksum is None:
        records = _judged(records, done, _chosen(count, trust.sample), workers)
    records = told(records, tell, "storing records", count)
    while batch := list(islice(records, BATCH)):
        done.store(batch)
    done.finish()
    sweep_classes(connection, seconds=CLASS_SECONDS, workers=workers)
    return done.summary


def _read_whole(path: Path, done: Import, keep_going: bool, tell: Tell) -> int:
    """Return how many records of a file can be used; one that cannot is refused, and the whole file if need be."""
    count = 0
    for number, record in enumerate(told(read_all(path), tell, "reading records"), 1):
        count += not isinstance(record, BadRecord)
        if isinstance(record, BadRecord):
            if not keep_going:
                raise FileFormatError(
                    f"record {number} of {path} cannot be used: {record.reason}; --keep-going passes over such records"
                )
            done.refuse(number, record.reason)
    return count


def _chosen(count: int, sample: int | None) -> Container[int]:
    """Return the places of the records that are evaluated; nobody who writes a file can foresee them."""
    return range(count) if sample is None else set(SystemRandom().sample(range(count), min(sample, count)))


def _judged(
    records: Iterable[Numbered], done: Import, chosen: Container[int], workers: int | None
) -> Iterator[Numbered]:
    """Yield what may be stored of records; those that contradict their evaluation are refused."""
    claims = (Claim(number, record, place in chosen) for place, (number, record) in enumerate(records))
    unproved = 0
    for judged in judge_all(claims, constant_expressions(done.connection), workers):
        if judged.record is None:
            done.refuse(judged.number, judged.reason or "")
            continue
        unproved += judged.record["evaluator_version"] == IMPORTED_VERSION
        yield judged.number, judged.record
    if unproved:
        done.say(f"formulary: {unproved} records are imported without evaluation; recompute evaluates them anew")


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
