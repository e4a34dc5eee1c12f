"""What identification finds and how fast: recall, precision, first guesses, attempts, and controls.

    python benchmarks/identification.py [--every 1] [--linear 3000] [--quadratic 500] [--queries 500]
                                        [--controls 10000] [--numbers 200] [--formulas 500]

Recall is by kind on tests/data/identified.jsonl, without database and anchors: constants come from theory and from
the library alone. A relation counts only if it holds at digits it was not found with. First
guesses are measured on a catalogue indexed here (`guessing.py`); --linear 0 indexes all formulas with deg a <= 1. The
controls are random numbers of 110 digits, screened and searched as in bulk, some of them as `formulary identify` does,
and random formulas of the quadratic box, whose relations are checked likewise.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections import Counter
from itertools import islice, product
from pathlib import Path
from typing import Any

from flint import ctx

from benchmarks.guessing import indexed, linear_box, quadratic_sample, reference_quadratics, report
from catalog.constants import evaluation
from catalog.constants.library import library
from catalog.formulas.pcf import PCF
from indexer.identification.identify import identify
from indexer.identification.library import prepared_library, scaled_constant
from indexer.identification.numbers import identify_number, parse_number
from indexer.mathematics.continued_fractions.limit import limit
from indexer.mathematics.relations.relation import Relation, moebius_value, real_root
from indexer.mathematics.relations.screening import SCREENED_BOUND, exclusion_bounds
from indexer.mathematics.relations.search import DIGITS, moebius_scaled, residual_digits, scale

ROWS = Path(__file__).parent.parent / "tests" / "data" / "identified.jsonl"
CHECKED_DIGITS = 170
"""Digits to which a found relation is checked again."""
KINDS = {"named": "moebius", "quadratic": "algebraic", "rational": "rational"}


def holds(formula: PCF, relation: Relation) -> bool:
    """Return whether a relation agrees with its formula's limit to digits of its own."""
    value = limit(formula, CHECKED_DIGITS)
    if value is None or value.ball is None:
        return False
    with ctx.workprec(1200):
        if relation.polynomial is not None:
            right = real_root(relation.polynomial, value.ball, 1000)
        else:
            assert relation.coefficients is not None
            right = moebius_value(relation.coefficients, evaluation.evaluate(relation.terms[0], 1000))
        return (residual_digits(value.ball, right) or 0) >= CHECKED_DIGITS - 20


def formula_of(row: dict[str, Any]) -> PCF:
    return PCF(tuple(row["a"]), tuple(row["b"]))


def recall(every: int) -> None:
    library = prepared_library()
    total: Counter[str] = Counter()
    right: Counter[str] = Counter()
    first, attempts, spent = 0, 0, 0.0
    for row in islice(map(json.loads, ROWS.read_text().splitlines()), 0, None, every):
        kind, start = row["kind"], time.process_time()
        found = identify(formula_of(row), library)
        spent += time.process_time() - start
        total[kind] += 1
        if kind == "infinite":
            right[kind] += found.outcome == "found" and not found.relations
        elif found.relations and found.relations[0].kind == KINDS[kind]:
            right[kind] += holds(found.formula, found.relations[0])
        if kind == "named":
            first += bool(found.guesses) and found.guesses[0].outcome == "found"
            attempts += found.attempts
    print("| kind | formulas | identified, true at further digits |\n|---|---|---|")
    for kind in total:
        print(f"| {kind} | {total[kind]} | {right[kind]} ({right[kind] / total[kind]:.1%}) |")
    print(f"\nnamed: first guess right {first / total['named']:.1%}, {attempts / total['named']:.2f} attempts each")
    print(f"a plain sweep of the library needs up to {len(library)} attempts")
    print(f"{spent / sum(total.values()) * 1e3:.1f} ms a formula, evaluation and verification included")


