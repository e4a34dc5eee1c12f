"""What the quadratic box costs by both paths: a seeded sample of its chunks, by kernels and by Python in turn.

Run: python -m benchmarks.sample [--every 20] [--seed 1]

Of every 20 chunks that follow one another one is drawn. Each path has a process of its own, which evaluates a chunk
while the other waits, so that both meet the same load; what the kernels gave is stored in a scratch catalogue. CPU of
all of it, in microseconds a mirror pair, by the degree of a; then what the whole box would take at that rate on two
cores that nothing else uses, an extrapolation. Rows that differ between the paths are counted: text and numbers of
relations must be equal, figures to 1e-9. A sample knows less beforehand than a run, whose neighbouring chunks share
numerators; a run compares with more labelled formulas, and ties families and finds classes at its end.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import tempfile
import time
from collections import defaultdict
from multiprocessing.connection import Connection

import numpy as np

from benchmarks.stages import CORES, cpu_of
from catalog.database.opening import open_database
from catalog.store.formula_rows import FLOAT_COLUMNS
from catalog.store.leases import CHUNK_RANKS
from indexer.daemon.task import Task, units_of
from indexer.mathematics.kernels.library import VARIABLE, path_in_use
from indexer.pipeline.batch import Batch
from indexer.pipeline.storing import store
from indexer.similarity.anchors import Anchors, read_anchors
from indexer.similarity.catalogue_index import CatalogueIndex
from indexer.sources.registry import QUADRATIC_5
from indexer.upkeep.setup import seed as seed_catalogue

PATHS = ("on", "off")

LINEAR_RANKS = 159_720
"""Ranks with deg a <= 1, the first of the box."""

CLOSE = 1e-9
"""Largest difference of two figures, relative above 1."""


def evaluate(path: str, anchors: Anchors, pipe: Connection) -> None:
    """Evaluate chunks, by their first rank, by one path; runs in a process of its own."""
    os.environ[VARIABLE] = path
    task = Task(QUADRATIC_5.name, QUADRATIC_5.template, anchors)
    task([*units_of(0, 20), *units_of(1_000_000, 1_000_100)])  # what is imported and tabulated at first use
    pipe.send(path_in_use())
    while (first := pipe.recv()) is not None:
        before = time.process_time()
        (batch,) = task(units_of(first, min(first + CHUNK_RANKS, QUADRATIC_5.size)))
        pipe.send((batch, time.process_time() - before))


def differences(one: Batch, two: Batch) -> int:
    """Return how many columns of two batches differ, and whether what was found does."""
    count = int(one.findings != two.findings)
    for name, column in one.rows.columns.items():
        other = two.rows.columns[name]
        if name in FLOAT_COLUMNS:
            mine, theirs = (np.array(values, dtype=np.float64) for values in (column, other))
            allowed = CLOSE * np.maximum(1, np.abs(np.nan_to_num(theirs)))
            same = (np.isnan(mine) & np.isnan(theirs)) | (np.abs(mine - theirs) <= allowed)
            count += int(not same.all())
        else:
            count += int(list(column) != list(other))
    return count


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--every", type=int, default=20, help="one of so many chunks is evaluated")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    drawn = random.Random(options.seed)
    count = -(-QUADRATIC_5.size // CHUNK_RANKS)
    chunks = [drawn.randrange(k, min(k + options.every, count)) for k in range(0, count, options.every)]
    spawn = multiprocessing.get_context("spawn")
    seconds: dict[tuple[str, bool], float] = defaultdict(float)
    pairs: dict[bool, float] = defaultdict(float)
    differing = 0
    with tempfile.TemporaryDirectory() as home, open_database(None, home, create=True) as database:
        database.upgrade()
        with database.connect() as connection:
            seed_catalogue(connection)
            connection.commit()
            index = CatalogueIndex.rebuilt(connection, home)
            anchors = read_anchors(connection)
            pipes = []
            for path in PATHS:
                ours, theirs = spawn.Pipe()
                spawn.Process(target=evaluate, args=(path, anchors, theirs), daemon=True).start()
                print(ours.recv(), flush=True)
                pipes.append(ours)
            for chunk in chunks:
                first = chunk * CHUNK_RANKS
                linear = first < LINEAR_RANKS
                batches = []
                for path, pipe in zip(PATHS, pipes, strict=True):
                    pipe.send(first)
                    batch, spent = pipe.recv()
                    batches.append(batch)
                    seconds[path, linear] += spent
                differing += differences(*batches)
                before, server = time.process_time(), cpu_of(connection.info.backend_pid)
                ingested = store(connection, batches[0])
                index.follow(connection, batches[0].rows, ingested)
                seconds["store", linear] += time.process_time() - before
                seconds["server", linear] += cpu_of(connection.info.backend_pid) - server
                pairs[linear] += len(batches[0]) / 2
            for pipe in pipes:
                pipe.send(None)
    sizes = {True: LINEAR_RANKS / 2, False: (QUADRATIC_5.size - LINEAR_RANKS) / 2}
    names = {"on": "worker, kernels", "off": "worker, Python", "store": "rows, COPY, index", "server": "the server"}
    print(f"{len(chunks)} of {count} chunks, seed {options.seed}; columns that differ between the paths: {differing}")
    print(f"{'us a pair':24}{'deg a <= 1':>12}{'deg a = 2':>12}{'the box':>12}")
    means = {}
    for key, name in names.items():
        each = [seconds[key, linear] / pairs[linear] * 1e6 for linear in (True, False)]
        means[key] = (each[0] * sizes[True] + each[1] * sizes[False]) / sum(sizes.values())
        print(f"{name:24}{each[0]:12.0f}{each[1]:12.0f}{means[key]:12.0f}")
    for path in PATHS:
        total = (means[path] + means["store"] + means["server"]) * sum(sizes.values()) / 1e6
        print(f"the box, {names[path]}: {total:,.0f} s of CPU, {total / CORES / 60:.1f} minutes on {CORES} cores")


if __name__ == "__main__":
    main()
