"""Typed numbers: how often random ones are called found, and how many short expressions are found again, by digits.

`random` takes seeded random numbers through the whole ladder. `expressions` makes 200 short expressions of one to three
constants and types so many of their digits, beside `mpmath.identify` with the constants that they are made of; right
is an answer that is the expression to 100 digits. Times are those of one process.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable, Sequence
from functools import partial

import mpmath
from flint import arb, ctx

from benchmarks.printing import heading, line
from catalog.constants import evaluation
from catalog.constants.library import library
from catalog.errors import ExpressionError
from indexer.identification.numbers import identify_number
from indexer.identification.typed import read_number
from indexer.workers.pool import in_order

CONSTANTS = (
    "pi", "e", "log(2)", "sqrt(2)", "sqrt(3)", "sqrt(5)", "euler_gamma", "catalan", "zeta(3)", "log(3)", "gamma(1/4)",
    "gamma(1/3)", "sqrt(pi)", "pi^2", "log(5)",
)  # fmt: skip
"""What the expressions are made of."""

FUNCTIONS = ("exp", "log", "sin", "cos", "tan", "atan", "sinh", "sqrt")

RIGHT_DIGITS = 100
"""Digits to which an answer must be the expression."""


def expressions(count: int, seed: int) -> list[str]:
    """Return short expressions of one to three constants that have a real value."""
    chance = random.Random(seed)
    found: list[str] = []
    while len(found) < count:
        text = FORMS[len(found) % len(FORMS)](chance)
        try:
            value = evaluation.evaluate(text, 400)
        except ExpressionError:
            continue
        if 1e-3 < abs(float(value)) < 1e4 and text not in found:
            found.append(text)
    return found


def _small(chance: random.Random, most: int = 9) -> int:
    return chance.choice([-1, 1]) * chance.randint(1, most)


def _moebius(chance: random.Random) -> str:
    c = chance.choice(CONSTANTS)
    return f"({_small(chance)} + {_small(chance)}*{c})/({_small(chance)} + {_small(chance)}*{c})"


def _multiple(chance: random.Random) -> str:
    return f"{chance.randint(1, 20)}*{chance.choice(CONSTANTS)}/{chance.randint(1, 20)}"


def _sum(terms: int, chance: random.Random) -> str:
    chosen = chance.sample(CONSTANTS, terms)
    parts = " + ".join(f"{_small(chance)}*{c}" for c in chosen)
    return f"({_small(chance)} + {parts})/{chance.randint(1, 6)}"


def _product(terms: int, chance: random.Random) -> str:
    powers = [
        f"({c})^({chance.choice(['1', '-1', '2', '-2', '1/2', '-1/2'])})" for c in chance.sample(CONSTANTS, terms)
    ]
    return f"{chance.randint(1, 12)}/{chance.randint(1, 12)}*{'*'.join(powers)}"


def _function(chance: random.Random) -> str:
    inner = f"{chance.randint(1, 5)}*{chance.choice(CONSTANTS)}/{chance.randint(1, 5)}"
    return f"{chance.randint(1, 5)}/{chance.randint(1, 5)}*{chance.choice(FUNCTIONS)}({inner})"


def _quotient(chance: random.Random) -> str:
    first, second = chance.sample(CONSTANTS, 2)
    above = f"{_small(chance, 5)} + {_small(chance, 5)}*{first}"
    return f"({above})/({_small(chance, 5)} + {_small(chance, 5)}*{second})"


FORMS: tuple[Callable[[random.Random], str], ...] = (
    _multiple, _moebius, partial(_sum, 2), partial(_product, 2), _function, _quotient, partial(_sum, 3),
    partial(_product, 3),
)  # fmt: skip
"""The kinds of expressions, in turn."""


def compare(count: int, digits: Sequence[int], seed: int, beside: bool) -> None:
    """Print the share found by digits, of the ladder and of mpmath.identify."""
    texts = expressions(count, seed)
    members = tuple(library().candidates())
    heading("digits", "ladder: right", "wrong", "median s", "slowest s", "mpmath.identify: right", "wrong", "median s")
    for k in digits:
        ladder = [_asked(partial(_ladder, members), text, k) for text in texts]
        others = [_asked(_mpmath, text, k) for text in texts] if beside else []
        line(str(k), *_told(ladder, slowest=True), *(_told(others, slowest=False) if others else ("-",) * 3))


def _told(results: Sequence[tuple[str, float]], *, slowest: bool) -> list[str]:
    times = sorted(seconds for _, seconds in results)
    shares = [f"{sum(r == kind for r, _ in results) / len(results):.1%}" for kind in ("right", "wrong")]
    return [*shares, f"{times[len(times) // 2]:.2f}", *([f"{times[-1]:.2f}"] if slowest else [])]


def _asked(answer: Callable[[str, int], str | None], text: str, digits: int) -> tuple[str, float]:
    """Return what an answer to the first digits of an expression is, and its seconds."""
    number = read_number(text, digits).text
    start = time.perf_counter()
    given = answer(number, digits)
    seconds = time.perf_counter() - start
    return ("none" if given is None else "right" if _is_right(given, text) else "wrong"), seconds


def _ladder(members: tuple[object, ...], number: str, digits: int) -> str | None:
    found = identify_number(number, members, 8, effort=1)  # type: ignore[arg-type]
    return found.relations[0].expression if found.relations else None


def _mpmath(number: str, digits: int) -> str | None:
    names = {"euler_gamma": "euler", **{f"gamma(1/{k})": f"gamma(mpf(1)/{k})" for k in (3, 4)}}
    with mpmath.workdps(digits - 1):
        constants = [names.get(c, c.replace("^", "**")) for c in CONSTANTS]
        found = mpmath.identify(mpmath.mpf(number), constants)
    return None if found is None else str(found)


def _is_right(given: str, text: str) -> bool:
    """Whether an answer, of ours or of mpmath, has the value of the expression."""
    if given.startswith("root of"):
        given = given.partition(" near ")[2]
        return abs(float(given) / float(evaluation.evaluate(text, 60)) - 1) < 1e-10
    plain = (
        given.replace("**", "^")
        .replace("mpf(1)", "1")
        .replace("euler", "euler_gamma")
        .replace("_gamma_gamma", "_gamma")
    )
    try:
        value = evaluation.evaluate(plain, 400)
    except ExpressionError:
        return False
    with ctx.workprec(420):
        truth = evaluation.evaluate(text, 400)
        return bool(abs(value - truth) < abs(truth) * arb(10) ** -RIGHT_DIGITS)


def chance(count: int, digits: Sequence[int], seed: int, workers: int | None) -> None:
    """Print the share of random numbers that are called found."""
    heading("digits", "numbers", "called found", "seconds each")
    for k in digits:
        numbers = random_numbers(count, k, seed)
        start = time.perf_counter()
        found = list(in_order(_found, numbers, _killed, workers=workers, batch=8))
        each = (time.perf_counter() - start) / count
        for number, expression in zip(numbers, found, strict=True):
            if expression:
                print(f"{number} was called {expression}")
        line(str(k), f"{count:,}", str(sum(map(bool, found))), f"{each:.2f}")


def random_numbers(count: int, digits: int, seed: int) -> list[str]:
    """Return random numbers below 100 with so many significant digits."""
    source = random.Random(seed + digits)
    numbers = []
    for _ in range(count):
        text, whole = str(source.randrange(10 ** (digits - 1), 10**digits)), source.randrange(3)
        numbers.append(f"{text[:whole] or '0'}.{text[whole:]}")
    return numbers


def _found(numbers: Sequence[str]) -> list[str]:
    """Return what each number is called, an empty text where nothing is found."""
    results = [identify_number(number, tuple(library().candidates()), 8, effort=1) for number in numbers]
    return [found.relations[0].expression if found.relations else "" for found in results]


def _killed(number: str, reason: str) -> str:
    raise RuntimeError(f"{number}: {reason}")


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["random", "expressions"])
    parser.add_argument("--count", type=int)
    parser.add_argument("--digits", type=int, nargs="+", default=None)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int)
    parser.add_argument("--alone", action="store_true", help="without mpmath.identify")
    given = parser.parse_args()
    if given.what == "random":
        chance(given.count or 10_000, given.digits or [15, 20, 30, 50], given.seed, given.workers)
    else:
        compare(given.count or 200, given.digits or [12, 15, 20, 30, 50], given.seed, not given.alone)


if __name__ == "__main__":
    main()
