"""Reads of the catalogue that the commands and the index need; the SQL is in sql/queries.sql, writes in `ingest`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg.rows import dict_row

from catalog.database.blocks import block, blocks
from catalog.database.copying import unpack_vectors

Row = dict[str, Any]
RATE_SECONDS = 300.0
"""The rate that `status` shows is over this many last seconds."""


def formula_by_key(connection: psycopg.Connection, key: bytes) -> Row | None:
    """All columns of the formula with this key (see `catalog.formulas.pcf.PCF.key`); a and b as tuples of int."""
    rows = _rows(connection, "formula_by_key", key=key)
    return rows[0] if rows else None


def formula_by_id(connection: psycopg.Connection, number: int) -> Row | None:
    """All columns of the formula with this number; a and b as tuples of int."""
    rows = _rows(connection, "formula_by_id", id=number)
    return rows[0] if rows else None


def ids_by_key(connection: psycopg.Connection, keys: Sequence[bytes]) -> dict[bytes, int]:
    """The numbers of those of the keys that are in the catalogue."""
    return {row["key"]: row["id"] for row in _rows(connection, "ids_by_key", keys=list(keys))}


def relations_of(connection: psycopg.Connection, formula_id: int) -> list[Row]:
    """Relations of a formula, the strongest first; coefficients as a tuple of int."""
    return _rows(connection, "relations_of", id=formula_id)


def guesses_of(connection: psycopg.Connection, formula_id: int) -> list[Row]:
    """What was proposed for a formula, in order, with the neighbour it came from as text."""
    return _rows(connection, "guesses_of", id=formula_id)


def exclusions_of(connection: psycopg.Connection, formula_id: int) -> list[Row]:
    """What was sought for a formula and not found."""
    return _rows(connection, "exclusions_of", id=formula_id)


def sources_of(connection: psycopg.Connection, formula_id: int) -> list[Row]:
    """Where a formula was published."""
    return _rows(connection, "sources_of", id=formula_id)


def labels_of(connection: psycopg.Connection, ids: Sequence[int]) -> dict[int, Row]:
    """The best relation to a named constant (constant, expression, proof) of those formulas that have one."""
    return {row["formula_id"]: row for row in _rows(connection, "labels_of", ids=[int(i) for i in ids])}


def coefficients_of(connection: psycopg.Connection, ids: Sequence[int]) -> dict[int, Row]:
    """a, b, status, limit_value and limit_digits of many formulas."""
    return {row["id"]: row for row in _rows(connection, "coefficients_of", ids=[int(i) for i in ids])}


def anchors(connection: psycopg.Connection) -> list[Row]:
    """Formulas with a verified or proved Moebius relation to a named constant, the best relation of each.

    Rows of id, a, b, limit_value, limit_digits, family, constant, coefficients (x, y, z, w), expression, proof.
    """
    return _rows(connection, "anchors")


@dataclass(frozen=True)
class Summary:
    """What `formulary status` shows."""

    counts: list[Row]
    """status, convergence_class, formulas, canonical (how many of them are)."""
    findings: Row
    """identified (canonical formulas), constants_found, constants, relations, canonical."""
    spaces: list[Row]
    """The view `progress`."""
    runs: list[Row]
    """Daemons at work, and those that left in the last day; heartbeat_age in seconds, leased chunks."""
    ranks_per_second: float
    ranks_left: int

    @property
    def seconds_left(self) -> float | None:
        """Time that the open and leased chunks will take; None where nothing was done lately."""
        return self.ranks_left / self.ranks_per_second if self.ranks_per_second else None


def summary(connection: psycopg.Connection) -> Summary:
    """How the catalogue stands."""
    rate = _rows(connection, "status_rate", seconds=RATE_SECONDS)[0]
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        spaces = cursor.execute("select * from progress").fetchall()
    return Summary(
        counts=_rows(connection, "status_counts"),
        findings=_rows(connection, "status_findings")[0],
        spaces=spaces,
        runs=_rows(connection, "status_runs"),
        ranks_per_second=float(rate["ranks_per_second"]),
        ranks_left=int(rate["ranks_left"]),
    )


# What the nearest-neighbour index reads


@dataclass(frozen=True)
class Identity:
    """Which catalogue a database holds; both belong into the manifest of an index."""

    catalogue_id: UUID
    epoch: str
    """Another one means that transaction numbers, and so watermarks, cannot be compared."""


def catalogue_identity(connection: psycopg.Connection) -> Identity:
    """The catalogue and the epoch that its transaction numbers belong to."""
    row = _rows(connection, "catalogue_identity")[0]
    return Identity(row["catalogue_id"], row["current_epoch"])


def vectors_beyond(
    connection: psycopg.Connection, watermark: int, vector_version: int, held: int = 0
) -> tuple[int, Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]]:
    """Vectors that an index with this watermark may lack: the new watermark, and blocks of ids (n,), vectors (n, d).

    The watermark is a transaction number: all transactions before it have ended, and their vectors are in an index
    that has read up to it. Ids do not serve, since a lower one may commit after a higher one. Vectors at or beyond
    the watermark can come again: add them by id, once. 0 reads all. What the transaction `held` has added is left
    out, where whoever asks has it already. The connection must be idle, and the blocks be
    read to the end before it is used otherwise.
    """
    with connection.transaction():
        # Before the vectors are read: what commits in between is seen now and seen again.
        row = connection.execute(block("safe_watermark")).fetchone()
    assert row is not None
    return int(row[0]), _vector_blocks(connection, watermark, vector_version, held)


def _vector_blocks(
    connection: psycopg.Connection, watermark: int, vector_version: int, held: int
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
    transactions = {"watermark": f"'{int(watermark)}'", "held": f"'{int(held)}'"}
    query = blocks()["vectors_beyond"].format(vector_version=int(vector_version), **transactions)
    with connection.transaction(), connection.cursor() as cursor:
        statement = f"copy ({query}) to stdout (format binary)".encode()
        with cursor.copy(statement) as copy:
            yield from unpack_vectors(copy)


def vector_count(connection: psycopg.Connection, vector_version: int) -> int:
    """Number of vectors of a version."""
    return int(_rows(connection, "vector_count", vector_version=vector_version)[0]["count"])


def any_vector(connection: psycopg.Connection, vector_version: int) -> bool:
    """Whether there is a vector of a version."""
    return bool(_rows(connection, "any_vector", vector_version=vector_version)[0]["exists"])


def vectors_of(
    connection: psycopg.Connection, ids: Sequence[int], vector_version: int
) -> dict[int, NDArray[np.float32]]:
    """The vectors of those formulas that have one, by number."""
    rows = _rows(connection, "vectors_by_id", ids=[int(i) for i in ids], vector_version=vector_version)
    return {row["formula_id"]: np.array(row["vector"], dtype=np.float32) for row in rows}


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
    parameters = {
        "snapshot_id": snapshot_id,
        "host": host,
        "index_name": index_name,
        "watermark": str(watermark),
        "vector_version": vector_version,
        "vector_count": vector_count,
        "checksum": checksum,
    }
    with connection.transaction():
        connection.execute(block("record_snapshot"), parameters)


def snapshot_known(connection: psycopg.Connection, snapshot_id: UUID) -> bool:
    """Whether a snapshot is part of this database's past; not so after a restore from an older backup."""
    return bool(_rows(connection, "snapshot_known", snapshot_id=snapshot_id)[0]["exists"])


def _rows(connection: psycopg.Connection, name: str, **parameters: object) -> list[Row]:
    """Run a named block, in a transaction of its own where the connection is idle."""
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        found = cursor.execute(block(name), parameters or None).fetchall()
    for row in found:
        for column in ("a", "b", "coefficients"):
            if column in row:
                row[column] = tuple(_integer(value) for value in row[column])
    return found


def _integer(value: Decimal) -> int:
    return int(value)
