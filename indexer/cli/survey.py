"""`formulary survey`: what a catalogue holds that can be cited, as a page."""

from __future__ import annotations

from pathlib import Path

import click

from catalog.exchange.outputs import RULE, STDOUT, write_file
from indexer.cli.opened import catalogue
from indexer.cli.options import catalogue_options, option
from indexer.cli.output import note
from indexer.cli.progress import shown

ENDINGS = (".md", ".markdown")


@click.command(epilog="Example: formulary survey -o survey.md")
@option("-o", "--output", required=True, metavar="FILE", help=f"The page, in Markdown; - is stdout. {RULE}")
@option("--title", default="Survey", help="Title of the page.")
@catalogue_options
def survey(output: str, title: str, database_url: str | None, home: str | None) -> None:
    """Write what the catalogue has found, so that it can be checked and cited.

    What each space gave; a table by constant with the best formulas; chosen theorems with their proofs, proved anew,
    both sides evaluated to 200 digits; infinite families; the riddles that remain, with what is excluded; and which of
    it is published, as far as the catalogue holds the publication.
    """
    if output != STDOUT and Path(output).suffix.lower() not in ENDINGS:
        raise click.UsageError(f"the survey is written as Markdown; give a name such as {Path(output).stem}.md")
    from catalog.store.survey import read_survey
    from indexer.pages.survey import RIDDLES, page

    with catalogue(database_url, home) as connection, shown() as tell:
        tell("reading the catalogue")
        found = read_survey(connection, RIDDLES)
        data = page(found, title, tell).encode()
    write_file(output, data)
    if output != STDOUT:
        note(f"wrote {output}, {len(found.named):,} named formulas")
