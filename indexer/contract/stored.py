"""The object of a stored formula, with everything that is known of it."""

from __future__ import annotations

from typing import Any

import psycopg

from catalog.errors import FormulaNotFound, NotFound, RecurrenceNotFound
from catalog.formulas.pcf import PCF
from catalog.formulas.recurrence import Recurrence, stored_value
from catalog.store import formulas as queries
from catalog.store.clusters import cluster_of
from catalog.store.equivalences import class_of
from catalog.store.fields import representations_of
from catalog.store.interlaced import interlaced_of
from catalog.store.judgement import notes_of
from catalog.store.recurrences import recurrence_limits
from catalog.store.rows import Row
from indexer.contract.objects import stored_object
from indexer.mathematics.proofs.certificate import composed
from indexer.mathematics.relations.relation import json_integer


def stored_formula(connection: psycopg.Connection, formula: PCF) -> dict[str, Any]:
    """The formula with all that is known of it, down to trajectories and notes; raises FormulaNotFound."""
    row = queries.formula_by_key(connection, formula.key)
    if row is None:
        raise FormulaNotFound(formula)
    read = (queries.relations_of, queries.guesses_of, queries.exclusions_of, queries.sources_of)
    relations, guesses, exclusions, sources = (function(connection, row["id"]) for function in read)
    result = stored_object(row, relations, guesses, exclusions, sources)
    result["cluster"] = cluster_of(connection, row["id"])
    result["class"] = _class(class_of(connection, row["id"]))
    result["representations"] = [_representation(formula, found) for found in representations_of(connection, row["id"])]
    result["interlaced"] = [
        {
            "fraction": found["fraction"],
            "signs": found["signs"],
            "map": [json_integer(c) for c in found["coefficients"]],
            "value": found["value"],
            "guessed_from": found["guessed_from"],
        }
        for found in interlaced_of(connection, row["id"])
    ]
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


def _representation(formula: PCF, row: Row) -> dict[str, Any]:
    """A trajectory that a formula represents, with the map from the limit q of its quotients to that of the formula.

    `folds` are the steps of the formula and of the trajectory that are taken as one, null where the formula is the
    continued fraction of the trajectory.
    """
    canonical, factor = formula.canonical()
    scale = 1 if formula == canonical or row["is_own"] else factor
    return {
        "field": row["field"],
        "direction": row["direction"],
        "start": row["start"],
        "map": [json_integer(c) for c in composed((0, scale, 1, 0), row["coefficients"])],
        "folds": row["folds"],
        "rate": row["rate"],
        "rate_per_degree": None if row["rate"] is None else row["rate"] / max(row["degree"] or 1, 1),
        "rate_per_step": None if row["rate"] is None else row["rate"] / row["steps"],
        "delta_limit": row["delta_limit"],
    }


def stored_number(connection: psycopg.Connection, number: int) -> PCF | Recurrence:
    """The formula with a number of the catalogue; raises NotFound."""
    row = queries.formula_by_id(connection, number) if number < 1 << 63 else None
    if row is None:
        raise NotFound(f"no formula with the number {number} in the catalogue; `formulary find` gives numbers")
    return stored_value(row)


def stored_recurrence(connection: psycopg.Connection, recurrence: Recurrence) -> dict[str, Any]:
    """The recurrence with its limits and trajectories; raises NotFound."""
    row = queries.formula_by_key(connection, recurrence.key)
    if row is None:
        raise RecurrenceNotFound
    gamma = row["convergence_gamma"]
    return {
        "formula": row["definition"],
        "id": row["id"],
        "kind": "recurrence",
        "order": recurrence.order,
        "status": row["status"],
        "reason": row["status_reason"] or row["evaluation_error"],
        "rate": None if gamma is None else -gamma,
        "limits": [
            {
                "place": found["place"],
                "value": found["limit_value"],
                "digits": found["limit_digits"],
                "bound_kind": found["bound_kind"],
                "expression": found["expression"],
                "proof": found["proof"],
                "delta": None if found["delta"] is None else {"n": found["delta_depth"], "value": found["delta"]},
            }
            for found in recurrence_limits(connection, [row["id"]])
        ],
        "representations": [
            {name: found[name] for name in ("field", "direction", "start", "rate")}
            | {"rate_per_step": None if found["rate"] is None else found["rate"] / found["steps"]}
            for found in representations_of(connection, row["id"])
        ],
        "complexity": row["complexity"],
        "evaluated_at": row["evaluated_at"].isoformat(),
        "evaluator_version": row["evaluator_version"],
    }


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
