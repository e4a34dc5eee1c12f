"""Reductions of elementary constants by identities of the table: angles halved, logarithms of roots, units.

They follow `normal_form.py`: the arctangent whose tangent leaves its field when halved once more, the logarithm of a
number that is no power.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from gmpy2 import iroot, mpq

from indexer.mathematics.closed_forms.contiguity import Number
from indexer.mathematics.closed_forms.identities import Values
from indexer.mathematics.numbers.squares import rational_root
from indexer.mathematics.numbers.surds import Surd

Reduction = tuple[str, dict[str, Number]]
"""The key of an identity between constants, and its variables."""

TURNS = {mpq(1): "quarter-turn", mpq(3): "third-turn", mpq(1, 3): "sixth-turn"}
"""Squared tangents of rational parts of pi."""

LEAST_UNIT_LOG = math.log((1 + math.sqrt(5)) / 2)
"""Logarithm of the least unit above 1 of all real quadratic fields."""


def reduced(key: str, values: Values) -> Iterator[Reduction]:
    """Yield the identities that simplify the constant of an identity, in turn."""
    if key in ("arctangent", "arcsine"):
        yield from _arctangent(values["q"])
    elif key in ("artanh", "arsinh"):
        yield from _artanh(values["p"])
    elif key in ("logarithm", "logarithm-inverse"):
        yield from _logarithm(values["u"])


def _arctangent(q: mpq) -> Iterator[Reduction]:
    """Reduce sqrt(q) atan(sqrt(q))."""
    while (root := rational_root(1 + q)) is not None:
        yield "arctangent-halved", {"r": root}
        q = (root - 1) / (root + 1)
    if q in TURNS:
        yield TURNS[q], {}


def _artanh(p: mpq) -> Iterator[Reduction]:
    """Reduce sqrt(p) atanh(sqrt(p)), 0 < p < 1."""
    while (root := rational_root(1 - p)) is not None:
        yield "artanh-halved", {"r": root}
        p = (1 - root) / (1 + root)
    if (root := rational_root(p)) is not None:
        yield "artanh-logarithm", {"r": root}
        yield from _logarithm((1 + root) / (1 - root))
    elif (unit := _unit(p)) is not None:
        yield "artanh-unit", unit


def _logarithm(u: mpq) -> Iterator[Reduction]:
    """Reduce log(u), u > 1, to the logarithm of the number of which u is the highest power."""
    for k in range(u.numerator.bit_length(), 1, -1):
        (top, exact), (bottom, also) = iroot(u.numerator, k), iroot(u.denominator, k)
        if exact and also:
            yield "logarithm-power", {"u": mpq(top, bottom), "k": mpq(k)}
            return


def _unit(p: mpq) -> dict[str, Number] | None:
    """Return s, d, a, b, k with p = s^2 d and (1 + s sqrt(d))/(1 - s sqrt(d)) = (a + b sqrt(d))^k, a unit's power.

    k is the largest possible one; None where the quotient is no algebraic integer.
    """
    root = Surd.root(p)
    quotient = (root + 1) / (1 - root)
    if (2 * quotient.p).denominator != 1:
        return None
    size = math.log(2 * float(quotient.p)) if quotient.p < 10**15 else float(quotient.p.numerator.bit_length())
    for k in range(int(size / LEAST_UNIT_LOG) + 1, 0, -1):
        found = _root_of_unit(quotient, k)
        if found is not None:
            return {"s": root.q, "d": mpq(root.d), "a": found.p, "b": found.q, "k": mpq(k)}
    return None


def _root_of_unit(unit: Surd, k: int) -> Surd | None:
    """Return the k-th root above 1 of a unit of norm 1 where it lies in the unit's field."""
    value = float(unit.p) + float(unit.q) * math.sqrt(unit.d)
    if not math.isfinite(value) or value > 1e12:
        return unit if k == 1 else None
    root = value ** (1 / k)
    for norm in (1, -1):
        a, b = mpq(round(root + norm / root), 2), mpq(round((root - norm / root) / math.sqrt(unit.d)), 2)
        candidate, power = Surd(a, b, unit.d), Surd.of(1)
        for _ in range(k):
            power = power * candidate
        if power == unit:
            return candidate
    return None
