"""Spaces, chunks and runs: who works on what; times are the database's clock.

A chunk goes open -> leased -> done. A lease has a token, fresh with every claim, and expires unless it is renewed;
who commits must hold it (`hold_chunk`, `finish_chunk`, called by `ingest`). Except for those two, every function
commits by itself on an idle connection.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

import psycopg
from psycopg.rows import class_row

from catalog.database.blocks import Blocks
from catalog.errors import LeaseLost, NotFound, VersionMismatch
from catalog.store.rows import change, column, rows, value

SQL = Blocks(__file__)

ALL_RANKS = 2**62
"""A rank limit above every rank."""

CHUNK_RANKS = 500
"""Ranks of a chunk: some seconds of work; even, so that mirror pairs stay together."""


@dataclass(frozen=True)
class Lease:
    """The right to evaluate and commit the ranks first_rank <= rank < last_rank of a space."""

    chunk_id: int
    token: UUID
    space_id: int
    space: str
    template: str
    first_rank: int
    last_rank: int
    attempts: int
    """How often the chunk was claimed, this time included."""


def add_space(
    connection: psycopg.Connection, name: str, template: str, size: int, *, chunk_size: int, priority: int = 0
) -> bool:
    """Add a space with its chunks, all open; returns False, and changes nothing, where the name is known.

    `chunk_size` is a number of ranks; an even one keeps mirror pairs together.
    """
    with connection.transaction():
        parameters = {"name": name, "template": template, "size": size, "priority": priority}
        added = connection.execute(SQL["add_space"], parameters).fetchone()
        if added is None:
            return False
        connection.execute(SQL["add_chunks"], {"space_id": added[0], "size": size, "chunk_size": chunk_size})
    return True


def start_run(
    connection: psycopg.Connection,
    *,
    host: str,
    process_id: int,
    program_version: str,
    schema_version: str,
    evaluator_version: int,
    vector_version: int,
    worker_count: int,
    evaluated_by: str | None = None,
) -> int:
    """Enter a daemon into `run`; returns its number."""
    number = value(
        connection,
        SQL["start_run"],
        host=host,
        process_id=process_id,
        program_version=program_version,
        schema_version=schema_version,
        evaluator_version=evaluator_version,
        vector_version=vector_version,
        worker_count=worker_count,
        evaluated_by=evaluated_by,
    )
    return int(number)


def require_spaces(connection: psycopg.Connection, names: Sequence[str]) -> None:
    """Raise NotFound where the catalogue has no space of one of these names."""
    known = column(connection, b"select name from space order by id")
    for name in names:
        if name not in known:
            raise NotFound(f"there is no space {name}; the catalogue has {', '.join(known) or 'none'}")


def template_of(connection: psycopg.Connection, name: str) -> str:
    """Return the template of a space of the catalogue. Raises NotFound where it has none of this name."""
    require_spaces(connection, [name])
    return str(value(connection, b"select template from space where name = %(name)s", name=name))


def end_run(connection: psycopg.Connection, run_id: int, reason: str) -> None:
    """Say that a daemon left, and why."""
    change(connection, SQL["end_run"], run_id=run_id, reason=reason)


def claim_chunk(
    connection: psycopg.Connection,
    run_id: int,
    *,
    seconds: float,
    rank_limit: int = ALL_RANKS,
    spaces: Sequence[str] = (),
    order: Sequence[str] = (),
) -> Lease | None:
    """Lease the next chunk for `seconds`, simple formulas first; None where there is none to be had now.

    `spaces` are the names of those that are worked on, by default all; `order` that of spaces of one priority, those
    that it leaves out being first. Takes over chunks whose lease has expired. Ranks from `rank_limit` on stay open: a
    chunk across it is cut. Raises VersionMismatch where the database was upgraded meanwhile, or newer code than the
    run's has worked on it.
    """
    parameters = {"run_id": run_id, "seconds": seconds, "rank_limit": rank_limit, "spaces": list(spaces)}
    parameters["order"] = list(order)
    with connection.transaction(), connection.cursor(row_factory=class_row(Lease)) as cursor:
        _require_versions(connection, run_id)
        return cursor.execute(SQL["claim_chunk"], parameters).fetchone()


def _require_versions(connection: psycopg.Connection, run_id: int) -> None:
    row = connection.execute(SQL["claim_versions"], {"run_id": run_id}).fetchone()
    if row is None:
        raise VersionMismatch(f"run {run_id} is not in this database; start the daemon again")
    for what, mine, there in (("schema", *row[:2]), ("evaluator", *row[2:4]), ("neighbour vector", *row[4:6])):
        if mine != there:
            raise VersionMismatch(
                f"the catalogue is at version {there} of the {what} and this daemon at version {mine}, so it gets no"
                " chunk; start the daemon of the other version"
            )
    if not row[6]:
        raise VersionMismatch("the catalogue was restored or copied; run `formulary init` to take it into use")


def work_remains(
    connection: psycopg.Connection, rank_limit: int = ALL_RANKS, spaces: Sequence[str] = ()
) -> tuple[int, int]:
    """Return how many chunks of these spaces, or of all, can be claimed below a rank, and how many are leased."""
    (row,) = rows(connection, SQL["work_remains"], rank_limit=rank_limit, spaces=list(spaces))
    return row["claimable"], row["leased"]


def heartbeat(connection: psycopg.Connection, run_id: int, leases: Iterable[Lease], *, seconds: float) -> set[UUID]:
    """Say that a run is alive and renew its leases; returns the tokens that are still its own."""
    tokens = [lease.token for lease in leases]
    return set(column(connection, SQL["heartbeat"], run_id=run_id, tokens=tokens, seconds=seconds))


def release_chunk(connection: psycopg.Connection, lease: Lease, failure: str | None = None) -> bool:
    """Give a lease back so that the chunk is open again; False where it was lost anyway."""
    return _let_go(connection, lease, "open", failure)


def fail_chunk(connection: psycopg.Connection, lease: Lease, failure: str) -> bool:
    """Give a chunk up for good; False where the lease was lost."""
    return _let_go(connection, lease, "failed", failure)


def split_chunk(connection: psycopg.Connection, lease: Lease, rank: int, failure: str | None = None) -> bool:
    """Give a lease back as two open chunks, cut at `rank`; False where it was lost or the cut is at an end."""
    return change(connection, SQL["split_chunk"], **_named(lease), rank=rank, failure=failure) == 1


def hold_chunk(cursor: psycopg.Cursor, lease: Lease) -> None:
    """Keep others from taking the chunk over until this transaction ends. Raises LeaseLost."""
    if cursor.execute(SQL["hold_chunk"], _named(lease)).rowcount != 1:
        raise LeaseLost(f"the lease of chunk {lease.chunk_id} was taken over; its formulas are not stored")


def finish_chunk(
    cursor: psycopg.Cursor, lease: Lease, *, total: int, new: int, failed: int, named: int | None = None
) -> None:
    """Mark the chunk done in this transaction. Raises LeaseLost."""
    counts = {"total": total, "new": new, "failed": failed, "named": named}
    if cursor.execute(SQL["finish_chunk"], _named(lease) | counts).rowcount != 1:
        raise LeaseLost(f"the lease of chunk {lease.chunk_id} was taken over; its formulas are not stored")


def listen(connection: psycopg.Connection) -> None:
    """Have a connection notified when anybody adds spaces, chunks or vectors (triggers of schema 0004)."""
    change(connection, b"listen formulary")


def _let_go(connection: psycopg.Connection, lease: Lease, state: str, failure: str | None) -> bool:
    return change(connection, SQL["release_chunk"], **_named(lease), state=state, failure=failure) == 1


def _named(lease: Lease) -> dict[str, object]:
    return {"chunk_id": lease.chunk_id, "token": lease.token}
