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
import tempfile
import time
from collections.abc import Callable, Sequence
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.printing import heading, line

# what a part measures is imported in it, so that the peak of memory of its process is its own

RUN = 500  # ranks in a row, as in a chunk
QUERIES = 200
NEIGHBOURS = 10
PROBES = (32, 64, 256)  # lists of an inverted file that are looked through; and a sixteenth, as `--index ivf` does
TRAINED_ON = 40  # vectors a list, and rounds, of the training
ROUNDS = 10


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
    """Return the result of a call in a process of its own."""
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(function, arguments)


def peak_bytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024.0


def exponent(sizes: Sequence[float], figures: Sequence[float]) -> float:
    """Return the slope of log(figure) over log(size), fitted by least squares."""
    return float(np.polyfit(np.log(sizes), np.log(figures), 1)[0])


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
    """Return CPU seconds of evaluating and of storing, wall seconds, peak memory and the database's bytes."""
    from catalog.database.opening import open_database
    from indexer.daemon.task import Task, units_of
    from indexer.pipeline import storing
    from indexer.similarity.anchors import read_anchors
    from indexer.similarity.catalogue_index import CatalogueIndex
    from indexer.sources.registry import QUADRATIC_5
    from indexer.upkeep.setup import seed_constants

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
                storing.store(connection, batch)
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
    """Return mean CPU seconds of p_n, q_n and of their gcd, their size, CPU seconds of the dynamics, peak memory."""
    from benchmarks.dynamics import dynamics
    from indexer.mathematics.continued_fractions.asymptotics import classify
    from indexer.mathematics.continued_fractions.convergents import convergents
    from indexer.sources.registry import QUADRATIC_5

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
    heading(
        "vectors",
        "index",
        "build, CPU s",
        "MB",
        *(f"{kind}: ms (median), queries / s, recall@10" for kind in ("near", "mixed", "far")),
    )
    with tempfile.TemporaryDirectory() as folder:
        vectors = options.vectors or f"{folder}/vectors.npy"
        if not Path(vectors).exists():
            alone(write_vectors, vectors, max(options.sizes))
        for size in options.sizes:
            for kind in ("Flat", "IVF", *(["HNSW"] * (size <= options.hnsw_to))):
                for name, built, memory, answers in alone(search_index, vectors, folder, size, kind):
                    figures = [f"{1e3 * median:.3f}, {1 / mean:,.0f}, {recall:.4f}" for median, mean, recall in answers]
                    line(f"{size:,}", name, f"{built:.1f}", megabytes(memory) if memory else "-", *figures)


def write_vectors(file: str, count: int) -> None:
    np.save(file, box_vectors(count))


def box_vectors(count: int) -> npt.NDArray[np.float32]:
    """Return neighbour vectors of convergent formulas of the box; beyond those, the same again with a little noise."""
    from indexer.kinds.pcf.vector import neighbour_vectors
    from indexer.mathematics.continued_fractions.asymptotics import OUTCOMES, classify_batch
    from indexer.sources.registry import QUADRATIC_5

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


def queries_of(vectors: npt.NDArray[np.float32]) -> list[npt.NDArray[np.float32]]:
    """Return points near vectors (with a little noise), of mixed coordinates, each of another vector, and far from all.

    The last are drawn evenly between the least and the largest value of each coordinate. Each is (QUERIES, d).
    """
    chooser, (size, dimension) = np.random.default_rng(2), vectors.shape
    noise = chooser.normal(0, 1e-3, (QUERIES, dimension))
    near = vectors[chooser.integers(0, size, QUERIES)] + noise
    mixed = vectors[chooser.integers(0, size, (QUERIES, dimension)), np.arange(dimension)]
    far = chooser.uniform(vectors.min(axis=0), vectors.max(axis=0), (QUERIES, dimension))
    return [np.ascontiguousarray(points, dtype=np.float32) for points in (near, mixed, far)]


