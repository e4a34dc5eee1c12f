"""The spaces of a catalogue as people arrange them: listed, paused, resumed, put before others, removed.

Who adds them and hands out their chunks is `leases`. Each function commits by itself on an idle connection, and raises
NotFound where the catalogue has no space of the name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg.rows import class_row

from catalog.database.blocks import Blocks
from catalog.errors import SpaceError
from catalog.store.leases import require_spaces
from catalog.store.rows import change, column, value

SQL = Blocks(__file__)


@dataclass(frozen=True)
class StoredSpace:
    """A space with its figures, as the catalogue has it."""

    name: str
    template: str
    size: int
    priority: int
    paused_at: datetime | None
    ranks_done: int


def spaces(connection: psycopg.Connection) -> list[StoredSpace]:
    """Return all spaces in the order in which they are worked on."""
    with connection.transaction(), connection.cursor(row_factory=class_row(StoredSpace)) as cursor:
        return cursor.execute(SQL["spaces"]).fetchall()


def pause_space(connection: psycopg.Connection, name: str) -> bool:
    """Hand out no further chunk of a space, those at work being finished; False where it is paused already."""
    return _changed(connection, "pause_space", name)


def resume_space(connection: psycopg.Connection, name: str) -> bool:
    """Hand out the chunks of a paused space again; False where it is not paused."""
    return _changed(connection, "resume_space", name)


def prefer_space(connection: psycopg.Connection, name: str, priority: int) -> int:
    """Give a space another priority; returns the one it had."""
    require_spaces(connection, [name])
    return int(value(connection, SQL["prefer_space"], name=name, priority=priority))


def remove_space(connection: psycopg.Connection, name: str) -> int:
    """Remove a space with its chunks and return how many of its ranks were done; its formulas stay.

    A daemon that holds one of the chunks finds its lease lost and stores nothing of it.
    """
    require_spaces(connection, [name])
    with connection.transaction():
        done = int(value(connection, SQL["ranks_done"], name=name))
        change(connection, b"delete from space where name = %(name)s", name=name)
    return done


def require_at_work(connection: psycopg.Connection, names: Sequence[str]) -> None:
    """Raise NotFound where a space of these names is not there, SpaceError where it is paused."""
    require_spaces(connection, names)
    paused = column(connection, b"select name from space where paused_at is not null order by id")
    for name in names:
        if name in paused:
            raise SpaceError(f"the space {name} is paused; `formulary space resume {name}` lets it go on")


def _changed(connection: psycopg.Connection, block: str, name: str) -> bool:
    require_spaces(connection, [name])
    return change(connection, SQL[block], name=name) == 1
