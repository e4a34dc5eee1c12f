"""Rows that the database refuses: the formula at fault is recorded with the reason, everything else is stored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import psycopg
import pytest

from catalog.errors import ChunkRefused, LeaseLost
from catalog.store.leases import Lease, add_space, claim_chunk, release_chunk, start_run
from indexer.daemon.committing import commit_chunk
from indexer.daemon.link import trouble
from indexer.pipeline.batch import Batch
from indexer.pipeline.compute import compute
from indexer.sources.registry import QUADRATIC_5

RANKS = 12


@pytest.fixture(scope="module")
def batch() -> Batch:
    return Batch.of([compute(formula) for formula in QUADRATIC_5.formulas(0, RANKS) if formula is not None])


@pytest.fixture
def lease(connection: psycopg.Connection) -> Lease:
    """The right to a chunk of twelve ranks."""
    add_space(connection, "box", QUADRATIC_5.template, QUADRATIC_5.size, chunk_size=RANKS)
    run = start_run(
        connection, host="here", process_id=1, program_version="1", schema_version=_schema(connection),
        evaluator_version=1, vector_version=1, worker_count=1,
    )  # fmt: skip
    found = claim_chunk(connection, run, seconds=60)
    assert found is not None
    return found


def _schema(connection: psycopg.Connection) -> str:
    row = connection.execute("select version_num from alembic_version").fetchone()
    connection.commit()
    assert row is not None
    return str(row[0])


def commit(connection: psycopg.Connection, batch: Batch, lease: Lease) -> list[str]:
    """Commit the batch of a chunk; returns what was said."""

    def do(work: Callable[..., Any], *arguments: Any) -> Any:
        return work(connection, *arguments)

    said: list[str] = []
    commit_chunk(do, batch, lease, said.append)
    return said


def spoilt(batch: Batch, changes: dict[int, dict[str, Any]]) -> Batch:
    """The batch with other values in some columns, by row."""
    columns = {name: list(values) for name, values in batch.rows.columns.items()}
    for row, values in changes.items():
        for name, value in values.items():
            columns[name][row] = value
    return replace(batch, rows=replace(batch.rows, columns=columns))


REFUSALS = {
    "a constraint": {"status": "nonsense"},
    "two columns that contradict each other": {"status": "diverges", "limit_value": "1.5"},
    "a character that no text takes": {"status_reason": "a\x00b"},
    "a number that no column takes": {"limit_digits": 2**40},
    "a text that is no number": {"delta": "nonsense"},
}


@pytest.mark.parametrize("what", REFUSALS)
def test_a_formula_that_cannot_be_stored_is_recorded_and_the_rest_is_done(
    connection: psycopg.Connection, batch: Batch, lease: Lease, what: str
) -> None:
    said = commit(connection, spoilt(batch, {3: REFUSALS[what]}), lease)
    assert len(said) == 1
    rows = connection.execute("select a, b, status, evaluation_error from formula order by id").fetchall()
    assert len(rows) == len(batch)
    assert [row for row, stored in enumerate(rows) if stored[3] is not None] == [3]
    assert rows[3][2] == "undetermined"
    assert rows[3][3].startswith("it could not be stored: ")
    chunk = connection.execute("select state, formulas_total, formulas_failed from chunk where first_rank = 0")
    assert chunk.fetchone() == ("done", len(batch), 1)


def test_several_at_fault_are_each_recorded(connection: psycopg.Connection, batch: Batch, lease: Lease) -> None:
    wrong = dict.fromkeys((0, 5, 11), REFUSALS["a constraint"])
    commit(connection, spoilt(batch, wrong), lease)
    found = connection.execute("select count(*), count(evaluation_error) from formula").fetchone()
    assert found == (len(batch), 3)


def test_what_can_be_stored_is_stored_at_once(connection: psycopg.Connection, batch: Batch, lease: Lease) -> None:
    assert commit(connection, batch, lease) == []
    assert connection.execute("select count(*) from formula").fetchone() == (len(batch),)


def test_a_lease_that_was_lost_is_no_fault_of_a_formula(
    connection: psycopg.Connection, batch: Batch, lease: Lease
) -> None:
    release_chunk(connection, lease)
    with pytest.raises(LeaseLost):
        commit(connection, spoilt(batch, {3: REFUSALS["a constraint"]}), lease)
    assert connection.execute("select count(*) from formula").fetchone() == (0,)


def test_rows_that_are_refused_only_together_are_not_stored(
    connection: psycopg.Connection, batch: Batch, lease: Lease
) -> None:
    connection.execute(
        "create function too_many() returns trigger language plpgsql as $$ begin"
        " if (select count(*) from formula) > 8 then raise check_violation; end if; return null; end $$"
    )
    connection.execute("create trigger many after insert on formula for each statement execute function too_many()")
    connection.commit()
    with pytest.raises(ChunkRefused):
        commit(connection, batch, lease)
    assert connection.execute("select count(*) from formula").fetchone() == (0,)


def test_a_row_that_is_too_large_is_not_waited_for() -> None:
    assert trouble(psycopg.errors.ProgramLimitExceeded("index row size 3000 exceeds btree maximum")) is None
