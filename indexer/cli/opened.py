"""The catalogue of a command: opened, of this version, and as much of it as the command may touch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from catalog.errors import Unavailable
from indexer.cli.options import Function, option
from indexer.cli.output import note

if TYPE_CHECKING:
    import psycopg

    from catalog.database.opening import Database


@contextmanager
def database_of(database_url: str | None, home: str | None) -> Iterator[Database]:
    """The database of the catalogue, as it is given or embedded; raises Unavailable where it is not of this version."""
    from catalog.database.opening import open_database

    with open_database(database_url, home) as database:
        database.require_current()
        yield database


@contextmanager
def catalogue(database_url: str | None, home: str | None) -> Iterator[psycopg.Connection]:
    """A connection to the catalogue that may write; what was counted of all of it is counted anew after a long work."""
    from catalog.store.summaries import renewed_after

    with database_of(database_url, home) as database, database.connect() as connection, renewed_after(connection):
        yield connection


@contextmanager
def catalogue_read(database_url: str | None, home: str | None) -> Iterator[psycopg.Connection]:
    """A connection to the catalogue by the login that can only read."""
    with database_of(database_url, home) as database, database.reader() as connection:
        yield connection


def use_catalogue_option(what: str) -> Callable[[Function], Function]:
    """`--catalogue/--no-catalogue`, passed as `use_catalogue`; None where it is not said."""
    return option(
        "--catalogue/--no-catalogue",
        "use_catalogue",
        default=None,
        help=f"{what}  [default: where a database is given, or this home has a catalogue]",
    )


@contextmanager
def used_catalogue(
    use_catalogue: bool | None, database_url: str | None, home: str | None
) -> Iterator[psycopg.Connection | None]:
    """A connection to the catalogue of a command that can do without, or None for none.

    Where it is not said, a catalogue that cannot be opened is said to be left out, and is no error.
    """
    with ExitStack() as opened:
        connection = None
        try:
            if use_catalogue or (use_catalogue is None and _is_there(database_url, home)):
                connection = opened.enter_context(catalogue(database_url, home))
        except Unavailable as error:
            if use_catalogue or database_url:
                raise
            note(f"formulary: the catalogue is left out: {error}")
        yield connection


def _is_there(database_url: str | None, home: str | None) -> bool:
    """Whether a database is given, or the embedded server of the home folder has been used before."""
    if database_url:
        return True
    from catalog.server.home import has_data

    return has_data(home)
