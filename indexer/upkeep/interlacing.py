"""Continued fractions with a rule of several terms into the catalogue, beside the formulas they are contracted to."""

from __future__ import annotations

import psycopg

from catalog.formulas.interlaced import Interlaced, Moebius
from catalog.formulas.pcf import PCF
from catalog.formulas.term_functions import function_text
from catalog.store.interlaced import InterlacedRow, add_interlaced
from catalog.version import __version__


def add_fraction(
    connection: psycopg.Connection,
    formula: PCF,
    fraction: Interlaced,
    to_value: Moebius,
    *,
    value: str | None = None,
    guessed_from: int | None = None,
) -> bool:
    """Store a fraction of a formula that is in the catalogue; returns False where nothing of it is new.

    `value` is the number that it was found in.
    """
    terms = [(term.a.moved(-1), term.b.moved(-1)) for term in fraction.period]
    return add_interlaced(
        connection,
        InterlacedRow(
            formula.key,
            str(fraction),
            [f"{function_text(term.a, 'k')}, {function_text(term.b, 'k')}" for term in fraction.first],
            [function_text(a, "k") for a, _ in terms],
            [function_text(b, "k") for _, b in terms],
            None if fraction.signs is None else list(fraction.signs),
            list(to_value),
            value,
            guessed_from,
            __version__,
        ),
    )
