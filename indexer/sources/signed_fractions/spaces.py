"""Spaces of signed continued fractions of one number, written `signed e; maps up to 2; signs up to 3`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from catalog.constants.expressions import parse_expression
from catalog.errors import ExpressionError, SpaceError
from catalog.formulas.pcf import PCF
from indexer.sources.computed_spaces import ComputedSpace
from indexer.sources.signed_fractions.expansions import Enclosed, Moebius, Signs, enclosed, maps, sign_patterns
from indexer.sources.signed_fractions.search import DIGITS, expanded
from indexer.sources.space import Proposed

EXAMPLE = "signed e; maps up to 2; signs up to 3"

MAX_HEIGHT = 6
"""Largest entry of the maps."""

MAX_SIGNS = 8
"""Longest period of the signs."""

_TEXT = re.compile(r"signed\s*:?\s*(?P<number>[^;]+);\s*maps up to (?P<maps>\d+)\s*;\s*signs up to (?P<signs>\d+)\s*")


@dataclass(frozen=True)
class SignedSpace(ComputedSpace):
    """The formulas of the patterns in the expansions of maps of a number, the map slower than the signs."""

    expression: str
    number: Enclosed
    maps: tuple[Moebius, ...]
    signs: tuple[Signs, ...]

    def item_at(self, rank: int) -> PCF | Proposed | None:
        """Return what `ComputedSpace` says; a number whose quotients are periodic is quadratic and left out."""
        which, period = divmod(rank, len(self.signs))
        found = expanded(self.number, self.maps[which], self.signs[period])
        if found is None or found.tail is None or found.pattern is None or found.pattern.degree == 0:
            return None
        return Proposed(found.tail.formula, self.expression, f"a signed continued fraction of {self.expression}")


def read_signed_space(name: str, text: str) -> SignedSpace:
    """Return the space of a text such as `EXAMPLE`; raises SpaceError where it cannot be read."""
    match = _TEXT.fullmatch(text.strip())
    if match is None:
        raise SpaceError(f"a space of signed continued fractions is written like {EXAMPLE}")
    height, longest = int(match["maps"]), int(match["signs"])
    if not (1 <= height <= MAX_HEIGHT and 1 <= longest <= MAX_SIGNS):
        raise SpaceError(f"maps up to 1 to {MAX_HEIGHT} and signs up to 1 to {MAX_SIGNS} are supported")
    try:
        expression = parse_expression(match["number"].strip())
        number = enclosed(expression)
        number(DIGITS)
    except ExpressionError as error:
        raise SpaceError(str(error)) from None
    chosen, signs = tuple(maps(height)), tuple(sign_patterns(longest))
    return SignedSpace(name, text, len(chosen) * len(signs), str(expression), number, chosen, signs)
