"""The anchor formulas of arXiv 2412.16818 against what the indexer finds for them by itself.

    python benchmarks/paper_anchors.py FILE

FILE holds one object a line: `a`, `b` (coefficients, constant term first), `constant_in_paper`, and `verified`, whether
that constant was found to hold independently. Printed: how many terminate (a rational limit, which is no anchor), how
many of the others get the constant of the paper, and those that get another one.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from catalog.constants.evaluation import evaluate
from catalog.formulas.pcf import PCF
from indexer.clusters.labels import evaluator
from indexer.mathematics.closed_forms.families import search_relation
from indexer.pipeline.compute import compute

EXPRESSIONS = {
    "e^2": "exp(2)",
    "phi": "sqrt(5)",
    "sqrt17": "sqrt(17)",
    "sqrt3": "sqrt(3)",
    "sqrt2": "sqrt(2)",
    "C_1": "besseli(1, 2)/besseli(0, 2)",
}
"""Constants of the paper as expressions, where the name is none."""

DIGITS = 60


def main() -> None:
    rows = [json.loads(line) for line in Path(sys.argv[1]).read_text().splitlines()]
    terminating, right, other = 0, 0, []
    for row in rows:
        formula = PCF.from_json(row)
        done = compute(formula, identified=True)
        if done.evaluation.status == "terminates":
            terminating += 1
            continue
        assert done.identification is not None
        found = done.identification.relations[0].expression if done.identification.relations else None
        if agrees(formula, row["constant_in_paper"]):
            right += found is not None
        else:
            other.append((formula, row["constant_in_paper"], found))
    print(f"{len(rows)} anchors: {terminating} terminate, {right} have the paper's constant, {len(other)} another one")
    for formula, constant, found in other:
        print(f"    {formula!s:24} {constant:4} in the paper; {found}")


def agrees(formula: PCF, constant: str) -> bool:
    """Return whether the limit is a Moebius map of the constant, by a relation sought for this."""
    text = EXPRESSIONS.get(constant, constant)
    relation = search_relation(evaluator(formula), lambda bits: evaluate(text, bits), DIGITS)
    return relation is not None


if __name__ == "__main__":
    main()
