"""`formulary server` and `formulary url`: the embedded Postgres."""

from __future__ import annotations

from pathlib import Path

import click

from indexer.cli.options import catalogue_options, json_option, option
from indexer.cli.output import note, write_fields, write_json

home_option = option("--home", envvar="FORMULARY_HOME", metavar="FOLDER", help="Folder of the embedded server.")


@click.group(epilog="Example: formulary server start")
def server() -> None:
    """The embedded Postgres, which otherwise starts on demand and stops with its last user."""


@server.command(epilog="Example: formulary server start")
@option("--tcp", is_flag=True, help="Listen on a port of this machine alone, for programs that need a host and a port.")
@option("--owner", is_flag=True, help="Print the address of the login that may change everything.")
@home_option
@json_option
def start(tcp: bool, owner: bool, home: str | None, as_json: bool) -> None:
    """Start the server and keep it up until `server stop`; prints its address, of the login that can only read.

    With --tcp the address has a host, a port and a password (SCRAM), which stay the same; a server that runs already
    starts anew for that.
    """
    from catalog.server import sessions as embedded
    from catalog.server.home import READER
    from catalog.server.programs import OWNER

    if tcp:
        address = embedded.start_tcp(home, OWNER if owner else READER)
    else:
        address = embedded.start(home)
        if not owner:
            address = embedded.reader_url(home)
    write_json({"running": True, "url": address}) if as_json else click.echo(address)


@server.command(epilog="Example: formulary server stop --force")
@option("--force", is_flag=True, help="Stop it although formulary processes use it.")
@home_option
@json_option
def stop(force: bool, home: str | None, as_json: bool) -> None:
    """Stop the server, or let its last user stop it."""
    from catalog.server import sessions as embedded

    down = embedded.stop(home, force=force)
    if as_json:
        write_json({"running": not down, "url": None})
    else:
        note("the server is down" if down else "the server stops with the last formulary process that uses it")


@server.command(epilog="Example: formulary server status --json")
@home_option
@json_option
def status(home: str | None, as_json: bool) -> None:
    """Show whether the server runs, where, and who uses it; starts nothing."""
    from catalog.server import sessions as embedded

    found = embedded.status(home)
    fields = {
        "running": found.running,
        "pinned": found.pinned,
        "in_use": found.in_use,
        "url": found.url,
        "data": str(found.data),
        "version": found.version,
        "clients": found.clients,
        "tcp": found.tcp,
    }
    write_json(fields) if as_json else write_fields((name.replace("_", " "), value) for name, value in fields.items())


@server.command(epilog="Example: formulary server upgrade --old-programs /usr/lib/postgresql/17/bin")
@option(
    "--old-programs",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Programs of the Postgres that made the data.  [default: looked for in the usual folders]",
)
@home_option
@json_option
def upgrade(old_programs: Path | None, home: str | None, as_json: bool) -> None:
    """Bring the data to a newer Postgres, by dump and restore, and the catalogue to this version.

    Nobody may use the server meanwhile. The old data are kept beside the new ones; remove them when all is well.
    """
    from catalog.database.opening import open_database
    from catalog.server import sessions as embedded
    from catalog.server.upgrading import upgrade_server

    done = upgrade_server(home, old_programs)
    if done is not None:
        with embedded.session(home) as address, open_database(address) as database:
            database.upgrade()
    if as_json:
        found = None if done is None else {"before": done.before, "after": done.after, "kept": str(done.kept)}
        write_json({"upgraded": found})
    elif done is None:
        click.echo("the data are of this Postgres already")
    else:
        click.echo(f"Postgres {done.before} -> {done.after}; the old data are kept in {done.kept}")


@click.command(epilog='Example: psql "$(formulary url)"')
@option("--owner", is_flag=True, help="The login that may change everything.")
@option("--reader", is_flag=True, help="The login that can only read, which is the default.")
@catalogue_options
@json_option
def url(owner: bool, reader: bool, database_url: str | None, home: str | None, as_json: bool) -> None:
    """Print the address of the database, of the login that can only read.

    Starts the embedded server and keeps it up; a home without a catalogue is refused. `formulary server start --tcp`
    is for programs that need a host and a port.
    """
    from catalog.database.opening import reader_address, require_data

    if owner and reader:
        raise click.UsageError("give --owner or --reader, not both")
    if database_url:
        address = database_url if owner else reader_address(database_url)
    else:
        from catalog.server import sessions as embedded

        require_data(home)
        address = embedded.start(home)
        if not owner:
            address = embedded.reader_url(home)
    write_json({"url": address}) if as_json else click.echo(address)
