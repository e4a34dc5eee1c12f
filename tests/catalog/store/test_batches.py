"""Batches of formulas: what is stored, what is returned, what is refused."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from sqlalchemy import Double, Integer, Text

import catalog.store.ingest
from catalog.database.opening import Database
from catalog.formulas.pcf import PCF
from catalog.schema.facts import formula as formula_table
from catalog.store import formulas as queries
from catalog.store.formula_rows import FLOAT_COLUMNS, INTEGER_COLUMNS, TEXT_COLUMNS
from catalog.store.ingest import ingest, resolve_waiting
from tests.helpers.batches import BROUNCKER, GOLDEN, batch, one


def test_the_batch_knows_every_column_that_the_table_has() -> None:
    by_type = {kind: set() for kind in (Text, Integer, Double)}
    for column in formula_table.columns:
        for kind, names in by_type.items():
            if type(column.type) is kind:
                names.add(column.name)
    assert by_type[Text] - {"kind", "definition"} == set(TEXT_COLUMNS)
    assert by_type[Integer] - {"evaluator_version", "complexity"} == set(INTEGER_COLUMNS)
    assert by_type[Double] == set(FLOAT_COLUMNS)


def test_formulas_come_back_as_they_went_in(connection: psycopg.Connection) -> None:
    huge = PCF((10**40 + 7, -3), (2**63, 0, 0, -(10**19)))
    rows = batch(
        BROUNCKER,
        huge,
        convergence_class=["exponential", None],
        limit_value=["1.2732395447", None],
        limit_digits=[11, None],
        limit_float8=[1.2732395447, float("inf")],
        delta=[0.25, None],
        status_reason=[None, "π is not ascii: \t \\N"],
    )
    result = ingest(connection, rows)
    assert result.new.all()
    first, second = (queries.formula_by_id(connection, int(i)) for i in result.ids)
    assert first is not None and second is not None
    assert (first["a"], first["b"]) == (BROUNCKER.a, BROUNCKER.b)
    assert (second["a"], second["b"]) == (huge.a, huge.b)
    assert (first["convergence_class"], second["convergence_class"]) == ("exponential", None)
    assert (first["limit_value"], first["limit_digits"], first["limit_float8"]) == ("1.2732395447", 11, 1.2732395447)
    assert (second["limit_value"], second["limit_digits"], second["limit_float8"]) == (None, None, None)
    assert (first["delta"], second["delta"]) == (0.25, None)
    assert (first["status_reason"], second["status_reason"]) == (None, "π is not ascii: \t \\N")
    assert first == queries.formula_by_key(connection, BROUNCKER.key)


def test_two_batches_of_one_transaction_do_not_see_each_other(connection: psycopg.Connection) -> None:
    ingest(connection, batch(BROUNCKER, GOLDEN))
    with connection.transaction():
        results = [ingest(connection, batch(*formulas)) for formulas in ((BROUNCKER, GOLDEN), (GOLDEN,), (BROUNCKER,))]
    assert [result.new.tolist() for result in results] == [[False, False], [False], [False]]
    assert [result.ids.tolist() for result in results[1:]] == [[int(results[0].ids[1])], [int(results[0].ids[0])]]


def test_a_known_formula_keeps_its_row_and_its_number(connection: psycopg.Connection) -> None:
    before = ingest(connection, batch(BROUNCKER, limit_value=["1.27"]))
    after = ingest(connection, batch(GOLDEN, BROUNCKER, limit_value=["1.6", "9.99"]))
    assert list(after.new) == [True, False]
    assert after.ids[1] == before.ids[0]
    stored = queries.formula_by_key(connection, BROUNCKER.key)
    assert stored is not None and stored["limit_value"] == "1.27"


def test_a_formula_twice_in_a_batch_is_one_and_new_once(connection: psycopg.Connection) -> None:
    result = ingest(connection, batch(GOLDEN, BROUNCKER, GOLDEN))
    assert list(result.new) == [True, True, False]
    assert result.ids[0] == result.ids[2]
    assert one(connection, "select count(*) from formula") == 2


def test_an_empty_batch_stores_nothing(connection: psycopg.Connection) -> None:
    assert len(ingest(connection, batch()).ids) == 0


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"limits": ["1"]}, "unknown columns"),
        ({"limit_value": ["1", "2"]}, "another length"),
    ],
)
def test_a_batch_that_does_not_fit_is_refused(columns: dict[str, list[object]], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        batch(GOLDEN, **columns)


class TestCanonical:
    def test_mirror_in_the_same_batch(self, connection: psycopg.Connection) -> None:
        ids = ingest(connection, batch(BROUNCKER.mirror(), BROUNCKER)).ids
        mirror, canonical = (queries.formula_by_id(connection, int(i)) for i in ids)
        assert mirror is not None and canonical is not None
        assert (mirror["is_canonical"], mirror["canonical_id"]) == (False, canonical["id"])
        assert (canonical["is_canonical"], canonical["canonical_id"]) == (True, None)

    def test_canonical_known_before(self, connection: psycopg.Connection) -> None:
        canonical = ingest(connection, batch(BROUNCKER)).ids[0]
        inflated = ingest(connection, batch(BROUNCKER.inflate(3))).ids[0]
        row = queries.formula_by_id(connection, int(inflated))
        assert row is not None and row["canonical_id"] == canonical

    def test_canonical_comes_later(self, connection: psycopg.Connection) -> None:
        inflated = ingest(connection, batch(BROUNCKER.inflate(3))).ids[0]
        assert one(connection, "select count(*) from canonical_pending") == 1
        canonical = ingest(connection, batch(BROUNCKER)).ids[0]
        row = queries.formula_by_id(connection, int(inflated))
        assert row is not None and row["canonical_id"] == canonical
        assert one(connection, "select count(*) from canonical_pending") == 0

    def test_canonical_comes_at_the_same_time(
        self, database: Database, connection: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Neither of two transactions at once sees the other's rows."""
        written, both = catalog.store.ingest._ingest, threading.Barrier(2)

        def held(*arguments: Any, **options: Any) -> Any:
            ingested = written(*arguments, **options)
            both.wait(30)
            return ingested

        monkeypatch.setattr(catalog.store.ingest, "_ingest", held)
        with database.connect() as other, ThreadPoolExecutor(2) as threads:
            inflated = threads.submit(ingest, connection, batch(BROUNCKER.inflate(3)))
            canonical = threads.submit(ingest, other, batch(BROUNCKER))
            expected, number = canonical.result().ids[0], int(inflated.result().ids[0])
        row = queries.formula_by_id(connection, number)
        assert row is not None and row["canonical_id"] == expected
        assert one(connection, "select count(*) from canonical_pending") == 0

    def test_what_a_killed_process_has_left_is_tied_later(self, connection: psycopg.Connection) -> None:
        inflated = ingest(connection, batch(BROUNCKER.inflate(3))).ids[0]
        canonical = ingest(connection, batch(BROUNCKER)).ids[0]
        with connection.transaction():
            connection.execute("update formula set canonical_id = null where id = %s", [int(inflated)])
            connection.execute("insert into canonical_pending values (%s, %s)", [int(inflated), BROUNCKER.key])
        assert resolve_waiting(connection) == 1
        row = queries.formula_by_id(connection, int(inflated))
        assert row is not None and row["canonical_id"] == canonical


