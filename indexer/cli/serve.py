"""`formulary serve`: the catalogue in a browser, and as an HTTP API."""

from __future__ import annotations

import click

from catalog.errors import FormularyError
from indexer.cli.opened import database_of
from indexer.cli.options import catalogue_options, option
from indexer.cli.output import note

LARGEST_PORT = 65_535


@click.command(epilog="Example: formulary serve --port 8080")
@option("--host", default="127.0.0.1", metavar="ADDRESS", help="Address to listen at.")
@option("--port", type=click.IntRange(0, LARGEST_PORT), default=8000, help="Port to listen at; 0 for one that is free.")
@option(
    "--name",
    "names",
    multiple=True,
    metavar="HOST",
    help="A name by which the server is reached, besides localhost and --host; requests to another are refused.",
)
@option("--workers", type=click.IntRange(1, 64), default=1, help="Processes that compute: identification, proofs.")
@catalogue_options
def serve(
    host: str, port: int, names: tuple[str, ...], workers: int, database_url: str | None, home: str | None
) -> None:
    """Serve the catalogue to browsers and programs, until Ctrl-C.

    Everything is read by the login that can only read. Pages need no JavaScript and fetch nothing from elsewhere;
    http://127.0.0.1:8000/api describes the same as JSON.
    """
    try:
        from indexer.web.serving import beyond_this_machine, listening
        from indexer.web.serving import serve as run
    except ImportError as error:
        raise FormularyError(
            f'this needs {error.name}; `pip install "formulary-catalog[web]"` brings what the site needs'
        ) from None

    with database_of(database_url, home) as database, listening(host, port) as listener:
        if beyond_this_machine(host):
            note(f"formulary: {host} can be reached from other machines; whoever reaches it can read the catalogue")
        shown = f"[{host}]" if ":" in host else host
        note(f"serving {database.where} at http://{shown}:{listener.getsockname()[1]}/; Ctrl-C ends it")
        run(database, home, listener, [*names, shown], workers)
