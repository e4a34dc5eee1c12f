"""Places: points that formulas share, and the rule by which a formula belongs to a cluster.

The rule is one for `hdbscan.py`, where it settles all formulas that are not in a core, and for `placement.py`, where
it settles new ones: the cluster of the nearest core place, where that is within the cluster's radius.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from indexer.clusters.nearest import Nearest

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Keys = npt.NDArray[np.uint64]

UNPLACED = -1
"""The label of points that are in no cluster, and of formulas without a verified constant."""

GRID = 1e-4
"""Points that agree after rounding to multiples of this are one place."""

PLACE_RADIUS = 2e-4
"""Radius of a cluster that is a single place: rounding, and nothing else."""

UNKNOWN_METRIC = 1e3
"""Stands for a further metric that is not known, in spreads: like other unknown ones, far from all that are known."""

LARGEST = 2.0**52
"""Bound of rounded coordinates, so that they are exact integers."""


def place_keys(points: npt.ArrayLike) -> Keys:
    """Return a 64-bit key for each point of shape (n, d), the same for all points of one place."""
    rows = np.asarray(points, dtype=np.float64)
    rounded = np.clip(np.round(rows / GRID), -LARGEST, LARGEST).astype(np.int64).view(np.uint64)
    key = np.zeros(len(rows), dtype=np.uint64)
    for column in rounded.T:
        key = _mixed(key ^ column)
    return key


def _mixed(x: Keys) -> Keys:
    """Apply the finalizer of splitmix64 (Steele, Lea, Flood 2014), a bijection."""
    x = x + np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def places(points: npt.ArrayLike) -> tuple[Floats, Integers, Keys]:
    """Return the distinct points (m, d), the place of each point (n,), and the keys of the places (m,)."""
    rows = np.asarray(points, dtype=np.float64)
    keys, first, place = np.unique(place_keys(rows), return_index=True, return_inverse=True)
    return rows[first], place.reshape(-1).astype(np.int64), keys


def drawn(keys: Keys, most: int, seed: int) -> Integers:
    """Return the indices of at most `most` of these keys, a half, a quarter, ... of them, by a hash of key and seed.

    Whether a key is drawn does not depend on the others but for their number, so that two catalogues of nearly the same
    formulas have nearly the same sample.
    """
    hashed = _mixed(keys ^ _mixed(np.array([seed], dtype=np.uint64)))
    halvings = 0
    while True:
        chosen = np.flatnonzero(hashed >> np.uint64(64 - halvings) == 0) if halvings else np.arange(len(keys))
        if len(chosen) <= most:
            return chosen
        halvings += 1


class Places:
    """The core places of clusters, and to which cluster each belongs."""

    def __init__(self, points: Floats, clusters: Integers, radii: Mapping[int, float], further: Floats) -> None:
        """Take core points (n, d), their clusters (n,), and further metrics (n, e) for places that clusters share."""
        self.rows, place, _ = places(points)
        self._nearest = Nearest(self.rows)
        self._names, owner = np.unique(clusters, return_inverse=True)
        self._radii = np.array([radii.get(name, UNPLACED) for name in self._names.tolist()], dtype=np.float64)
        pairs = np.unique(place * max(len(self._names), 1) + owner)
        where = pairs // max(len(self._names), 1)
        self._owner = np.full(len(self.rows), UNPLACED, dtype=np.int64)
        self._owner[where] = pairs % max(len(self._names), 1)
        self._shared = np.bincount(where, minlength=len(self.rows)) > 1
        self._sharers: dict[int, list[int]] = {}
        for row in np.flatnonzero(self._shared[place]).tolist():
            self._sharers.setdefault(int(place[row]), []).append(row)
        self._owners, self._further = owner, np.nan_to_num(further, nan=UNKNOWN_METRIC)

    def place(self, points: Floats, further: Floats) -> tuple[Integers, Floats]:
        """Return cluster (m,), or UNPLACED, and distance (m,), or NaN, of points (m, d) with further metrics (m, e)."""
        clusters = np.full(len(points), UNPLACED, dtype=np.int64)
        distances = np.full(len(points), np.nan)
        known = np.flatnonzero(np.isfinite(points).all(axis=1))
        if not len(self.rows) or not len(known):
            return clusters, distances
        nearest, found = self._nearest(points[known], float(self._radii.max()))
        owner = self._owner[nearest]
        for i in np.flatnonzero(self._shared[nearest] & np.isfinite(found)).tolist():
            owner[i] = self._sharer(int(nearest[i]), further[known[i]])
        inside = found <= self._radii[owner]
        clusters[known[inside]] = self._names[owner[inside]]
        distances[known[inside]] = found[inside]
        return clusters, distances

    def _sharer(self, where: int, further: Floats) -> int:
        """Return which of the clusters that share a place has the member nearest by further metrics."""
        rows = self._sharers[where]
        apart = np.square(self._further[rows] - np.nan_to_num(further, nan=UNKNOWN_METRIC)).sum(axis=1)
        return int(self._owners[rows[int(apart.argmin())]])
