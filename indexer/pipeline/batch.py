"""What workers hand back: evaluated formulas column by column, ready to be stored.

A batch travels between processes as a few lists and one array, where as many records would be as many objects.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, chain

import numpy as np
import numpy.typing as npt

from catalog.formulas.pcf import PCF
from catalog.store.findings import Findings
from catalog.store.formula_rows import FormulaRows
from indexer.pipeline.rows import Record, batch, constants_of


@dataclass(frozen=True)
class Anchor:
    """A formula of a batch that names the constants of its neighbours."""

    row: int
    formula: PCF
    constant: str
    vector: npt.NDArray[np.float32]


@dataclass(frozen=True)
class Batch:
    """n formulas, what was found out about them, and the constants in it: their expressions by name."""

    rows: FormulaRows
    findings: Findings
    constants: dict[str, str]

    @classmethod
    def of(cls, records: Sequence[Record], library_version: str) -> Batch:
        """The records as a batch."""
        return cls(*batch(records, library_version), constants_of(records))

    @classmethod
    def joined(cls, batches: Sequence[Batch]) -> Batch:
        """Batches one after another; there must be one."""
        if len(batches) == 1:
            return batches[0]
        constants = {name: term for part in batches for name, term in part.constants.items()}
        return cls(_joined_rows([part.rows for part in batches]), _joined_findings(batches), constants)

    def part(self, first: int, last: int) -> Batch:
        """The formulas first <= row < last."""
        rows, findings = _rows_between(self.rows, first, last), _findings_between(self.findings, first, last)
        return Batch(rows, findings, self.constants)

    def __len__(self) -> int:
        """Number of formulas."""
        return len(self.rows)

    def formula(self, row: int) -> PCF:
        """The formula of a row."""
        return PCF(tuple(self.rows.a[row]), tuple(self.rows.b[row]))

    @property
    def failed(self) -> int:
        """How many could not be evaluated."""
        return sum(error is not None for error in self.rows.columns["evaluation_error"])

    @property
    def identified(self) -> int:
        """How many have a relation."""
        return len({relation.row for relation in self.findings.relations})

    def anchors(self) -> Iterator[Anchor]:
        """The formulas with a relation to a constant that more than numbers speak for, and a vector."""
        if (vectors := self.rows.vectors) is None:
            return
        for relation in self.findings.relations:
            row, constant = relation.row, relation.constant
            if constant is not None and relation.proof != "numerical" and np.isfinite(vectors[row]).all():
                yield Anchor(row, self.formula(row), constant, vectors[row])


def _rows_between(rows: FormulaRows, first: int, last: int) -> FormulaRows:
    return replace(
        rows,
        a=rows.a[first:last],
        b=rows.b[first:last],
        keys=rows.keys[first:last],
        canonical_keys=rows.canonical_keys[first:last],
        columns={name: values[first:last] for name, values in rows.columns.items()},
        vectors=None if rows.vectors is None else rows.vectors[first:last],
    )


def _joined_rows(parts: Sequence[FormulaRows]) -> FormulaRows:
    """Rows one after another; all of them have the same columns, and vectors."""
    return replace(
        parts[0],
        a=list(chain.from_iterable(part.a for part in parts)),
        b=list(chain.from_iterable(part.b for part in parts)),
        keys=list(chain.from_iterable(part.keys for part in parts)),
        canonical_keys=list(chain.from_iterable(part.canonical_keys for part in parts)),
        columns={name: list(chain.from_iterable(part.columns[name] for part in parts)) for name in parts[0].columns},
        vectors=np.concatenate([part.vectors for part in parts if part.vectors is not None]),
    )


def _findings_between(findings: Findings, first: int, last: int) -> Findings:
    """What concerns the rows first <= row < last, which are counted from 0 in it."""
    kept = [place for place, row in enumerate(findings.relations) if first <= row.row < last]
    places = {place: number for number, place in enumerate(kept)}
    return Findings(
        findings.code_version,
        [replace(findings.relations[place], row=findings.relations[place].row - first) for place in kept],
        [
            replace(row, row=row.row - first, relation=None if row.relation is None else places[row.relation])
            for row in findings.guesses
            if first <= row.row < last
        ],
        [replace(row, row=row.row - first) for row in findings.exclusions if first <= row.row < last],
    )


def _joined_findings(batches: Sequence[Batch]) -> Findings:
    """What concerns batches whose rows follow one another."""
    joined = Findings(batches[0].findings.code_version)
    starts = accumulate(map(len, batches[:-1]), initial=0)
    for first, part in zip(starts, batches, strict=True):
        found, before = part.findings, len(joined.relations)
        joined.relations += [replace(row, row=row.row + first) for row in found.relations]
        joined.guesses += [
            replace(row, row=row.row + first, relation=None if row.relation is None else row.relation + before)
            for row in found.guesses
        ]
        joined.exclusions += [replace(row, row=row.row + first) for row in found.exclusions]
    return joined
