"""Expansions with a pattern into the catalogue: the formula of each tail, and the fraction beside it."""

from __future__ import annotations

from collections.abc import Iterable

import psycopg

from indexer.mathematics.relations.search import normal_moebius
from indexer.mathematics.relations.text import moebius_text
from indexer.sources.signed_fractions.search import Expansion
from indexer.upkeep.adding import add_formulas
from indexer.upkeep.interlacing import add_fraction


def add_expansions(connection: psycopg.Connection, found: Iterable[Expansion], number: str) -> int:
    """Add the formulas of the expansions of maps of a number; returns how many were new. Others have no formula."""
    held = [(one, one.pattern, one.tail) for one in found]
    formulas = list(dict.fromkeys(tail.formula for _, _, tail in held if tail is not None))
    new = add_formulas(connection, formulas) if formulas else 0
    for one, pattern, tail in held:
        if pattern is not None and tail is not None:
            p, q, r, s = tail.to_value
            x, y, z, w = normal_moebius((q, p, s, r))
            value = moebius_text(one.moebius, number)
            add_fraction(connection, tail.formula, pattern.fraction, (x, y, z, w), value=value)
    return new
