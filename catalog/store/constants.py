"""The constants as rows of the catalogue: the library's, and those that theory has named for a formula."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import psycopg

from catalog.constants.library import Constant
from catalog.database.blocks import Blocks
from catalog.errors import NotFound
from catalog.store.rows import change, column, rows, value

SQL = Blocks(__file__)

OWN = "user"
"""Group of the constants that users have added."""

DERIVED = "derived"
"""Group of constants that theory has named for a formula and the library does not hold."""


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
    if not rows:
        return 0
    with connection.transaction(), connection.cursor() as cursor:
        cursor.executemany(SQL["store_constants"], [vars(row) | {"equivalents": list(row.equivalents)} for row in rows])
        return cursor.rowcount


def missing_constants(connection: psycopg.Connection, names: Iterable[str]) -> list[str]:
    """Return those of the names that the catalogue does not hold, in their order."""
    wanted = list(names)
    if not wanted:
        return []
    known = set(column(connection, SQL["known_constants"], names=wanted))
    return [name for name in wanted if name not in known]


def last_likelihood(connection: psycopg.Connection) -> int:
    """Return the last place in the order in which constants are tried."""
    return int(value(connection, SQL["last_likelihood"]))


def constant_number(connection: psycopg.Connection, name: str) -> int | None:
    """Return the number of a constant of the catalogue, None where it has none of this name."""
    number = value(connection, b"select id from constant where name = %(name)s", name=name)
    return None if number is None else int(number)


def constant_expression(connection: psycopg.Connection, name: str) -> str | None:
    """Return the expression of a constant of the catalogue, None where it has none of this name."""
    found = value(connection, b"select expression from constant where name = %(name)s", name=name)
    return None if found is None else str(found)


def constant_names(connection: psycopg.Connection) -> list[str]:
    """Return the names of all constants of the catalogue, the likeliest first."""
    return column(connection, b"select name from constant order by likelihood")


def constant_expressions(connection: psycopg.Connection) -> dict[str, str]:
    """Return the expression of every constant of the catalogue by name, also of those that theory has named."""
    return {row["name"]: row["expression"] for row in rows(connection, SQL["all_expressions"])}


def any_constant(connection: psycopg.Connection) -> bool:
    """Return whether the catalogue holds any constant."""
    return bool(value(connection, b"select exists (select from constant)"))


def own_constants(connection: psycopg.Connection) -> tuple[Constant, ...]:
    """Return the constants that users have added, in the order in which they came."""
    return tuple(
        Constant(row["name"], row["expression"], OWN, source=row["reference"], equivalents=tuple(row["equivalents"]))
        for row in rows(connection, SQL["own_constants"], group=OWN)
    )


@dataclass(frozen=True)
class ConstantRemoved:
    """How many relations named the constant that was removed, and how many clusters were of it."""

    relations: int
    clusters: int


def remove_own_constant(connection: psycopg.Connection, name: str) -> ConstantRemoved:
    """Remove a constant that a user has added, with the relations and infinite families that name it.

    Its clusters stay, without a name. Raises NotFound for one that no user has added.
    """
    with connection.transaction():
        number = value(connection, SQL["own_constant"], name=name, group=OWN)
        if number is None:
            own = ", ".join(constant.name for constant in own_constants(connection)) or "none"
            raise NotFound(f"there is no constant {name} of your own; yours are {own}")
        relations = change(connection, SQL["forget_relations"], id=number)
        change(connection, SQL["forget_guesses"], id=number)
        clusters = change(connection, SQL["unname_clusters"], id=number, name=name)
        change(connection, SQL["forget_laws"], name=name)
        change(connection, b"delete from constant where id = %(id)s", id=number)
    return ConstantRemoved(relations, clusters)
