"""Reads of formulas and of what is known about each; searches are in `search`, writes in `ingest`."""

from __future__ import annotations

from collections.abc import Sequence

import psycopg

from catalog.database.blocks import Blocks
from catalog.store.rows import Row, first, rows, value

SQL = Blocks(__file__)


def formula_by_key(connection: psycopg.Connection, key: bytes) -> Row | None:
    """Return all columns of the formula with this key (`catalog.formulas.pcf.PCF.key`); a and b as tuples of int."""
    return first(connection, SQL["formula_by_key"], key=key)


def formula_by_id(connection: psycopg.Connection, number: int) -> Row | None:
    """Return all columns of the formula with this number; a and b as tuples of int."""
    return first(connection, SQL["formula_by_id"], id=number)


def ids_by_key(connection: psycopg.Connection, keys: Sequence[bytes]) -> dict[bytes, int]:
    """Return the numbers of those of the keys that are in the catalogue."""
    return {row["key"]: row["id"] for row in rows(connection, SQL["ids_by_key"], keys=list(keys))}


def count_formulas(connection: psycopg.Connection) -> int:
    """Return how many formulas the catalogue holds, mirrors and inflations included."""
    return int(value(connection, b"select count(*) from formula"))


def relations_of(connection: psycopg.Connection, formula_id: int) -> list[Row]:
    """Return the relations of a formula, the strongest first; coefficients as a tuple of int."""
    return rows(connection, SQL["relations_of"], id=formula_id)


def guesses_of(connection: psycopg.Connection, formula_id: int) -> list[Row]:
    """Return what was proposed for a formula, in order, with the neighbour it came from as text."""
    return rows(connection, SQL["guesses_of"], id=formula_id)


def exclusions_of(connection: psycopg.Connection, formula_id: int) -> list[Row]:
    """Return what was sought for a formula and not found."""
    return rows(connection, SQL["exclusions_of"], id=formula_id)


def sources_of(connection: psycopg.Connection, formula_id: int) -> list[Row]:
    """Return where a formula was published."""
    return rows(connection, SQL["sources_of"], id=formula_id)


def labels_of(connection: psycopg.Connection, ids: Sequence[int]) -> dict[int, Row]:
    """Return the best relation to a named constant (constant, expression, proof) of those formulas that have one."""
    return {row["formula_id"]: row for row in rows(connection, SQL["labels_of"], ids=[int(i) for i in ids])}


def coefficients_of(connection: psycopg.Connection, ids: Sequence[int]) -> dict[int, Row]:
    """Return a, b, status, limit_value and limit_digits of many formulas."""
    return {row["id"]: row for row in rows(connection, SQL["coefficients_of"], ids=[int(i) for i in ids])}


def anchors(connection: psycopg.Connection) -> list[Row]:
    """Return the formulas with a verified or proved Moebius relation to a named constant, the best relation of each.

    Rows of id, a, b, limit_value, limit_digits, family, constant, coefficients (x, y, z, w), expression, proof.
    """
    return rows(connection, SQL["anchors"])
