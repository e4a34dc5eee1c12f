"""How far other definitions of delta lie from ours, by convergence class, on formulas of the quadratic box.

Run: python benchmarks/delta_definitions.py [--formulas 1000]
`deepest convergent` is blind_delta.py of arXiv 2412.16818: L = p_2000/q_2000, its "1000" is n = 999. `twice the depth`
is ramanujantools' PCF.delta(1000) without a limit: L = p_2000/q_2000, n = 1000. Both are computed exactly here, from
big integers; tests/indexer/mathematics holds that the package itself agrees with ours where the limit is given.
"""

from __future__ import annotations

import argparse
import random
import statistics
from collections import defaultdict

import gmpy2

from catalog.formulas.pcf import PCF
from indexer.kinds.pcf.evaluate import evaluate
from indexer.mathematics.continued_fractions.convergents import Convergent, convergents
from indexer.sources.registry import QUADRATIC_5

CLASSES = ("super_exponential", "exponential", "sub_exponential", "polynomial")


def delta_against(at: Convergent, deep: Convergent) -> float | None:
    """Return -1 - log|p_m/q_m - p_n/q_n| / log|q_n/g_n|, exactly, for a deeper convergent m."""
    difference = abs(deep.p * at.q - at.p * deep.q)
    reduced = abs(at.q) // at.gcd() if at.q else 0
    if not difference or reduced <= 1 or not deep.q:
        return None
    log_error = gmpy2.log(difference) - gmpy2.log(abs(at.q)) - gmpy2.log(abs(deep.q))
    return float(-1 - log_error / gmpy2.log(reduced))


def sample(count: int, seed: int) -> dict[str, list[PCF]]:
    """Return formulas of the box with a delta, as evenly over the classes as chance allows."""
    chooser, found = random.Random(seed), defaultdict(list)
    slow = [(0, 1), (0, 2), (1, 2)]
    while sum(map(len, found.values())) < count:
        formula = QUADRATIC_5.formula_at(chooser.randrange(QUADRATIC_5.size))
        if chooser.random() < 0.7 and (formula.deg_a, formula.deg_b) not in slow:
            deg_a, deg_b = chooser.choice(slow)
            formula = PCF(
                (*(chooser.randint(-5, 5) for _ in range(deg_a)), chooser.choice((-4, -2, 1, 2, 3))),
                (*(chooser.randint(-5, 5) for _ in range(deg_b)), chooser.choice((-4, -1, 1, 2, 5))),
            )
        evaluation = evaluate(formula, 20)
        name = evaluation.convergence_class
        if evaluation.metrics.delta is not None and len(found[name]) < max(1, count // len(CLASSES)):
            found[name].append(formula)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--formulas", type=int, default=1000)
    count = parser.parse_args().formulas
    print(f"{'':20}{'formulas':>9}   {'deepest convergent':>26}   {'twice the depth':>26}")
    print(f"{'':29}   {'median':>13}{'largest':>13}   {'median':>13}{'largest':>13}")
    for name, formulas in sorted(sample(count, 5).items()):
        differences = defaultdict(list)
        for formula in formulas:
            ours = evaluate(formula, 20).metrics.delta
            before, at, deep = convergents(formula, (999, 1000, 2000))
            for what, near in (("deepest", before), ("twice", at)):
                other = delta_against(near, deep)
                if other is not None:
                    differences[what].append(abs(other - ours))
        figures = "   ".join(
            f"{statistics.median(differences[what]):13.1e}{max(differences[what]):13.1e}"
            for what in ("deepest", "twice")
        )
        print(f"{name:20}{len(formulas):9}   {figures}")


if __name__ == "__main__":
    main()
