"""Time of one search for a Moebius relation, beside mpmath.pslq on the same numbers in the same process.

    python benchmarks/relations.py [--count 200] [--digits 60]

A third of the numbers are Moebius maps of the constant, the others are not. Each method takes all numbers in a row,
ROUNDS times; the times are of this process's CPU in its fastest round, since a busy machine makes all others longer.
`screened` takes them as bulk indexing does, all pairs at once at 60 bits, and excludes coefficients up to 1,000.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable

import mpmath
from flint import arb, ctx

from indexer.mathematics.numbers.decimals import bits_for
from indexer.mathematics.relations.relation import moebius_value
from indexer.mathematics.relations.screening import SCREENED_BOUND, exclusion_bounds
from indexer.mathematics.relations.search import Scaled, moebius_scaled, scale

ROUNDS = 5
COPIES = 20
"""How often the pairs are repeated for a screening, which takes thousands at a time."""


def numbers(count: int, digits: int) -> list[tuple[arb, arb, bool]]:
    """Return (L, c, whether L is a Moebius map of c)."""
    chance = random.Random(1)
    drawn = []
    with ctx.workprec(bits_for(digits) + 64):
        for k in range(count):
            constant = arb(chance.randint(2, 1000)).log() * arb.pi()
            coefficients = [chance.randint(-20, 20) or 1 for _ in range(4)]
            planted = k % 3 == 0 and coefficients[0] * coefficients[3] != coefficients[1] * coefficients[2]
            limit = moebius_value(coefficients, constant) if planted else arb(chance.randint(2, 1000)).rsqrt().exp()
            drawn.append((limit, constant, planted))
    return drawn


def timed(run: Callable[[], list[bool]]) -> tuple[float, int]:
    """Return the microseconds of CPU time of the fastest round, and how many relations were found."""
    times, found = [], 0
    for _ in range(ROUNDS):
        start = time.process_time()
        found = sum(run())
        times.append((time.process_time() - start) * 1e6)
    return min(times), found


def by_pslq(pairs: list[tuple[arb, arb]], digits: int) -> list[bool]:
    with mpmath.workdps(digits):
        numbers = [[mpmath.mpf(v.mid().str(digits + 5, radius=False)) for v in pair] for pair in pairs]
        rows = ([mpmath.mpf(1), c, x, c * x] for x, c in numbers)
        return [mpmath.pslq(row, maxcoeff=10**6, maxsteps=10**5) is not None for row in rows]


def by_lll(pairs: list[tuple[Scaled, Scaled]], digits: int) -> list[bool]:
    return [moebius_scaled(x, c, digits).outcome == "found" for x, c in pairs]


def screened(pairs: list[tuple[Scaled, Scaled]]) -> list[bool]:
    return [bound < SCREENED_BOUND for bound in exclusion_bounds(pairs).tolist()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--digits", type=int, default=60)
    arguments = parser.parse_args()
    digits = arguments.digits
    drawn = numbers(arguments.count, digits)
    print(f"| search at {digits} digits | relation | numbers | found | microseconds an attempt |")
    print("|---|---|---|---|---|")
    for present in (False, True):
        pairs = [(limit, constant) for limit, constant, planted in drawn if planted == present]
        scaled = [(scale(x, digits), scale(c, digits)) for x, c in pairs]
        runs: dict[str, Callable[[], list[bool]]] = {
            "mpmath.pslq": lambda pairs=pairs: by_pslq(pairs, digits),  # type: ignore[misc]
            "one by one": lambda scaled=scaled: by_lll(scaled, digits),  # type: ignore[misc]
            "screened": lambda scaled=scaled: screened(scaled * COPIES),  # type: ignore[misc]
        }
        for name, run in runs.items():
            spent, found = timed(run)
            count = len(pairs) * (COPIES if name == "screened" else 1)
            print(f"| {name} | {'present' if present else 'absent'} | {count} | {found} | {spent / count:.0f} |")


if __name__ == "__main__":
    main()
