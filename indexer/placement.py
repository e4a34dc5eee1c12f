"""Where a new formula belongs: in the nearest cluster, within its radius, or nowhere yet.

`Places` is pure; `OnlineClusters` follows a catalogue, as the index does, in the order of commits. A formula that is
placed does not move its cluster: radius and reference points are those of the last `formulary cluster build`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import psycopg

from catalog import clusters as store
from catalog.queries import vectors_beyond
from indexer.clusters import UNPLACED, nearest_points, places
from indexer.neighbour_vector import VECTOR_VERSION

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


class Places:
    """The places of clustered formulas, and to which cluster each belongs."""

    def __init__(self, points: Floats, clusters: Integers, radii: Mapping[int, float], further: Floats) -> None:
        """Take points (n, d) with their clusters (n,), and further metrics (n, e) for places that clusters share."""
        self.rows, place = places(points)
        self.radii = dict(radii)
        pairs = np.unique(np.stack([place, clusters], axis=1), axis=0) if len(place) else np.zeros((0, 2), np.int64)
        self.owners: list[list[int]] = [[] for _ in range(len(self.rows))]
        for where, cluster in pairs.tolist():
            self.owners[where].append(cluster)
        self._place, self._clusters, self._further = place, clusters, further

    @cached_property
    def _centres(self) -> dict[tuple[int, int], Floats]:
        """Mean further metrics of each cluster at a place that several share."""
        shared = {where for where, owners in enumerate(self.owners) if len(owners) > 1}
        found: dict[tuple[int, int], list[Floats]] = {}
        for row in np.flatnonzero(np.isin(self._place, list(shared))):
            found.setdefault((int(self._place[row]), int(self._clusters[row])), []).append(self._further[row])
        return {key: np.nan_to_num(np.array(rows)).mean(axis=0) for key, rows in found.items()}

    def place(self, points: Floats, further: Floats) -> tuple[Integers, Floats]:
        """Cluster (m,), or UNPLACED, and distance (m,) of points (m, d) with their further metrics (m, e)."""
        clusters = np.full(len(points), UNPLACED, dtype=np.int64)
        distances = np.full(len(points), np.nan)
        known = np.flatnonzero(np.isfinite(points).all(axis=1))
        if not len(self.rows) or not len(known):
            return clusters, distances
        nearest, found = nearest_points(self.rows, points[known])
        for row, where, distance in zip(known.tolist(), nearest.tolist(), found.tolist(), strict=True):
            cluster = self._owner(where, further[row])
            if distance <= self.radii.get(cluster, -1.0):
                clusters[row], distances[row] = cluster, distance
        return clusters, distances

    def _owner(self, where: int, further: Floats) -> int:
        owners = self.owners[where]
        if len(owners) == 1:
            return owners[0]
        mine = np.nan_to_num(further)
        return min(owners, key=lambda c: (float(np.square(self._centres[where, c] - mine).sum()), c))


def scaled(values: npt.NDArray[np.floating[Any]], scales: Mapping[str, Sequence[float]]) -> Floats:
    """Metrics (n, m) in the order of `scales`, each minus its centre and over its spread."""
    if not scales:
        return np.zeros((len(values), 0))
    centres, spreads = np.array(list(scales.values()), dtype=np.float64).T
    return np.asarray((values.astype(np.float64) - centres) / spreads)


class OnlineClusters:
    """Places the formulas that a daemon commits; does nothing where there is no clustering."""

    def __init__(self) -> None:
        self._clustering: int | None = None
        self._watermark = 0

    def follow(self, connection: psycopg.Connection) -> int:
        """Place what was committed since the last time; returns how many formulas joined a cluster."""
        current = store.current(connection)
        if current is None or current["vector_version"] != VECTOR_VERSION:
            return 0
        if current["id"] != self._clustering:
            self._watermark, _ = vectors_beyond(connection, 0, VECTOR_VERSION)
            self._load(connection, current)
            waiting = store.waiting(connection, current["id"], VECTOR_VERSION)
            return self._place(connection, np.array(waiting, dtype=np.int64))
        self._watermark, parts = vectors_beyond(connection, self._watermark, VECTOR_VERSION)
        ids = [part[0] for part in parts]
        return self._place(connection, np.concatenate(ids)) if ids else 0

    def _load(self, connection: psycopg.Connection, current: dict[str, Any]) -> None:
        """Take the members of the current clustering as reference points."""
        self._clustering = current["id"]
        parameters = current["parameters"]
        self._by, self._scales, self._further = parameters["by"], parameters["scales"], parameters["further"]
        radii = {number: row["radius"] for number, row in store.living_clusters(connection).items()}
        ids, clusters = store.current_members(connection)
        known, points, further = self._points(connection, ids)
        _, mine, theirs = np.intersect1d(ids, known, return_indices=True)
        self._places = Places(points[theirs], clusters[mine], radii, further[theirs])

    def _points(self, connection: psycopg.Connection, ids: Integers) -> tuple[Integers, Floats, Floats]:
        """Ids found, their points, and their further metrics."""
        names = (*self._scales, *self._further)
        known, values = store.read_metrics(connection, VECTOR_VERSION, names, ids.tolist())
        metrics = values[:, 1:]
        own = scaled(metrics[:, : len(self._scales)], self._scales)
        further = scaled(metrics[:, len(self._scales) :][:, : len(self._further)], self._further)
        if self._by == "vector":
            own = store.read_vectors(connection, VECTOR_VERSION, known.tolist()).astype(np.float64)
        return known, own, further

    def _place(self, connection: psycopg.Connection, ids: Integers) -> int:
        if not len(ids):
            return 0
        known, points, further = self._points(connection, ids)
        clusters, distances = self._places.place(points, further)
        members = [
            (number, cluster, distance) if cluster > 0 else (number, None, None)
            for number, cluster, distance in zip(known.tolist(), clusters.tolist(), distances.tolist(), strict=True)
        ]
        assert self._clustering is not None
        store.add_members(connection, self._clustering, members)
        return int((clusters > 0).sum())
