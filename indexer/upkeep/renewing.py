"""Relations and closed forms of an older catalogue, brought to the texts and proofs of today; no limit is evaluated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import psycopg
from flint import arb

from catalog.errors import FormularyError
from catalog.formulas.pcf import PCF
from catalog.progress import Tell, silent
from catalog.store.renewing import (
    Renewed,
    closed_forms_to_renew,
    relations_to_renew,
    renew_closed_forms,
    renew_outcomes,
    renew_relations,
)
from catalog.store.rows import Row
from catalog.vocabulary import CHECKED_PROOFS
from indexer.identification.theorems import with_proof
from indexer.kinds.kind import kind_of
from indexer.mathematics.relations.radicals import algebraic_text
from indexer.mathematics.relations.relation import Relation
from indexer.mathematics.relations.writing import value_text
from indexer.sources.matrix_fields.constants import walks_along
from indexer.workers.pool import Workers, in_order

BLOCK = 2_000
"""Rows read and written in one transaction."""


@dataclass
class Renewal:
    """How many relations became theorems, how many texts of relations and closed forms changed."""

    theorems: int = 0
    expressions: int = 0
    closed_forms: int = 0


def renew(
    connection: psycopg.Connection,
    chosen: Sequence[int] | None = None,
    *,
    workers: int | None = None,
    tell: Tell = silent,
) -> Renewal:
    """Write texts and proofs of today for all formulas, or for those chosen by number. Safe to repeat and to end."""
    result, done = Renewal(), 0
    with Workers(workers) as pool:
        for block in relations_to_renew(connection, BLOCK, chosen):
            found = list(in_order(_relations, block, _unchanged, pool=pool))
            changed = [
                new
                for row, new in zip(block, found, strict=True)
                if (new.expression, new.proof) != (row["expression"], row["proof"])
            ]
            renew_relations(connection, changed)
            done += len(block)
            result.theorems += sum(new.proof != row["proof"] for row, new in zip(block, found, strict=True))
            result.expressions += sum(
                new.expression != row["expression"] for row, new in zip(block, found, strict=True)
            )
            tell("writing and proving relations", done, None)
        done = 0
        for block in closed_forms_to_renew(connection, BLOCK, chosen):
            found_texts = list(in_order(_closed_forms, block, _same_text, pool=pool))
            texts = {
                row["id"]: text for row, text in zip(block, found_texts, strict=True) if text != row["closed_form"]
            }
            renew_closed_forms(connection, texts)
            done, result.closed_forms = done + len(block), result.closed_forms + len(texts)
            tell("writing closed forms", done, None)
    renew_outcomes(connection, chosen)
    return result


def _relations(block: Sequence[Row]) -> list[Renewed]:
    return [_relation(row) for row in block]


def _relation(row: Row) -> Renewed:
    """Return text and proof of a relation; where that fails it stays as it is."""
    formula, coefficients, name = PCF.from_row(row["a"], row["b"]), row["coefficients"], row["constant"]
    stands = partial(Relation, row["kind"], row["expression"], 0, 0, row["proof"], "")
    try:
        if row["kind"] == "moebius":
            relation = stands((name,), (row["term"],), coefficients)
            expression = value_text(coefficients, row["term"])
        else:
            relation, expression = stands(polynomial=coefficients), _algebraic(row["expression"], coefficients)
        unproved = row["proof"] in CHECKED_PROOFS and row["proof"] != "theorem"
        proof = with_proof(formula, relation, walks=walks_along(row["paths"])).proof if unproved else row["proof"]
    except (FormularyError, ArithmeticError, ValueError):
        return _unchanged(row)
    return Renewed(row["id"], expression, proof)


def _algebraic(expression: str, polynomial: Sequence[int]) -> str:
    """Return the text of a root that older versions wrote by its polynomial; other texts stay as they are."""
    near = expression.partition(" near ")[2]
    return algebraic_text(polynomial, arb(near)) if near else expression


def _unchanged(row: Row, reason: str = "") -> Renewed:
    return Renewed(row["id"], row["expression"], row["proof"])


def _closed_forms(block: Sequence[Row]) -> list[str]:
    return [_closed_form(row) for row in block]


def _closed_form(row: Row) -> str:
    try:
        form = kind_of(formula := PCF.from_row(row["a"], row["b"])).closed_form(formula)
        return _same_text(row) if form is None else form.text
    except (FormularyError, ArithmeticError, ValueError):
        return _same_text(row)


def _same_text(row: Row, reason: str = "") -> str:
    return str(row["closed_form"])
