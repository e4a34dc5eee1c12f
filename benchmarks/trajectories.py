"""Time from a direction of a matrix field to its continued fraction and to a verified constant, beside ramanujantools.

    pip install "formulary-catalog[benchmarks]"
    python benchmarks/trajectories.py

Both take the same directions in one process; CPU time of the first call, since what follows it is kept in caches. One
other direction is walked before, so that no import is measured. Without ramanujantools its columns are left out.
`named` is all the way to the row of the catalogue: fraction, limit with its bound, constant, map and proof.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from importlib.util import find_spec
from typing import Any

from benchmarks.printing import heading, line
from indexer.mathematics.continued_fractions.limit import limit
from indexer.sources.matrix_fields.constants import anchor_of, constant_of
from indexer.sources.matrix_fields.known import field_of, parameters
from indexer.sources.matrix_fields.trajectories import Trajectory, trajectory
from indexer.sources.matrix_fields.walks import walked

DIRECTIONS = (
    ("2F1(-1)", (1, 1, 2), "1 1 2"),
    ("2F1(-1)", (2, 3, 5), "1 1/2 3/2"),
    ("3F2(1)", (1, 1, 1, 2, 2), "1 1 1 2 2"),
    ("3F2(1)", (1, 1, 2, 3, 2), "1 1 1 2 2"),
    ("3F2(1)", (3, 4, 5, 8, 9), "1 1 1 2 2"),
    ("3F2(1)", (9, 10, 11, 28, 32), "1 1 1 2 2"),
)
"""Field, direction and start; the last one has 90 steps."""

DEPTH = 300
"""Depth of delta, as ramanujantools is measured with."""

WARMING = ("2F1(1/2)", (1, 1, 2), "1 1 2")
"""Walked before anything is measured."""

PATIENCE = 2.0
"""Seconds of CPU after which the other program is not asked for larger directions."""


def main() -> None:
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    other = find_spec("ramanujantools") is not None
    columns = ["direction", "steps", "fraction", "named", f"delta({DEPTH})"]
    heading(*columns, *(["theirs: matrix", "fraction", f"delta({DEPTH})"] if other else []))
    patient = other
    _ours(WARMING[0], WARMING[1], tuple(map(Fraction, WARMING[2].split())))
    for name, direction, text in DIRECTIONS:
        start = tuple(map(Fraction, text.split()))
        anchor_of(name, start)  # one proof a start, whatever the number of directions
        cells = _ours(name, direction, start)
        if patient:
            theirs, seconds = _theirs(name, direction, start)
            cells += theirs
            patient = seconds < PATIENCE
        elif other:
            cells += ["-", "-", "-"]
        line(f"{name} {direction}", str(sum(direction)), *cells)


def spent(function: Callable[[], Any]) -> tuple[float, Any]:
    """Return the CPU seconds of a call, and its result."""
    begun = time.process_time()
    result = function()
    return time.process_time() - begun, result


def _ours(name: str, direction: tuple[int, ...], start: tuple[Fraction, ...]) -> list[str]:
    reduced, found = spent(partial(trajectory, field_of(name), direction, start))
    named, _ = spent(partial(_named, found))
    delta, _ = spent(partial(walked, found.matrix, DEPTH))
    return [_milliseconds(seconds) for seconds in (reduced, reduced + named, delta)]


def _named(found: Trajectory) -> object:
    assert found.contraction is not None
    value = limit(found.contraction.formula)
    return None if value is None else constant_of(found, value.ball)


def _theirs(name: str, direction: tuple[int, ...], start: tuple[Fraction, ...]) -> tuple[list[str], float]:
    import sympy
    from ramanujantools.cmf import pFq
    from ramanujantools.pcf import PCF

    shape = parameters(field_of(name))
    assert shape is not None
    p, q, z = shape
    symbols = [*sympy.symbols(f"x:{p}"), *sympy.symbols(f"y:{q}")]
    field = pFq(p, q, sympy.Rational(z.numerator, z.denominator))
    begin = {x: sympy.Rational(s.numerator, s.denominator) for x, s in zip(symbols, start, strict=True)}
    towards = dict(zip(symbols, direction, strict=True))
    cells: list[str] = []
    total = 0.0
    made: Any = None
    makes: tuple[Callable[[Any], Any], ...] = (
        lambda _: field.trajectory_matrix(towards, begin),
        PCF,
        lambda fraction: fraction.delta(DEPTH),
    )
    for make in makes:
        try:
            seconds, made = spent(partial(make, made))
        except Exception as error:
            return [*cells, type(error).__name__, *["-"] * (2 - len(cells))], total
        total += seconds
        cells.append(_milliseconds(seconds))
    return cells, total


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1e3:,.1f} ms" if seconds < 10 else f"{seconds:,.1f} s"


if __name__ == "__main__":
    main()
