"""Reads and writes of clusterings; what is clustered and how is the indexer's business (`indexer/clustering.py`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isqrt
from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

import catalog
from catalog.copying import copy_into, fixed, floats, integers, unpack_vectors
from catalog.formula import PCF
from catalog.queries import vectors_beyond
from catalog.sql import block, blocks

Ids = NDArray[np.int64]
Row = dict[str, Any]


@dataclass(frozen=True)
class Figures:
    """What is known of n formulas that have a vector: their ids, vectors (n, d), metrics by name, constants."""

    ids: Ids
    vectors: NDArray[np.float32]
    canonical: NDArray[np.bool_]
    metrics: dict[str, NDArray[np.float64]]
    """NaN where a metric is NULL."""
    constants: dict[int, Verified]
    """By formula id."""


@dataclass(frozen=True)
class Verified:
    """A verified relation of a formula: the constant's number and name, or sqrt(d) or rational without a number."""

    name: str
    constant_id: int | None
    relation_id: int


@dataclass(frozen=True)
class Event:
    """One line of a cluster's history, before it has a number."""

    event: str
    detail: dict[str, Any]
    relation_id: int | None = None


def read_figures(connection: psycopg.Connection, vector_version: int, metrics: Sequence[str]) -> Figures:
    """All formulas that have a vector of this version."""
    numbers, values = read_metrics(connection, vector_version, metrics)
    watermark, parts = vectors_beyond(connection, 0, vector_version)
    del watermark
    read = list(parts)
    ids = np.concatenate([part[0] for part in read]) if read else np.zeros(0, np.int64)
    vectors = np.concatenate([part[1] for part in read]) if read else np.zeros((0, 1), np.float32)
    common, mine, theirs = np.intersect1d(ids, numbers, return_indices=True)
    values = values[theirs]
    return Figures(
        common,
        vectors[mine],
        values[:, 0] > 0,
        {name: values[:, i + 1].astype(np.float64) for i, name in enumerate(metrics)},
        verified_constants(connection),
    )


def read_metrics(
    connection: psycopg.Connection, vector_version: int, metrics: Sequence[str], ids: Sequence[int] | None = None
) -> tuple[Ids, NDArray[np.float32]]:
    """Ids (n,) and an array (n, 1 + metrics): whether canonical, then the metrics, NaN for NULL."""
    condition = "true" if ids is None else f"formula.id = any ('{{{','.join(str(int(i)) for i in ids)}}}'::bigint[])"
    columns = ", ".join(f"coalesce(formula.{name}, 'NaN')::real" for name in metrics) or "'NaN'::real"
    query = blocks()["cluster_metrics"].format(metrics=columns, vector_version=int(vector_version), condition=condition)
    statement = f"copy ({query}) to stdout (format binary)".encode()
    with connection.transaction(), connection.cursor() as cursor, cursor.copy(statement) as copy:
        read = list(unpack_vectors(copy))
    if not read:
        return np.zeros(0, np.int64), np.zeros((0, max(len(metrics), 1) + 1), np.float32)
    return np.concatenate([part[0] for part in read]), np.concatenate([part[1] for part in read])


def read_vectors(connection: psycopg.Connection, vector_version: int, ids: Sequence[int]) -> NDArray[np.float32]:
    """Vectors (n, d) of formulas, in the order of `ids`, which must all have one."""
    rows = _rows(connection, "vectors_of", ids=list(ids), vector_version=vector_version)
    found = {row["formula_id"]: row["vector"] for row in rows}
    return np.array([found[i] for i in ids], dtype=np.float32).reshape(len(ids), -1)


def verified_constants(connection: psycopg.Connection) -> dict[int, Verified]:
    """The constant of every formula that has a verified or proved relation, by the formula's id."""
    with connection.transaction():
        rows = connection.execute(block("verified_constants")).fetchall()
    return {
        number: Verified(name or _kind(kind, [int(x) for x in coefficients]), constant_id, relation_id)
        for number, relation_id, kind, constant_id, name, coefficients in rows
    }


def _kind(kind: str, coefficients: list[int]) -> str:
    """What a number without a named constant is made of: rational, or the field of a quadratic number."""
    if kind == "rational" or len(coefficients) != 3:
        return kind
    x, y, z = coefficients
    d = y * y - 4 * x * z
    for p in range(2, min(isqrt(abs(d)) + 1, 10_000)):
        while d % (p * p) == 0:
            d //= p * p
    return f"sqrt({d})"


def current(connection: psycopg.Connection) -> Row | None:
    """The clustering that new formulas join: id, method, parameters, vector_version, made_at."""
    return next(iter(_rows(connection, "current_clustering")), None)


def current_members(connection: psycopg.Connection) -> tuple[Ids, Ids]:
    """Formula ids and cluster ids of the current clustering, unplaced formulas left out."""
    with connection.transaction():
        rows = connection.execute(block("members_of_current")).fetchall()
    pairs = np.array(rows, dtype=np.int64).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]


