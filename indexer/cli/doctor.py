"""`formulary doctor`: what is wrong, and its repair."""

from __future__ import annotations

import click

from catalog.progress import told
from indexer.cli.options import catalogue_options, json_option, option
from indexer.cli.output import write_json, write_table
from indexer.cli.progress import shown

TROUBLES = 3
"""Exit code where something is wrong and was not repaired."""


@click.command(epilog="Example: formulary doctor --fix")
@option("--fix", is_flag=True, help="Repair what can be repaired.")
@catalogue_options
@json_option
def doctor(fix: bool, database_url: str | None, home: str | None, as_json: bool) -> int:
    """Look at server, schema, leases, chunks, vectors, index, clock, reader, disk and files; --fix repairs.

    Exit code 0 where all is well or repaired, else 3.
    """
    from catalog.database.opening import open_database
    from indexer.upkeep.doctor import examine

    with open_database(database_url, home) as database, shown() as tell:
        found = [each.to_json() for each in told(examine(database, home, fix=fix), tell, "checks done")]
    if as_json:
        write_json(found)
    else:
        write_table(("check", "state", "what"), [tuple(row.values()) for row in found])
    return TROUBLES if any(row["state"] == "trouble" for row in found) else 0
