"""Reads and writes of clusterings; what is clustered, and how, is the business of `indexer.clusters`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg.types.json import Jsonb

from catalog.database.blocks import Blocks
from catalog.database.copying import copy_into, fixed, floats, integers, unpack_vectors
from catalog.formulas.pcf import PCF
from catalog.store.equivalences import classes_of
from catalog.store.rows import Row, column, first, rows, value
from catalog.store.summaries import NOW, Standing, reading
from catalog.store.vectors import vectors_beyond
from catalog.version import __version__

SQL = Blocks(__file__)

Ids = NDArray[np.int64]


@dataclass(frozen=True)
class Figures:
    """What is known of n formulas that have a vector: their ids, vectors (n, d), metrics by name, constants."""

    ids: Ids
    vectors: NDArray[np.float32]
    classes: Ids
    """The class of equivalent formulas, by its number; 0 where it is not found yet."""
    canonical: NDArray[np.bool_]
    complexity: NDArray[np.float64]
    """The smaller, the simpler."""
    in_family: NDArray[np.bool_]
    """Whether theory ties a formula to others: it has a family key."""
    metrics: dict[str, NDArray[np.float64]]
    """NaN where a metric is NULL."""
    constants: dict[int, NamedMember]
    """By formula id."""


@dataclass(frozen=True)
class NamedMember:
    """A verified relation of a formula: the constant's number and name, or its kind, such as rational, without one.

    `discriminant` is that of the polynomial of a quadratic limit.
    """

    name: str
    constant_id: int | None
    relation_id: int
    discriminant: int | None = None


@dataclass(frozen=True)
class ClusterRow:
    """A cluster as it stands: number, label, constant's number, radius, number of the representative."""

    number: int
    label: str | None
    constant_id: int | None
    radius: float
    representative_id: int


@dataclass(frozen=True)
class Event:
    """One line of a cluster's history, before it has a number."""

    event: str
    detail: dict[str, Any]
    relation_id: int | None = None


def read_figures(connection: psycopg.Connection, vector_version: int, metrics: Sequence[str]) -> Figures:
    """Return all formulas that have a vector of this version."""
    numbers, values = read_metrics(connection, vector_version, metrics, further=True)
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
        classes_of(connection, common, every=True),
        values[:, 0] > 0,
        values[:, 1].astype(np.float64),
        values[:, 2] > 0,
        {name: values[:, i + 3].astype(np.float64) for i, name in enumerate(metrics)},
        verified_constants(connection),
    )


def read_metrics(
    connection: psycopg.Connection,
    vector_version: int,
    metrics: Sequence[str],
    ids: Sequence[int] | None = None,
    *,
    further: bool = False,
) -> tuple[Ids, NDArray[np.float32]]:
    """Return the ids (n,) and an array (n, 1 + metrics): whether canonical, then the metrics, NaN for NULL.

    With `further`, complexity and whether it has a family key come before the metrics.
    """
    columns = [f"coalesce(formula.{name}, 'NaN')::real" for name in metrics]
    if further:
        columns.insert(0, "formula.complexity::real, (formula.family is not null)::integer::real")
    return _copied(
        connection,
        "cluster_metrics",
        vector_version,
        ids,
        metrics=", ".join(columns) or "'NaN'::real",
    )


def read_vectors(
    connection: psycopg.Connection, vector_version: int, ids: Sequence[int]
) -> tuple[Ids, NDArray[np.float32]]:
    """Return the ids (n,) in order, of those that have a vector, and their vectors (n, d)."""
    return _copied(connection, "vectors_of", vector_version, ids)


def _copied(
    connection: psycopg.Connection, name: str, vector_version: int, ids: Sequence[int] | None, **parts: str
) -> tuple[Ids, NDArray[np.float32]]:
    """Return the rows (bigint, real[]) of a query by COPY, of these formulas or of all."""
    condition = "true" if ids is None else f"formula_id = any ('{{{','.join(str(int(i)) for i in ids)}}}'::bigint[])"
    query = SQL.text(name).format(vector_version=int(vector_version), condition=condition, **parts)
    statement = f"copy ({query}) to stdout (format binary)".encode()
    with connection.transaction(), connection.cursor() as cursor, cursor.copy(statement) as copy:
        read = list(unpack_vectors(copy))
    if not read:
        return np.zeros(0, np.int64), np.zeros((0, len(parts.get("metrics", "").split("::real,")) + 1), np.float32)
    return np.concatenate([part[0] for part in read]), np.concatenate([part[1] for part in read])


