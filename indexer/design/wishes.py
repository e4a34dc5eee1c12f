"""What is wished for: bounds for delta, for the digits that a step gives and for the degree, and classes."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from operator import eq, ge, gt, le, lt

from catalog.errors import FormulaError
from catalog.syntax import plain_signs
from catalog.vocabulary import ConvergenceClass

OPERATORS: dict[str, Callable[[float, float], bool]] = {">=": ge, "<=": le, ">": gt, "<": lt, "=": eq}
"""The comparisons that a bound may be written with."""

MOST_DEGREE = 400
"""Largest degree of a that a wish may ask for, as a direction has at most so many steps."""

_BOUND = re.compile(r"\s*(>=|<=|>|<|=)\s*([-+]?(?:\d+\.?\d*|\.\d+))\s*", re.ASCII)
_SPELLINGS = str.maketrans({"≥": ">=", "≤": "<="})


@dataclass(frozen=True)
class Bound:
    """A comparison with a number, such as >= 1.5."""

    operator: str
    value: float

    def __str__(self) -> str:
        """Return the bound as it is written."""
        return f"{self.operator} {self.value:g}"

    @property
    def upwards(self) -> bool:
        """Whether large figures meet it."""
        return self.operator[0] == ">"

    def meets(self, figure: float | None) -> bool:
        """Say whether a figure is known and meets the bound."""
        return figure is not None and OPERATORS[self.operator](figure, self.value)

    def nearly_meets(self, figure: float | None, error: float) -> bool:
        """Say whether a figure that is known to within an error may meet the bound."""
        return figure is not None and (
            self.meets(figure - error) or self.meets(figure + error) or abs(figure - self.value) <= error
        )


@dataclass(frozen=True)
class Wish:
    """Bounds, None where there is none: `delta` for its limit, `rate` in decimal digits a step, `degree` of a."""

    delta: Bound | None = None
    rate: Bound | None = None
    degree: Bound | None = None
    classes: tuple[ConvergenceClass, ...] = ()

    @property
    def is_goal(self) -> bool:
        """Whether a formula that meets it is good enough; a degree or a class alone leaves the largest delta open."""
        return self.delta is not None or self.rate is not None

    def __str__(self) -> str:
        """Return the bounds in words."""
        named = (("delta", self.delta), ("digits a step", self.rate), ("degree", self.degree))
        parts = [f"{name} {bound}" for name, bound in named if bound is not None]
        return ", ".join([*parts, *(["class " + " or ".join(self.classes)] if self.classes else [])])


def read_bound(what: str, text: str) -> Bound:
    """Return a bound such as `>=1.5`; raises FormulaError for anything else."""
    match = _BOUND.fullmatch(plain_signs(text).translate(_SPELLINGS))
    if match is None:
        raise FormulaError(f"{text[:40]!r} is no bound for the {what}; write '>0', '>=1.5' or '<=4'")
    return Bound(match[1], float(match[2]))


def read_wish(
    delta: str | None, rate: str | None, degree: str | None, classes: Collection[ConvergenceClass] = ()
) -> Wish:
    """Return the wish of texts; raises FormulaError for what is no bound, and for what no formula can meet."""
    wish = Wish(
        None if delta is None else read_bound("delta", delta),
        None if rate is None else read_bound("rate", rate),
        None if degree is None else read_bound("degree", degree),
        tuple(dict.fromkeys(classes)),
    )
    if wish.degree is not None and not any(wish.degree.meets(degree) for degree in range(MOST_DEGREE + 1)):
        raise FormulaError(f"no formula has a degree {wish.degree}; degrees are integers from 0 to {MOST_DEGREE}")
    if wish.rate is not None and not wish.rate.upwards and wish.rate.value <= 0:
        raise FormulaError(f"no formula gives {wish.rate} digits a step; a rate is positive")
    return wish
