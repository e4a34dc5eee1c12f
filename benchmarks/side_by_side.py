"""What others do beside what is done here, in one run: metrics, relation search, limits, similarity search.

    python benchmarks/side_by_side.py [--formulas 50] [--relations 100] [--limits 6] [--vectors 20000]

CPU time of this process, except for pgvector, where the server works and the wall's time is taken. The plain algorithm
of an earlier system is that of `mathematics.py`, the search by pslq that of `relations.py`.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from typing import Any

import mpmath
import numpy as np
import numpy.typing as npt
import psycopg
from flint import arb, ctx

from benchmarks.mathematics import baseline_metrics, sample
from benchmarks.printing import heading, line
from benchmarks.relations import by_lll, by_pslq, numbers
from benchmarks.scaling import box_vectors
from catalog.formulas.pcf import PCF
from catalog.server import sessions as server
from indexer.mathematics.continued_fractions import metrics as measured
from indexer.mathematics.continued_fractions.asymptotics import classify, exponents
from indexer.mathematics.continued_fractions.limit import limit
from indexer.mathematics.continued_fractions.tail import Tail
from indexer.mathematics.numbers.decimals import bits_for
from indexer.mathematics.relations.search import scale
from indexer.similarity.vector_index import VectorIndex

DIGITS = 50
QUERIES, NEIGHBOURS = 50, 10
CLASSES = ("super_exponential", "exponential", "sub_exponential", "polynomial")
MAX_DEPTH = 1 << 17  # beyond it, a summation that has not settled is given up


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--formulas", type=int, default=50)
    parser.add_argument("--relations", type=int, default=100)
    parser.add_argument("--limits", type=int, default=6, help="formulas of each class")
    parser.add_argument("--vectors", type=int, default=20_000)
    options = parser.parse_args()
    metrics(options.formulas)
    relations(options.relations)
    limits(options.limits)
    similarity(options.vectors)


def spent(function: Callable[[], Any]) -> tuple[float, Any]:
    """Return the CPU seconds of a call, and its result."""
    start = time.process_time()
    result = function()
    return time.process_time() - start, result


def metrics(count: int) -> None:
    print(f"Metrics at n = 1000 of the same {count} formulas of the box\n")
    heading("by", "mean ms", "median ms", "delta known")
    chosen = sample(count, 1, lambda f: classify(f).status == "converges" and not limit(f, 20).infinite)
    all_metrics(chosen[0])  # what is imported and tabulated at first use
    ours = [spent(lambda f=f: all_metrics(f).delta) for f in chosen]  # type: ignore[misc]
    theirs = [spent(lambda f=f: baseline_metrics(f)) for f in chosen]  # type: ignore[misc]
    for name, runs in (("formulary", ours), ("the plain algorithm to depth 2000", theirs)):
        seconds = [s for s, _ in runs]
        known = sum(delta not in (None, []) for _, delta in runs)
        figures = (f"{1e3 * average(seconds):.2f}" for average in (statistics.mean, statistics.median))
        line(name, *figures, f"{known} of {count}")
    apart = [abs(ours - theirs[0]) for (_, ours), (_, theirs) in zip(ours, theirs, strict=True) if ours and theirs]
    ratio = sum(s for s, _ in theirs) / sum(s for s, _ in ours)
    print(f"\nratio of the means {ratio:.0f}; the two deltas differ by {max(apart):.1e} at most\n")


def all_metrics(formula: PCF) -> measured.Metrics:
    """Go from the coefficients to the metrics."""
    growth = exponents(formula)
    assert growth is not None
    return measured.metrics(formula, growth, Tail(formula), limit_is_exact=False)


def relations(count: int) -> None:
    print("Is there a Moebius relation between two numbers of 60 digits\n")
    heading("by", "relation", "numbers", "found", "ms a try")
    drawn = numbers(count, 60)
    for present in (True, False):
        pairs = [(x, c) for x, c, planted in drawn if planted == present]
        scaled = [(scale(x, 60), scale(c, 60)) for x, c in pairs]
        for name, run in (
            ("formulary (LLL of flint)", lambda scaled=scaled: by_lll(scaled, 60)),  # type: ignore[misc]
            ("mpmath.pslq", lambda pairs=pairs: by_pslq(pairs, 60)),  # type: ignore[misc]
        ):
            seconds, found = spent(run)
            figures = str(len(pairs)), str(sum(found)), f"{1e3 * seconds / len(pairs):.3f}"
            line(name, "present" if present else "absent", *figures)
    print()


def limits(count: int) -> None:
    print(f"Limits to {DIGITS} digits: how many of {count} formulas come out right, and in what time\n")
    heading("class", "formulary", "ms", "balls of python-flint, depth doubled", "ms", "mpmath.nsum", "ms")
    for kind in CLASSES:
        chosen = sample(
            count, 2, lambda f, kind=kind: classify(f).convergence_class == kind and not limit(f, 20).infinite
        )
        known = [limit(f, 2 * DIGITS).ball for f in chosen]
        cells = []
        for way in (by_formulary, by_doubling, by_nsum):
            runs = [spent(lambda f=f, way=way: way(f)) for f in chosen]  # type: ignore[misc]
            right = sum(agrees(value, ball) for (_, value), ball in zip(runs, known, strict=True))
            cells += [f"{right} of {count}", f"{1e3 * statistics.mean(s for s, _ in runs):.2f}"]
        line(kind.replace("_", "-"), *cells)
    print()


def agrees(value: arb | None, known: arb) -> bool:
    """Return whether a value has the digits asked for."""
    with ctx.workprec(bits_for(2 * DIGITS)):
        return value is not None and bool(abs(value.mid() - known) < (1 + abs(known)) * arb(10) ** -DIGITS)


def by_formulary(formula: PCF) -> arb | None:
    return limit(formula, DIGITS).ball


def by_doubling(formula: PCF) -> arb | None:
    """Return the convergent n by python-flint's balls from the end backwards, for n doubled until two agree."""
    before = None
    with ctx.workprec(bits_for(2 * DIGITS)):
        n = 64
        while n <= MAX_DEPTH:
            tail = arb(formula.a_at(n))
            for k in range(n, 0, -1):
                tail = formula.a_at(k - 1) + formula.b_at(k) / tail
            if before is not None and bool(abs(tail - before) < (1 + abs(tail)) * arb(10) ** -(DIGITS + 5)):
                return tail
            before, n = tail, 2 * n
    return None


