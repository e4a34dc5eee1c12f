"""Neighbour vectors and what the nearest-neighbour index is made of: watermarks, labelled formulas, snapshots."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
import psycopg
from numpy.typing import NDArray

from catalog.database.blocks import Blocks
from catalog.database.copying import unpack_vectors
from catalog.formulas.pcf import PCF
from catalog.store.constants import DERIVED
from catalog.store.rows import change, column, rows, value

SQL = Blocks(__file__)


@dataclass(frozen=True)
class CatalogueIdentity:
    """Which catalogue a database holds; both belong into the manifest of an index."""

    catalogue_id: UUID
    epoch: str
    """Another one means that transaction numbers, and so watermarks, cannot be compared."""


def catalogue_identity(connection: psycopg.Connection) -> CatalogueIdentity:
    """Return the catalogue and the epoch that its transaction numbers belong to."""
    (row,) = rows(connection, SQL["catalogue_identity"])
    return CatalogueIdentity(row["catalogue_id"], row["current_epoch"])


def vectors_beyond(
    connection: psycopg.Connection, watermark: int, vector_version: int, held: int = 0
) -> tuple[int, Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]]:
    """Return what an index with this watermark may lack: the new watermark, and blocks of ids (n,), vectors (n, d).

    The watermark is a transaction number: all transactions before it have ended, and their vectors are in an index
    that has read up to it. Ids do not serve, since a lower one may commit after a higher one. Vectors at or beyond
    the watermark can come again: add them by id, once. 0 reads all. What the transaction `held` has added is left
    out, where whoever asks has it already. The connection must be idle, and the blocks be
    read to the end before it is used otherwise.
    """
    # Before the vectors are read: what commits in between is seen now and seen again.
    safe = int(value(connection, SQL["safe_watermark"]))
    return safe, _vector_blocks(connection, watermark, vector_version, held)


def _vector_blocks(
    connection: psycopg.Connection, watermark: int, vector_version: int, held: int
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
    transactions = {"watermark": f"'{int(watermark)}'", "held": f"'{int(held)}'"}
    query = SQL.text("vectors_beyond").format(vector_version=int(vector_version), **transactions)
    with connection.transaction(), connection.cursor() as cursor:
        statement = f"copy ({query}) to stdout (format binary)".encode()
        with cursor.copy(statement) as copy:
            yield from unpack_vectors(copy)


def vector_count(connection: psycopg.Connection, vector_version: int) -> int:
    """Return the number of vectors of a version."""
    return int(value(connection, SQL["vector_count"], vector_version=vector_version))


def any_vector(connection: psycopg.Connection, vector_version: int) -> bool:
    """Return whether there is a vector of a version."""
    return bool(value(connection, SQL["any_vector"], vector_version=vector_version))


def vectors_of(
    connection: psycopg.Connection, ids: Sequence[int], vector_version: int
) -> dict[int, NDArray[np.float32]]:
    """Return the vectors of those formulas that have one, by number."""
    found = rows(connection, SQL["vectors_by_id"], ids=[int(i) for i in ids], vector_version=vector_version)
    return {row["formula_id"]: np.array(row["vector"], dtype=np.float32) for row in found}


def record_snapshot(
    connection: psycopg.Connection,
    *,
    snapshot_id: UUID,
    host: str,
    index_name: str,
    watermark: int,
    vector_version: int,
    vector_count: int,
    checksum: str,
) -> None:
    """Enter a snapshot of an index: one that is not entered is of another past of this database."""
    change(
        connection,
        SQL["record_snapshot"],
        snapshot_id=snapshot_id,
        host=host,
        index_name=index_name,
        watermark=str(watermark),
        vector_version=vector_version,
        vector_count=vector_count,
        checksum=checksum,
    )


def snapshot_known(connection: psycopg.Connection, snapshot_id: UUID) -> bool:
    """Return whether a snapshot is part of this database's past; not so after a restore from an older backup."""
    return bool(value(connection, SQL["snapshot_known"], snapshot_id=snapshot_id))


@dataclass(frozen=True)
class LabelledVector:
    """A formula whose limit is verified to be made of a constant; `vector` is float32 (dimension,)."""

    formula_id: int
    formula: PCF
    constant: str
    vector: NDArray[np.float32]


def labelled_vectors(connection: psycopg.Connection, vector_version: int, count: int) -> list[LabelledVector]:
    """Return vectors at which a constant was verified, once for each constant, with the shortest formula there.

    They are at most `count`, those of the likeliest constants, and none of constants that theory alone has named.
    """
    return [
        LabelledVector(
            row["id"], PCF.from_row(row["a"], row["b"]), row["constant"], np.array(row["vector"], dtype=np.float32)
        )
        for row in rows(
            connection, SQL["labelled_vectors"], vector_version=vector_version, without=DERIVED, count=count
        )
    ]


def count_without_vector(connection: psycopg.Connection, vector_version: int) -> int:
    """Return how many convergent formulas have no vector of this version."""
    return int(value(connection, SQL["count_without_vector"], vector_version=vector_version))


def drop_older_vectors(connection: psycopg.Connection, vector_version: int) -> int:
    """Drop the vectors of versions before this one, and return how many."""
    return change(connection, SQL["drop_older_vectors"], vector_version=vector_version)


def without_vector(
    connection: psycopg.Connection, vector_version: int, *, after: int = 0, count: int
) -> list[tuple[int, PCF]]:
    """Return convergent formulas without a vector of this version, at most `count` beyond the number `after`."""
    found = rows(
        connection, SQL["without_vector"], prepare=False, vector_version=vector_version, after=after, count=count
    )
    return [(row["id"], PCF.from_row(row["a"], row["b"])) for row in found]


def add_vectors(
    connection: psycopg.Connection, vector_version: int, vectors: Sequence[tuple[int, Sequence[float]]]
) -> None:
    """Store vectors by the number of their formula."""
    added = [
        {"formula_id": number, "vector_version": vector_version, "vector": list(vector)} for number, vector in vectors
    ]
    with connection.transaction(), connection.cursor() as cursor:
        cursor.executemany(SQL["add_vector"], added)


def sampled_vectors(connection: psycopg.Connection, vector_version: int, count: int) -> dict[int, list[float]]:
    """Return some vectors at random by the number of their formula."""
    found = rows(connection, SQL["sampled_vectors"], vector_version=vector_version, count=count)
    return {row["formula_id"]: row["vector"] for row in found}


def vector_ids(connection: psycopg.Connection, vector_version: int) -> set[int]:
    """Return the formulas that have a vector of this version."""
    return set(column(connection, SQL["vector_ids"], vector_version=vector_version))
