"""What workers hand back: evaluated formulas as rows of the catalogue, column by column, ready to be stored.

A batch travels between processes as a few lists and one array, where as many values of their own would be as many
objects. What is computed of one formula (`compute.Computed`) becomes a row here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, chain
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from catalog.formulas.pcf import PCF
from catalog.store.findings import ExclusionRow, Findings, GuessRow, RelationRow, TrajectoryRow
from catalog.store.formula_rows import FLOAT_COLUMNS, INTEGER_COLUMNS, TEXT_COLUMNS, FormulaRows
from catalog.version import __version__
from catalog.vocabulary import CHECKED_PROOFS, METRICS, UNSUCCESSFUL_OUTCOMES
from indexer.identification.outcome import Identification
from indexer.kinds.evaluation import EVALUATOR_VERSION, Evaluation
from indexer.kinds.kind import vectors_of
from indexer.kinds.vectors import DIMENSION, VECTOR_VERSION
from indexer.mathematics.relations.relation import Relation
from indexer.pipeline.compute import Computed, library_version

COLUMNS = (*TEXT_COLUMNS, *INTEGER_COLUMNS, *FLOAT_COLUMNS)

MEASURED = (*METRICS, "factorial_reduction")
"""Columns that are fields of `Metrics`, of the same name."""

_metrics = attrgetter(*MEASURED)

_NOTHING: dict[str, str | int | float | None] = dict.fromkeys(COLUMNS)


@dataclass(frozen=True)
class BatchAnchor:
    """A formula of a batch that names the constants of its neighbours."""

    row: int
    formula: PCF
    constant: str
    vector: NDArray[np.float32]


@dataclass(frozen=True)
class Batch:
    """n formulas, what was found out about them, and the constants in it: their expressions by name."""

    rows: FormulaRows
    findings: Findings
    constants: dict[str, str]
    ranks: NDArray[np.int64] | None = None
    """The rank of each formula in its space, ascending within a chunk, where it comes from one."""

    @classmethod
    def of(cls, computed: Sequence[Computed], version: str | None = None, ranks: Sequence[int] | None = None) -> Batch:
        """Return what was computed of formulas as a batch, in their order.

        `version` is that of the library they were searched with, by default of the one that comes with formulary;
        `ranks` are those of the formulas in their space.
        """
        findings = _findings(computed, library_version() if version is None else version)
        places = None if ranks is None else np.array(ranks, np.int64)
        return cls(_rows(computed), findings, _constants(computed), places)

    @classmethod
    def joined(cls, batches: Sequence[Batch]) -> Batch:
        """Return the batches one after another as one; there must be one at least."""
        if len(batches) == 1:
            return batches[0]
        constants = {name: term for part in batches for name, term in part.constants.items()}
        known = [part.ranks for part in batches if part.ranks is not None]
        ranks = np.concatenate(known) if len(known) == len(batches) else None
        return cls(_joined_rows([part.rows for part in batches]), _joined_findings(batches), constants, ranks)

    def part(self, first: int, last: int) -> Batch:
        """Return the formulas first <= row < last as a batch."""
        rows, findings = _rows_between(self.rows, first, last), _findings_between(self.findings, first, last)
        return Batch(rows, findings, self.constants, None if self.ranks is None else self.ranks[first:last])

    def chosen(self, rows: Sequence[int], trajectories: Sequence[TrajectoryRow]) -> Batch:
        """Return the formulas of these rows, which ascend, as a batch, with trajectories that refer to their places."""
        found = Batch.joined([self.part(row, row + 1) for row in rows]) if rows else self.part(0, 0)
        return replace(found, findings=replace(found.findings, trajectories=list(trajectories)))

    def count(self, first_rank: int, last_rank: int) -> int:
        """Return how many formulas have the ranks first_rank <= rank < last_rank, which must be known."""
        assert self.ranks is not None
        return int(np.count_nonzero((self.ranks >= first_rank) & (self.ranks < last_rank)))

    def __len__(self) -> int:
        """Return the number of formulas."""
        return len(self.rows)

    def formula(self, row: int) -> PCF:
        """Return the formula of a row."""
        return PCF(tuple(self.rows.a[row]), tuple(self.rows.b[row]))

    @property
    def failed(self) -> int:
        """How many could not be evaluated."""
        return sum(error is not None for error in self.rows.columns["evaluation_error"])

    @property
    def identified(self) -> int:
        """How many have a relation."""
        return len({relation.row for relation in self.findings.relations})

    def anchors(self) -> Iterator[BatchAnchor]:
        """Yield the formulas with a vector and a relation to a constant for which more than numbers speak."""
        if (vectors := self.rows.vectors) is None:
            return
        for relation in self.findings.relations:
            row, constant = relation.row, relation.constant
            if constant is not None and relation.proof in CHECKED_PROOFS and np.isfinite(vectors[row]).all():
                yield BatchAnchor(row, self.formula(row), constant, vectors[row])


def _rows(computed: Sequence[Computed]) -> FormulaRows:
    """Return the formulas column by column; a formula that does not converge has no vector."""
    columns = [_columns(done.evaluation) for done in computed]
    formulas = [done.formula for done in computed]
    keys, canonical_keys = _keys(formulas)
    vectors = np.full((len(computed), DIMENSION), np.nan, dtype=np.float32)
    converge = [row for row, done in enumerate(computed) if done.evaluation.status == "converges"]
    vectors[converge] = vectors_of([formulas[row] for row in converge])
    return FormulaRows(
        a=[formula.a for formula in formulas],
        b=[formula.b for formula in formulas],
        keys=keys,
        canonical_keys=canonical_keys,
        columns={name: [row[name] for row in columns] for name in COLUMNS},
        evaluator_version=EVALUATOR_VERSION,
        vectors=vectors,
        vector_version=VECTOR_VERSION,
    )


def _columns(evaluation: Evaluation) -> dict[str, str | int | float | None]:
    failed = evaluation.error if evaluation.status == "undetermined" else None
    columns = _NOTHING | {
        "status": evaluation.status,
        "status_reason": evaluation.reason or (None if failed else evaluation.error),
        "convergence_class": evaluation.convergence_class,
        "metrics_reason": evaluation.metrics.reason,
        "family": evaluation.family,
        "closed_form": evaluation.closed_form.text if evaluation.closed_form else None,
        "closed_form_theorem": evaluation.closed_form.theorem if evaluation.closed_form else None,
        "evaluation_error": failed,
        **dict(zip(MEASURED, _metrics(evaluation.metrics), strict=True)),
    }
    limit = evaluation.limit
    if limit is not None and limit.value is not None:
        known = limit.exact is not None or limit.infinite
        columns |= {
            "limit_value": limit.value,
            "limit_digits": None if limit.infinite else limit.digits,
            "limit_error_log10": None if known else limit.error_log10,
            "bound_kind": limit.bound_kind,
            "limit_exact": limit.exact_text,
            "limit_float8": None if limit.ball is None else float(limit.ball),
        }
    return columns


def _keys(formulas: Sequence[PCF]) -> tuple[list[bytes], list[bytes]]:
    """Return the keys of formulas and those of their canonical formulas, each computed once: mirrors come in pairs."""
    canonical = [formula.canonical()[0] for formula in formulas]
    keys = {formula: formula.key for formula in dict.fromkeys([*formulas, *canonical])}
    return [keys[formula] for formula in formulas], [keys[formula] for formula in canonical]


def _findings(computed: Sequence[Computed], version: str) -> Findings:
    """Return what was found out about the formulas, by their rows."""
    findings = Findings(__version__)
    for row, found in enumerate(done.identification for done in computed):
        if found is None:
            continue
        first = len(findings.relations)
        findings.relations.extend(relation_row(row, relation) for relation in found.relations)
        findings.guesses.extend(_guesses(row, found, first if found.relations else None))
        if found.exclusion is not None and found.outcome in UNSUCCESSFUL_OUTCOMES:
            findings.exclusions.append(
                ExclusionRow(
                    row,
                    version,
                    "moebius",
                    len(str(found.exclusion.bound)) - 1,
                    found.exclusion.digits,
                    found.outcome,
                    found.exclusion.constants,
                    found.digits_needed,
                )
            )
    return findings


def _guesses(row: int, found: Identification, relation: int | None) -> Iterator[GuessRow]:
    """Yield the first guess, and the one that led to the relation of this index."""
    for guess in found.guesses:
        right = guess.outcome == "found"
        if guess.rank == 1 or right:
            yield GuessRow(
                row,
                guess.rank,
                guess.why,
                guess.outcome,
                guess.constant,
                guess.neighbour,
                guess.distance,
                relation=relation if right else None,
            )


def relation_row(row: int, relation: Relation) -> RelationRow:
    """Return a relation of formula number `row` of a batch as it is stored."""
    kind = "quadratic" if relation.kind == "algebraic" and len(relation.polynomial or ()) == 3 else relation.kind
    return RelationRow(
        row,
        kind,
        relation.coefficients or relation.polynomial or (),
        relation.expression,
        relation.method,
        relation.proof,
        relation.digits_used,
        relation.digits_verified,
        relation.constant,
    )


def _constants(computed: Sequence[Computed]) -> dict[str, str]:
    """Return the expression of every constant in the relations by name: theory names some that no library has."""
    return {
        name: term
        for done in computed
        if done.identification is not None
        for relation in done.identification.relations
        for name, term in zip(relation.constants, relation.terms, strict=True)
    }


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
    """Return rows one after another; all of them have the same columns, and vectors."""
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
    """Return what concerns the rows first <= row < last, which are counted from 0 in it."""
    kept = [index for index, row in enumerate(findings.relations) if first <= row.row < last]
    new_index = {index: new for new, index in enumerate(kept)}
    return Findings(
        findings.code_version,
        [replace(findings.relations[index], row=findings.relations[index].row - first) for index in kept],
        [
            replace(row, row=row.row - first, relation=None if row.relation is None else new_index[row.relation])
            for row in findings.guesses
            if first <= row.row < last
        ],
        [replace(row, row=row.row - first) for row in findings.exclusions if first <= row.row < last],
        trajectories=[
            replace(row, row=None if row.row is None else row.row - first)
            for row in findings.trajectories
            if (first == 0 if row.row is None else first <= row.row < last)
        ],
    )


def _joined_findings(batches: Sequence[Batch]) -> Findings:
    """Return what concerns batches whose rows follow one another."""
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
        joined.trajectories += [
            replace(row, row=None if row.row is None else row.row + first) for row in found.trajectories
        ]
    return joined
