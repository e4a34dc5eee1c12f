"""Batches in the catalogue: rows hold what was computed, constants enter with them."""

from __future__ import annotations

from dataclasses import replace

import psycopg

from catalog.formulas.pcf import parse_formula
from catalog.store.formulas import formula_by_key, relations_of
from indexer.pipeline.batch import Batch
from indexer.pipeline.compute import compute, compute_pairs, failed
from indexer.pipeline.storing import store
from indexer.upkeep.setup import seed_constants


def test_rows_hold_what_was_computed(connection: psycopg.Connection) -> None:
    seed_constants(connection)
    texts = (
        "PCF(2n+1, n^2)",
        "PCF(-2n-1, n^2)",
        "PCF(2n-4, 2n-1)",
        "PCF(n-1, n-2)",
        "PCF(1, -1)",
        "PCF(1, 1)",
        "PCF(n^2+3, n^2+1)",
    )
    formulas = [parse_formula(text) for text in texts]
    done = [*compute_pairs(formulas, budget=3), failed(parse_formula("PCF(n, 5)"), "killed")]
    store(connection, Batch.of(done))
    for computed in done:
        row = formula_by_key(connection, computed.formula.key)
        assert row is not None
        assert (row["a"], row["b"]) == (computed.formula.a, computed.formula.b)
        assert (row["status"], row["convergence_class"]) == (
            computed.evaluation.status,
            computed.evaluation.convergence_class,
        )
        assert row["evaluation_error"] == computed.evaluation.error
        limit = computed.evaluation.limit
        assert row["limit_value"] == (limit.value if limit else None)
        found = computed.identification.relations if computed.identification else ()
        assert [r["expression"] for r in relations_of(connection, row["id"])] == [r.expression for r in found]
    mirror = formula_by_key(connection, parse_formula("PCF(-2n-1, n^2)").key)
    canonical = formula_by_key(connection, parse_formula("PCF(2n+1, n^2)").key)
    assert mirror is not None
    assert canonical is not None
    assert mirror["canonical_id"] == canonical["id"]


def test_a_constant_that_theory_names_enters_the_catalogue(connection: psycopg.Connection) -> None:
    done = compute(parse_formula("PCF(2n+1, n^2)"), identified=True)
    assert done.identification is not None
    odd = replace(done.identification.relations[0], constants=("tanh(sqrt(5)/7)",), terms=("tanh(sqrt(5)/7)",))
    named = replace(done, identification=replace(done.identification, relations=(odd,), guesses=()))
    store(connection, Batch.of([named]))
    row = connection.execute("select constant_group, value_text from constant").fetchone()
    assert row is not None
    assert row[0] == "derived"
    assert row[1].startswith("0.30899892")


def test_batches_of_nothing_are_nothing(connection: psycopg.Connection) -> None:
    nothing = Batch.of([])
    assert len(nothing) == len(nothing.findings.relations) == 0
    assert store(connection, nothing).ids.size == 0
