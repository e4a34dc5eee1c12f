"""How time and memory grow with the number of formulas, the depth, and the number of vectors; and what an insert costs.

    python benchmarks/scaling.py formulas [--sizes 1000 10000]      whole way into a scratch catalogue, one worker
    python benchmarks/scaling.py depth [--depths 250 500 1000 2000] exact convergents and gcds, double precision
    python benchmarks/scaling.py similarity [--sizes 100000 1000000] [--hnsw-to 100000]
    python benchmarks/scaling.py insert --home FOLDER [--count 200] into a catalogue that nobody else writes to

Times are of CPU unless a column says otherwise: the wall's depends on what else the machine does. Each size runs in a
process of its own, so that its peak of memory is its own. Formulas are spread evenly over the quadratic box.
"""

from __future__ import annotations

import argparse
import math
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import psycopg

RUN = 500  # ranks in a row, as in a chunk
QUERIES = 200
NEIGHBOURS = 10
PROBES = (32, 64, 256)  # lists of an inverted file that are looked through


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parts = parser.add_subparsers(dest="part", required=True)
    part = parts.add_parser("formulas")
    part.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000])
    part = parts.add_parser("depth")
    part.add_argument("--depths", type=int, nargs="+", default=[250, 500, 1_000, 2_000])
    part.add_argument("--formulas", type=int, default=200)
    part = parts.add_parser("similarity")
    part.add_argument("--sizes", type=int, nargs="+", default=[100_000])
    part.add_argument("--vectors", help="file of the vectors, made where it is missing")
    part.add_argument("--hnsw-to", type=int, default=100_000, help="largest size at which HNSW is built")
    part = parts.add_parser("insert")
    part.add_argument("--home", required=True)
    part.add_argument("--count", type=int, default=200, help="formulas in a process that stays")
    part.add_argument("--commands", type=int, default=100, help="formulas by a command each")
    options = parser.parse_args()
    {"formulas": formulas, "depth": depth, "similarity": similarity, "insert": insert}[options.part](options)


def alone(function: Callable[..., Any], *arguments: Any) -> Any:
    """The result of a call in a process of its own."""
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(function, arguments)


def peak_bytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024.0


def exponent(sizes: Sequence[float], figures: Sequence[float]) -> float:
    """The slope of log(figure) over log(size), fitted by least squares."""
    return float(np.polyfit(np.log(sizes), np.log(figures), 1)[0])


def heading(*columns: str) -> None:
    print(f"| {' | '.join(columns)} |\n{'|---' * len(columns)}|", flush=True)


def line(*columns: str) -> None:
    print(f"| {' | '.join(columns)} |", flush=True)


def megabytes(size: float) -> str:
    return f"{size / 1e6:.0f}"


# formulas


def formulas(options: argparse.Namespace) -> None:
    heading(
        "formulas",
        "evaluate, CPU s",
        "store, CPU s here",
        "wall s",
        "a second of CPU",
        "peak MB",
        "database bytes each",
    )
    rows = []
    for size in options.sizes:
        row = alone(whole_way, size)
        rows.append(row)
        evaluate, store, wall, peak, stored = row
        rate, each = size / (evaluate + store), stored / size
        line(
            f"{size:,}", f"{evaluate:.1f}", f"{store:.1f}", f"{wall:.1f}", f"{rate:.0f}", megabytes(peak), f"{each:.0f}"
        )
    if len(rows) > 1:
        for what, column in (("evaluation", 0), ("storing", 1), ("peak memory", 3)):
            print(f"{what} grows with exponent {exponent(options.sizes, [row[column] for row in rows]):.2f}")


