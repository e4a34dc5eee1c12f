"""Placement of new formulas against batch clustering: a tenth is held out, placed as it comes, and compared.

    python benchmarks/placement.py [--home FOLDER] [--by vector|metrics] [--seed N]
    python benchmarks/placement.py --box

A tenth of the canonical formulas is left out, with mirrors and inflations; the others are clustered; the tenth is
placed by the rule of `clusters/places.py`, and places at which enough formulas wait then are clusters of their own, as
`clusters/placement.py` does it. This is compared with the clustering of all formulas, clusters being matched by their
members: a held-out formula is the same where both ways put it into the same cluster, or into none. "own cores" leaves
the held-out formulas out of the cores of the clustering of all, and asks where they would be placed.

With --box the vectors of all 1,549,766 convergent formulas of the quadratic box are made and clustered, without a
catalogue and without constants: time, memory and agreement at full size.
"""

from __future__ import annotations

import argparse
import resource
import time
from dataclasses import dataclass, replace

import numpy as np

from catalog.database.opening import open_database
from catalog.store.clusters import read_figures
from indexer.clusters.build import FURTHER, PLANE, VECTOR_PARAMETERS, Options, numbered, points_of
from indexer.clusters.hdbscan import Clusters, Parameters, cluster_points
from indexer.clusters.labels import match, with_fields
from indexer.clusters.places import UNPLACED, Places, place_keys
from indexer.clusters.scales import scaled_metrics, scales_of
from indexer.kinds.pcf.vector import neighbour_vectors
from indexer.kinds.vectors import VECTOR_VERSION
from indexer.mathematics.continued_fractions.asymptotics import OUTCOMES, classify_batch
from indexer.sources.registry import QUADRATIC_5

HELD_OUT = 0.1
BATCH = 40_000


@dataclass
class Data:
    """Canonical formulas: points (n, d), constants (n,), further metrics by name, and how to cluster."""

    points: np.ndarray
    constants: np.ndarray
    further: list[tuple[str, np.ndarray]]
    parameters: Parameters

    def metrics(self) -> np.ndarray:
        return np.concatenate([np.zeros((len(self.points), 0)), *(part for _, part in self.further)], axis=1)

    def clustered(self, rows: np.ndarray) -> Clusters:
        further = [(name, part[rows]) for name, part in self.further]
        weights = np.ones(int(rows.sum()))
        return cluster_points(self.points[rows], weights, self.constants[rows], further, self.parameters)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--home")
    parser.add_argument("--by", default="vector", choices=["vector", "metrics"])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--box", action="store_true")
    options = parser.parse_args()
    if options.box:
        time_box()
    data = box(copies=1) if options.box else catalogue(options.home, options.by)
    compare(data, np.random.default_rng(options.seed).random(len(data.points)) < HELD_OUT)


def catalogue(home: str | None, by: str) -> Data:
    """Return the canonical formulas of a catalogue."""
    with open_database(None, home) as database, database.connect() as connection:
        figures = read_figures(connection, VECTOR_VERSION, (*PLANE, *FURTHER))
        figures = replace(figures, constants=with_fields(figures.constants))
    rows, points, scales = points_of(figures, by, PLANE)
    mine = figures.canonical[rows]
    rows, points = rows[mine], points[mine]
    names = [name for name in (*PLANE, *FURTHER) if name not in scales]
    further = scaled_metrics(figures.metrics, scales_of(figures.metrics, names))[rows]
    parts = [(name, further[:, i : i + 1]) for i, name in enumerate(names)]
    return Data(points, numbered(figures)[1][rows], parts, Options(by).parameters(len(rows)))


