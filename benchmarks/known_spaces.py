"""How fast the known spaces are indexed: CPU seconds of one core for ranks spread over each, and what comes of them.

Run: python benchmarks/known_spaces.py [NAME ...] [--ranks 400]

One process does what a worker does, without storing. The last column is the `rate` of known_spaces.toml, beside the
one that stands there; families are measured by their first member.
"""

from __future__ import annotations

import argparse
import time

from indexer.daemon.task import Task, units_of
from indexer.sources.known_spaces import KnownSpace, known_spaces

PIECES = 8
"""Pieces of consecutive ranks into which a sample is divided."""


def measure(known: KnownSpace, ranks: int) -> tuple[int, int, int, float]:
    """Return ranks done, formulas among them, those with a relation to a constant, and CPU seconds."""
    size = known.space.size
    each = min(ranks, size) // PIECES // 2 * 2
    done = formulas = named = 0
    began = time.process_time()
    for piece in range(PIECES):
        first = size * piece // PIECES // 2 * 2
        last = min(first + each, size)
        (batch,) = Task(known.name, known.template, None)(units_of(first, last))
        done += last - first
        formulas += len(batch)
        named += batch.identified
    return done, formulas, named, time.process_time() - began


def main() -> None:
    """Measure the spaces that are named, by default all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--ranks", type=int, default=400)
    wanted = parser.parse_args()
    names = ("space", "ranks", "sample", "formulas", "named", "s", "ranks/s", "stated")
    print("{:<32} {:>9} {:>7} {:>8} {:>6} {:>7} {:>8} {:>7}".format(*names))
    for known in known_spaces():
        if wanted.names and known.name not in wanted.names:
            continue
        done, formulas, named, seconds = measure(known, wanted.ranks)
        rate = done / seconds
        print(
            f"{known.name:<32} {known.space.size:>9,} {done:>7} {formulas:>8} {named:>6} {seconds:>7.1f}"
            f" {rate:>8.0f} {known.rate:>7.0f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
