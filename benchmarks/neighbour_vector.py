"""How often the nearest neighbour has the same constant, beside a look-up by family key and the commonest constant.

    python benchmarks/neighbour_vector.py [IDENTIFIED.jsonl] [--box N]

Left out of the neighbours of a query: itself, its mirror and inflations ("mirrors"), and in the second column its
deflations by polynomials and all index shifts of any of these as well ("shifts"). "to be had" is the share of queries
for which any formula with the same constant remains; no method can do better. The second table takes N random queries
of the box with deg a <= 1 and an irrational limit, all such formulas of the box as neighbours, and asks for a relation
that is verified to 120 digits.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from catalog.formula import PCF
from indexer.families import family_key, family_relation
from indexer.neighbour_vector import neighbour_vector
from indexer.shapes import shape

SHIFTS = 12
"""Index shifts up to this many steps are left out."""

DEFAULT_FILE = Path(__file__).parent.parent / "tests" / "data" / "identified.jsonl"


def orbit(formula: PCF, shifts: int) -> set[PCF]:
    """The canonical forms of a formula's index shifts, deflated by polynomials where shifts are asked for."""
    bases = [formula, formula.deflate_polynomial()[0]] if shifts else [formula]
    return {base.shift(k).canonical()[0] for base in bases for k in range(-shifts, shifts + 1)}


def first_neighbour(
    query: int, formulas: list[PCF], vectors: npt.NDArray[np.float32], shifts: int, count: int = 64
) -> int | None:
    """The nearest formula outside the query's orbit, by brute force."""
    left_out = orbit(formulas[query], shifts)
    distances = ((vectors - vectors[query]) ** 2).sum(axis=1)
    for i in np.argsort(distances, kind="stable")[: count + len(left_out)]:
        reduced = formulas[i].deflate_polynomial()[0] if shifts else formulas[i]
        if formulas[i].canonical()[0] not in left_out and reduced.canonical()[0] not in left_out:
            return int(i)
    return None


def named(path: Path) -> tuple[list[PCF], list[str]]:
    """The named formulas with deg a <= 1, one of each mirror pair, and their constants."""
    rows = [json.loads(line) for line in path.open()]
    rows = [row for row in rows if row["kind"] == "named" and len(row["a"]) <= 2 and row["a"][-1] > 0]
    return [PCF(tuple(row["a"]), tuple(row["b"])) for row in rows], [row["constant"] for row in rows]


def report_named(path: Path) -> None:
    """Print the first table."""
    formulas, constants = named(path)
    vectors = np.array([neighbour_vector(f) for f in formulas])
    keys = [family_key(f) for f in formulas]
    commonest = Counter(constants).most_common(1)[0][0]
    print(f"{len(formulas)} named formulas with deg a <= 1, {len(set(constants))} constants, of {path.name}")
    print(f"{'left out':10}{'vector':>10}{'key':>10}{'commonest':>12}{'to be had':>12}{'vector where to be had':>25}")
    for label, shifts in (("mirrors", 0), ("shifts", SHIFTS)):
        hits: Counter[str] = Counter()
        for q, formula in enumerate(formulas):
            left_out = orbit(formula, shifts)
            others = [i for i, f in enumerate(formulas) if i != q and f.canonical()[0] not in left_out]
            nearest = first_neighbour(q, formulas, vectors, shifts)
            by_key = next((i for i in others if keys[i] == keys[q]), None)
            had = any(constants[i] == constants[q] for i in others)
            right = nearest is not None and constants[nearest] == constants[q]
            hits["vector"] += right
            hits["key"] += by_key is not None and constants[by_key] == constants[q]
            hits["commonest"] += constants[q] == commonest
            hits["had"] += had
        n = len(formulas)
        shares = [hits["vector"] / n, hits["key"] / n, hits["commonest"] / n, hits["had"] / n]
        print(f"{label:10}{shares[0]:10.1%}{shares[1]:10.1%}{shares[2]:12.1%}{shares[3]:12.1%}", end="")
        print(f"{hits['vector'] / max(1, hits['had']):25.1%}")


def box() -> Iterator[PCF]:
    """Formulas with coefficients -5..5, deg a <= 1, irrational limits; one of each mirror pair."""
    span = range(-5, 6)
    for A1 in range(6):
        for A0 in span:
            if A1 == 0 and A0 <= 0:
                continue
            for b in ((B0, B1, B2) for B2 in span for B1 in span for B0 in span if B0 or B1 or B2):
                formula = PCF((A0, A1), b)
                key = family_key(formula) if shape(formula) else None
                if key is not None and not key.startswith(("rational", "quadratic")):
                    yield formula


def report_box(queries: int) -> None:
    """Print the second table."""
    formulas = list(box())
    start = time.perf_counter()
    vectors = np.array([neighbour_vector(f) for f in formulas])
    each = (time.perf_counter() - start) / len(formulas) * 1e6
    print(f"{len(formulas)} formulas of the box with deg a <= 1 and irrational limits, {each:.0f} us a vector")
    by_key = defaultdict(list)
    for i, f in enumerate(formulas):
        by_key[family_key(f)].append(i)
    chosen = random.Random(1).sample(range(len(formulas)), queries)
    print(f"{'left out':10}{'vector':>10}{'key':>10}   (of {queries} queries: related to the first neighbour)")
    for label, shifts in (("mirrors", 0), ("shifts", SHIFTS)):
        hits: Counter[str] = Counter()
        for q in chosen:
            left_out = orbit(formulas[q], shifts)
            nearest = first_neighbour(q, formulas, vectors, shifts)
            mate = next(
                (i for i in by_key[family_key(formulas[q])] if formulas[i].canonical()[0] not in left_out), None
            )
            hits["vector"] += nearest is not None and bool(family_relation(formulas[q], formulas[nearest]))
            hits["key"] += mate is not None and bool(family_relation(formulas[q], formulas[mate]))
        print(f"{label:10}{hits['vector'] / queries:10.1%}{hits['key'] / queries:10.1%}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", nargs="?", type=Path, default=DEFAULT_FILE)
    parser.add_argument("--box", type=int, default=0, metavar="N", help="queries of the second table")
    options = parser.parse_args()
    report_named(options.file)
    if options.box:
        report_box(options.box)
