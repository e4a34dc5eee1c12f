"""Chunks and their leases: who works on what, what a lost lease stores, how runs begin and end."""

from __future__ import annotations

import psycopg
import pytest

from catalog.database.opening import Database
from catalog.errors import LeaseLost, VersionMismatch
from catalog.store import leases
from catalog.store.ingest import Chunk, ingest
from catalog.store.progress import summary
from tests.helpers.batches import BROUNCKER, GOLDEN, batch, one
from tests.helpers.leases import start_run


@pytest.fixture
def run_id(connection: psycopg.Connection) -> int:
    assert leases.add_space(connection, "tiny", "a = n; b = A, A in 1..10", 10, chunk_size=4)
    return start_run(connection)


def claim(connection: psycopg.Connection, run_id: int, **options: float) -> leases.Lease:
    lease = leases.claim_chunk(connection, run_id, **({"seconds": 60} | options))  # type: ignore[arg-type]
    assert lease is not None
    return lease


@pytest.mark.parametrize(
    "column, there",
    [("schema_version", "9999"), ("evaluator_version", 2), ("vector_version", 2)],
)
def test_another_version_is_refused_a_lease_by_name(
    connection: psycopg.Connection, run_id: int, column: str, there: object
) -> None:
    claim(connection, run_id)
    if column == "schema_version":
        connection.execute("update alembic_version set version_num = %s", [there])
    else:
        newer = start_run(connection)
        connection.execute(f"update run set {column} = %s where id = %s", [there, newer])  # type: ignore[arg-type]
    connection.commit()
    what = {"schema_version": "schema", "evaluator_version": "evaluator", "vector_version": "neighbour vector"}
    with pytest.raises(VersionMismatch, match=f"version {there} of the {what[column]} and this daemon at version"):
        leases.claim_chunk(connection, run_id, seconds=60)
    assert leases.work_remains(connection) == (2, 1)


def test_a_catalogue_that_was_restored_under_a_daemon_gives_no_lease(
    connection: psycopg.Connection, run_id: int
) -> None:
    with connection.transaction():
        connection.execute("update catalogue set epoch = 'before'")
    with pytest.raises(VersionMismatch, match="restored or copied; run `formulary init`"):
        leases.claim_chunk(connection, run_id, seconds=60)


def test_chunks_are_claimed_in_order_each_once(connection: psycopg.Connection, run_id: int) -> None:
    ranks = [(lease.first_rank, lease.last_rank) for lease in (claim(connection, run_id) for _ in range(3))]
    assert ranks == [(0, 4), (4, 8), (8, 10)]
    assert leases.claim_chunk(connection, run_id, seconds=60) is None
    assert leases.work_remains(connection) == (0, 3)


def test_a_known_space_is_not_added_again(connection: psycopg.Connection, run_id: int) -> None:
    assert not leases.add_space(connection, "tiny", "other", 99, chunk_size=4)
    assert one(connection, "select count(*) from chunk") == 3


def test_a_chunk_that_is_being_claimed_is_passed_over(
    database: Database, connection: psycopg.Connection, run_id: int
) -> None:
    with database.connect() as other:
        other.execute("select from chunk where first_rank = 0 for update")
        assert claim(connection, run_id).first_rank == 4


def test_a_limit_cuts_the_chunk_across_it(connection: psycopg.Connection, run_id: int) -> None:
    first, second = (claim(connection, run_id, rank_limit=6) for _ in range(2))
    assert (first.last_rank, second.last_rank) == (4, 6)
    assert leases.claim_chunk(connection, run_id, seconds=60, rank_limit=6) is None
    assert (claim(connection, run_id).first_rank, one(connection, "select count(*) from chunk")) == (6, 4)


def test_done_goes_with_the_rows(connection: psycopg.Connection, run_id: int) -> None:
    ingest(connection, batch(GOLDEN))
    lease = claim(connection, run_id)
    failed = {"status": ["undetermined"] * 2, "evaluation_error": [None, "out of depth"]}
    ingest(connection, batch(GOLDEN, BROUNCKER, **failed), chunks=[Chunk(lease, 2)])  # type: ignore[arg-type]
    columns = "state, formulas_total, formulas_new, formulas_failed"
    row = connection.execute(f"select {columns} from chunk where id = %s", [lease.chunk_id]).fetchone()
    assert row == ("done", 2, 1, 1)
    progress = summary(connection)
    assert (progress.spaces[0]["ranks_done"], progress.ranks_left) == (4, 6)


