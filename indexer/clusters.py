"""Clusters of formulas: arrays in, labels out; which constant a cluster stands for is in `cluster_labels.py`.

Formulas of one constant fall on few places, often exactly on one. Equal points are therefore counted first: a place
with enough formulas is a cluster of its own (its density is infinite), and HDBSCAN (Campello, Moulavi, Sander 2013)
finds the others among the remaining places, or a sample of them. Everything is then placed by its nearest clustered
point, within the cluster's radius, as new formulas are later (`placement.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

UNPLACED = -1
"""The label of points that are in no cluster, and of formulas without a verified constant."""

GRID = 1e-4
"""Points that agree after rounding to multiples of this are one place."""

PLACE_RADIUS = 1e-3
"""Radius of a cluster that is a single place: rounding, and nothing else."""

MAX_DEPTH = 4
"""How often a cluster is split before it stays mixed."""

LEAST_SIZE = 2
"""Formulas that a part of a split cluster must have."""


@dataclass(frozen=True)
class Parameters:
    """How to cluster; stored with each run.

    `min_size` counts formulas, `min_samples` is HDBSCAN's, `sample` bounds the places that HDBSCAN looks at (drawn by
    `seed`).
    """

    min_size: int = 5
    min_samples: int = 5
    sample: int = 20_000
    seed: int = 1


@dataclass(frozen=True)
class Step:
    """Why a cluster was split: by what, its verified members by constant (index -> count), into how many parts."""

    by: str
    constants: dict[int, int]
    parts: int


@dataclass(frozen=True)
class Cluster:
    """Rows of the points that are in one cluster, its radius, and the splits that led to it."""

    members: Integers
    radius: float
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True)
class Clusters:
    """A clustering of n points: `labels` (n,) with UNPLACED, `distances` (n,) to the nearest clustered point."""

    labels: Integers
    distances: Floats
    clusters: tuple[Cluster, ...] = field(repr=False)


def places(points: npt.ArrayLike) -> tuple[Floats, Integers]:
    """The distinct points, shape (m, d), and the place of each point, shape (n,)."""
    rows = np.asarray(points, dtype=np.float64)
    if not len(rows):
        return rows, np.zeros(0, dtype=np.int64)
    _, first, place = np.unique(np.round(rows / GRID), axis=0, return_index=True, return_inverse=True)
    return rows[first], place.reshape(-1).astype(np.int64)


def build(
    points: npt.ArrayLike,
    weights: npt.ArrayLike,
    constants: npt.ArrayLike,
    further: Sequence[tuple[str, Floats]] = (),
    parameters: Parameters | None = None,
) -> Clusters:
    """Cluster points (n, d); split where verified constants disagree.

    `weights` (n,) is 1 for formulas that count and 0 for their mirrors and inflations. `constants` (n,) numbers the
    verified constants, UNPLACED where none is known. `further` are named points (n, e) by which a cluster is split that
    no finer look at `points` can; rows with NaN take no part there.
    """
    chosen = parameters or Parameters()
    rows, place = places(points)
    counts = np.bincount(place, weights=np.asarray(weights, dtype=np.float64), minlength=len(rows)).astype(np.float64)
    found = _density(rows, counts, chosen, chosen.min_size)
    joined = _join(rows, found)[0]
    split = _Splitter(np.asarray(constants, dtype=np.int64), np.asarray(weights), rows, place, further, chosen)
    leaves = [leaf for members in _groups(joined[place]) for leaf in split.leaves(members)]
    return _settle(rows, place, leaves)


def _density(rows: Floats, counts: Floats, parameters: Parameters, least: int) -> Integers:
    """Labels of places: those with `least` formulas by themselves, the others by HDBSCAN on a sample."""
    labels = np.full(len(rows), UNPLACED, dtype=np.int64)
    dense = np.flatnonzero(counts >= least)
    labels[dense] = np.arange(len(dense))
    rest = np.flatnonzero((counts > 0) & (counts < least))
    if len(rest) > parameters.sample:
        chosen = np.random.default_rng(parameters.seed).choice(len(rest), parameters.sample, replace=False)
        rest = rest[np.sort(chosen)]
    found = hdbscan_labels(rows[rest], least, parameters.min_samples)
    labels[rest[found >= 0]] = found[found >= 0] + len(dense)
    return labels


def hdbscan_labels(points: Floats, min_size: int, min_samples: int) -> Integers:
    """Labels of points (n, d) by HDBSCAN, UNPLACED for noise; all of it for fewer points than a cluster has."""
    if len(points) <= max(min_size, LEAST_SIZE):
        return np.full(len(points), UNPLACED, dtype=np.int64)
    from hdbscan import HDBSCAN

    model = HDBSCAN(
        min_cluster_size=max(min_size, LEAST_SIZE),
        min_samples=min(min_samples, len(points) - 1),
        cluster_selection_method="eom",
        core_dist_n_jobs=1,
    )
    return np.asarray(model.fit_predict(points), dtype=np.int64)


def _join(rows: Floats, labels: Integers) -> tuple[Integers, Floats]:
    """Labels of all places by their nearest clustered place, where that is within its cluster's radius; distances."""
    core = np.flatnonzero(labels >= 0)
    if not len(core):
        return labels.copy(), np.full(len(rows), np.nan)
    radii = _radii(rows[core], labels[core])
    nearest, distances = nearest_points(rows[core], rows)
    joined = labels[core][nearest]
    return np.where(distances <= radii[joined], joined, UNPLACED), distances


