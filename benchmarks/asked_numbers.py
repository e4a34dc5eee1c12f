"""Typed numbers: how often random ones are called found, and how many short expressions are found again, by digits.

`random` takes seeded random numbers through the whole ladder and says how near the nearest came: an answer is found
from ten bits on, and each bit is worth a factor of two. Another `--seed` has other numbers, so that many are taken in
pieces. `expressions` makes 200 short expressions of one to three constants and types so many of their digits, beside
`mpmath.identify` with the constants that they are made of, each number for MPMATH_SECONDS at most, and beside the
program `ries` where it is installed; right is an answer that is the expression to 50 digits. Times are those of a
processor.
"""

from __future__ import annotations

import argparse
import random
import re
import resource
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from types import FrameType

import mpmath
from flint import arb, ctx

from benchmarks.printing import heading, line
from catalog.constants import evaluation
from catalog.constants.library import library
from catalog.errors import ExpressionError
from indexer.identification.ladder.climb import climb
from indexer.identification.ladder.complexity import MARGIN_BITS
from indexer.identification.library import NamedConstant
from indexer.identification.numbers import NumberIdentification, identify_number
from indexer.identification.typed import read_number
from indexer.workers.pool import in_order

CONSTANTS = (
    "pi", "e", "log(2)", "sqrt(2)", "sqrt(3)", "sqrt(5)", "euler_gamma", "catalan", "zeta(3)", "log(3)", "gamma(1/4)",
    "gamma(1/3)", "sqrt(pi)", "pi^2", "log(5)",
)  # fmt: skip
"""What the expressions are made of."""

FUNCTIONS = ("exp", "log", "sin", "cos", "tan", "atan", "sinh", "sqrt")

RIGHT_DIGITS = 50
"""Digits to which an answer must be the expression."""

MPMATH_SECONDS = 10
"""Seconds of a processor after which `mpmath.identify` has found nothing."""

RIES_DIGITS = 17
"""Most digits that `ries` reads."""

RIES_ONE = {
    "neg": "(-{})", "recip": "(1/{})", "dup*": "({})^2", "sqrt": "sqrt({})", "exp": "exp({})", "ln": "log({})",
    "sinpi": "sin(pi*({}))", "cospi": "cos(pi*({}))", "tanpi": "tan(pi*({}))",
}  # fmt: skip
RIES_TWO = {
    "+": "({}+{})", "-": "({}-{})", "*": "({}*{})", "/": "({}/{})", "**": "({})^({})", "root": "({0})^(1/({1}))",
    "logn": "(log({})/log({}))",
}  # fmt: skip
"""What `ries` writes, as it is written here."""

SPARE_BITS = 12.0
"""Bits by which an answer to a random number may be longer than its digits and still be told."""


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


def compare(count: int, skip: int, digits: Sequence[int], seed: int, programs: Sequence[str]) -> None:
    """Print the share found by digits, of each program."""
    texts = expressions(skip + count, seed)[skip:]
    members = tuple(library().candidates())
    known: dict[str, Callable[[str, int], str | None]] = {
        "ladder": partial(_ladder, members),
        "candidates": partial(_candidate, members),
        "mpmath.identify": _mpmath,
        "ries": _ries,
    }
    heading("digits", "program", "right", "wrong", "median s", "slowest s")
    for k in digits:
        for name in programs:
            if name != "ries" or (k <= RIES_DIGITS and shutil.which("ries")):
                line(str(k), name, *_told([_asked(known[name], text, k) for text in texts]))


def _told(results: Sequence[tuple[str, float]]) -> list[str]:
    times = sorted(seconds for _, seconds in results)
    shares = [f"{sum(r == kind for r, _ in results) / len(results):.1%}" for kind in ("right", "wrong")]
    return [*shares, f"{times[len(times) // 2]:.2f}", f"{times[-1]:.2f}"]