def living_clusters(connection: psycopg.Connection) -> dict[int, Row]:
    """Clusters in use by number: label, constant_id, representative_id, radius."""
    return {row["id"]: row for row in _rows(connection, "living_clusters")}


def start(connection: psycopg.Connection, method: str, parameters: dict[str, Any], vector_version: int) -> int:
    """Enter a new clustering; `finish` makes it the current one."""
    values = {
        "method": method,
        "parameters": Jsonb(parameters),
        "vector_version": vector_version,
        "code_version": catalog.__version__,
    }
    return int(_rows(connection, "start_clustering", **values)[0]["id"])


def add_cluster(connection: psycopg.Connection, clustering_id: int, radius: float, representative_id: int) -> int:
    """A new cluster; returns its number."""
    values = {"clustering_id": clustering_id, "radius": radius, "representative_id": representative_id}
    return int(_rows(connection, "add_cluster", **values)[0]["id"])


def change_cluster(
    connection: psycopg.Connection,
    number: int,
    label: str | None,
    constant_id: int | None,
    radius: float,
    representative_id: int,
) -> None:
    """Set label and figures of a cluster."""
    values = {
        "id": number,
        "label": label,
        "constant_id": constant_id,
        "radius": radius,
        "representative_id": representative_id,
    }
    connection.execute(block("change_cluster"), values)


def retire_cluster(connection: psycopg.Connection, number: int) -> None:
    """Take a cluster out of use; its number is not given again."""
    connection.execute(block("retire_cluster"), {"id": number})


def add_event(connection: psycopg.Connection, cluster_id: int, clustering_id: int, event: Event) -> None:
    """Write one line of a cluster's history."""
    values = {
        "cluster_id": cluster_id,
        "clustering_id": clustering_id,
        "event": event.event,
        "relation_id": event.relation_id,
        "detail": Jsonb(event.detail),
    }
    connection.execute(block("add_cluster_event"), values)


def finish(
    connection: psycopg.Connection, clustering_id: int, ids: Ids, clusters: Ids, distances: NDArray[np.float64]
) -> None:
    """Store the members, a cluster of 0 or less meaning unplaced, and make the clustering the current one."""
    with connection.cursor() as cursor:
        columns = {
            "clustering_id": fixed(np.full(len(ids), clustering_id, ">i8")),
            "formula_id": integers(ids, ">i8"),
            "cluster_id": fixed(clusters.astype(">i8"), clusters <= 0),
            "distance": floats(np.where(clusters > 0, distances, np.nan)),
        }
        if len(ids):
            copy_into(cursor, "cluster_member", columns)
    connection.execute(block("retire_clustering"))
    connection.execute(block("make_current"), {"id": clustering_id})


def waiting(connection: psycopg.Connection, clustering_id: int, vector_version: int) -> list[int]:
    """Formulas that came after the clustering and were not placed yet."""
    rows = _rows(connection, "unplaced_formulas", clustering_id=clustering_id, vector_version=vector_version)
    return [row["formula_id"] for row in rows]


def add_members(
    connection: psycopg.Connection, clustering_id: int, members: Sequence[tuple[int, int | None, float | None]]
) -> None:
    """Enter new formulas: formula, cluster or None, distance."""
    with connection.transaction(), connection.cursor() as cursor:
        cursor.executemany(block("add_member"), [(clustering_id, *member) for member in members])


def formulas_by_id(connection: psycopg.Connection, ids: Sequence[int]) -> dict[int, PCF]:
    """The formulas of these numbers."""
    rows = _rows(connection, "formula_parts", ids=[int(i) for i in ids])
    return {row["id"]: PCF(tuple(map(int, row["a"])), tuple(map(int, row["b"]))) for row in rows}


def cluster_list(
    connection: psycopg.Connection, count: int, constant: str | None = None, unnamed: bool = False
) -> list[Row]:
    """Clusters in use, the largest first; of one constant or label, or only those without a name."""
    return _rows(connection, "cluster_list", count=count, constant=constant, unnamed=unnamed)


def cluster(connection: psycopg.Connection, number: int) -> Row | None:
    """One cluster with `events` left to `cluster_events`."""
    return next(iter(_rows(connection, "cluster_by_id", id=number)), None)


def cluster_events(connection: psycopg.Connection, number: int) -> list[Row]:
    """The history of a cluster, oldest first: event, detail, happened_at, relation."""
    return _rows(connection, "cluster_events", id=number)


def cluster_formulas(connection: psycopg.Connection, number: int, count: int) -> list[Row]:
    """Members, the simplest first: id, formula, distance, limit_value, relation."""
    return _rows(connection, "cluster_formulas", id=number, count=count)


def _rows(connection: psycopg.Connection, name: str, **parameters: object) -> list[Row]:
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(block(name), parameters or None).fetchall()
