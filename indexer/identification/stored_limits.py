"""A typed number as a Moebius map of the limit of a formula of the catalogue.

Two cheap ways. Small maps: the number is moved by all maps with coefficients up to MAP_SIZE, and the index on limits is
asked for each image. Any maps: the representatives of families without a constant are screened at once, since those
with one are found by it. What is found matches the digits typed, beyond what chance allows among so many formulas.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from math import gcd, log10

import psycopg
from flint import ctx

from catalog.formulas.pcf import PCF
from catalog.store.limits import StoredLimit, count_limits, formulas_near, nameless_representatives
from indexer.identification.numbers import SAFETY_DIGITS
from indexer.identification.typed import Number, parse_number, read_number
from indexer.mathematics.numbers.decimals import bits_for
from indexer.mathematics.relations.relation import moebius_value
from indexer.mathematics.relations.screening import SCREENED_BOUND, exclusion_bounds
from indexer.mathematics.relations.search import (
    DIGITS,
    digit_sum,
    moebius_scaled,
    normal_moebius,
    residual_digits,
    scale,
)
from indexer.mathematics.relations.text import moebius_text

MAP_SIZE = 3
"""Size of the coefficients of maps whose images are looked up."""

RANGE = 1e-13
"""Relative half width of a range of limits in double precision."""

SCREENING_DIGITS = 25
"""Digits of a number from which families are screened."""

MAX_HITS = 2_000
"""Formulas compared digit by digit."""

MAX_FAMILIES = 20_000
"""Families screened: about half a second."""

SHOWN = 10
"""Formulas given, the simplest first."""


@dataclass(frozen=True, slots=True)
class SameLimit:
    """The number is (x + y L)/(z + w L) of the formula's limit L, to so many digits."""

    formula: PCF
    coefficients: tuple[int, ...]
    digits: int

    @property
    def expression(self) -> str:
        """The number in terms of the formula's limit."""
        return moebius_text(self.coefficients, str(self.formula))

    def to_json(self) -> dict[str, object]:
        """Return the object of the JSON contract."""
        return {
            "formula": str(self.formula),
            "coefficients": list(self.coefficients),
            "expression": self.expression,
            "digits_verified": self.digits,
            "proof": "matched",
        }


def formulas_with_limit(connection: psycopg.Connection, text: str, digits: int | None = None) -> list[SameLimit]:
    """Return formulas of whose limit a number is a Moebius map, the simplest first, one for each family."""
    number = read_number(text, digits)
    chance = SAFETY_DIGITS + log10(count_limits(connection))
    found = {match.formula: match for match in _by_image(connection, number, chance)}
    for match in _by_family(connection, number, chance):
        found.setdefault(match.formula, match)
    ranked = sorted(found.values(), key=lambda match: (digit_sum(match.coefficients), _length(match)))
    shown = {match.formula.positive(): match for match in reversed(ranked)}  # of a formula and its mirror the simpler
    return [match for match in ranked if shown[match.formula.positive()] is match][:SHOWN]


def _length(match: SameLimit) -> tuple[int, str]:
    text = match.expression
    return len(text) + (match.coefficients != (0, 1, 1, 0)), text


@cache
def _maps() -> tuple[tuple[int, int, int, int], ...]:
    """Return all maps with coefficients up to MAP_SIZE, without common divisor, the simplest first."""
    maps = set()
    for x, y, z, w in product(range(-MAP_SIZE, MAP_SIZE + 1), repeat=4):
        if x * w != y * z and gcd(x, y, z, w) == 1:
            first, second, third, fourth = normal_moebius((x, y, z, w))
            maps.add((first, second, third, fourth))
    return tuple(sorted(maps, key=lambda m: (sum(map(abs, m)), [-k for k in m])))


def _by_image(connection: psycopg.Connection, number: Number, chance: float) -> Iterator[SameLimit]:
    """Yield formulas whose limit is the image of the number under a small map."""
    value = float(number.ball.mid())
    inverse, ranges = [], []
    for x, y, z, w in _maps():  # L = (x + y v)/(z + w v), so that v = (-x + z L)/(y - w L)
        below = z + w * value
        if below:
            image = (x + y * value) / below
            width = RANGE * max(abs(image), 1e-300) + 10.0 ** -min(number.digits - 1, 15) * abs(image)
            inverse.append(normal_moebius((-x, z, y, -w)))
            ranges.append((image - width, image + width))
    for hit in formulas_near(connection, ranges, MAX_HITS):
        yield from _matched(number, hit, inverse[hit.range_index], chance)


def _by_family(connection: psycopg.Connection, number: Number, chance: float) -> Iterator[SameLimit]:
    """Yield representatives of families without a constant of whose limit the number is a Moebius map."""
    if number.digits < SCREENING_DIGITS:
        return
    digits = min(number.digits, DIGITS)
    representatives = [r for r in nameless_representatives(connection, MAX_FAMILIES) if r.digits >= digits]
    if not representatives:
        return
    limits = [scale(parse_number(r.value).ball, digits) for r in representatives]
    own = scale(number.ball, digits)
    bounds = exclusion_bounds([(own, limit) for limit in limits])
    for representative, limit, bound in zip(representatives, limits, bounds.tolist(), strict=True):
        if bound < SCREENED_BOUND:
            coefficients = moebius_scaled(own, limit, digits).coefficients
            if coefficients is not None:
                yield from _matched(number, representative, coefficients, chance)


def _matched(number: Number, hit: StoredLimit, coefficients: Sequence[int], chance: float) -> Iterator[SameLimit]:
    """Yield the match, where all digits that both have agree, and are more than chance explains."""
    digits = min(number.digits, hit.digits)
    if digit_sum(coefficients) + chance > digits:
        return
    with ctx.workprec(bits_for(max(number.digits, hit.digits)) + 64):
        image = moebius_value(coefficients, parse_number(hit.value).ball)
        agreed = image.is_finite() and residual_digits(number.ball, image) is not None
    if agreed:
        yield SameLimit(hit.formula, tuple(coefficients), digits)