def whole_way(size: int) -> tuple[float, float, float, float, int]:
    """CPU seconds of evaluating and storing, wall seconds, peak memory, bytes of the database, for so many formulas."""
    from catalog.database import open_database
    from catalog.ingest import ingest
    from indexer.index import CatalogueIndex, read_anchors
    from indexer.seeding import name_constants, seed_constants
    from indexer.spaces import QUADRATIC_5
    from indexer.work import Task, units_of

    with tempfile.TemporaryDirectory() as home, open_database(None, home, create=True) as database:
        database.upgrade()
        with database.connect() as connection:
            seed_constants(connection)
            (empty,) = connection.execute("select pg_database_size(current_database())").fetchone() or (0,)
            connection.commit()
            index = CatalogueIndex.rebuilt(connection, home)
            run = min(RUN, size)
            begun, evaluate, store = time.monotonic(), 0.0, 0.0
            anchors = read_anchors(connection)
            task = Task(QUADRATIC_5.name, QUADRATIC_5.template, anchors)
            for first in np.linspace(0, QUADRATIC_5.size - run, size // run).astype(int).tolist():
                start = time.process_time()
                (batch,) = task(units_of(first, first + run))
                middle = time.process_time()
                name_constants(connection, batch.constants)
                ingest(connection, batch.rows, batch.findings)
                index.catch_up(connection)
                evaluate, store = evaluate + middle - start, store + time.process_time() - middle
            wall = time.monotonic() - begun
            (full,) = connection.execute("select pg_database_size(current_database())").fetchone() or (0,)
    return evaluate, store, wall, peak_bytes(), int(full - empty)


# depth


def depth(options: argparse.Namespace) -> None:
    heading("depth", "convergent, ms", "gcd, ms", "bytes of p and q", "double precision, us", "peak MB")
    rows = []
    for n in options.depths:
        row = alone(at_depth, n, options.formulas)
        rows.append(row)
        recurrence, gcds, size, double, peak = row
        line(
            f"{n:,}",
            f"{1e3 * recurrence:.3f}",
            f"{1e3 * gcds:.3f}",
            f"{size:,.0f}",
            f"{1e6 * double:.0f}",
            megabytes(peak),
        )
    for what, column in (("convergents", 0), ("gcds", 1), ("their bytes", 2), ("double precision", 3), ("peak", 4)):
        print(f"{what}: exponent {exponent(options.depths, [row[column] for row in rows]):.2f}")


def at_depth(n: int, count: int) -> tuple[float, float, float, float, float]:
    """Mean CPU seconds of p_n, q_n and of their gcd, their size, CPU seconds of the dynamics, peak memory."""
    from indexer.asymptotics import classify
    from indexer.convergents import convergents
    from indexer.dynamics import dynamics
    from indexer.spaces import QUADRATIC_5

    chooser, chosen = random.Random(1), []
    while len(chosen) < count:
        formula = QUADRATIC_5.formula_at(chooser.randrange(QUADRATIC_5.size))
        if formula is not None and classify(formula).status == "converges":
            chosen.append(formula)
    start = time.process_time()
    found = [next(iter(convergents(formula, (n,)))) for formula in chosen]
    recurrence = time.process_time() - start
    start = time.process_time()
    for convergent in found:
        convergent.gcd()
    gcds = time.process_time() - start
    size = statistics.mean((c.p.bit_length() + c.q.bit_length()) / 8 for c in found)
    a, b = (
        np.array([[*side, 0, 0][:3] for side in sides], dtype=np.int64)
        for sides in ([f.a for f in chosen], [f.b for f in chosen])
    )
    start = time.process_time()
    dynamics(a, b, (n,))
    double = time.process_time() - start
    return recurrence / count, gcds / count, size, double / count, peak_bytes()


# similarity


def similarity(options: argparse.Namespace) -> None:
    heading("vectors", "index", "build, CPU s", "MB", "one query, ms (median)", "queries / s", "recall@10")
    with tempfile.TemporaryDirectory() as folder:
        vectors = options.vectors or f"{folder}/vectors.npy"
        if not Path(vectors).exists():
            alone(write_vectors, vectors, max(options.sizes))
        for size in options.sizes:
            for kind in ("Flat", "IVF", *(["HNSW"] * (size <= options.hnsw_to))):
                for name, built, memory, median, mean, recall in alone(search_index, vectors, folder, size, kind):
                    times = f"{built:.1f}", megabytes(memory), f"{1e3 * median:.3f}", f"{1 / mean:,.0f}"
                    line(f"{size:,}", name, *times, f"{recall:.4f}")


def write_vectors(file: str, count: int) -> None:
    np.save(file, box_vectors(count))


def box_vectors(count: int) -> npt.NDArray[np.float32]:
    """Neighbour vectors of convergent formulas of the box; beyond those, the same again with a little noise."""
    from indexer.asymptotics import OUTCOMES, classify_batch
    from indexer.neighbour_vector import neighbour_vectors
    from indexer.spaces import QUADRATIC_5

    chooser = np.random.default_rng(1)
    A, B = QUADRATIC_5.coefficient_arrays(0, QUADRATIC_5.size)
    outcomes = np.array(OUTCOMES)[classify_batch(A, B)]
    kept = np.flatnonzero(~np.isin(outcomes, ("terminates", "diverges")))
    kept = chooser.permutation(kept)[:count]
    vectors = np.concatenate(
        [neighbour_vectors(A[part], B[part]) for part in np.array_split(kept, 1 + len(kept) // 10**4)]
    )
    vectors = vectors[np.isfinite(vectors).all(axis=1)].astype(np.float32)
    copies = math.ceil(count / len(vectors))
    noise = chooser.normal(0, 1e-3, (count, vectors.shape[1])).astype(np.float32)
    noise[: len(vectors)] = 0
    return np.ascontiguousarray(np.tile(vectors, (copies, 1))[:count] + noise)


def search_index(file: str, folder: str, size: int, kind: str) -> list[tuple[str, float, float, float, float, float]]:
    """Name, CPU seconds of building, bytes, median and mean CPU seconds of a query, recall, for each setting."""
    from indexer.neighbours import faiss

    module = faiss()
    vectors = np.ascontiguousarray(np.load(file, mmap_mode="r")[:size])
    chooser = np.random.default_rng(2)
    noise = chooser.normal(0, 1e-3, (QUERIES, vectors.shape[1])).astype(np.float32)
    queries = vectors[chooser.integers(0, size, QUERIES)] + noise
    exact = module.IndexFlatL2(vectors.shape[1])
    exact.add(vectors)
    nearest = exact.search(queries, NEIGHBOURS)[0][:, -1] * (1 + 1e-5) + 1e-12
    start = time.process_time()
    index = exact if kind == "Flat" else approximate(kind, vectors, chooser)
    built = time.process_time() - start
    memory = float(len(module.serialize_index(index)))
    if kind != "IVF":
        return [(kind, built, memory, *asked(index, queries, nearest))]
    rows = []
    for probes in PROBES:
        index.nprobe = probes
        rows.append((f"IVF, {probes} of {index.nlist} lists", built, memory, *asked(index, queries, nearest)))
    index.nprobe = PROBES[1]
    start = time.process_time()
    mapped = on_disk(index, folder)
    merged = time.process_time() - start
    return [*rows, (f"IVF on disk, {PROBES[1]} lists", built + merged, 0.0, *asked(mapped, queries, nearest))]


def asked(index: Any, queries: npt.NDArray[np.float32], nearest: npt.NDArray[np.float32]) -> tuple[float, float, float]:
    """Median and mean CPU seconds of a query, and the share of hits as near as the nearest: many share a place."""
    seconds, right = [], 0
    for query, bound in zip(queries, nearest, strict=True):
        start = time.process_time()
        distances, _ = index.search(query[None], NEIGHBOURS)
        seconds.append(time.process_time() - start)
        right += int((distances[0] <= bound).sum())
    return statistics.median(seconds), statistics.mean(seconds), right / (QUERIES * NEIGHBOURS)


def approximate(kind: str, vectors: npt.NDArray[np.float32], chooser: np.random.Generator) -> Any:
    from indexer.neighbours import faiss

    module, (size, dimension) = faiss(), vectors.shape
    if kind == "HNSW":
        index = module.IndexHNSWFlat(dimension, 16)
        index.hnsw.efConstruction, index.hnsw.efSearch = 200, 64
    else:
        index = module.IndexIVFFlat(module.IndexFlatL2(dimension), dimension, min(4096, size // 100))
        exactly, module.cvar.distance_compute_blas_threshold = module.cvar.distance_compute_blas_threshold, 20
        index.train(vectors[chooser.choice(size, min(size, 200_000), replace=False)])
        module.cvar.distance_compute_blas_threshold = exactly
    index.add(vectors)
    return index


def on_disk(index: Any, folder: str) -> Any:
    """The same with its lists in a mapped file, merged from shards (here one), as for more than memory holds."""
    from faiss.contrib.ondisk import merge_ondisk

    from indexer.neighbours import faiss

    faiss().write_index(index, f"{folder}/shard")
    index.reset()
    merge_ondisk(index, [f"{folder}/shard"], f"{folder}/lists")
    return index


# insert

REMOVALS = (
    "update cluster_member set cluster_id = null, distance = null where cluster_id > %(cluster)s",
    "delete from guess where id > %(guess)s",
    "delete from relation where id > %(relation)s",
    "delete from cluster where id > %(cluster)s",
    "delete from formula where id > %(formula)s",
    "delete from constant where id > %(constant)s",
)
"""What takes out of a catalogue all that came after these numbers; what refers to a formula goes with it."""


def insert(options: argparse.Namespace) -> None:
    """Formulas outside the box, one by one: by the command `add`, and in a process that holds anchors and index."""
    from catalog.database import open_database

    chosen = new_formulas(options.commands + options.count)
    with open_database(None, options.home) as database, database.connect() as connection:
        (there,) = connection.execute("select count(*) from formula").fetchone() or (0,)
        connection.rollback()
        print(f"into a catalogue of {there:,} formulas, which are left as they were\n")
        heading("what", "CPU here, ms", "its 99th percentile", "wall, ms", "its 99th percentile", "formulas")
        with as_it_was(connection):
            show("`formulary add`", [command(options.home, formula) for formula in chosen[: options.commands]])
            stay(connection, options.home, chosen[options.commands :])


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


def command(home: str, formula: Any) -> Spent:
    """Wall seconds, and CPU seconds of the process, of the command for one formula."""
    start, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    arguments = [sys.executable, "-m", "indexer.cli.main", "add", "--home", home, str(formula)]
    subprocess.run(arguments, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.monotonic() - start, used


def stay(connection: psycopg.Connection, home: str, chosen: Sequence[Any]) -> None:
    """Add formulas as a process does that has opened index, anchors and clusters before."""
    from indexer.index import CatalogueIndex, read_anchors
    from indexer.own_constants import read_terms
    from indexer.pipeline import compute
    from indexer.placement import OnlineClusters
    from indexer.rows import record
    from indexer.seeding import store

    clusters = OnlineClusters()
    opened, (index, anchors, terms, _) = spent(
        lambda: (
            CatalogueIndex.open(connection, home, print),
            read_anchors(connection),
            read_terms(connection),
            clusters.follow(connection),
        )
    )
    steps: dict[str, list[Spent]] = {"all": []}
    for formula in chosen:
        evaluating, computed = spent(lambda f=formula: compute(f, identified=True, anchors=anchors, terms=terms))
        storing, ingested = spent(lambda c=computed: store(connection, [record(c)], terms=terms))
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


def new_formulas(count: int) -> list[Any]:
    from catalog.formula import PCF

    chooser, chosen = random.Random(time.time_ns()), []
    while len(chosen) < count:
        a = [chooser.randint(-60, 60) for _ in range(3)]
        b = [chooser.randint(-60, 60) for _ in range(3)]
        a[2], b[2] = a[2] or 61, b[2] or 61
        chosen.append(PCF(tuple(a), tuple(b)))
    return chosen


Spent = tuple[float, float]


def spent(function: Callable[[], Any]) -> tuple[Spent, Any]:
    """Seconds of the wall's clock and of this process's CPU, and the result."""
    wall, cpu = time.monotonic(), time.process_time()
    result = function()
    return (time.monotonic() - wall, time.process_time() - cpu), result


def show(what: str, seconds: list[Spent]) -> None:
    walls, used = zip(*seconds, strict=True)
    figures = [figure for times in (used, walls) for figure in (statistics.median(times), np.percentile(times, 99))]
    line(what, *(f"{1e3 * figure:.1f}" for figure in figures), str(len(seconds)))


if __name__ == "__main__":
    main()
