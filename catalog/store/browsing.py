"""Reads of those who look around in a catalogue: counts, the newest, one at random, constants in their order."""

from __future__ import annotations

import psycopg

from catalog.database.blocks import Blocks
from catalog.formulas.pcf import PCF
from catalog.store.rows import Row, first, rows, value

SQL = Blocks(__file__)

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


def constants_after(connection: psycopg.Connection, place: tuple[int, int], count: int) -> list[Row]:
    """Return constants in the order in which they are tried, beyond a place (likelihood, id), with their formulas.

    Counts are of canonical formulas with a verified or proved relation that nobody rejected.
    """
    return rows(connection, SQL["constants_after"], likelihood=place[0], id=place[1], count=count)


def constant_row(connection: psycopg.Connection, name: str) -> Row | None:
    """Return one constant with the same counts; None where the catalogue has none of this name."""
    return first(connection, SQL["constant_row"], name=name)


def proofs_counted(connection: psycopg.Connection) -> dict[str, int]:
    """Return how many canonical formulas have a best relation of each proof."""
    return {row["proof"]: row["formulas"] for row in rows(connection, SQL["proofs_counted"])}


def bounds_counted(connection: psycopg.Connection) -> dict[str, int]:
    """Return how many canonical formulas have a limit of each kind of bound."""
    return {row["bound_kind"]: row["formulas"] for row in rows(connection, SQL["bounds_counted"])}
