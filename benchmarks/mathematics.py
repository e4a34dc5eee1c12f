"""CPU seconds per formula: metrics beside the plain algorithm of an earlier system, limits by class, classification.

Run: python benchmarks/mathematics.py [--formulas 200] [--baseline 5]
Both sides of each line are timed in this process, on the same formulas of the quadratic box, with a fixed seed; those
of the metrics come in rows of 20 neighbours, as in a chunk, so that values of a polynomial are tabulated once.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from collections.abc import Callable

import gmpy2
import numpy as np
from gmpy2 import mpz

from benchmarks.dynamics import dynamics
from catalog.formulas.pcf import PCF
from indexer.kinds.pcf.evaluate import evaluate
from indexer.mathematics.closed_forms.closed_form import closed_form
from indexer.mathematics.continued_fractions.asymptotics import classify, classify_all, classify_batch, exponents
from indexer.mathematics.continued_fractions.convergents import convergents
from indexer.mathematics.continued_fractions.limit import limit
from indexer.mathematics.continued_fractions.metrics import DEPTHS, metrics
from indexer.mathematics.continued_fractions.tail import Tail
from indexer.sources.registry import QUADRATIC_5

PASSES = 3
BASELINE_DEPTH, BASELINE_SAMPLE, BASELINE_BITS = 2000, 1000, 100_000


def baseline_metrics(formula: PCF) -> list[float]:
    """Return the metrics as an earlier system takes them: depth 2000, gcds at each step, logarithms at 100,000 bits."""
    p, q, p_before, q_before = mpz(formula.a_at(0)), mpz(1), mpz(1), mpz(0)
    rows = []
    with gmpy2.context(precision=BASELINE_BITS):
        for n in range(1, BASELINE_DEPTH + 1):
            a_n, b_n = formula.a_at(n), formula.b_at(n)
            p, p_before = a_n * p + b_n * p_before, p
            q, q_before = a_n * q + b_n * q_before, q
            divisor = gmpy2.gcd(p, q)
            if n % (BASELINE_DEPTH // 5) == 0 or n == BASELINE_SAMPLE:
                rows.append((n, p, q, divisor))
        value = gmpy2.mpfr(p) / q
        figures = []
        for n, p_n, q_n, divisor in rows[:-1]:
            error = abs(value - gmpy2.mpfr(p_n) / q_n)
            if n == BASELINE_SAMPLE and q_n and error:
                figures.append(float(-1 - gmpy2.log(error) / gmpy2.log(abs(q_n // divisor))))
    return figures


def sample(count: int, seed: int, wanted: Callable[[PCF], bool]) -> list[PCF]:
    chooser, found = random.Random(seed), []
    while len(found) < count:
        formula = QUADRATIC_5.formula_at(chooser.randrange(QUADRATIC_5.size))
        if formula is not None and wanted(formula):
            found.append(formula)
    return found


def in_rows(count: int, seed: int, length: int = 20) -> list[PCF]:
    """Return convergent formulas as a worker meets them: random runs of neighbours, one of each mirror pair."""
    chooser, found = random.Random(seed), []
    while len(found) < count:
        start = 2 * chooser.randrange(QUADRATIC_5.size // 2 - length)
        for formula in QUADRATIC_5.formulas(start, start + 2 * length)[::2]:
            if formula is not None and classify(formula).status == "converges" and not limit(formula, 20).infinite:
                found.append(formula)
    return found[:count]


def timed(function: Callable[[PCF], object], formulas: list[PCF]) -> list[float]:
    """Return the CPU seconds of each formula, the least of `PASSES` passes: what else the machine does only adds."""
    passes = []
    for _ in range(PASSES):
        seconds = []
        for formula in formulas:
            start = time.process_time()
            function(formula)
            seconds.append(time.process_time() - start)
        passes.append(seconds)
    return [min(of_one) for of_one in zip(*passes, strict=True)]


def show(what: str, seconds: list[float], beside: str = "") -> None:
    mean, median = 1e3 * statistics.mean(seconds), 1e3 * statistics.median(seconds)
    print(f"{what:44} mean {mean:9.3f} ms  median {median:9.3f} ms  ({len(seconds)} formulas){beside}")


def timed_metrics(formulas: list[PCF]) -> list[float]:
    """Do everything from the coefficients to the metrics, the classes of the batch at once, as a worker does it."""
    start = time.process_time()
    verdicts = dict(zip(formulas, classify_all(formulas), strict=True))
    share = (time.process_time() - start) / len(formulas)

    def all_metrics(formula: PCF) -> object:
        growth = exponents(formula, verdicts[formula])
        assert growth is not None
        return metrics(formula, growth, Tail(formula), limit_is_exact=False)

    return [share + seconds for seconds in timed(all_metrics, formulas)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--formulas", type=int, default=200)
    parser.add_argument("--baseline", type=int, default=5)
    options = parser.parse_args()
    convergent = in_rows(options.formulas, 1)
    timed_metrics(convergent[:5])  # what is imported and tabulated at first use
    ours, theirs = timed_metrics(convergent), timed(baseline_metrics, convergent[: options.baseline])
    show("metrics", ours)
    show("metrics, plain algorithm to depth 2000", theirs)
    print(f"{'  ratio of the means':44} {statistics.mean(theirs) / statistics.mean(ours[: options.baseline]):9.1f}")
    loop = timed(lambda f: list(convergents(f, (DEPTHS[-1],))), convergent)
    both = timed(lambda f: [c.gcd() for c in convergents(f, DEPTHS)], convergent)
    total = statistics.mean(ours)
    print(
        f"  share of big-integer recurrence {statistics.mean(loop) / total:4.0%}, "
        f"of gcds {(statistics.mean(both) - statistics.mean(loop)) / total:4.0%}"
    )
    show("limit, metrics, closed form, family", timed(evaluate, convergent))
    for name in ("super_exponential", "exponential", "sub_exponential", "polynomial"):
        chosen = sample(30, 2, lambda f, name=name: classify(f).convergence_class == name)
        show(f"limit to 110 digits, {name}", timed(limit, chosen))
    low = sample(100, 3, lambda f: f.deg_a <= 1 and classify(f).status == "converges")
    show("closed form, deg a <= 1", timed(closed_form, low))
    a, b = QUADRATIC_5.coefficient_arrays(0, QUADRATIC_5.size)
    start = time.process_time()
    classify_batch(a, b)
    print(f"classification of the quadratic box, {len(a)} formulas: {time.process_time() - start:.2f} s")
    batch = np.array([list(f.a) + [0] * (3 - len(f.a)) for f in convergent])
    numerators = np.array([list(f.b) + [0] * (3 - len(f.b)) for f in convergent])
    start = time.process_time()
    dynamics(batch, numerators, (1000,))
    print(f"dynamics at n = 1000, a batch: {1e6 * (time.process_time() - start) / len(batch):.0f} us a formula")


if __name__ == "__main__":
    main()
