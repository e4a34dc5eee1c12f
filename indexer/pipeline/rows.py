"""Rows of the catalogue from what was computed: records that travel from workers, and batches of them for `ingest`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter

import numpy as np
import numpy.typing as npt

from catalog.formulas.pcf import PCF
from catalog.store.findings import ExclusionRow, Findings, GuessRow, RelationRow
from catalog.store.formula_rows import FLOAT_COLUMNS, INTEGER_COLUMNS, TEXT_COLUMNS, FormulaRows
from catalog.version import __version__
from catalog.vocabulary import METRICS, UNSUCCESSFUL_OUTCOMES
from indexer.identification.identify import Exclusion, Guess, Identification
from indexer.kinds.evaluation import EVALUATOR_VERSION, Evaluation
from indexer.kinds.kind import vectors_of
from indexer.kinds.vectors import DIMENSION, VECTOR_VERSION
from indexer.mathematics.relations.relation import Relation
from indexer.pipeline.compute import Computed

Columns = dict[str, str | int | float | None]

COLUMNS = (*TEXT_COLUMNS, *INTEGER_COLUMNS, *FLOAT_COLUMNS)

MEASURED = (*METRICS, "factorial_reduction")
"""Columns that are fields of `Metrics`, of the same name."""

_metrics = attrgetter(*MEASURED)

_NOTHING: Columns = dict.fromkeys(COLUMNS)


@dataclass(frozen=True)  # no slots: it travels between processes, and slots take Python's slow way there
class Record:
    """One formula ready to be stored: plain values, which travel between processes.

    `vector` is None for formulas that do not converge.
    """

    formula: PCF
    columns: Columns
    vector: npt.NDArray[np.float32] | None
    relations: tuple[Relation, ...] = ()
    guesses: tuple[Guess, ...] = ()
    exclusion: Exclusion | None = None
    outcome: str | None = None
    digits_needed: int | None = None


def record(computed: Computed) -> Record:
    """The record of a computed formula."""
    return records([computed])[0]


def records(computed: Sequence[Computed]) -> list[Record]:
    """The records of computed formulas, in their order."""
    placed = [done.formula for done in computed if done.evaluation.status == "converges"]
    vectors = dict(zip(placed, vectors_of(placed), strict=True))
    return [_record(done, vectors.get(done.formula)) for done in computed]


def _record(computed: Computed, vector: npt.NDArray[np.float32] | None) -> Record:
    evaluation, found = computed.evaluation, computed.identification
    columns = _columns(evaluation)
    if found is None:
        return Record(evaluation.formula, columns, vector)
    return Record(
        evaluation.formula,
        columns,
        vector,
        found.relations,
        _kept(found),
        found.exclusion,
        found.outcome,
        found.digits_needed,
    )


def _kept(found: Identification) -> tuple[Guess, ...]:
    """The first guess, and the one that was right."""
    return tuple(guess for guess in found.guesses if guess.rank == 1 or guess.outcome == "found")


def _columns(evaluation: Evaluation) -> Columns:
    failed = evaluation.error if evaluation.status == "undetermined" else None
    columns: Columns = _NOTHING | {
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


def batch(records: Sequence[Record], library_version: str) -> tuple[FormulaRows, Findings]:
    """The records as columns, and what was found out about them."""
    rows = [item.columns for item in records]
    columns = {name: [row[name] for row in rows] for name in COLUMNS}
    keys, canonical_keys = _keys([item.formula for item in records])
    vectors = np.full((len(records), DIMENSION), np.nan, dtype=np.float32)
    for row, item in enumerate(records):
        if item.vector is not None:
            vectors[row] = item.vector
    stored = FormulaRows(
        a=[item.formula.a for item in records],
        b=[item.formula.b for item in records],
        keys=keys,
        canonical_keys=canonical_keys,
        columns=columns,
        evaluator_version=EVALUATOR_VERSION,
        vectors=vectors,
        vector_version=VECTOR_VERSION,
    )
    return stored, findings_of(records, library_version)


def _keys(formulas: Sequence[PCF]) -> tuple[list[bytes], list[bytes]]:
    """The keys of formulas and those of their canonical formulas, each computed once: mirrors come in pairs."""
    canonical = [formula.canonical()[0] for formula in formulas]
    keys = {formula: formula.key for formula in dict.fromkeys([*formulas, *canonical])}
    return [keys[formula] for formula in formulas], [keys[formula] for formula in canonical]


def findings_of(records: Sequence[Record], library_version: str) -> Findings:
    """What was found out about the formulas of the records, by their places."""
    findings = Findings(__version__)
    for row, item in enumerate(records):
        first = len(findings.relations)
        findings.relations.extend(relation_row(row, relation) for relation in item.relations)
        for guess in item.guesses:
            found = first if guess.outcome == "found" and item.relations else None
            findings.guesses.append(
                GuessRow(
                    row,
                    guess.rank,
                    guess.why,
                    guess.outcome,
                    guess.constant,
                    guess.neighbour,
                    guess.distance,
                    relation=found,
                )
            )
        if item.exclusion is not None and item.outcome in UNSUCCESSFUL_OUTCOMES:
            findings.exclusions.append(
                ExclusionRow(
                    row,
                    library_version,
                    "moebius",
                    len(str(item.exclusion.bound)) - 1,
                    item.exclusion.digits,
                    item.outcome,
                    item.exclusion.constants,
                    item.digits_needed,
                )
            )
    return findings


def relation_row(row: int, relation: Relation) -> RelationRow:
    """A relation of formula number `row` of a batch as it is stored."""
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


def constants_of(records: Iterable[Record]) -> dict[str, str]:
    """Name and expression of every constant in the records' relations: theory names some that no library has."""
    return {
        name: term
        for item in records
        for relation in item.relations
        for name, term in zip(relation.constants, relation.terms, strict=True)
    }
