"""Time of one search for a Moebius relation, beside mpmath.pslq on the same numbers in the same process.

    python benchmarks/relations.py [--count 200] [--digits 60]

A third of the numbers are Moebius maps of the constant, the others are not. Times are of this process's CPU.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable

import mpmath
from flint import arb, ctx

from indexer.findings import moebius_value
from indexer.relations import Scaled, bits_for, moebius_scaled, scale


def numbers(count: int, digits: int) -> list[tuple[arb, arb, bool]]:
    """(L, c, whether L is a Moebius map of c)."""
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


def timed(run: Callable[[], bool]) -> tuple[float, bool]:
    """Microseconds of CPU time of one call, and its result."""
    start = time.process_time()
    result = run()
    return (time.process_time() - start) * 1e6, result


def by_pslq(limit: arb, constant: arb, digits: int) -> bool:
    with mpmath.workdps(digits):
        x, c = (mpmath.mpf(value.mid().str(digits + 5, radius=False)) for value in (limit, constant))
        return mpmath.pslq([mpmath.mpf(1), c, x, c * x], maxcoeff=10**6, maxsteps=10**5) is not None


def by_lll(limit: Scaled, constant: Scaled, digits: int) -> bool:
    return moebius_scaled(limit, constant, digits).outcome == "found"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--digits", type=int, default=60)
    arguments = parser.parse_args()
    digits = arguments.digits
    rows: dict[tuple[str, bool], list[tuple[float, bool]]] = {}
    for limit, constant, planted in numbers(arguments.count, digits):
        x, c = scale(limit, digits), scale(constant, digits)
        rows.setdefault(("flint lll", planted), []).append(timed(lambda x=x, c=c: by_lll(x, c, digits)))
        rows.setdefault(("mpmath pslq", planted), []).append(timed(lambda x=limit, c=constant: by_pslq(x, c, digits)))
    print(f"| search at {digits} digits | relation | numbers | found | microseconds a try |")
    print("|---|---|---|---|---|")
    for (name, planted), tries in sorted(rows.items()):
        mean = sum(t for t, _ in tries) / len(tries)
        found = sum(r for _, r in tries)
        print(f"| {name} | {'present' if planted else 'absent'} | {len(tries)} | {found} | {mean:.0f} |")


if __name__ == "__main__":
    main()