def by_nsum(formula: PCF) -> arb | None:
    """Return the sum of the differences of convergents by mpmath's summation, which extrapolates."""
    with mpmath.workdps(DIGITS + 15):
        q: list[mpmath.mpf] = [mpmath.mpf(1)]
        products: list[mpmath.mpf] = [mpmath.mpf(-1)]
        steps = growing(formula, q, products)

        def term(k: Any) -> Any:
            while len(q) <= int(k):
                next(steps)
            return products[int(k)] / (q[int(k)] * q[int(k) - 1])

        try:
            value = formula.a_at(0) + mpmath.nsum(term, [1, mpmath.inf], maxterms=2000)
        except (ZeroDivisionError, ValueError):
            return None
        text = mpmath.nstr(value, DIGITS + 10)
    with ctx.workprec(bits_for(2 * DIGITS)):
        return arb(text) if mpmath.isfinite(value) else None


def growing(formula: PCF, q: list[Any], products: list[Any]) -> Iterator[None]:
    """Append q_n and -(-b_1)...(-b_n), one more each time."""
    before = mpmath.mpf(0)
    n = 0
    while True:
        n += 1
        before, latest = q[-1], formula.a_at(n) * q[-1] + formula.b_at(n) * before
        q.append(latest)
        products.append(-products[-1] * formula.b_at(n))
        yield


def similarity(count: int) -> None:
    print(f"The {NEIGHBOURS} nearest of {count:,} neighbour vectors, {QUERIES} queries\n")
    heading("by", "built in s", "ms a query", "recall")
    vectors = box_vectors(count)
    chooser = np.random.default_rng(2)
    noise = chooser.normal(0, 1e-3, (QUERIES, vectors.shape[1])).astype(np.float32)
    queries = vectors[chooser.integers(0, count, QUERIES)] + noise
    seconds, nearest = spent(lambda: [brute(vectors, query) for query in queries])
    line("numpy, brute force", "-", f"{1e3 * seconds / QUERIES:.2f}", "1")
    index = VectorIndex(vectors.shape[1])
    built, _ = spent(lambda: index.add(np.arange(count), vectors))
    seconds, found = spent(lambda: [[hit.distance for hit in index.search(query, NEIGHBOURS)] for query in queries])
    line("formulary", f"{built:.2f}", f"{1e3 * seconds / QUERIES:.2f}", recall(nearest, found))
    with tempfile.TemporaryDirectory() as home, server.session(home) as url:
        by_pgvector(url.replace("formulary@", "postgres@"), vectors, queries, nearest)


def brute(vectors: npt.NDArray[np.float32], query: npt.NDArray[np.float32]) -> list[float]:
    distances = np.square(vectors.astype(np.float64) - query.astype(np.float64)).sum(axis=1)
    return [float(d) for d in np.sqrt(np.sort(np.partition(distances, NEIGHBOURS)[:NEIGHBOURS]))]


def recall(nearest: list[list[float]], found: list[list[float]]) -> str:
    """Return the share of hits as near as the nearest are: many formulas share a point, so that ids do not tell."""
    hits = [d <= right[-1] + 1e-6 for right, ours in zip(nearest, found, strict=True) for d in ours]
    return f"{sum(hits) / (QUERIES * NEIGHBOURS):.4f}"


def by_pgvector(url: str, vectors: npt.NDArray[np.float32], queries: Any, nearest: list[list[float]]) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        try:
            connection.execute("create extension vector")
        except psycopg.Error as error:
            print(f"\npgvector is not there: {str(error).splitlines()[0]}")
            return
        connection.execute(f"create table place (id integer, vector vector({vectors.shape[1]}))".encode())
        with connection.cursor().copy("copy place from stdin") as copy:
            for number, vector in enumerate(vectors.tolist()):
                copy.write_row((number, str(vector)))
        ask = "select vector <-> %s::vector from place order by vector <-> %s::vector limit %s"
        for name, build in (
            ("pgvector, no index", None),
            ("pgvector, HNSW", "create index on place using hnsw (vector vector_l2_ops)"),
        ):
            start = time.monotonic()
            if build:
                connection.execute(build.encode())
            built, start = time.monotonic() - start, time.monotonic()
            found = []
            for query in queries.tolist():
                rows = connection.execute(ask.encode(), [str(query), str(query), NEIGHBOURS]).fetchall()
                found.append([row[0] for row in rows])
            seconds = time.monotonic() - start
            line(f"{name} (wall)", f"{built:.2f}", f"{1e3 * seconds / QUERIES:.2f}", recall(nearest, found))


if __name__ == "__main__":
    main()
