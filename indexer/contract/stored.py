"""The object of a stored formula, with everything that is known of it."""

from __future__ import annotations

from typing import Any

import psycopg

from catalog.errors import FormulaNotFound
from catalog.formulas.pcf import PCF
from catalog.store import formulas as queries
from catalog.store.clusters import cluster_of
from catalog.store.equivalences import class_of
from catalog.store.judgement import notes_of
from catalog.store.rows import Row
from indexer.contract.objects import stored_object
from indexer.mathematics.relations.relation import json_integer


def stored_formula(connection: psycopg.Connection, formula: PCF) -> dict[str, Any]:
    """The formula with its relations, guesses, exclusions, sources, cluster and notes; raises FormulaNotFound."""
    row = queries.formula_by_key(connection, formula.key)
    if row is None:
        raise FormulaNotFound(formula)
    read = (queries.relations_of, queries.guesses_of, queries.exclusions_of, queries.sources_of)
    relations, guesses, exclusions, sources = (function(connection, row["id"]) for function in read)
    result = stored_object(row, relations, guesses, exclusions, sources)
    result["cluster"] = cluster_of(connection, row["id"])
    result["class"] = _class(class_of(connection, row["id"]))
    result["notes"] = [
        {
            "number": note["id"],
            "text": note["note_text"],
            "author": note["author"],
            "written_at": note["written_at"].isoformat(),
        }
        for note in notes_of(connection, row["id"])
    ]
    return result


def _class(row: Row | None) -> dict[str, Any] | None:
    """The class of a formula: its representative, by which map the limits are related, how many members it has.

    `formula` is the canonical formula of which the map speaks, where that is another.
    """
    if row is None:
        return None
    return {
        "id": row["class_id"],
        "formulas": row["formulas"],
        "formula": row["formula"],
        "representative": row["representative"],
        "map": None if row["map"] is None else [json_integer(c) for c in row["map"]],
        "folds": row["folds"],
        "open": row["open_reason"],
    }
