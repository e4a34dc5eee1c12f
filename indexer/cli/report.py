"""`formulary report`: one self-contained page of the catalogue."""

from __future__ import annotations

from pathlib import Path

import click

from catalog.exchange.outputs import RULE, STDOUT, write_file
from indexer.cli.opened import catalogue
from indexer.cli.options import catalogue_options, option
from indexer.cli.output import note
from indexer.cli.progress import shown

ENDINGS = (".html", ".htm")


@click.command(epilog="Example: formulary report -o report.html")
@option("-o", "--output", required=True, metavar="FILE", help=f"The page, html. {RULE}")
@option("--title", default="Formulary", help="Title of the page.")
@option("--site", metavar="URL", help="Address of `formulary serve`: formulas are links to their pages there.")
@catalogue_options
def report(output: str, title: str, site: str | None, database_url: str | None, home: str | None) -> None:
    """Write one page of the catalogue: counts, constants, clusters, newest relations, families, riddles.

    The file holds its pictures and its typeset mathematics: it needs no network, and can be mailed or printed. The
    catalogue is read as it is at one moment, also while daemons work.
    """
    if output != STDOUT and Path(output).suffix.lower() not in ENDINGS:
        raise click.UsageError(
            f"the report is written as html; give a name such as {Path(output).stem or 'report'}.html"
        )
    if site is not None and not site.startswith(("http://", "https://")):
        raise click.UsageError(f"{site[:60]} is no address of a site; give one such as http://localhost:8000")
    from catalog.store.report import read_report
    from indexer.kinds.vectors import VECTOR_VERSION
    from indexer.pages.report import page

    with catalogue(database_url, home) as connection, shown() as tell:
        found = read_report(connection, VECTOR_VERSION, tell)
        data = page(found, title, tell, site).encode()
    write_file(output, data)
    if output != STDOUT:
        note(f"wrote {output}, {len(data) / 1e6:.1f} MB")
