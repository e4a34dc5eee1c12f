"""Exact search beside inverted lists: recall, latency and time to build, on vectors of the quadratic box.

`python benchmarks/index_kinds.py --count 1000000 --queries 200`. The vectors are those of real formulas, moved by
`--jitter` at random so that no two are equal. Recall@10 counts what is as near as the tenth exact neighbour.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from indexer.kinds.pcf.vector import neighbour_vectors
from indexer.similarity.vector_index import FLAT, IVF, VectorIndex
from indexer.sources.registry import QUADRATIC_5

NEIGHBOURS = 10
BLOCK = 50_000
PROBES = (1, 4, 16, 64, 128)
"""Inverted lists looked into, besides those that are the default."""


def box_vectors(count: int, jitter: float, seed: int) -> npt.NDArray[np.float32]:
    """Return the vectors (count, dimension) of formulas from the whole box, in random order, moved by `jitter`."""
    random = np.random.default_rng(seed)
    ranks = QUADRATIC_5.size
    starts = random.permutation(np.arange(0, ranks - BLOCK, BLOCK))[: -(-count // BLOCK)]
    parts = [neighbour_vectors(*QUADRATIC_5.coefficient_arrays(s, s + BLOCK)) for s in starts.tolist()]
    vectors = random.permutation(np.concatenate(parts))
    more = -(-count // len(vectors))
    vectors = np.tile(vectors, (more, 1))[:count]
    return (vectors + jitter * random.standard_normal(vectors.shape)).astype(np.float32)


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """Return a result, and the processor time it took in seconds."""
    before = time.process_time()
    return work(), time.process_time() - before


def main() -> None:
    """Print a line for each setting."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--jitter", type=float, default=1e-3)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    vectors = box_vectors(given.count, given.jitter, given.seed)
    queries = vectors[: given.queries] + np.float32(given.jitter / 2)
    ids = np.arange(len(vectors))
    print(f"{len(vectors):,} vectors of {vectors.shape[1]} numbers, {len(queries)} queries, processor time")
    print(f"{'index':8}{'lists looked into':>20}{'build s':>10}{'query ms':>10}{'recall@10':>11}")
    exact: list[float] = []
    for kind in (FLAT, IVF):
        index, build = timed(lambda kind=kind: VectorIndex.build(ids, vectors, kind))  # type: ignore[misc]
        for probes in (None,) if kind == FLAT else (*PROBES, index.nprobe):
            if probes is not None:
                index.nprobe = probes
            found, seconds = timed(lambda index=index: [index.search(query, NEIGHBOURS) for query in queries])  # type: ignore[misc]
            far = [[hit.distance for hit in hits] for hits in found]
            exact = exact or [row[-1] for row in far]
            near = sum(d <= limit * (1 + 1e-9) for row, limit in zip(far, exact, strict=True) for d in row)
            share = near / (NEIGHBOURS * len(queries))
            lists = "all" if probes is None else f"{probes} of {index.lists}"
            print(f"{kind:8}{lists:>20}{build:10.1f}{1000 * seconds / len(queries):10.3f}{share:11.4f}", flush=True)


if __name__ == "__main__":
    main()
