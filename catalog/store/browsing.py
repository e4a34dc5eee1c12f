"""Reads of those who look around in a catalogue: counts, the newest, one at random, constants in their order."""

from __future__ import annotations

import psycopg

from catalog.database.blocks import Blocks
from catalog.formulas.pcf import PCF
from catalog.store.rows import Row, first, rows, value
from catalog.store.summaries import NOW, Standing, figures_by_key

SQL = Blocks(__file__)

NO_FORMULAS: Row = {"formulas": 0, "formulas_proved": 0, "best_delta": None, "first_found_at": None}
"""The figures of a constant that no formula has."""

FIRST = (-1, 0)
"""The place before all constants, for `constants_after`."""


def state(connection: psycopg.Connection) -> str:
    """Return the catalogue's epoch and the transactions that are seen: two equal answers, and nothing has changed."""
    return str(value(connection, SQL["state"]))


def newest_theorems(connection: psycopg.Connection, count: int) -> list[Row]:
    """Return the newest relations of irrational limits that a theorem proves, of canonical formulas, with `formula`."""
    return [row | {"formula": PCF(row["a"], row["b"])} for row in rows(connection, SQL["newest_theorems"], count=count)]


def random_formula(connection: psycopg.Connection) -> PCF | None:
    """Return a canonical convergent formula by chance, None where there is none beyond the number that was drawn."""
    row = first(connection, SQL["random_formula"])
    return None if row is None else PCF(row["a"], row["b"])


def constants_after(
    connection: psycopg.Connection, place: tuple[int, int], count: int, where: Standing = NOW
) -> list[Row]:
    """Return constants in the order in which they are tried, beyond a place (likelihood, id), with their formulas.

    Counts are of canonical formulas with a verified or proved relation that nobody rejected, `where` they stand.
    """
    found = rows(connection, SQL["constants_after"], likelihood=place[0], id=place[1], count=count)
    counted = figures_by_key(connection, where, "constant", [row["id"] for row in found])
    return [row | counted.get(row["id"], NO_FORMULAS) for row in found]


def constant_row(connection: psycopg.Connection, name: str, where: Standing = NOW) -> Row | None:
    """Return one constant with the same counts; None where the catalogue has none of this name."""
    row = first(connection, SQL["constant_row"], name=name)
    if row is None:
        return None
    counted: Row = figures_by_key(connection, where, "constant", [row["id"]]).get(row["id"], NO_FORMULAS)
    return row | counted
