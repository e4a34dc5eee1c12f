"""Reads and writes of matrix fields, their trajectories, and the formulas that these represent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import psycopg

from catalog.database.blocks import Blocks
from catalog.formulas.pcf import PCF
from catalog.store.findings import FieldRow, TrajectoryRow
from catalog.store.recurrences import store_recurrence
from catalog.store.rows import Row, change, first, rows

SQL = Blocks(__file__)

Path = tuple[str, tuple[int, ...], tuple[str, ...]]
"""Field, direction and start of a trajectory."""


@dataclass(frozen=True)
class Recurrences:
    """How many recurrences were stored; how many of them were new, failed, and have a relation."""

    total: int = 0
    new: int = 0
    failed: int = 0
    named: int = 0


def add_field(connection: psycopg.Connection, field: FieldRow) -> bool:
    """Enter a field; returns False, and changes nothing, where one of this name is there."""
    return change(connection, SQL["add_field"], **_columns(field)) == 1


def remove_field(connection: psycopg.Connection, name: str) -> bool:
    """Remove a field with its trajectories, not their formulas; returns False where there is none of this name."""
    return change(connection, SQL["remove_field"], name=name) == 1


def fields(connection: psycopg.Connection) -> list[Row]:
    """Return the fields of the catalogue with the numbers of their trajectories and formulas."""
    return rows(connection, SQL["fields"], name=None)


def field_by_name(connection: psycopg.Connection, name: str) -> Row | None:
    """Return one field as `fields` does; None where the catalogue has none of this name."""
    return first(connection, SQL["fields"], name=name)


def field_constants(connection: psycopg.Connection, name: str) -> list[Row]:
    """Return the constants of a field by the residues of the start mod 1: residues, constant, expression, proof."""
    return rows(connection, SQL["field_constants"], name=name)


def trajectories_of(connection: psycopg.Connection, name: str, limit: int) -> list[Row]:
    """Return trajectories of a field as rows of the view `trajectories`, the best rate a degree first."""
    return rows(connection, SQL["trajectories_of"], name=name, limit=limit)


def representations_of(connection: psycopg.Connection, formula_id: int) -> list[Row]:
    """Return the trajectories that a formula represents, or its canonical formula; `coefficients` are the map."""
    return rows(connection, SQL["representations_of"], id=formula_id)


def formulas_walked(connection: psycopg.Connection, space_id: int, limit: int) -> list[PCF]:
    """Return formulas of trajectories in the field and from the start of a space, the simplest first."""
    found = rows(connection, SQL["formulas_walked"], space_id=space_id, limit=limit)
    return [PCF.from_row(row["a"], row["b"]) for row in found]


def paths_of(connection: psycopg.Connection, ids: Sequence[int]) -> dict[int, tuple[Path, ...]]:
    """Return trajectories that formulas represent, four of each at most, of fields that the program defines itself."""
    found: dict[int, tuple[Path, ...]] = {}
    for row in rows(connection, SQL["paths_of"], ids=list(ids)):
        own = (row["field"], tuple(row["direction"]), tuple(row["start"]))
        found[row["formula_id"]] = (*found.get(row["formula_id"], ()), own)
    return found


def unplaced(connection: psycopg.Connection, source: str | None, after: int, limit: int) -> list[Row]:
    """Return formulas (id, a, b) that represent no trajectory, by number; `source` is part of a publication's name."""
    return rows(connection, SQL["unplaced"], source=source, after=after, limit=limit)


def walked_paths(connection: psycopg.Connection, name: str | None) -> list[Row]:
    """Return field, direction and start of up to 5,000 trajectories that converge, in one field or in all of rank 2."""
    return rows(connection, SQL["walked_paths"], name=name)


def placed_counts(connection: psycopg.Connection, source: str | None) -> Row:
    """Return how many formulas and publications there are, and how many of them are in the trajectories of fields."""
    found = first(connection, SQL["placed_counts"], source=source)
    assert found is not None
    return found


def store_trajectories(
    cursor: psycopg.Cursor,
    found: Sequence[TrajectoryRow],
    ids: Sequence[int],
    code_version: str,
    space_id: int | None = None,
) -> Recurrences:
    """Store trajectories with their fields, and which formulas they represent, in the current transaction.

    `ids` are the formulas that the rows refer to; recurrences are stored as well. The constants of residue classes are
    those of the relations that these formulas have by then.
    """
    if not found:
        return Recurrences()
    for field in dict.fromkeys(row.field for row in found):
        cursor.execute(SQL["add_field"], _columns(field))
    walked = _once(found)
    cursor.execute(
        SQL["insert_trajectories"],
        {
            **_places(walked),
            "space_ranks": [row.space_rank for row in walked],
            "statuses": [row.status for row in walked],
            "reasons": [row.status_reason for row in walked],
            "steps": [sum(map(abs, row.direction)) for row in walked],
            "degrees": [row.degree for row in walked],
            "rates": [row.rate for row in walked],
            "delta_limits": [row.delta_limit for row in walked],
            "space_id": space_id,
            "code_version": code_version,
        },
    )
    held = [(row, ids[row.row]) for row in found if row.row is not None and row.map is not None]
    held += _of_known(cursor, found)
    entered = [(row, *store_recurrence(cursor, row.recurrence, code_version)) for row in walked if row.recurrence]
    parameters = _representing([*held, *((row, number) for row, number, _ in entered)], code_version)
    cursor.execute(SQL["insert_representations"], parameters)
    cursor.execute(SQL["insert_field_constants"], parameters)
    new = [row.recurrence for row, _, is_new in entered if is_new and row.recurrence is not None]
    return Recurrences(
        len(entered),
        len(new),
        sum(recurrence.evaluation_error is not None for recurrence in new),
        sum(recurrence.relation is not None for recurrence in new),
    )


def _of_known(cursor: psycopg.Cursor, found: Sequence[TrajectoryRow]) -> list[tuple[TrajectoryRow, int]]:
    """Return the trajectories of formulas that the catalogue had before, with the numbers of these."""
    keyed = [row for row in found if row.known_key is not None and row.map is not None]
    if not keyed:
        return []
    keys = [row.known_key for row in keyed]
    numbers: dict[bytes, int] = dict(cursor.execute(SQL["known_formulas"], {"keys": keys}).fetchall())
    return [(row, numbers[row.known_key]) for row in keyed if row.known_key in numbers]


def _representing(held: Sequence[tuple[TrajectoryRow, int]], code_version: str) -> dict[str, object]:
    """Return the parameters of trajectories with the numbers of the formulas that represent them."""
    found = [row for row, _ in held]
    return {
        **_places(found),
        "formula_ids": [number for _, number in held],
        "maps": [None if row.map is None else _array(row.map) for row in found],
        "equivalences": [row.equivalence for row in found],
        "residues": [_array(row.residues) for row in found],
        "code_version": code_version,
    }


def _once(found: Iterable[TrajectoryRow]) -> list[TrajectoryRow]:
    """Return each trajectory once, though it may represent several formulas."""
    return list({(row.field.name, row.direction, row.start): row for row in found}.values())


def _places(found: Sequence[TrajectoryRow]) -> dict[str, object]:
    return {
        "fields": [row.field.name for row in found],
        "directions": [_array(row.direction) for row in found],
        "starts": [_array(row.start) for row in found],
    }


def _array(items: Iterable[object]) -> str:
    return "{" + ",".join(map(str, items)) + "}"


def _columns(field: FieldRow) -> dict[str, object]:
    return {
        "name": field.name,
        "rank": field.rank,
        "axes": list(field.axes),
        "definition": field.definition,
        "matrices": field.matrices,
    }
