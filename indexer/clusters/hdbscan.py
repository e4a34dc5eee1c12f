"""Clusters of formulas: arrays in, labels out; which constant a cluster stands for is in `labels.py`.

Formulas of one constant fall on few places, often exactly on one. Equal points are therefore counted first: a place
with enough formulas is a core of its own (its density is infinite), and HDBSCAN (Campello, Moulavi, Sander 2013) finds
cores among the remaining places, or a sample of them. Cores whose verified members disagree are split. Every other
formula is then placed by the rule of `places.py`, by which new formulas are placed too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from importlib.util import find_spec

import numpy as np
import numpy.typing as npt

from catalog.errors import Unavailable
from indexer.clusters.nearest import kth_distances
from indexer.clusters.places import PLACE_RADIUS, UNPLACED, Floats, Integers, Keys, Places, drawn, places

MAX_DEPTH = 4
"""How often a cluster is split before it stays mixed."""

LEAST_SIZE = 2
"""Formulas that a part of a split cluster must have at the least."""


@dataclass(frozen=True)
class Parameters:
    """How to cluster; stored with each run.

    `min_size` counts formulas, `min_samples` is HDBSCAN's. With `places_only` a core is a place, and HDBSCAN
    only splits cores whose constants disagree. `sample` bounds the places that it looks at, drawn by `seed`.
    """

    min_size: int = 5
    min_samples: int = 5
    places_only: bool = False
    sample: int = 20_000
    seed: int = 1

    def finer(self) -> Parameters:
        """Return the parameters for the parts of a cluster: half the size."""
        size = max(LEAST_SIZE, self.min_size // 2)
        return replace(self, min_size=size, min_samples=min(self.min_samples, size), places_only=False)


@dataclass(frozen=True)
class Split:
    """Why a cluster was split: by what, into how many parts, and how many of its verified members had each constant.

    `constants` counts members by the index of their constant.
    """

    by: str
    constants: dict[int, int]
    parts: int


@dataclass(frozen=True)
class Cluster:
    """Rows of the points in one cluster, those of them that are its core, its radius, and the splits that led to it."""

    members: Integers
    core: Integers
    radius: float
    steps: tuple[Split, ...] = ()


@dataclass(frozen=True)
class Clusters:
    """A clustering of n points: `labels` (n,) with UNPLACED, `distances` (n,) to the nearest core place."""

    labels: Integers
    distances: Floats
    clusters: tuple[Cluster, ...] = field(repr=False)


def cluster_points(
    points: npt.ArrayLike,
    weights: npt.ArrayLike,
    constants: npt.ArrayLike,
    further: Sequence[tuple[str, Floats]] = (),
    parameters: Parameters | None = None,
) -> Clusters:
    """Cluster points (n, d), and split a cluster whose verified constants disagree.

    `weights` (n,) is 1 for formulas that count and 0 for their mirrors and inflations. `constants` (n,) numbers the
    verified constants, UNPLACED where none is known. `further` are named points (n, e) by which a cluster is split that
    no finer look at `points` can; rows with NaN take no part there.
    """
    chosen = parameters or Parameters()
    rows, place, keys = places(points)
    counted, known = np.asarray(weights, dtype=np.float64), np.asarray(constants, dtype=np.int64)
    counts = np.bincount(place, weights=counted, minlength=len(rows)).astype(np.float64)
    cores = _cores(rows, keys, counts, chosen)[place]
    split = _Splitter(known, counted, rows, place, further)
    disagree = _disagree(cores, known)
    leaves: list[_Leaf] = []
    for label, members in enumerate(_groups(cores)):
        leaves += split.leaves(members, chosen) if disagree[label] else [(members, ())]
    leaves.sort(key=lambda leaf: (-len(leaf[0]), int(leaf[0].min())))
    metrics = np.concatenate([part for _, part in further], axis=1) if further else np.zeros((len(place), 0))
    return _settled(rows, place, leaves, metrics, chosen.min_samples)


_Leaf = tuple[Integers, tuple[Split, ...]]


def _cores(rows: Floats, keys: Keys, counts: Floats, parameters: Parameters) -> Integers:
    """Return the labels (m,) of places: one with `min_size` formulas is a core, HDBSCAN finds others among a sample."""
    labels = np.full(len(rows), UNPLACED, dtype=np.int64)
    dense = np.flatnonzero(counts >= parameters.min_size)
    labels[dense] = np.arange(len(dense))
    if parameters.places_only:
        return labels
    rest = np.flatnonzero((counts > 0) & (counts < parameters.min_size))
    rest = rest[drawn(keys[rest], parameters.sample, parameters.seed)]
    found = hdbscan_labels(rows[rest], parameters)
    labels[rest[found >= 0]] = found[found >= 0] + len(dense)
    return labels


def hdbscan_labels(points: Floats, parameters: Parameters) -> Integers:
    """Return the labels (n,) of points (n, d) by HDBSCAN, UNPLACED for noise, which too few points are all.

    Raises Unavailable where scikit-learn is not installed.
    """
    if len(points) <= max(parameters.min_size, LEAST_SIZE):
        return np.full(len(points), UNPLACED, dtype=np.int64)
    require_hdbscan()
    from sklearn.cluster import HDBSCAN  # noqa: PLC0415  it takes 0.8 s, and need not be installed

    model = HDBSCAN(
        min_cluster_size=max(parameters.min_size, LEAST_SIZE),
        min_samples=min(parameters.min_samples, len(points) - 1),
        cluster_selection_method="eom",
        copy=True,
    )
    return np.asarray(model.fit_predict(points), dtype=np.int64)


def can_split() -> bool:
    """Whether HDBSCAN can be had, which comes with the extra `clusters`."""
    return find_spec("sklearn") is not None


def require_hdbscan() -> None:
    """Raise Unavailable with the way out where HDBSCAN cannot be had."""
    if not can_split():
        raise Unavailable(
            'clusters by metrics need scikit-learn; `pip install "formulary-catalog[clusters]"` brings it'
        )


def _disagree(labels: Integers, constants: Integers) -> npt.NDArray[np.bool_]:
    """Return for each label whether its members have two constants or more."""
    pairs = np.stack([labels, constants], axis=1)
    pairs = np.unique(pairs[(pairs >= 0).all(axis=1)], axis=0)
    return np.bincount(pairs[:, 0], minlength=int(labels.max(initial=UNPLACED)) + 1) > 1


def _groups(labels: Integers) -> list[Integers]:
    """Return the rows of each label from 0 on, in the order of the labels."""
    order = np.argsort(labels, kind="stable")
    order = order[labels[order] >= 0]
    if not len(order):
        return []
    return np.split(order, np.flatnonzero(np.diff(labels[order])) + 1)


@dataclass(frozen=True)
class _Splitter:
    """Splits cores until their verified members agree."""

    constants: Integers
    weights: Floats
    rows: Floats
    place: Integers
    further: Sequence[tuple[str, Floats]]

    def leaves(self, members: Integers, parameters: Parameters, steps: tuple[Split, ...] = ()) -> list[_Leaf]:
        """Return the parts of a core, each with the steps that led to it; the core itself where nothing splits it."""
        seen = Counter(self.constants[members][self.constants[members] >= 0].tolist())
        if len(seen) <= 1 or len(steps) >= MAX_DEPTH or not can_split():
            return [(members, steps)]
        finer = parameters.finer()
        for name, points in (("closer look", None), *self.further):
            parts = self._parts(members, self.rows[self.place[members]] if points is None else points[members], finer)
            if len(parts) > 1:
                step = Split(name, dict(sorted(seen.items())), len(parts))
                return [leaf for part in parts for leaf in self.leaves(part, finer, (*steps, step))]
        return [(members, steps)]

    def _parts(self, members: Integers, points: Floats, parameters: Parameters) -> list[Integers]:
        """Return the cores among other points of the same members; who is in none is placed like any other formula."""
        finite = np.isfinite(points).all(axis=1)
        members, points = members[finite], points[finite]
        if len(members) < 2 * LEAST_SIZE:
            return []
        rows, place, keys = places(points)
        counts = np.bincount(place, weights=self.weights[members], minlength=len(rows)).astype(np.float64)
        return [members[group] for group in _groups(_cores(rows, keys, counts, parameters)[place])]


def _settled(rows: Floats, place: Integers, leaves: list[_Leaf], further: Floats, neighbours: int) -> Clusters:
    """Return the clustering with these cores, everything outside them placed by the rule for new formulas."""
    labels = np.full(len(place), UNPLACED, dtype=np.int64)
    distances = np.full(len(place), np.nan)
    for label, (core, _) in enumerate(leaves):
        labels[core] = label
    inside = labels >= 0
    distances[inside] = 0.0
    radii = _radii(rows, place, [core for core, _ in leaves], neighbours)
    if inside.any():
        known = Places(rows[place[inside]], labels[inside], dict(enumerate(radii)), further[inside])
        labels[~inside], distances[~inside] = known.place(rows[place[~inside]], further[~inside])
    found = zip(_groups(labels), leaves, radii, strict=True)
    clusters = [Cluster(members, np.sort(core), radius, steps) for members, (core, steps), radius in found]
    return Clusters(labels, distances, tuple(clusters))


def _radii(rows: Floats, place: Integers, cores: Sequence[Integers], neighbours: int) -> list[float]:
    """Return the radius of each core: the largest distance from a place to the k-th nearest one, k = `neighbours`.

    This is HDBSCAN's core distance, taken within the core. With k above 1, a formula of the core would still join if
    the member nearest to it were missing.
    """
    radii = []
    for core in cores:
        own = place[core]
        if (own == own[0]).all():
            radii.append(PLACE_RADIUS)
            continue
        points = rows[np.unique(own)]
        radii.append(max(PLACE_RADIUS, float(kth_distances(points, neighbours).max())))
    return radii
