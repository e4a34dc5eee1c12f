"""Reads and writes of matrix fields, their trajectories, and the formulas that these represent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import psycopg

from catalog.database.blocks import Blocks
from catalog.store.findings import FieldRow, RecurrenceLimitRow, TrajectoryRow
from catalog.store.rows import Row, change, first, rows

SQL = Blocks(__file__)


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


def recurrence_limits(connection: psycopg.Connection, ids: Sequence[int]) -> list[Row]:
    """Return the limits of trajectories of rank 3 and more, by the numbers of these, in their order."""
    return rows(connection, SQL["recurrence_limits"], ids=list(ids))


def representations_of(connection: psycopg.Connection, formula_id: int) -> list[Row]:
    """Return the trajectories that a formula represents, or its canonical formula; `coefficients` are the map."""
    return rows(connection, SQL["representations_of"], id=formula_id)


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
) -> None:
    """Store trajectories with their fields, and which formulas they represent, in the current transaction.

    `ids` are the formulas that the rows refer to. The constants of residue classes are those of the relations that
    these formulas have by then.
    """
    if not found:
        return
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
    held = [row for row in found if row.row is not None and row.map is not None]
    parameters = {
        **_places(held),
        "formula_ids": [ids[row.row] for row in held if row.row is not None],
        "maps": [_array(row.map or ()) for row in held],
        "equivalences": [row.equivalence for row in held],
        "residues": [_array(row.residues) for row in held],
        "code_version": code_version,
    }
    cursor.execute(SQL["insert_representations"], parameters)
    cursor.execute(SQL["insert_field_constants"], parameters)
    _store_limits(cursor, [(row, limit) for row in found for limit in row.limits], code_version)


def _store_limits(
    cursor: psycopg.Cursor, found: Sequence[tuple[TrajectoryRow, RecurrenceLimitRow]], code_version: str
) -> None:
    if not found:
        return
    limits = [limit for _, limit in found]
    parameters = {
        **_places([row for row, _ in found]),
        "places": [limit.place for limit in limits],
        "limit_values": [limit.limit_value for limit in limits],
        "limit_digits": [limit.limit_digits for limit in limits],
        "bound_kinds": [limit.bound_kind for limit in limits],
        "expressions": [limit.expression for limit in limits],
        "proofs": [limit.proof for limit in limits],
        "deltas": [limit.delta for limit in limits],
        "delta_depths": [limit.delta_depth for limit in limits],
        "code_version": code_version,
    }
    cursor.execute(SQL["insert_recurrence_limits"], parameters)


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
