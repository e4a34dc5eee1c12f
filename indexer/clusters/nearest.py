"""The nearest of many points to each of many queries, in double precision.

A projection onto a line brings no two points further apart. Points are sorted by theirs, so that all that lie within a
distance of a query are in one short stretch. Where the stretches are long, as for the wide clusters of metrics, a tree
of scipy does better; it comes with the extra `clusters`.
"""

from __future__ import annotations

from functools import cached_property
from importlib.util import find_spec
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

BLOCK_PAIRS = 2_000_000
"""Pairs of a query and a point whose distances are computed at a time."""

TREE_PAIRS = 100_000_000
"""Pairs from which on a tree is asked, where there is one."""


class Nearest:
    """Points (n, d), n > 0, that can be asked for the nearest."""

    def __init__(self, points: Floats) -> None:
        """Take the points and sort their projections."""
        self.points = points
        direction = np.random.default_rng(1).normal(size=points.shape[1])
        self._direction = direction / np.sqrt(np.square(direction).sum())
        projections = points @ self._direction
        self._order = np.argsort(projections, kind="stable")
        self._sorted, self._projections = points[self._order], projections[self._order]

    def __call__(self, queries: Floats, within: float = np.inf) -> tuple[Integers, Floats]:
        """Return indices (m,) of the points nearest to queries (m, d) and their distances, infinite beyond `within`.

        Among equally near points it is the one with the smallest index.
        """
        first, last = self._stretches(queries, within)
        if int((last - first).sum()) > TREE_PAIRS and find_spec("scipy"):
            distances, nearest = self._tree.query(
                queries, distance_upper_bound=np.nextafter(within, np.inf), workers=-1
            )
            return np.minimum(nearest, len(self.points) - 1).astype(np.int64), np.asarray(distances, dtype=np.float64)
        nearest = np.zeros(len(queries), dtype=np.int64)
        distances = np.full(len(queries), np.inf)
        for rows in _blocks(last - first):
            nearest[rows], distances[rows] = self._search(queries[rows], first[rows], last[rows])
        return nearest, np.where(distances <= within, distances, np.inf)

    def _stretches(self, queries: Floats, within: float) -> tuple[Integers, Integers]:
        """Return where the points begin and end whose projection is within the distance, with room for rounding."""
        at = queries @ self._direction
        reach = within * (1 + 1e-9) + 1e-9 * np.abs(at)
        first = np.searchsorted(self._projections, at - reach, "left")
        return first.astype(np.int64), np.searchsorted(self._projections, at + reach, "right").astype(np.int64)

    def _search(self, queries: Floats, first: Integers, last: Integers) -> tuple[Integers, Floats]:
        """Return the nearest of each query's stretch, and its distance; infinite where the stretch is empty."""
        counts = last - first
        ends = np.cumsum(counts)
        query = np.repeat(np.arange(len(queries)), counts)
        point = np.arange(int(ends[-1]) if len(ends) else 0) - np.repeat(ends - counts - first, counts)
        apart = np.sqrt(np.square(queries[query] - self._sorted[point]).sum(axis=1))
        original = self._order[point]
        best = np.lexsort((original, apart, query))
        found, at = np.unique(query[best], return_index=True)
        nearest, distances = np.zeros(len(queries), dtype=np.int64), np.full(len(queries), np.inf)
        nearest[found], distances[found] = original[best[at]], apart[best[at]]
        return nearest, distances

    @cached_property
    def _tree(self) -> Any:
        from scipy.spatial import cKDTree  # noqa: PLC0415  it takes 0.2 s, and comes with an extra

        return cKDTree(self.points)


def _blocks(counts: Integers) -> list[slice]:
    """Return slices of the queries with about `BLOCK_PAIRS` pairs each."""
    group = np.cumsum(counts) // BLOCK_PAIRS
    edges = [0, *(np.flatnonzero(np.diff(group)) + 1).tolist(), len(counts)]
    return [slice(a, b) for a, b in pairwise(edges) if b > a]


def kth_distances(points: Floats, k: int) -> Floats:
    """Return the distance (n,) of each of the points (n, d) to its k-th nearest other one, the last where n <= k."""
    distances = np.zeros(len(points))
    k = min(k, len(points) - 1)
    step = max(1, BLOCK_PAIRS // max(len(points), 1))
    for start in range(0, len(points), step):
        part = points[start : start + step]
        apart = np.sqrt(np.square(part[:, np.newaxis] - points).sum(axis=2))
        distances[start : start + step] = np.partition(apart, k, axis=1)[:, k]
    return distances
