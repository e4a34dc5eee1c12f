"""Exports of another catalogue into this one, as they are, and formulas of other programs, evaluated anew."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import psycopg

from catalog.exchange.export import Record
from catalog.exchange.files import read_records
from catalog.formulas.pcf import PCF, parse_formula
from catalog.store.constants import any_constant
from catalog.store.findings import ExclusionRow, Findings, GuessRow, RelationRow, SourceRow, Term
from catalog.store.formula_rows import FLOAT_COLUMNS, INTEGER_COLUMNS, TEXT_COLUMNS, FormulaRows
from catalog.store.formulas import ids_by_key
from catalog.store.importing import add_judgement, restore_relation_times, restore_times
from catalog.store.ingest import ingest
from catalog.store.storing_findings import store_findings
from catalog.version import __version__
from indexer.kinds.kind import vectors_of
from indexer.kinds.vectors import DIMENSION, VECTOR_VERSION
from indexer.pipeline.storing import name_constants
from indexer.sources.files.blind_delta import read_blind_delta
from indexer.sources.files.lirec import read_lirec
from indexer.upkeep.adding import Added, add_lines
from indexer.upkeep.setup import seed_constants

BATCH = 500
"""Records of one transaction."""


@dataclass
class _Import:
    """An import under way: what became of the records, and what waits for formulas that are still to come."""

    counts: Added = field(default_factory=Added)
    left_out: int = 0
    """Relations to formulas that the file does not hold."""
    waiting: list[tuple[bytes, dict[str, Any]]] = field(default_factory=list)
    """Relations to other formulas, by key of their own, stored when all formulas are there."""


def import_export(connection: psycopg.Connection, path: Path, say: Callable[[str], None]) -> Added:
    """Store the records of an export, with when and by which version each was found; known formulas stay."""
    records = read_records(path)
    done = _Import()
    if not any_constant(connection):
        seed_constants(connection)
    while batch := list(islice(records, BATCH)):
        for version in sorted({record["evaluator_version"] for record in batch}):
            _store(connection, [r for r in batch if r["evaluator_version"] == version], version, done)
    for start in range(0, len(done.waiting), BATCH):
        _store_waiting(connection, done.waiting[start : start + BATCH], done)
    if done.left_out:
        say(f"formulary: {done.left_out} relations to formulas that are not there were left out")
    return done.counts


def _store(connection: psycopg.Connection, records: list[Record], version: int, done: _Import) -> None:
    formulas = [PCF(tuple(record["a"]), tuple(record["b"])) for record in records]
    vectors = np.full((len(records), DIMENSION), np.nan, dtype=np.float32)
    converge = [row for row, record in enumerate(records) if record["status"] == "converges"]
    vectors[converge] = vectors_of([formulas[row] for row in converge])
    names = (*TEXT_COLUMNS, *INTEGER_COLUMNS, *FLOAT_COLUMNS)
    rows = FormulaRows(
        a=[formula.a for formula in formulas],
        b=[formula.b for formula in formulas],
        keys=[formula.key for formula in formulas],
        canonical_keys=[formula.canonical()[0].key for formula in formulas],
        columns={name: [record[name] for record in records] for name in names},
        evaluator_version=version,
        vectors=vectors,
        vector_version=VECTOR_VERSION,
    )
    terms = {t["constant"]: t["constant_expression"] for r in records for x in r["relations"] for t in x["terms"]}
    with connection.transaction():
        name_constants(connection, {name: text for name, text in terms.items() if name is not None})
        known = ids_by_key(connection, rows.keys)
        findings = _findings(records, formulas, done)
        findings.exclusions = [item for item in findings.exclusions if rows.keys[item.row] not in known]
        ingested = ingest(connection, rows, findings)
        ids = [int(number) for number in ingested.ids]
        fresh = [(number, record) for number, record, new in zip(ids, records, ingested.new, strict=True) if new]
        restore_times(connection, fresh)
        add_judgement(connection, list(zip(ids, records, strict=True)))
    done.counts.added += len(fresh)
    done.counts.known += len(records) - len(fresh)


def _findings(records: list[Record], formulas: list[PCF], done: _Import) -> Findings:
    findings = Findings(__version__)
    for row, record in enumerate(records):
        stored: dict[tuple[str, str], int] = {}
        for relation in record["relations"]:
            if any(term["other"] for term in relation["terms"]):
                done.waiting.append((formulas[row].key, relation))
                continue
            stored[relation["kind"], relation["expression"]] = len(findings.relations)
            findings.relations.append(_relation_row(row, relation))
        for guess in record["guesses"]:
            found = stored.get((guess["relation_kind"], guess["relation_expression"]))
            names = ("place", "proposer", "outcome", "constant", "digits_used", "digits_needed")
            findings.guesses.append(GuessRow(row, relation=found, **{name: guess[name] for name in names}))
        for exclusion in record["exclusions"]:
            left = {name: value for name, value in exclusion.items() if name not in ("code_version", "sought_at")}
            findings.exclusions.append(ExclusionRow(row, **left))
        findings.sources.extend(SourceRow(row, **source) for source in record["sources"])
    return findings


def _relation_row(row: int, relation: dict[str, Any]) -> RelationRow:
    names = ("kind", "expression", "method", "proof", "digits_used", "digits_verified", "constant", "theorem")
    terms = [
        Term(
            int(term["coefficient"]),
            term["limit_exponent"],
            term["constant"],
            term["constant_exponent"],
            parse_formula(term["other"]).key if term["other"] else None,
            term["other_exponent"],
        )
        for term in relation["terms"]
    ]
    coefficients = [int(c) for c in relation["coefficients"]]
    return RelationRow(row, coefficients=coefficients, terms=terms, **{name: relation[name] for name in names})


def _store_waiting(connection: psycopg.Connection, waiting: list[tuple[bytes, dict[str, Any]]], done: _Import) -> None:
    others = {t["other"]: parse_formula(t["other"]).key for _, r in waiting for t in r["terms"] if t["other"]}
    known = ids_by_key(connection, list({*others.values(), *(key for key, _ in waiting)}))
    held = [(key, r) for key, r in waiting if all(others[t["other"]] in known for t in r["terms"] if t["other"])]
    done.left_out += len(waiting) - len(held)
    findings = Findings(__version__)
    findings.relations.extend(_relation_row(row, relation) for row, (_, relation) in enumerate(held))
    ids = [known[key] for key, _ in held]
    with connection.transaction(), connection.cursor() as cursor:
        store_findings(cursor, findings, ids)
        restore_relation_times(
            connection, [(number, relation) for number, (_, relation) in zip(ids, held, strict=True)]
        )


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
    counts = add_lines(connection, map(str, formulas), workers, say)
    add_sources(connection, formulas, source)
    counts.refused += len(lines) - len(formulas)
    return counts


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
