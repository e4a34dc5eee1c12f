"""A batch into the store with the constants that it names, and relations with all that follows from them exactly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import psycopg

from catalog.constants.expressions import to_latex
from catalog.formulas.pcf import PCF
from catalog.store.constants import (
    DERIVED,
    ConstantRow,
    constant_expression,
    last_likelihood,
    missing_constants,
    store_constants,
)
from catalog.store.families import unnamed_copies
from catalog.store.findings import Findings, GuessRow, RelationRow, SourceRow
from catalog.store.ingest import Chunk, Ingested, ingest
from catalog.store.rows import Row
from catalog.store.storing_findings import store_findings
from catalog.version import __version__
from indexer.identification.values import with_value
from indexer.mathematics.relations.search import normal_moebius
from indexer.mathematics.relations.writing import value_text
from indexer.pipeline.batch import Batch


def store(
    connection: psycopg.Connection, batch: Batch, *, sources: Sequence[SourceRow] = (), chunks: Sequence[Chunk] = ()
) -> Ingested:
    """Store a batch with the constants it names; `sources` say where its formulas were published.

    The `chunks` that it is of are done in the same transaction; raises LeaseLost where one was taken over meanwhile.
    """
    name_constants(connection, batch.constants)
    findings = replace(batch.findings, sources=[*batch.findings.sources, *sources])
    return ingest(connection, batch.rows, findings, chunks=chunks)


def name_constants(connection: psycopg.Connection, terms: Mapping[str, str]) -> int:
    """Store the constants, by name with their expression, that the catalogue does not hold; return how many."""
    missing = missing_constants(connection, terms)
    if not missing:
        return 0
    first = last_likelihood(connection) + 1
    return store_constants(
        connection,
        [_derived(name, terms[name], likelihood) for likelihood, name in enumerate(missing, first)],
    )


def _derived(name: str, expression: str, likelihood: int) -> ConstantRow:
    return with_value(ConstantRow(name, expression, likelihood, to_latex(expression), DERIVED))


def store_proposed(
    connection: psycopg.Connection, found: Sequence[tuple[Row, RelationRow | None]], proposer: str
) -> None:
    """Store what a proposer found for canonical formulas, with the relations of mirrors and inflations that follow.

    The rows have id, a, b, constant, and guess_place, that of a further guess; where there is no relation the guess
    says that the constant was excluded.
    """
    findings, numbers = Findings(__version__), list[int]()
    with connection.transaction(), connection.cursor() as cursor:
        for row, relation in found:
            place, related = len(numbers), None
            numbers.append(int(row["id"]))
            if relation is not None:
                related = len(findings.relations)
                findings.relations.append(replace(relation, row=place))
            outcome = "excluded" if relation is None else "found"
            guess = GuessRow(place, row["guess_place"], proposer, outcome, row["constant"], relation=related)
            findings.guesses.append(guess)
            if relation is not None and relation.constant is not None:
                formula = PCF.from_row(row["a"], row["b"])
                numbers += add_copies(cursor, numbers[place], formula, relation, findings, len(numbers))
        store_findings(cursor, findings, numbers)


def add_copies(
    cursor: psycopg.Cursor, canonical_id: int, canonical: PCF, relation: RelationRow, findings: Findings, first: int = 1
) -> list[int]:
    """Add the relations of mirrors and inflations, whose limits are integer multiples, and return their numbers.

    Among the formulas of the findings their rows are counted from `first` on.
    """
    numbers = []
    connection, constant = cursor.connection, relation.constant
    term = constant_expression(connection, constant) if constant is not None else None
    assert term is not None
    for number, copy in unnamed_copies(connection, canonical_id):
        reduced, factor = copy.canonical()
        if reduced != canonical:
            continue
        x, y, z, w = relation.coefficients
        coefficients = normal_moebius((factor * x, factor * y, z, w))
        text = value_text(coefficients, term)
        numbers.append(number)
        findings.relations.append(
            RelationRow(
                first + len(numbers) - 1, "moebius", coefficients, text, f"{relation.method}, times {factor}",
                relation.proof, relation.digits_used, relation.digits_verified, relation.constant,
            )
        )  # fmt: skip
    return numbers