def guesses(linear: int, quadratic: int, queries: int, workers: int | None) -> None:
    """Index a catalogue in memory and print what first guesses are worth on it; all its relations are checked."""
    chance, box = random.Random(112), linear_box()
    formulas = chance.sample(box, linear) if linear else box
    formulas += quadratic_sample(quadratic, chance)
    formulas += [formula for formula in reference_quadratics(ROWS) if formula not in set(formulas)]
    start = time.perf_counter()
    rows = indexed(formulas, workers)
    print(f"\n{len(rows)} formulas indexed in {time.perf_counter() - start:.0f} s\n")
    for line in report(rows, queries):
        print(line)
    found = [row for row in rows if row.relation is not None]
    checked = chance.sample(found, min(len(found), 4 * queries))
    false = sum(not holds(row.formula, row.relation) for row in checked if row.relation is not None)
    print(f"\nprecision: {len(checked)} relations of these checked to {CHECKED_DIGITS} digits, {false} false")


def number_control(count: int, alone: int) -> None:
    """Try random numbers of 110 digits: `count` as bulk indexing treats a limit, `alone` of them as a typed number."""
    chance = random.Random(110)
    constants = list(library().candidates())
    scaled = [value for c in constants if (value := scaled_constant(c.expression, DIGITS)) is not None]
    texts = [
        f"{chance.randint(0, 9)}." + "".join(chance.choice("0123456789") for _ in range(109)) for _ in range(count)
    ]
    start, found, sought = time.process_time(), 0, 0
    for first in range(0, count, 50):
        limits = [scale(parse_number(text).ball, DIGITS) for text in texts[first : first + 50]]
        pairs = list(product(limits, scaled))
        for index in (exclusion_bounds(pairs) < SCREENED_BOUND).nonzero()[0]:
            sought += 1
            found += moebius_scaled(*pairs[index], DIGITS).outcome == "found"
    spent = time.process_time() - start
    print(f"\n{count} random numbers of 110 digits against {len(scaled)} constants: {found} found", end="")
    print(f" ({spent / max(1, count) * 1e3:.1f} ms a number, {sought} of {count * len(scaled)} pairs sought alone)")
    start = time.process_time()
    found = sum(identify_number(text, constants).outcome == "found" for text in texts[:alone])
    spent = time.process_time() - start
    print(f"{alone} of them as typed numbers: {found} found ({spent / max(1, alone) * 1e3:.0f} ms a number)")


def formula_control(count: int) -> None:
    chance = random.Random(111)
    outcomes: Counter[str] = Counter()
    false = 0
    for _ in range(count):
        a, b = ([chance.randint(-5, 5) for _ in range(3)] for _ in "ab")
        if any(a) and any(b):
            found = identify(PCF(tuple(a), tuple(b)), prepared_library(), budget=20)
            outcomes[found.relations[0].kind if found.relations else found.outcome] += 1
            false += any(not holds(found.formula, relation) for relation in found.relations)
    print(f"{sum(outcomes.values())} random formulas of the box: {dict(outcomes)}, {false} false")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--every", type=int, default=1, help="use every n-th reference row")
    parser.add_argument("--controls", type=int, default=10_000, help="random numbers of 110 digits")
    parser.add_argument("--numbers", type=int, default=200, help="of these, as typed numbers")
    parser.add_argument("--formulas", type=int, default=500, help="random formulas of the quadratic box")
    parser.add_argument("--linear", type=int, default=3_000, help="formulas with deg a <= 1 to index; 0: all")
    parser.add_argument("--quadratic", type=int, default=500, help="formulas with deg a = 2 to index")
    parser.add_argument("--queries", type=int, default=500, help="named formulas of each group to guess for")
    parser.add_argument("--workers", type=int, help="worker processes; default: one a core")
    arguments = parser.parse_args()
    recall(arguments.every)
    guesses(arguments.linear, arguments.quadratic, arguments.queries, arguments.workers)
    formula_control(arguments.formulas)
    number_control(arguments.controls, arguments.numbers)


if __name__ == "__main__":
    main()
