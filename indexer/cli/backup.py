"""`formulary backup`, `restore` and `psql`: by Postgres' own programs, of the version of the server."""

from __future__ import annotations

from pathlib import Path

import click

from catalog.exchange.outputs import RULE, STDOUT, written
from indexer.cli.opened import database_of
from indexer.cli.options import catalogue_options, json_option, option
from indexer.cli.output import note, write_json
from indexer.cli.progress import shown


@click.command(
    epilog="Example: formulary backup formulary.dump",
    help=f"Write the whole catalogue to a file, while daemons may go on; `formulary restore` reads it. {RULE}",
)
@click.argument("file")
@catalogue_options
@json_option
def backup(file: str, database_url: str | None, home: str | None, as_json: bool) -> None:
    """Write the whole catalogue to a file."""
    from catalog.database.opening import open_database
    from catalog.errors import VersionMismatch
    from catalog.server.dumps import dump

    with open_database(database_url, home) as database:
        schema = database.schema_version()
        if schema is None:
            raise VersionMismatch(f"the database {database.where} holds no catalogue yet; run `formulary init`")
        with database.connect() as connection, written(file) as target, shown(beside_results=file == STDOUT) as tell:
            dump(connection, target, tell)
    if file == STDOUT:
        return
    size = Path(file).stat().st_size
    if as_json:
        write_json({"file": file, "bytes": size, "schema": schema})
    else:
        click.echo(f"{file}: {size / 1e6:,.1f} MB, schema {schema}")


@click.command(epilog="Example: formulary restore formulary.dump --home /new/home")
@click.argument("file", type=click.Path(path_type=Path))
@catalogue_options
@json_option
def restore(file: Path, database_url: str | None, home: str | None, as_json: bool) -> None:
    """Bring a backup into a new home, or into an empty database of a given server, and take it into use.

    All of it is restored, or nothing. A backup of an older formulary is brought to this version.
    """
    from catalog.database.opening import open_database
    from catalog.server.dumps import require_backup, require_dump, require_empty
    from catalog.server.dumps import restore as restored
    from catalog.store.formulas import count_formulas

    require_dump(file)
    with open_database(database_url, home, create=True) as database:
        with database.connect(autocommit=True) as connection, shown() as tell:
            parts = require_backup(connection, file)
            require_empty(connection, database.where)
            restored(connection, file, parts, tell)
        schema = database.schema_version()
        database.upgrade()
        with database.connect() as connection:
            formulas = count_formulas(connection)
    if as_json:
        write_json({"file": str(file), "schema": schema, "formulas": formulas})
    else:
        click.echo(f"{formulas:,} formulas are restored to {database.where}")
        note("the index of neighbours is built when it is first asked for")


@click.command(
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": True},
    epilog='Example: formulary psql -c "select count(*) from formulas"',
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[ARGUMENTS]")
@option("--owner", is_flag=True, help="As the login that may change everything, without a time limit.")
@catalogue_options
def psql(arguments: tuple[str, ...], owner: bool, database_url: str | None, home: str | None) -> int:
    """Run psql on the catalogue, as the login that can only read; arguments are passed on."""
    from catalog.server.dumps import run_psql

    with (
        database_of(database_url, home) as database,
        database.connect(autocommit=True) if owner else database.reader() as connection,
    ):
        return run_psql(connection, arguments)
