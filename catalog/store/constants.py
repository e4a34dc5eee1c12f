"""The constants as rows of the catalogue: the library's, and those that theory has named for a formula."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

import psycopg
from psycopg.rows import dict_row

from catalog.constants.library import Constant
from catalog.database.blocks import block

OWN = "user"
"""Group of the constants that users have added."""


@dataclass(frozen=True)
class ConstantRow:
    """One row of table `constant`; `library_version` is None for one that the library does not hold."""

    name: str
    expression: str
    likelihood: int
    latex: str | None = None
    constant_group: str | None = None
    reference: str | None = None
    oeis: str | None = None
    equivalents: tuple[str, ...] = ()
    value_text: str | None = None
    value_float8: float | None = None
    library_version: str | None = None


def store_constants(connection: psycopg.Connection, rows: Sequence[ConstantRow]) -> int:
    """Store constants in one transaction; known ones of the same version stay. Returns how many changed."""
    statement, changed = block("store_constants"), 0
    with connection.transaction():
        for row in rows:
            changed += connection.execute(statement, asdict(row) | {"equivalents": list(row.equivalents)}).rowcount
    return changed


def missing_constants(connection: psycopg.Connection, names: Iterable[str]) -> list[str]:
    """Those of the names that the catalogue does not hold, in their order."""
    wanted = list(names)
    if not wanted:
        return []
    with connection.transaction():
        found = connection.execute(block("known_constants"), {"names": wanted}).fetchall()
    known = {row[0] for row in found}
    return [name for name in wanted if name not in known]


def last_likelihood(connection: psycopg.Connection) -> int:
    """The last place in the order in which constants are tried."""
    with connection.transaction():
        row = connection.execute(block("last_likelihood")).fetchone()
    return int(row[0]) if row else 0


def constant_number(connection: psycopg.Connection, name: str) -> int | None:
    """The number of a constant of the catalogue, None where it has none of this name."""
    with connection.transaction():
        row = connection.execute("select id from constant where name = %s", [name]).fetchone()
    return None if row is None else int(row[0])


def own_constants(connection: psycopg.Connection) -> tuple[Constant, ...]:
    """The constants that users have added, in the order in which they came."""
    with connection.transaction():
        rows = connection.execute(block("own_constants"), {"group": OWN}).fetchall()
    return tuple(
        Constant(name, expression, OWN, source=reference, equivalents=tuple(equivalents))
        for name, expression, reference, equivalents in rows
    )


def stored_constants(connection: psycopg.Connection) -> list[dict[str, object]]:
    """All constants in the order in which they are tried, with how many canonical formulas give each."""
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(block("stored_constants")).fetchall()
