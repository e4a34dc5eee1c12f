"""A million points as a picture: `python benchmarks/pictures.py [folder]`; beside it matplotlib's own scatter.

The points are those of the quadratic box: delta of the unreduced convergents and the growth of q, by the recurrence in
floating point at a small depth, some of them twice. The pictures are left in the folder, to be looked at.
"""

from __future__ import annotations

import sys
import tempfile
import time
import tracemalloc
from pathlib import Path

import numpy as np

from catalog.vocabulary import CONVERGENCE_CLASSES
from indexer.mathematics.continued_fractions.asymptotics import OUTCOMES, classify_batch
from indexer.pictures.maps import Points, scatter
from indexer.pictures.style import new_figure, save
from indexer.sources.registry import QUADRATIC_5

POINTS = 1_000_000
DEPTH = 60


def metrics() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return delta and growth of q a step of every convergent formula of the box, and its class."""
    a, b = (rows[::2].astype(float) for rows in QUADRATIC_5.coefficient_arrays(0, QUADRATIC_5.size))
    code = np.array([CONVERGENCE_CLASSES.index(c) if c in CONVERGENCE_CLASSES else -1 for c in OUTCOMES])
    group = code[classify_batch(a.astype(np.int64), b.astype(np.int64))]
    now, before = np.ones(len(a)), np.zeros(len(a))
    size, product = np.zeros(len(a)), np.zeros(len(a))
    with np.errstate(all="ignore"):
        for n in range(1, DEPTH + 1):
            a_n, b_n = (rows @ np.array([1.0, n, n * n]) for rows in (a, b))
            now, before = a_n * now + b_n * before, now
            scale = np.maximum(np.abs(now), np.abs(before))
            now, before, size = now / scale, before / scale, size + np.log(scale)
            product += np.log(np.abs(b_n))
        delta = -1 - (product - 2 * size) / size
    kept = (group >= 0) & np.isfinite(delta)
    return delta[kept], size[kept] / DEPTH, group[kept]


def main() -> None:
    """Draw, save, and print CPU seconds; draw again, and print the most memory beyond the points themselves."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp())
    delta, growth, group = metrics()
    twice = np.random.default_rng(1).integers(0, len(delta), POINTS - len(delta))
    delta, growth, group = (np.concatenate([row, row[twice]]) for row in (delta, growth, group))
    start = time.process_time()
    names = [name.replace("_", "-") for name in CONVERGENCE_CLASSES]
    points = Points(delta, growth, group.astype(np.int64), names)
    figure = scatter(points, ("delta", "q_gamma"), "class")
    report(f"draw {len(delta):,} points", start)
    for form in ("png", "svg", "html"):
        start = time.process_time()
        file = folder / f"million.{form}"
        save(figure, str(file))
        report(f"save {form} ({file.stat().st_size:,} bytes)", start)
    start = time.process_time()
    plain = new_figure()
    plain.subplots().scatter(delta, growth, c=group, s=3)
    save(plain, str(folder / "plain.png"))
    report("matplotlib's scatter, png", start)
    tracemalloc.start()
    scatter(points, ("delta", "q_gamma"), "class")
    held = sum(row.nbytes for row in (points.x, points.y, points.groups)) / 1e6
    print(f"points {held:.0f} MB, at most {tracemalloc.get_traced_memory()[1] / 1e6:.0f} MB beside them while drawing")
    print(f"pictures in {folder}")


def report(what: str, start: float) -> None:
    """Return one line of the table."""
    print(f"{what:32} {time.process_time() - start:6.2f} s CPU")


if __name__ == "__main__":
    main()