def verified_constants(connection: psycopg.Connection, ids: Sequence[int] | None = None) -> dict[int, NamedMember]:
    """Return the constant of each formula, or of each of these, that has a verified or proved relation, by its id."""
    chosen = None if ids is None else list(ids)
    return {
        row["formula_id"]: NamedMember(
            row["constant"] or row["kind"],
            row["constant_id"],
            row["relation_id"],
            _discriminant(row["kind"], row["coefficients"]),
        )
        for row in rows(connection, SQL["verified_constants"], prepare=False, ids=chosen)
    }


def _discriminant(kind: str, coefficients: Sequence[int]) -> int | None:
    """Return the discriminant of x + y L + z L^2 = 0 for a quadratic limit, None for another."""
    if kind == "rational" or len(coefficients) != 3:
        return None
    x, y, z = coefficients
    return y * y - 4 * x * z


def current(connection: psycopg.Connection) -> Row | None:
    """Return the clustering that new formulas join: id, method, parameters, vector_version, made_at."""
    return first(connection, SQL["current_clustering"])


def current_members(connection: psycopg.Connection) -> tuple[Ids, Ids]:
    """Return formula ids and cluster ids of the current clustering, unplaced formulas left out."""
    return _pairs(rows(connection, SQL["members_of_current"]))


def living_clusters(connection: psycopg.Connection, numbers: Sequence[int] | None = None) -> dict[int, Row]:
    """Return the clusters in use, or those of these numbers that are: label, constant_id, representative_id, radius."""
    return {row["id"]: row for row in rows(connection, SQL["living_clusters"], ids=numbers)}


def widest_radius(connection: psycopg.Connection) -> float:
    """Return the largest radius of a cluster in use, 0 where there is none."""
    return float(value(connection, SQL["widest_radius"]) or 0.0)


def due(connection: psycopg.Connection, seconds: float) -> bool:
    """Return whether the current clustering is older than so many seconds and chunks were done since."""
    return bool(value(connection, SQL["clustering_due"], seconds=seconds))


def start(connection: psycopg.Connection, method: str, parameters: dict[str, Any], vector_version: int) -> int:
    """Enter a new clustering; `finish` makes it the current one."""
    number = value(
        connection,
        SQL["start_clustering"],
        method=method,
        parameters=Jsonb(parameters),
        vector_version=vector_version,
        code_version=__version__,
    )
    return int(number)


def new_numbers(connection: psycopg.Connection, count: int) -> list[int]:
    """Return the numbers for so many new clusters."""
    return column(connection, SQL["new_cluster_numbers"], count=count)


def put_clusters(connection: psycopg.Connection, clustering_id: int, rows: Sequence[ClusterRow]) -> None:
    """Store clusters, new ones or as they stand now."""
    values = {
        "clustering_id": clustering_id,
        "ids": [row.number for row in rows],
        "labels": [row.label for row in rows],
        "constants": [row.constant_id for row in rows],
        "radii": [row.radius for row in rows],
        "representatives": [row.representative_id for row in rows],
    }
    connection.execute(SQL["put_clusters"], values)


def retire_clusters(connection: psycopg.Connection, numbers: Sequence[int]) -> None:
    """Take clusters out of use; their numbers are not given again."""
    connection.execute(SQL["retire_clusters"], {"ids": list(numbers)})


def relabel_cluster(connection: psycopg.Connection, number: int, label: str, constant_id: int | None) -> None:
    """Give a cluster another label."""
    connection.execute(SQL["relabel_cluster"], {"id": number, "label": label, "constant_id": constant_id})


def add_events(connection: psycopg.Connection, clustering_id: int | None, events: Sequence[tuple[int, Event]]) -> None:
    """Write lines of the history of clusters, in order: number of the cluster, what happened."""
    values = {
        "clustering_id": clustering_id,
        "clusters": [number for number, _ in events],
        "events": [event.event for _, event in events],
        "relations": [event.relation_id for _, event in events],
        "details": [json.dumps(event.detail) for _, event in events],
    }
    connection.execute(SQL["add_cluster_events"], values)


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
    connection.execute(SQL["retire_clustering"])
    connection.execute(SQL["make_current"], {"id": clustering_id})


def unseen(connection: psycopg.Connection, clustering_id: int, vector_version: int) -> list[int]:
    """Return the formulas that came after the clustering and were not looked at yet."""
    return column(connection, SQL["unseen_formulas"], clustering_id=clustering_id, vector_version=vector_version)


def unplaced(connection: psycopg.Connection, clustering_id: int) -> Ids:
    """Return the formulas that wait: looked at, and in no cluster of the clustering."""
    return np.array(column(connection, SQL["unplaced_members"], clustering_id=clustering_id), dtype=np.int64)


