"""What one formula more costs in a catalogue that is there: by the command `add`, and in a process that stays.

`scaling.py insert` prints it. The formulas are quadratic with random coefficients and have no name, so that the whole
library is tried; afterwards they are taken out.
"""

from __future__ import annotations

import random
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import psycopg

from benchmarks.printing import heading, line
from catalog.database.opening import open_database
from catalog.formulas.pcf import PCF
from indexer.clusters.placement import OnlineClusters
from indexer.identification.own_constants import read_library
from indexer.pipeline.batch import Batch
from indexer.pipeline.compute import compute
from indexer.pipeline.storing import store
from indexer.similarity.anchors import read_anchors
from indexer.similarity.catalogue_index import CatalogueIndex

Spent = tuple[float, float]

REMOVALS = (
    "update cluster_member set cluster_id = null, distance = null where cluster_id > %(cluster)s",
    "delete from guess where id > %(guess)s",
    "delete from relation where id > %(relation)s",
    "delete from cluster where id > %(cluster)s",
    "delete from formula where id > %(formula)s",
    "delete from constant where id > %(constant)s",
)
"""What takes out of a catalogue all that came after these numbers; what refers to a formula goes with it."""


def insert(home: str, count: int, commands: int) -> None:
    """Print what it takes to add formulas one by one: so many commands, then so many in a process that stays."""
    chosen = new_formulas(commands + count)
    with open_database(None, home) as database, database.connect() as connection:
        (there,) = connection.execute("select count(*) from formula").fetchone() or (0,)
        connection.rollback()
        print(f"into a catalogue of {there:,} formulas, which are left as they were\n")
        heading("what", "CPU here, ms", "its 99th percentile", "wall, ms", "its 99th percentile", "formulas")
        with as_it_was(connection):
            show("`formulary add`", [command(home, formula) for formula in chosen[:commands]])
            stay(connection, home, chosen[commands:])


@contextmanager
def as_it_was(connection: psycopg.Connection) -> Iterator[None]:
    """Remove what is added meanwhile; nobody else may write. Clusters that are founded go, their members wait again."""
    before = {}
    for table in ("formula", "relation", "guess", "cluster", "constant"):
        (before[table],) = connection.execute(f"select coalesce(max(id), 0) from {table}".encode()).fetchone() or (0,)
    connection.commit()
    try:
        yield
    finally:
        connection.rollback()
        for statement in REMOVALS:
            connection.execute(statement.encode(), before)
        connection.commit()


def command(home: str, formula: PCF) -> Spent:
    """Return wall seconds, and CPU seconds of the process, of the command for one formula."""
    start, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    arguments = [sys.executable, "-m", "indexer.cli.main", "add", "--home", home, str(formula)]
    subprocess.run(arguments, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.monotonic() - start, used


def stay(connection: psycopg.Connection, home: str, chosen: Sequence[PCF]) -> None:
    """Add formulas as a process does that has opened index, anchors and clusters before."""
    clusters = OnlineClusters()
    opened, (index, anchors, library, _) = spent(
        lambda: (
            CatalogueIndex.open(connection, home, print),
            read_anchors(connection),
            read_library(connection),
            clusters.follow(connection),
        )
    )
    steps: dict[str, list[Spent]] = {"all": []}
    for formula in chosen:
        evaluating, computed = spent(lambda f=formula: compute(f, identified=True, anchors=anchors, library=library))
        storing, ingested = spent(lambda c=computed: store(connection, Batch.of([c], library.version)))
        indexing, _ = spent(lambda: index.catch_up(connection))
        new = ingested.ids[ingested.new].tolist()
        placing, _ = spent(lambda ids=new: clusters.place_new(connection, ids))
        parts = {"evaluate and identify": evaluating, "store": storing, "index": indexing, "place": placing}
        parts["all"] = (sum(wall for wall, _ in parts.values()), sum(cpu for _, cpu in parts.values()))
        for name, seconds in parts.items():
            steps.setdefault(name, []).append(seconds)
    for name, seconds in steps.items():
        show(f"in a process that stays: {name}", seconds)
    print(f"\nopening index, anchors, constants and clusters took {opened[0]:.1f} s ({opened[1]:.1f} s of CPU), once")


def new_formulas(count: int) -> list[PCF]:
    chooser, chosen = random.Random(time.time_ns()), []
    while len(chosen) < count:
        a = [chooser.randint(-60, 60) for _ in range(3)]
        b = [chooser.randint(-60, 60) for _ in range(3)]
        a[2], b[2] = a[2] or 61, b[2] or 61
        chosen.append(PCF(tuple(a), tuple(b)))
    return chosen


def spent(function: Callable[[], Any]) -> tuple[Spent, Any]:
    """Return the seconds of the wall's clock and of this process's CPU, and the result."""
    wall, cpu = time.monotonic(), time.process_time()
    result = function()
    return (time.monotonic() - wall, time.process_time() - cpu), result


def show(what: str, seconds: list[Spent]) -> None:
    walls, used = zip(*seconds, strict=True)
    figures = [figure for times in (used, walls) for figure in (statistics.median(times), np.percentile(times, 99))]
    line(what, *(f"{1e3 * figure:.1f}" for figure in figures), str(len(seconds)))
