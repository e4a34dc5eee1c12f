"""Formulas by wish: how soon a delta is found, what stands behind the estimates, and what rates and expansions cost.

    python benchmarks/design.py [--deep 3000] [--directions 20000]

CPU time of this process. Beside the estimated limit of delta stands delta at a great depth, by exact products and their
gcd; beside the rates of many directions at once those of one after the other. Goals are those of the literature's
hypergeometric constructions, or of a search of an earlier program; for no constant is there another program.
"""

from __future__ import annotations

import argparse
import time
from fractions import Fraction
from itertools import product

import numpy as np

from benchmarks.printing import heading, line
from indexer.contract.expansions import number_of
from indexer.design.designs import designed
from indexer.design.search import Search
from indexer.design.targets import read_target
from indexer.design.wishes import read_wish
from indexer.sources.matrix_fields.rates import rate, rates
from indexer.sources.matrix_fields.walks import walked
from indexer.sources.signed_fractions.expansions import maps, sign_patterns
from indexer.sources.signed_fractions.search import search

GOALS = (("zeta(3)", 0.0805, 1), ("zeta(2)", 0.22, 10), ("log(2)", 0.34, 60), ("pi", -0.11, 60), ("catalan", -0.46, 60))
"""Constants, the delta that is wished for, and in how many seconds."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--deep", type=int, default=3000, help="depth of the delta beside the estimate")
    parser.add_argument("--directions", type=int, default=20_000)
    options = parser.parse_args()
    deltas(options.deep)
    saddles(options.directions)
    expansions()


def deltas(deep: int) -> None:
    heading("constant", "goal", "found", f"delta at {deep}", "CPU s", "field", "direction", "degree")
    for constant, goal, seconds in GOALS:
        wish = read_wish(f">={goal}", None, None)
        under_way = Search(read_target(constant), wish, 10.0 * seconds, 1, clock=time.process_time)
        under_way.run()
        for found in designed(under_way):
            candidate = found.candidate
            steps = walked(candidate.matrix, deep)
            line(
                constant,
                f"{goal} in {seconds} s",
                "none" if candidate.delta_limit is None else f"{candidate.delta_limit:.4f}",
                "none" if steps is None or steps.delta is None else f"{steps.delta:.4f}",
                f"{candidate.after:.1f}",
                candidate.origin.field.name,
                str(candidate.direction),
                str(found.formula.deg_a),
            )
    print()


def saddles(count: int) -> None:
    heading("field", "directions", "one by one, us", "at once, us")
    for p, q, z in ((2, 1, Fraction(-1)), (3, 2, Fraction(1))):
        chosen = np.array(list(product(range(12), repeat=p + q))[1 : count + 1])
        few = chosen[:: max(len(chosen) // 500, 1)].tolist()
        begun = time.process_time()
        for t in few:
            rate(t[:p], t[p:], z)
        single = (time.process_time() - begun) / len(few)
        begun = time.process_time()
        rates(chosen[:, :p], chosen[:, p:], z)
        together = (time.process_time() - begun) / len(chosen)
        line(f"{p}F{q}({z})", str(len(chosen)), f"{single * 1e6:.0f}", f"{together * 1e6:.2f}")
    print()


def expansions() -> None:
    heading("number", "tails", "proved", "CPU s")
    for text in ("exp(1)", "tan(1)", "besseli(1, 2)/besseli(0, 2)"):
        begun = time.process_time()
        number, most_digits = number_of(text)
        found = list(search(number, list(maps(2)), sign_patterns(3), most_digits))
        proved = sum(one.proof is not None for one in found)
        line(text, str(len(found)), str(proved), f"{time.process_time() - begun:.2f}")


if __name__ == "__main__":
    main()
