"""Records of exports into the catalogue, with when and by which version each was found; known formulas stay.

The records are whole (`catalog.exchange.validation`) and were judged (`claims`) or are trusted; what the database does
not take all the same is refused by record, and the others of its batch are stored.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import psycopg

from catalog.errors import FormularyError, RecordError
from catalog.exchange.export import Record
from catalog.formulas.pcf import PCF, parse_formula
from catalog.formulas.recurrence import parse_recurrence
from catalog.store.fields import store_trajectories
from catalog.store.findings import ExclusionRow, Findings, GuessRow, RelationRow, SourceRow, Term
from catalog.store.formula_rows import FLOAT_COLUMNS, INTEGER_COLUMNS, TEXT_COLUMNS, FormulaRows
from catalog.store.formulas import ids_by_key
from catalog.store.importing import add_judgement, restore_relation_times, restore_times
from catalog.store.ingest import ingest
from catalog.store.recurrences import store_recurrence
from catalog.store.storing_findings import store_findings
from catalog.version import __version__
from indexer.kinds.kind import vectors_of
from indexer.kinds.vectors import DIMENSION, VECTOR_VERSION
from indexer.pipeline.recurrences import expressions_of, recurrence_row
from indexer.pipeline.storing import name_constants
from indexer.sources.matrix_fields.higher_rank import matrix_of
from indexer.upkeep.adding import Added
from indexer.upkeep.represented import add_fractions, trajectories_of

SAME_CHARACTERS = 20
"""Characters to which the limit that a record states of a recurrence must be the one that is found."""

BATCH = 500
"""Records of one transaction."""

REFUSED = (psycopg.DataError, psycopg.IntegrityError, psycopg.errors.ProgramLimitExceeded, FormularyError, ValueError)
"""What a record raises that cannot be stored, whatever its form."""

Numbered = tuple[int, Record]
"""A record with its number in the file, from 1."""

Waiting = tuple[bytes, dict[str, Any]]
"""A relation to another formula, with the key of its own."""


@dataclass
class Import:
    """An import under way: what became of the records, and what waits for formulas that are still to come."""

    connection: psycopg.Connection
    say: Callable[[str], None]
    summary: Added = field(default_factory=Added)
    left_out: int = 0
    """Relations to formulas that the file does not hold."""
    _waiting: list[Waiting] = field(default_factory=list)

    def refuse(self, number: int, reason: str) -> None:
        """Count a record that is not stored, and say why."""
        self.summary.refused += 1
        self.say(f"record {number}: {reason}")

    def store(self, records: Sequence[Numbered]) -> None:
        """Store records; those of one version of the evaluator in one transaction, or each in its own if need be."""
        for item in (item for item in records if item[1]["a"] is None):
            try:
                self._store_recurrence(item)
            except REFUSED as error:
                self.refuse(item[0], f"it cannot be stored: {_first_line(error)}")
        fractions = [item for item in records if item[1]["a"] is not None]
        for version in sorted({record["evaluator_version"] for _, record in fractions}):
            together = [item for item in fractions if item[1]["evaluator_version"] == version]
            try:
                self._store(together, version)
            except REFUSED:
                for item in together:
                    self._store_one(item, version)

    def _store_recurrence(self, item: Numbered) -> None:
        """Store a recurrence, evaluated anew, with its trajectories; what its record claims must agree with that."""
        record = item[1]
        recurrence = parse_recurrence(record["formula"])
        walked = list(trajectories_of(record, recurrence, 0))
        row = next((own.recurrence for own in walked if own.recurrence), None)
        row = recurrence_row(matrix_of(recurrence)) if row is None else row
        stated, found = record["limit_value"], row.limits[0].limit_value if row.limits else None
        if stated is not None and found is not None and stated[:SAME_CHARACTERS] != found[:SAME_CHARACTERS]:
            raise RecordError(f"limit_value is {stated[:30]}, but the limit is {found[:30]}")
        is_known = bool(ids_by_key(self.connection, [recurrence.key]))
        with self.connection.transaction(), self.connection.cursor() as cursor:
            name_constants(self.connection, expressions_of(row))
            formula_id, _ = store_recurrence(cursor, row, __version__)
            store_trajectories(cursor, walked, [], __version__)
            add_judgement(self.connection, [(formula_id, record)])
        self.summary.known += is_known
        self.summary.added += not is_known

    def _store_one(self, item: Numbered, version: int) -> None:
        try:
            self._store([item], version)
        except REFUSED as error:
            self.refuse(item[0], f"it cannot be stored: {_first_line(error)}")

    def _store(self, numbered: Sequence[Numbered], version: int) -> None:
        records = [record for _, record in numbered]
        formulas = [PCF(tuple(record["a"]), tuple(record["b"])) for record in records]
        rows = _rows(records, formulas, version)
        terms = {t["constant"]: t["constant_expression"] for r in records for x in r["relations"] for t in x["terms"]}
        with self.connection.transaction():
            name_constants(self.connection, {name: text for name, text in terms.items() if name is not None})
            known = ids_by_key(self.connection, rows.keys)
            findings, waiting = _findings(records, formulas)
            findings.exclusions = [item for item in findings.exclusions if rows.keys[item.row] not in known]
            ingested = ingest(self.connection, rows, findings)
            ids = [int(number) for number in ingested.ids]
            fresh = [(number, record) for number, record, new in zip(ids, records, ingested.new, strict=True) if new]
            restore_times(self.connection, fresh)
            add_judgement(self.connection, list(zip(ids, records, strict=True)))
            for formula, record in zip(formulas, records, strict=True):
                add_fractions(self.connection, formula, record)
        self._waiting += waiting
        self.summary.added += len(fresh)
        self.summary.known += len(records) - len(fresh)

    def finish(self) -> None:
        """Store the relations between formulas, all of which are there by now, or are not in the file."""
        for start in range(0, len(self._waiting), BATCH):
            waiting = self._waiting[start : start + BATCH]
            try:
                self._store_waiting(waiting)
            except REFUSED:
                for item in waiting:
                    self._store_waiting_one(item)
        if self.left_out:
            self.say(f"formulary: {self.left_out} relations to formulas that are not there were left out")

    def _store_waiting_one(self, item: Waiting) -> None:
        try:
            self._store_waiting([item])
        except REFUSED as error:
            self.say(f"formulary: {item[1]['expression'][:60]} was left out: {_first_line(error)}")

    def _store_waiting(self, waiting: Sequence[Waiting]) -> None:
        others = {t["other"]: parse_formula(t["other"]).key for _, r in waiting for t in r["terms"] if t["other"]}
        known = ids_by_key(self.connection, list({*others.values(), *(key for key, _ in waiting)}))
        held = [(key, r) for key, r in waiting if all(others[t["other"]] in known for t in r["terms"] if t["other"])]
        findings = Findings(__version__)
        findings.relations.extend(_relation_row(row, relation) for row, (_, relation) in enumerate(held))
        ids = [known[key] for key, _ in held]
        with self.connection.transaction(), self.connection.cursor() as cursor:
            store_findings(cursor, findings, ids)
            restore_relation_times(
                self.connection, [(number, relation) for number, (_, relation) in zip(ids, held, strict=True)]
            )
        self.left_out += len(waiting) - len(held)


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]


def _rows(records: Sequence[Record], formulas: Sequence[PCF], version: int) -> FormulaRows:
    vectors = np.full((len(records), DIMENSION), np.nan, dtype=np.float32)
    converge = [row for row, record in enumerate(records) if record["status"] == "converges"]
    vectors[converge] = vectors_of([formulas[row] for row in converge])
    names = (*TEXT_COLUMNS, *INTEGER_COLUMNS, *FLOAT_COLUMNS)
    return FormulaRows(
        a=[formula.a for formula in formulas],
        b=[formula.b for formula in formulas],
        keys=[formula.key for formula in formulas],
        canonical_keys=[formula.canonical()[0].key for formula in formulas],
        columns={name: [record[name] for record in records] for name in names},
        evaluator_version=version,
        vectors=vectors,
        vector_version=VECTOR_VERSION,
    )


def _findings(records: Sequence[Record], formulas: Sequence[PCF]) -> tuple[Findings, list[Waiting]]:
    """Return what the records say of their formulas, and the relations to other formulas, which have to wait."""
    findings, waiting = Findings(__version__), []
    for row, record in enumerate(records):
        stored: dict[tuple[str, str], int] = {}
        for relation in record["relations"]:
            if any(term["other"] for term in relation["terms"]):
                waiting.append((formulas[row].key, relation))
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
        findings.trajectories.extend(trajectories_of(record, formulas[row], row))
    return findings, waiting


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