def near_members(
    connection: psycopg.Connection,
    clustering_id: int,
    vector_version: int,
    boxes: NDArray[np.float64],
    metrics: Sequence[str] | None = None,
) -> tuple[Ids, Ids]:
    """Return the formulas (n,) in the cores of clusters or waiting, and their clusters (n,), 0 for those that wait.

    Only those in one of the boxes (m, 2, d), each from its lowest to its highest corner: of vectors, or of these d
    metrics. Reads all vectors or metrics on the server, and returns few.
    """
    dimension = boxes.shape[2]
    columns = (
        [f"formula_vector.vector[{i + 1}]" for i in range(dimension)]
        if metrics is None
        else [f"formula.{name}::real" for name in metrics]
    )
    inside = [
        " and ".join(f"{column} between {low!r} and {high!r}" for column, low, high in zip(columns, *box, strict=True))
        for box in boxes.tolist()
    ]
    parts = {
        "clustering_id": int(clustering_id),
        "vector_version": int(vector_version),
        "condition": " or ".join(inside) or "false",
    }
    return _pairs(rows(connection, SQL.text("near_members").format(**parts).encode()))


def core_members(connection: psycopg.Connection, clustering_id: int, clusters: Sequence[int]) -> tuple[Ids, Ids]:
    """Return the formulas in the cores of these clusters, and their clusters."""
    return _pairs(rows(connection, SQL["core_members"], clustering_id=clustering_id, clusters=list(clusters)))


def _pairs(found: Sequence[Row]) -> tuple[Ids, Ids]:
    """Return the formulas (n,) and their clusters (n,), 0 for those that are in none."""
    pairs = np.array([(row["formula_id"], row["cluster_id"] or 0) for row in found], dtype=np.int64).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]


def put_members(
    connection: psycopg.Connection, clustering_id: int, ids: Ids, clusters: Ids, distances: NDArray[np.float64]
) -> None:
    """Enter formulas, or say anew where they are: a cluster of 0 or less means unplaced."""
    placed = clusters > 0
    values = {
        "clustering_id": clustering_id,
        "ids": ids.tolist(),
        "clusters": [c if p else None for c, p in zip(clusters.tolist(), placed.tolist(), strict=True)],
        "distances": [d if p else None for d, p in zip(distances.tolist(), placed.tolist(), strict=True)],
    }
    with connection.transaction():
        connection.execute(SQL["put_members"], values)


def canonical_by_size(connection: psycopg.Connection, ids: Sequence[int]) -> list[int]:
    """Return those of these formulas that are canonical, the simplest first."""
    return column(connection, SQL["canonical_by_size"], ids=list(ids))


def unnamed_clusters(connection: psycopg.Connection) -> list[Row]:
    """Return the clusters in use of related formulas without a name: id, label, representative_id, its family."""
    return rows(connection, SQL["unnamed_clusters"])


def formulas_by_id(connection: psycopg.Connection, ids: Sequence[int]) -> dict[int, PCF]:
    """Return the formulas of these numbers."""
    found = rows(connection, SQL["formula_parts"], ids=[int(i) for i in ids])
    return {row["id"]: PCF.from_row(row["a"], row["b"]) for row in found}


def cluster_list(
    connection: psycopg.Connection,
    count: int,
    constant: str | None = None,
    unnamed: bool = False,
    where: Standing = NOW,
) -> list[Row]:
    """Return the clusters in use, the largest first; of one constant, label or given name, or only those without.

    Their members are counted `where` they stand.
    """
    query = reading("cluster_list", SQL, where)
    return rows(connection, query, prepare=False, count=count, constant=constant, unnamed=unnamed)


def cluster(connection: psycopg.Connection, number: int, where: Standing = NOW) -> Row | None:
    """Return one cluster, its members counted `where` they stand; its events are left to `cluster_events`."""
    return next(iter(rows(connection, reading("cluster_by_id", SQL, where), prepare=False, id=number)), None)


def cluster_of(connection: psycopg.Connection, formula_id: int) -> Row | None:
    """Return id, label, given_name and distance of a formula's cluster; None where it waits or there is none."""
    return first(connection, SQL["cluster_of"], id=formula_id)


def cluster_events(connection: psycopg.Connection, number: int) -> list[Row]:
    """Return the history of a cluster, oldest first: event, detail, happened_at, relation."""
    return rows(connection, SQL["cluster_events"], id=number)


def cluster_formulas(connection: psycopg.Connection, number: int, count: int) -> list[Row]:
    """Return the members of a cluster, the simplest first: id, formula, distance, limit_value, relation."""
    return rows(connection, SQL["cluster_formulas"], id=number, count=count)
