"""Verification of stored relations: true ones hold with more digits, false ones are reported."""

from __future__ import annotations

from dataclasses import replace

import psycopg
import pytest

from catalog.formulas.pcf import PCF
from catalog.store.relations import StoredRelation, count_relations, sample_relations, stored_relations
from indexer.pipeline.batch import Batch
from indexer.pipeline.compute import compute
from indexer.pipeline.storing import store
from indexer.upkeep.setup import seed_constants
from indexer.upkeep.verifying import verify_all, verify_stored

TRUE = [
    StoredRelation(1, PCF((1, 2), (0, 0, 1)), "moebius", (4, 0, 0, 1), "4/pi", 134, "pi"),
    StoredRelation(2, PCF((1,), (1,)), "quadratic", (-1, -1, 1), "(1 + sqrt(5))/2", 135),
    StoredRelation(3, PCF((1, 2), (0, 0, -1)), "rational", (0, 1), "0", 110),
    StoredRelation(
        4, PCF((6, 4), (0, 0, -1)), "formula", (0, 1, 1, 0), "PCF(4n + 6, -n^2)", 120, None, PCF((6, 4), (0, 0, -1))
    ),
]


@pytest.mark.parametrize("relation", TRUE, ids=lambda r: r.kind)
def test_a_true_relation_holds_with_more_digits_than_it_was_stored_with(relation: StoredRelation) -> None:
    found = verify_stored(relation)
    assert found.reason is None
    assert found.digits > relation.digits


@pytest.mark.parametrize("relation", TRUE, ids=lambda r: r.kind)
def test_a_false_relation_is_reported(relation: StoredRelation) -> None:
    wrong = (relation.coefficients[0] + 1, *relation.coefficients[1:])
    assert verify_stored(replace(relation, coefficients=wrong)).reason


def test_a_relation_that_holds_to_the_stored_digits_only_is_reported() -> None:
    relation = StoredRelation(1, PCF((1, 2), (0, 0, 1)), "moebius", (4, 0, 0, 1), "4/pi", 60, "pi + 10^(-65)")
    assert verify_stored(relation).reason == "the two sides differ"


@pytest.mark.parametrize("term", ["no_such_name", "1/0"])
def test_what_cannot_be_evaluated_is_a_reason(term: str) -> None:
    assert "cannot be evaluated" in (verify_stored(replace(TRUE[0], term=term)).reason or "")


def test_relations_are_read_as_they_were_stored(connection: psycopg.Connection) -> None:
    seed_constants(connection)
    formulas = [PCF((1, 2), (0, 0, 1)), PCF((1,), (1,)), PCF((2,), (-1,)), PCF((4, 1), (1, 1))]
    store(connection, Batch.of([compute(formula, identified=True) for formula in formulas]))
    read = list(stored_relations(connection))
    assert len(read) == count_relations(connection) >= 3
    assert all(outcome.reason is None for outcome in verify_all(read, workers=1))
    assert len(list(stored_relations(connection, chosen=sample_relations(connection, 2)))) == 2
    connection.execute("update relation set coefficients = '{4,1,0,1}' where expression = '4/pi'")
    connection.commit()
    failed = [outcome for outcome in verify_all(stored_relations(connection), workers=1) if outcome.reason]
    assert [outcome.relation.formula for outcome in failed] == [formulas[0]]