@pytest.mark.parametrize("second", [1, -1], ids=["the same order", "opposite order"])
def test_two_batches_of_the_same_formulas_both_arrive(database: Database, second: int) -> None:
    """Neither sees the other's rows; the one that finds them there, or that the server ends, is tried again."""
    formulas = [PCF((1, k), (k, 1)) for k in range(1, 1500)]
    results = []

    def store(order: int) -> None:
        with database.connect() as connection:
            results.append(ingest(connection, batch(*formulas[::order])))

    threads = [threading.Thread(target=store, args=(order,)) for order in (1, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(int(result.new.sum()) for result in results) == [0, 1499]


@pytest.mark.parametrize(
    "values",
    [
        "status = 'fine'",
        "convergence_class = 'exponential', status = 'diverges'",
        "limit_value = '1', status = 'undetermined'",
        "limit_exact = '1/2', bound_kind = 'agreement'",
        "evaluation_error = 'no', status = 'converges'",
        "a = '{1,0}'",
        "b = '{}'",
    ],
)
def test_impossible_rows_are_refused(connection: psycopg.Connection, values: str) -> None:
    ingest(connection, batch(GOLDEN))
    with pytest.raises(psycopg.errors.CheckViolation):
        connection.execute(f"update formula set {values}")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "formula",
    [BROUNCKER, GOLDEN, PCF((-1, 1, -1), (0, -12, 5)), PCF((0, 0, 0, 7), (10**40,)), PCF((2**63, 1), (0, 2**63 - 1))],
    ids=str,
)
def test_views_write_a_formula_as_python_does(connection: psycopg.Connection, formula: PCF) -> None:
    ingest(connection, batch(formula))
    row = connection.execute("select formula, deg_a, deg_b, height, complexity, a0, b1, b2 from formulas").fetchone()
    assert row is not None
    assert row[0] == str(formula)
    height = formula.height if formula.height < 2**63 else None
    assert row[1:5] == (formula.deg_a, formula.deg_b, height, formula.complexity)
    padded = [c if abs(c) < 2**63 else None for c in (formula.a[0], *(*formula.b, 0, 0)[1:3])]
    assert list(row[5:]) == padded
