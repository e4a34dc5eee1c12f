"""What it costs to find the classes of equivalent formulas and the ties of families, by kernels and by Python.

Run: python -m benchmarks.classes [--first 0] [--ranks 20000] [--chunks 1] [--workers 1]

The ranks of the quadratic box, in so many stretches spread evenly from `first` on, are evaluated and stored in a
scratch catalogue. Then all members of families are tied and all classes found, by so many workers and by each path in
turn with the same rows to begin with; CPU of the processes, and of the server, in microseconds a canonical convergent
formula. Rows that differ between the paths are counted.
"""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import psycopg

from benchmarks.stages import cpu_of
from catalog.database.opening import open_database
from indexer.daemon.task import Task, units_of
from indexer.mathematics.kernels.library import VARIABLE
from indexer.pipeline.storing import store
from indexer.similarity.anchors import read_anchors
from indexer.sources.registry import QUADRATIC_5
from indexer.upkeep.classes import sweep_classes
from indexer.upkeep.families import sweep_families
from indexer.upkeep.setup import seed

PATHS = {"on": "kernels", "off": "Python"}

CHUNK = 500
"""Ranks that are evaluated at a time."""

ROWS = """
    select formula_id, class_id, bucket, folds, matrix, scale, regular_from, map, open_reason
    from equivalence
    order by formula_id
"""


def fill(connection: psycopg.Connection, first: int, ranks: int, chunks: int) -> None:
    """Store formulas as a run does."""
    task = Task(QUADRATIC_5.name, QUADRATIC_5.template, read_anchors(connection))
    length = ranks // chunks // CHUNK * CHUNK or CHUNK
    for start in np.linspace(first, QUADRATIC_5.size - length, chunks).astype(int).tolist() if chunks > 1 else [first]:
        for at in range(start - start % 2, start + length, CHUNK):
            (batch,) = task(units_of(at, at + CHUNK))
            store(connection, batch)
            connection.commit()


def timed(connection: psycopg.Connection, work: Callable[[psycopg.Connection], Any]) -> tuple[Any, float, float]:
    """Return what is found, and the CPU seconds of this process with its workers, and of the server's."""
    own, server = cpu_of_this_and_workers(), cpu_of(connection.info.backend_pid)
    found = work(connection)
    return found, cpu_of_this_and_workers() - own, cpu_of(connection.info.backend_pid) - server


def cpu_of_this_and_workers() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--ranks", type=int, default=20_000)
    parser.add_argument("--chunks", type=int, default=1, help="stretches that the ranks come in")
    parser.add_argument("--workers", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home, open_database(None, home, create=True) as database:
        database.upgrade()
        with database.connect() as connection:
            seed(connection)
            connection.commit()
            fill(connection, options.first, options.ranks, options.chunks)
            connection.execute("analyze")
            connection.commit()
            swept, own, server = timed(connection, partial(sweep_families, workers=options.workers))
            members = max(swept.settled, 1)
            print(
                f"families: {swept.settled} members, {own / members * 1e6:.0f} us, server {server / members * 1e6:.0f}"
            )
            rows = []
            for path, name in PATHS.items():
                os.environ[VARIABLE] = path
                connection.execute("delete from equivalence")
                connection.commit()
                done, own, server = timed(connection, partial(sweep_classes, workers=options.workers))
                count = max(done.formulas, 1)
                print(
                    f"classes, {name}: {done.formulas} formulas, {done.joined} joined, {done.named} named,"
                    f" {own / count * 1e6:.0f} us, server {server / count * 1e6:.0f}",
                    flush=True,
                )
                rows.append(connection.execute(ROWS).fetchall())
                connection.commit()
            print(f"rows that differ: {sum(one != two for one, two in zip(*rows, strict=True))}")


if __name__ == "__main__":
    main()
