"""`formulary survey`: what a catalogue holds that can be cited, as a page."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from catalog.exchange.outputs import RULE, STDOUT, write_file
from indexer.cli.opened import catalogue
from indexer.cli.options import catalogue_options, option
from indexer.cli.output import note
from indexer.cli.progress import shown

if TYPE_CHECKING:
    import psycopg

    from catalog.progress import Tell

ENDINGS = (".md", ".markdown")

PICTURES = {
    "survey-delta.svg": "The irrationality measure delta and the growth of the reduced denominators, by constant",
    "survey-growth.svg": "Formulas stored and identified over time",
}
"""What is drawn, by the name of its file."""


@click.command(epilog="Example: formulary survey -o survey.md")
@option("-o", "--output", required=True, metavar="FILE", help=f"The page, in Markdown; - is stdout. {RULE}")
@option("--title", default="Survey", help="Title of the page.")
@option("--pictures", metavar="FOLDER", help="Draw pictures as SVG into this folder, and show them on the page.")
@catalogue_options
def survey(output: str, title: str, pictures: str | None, database_url: str | None, home: str | None) -> None:
    """Write what the catalogue has found, so that it can be checked and cited.

    What each space gave; a table by constant with the best formulas; chosen theorems with their proofs, proved anew,
    both sides evaluated to 200 digits, and once more by hand; infinite families; the riddles that remain, with what is
    excluded; and which of it is published, as far as the catalogue holds the publication.
    """
    if output != STDOUT and Path(output).suffix.lower() not in ENDINGS:
        raise click.UsageError(f"the survey is written as Markdown; give a name such as {Path(output).stem}.md")
    if pictures is not None:
        try:
            Path(pictures).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise click.UsageError(f"the folder {pictures} for pictures cannot be made: {error.strerror}") from error
    from catalog.store.survey import read_survey
    from indexer.pages.survey import CLASSICAL, CONSTANTS, PAPERS, RIDDLES, page

    with catalogue(database_url, home) as connection, shown() as tell:
        found = read_survey(connection, CONSTANTS, PAPERS, RIDDLES, CLASSICAL, tell)
        drawn = {} if pictures is None else _draw(connection, Path(pictures), output, tell)
        data = page(found, title, tell, drawn).encode()
    write_file(output, data)
    if output != STDOUT:
        note(f"wrote {output}, {found.total.formulas:,} formulas with a constant, {found.total.theorems:,} theorems")


def _draw(connection: psycopg.Connection, folder: Path, output: str, tell: Tell) -> dict[str, str]:
    """Draw the pictures; return the address of each, as seen from the page, by what it shows."""
    from indexer.pages.figures import growth_figure, metrics_figure
    from indexer.pictures.style import save

    connection.read_only = False
    tell("drawing pictures")
    figures = {
        "survey-delta.svg": metrics_figure(connection, ("q_reduced_gamma", "delta"), "constant", None, tell),
        "survey-growth.svg": growth_figure(connection),
    }
    start = folder if output == STDOUT else Path(output).parent
    found = {}
    for name, figure in figures.items():
        save(figure, str(folder / name), PICTURES[name])
        found[PICTURES[name]] = Path(os.path.relpath(folder / name, start)).as_posix()
    return found
