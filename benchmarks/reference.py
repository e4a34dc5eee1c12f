"""How many digits of the limits agree with reference rows, by file and class, and how long a limit takes.

Run: python benchmarks/reference.py [FOLDER]    with any of limits.jsonl, classics.json, arxiv_pi.jsonl in it
"""

from __future__ import annotations

import argparse
import json
import time
from collections import defaultdict
from pathlib import Path

import mpmath

from catalog.formulas.pcf import PCF
from indexer.mathematics.continued_fractions.asymptotics import classify
from indexer.mathematics.continued_fractions.limit import limit

FILES = ("limits.jsonl", "classics.json", "arxiv_pi.jsonl")
DIGITS = 110
NAMES = {name: getattr(mpmath, name) for name in dir(mpmath) if not name.startswith("_")}


def expected(row: dict[str, str]) -> mpmath.mpf | None:
    """Return the limit a row gives, as a number; None where it has none."""
    text = row.get("mpmath") or row["limit"]
    if text is None or text == "inf":
        return None
    try:
        return mpmath.mpf(text)
    except ValueError:
        return mpmath.mpf(eval(text.replace("/", "*mpf(1)/"), {**NAMES, "pi": mpmath.mp.pi}))


def agreement(value: str, reference: mpmath.mpf) -> float:
    difference = abs(mpmath.mpf(value) - reference)
    size = max(abs(reference), mpmath.mpf(10) ** -DIGITS)
    return float(-mpmath.log10(difference / size)) if difference else float(DIGITS)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=Path("tests/data"))
    folder = parser.parse_args().folder
    mpmath.mp.dps = DIGITS + 40
    print(f"{'file':16}{'class':20}{'rows':>6}{'digits shown':>14}{'digits agreeing':>17}{'mean ms':>9}")
    for name in FILES:
        path = folder / name
        if not path.exists():
            continue
        text = path.read_text()
        rows = json.loads(text) if name.endswith(".json") else [json.loads(line) for line in text.splitlines()]
        table = defaultdict(list)
        for row in rows:
            formula, reference = PCF(tuple(row["a"]), tuple(row["b"])), expected(row)
            verdict = classify(formula)
            start = time.perf_counter()
            found = limit(formula, DIGITS)
            seconds = time.perf_counter() - start
            if reference is not None and found is not None and found.value is not None:
                shown = (found.digits, agreement(found.value, reference), seconds)
                table[verdict.convergence_class or verdict.status].append(shown)
            elif (reference is None) != (found is None or found.infinite):
                print(f"{name}: {formula} has {found}, not {reference}")
        for kind, figures in sorted(table.items()):
            digits, agreeing, seconds = zip(*figures, strict=True)
            print(
                f"{name:16}{kind:20}{len(figures):6}{min(digits):14}{min(agreeing):17.1f}"
                f"{1e3 * sum(seconds) / len(seconds):9.2f}"
            )


if __name__ == "__main__":
    main()