def _seconds() -> float:
    """Return the processor time of this process and of those that it has started."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def _asked(answer: Callable[[str, int], str | None], text: str, digits: int) -> tuple[str, float]:
    """Return what an answer to the first digits of an expression is, and its seconds."""
    number = read_number(text, digits).text
    start = _seconds()
    given = answer(number, digits)
    seconds = _seconds() - start
    return ("none" if given is None else "right" if _is_right(given, text) else "wrong"), seconds


@lru_cache(maxsize=4096)
def _identified(members: tuple[NamedConstant, ...], number: str) -> NumberIdentification:
    return identify_number(number, members, 8, effort=1)


def _ladder(members: tuple[NamedConstant, ...], number: str, digits: int) -> str | None:
    found = _identified(members, number)
    return found.relations[0].expression if found.relations else None


def _candidate(members: tuple[NamedConstant, ...], number: str, digits: int) -> str | None:
    """The answer that is found, or else the first candidate, which claims nothing; the time is that of the ladder."""
    found = _identified(members, number)
    first = next(iter((*found.relations, *found.candidates)), None)
    return first.expression if first else None


def _ries(number: str, digits: int) -> str | None:
    """The first answer of `ries` within the error of the number, solved for it."""
    size = len(number.partition(".")[2])
    command = ["ries", "-s", "-l2", "-F3", "-n1", "--max-match-distance", f"1e-{size}", number]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    match = re.search(r"x = (.*?)  +(?:for x|\('exact')", done.stdout)
    return _infix(match[1].split()) if match else None


def _infix(program: Sequence[str]) -> str | None:
    """Return a postfix program of `ries` as an expression, None where it is none."""
    stack: list[str] = []
    for item in program:
        if item in RIES_ONE:
            stack.append(RIES_ONE[item].format(stack.pop()))
        elif item in RIES_TWO:
            second, first = stack.pop(), stack.pop()
            stack.append(RIES_TWO[item].format(first, second))
        else:
            stack.append(item)
    return stack[0] if len(stack) == 1 else None


def _mpmath(number: str, digits: int) -> str | None:
    names = {"euler_gamma": "euler", **{f"gamma(1/{k})": f"gamma(mpf(1)/{k})" for k in (3, 4)}}
    with mpmath.workdps(max(mpmath.mp.dps, digits - 1)):
        constants = [names.get(c, c.replace("^", "**")) for c in CONSTANTS]
        signal.signal(signal.SIGVTALRM, _out_of_time)
        signal.setitimer(signal.ITIMER_VIRTUAL, MPMATH_SECONDS)
        try:
            found = mpmath.identify(mpmath.mpf(number), constants, tol=mpmath.mpf(10) ** (2 - digits))
        except TimeoutError:
            return None
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return None if found is None else str(found)


def _out_of_time(number: int, frame: FrameType | None) -> None:
    raise TimeoutError


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
    """Print the share of random numbers that are called found, and by how many bits the nearest is short of it."""
    heading("digits", "numbers", "called found", "nearest, bits", "seconds each")
    for k in digits:
        numbers = random_numbers(count, k, seed)
        start = time.perf_counter()
        found = list(in_order(_nearest, numbers, _killed, workers=workers, batch=8))
        each = (time.perf_counter() - start) / count
        called = [(number, text) for number, (short, text) in zip(numbers, found, strict=True) if short <= 0]
        for number, text in called:
            print(f"{number} was called {text}")
        line(str(k), f"{count:,}", str(len(called)), f"{min(short for short, _ in found):.1f}", f"{each:.2f}")


def random_numbers(count: int, digits: int, seed: int) -> list[str]:
    """Return random numbers below 100 with so many significant digits."""
    source = random.Random(seed + digits)
    numbers = []
    for _ in range(count):
        text, whole = str(source.randrange(10 ** (digits - 1), 10**digits)), source.randrange(3)
        numbers.append(f"{text[:whole] or '0'}.{text[whole:]}")
    return numbers


def _nearest(numbers: Sequence[str]) -> list[tuple[float, str]]:
    """Return by how many bits the shortest answer of each number is too long to be found, and what it is."""
    results = []
    for number in numbers:
        climbed = climb(read_number(number), tuple(library().candidates()), spare=SPARE_BITS)
        every = [(r.complexity + MARGIN_BITS - r.information, r.expression) for r in (*climbed.found, *climbed.others)]
        results.append(min(every, default=(SPARE_BITS + MARGIN_BITS, "")))
    return results


def _killed(number: str, reason: str) -> tuple[float, str]:
    raise RuntimeError(f"{number}: {reason}")


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["random", "expressions"])
    parser.add_argument("--count", type=int)
    parser.add_argument("--digits", type=int, nargs="+", default=None)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--skip", type=int, default=0, help="expressions left out at the beginning")
    parser.add_argument("--workers", type=int)
    parser.add_argument("--beside", nargs="+", default=["ladder", "candidates", "mpmath.identify", "ries"])
    given = parser.parse_args()
    if given.what == "random":
        chance(given.count or 10_000, given.digits or [15, 20, 30, 50], given.seed, given.workers)
    else:
        compare(given.count or 200, given.skip, given.digits or [12, 15, 20, 30, 50], given.seed, given.beside)


if __name__ == "__main__":
    main()