def nearest_points(points: Floats, queries: Floats) -> tuple[Integers, Floats]:
    """For each query (m, d) the nearest of the points (n, d) and its distance, exactly, in double precision."""
    from scipy.spatial import cKDTree

    distances, nearest = cKDTree(points).query(queries)
    return np.asarray(nearest, dtype=np.int64), np.asarray(distances, dtype=np.float64)


def _radii(rows: Floats, labels: Integers) -> Floats:
    """The radius of each cluster: the largest distance from a place of it to the next one of it."""
    radii = np.full(int(labels.max()) + 1, PLACE_RADIUS)
    for members in _groups(labels):
        radii[labels[members[0]]] = max(PLACE_RADIUS, _widest_step(rows[members]))
    return radii


def _widest_step(points: Floats) -> float:
    if len(points) < 2:
        return 0.0
    from scipy.spatial import cKDTree

    return float(cKDTree(points).query(points, k=2)[0][:, 1].max())


def _groups(labels: Integers) -> list[Integers]:
    """The rows of each label from 0 on, in order of the labels."""
    order = np.argsort(labels, kind="stable")
    order = order[labels[order] >= 0]
    if not len(order):
        return []
    return np.split(order, np.flatnonzero(np.diff(labels[order])) + 1)


@dataclass(frozen=True)
class _Splitter:
    """Splits clusters until their verified members agree."""

    constants: Integers
    weights: npt.NDArray[np.generic]
    rows: Floats
    place: Integers
    further: Sequence[tuple[str, Floats]]
    parameters: Parameters

    def leaves(self, members: Integers, steps: tuple[Step, ...] = ()) -> list[tuple[Integers, tuple[Step, ...]]]:
        """The parts of a cluster, each with the steps that led to it; the cluster itself where nothing splits it."""
        seen = Counter(int(c) for c in self.constants[members] if c >= 0)
        if len(seen) <= 1 or len(steps) >= MAX_DEPTH:
            return [(members, steps)]
        for name, points in (("closer look", self.rows[self.place]), *self.further):
            parts = self._parts(members, points)
            if len(parts) > 1:
                step = Step(name, dict(sorted(seen.items())), len(parts))
                return [leaf for part in parts for leaf in self.leaves(part, (*steps, step))]
        return [(members, steps)]

    def _parts(self, members: Integers, points: Floats) -> list[Integers]:
        """Split by places of one more kind of points; what falls out joins its nearest part or is left out."""
        known = members[np.isfinite(points[members]).all(axis=1)]
        if len(known) < 2 * LEAST_SIZE:
            return []
        rows, place = places(points[known])
        counts = np.bincount(place, weights=self.weights[known].astype(np.float64), minlength=len(rows)).astype(
            np.float64
        )
        found = _density(rows, counts, self.parameters, LEAST_SIZE)
        return [known[group] for group in _groups(_join(rows, found)[0][place])]


def _settle(rows: Floats, place: Integers, leaves: list[tuple[Integers, tuple[Step, ...]]]) -> Clusters:
    """Final labels, radii and distances of the parts."""
    leaves = sorted(leaves, key=lambda leaf: (-len(leaf[0]), int(leaf[0].min())))
    labels = np.full(len(place), UNPLACED, dtype=np.int64)
    distances = np.full(len(place), np.nan)
    clusters = []
    for label, (members, steps) in enumerate(leaves):
        own = rows[np.unique(place[members])]
        clusters.append(Cluster(np.sort(members), max(PLACE_RADIUS, _widest_step(own)), steps))
        labels[members] = label
        distances[members] = 0.0
    return Clusters(labels, distances, tuple(clusters))
