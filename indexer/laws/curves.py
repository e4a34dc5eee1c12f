"""Lines and curves through formulas: coefficients linear or quadratic in an integer k, as members suggest them.

What their limits have in common is the business of `lines`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from catalog.formulas.pcf import PCF
from catalog.formulas.polynomial import format_sum

LEAST_MEMBERS = 3
"""Formulas of the catalogue that suggest a line."""

LARGEST_STEP = 2
"""Largest change of a coefficient from one member to the next."""

LARGEST_BEND = 1
"""Largest coefficient of k^2."""

SIMPLEST = 60
"""Members of a kind of constant, the simplest ones, between which lines are sought."""

SIMPLEST_BENT = 24
"""The same for curves quadratic in k, of which any three members suggest one."""

Padded = tuple[int, ...]
"""Coefficients (a0, a1, a2, b0, b1, b2)."""

NONE: Padded = (0,) * 6


@dataclass(frozen=True)
class Curve:
    """Formulas base + k step + k^2 bend."""

    base: Padded
    step: Padded
    bend: Padded = NONE

    def at(self, k: int) -> PCF | None:
        """Return the formula at k, None where a or b vanishes."""
        return unpadded([x + k * (y + k * z) for x, y, z in zip(self.base, self.step, self.bend, strict=True)])

    @property
    def template(self) -> str:
        """As a template of a space, such as a = 2n + k; b = k n^2."""
        return template((("", self.base), ("k", self.step), ("k^2", self.bend)))

    def latex(self) -> str:
        """Return PCF(a, b) in LaTeX."""
        return latex(self.template)


def padded(formula: PCF) -> Padded | None:
    """Return (a0, a1, a2, b0, b1, b2), None for higher degrees."""
    if formula.deg_a > 2 or formula.deg_b > 2:
        return None
    return (*formula.a, *(0,) * (3 - len(formula.a)), *formula.b, *(0,) * (3 - len(formula.b)))


def unpadded(coefficients: Sequence[int]) -> PCF | None:
    """Return the formula, None where a or b vanishes."""
    a, b = tuple(coefficients[:3]), tuple(coefficients[3:])
    return PCF(a, b) if any(a) and any(b) else None


def template(parts: Sequence[tuple[str, Padded]]) -> str:
    """Return the text a = ...; b = ... of the sum of monomials in the parameters, by name, times coefficients."""
    return f"a = {_polynomial(parts, 0)}; b = {_polynomial(parts, 3)}"


def latex(text: str) -> str:
    """Return PCF(a, b) in LaTeX, from a template."""
    a, b = (part.split(" = ", 1)[1].replace("*", " ") for part in text.split("; "))
    return rf"\mathrm{{PCF}}\left({a},\ {b}\right)"


def _polynomial(parts: Sequence[tuple[str, Padded]], first: int) -> str:
    terms = []
    for power in (2, 1, 0):
        factor = format_sum((vector[first + power], name) for name, vector in reversed(parts))
        if factor == "0":
            continue
        name = ("", "n", "n^2")[power]
        if name and (" + " in factor or " - " in factor):
            factor = f"({factor})"
        terms.append(factor if not name else {"1": name, "-1": f"-{name}"}.get(factor, f"{factor}*{name}"))
    return " + ".join(terms).replace("+ -", "- ")


def lines(members: Mapping[Padded, PCF]) -> Iterator[tuple[Curve, int]]:
    """Yield the lines with LEAST_MEMBERS or more consecutive members, the simplest first, and how many these are."""
    simplest = _simplest(members, SIMPLEST)
    found: dict[Curve, int] = {}
    for first in simplest:
        for second in simplest:
            step = tuple(y - x for x, y in zip(first, second, strict=True))
            if not any(step) or max(map(abs, step)) > LARGEST_STEP or next(x for x in step if x) < 0:
                continue
            if moved(first, step, -1) in members:
                continue  # not where it begins
            count = 1
            while moved(first, step, count) in members:
                count += 1
            if count >= LEAST_MEMBERS:
                base = min((moved(first, step, -k) for k in (1, 0, 2, 3)), key=lambda c: sum(map(abs, c)))
                found[Curve(base, step)] = count
    return iter(sorted(found.items(), key=lambda item: (_size(item[0]), item[0].base, item[0].step)))


def bends(members: Mapping[Padded, PCF]) -> Iterator[tuple[Curve, int]]:
    """Yield the curves quadratic in k through LEAST_MEMBERS or more consecutive members, the simplest first."""
    simplest = _simplest(members, SIMPLEST_BENT)
    found: dict[Curve, int] = {}
    for i, first in enumerate(simplest):
        for second in simplest:
            for third in simplest[i + 1 :]:
                double = [z - 2 * y + x for x, y, z in zip(first, second, third, strict=True)]
                if not any(double) or any(d % 2 or abs(d) > 2 * LARGEST_BEND for d in double):
                    continue
                bend = tuple(d // 2 for d in double)
                step = tuple(y - x - q for x, y, q in zip(first, second, bend, strict=True))
                if second == first or max(map(abs, step)) > 2 * LARGEST_STEP:
                    continue
                curve = Curve(tuple(first), step, bend)
                count = LEAST_MEMBERS
                while (point := _point(curve, count)) in members and count < len(members):
                    count += 1
                before = _point(curve, -1)
                if before not in members and point != before:
                    found[curve] = count
    return iter(sorted(found.items(), key=lambda item: (_size(item[0]), item[0].base, item[0].step)))


def _point(curve: Curve, k: int) -> Padded:
    return tuple(x + k * (y + k * z) for x, y, z in zip(curve.base, curve.step, curve.bend, strict=True))


def _simplest(members: Mapping[Padded, PCF], count: int) -> list[Padded]:
    return sorted(members, key=lambda c: (members[c].complexity, c))[:count]


def moved(point: Padded, step: Padded, k: int) -> Padded:
    """Return the point k steps on."""
    return tuple(x + k * y for x, y in zip_longest(point, step, fillvalue=0))


def _size(curve: Curve) -> int:
    return sum(map(abs, curve.base)) + 2 * sum(map(abs, curve.step)) + 4 * sum(map(abs, curve.bend))
