"""Families as the catalogue knows them: members that nothing ties yet, and copies of named formulas."""

from __future__ import annotations

import psycopg

from catalog.database.blocks import Blocks
from catalog.formulas.pcf import PCF
from catalog.store.rows import Row, rows

SQL = Blocks(__file__)


def family_gaps(connection: psycopg.Connection, family: str | None, proposer: str, count: int) -> list[Row]:
    """Return at most `count` canonical members without a constant, of one family or of all, with their representative.

    Rows of id, a, b, representative_a, representative_b, representative_key, guess_place (of a further guess), and,
    where the representative is named, the coefficients of its relation, constant and term. Members for which the
    `proposer` found nothing are left out.
    """
    # never by a prepared plan, which would not know whether one family is asked for
    return rows(connection, SQL["family_gaps"], prepare=False, family=family, proposer=proposer, count=count)


def unnamed_copies(connection: psycopg.Connection, canonical_id: int) -> list[tuple[int, PCF]]:
    """Return the mirrors and inflations of a formula, by number, that have no constant themselves."""
    found = rows(connection, SQL["unnamed_copies"], ids=[canonical_id])
    return [(row["id"], PCF.from_row(row["a"], row["b"])) for row in found]
