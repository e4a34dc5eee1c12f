"""Placement of new formulas against batch clustering: a tenth is held out, placed one by one, and compared.

    python benchmarks/placement.py [--home FOLDER] [--by vector|metrics]

Clusters of the nine tenths are matched with those of all formulas by their members; a held-out formula is right where
both ways put it into the same cluster, or into none. "By the batch's own radius" takes the clusters of all formulas,
leaves the held-out ones out as reference points, and asks again: what placement itself gets wrong.
"""

from __future__ import annotations

import argparse

import numpy as np

from catalog.clusters import read_figures
from catalog.database import open_database
from indexer.clustering import FURTHER, PLANE, _numbered, _points, _survivors, scale_of, scaled
from indexer.clusters import Parameters, build
from indexer.neighbour_vector import VECTOR_VERSION
from indexer.placement import Places

HELD_OUT = 0.1


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--home")
    parser.add_argument("--by", default="vector")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with open_database(None, options.home) as database, database.connect() as connection:
        figures = read_figures(connection, VECTOR_VERSION, (*PLANE, *FURTHER))
    rows, points, scales = _points(figures, options.by, PLANE)
    weights = figures.canonical[rows].astype(float)
    constants = _numbered(figures)[1][rows]
    names = [name for name in (*PLANE, *FURTHER) if name not in scales]
    further = scaled(figures.metrics, scale_of(figures.metrics, names))[rows]
    parts = [(name, further[:, i : i + 1]) for i, name in enumerate(names)]
    held = np.random.default_rng(options.seed).random(len(rows)) < HELD_OUT
    kept = ~held

    full = build(points, weights, constants, parts, Parameters())
    part = build(points[kept], weights[kept], constants[kept], [(n, p[kept]) for n, p in parts], Parameters())
    placed = kept & (full.labels >= 0)
    own = Places(points[placed], full.labels[placed], radii(full), further[placed])
    show("by the batch's own radius", own.place(points[held], further[held])[0], full.labels[held])

    same, _ = _survivors(rows[kept], part.labels, rows, full.labels)
    inside = part.labels >= 0
    online = Places(points[kept][inside], part.labels[inside], radii(part), further[kept][inside])
    found = online.place(points[held], further[held])[0]
    translated = np.array([same.get(label, -2) if label >= 0 else -1 for label in found.tolist()])
    show("clusters of nine tenths", translated, full.labels[held])


def radii(found: object) -> dict[int, float]:
    return {label: cluster.radius for label, cluster in enumerate(found.clusters)}  # type: ignore[attr-defined]


def show(name: str, online: np.ndarray, batch: np.ndarray) -> None:
    both = (online >= 0) & (batch >= 0)
    print(
        f"{name:28} {len(batch):6} held out, {100 * (online == batch).mean():6.2f} % the same;"
        f" of {both.sum()} placed by both {100 * (online == batch)[both].mean():6.2f} %;"
        f" only batch {((online < 0) & (batch >= 0)).sum()}, only online {((online >= 0) & (batch < 0)).sum()}"
    )


if __name__ == "__main__":
    main()