def test_a_lease_that_was_taken_over_stores_nothing(connection: psycopg.Connection, run_id: int) -> None:
    late = claim(connection, run_id, seconds=-1)
    taken = claim(connection, run_id)
    assert (taken.chunk_id, taken.attempts) == (late.chunk_id, 2)
    with pytest.raises(LeaseLost, match=f"chunk {late.chunk_id} was taken over"):
        ingest(connection, batch(GOLDEN), chunks=[Chunk(late, 1)])
    assert one(connection, "select count(*) from formula") == 0
    ingest(connection, batch(GOLDEN), chunks=[Chunk(taken, 1)])


def test_chunks_that_are_stored_together_have_counts_of_their_own(connection: psycopg.Connection, run_id: int) -> None:
    first, second = claim(connection, run_id), claim(connection, run_id)
    failed = {"status": ["converges", "undetermined"], "evaluation_error": [None, "out of depth"]}
    chunks = [Chunk(first, 1), Chunk(second, 1)]
    ingest(connection, batch(GOLDEN, BROUNCKER, **failed), chunks=chunks)  # type: ignore[arg-type]
    columns = "state, formulas_total, formulas_new, formulas_failed"
    rows = [
        connection.execute(f"select {columns} from chunk where id = %s", [lease.chunk_id]).fetchone()
        for lease in (first, second)
    ]
    assert rows == [("done", 1, 1, 0), ("done", 1, 1, 1)]


def test_of_chunks_that_are_stored_together_one_taken_over_stores_nothing(
    connection: psycopg.Connection, run_id: int
) -> None:
    late = claim(connection, run_id, seconds=-1)
    taken, other = claim(connection, run_id), claim(connection, run_id)
    with pytest.raises(LeaseLost, match=f"chunk {late.chunk_id} was taken over"):
        ingest(connection, batch(GOLDEN, BROUNCKER), chunks=[Chunk(other, 1), Chunk(late, 1)])
    assert one(connection, "select count(*) from formula") == 0
    ingest(connection, batch(GOLDEN, BROUNCKER), chunks=[Chunk(other, 1), Chunk(taken, 1)])


def test_an_expired_lease_serves_until_it_is_taken_over(connection: psycopg.Connection, run_id: int) -> None:
    late = claim(connection, run_id, seconds=-1)
    assert ingest(connection, batch(GOLDEN), chunks=[Chunk(late, 1)]).new.all()


def test_a_chunk_is_done_once(connection: psycopg.Connection, run_id: int) -> None:
    lease = claim(connection, run_id)
    ingest(connection, batch(GOLDEN), chunks=[Chunk(lease, 1)])
    with pytest.raises(LeaseLost):
        ingest(connection, batch(BROUNCKER), chunks=[Chunk(lease, 1)])


def test_heartbeat_renews_what_is_still_held(connection: psycopg.Connection, run_id: int) -> None:
    lost, held = claim(connection, run_id, seconds=-1), claim(connection, run_id)
    assert lost.chunk_id == held.chunk_id
    assert leases.heartbeat(connection, run_id, [lost, held], seconds=60) == {held.token}


def test_release_fail_and_split(connection: psycopg.Connection, run_id: int) -> None:
    lease = claim(connection, run_id)
    assert leases.release_chunk(connection, lease)
    assert not leases.release_chunk(connection, lease)
    again = claim(connection, run_id)
    assert (again.chunk_id, again.attempts) == (lease.chunk_id, 1)  # given back: no attempt
    assert not leases.split_chunk(connection, again, again.first_rank)
    assert leases.split_chunk(connection, again, 2, "killed")
    half = claim(connection, run_id)
    assert (half.first_rank, half.last_rank, half.attempts) == (0, 2, 1)
    assert leases.fail_chunk(connection, half, "killed")
    assert claim(connection, run_id).first_rank == 2


def test_runs_show_and_end(connection: psycopg.Connection, run_id: int) -> None:
    claim(connection, run_id)
    (run,) = summary(connection).runs
    assert (run["leased"], run["ended_at"]) == (1, None)
    leases.end_run(connection, run_id, "done")
    assert summary(connection).runs[0]["end_reason"] == "done"
