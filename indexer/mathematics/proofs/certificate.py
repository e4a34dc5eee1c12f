"""Certificates: the relation of a formula with the steps that prove it, as values and as JSON.

A step is a JSON object; `checker.py` says what each kind means, and believes none of it. Steps form a chain from the
formula to the constant, every one with the map from the value of its `second` to that of its `first`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any

from flint import fmpz_poly

from catalog.formulas.pcf import PCF
from indexer.mathematics.equivalence.decision import Equivalence
from indexer.mathematics.relations.search import normal_moebius
from indexer.mathematics.relations.writing import value_text

Step = dict[str, Any]
"""One step as JSON: `step`, `first`, `second`, `map`, and the keys of its kind."""

Coefficients = tuple[int, int, int, int]
"""(x, y, z, w) of L = (x + y c)/(z + w c)."""

IDENTITY: Coefficients = (0, 1, 1, 0)
"""The map that changes nothing."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """L = (x + y c)/(z + w c) for the limit L of a formula and a constant c, with its proof.

    `constant` is an expression, `1` where the limit is rational (then y = w = 0), `sqrt(d)` where it is quadratic.
    """

    formula: PCF
    constant: str
    coefficients: Coefficients
    steps: tuple[Step, ...]

    @property
    def expression(self) -> str:
        """The limit as a person writes it."""
        if self.constant == "1":
            x, y, z, w = self.coefficients
            return "inf" if z + w == 0 else str(Fraction(x + y, z + w))
        return value_text(self.coefficients, self.constant)

    def to_json(self) -> dict[str, Any]:
        """The certificate as a JSON object."""
        relation = {
            "constant": self.constant,
            "coefficients": list(self.coefficients),
            "expression": self.expression,
        }
        return {"formula": subject(self.formula), "relation": relation, "steps": [*self.steps, self._composed()]}

    def _composed(self) -> Step:
        return {"step": "compose", "map": list(self.coefficients)}

    def after(self, formula: PCF, steps: Sequence[Step]) -> Certificate:
        """The certificate of a formula that steps with rational maps bring to this one's formula."""
        total = IDENTITY
        for step in steps:
            total = composed(total, step["map"])
        return Certificate(formula, self.constant, composed(total, self.coefficients), (*steps, *self.steps))


def direct(steps: Sequence[Step]) -> tuple[Step, ...]:
    """Return steps without those that change nothing, and without detours of such steps back to where they began."""
    kept: list[Step] = []
    for step in steps:
        kept.append(step)
        for start in range(len(kept)):
            detour = kept[start:]
            if detour[0]["first"] == step["second"] and all(list(part["map"]) == list(IDENTITY) for part in detour):
                del kept[start:]
                break
    return tuple(kept)


def subject(formula: PCF) -> dict[str, list[int]]:
    """Return a formula as what a step speaks of."""
    return {"a": list(formula.a), "b": list(formula.b)}


def composed(outer: Sequence[int], inner: Sequence[int]) -> Coefficients:
    """Return the map of an inner map's value under an outer one, without common divisor."""
    (x, y, z, w), (p, q, r, s) = outer, inner
    return normal(x * r + y * p, x * s + y * q, z * r + w * p, z * s + w * q)


def normal(*coefficients: int | Fraction) -> Coefficients:
    """Return a map's coefficients as integers without common divisor."""
    size = lcm(*(c.denominator for c in coefficients))
    x, y, z, w = normal_moebius([int(c * size) for c in coefficients])
    return x, y, z, w


def equivalence_step(first: PCF, second: PCF, found: Equivalence) -> Step:
    """Return the step from a formula to an equivalent one."""
    p, q, r, s = (_coefficients(entry) for entry in found.matrix)
    numerator, denominator = (_coefficients(part) for part in found.scale)
    return {
        "step": "equivalence",
        "first": subject(first),
        "second": subject(second),
        "folds": list(found.folds),
        "U": [[p, q], [r, s]],
        "scale": {"numerator": numerator, "denominator": denominator},
        "regular_from": found.regular_from,
        "map": list(found.map),
    }


def shift_step(first: PCF, k: int) -> tuple[PCF, Step]:
    """Return the tail of a formula from k >= 1 on, and the step to it."""
    second = first.shift(k)
    x, y, z, w = IDENTITY
    for n in range(k):
        a, b = first.a_at(n), first.b_at(n + 1)
        x, y, z, w = composed((x, y, z, w), (b, a, 0, 1))
    step = {"step": "rewrite", "first": subject(first), "second": subject(second), "how": "shift", "by": k}
    return second, step | {"map": [x, y, z, w]}


def ratio_step(first: PCF, ratio: tuple[fmpz_poly, fmpz_poly], second: Step, map_: Coefficients) -> Step:
    """Return the step from a formula with a solution u_n/u_{n-1} = `ratio` to a sum, or to 1 where u is minimal."""
    top, bottom = ratio
    return {
        "step": "telescoping",
        "first": subject(first),
        "second": second,
        "ratio": [_coefficients(top), _coefficients(bottom)],
        "map": list(map_),
    }


def _coefficients(polynomial: fmpz_poly) -> list[int]:
    return [int(c) for c in polynomial.coeffs()]
