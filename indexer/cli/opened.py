"""Commands that need no catalogue and use one where it is: a connection, or None."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from indexer.cli.options import Function, option

if TYPE_CHECKING:
    import psycopg


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
    """A connection to the catalogue that is to be used, or None for none.

    Where it is not said, a catalogue that cannot be opened is said to be left out, and is no error.
    """
    from contextlib import ExitStack

    from catalog.errors import Unavailable
    from indexer.cli.output import note

    with ExitStack() as opened:
        connection = None
        if use_catalogue or (use_catalogue is None and _is_there(database_url, home)):
            from catalog.database.opening import open_database

            try:
                database = opened.enter_context(open_database(database_url, home))
                database.require_current()
                connection = opened.enter_context(database.connect())
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