Answers = list[tuple[float, float, float]]


def search_index(file: str, folder: str, size: int, kind: str) -> list[tuple[str, float, float, Answers]]:
    """Return name, CPU seconds of building, bytes, and what `asked` says of each kind of query, for each setting."""
    from indexer.similarity.vector_index import faiss

    module = faiss()
    vectors = np.ascontiguousarray(np.load(file, mmap_mode="r")[:size])
    exact = module.IndexFlatL2(vectors.shape[1])
    exact.add(vectors)
    queries = queries_of(vectors)
    bounds = [exact.search(points, NEIGHBOURS)[0][:, -1] * (1 + 1e-5) + 1e-12 for points in queries]
    start = time.process_time()
    index = exact if kind == "Flat" else approximate(kind, vectors)
    built = time.process_time() - start
    memory = float(len(module.serialize_index(index)))

    def answers(asked_index: Any) -> Answers:
        return [asked(asked_index, *pair) for pair in zip(queries, bounds, strict=True)]

    if kind != "IVF":
        return [(kind, built, memory, answers(index))]
    rows = []
    for probes in sorted({*PROBES, index.nlist // 16}):
        index.nprobe = probes
        rows.append((f"IVF, {probes} of {index.nlist} lists", built, memory, answers(index)))
    index.nprobe = PROBES[1]
    start = time.process_time()
    mapped = on_disk(index, folder)
    merged = time.process_time() - start
    return [*rows, (f"IVF on disk, {PROBES[1]} lists", built + merged, 0.0, answers(mapped))]


def asked(index: Any, queries: npt.NDArray[np.float32], nearest: npt.NDArray[np.float32]) -> tuple[float, float, float]:
    """Return median and mean CPU seconds of a query, and the share of hits that are as near as the nearest."""
    seconds, right = [], 0
    for query, bound in zip(queries, nearest, strict=True):
        start = time.process_time()
        distances, _ = index.search(query[None], NEIGHBOURS)
        seconds.append(time.process_time() - start)
        right += int((distances[0] <= bound).sum())
    return statistics.median(seconds), statistics.mean(seconds), right / (QUERIES * NEIGHBOURS)


def approximate(kind: str, vectors: npt.NDArray[np.float32]) -> Any:
    """Return HNSW, or flat lists, their number a power of two near 4 sqrt(n), trained on a sample."""
    from indexer.similarity.vector_index import faiss

    module, (size, dimension) = faiss(), vectors.shape
    if kind == "HNSW":
        index = module.IndexHNSWFlat(dimension, 16)
        index.hnsw.efConstruction, index.hnsw.efSearch = 200, 64
        index.add(vectors)
        return index
    index = module.IndexIVFFlat(module.IndexFlatL2(dimension), dimension, 2 ** round(math.log2(4 * math.sqrt(size))))
    index.cp.niter = ROUNDS
    sample = np.random.default_rng(3).choice(size, min(size, TRAINED_ON * index.nlist), replace=False)
    exactly, module.cvar.distance_compute_blas_threshold = module.cvar.distance_compute_blas_threshold, 20
    index.train(vectors[sample])
    index.add(vectors)  # in which list a vector is does not need exact distances
    module.cvar.distance_compute_blas_threshold = exactly
    return index


def on_disk(index: Any, folder: str) -> Any:
    """Return an index with its lists in a mapped file, merged from shards (here one), as for more than memory holds."""
    from faiss.contrib.ondisk import merge_ondisk

    from indexer.similarity.vector_index import faiss

    faiss().write_index(index, f"{folder}/shard")
    index.reset()
    merge_ondisk(index, [f"{folder}/shard"], f"{folder}/lists")
    return index


# insert


def insert(options: argparse.Namespace) -> None:
    from benchmarks.inserting import insert as measure

    measure(options.home, options.count, options.commands)


if __name__ == "__main__":
    main()
