"""The way of what was computed into the store, with all that follows from it exactly."""

from __future__ import annotations

import psycopg

from catalog.formulas.pcf import PCF
from catalog.store.constants import constant_expression
from catalog.store.families import unnamed_copies
from catalog.store.findings import Findings, RelationRow
from indexer.mathematics.relations.search import normal_moebius
from indexer.mathematics.relations.text import moebius_text


def add_copies(
    cursor: psycopg.Cursor, canonical_id: int, canonical: PCF, relation: RelationRow, findings: Findings, first: int = 1
) -> list[int]:
    """Add the relations of mirrors and inflations, whose limits are integer multiples; returns their numbers.

    Among the formulas of the findings their places are from `first` on.
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
        text = moebius_text(coefficients, term)
        numbers.append(number)
        findings.relations.append(
            RelationRow(
                first + len(numbers) - 1, "moebius", coefficients, text, f"{relation.method}, times {factor}",
                relation.proof, relation.digits_used, relation.digits_verified, relation.constant,
            )
        )  # fmt: skip
    return numbers