def box(copies: int) -> Data:
    """Return the convergent canonical formulas of the quadratic box, each so many times."""
    vectors = []
    for start in range(0, QUADRATIC_5.size, BATCH):
        A, B = (part[::2] for part in QUADRATIC_5.coefficient_arrays(start, min(QUADRATIC_5.size, start + BATCH)))
        codes = classify_batch(A, B)
        outcomes = np.array([outcome.endswith(("exponential", "polynomial", "logarithmic")) for outcome in OUTCOMES])
        kept = outcomes[codes]
        vectors.append(neighbour_vectors(A[kept], B[kept]))
    points = np.repeat(np.concatenate(vectors), copies, axis=0).astype(np.float64)
    return Data(points, np.full(len(points), UNPLACED), [], VECTOR_PARAMETERS)


def time_box() -> None:
    """Print time and memory for all convergent formulas, mirrors among them, which do not count."""
    data = box(copies=2)
    weights = np.arange(len(data.points)) % 2 == 0
    start, cpu = time.perf_counter(), time.process_time()
    found = cluster_points(data.points, weights, data.constants, [], data.parameters)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(
        f"{len(data.points):,} formulas, {len(found.clusters):,} clusters,"
        f" {100 * (found.labels >= 0).mean():.1f} % placed:"
        f" {time.perf_counter() - start:.1f} s, {time.process_time() - cpu:.1f} s of CPU, peak {peak:.2f} GB"
    )


def compare(data: Data, held: np.ndarray) -> None:
    """Compare the held-out formulas placed online against the clustering of all."""
    metrics, kept = data.metrics(), ~held
    full = data.clustered(np.ones(len(held), bool))
    core = kept & (full.distances == 0)
    own = Places(data.points[core], full.labels[core], radii(full), metrics[core])
    show("own cores", own.place(data.points[held], metrics[held])[0], full.labels[held])

    part = data.clustered(kept)
    core = np.zeros(len(held), bool)
    core[np.flatnonzero(kept)[part.distances == 0]] = True
    labels = np.full(len(held), UNPLACED)
    labels[kept] = part.labels
    online = Places(data.points[core], labels[core], radii(part), metrics[core])
    labels[held] = online.place(data.points[held], metrics[held])[0]
    found_clusters(labels, data.points, len(part.clusters), data.parameters.min_size)
    same = matched(labels, full.labels)
    translated = np.array([same.get(label, -2) if label >= 0 else UNPLACED for label in labels.tolist()])
    show("clusters of nine tenths", translated[held], full.labels[held])


def found_clusters(labels: np.ndarray, points: np.ndarray, first: int, least: int) -> None:
    """Label the places at which enough formulas wait, from `first` on."""
    waiting = np.flatnonzero(labels == UNPLACED)
    _, place, count = np.unique(place_keys(points[waiting]), return_inverse=True, return_counts=True)
    enough = count[place] >= least
    labels[waiting[enough]] = first + place[enough]


def matched(new: np.ndarray, old: np.ndarray) -> dict[int, int]:
    """Return which new label is which old one, as `cluster build` decides it."""
    both = (new >= 0) & (old >= 0)
    pairs, counts = np.unique(np.stack([new[both], old[both]], axis=1), axis=0, return_counts=True)
    sizes = [
        dict(zip(*(x.tolist() for x in np.unique(labels[labels >= 0], return_counts=True)), strict=True))
        for labels in (old, new)
    ]
    return match([(a, b, n) for (a, b), n in zip(pairs.tolist(), counts.tolist(), strict=True)], *sizes)


def radii(found: Clusters) -> dict[int, float]:
    return {label: cluster.radius for label, cluster in enumerate(found.clusters)}


def show(name: str, online: np.ndarray, batch: np.ndarray) -> None:
    both = (online != UNPLACED) & (batch != UNPLACED)
    print(
        f"{name:24} {len(batch):6,} held out, {100 * (online == batch).mean():6.2f} % the same;"
        f" of {both.sum():,} placed by both {100 * (online == batch)[both].mean():6.2f} %;"
        f" only batch {((online == UNPLACED) & (batch != UNPLACED)).sum()},"
        f" only online {((online != UNPLACED) & (batch == UNPLACED)).sum()}"
    )


if __name__ == "__main__":
    main()
