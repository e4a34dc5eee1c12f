"""Spaces as people arrange them: paused, resumed, put before others, removed; what daemons get of them then."""

from __future__ import annotations

import psycopg
import pytest

from catalog.errors import LeaseLost, NotFound, SpaceError
from catalog.store import leases
from catalog.store.findings import Findings, RelationRow
from catalog.store.ingest import Chunk, ingest
from catalog.store.progress import ranks_below, summary, yields
from catalog.store.spaces import (
    pause_space,
    prefer_space,
    remove_space,
    require_at_work,
    resume_space,
    spaces,
)
from tests.helpers.batches import BROUNCKER, GOLDEN, batch
from tests.helpers.leases import start_run


@pytest.fixture
def two(connection: psycopg.Connection) -> int:
    """Two spaces, tiny of 10 ranks before other of 8, and a run, whose number is returned."""
    leases.add_space(connection, "tiny", "a = n; b = A; A in 1..10", 10, chunk_size=4)
    leases.add_space(connection, "other", "a = k; b = 1; k in 1..8", 8, chunk_size=4)
    return start_run(connection)


def store_chunk(connection: psycopg.Connection, lease: leases.Lease | None) -> None:
    """Store a formula as all that a chunk holds."""
    assert lease is not None
    ingest(connection, batch(GOLDEN), chunks=[Chunk(lease, 1)])


def claimed(connection: psycopg.Connection, run: int) -> str | None:
    """The space of the next chunk."""
    lease = leases.claim_chunk(connection, run, seconds=60)
    return None if lease is None else lease.space


def test_chunks_of_a_paused_space_are_not_handed_out(connection: psycopg.Connection, two: int) -> None:
    assert pause_space(connection, "tiny")
    assert not pause_space(connection, "tiny")
    assert [claimed(connection, two) for _ in range(3)] == ["other", "other", None]
    assert leases.work_remains(connection) == (0, 2)
    assert ranks_below(connection, leases.ALL_RANKS) == (8, 0)


def test_a_resumed_space_goes_on_where_it_was(connection: psycopg.Connection, two: int) -> None:
    assert claimed(connection, two) == "tiny"
    pause_space(connection, "tiny")
    assert claimed(connection, two) == "other"
    assert resume_space(connection, "tiny")
    assert not resume_space(connection, "tiny")
    assert [claimed(connection, two) for _ in range(4)] == ["tiny", "tiny", "other", None]


def test_of_one_priority_the_order_that_is_given_counts_and_what_it_leaves_out_is_first(
    connection: psycopg.Connection, two: int
) -> None:
    def next_space(*order: str) -> str:
        lease = leases.claim_chunk(connection, two, seconds=60, order=order)
        assert lease is not None
        leases.release_chunk(connection, lease)
        return lease.space

    assert [next_space("tiny", "other"), next_space("other", "tiny")] == ["tiny", "other"]
    assert [next_space("tiny"), next_space("other")] == ["other", "tiny"]
    prefer_space(connection, "tiny", 1)
    assert next_space("other", "tiny") == "tiny"


def test_the_yield_of_a_space_is_told_by_its_last_chunks(connection: psycopg.Connection, two: int) -> None:
    assert yields(connection) == []
    for formula, named in ((GOLDEN, True), (BROUNCKER, False)):
        lease = leases.claim_chunk(connection, two, seconds=60)
        findings = Findings(
            "1",
            relations=[RelationRow(0, "quadratic", (-1, -1, 1), "(1 + sqrt(5))/2", "lll", "verified", 60, 105)]
            if named
            else [],
        )
        ingest(connection, batch(formula), findings, chunks=[Chunk(lease, 1)])
    (all_of_it,), (last,) = yields(connection), yields(connection, 1)
    assert (all_of_it.space, all_of_it.chunks, all_of_it.ranks) == ("tiny", 2, 8)
    assert (all_of_it.formulas_new, all_of_it.formulas_named, all_of_it.named_share) == (2, 1, 0.5)
    assert (last.formulas_new, last.formulas_named) == (1, 0)
    assert all_of_it.seconds > last.seconds > 0
    assert [s["lately"] for s in summary(connection).spaces] == [all_of_it, None]


def test_a_chunk_at_work_in_a_paused_space_is_finished(connection: psycopg.Connection, two: int) -> None:
    lease = leases.claim_chunk(connection, two, seconds=60)
    pause_space(connection, "tiny")
    store_chunk(connection, lease)
    assert [(s.name, s.ranks_done) for s in spaces(connection)] == [("tiny", 4), ("other", 0)]


def test_a_space_of_higher_priority_is_worked_on_first(connection: psycopg.Connection, two: int) -> None:
    assert prefer_space(connection, "other", 5) == 0
    assert prefer_space(connection, "other", 7) == 5
    assert [(s.name, s.priority) for s in spaces(connection)] == [("other", 7), ("tiny", 0)]
    assert claimed(connection, two) == "other"


def test_a_removed_space_keeps_its_formulas_and_ends_its_leases(connection: psycopg.Connection, two: int) -> None:
    done, lost = (leases.claim_chunk(connection, two, seconds=60) for _ in range(2))
    store_chunk(connection, done)
    assert remove_space(connection, "tiny") == 4
    with pytest.raises(LeaseLost):
        store_chunk(connection, lost)
    connection.rollback()
    assert [s.name for s in spaces(connection)] == ["other"]
    counts = "select (select count(*) from formula), (select count(*) from chunk)"
    assert connection.execute(counts).fetchone() == (1, 2)


@pytest.mark.parametrize("change", [pause_space, resume_space, remove_space, lambda c, name: prefer_space(c, name, 1)])
def test_a_space_that_is_not_there_is_named_with_those_that_are(
    connection: psycopg.Connection, two: int, change: object
) -> None:
    with pytest.raises(NotFound, match="there is no space tinny; the catalogue has tiny, other"):
        change(connection, "tinny")  # type: ignore[operator]


def test_a_run_for_a_paused_space_is_told_how_to_resume_it(connection: psycopg.Connection, two: int) -> None:
    require_at_work(connection, ["tiny"])
    pause_space(connection, "tiny")
    with pytest.raises(SpaceError, match="the space tiny is paused; `formulary space resume tiny` lets it go on"):
        require_at_work(connection, ["other", "tiny"])


def test_time_left_is_of_each_space_and_only_while_somebody_works(connection: psycopg.Connection, two: int) -> None:
    store_chunk(connection, leases.claim_chunk(connection, two, seconds=60))
    now = summary(connection)
    left = {space["space"]: (space["ranks_left"], space["seconds_left"]) for space in now.spaces}
    assert left["tiny"] == (6, pytest.approx(6 / now.ranks_per_second))
    assert left["other"] == (8, None)
    assert now.seconds_left == pytest.approx(14 / now.ranks_per_second)
    pause_space(connection, "other")
    assert summary(connection).ranks_left == 6
    leases.end_run(connection, two, "time is up")
    idle = summary(connection)
    assert idle.ranks_per_second > 0
    assert idle.seconds_left is None
    assert {space["seconds_left"] for space in idle.spaces} == {None}


def test_a_killed_run_that_holds_no_lease_is_not_at_work(connection: psycopg.Connection, two: int) -> None:
    store_chunk(connection, leases.claim_chunk(connection, two, seconds=60))
    with connection.transaction():
        connection.execute("update run set heartbeat_at = now() - interval '2 minutes'")
    assert summary(connection).seconds_left is None
    leases.claim_chunk(connection, two, seconds=60)
    assert summary(connection).seconds_left is not None
