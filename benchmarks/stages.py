"""Where the time of the quadratic box goes: CPU seconds of each stage, on chunks spread evenly over all its ranks.

Run: python benchmarks/stages.py [--chunks 60] [--ranks 500] [--first 0] [--last 1768900]

One process does what workers and daemon share otherwise, into a scratch catalogue; the server's process is counted
too. The last line says what the whole box costs at this rate where two cores share it evenly; what a full run took
stands in the table `run` of its catalogue.
"""

from __future__ import annotations

import argparse
import os
import pickle
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

import indexer.daemon.task
import indexer.kinds.pcf.evaluate
import indexer.mathematics.continued_fractions.metrics
import indexer.pipeline.batch
import indexer.pipeline.compute
from catalog.database.opening import open_database
from indexer.daemon.task import Task, units_of
from indexer.mathematics.continued_fractions.convergents import Convergent, FirstSteps
from indexer.mathematics.kernels.library import VARIABLE
from indexer.pipeline.batch import Batch
from indexer.pipeline.storing import store
from indexer.similarity.anchors import read_anchors
from indexer.similarity.catalogue_index import CatalogueIndex
from indexer.sources.registry import QUADRATIC_5
from indexer.upkeep.setup import seed

CORES = 2

WORKER = "formulas of a chunk, the rest of a worker"

STAGES: tuple[tuple[str, Any, str], ...] = (
    ("classes", indexer.kinds.pcf.evaluate, "classify_all"),
    ("kernels", indexer.kinds.pcf.evaluate, "given_of"),
    ("tails", indexer.kinds.pcf.evaluate, "tail_of"),
    ("limits", indexer.kinds.pcf.evaluate, "limit"),
    ("closed forms", indexer.kinds.pcf.evaluate, "closed_form"),
    ("closed forms", indexer.kinds.pcf.evaluate, "_compare"),
    ("family keys", indexer.kinds.pcf.evaluate, "family_key"),
    ("exponents", indexer.kinds.pcf.evaluate, "exponents"),
    ("convergents", FirstSteps, "product"),
    ("metrics: gcds", Convergent, "gcd"),
    ("metrics: error at 1000", indexer.mathematics.continued_fractions.metrics, "log_error"),
    ("metrics: growth of gcds", indexer.mathematics.continued_fractions.metrics, "gcd_growth"),
    ("metrics: the rest", indexer.kinds.pcf.evaluate, "metrics"),
    ("relations: exact, theory", indexer.pipeline.compute, "begin"),
    ("relations: screened", indexer.pipeline.compute, "screen"),
    ("relations: searched", indexer.pipeline.compute, "finish"),
    ("mirrors", indexer.pipeline.compute, "_mirror_of"),
    ("neighbour vectors", indexer.pipeline.batch, "vectors_of"),
    ("rows of the catalogue", indexer.daemon.task.Batch, "of"),
)


class Clock:
    """CPU seconds by stage; a stage within another counts for itself alone."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._inner = [0.0]

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        start = time.process_time()
        self._inner.append(0.0)
        try:
            yield
        finally:
            spent = time.process_time() - start
            self.seconds[name] += spent - self._inner.pop()
            self._inner[-1] += spent

    def watch(self, name: str, place: Any, attribute: str) -> None:
        function: Callable[..., Any] = getattr(place, attribute)

        def watched(*arguments: Any, **options: Any) -> Any:
            with self.stage(name):
                result = function(*arguments, **options)
                return list(result) if isinstance(result, Iterator) else result

        setattr(place, attribute, watched)


def cpu_of(process: int) -> float:
    """Return the CPU seconds that a process has used."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def print_both(kernels: dict[str, float], python: dict[str, float], pairs: int) -> None:
    """Print what the worker's stages take by both paths, in microseconds a mirror pair."""
    print(f"\n{'stage of a worker, us a pair':44}{'Python':>9}{'kernels':>9}")
    for name in sorted({*python, *kernels}, key=lambda name: -max(python.get(name, 0), kernels.get(name, 0))):
        if name in python or name == "kernels":
            print(f"{name:44}{python.get(name, 0) / pairs * 1e6:9.1f}{kernels.get(name, 0) / pairs * 1e6:9.1f}")
    shared = [sum(seconds for name, seconds in path.items() if name in python) for path in (python, kernels)]
    print(f"{'all of them':44}{shared[0] / pairs * 1e6:9.1f}{shared[1] / pairs * 1e6:9.1f}\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--chunks", type=int, default=60)
    parser.add_argument("--ranks", type=int, default=500)
    parser.add_argument("--first", type=int, default=0, help="chunks begin at this rank or later")
    parser.add_argument("--last", type=int, default=QUADRATIC_5.size, help="and end before this one")
    parser.add_argument("--both", action="store_true", help="evaluate each chunk by Python first, then by the kernels")
    options = parser.parse_args()
    clock = Clock()
    python = Clock()
    with tempfile.TemporaryDirectory() as home, open_database(None, home, create=True) as database:
        database.upgrade()
        with database.connect() as connection:
            seed(connection)
            connection.commit()
            index = CatalogueIndex.rebuilt(connection, home)
            task = Task(QUADRATIC_5.name, QUADRATIC_5.template, read_anchors(connection))
            task(units_of(0, 20))  # what is imported and tabulated at first use
            for stage in STAGES:
                clock.watch(*stage)
            server = cpu_of(connection.info.backend_pid)
            starts = np.linspace(options.first, options.last - options.ranks, options.chunks)
            for first in starts.astype(int).tolist():
                units = units_of(first - first % 2, first - first % 2 + options.ranks)
                if options.both:
                    clock.seconds, python.seconds = python.seconds, clock.seconds
                    os.environ[VARIABLE] = "off"
                    with clock.stage(WORKER):
                        task(units)
                    os.environ[VARIABLE] = "on"
                    clock.seconds, python.seconds = python.seconds, clock.seconds
                with clock.stage(WORKER):
                    batches = task(units)
                with clock.stage("between the processes"):
                    batches = pickle.loads(pickle.dumps(batches))
                with clock.stage("storing: rows and COPY"):
                    batch = Batch.joined(batches)
                    ingested = store(connection, batch)
                with clock.stage("index"):
                    index.follow(connection, batch.rows, ingested)
            clock.seconds["storing: the server"] = cpu_of(connection.info.backend_pid) - server
    ranks = options.chunks * options.ranks
    total = sum(clock.seconds.values())
    print(f"{'stage':44}{'seconds':>9}{'a second':>10}{'share':>8}")
    for name, seconds in sorted(clock.seconds.items(), key=lambda item: -item[1]):
        print(f"{name:44}{seconds:9.2f}{ranks / seconds if seconds else 0:10.0f}{seconds / total:8.1%}")
    print(f"{f'all of {ranks} ranks':44}{total:9.2f}{ranks / total:10.0f}{1:8.1%}")
    if options.both:
        print_both(clock.seconds, python.seconds, ranks // 2)
    count = options.last - options.first
    print(f"all {count:,} at this rate, on {CORES} cores: {count * total / ranks / CORES / 60:.1f} minutes")


if __name__ == "__main__":
    main()
