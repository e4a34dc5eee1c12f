"""`formulary plot`: pictures of metrics, clusters, growth, the board of pi and ln 2, and one formula's convergence."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

import click

from catalog.exchange.outputs import RULE, STDOUT
from indexer.cli.opened import catalogue_read
from indexer.cli.options import FormulaCommand, catalogue_options, option, read_formula
from indexer.cli.output import note
from indexer.cli.progress import shown

if TYPE_CHECKING:
    pass

KINDS = ("clusters", "growth", "board", "formula")
USAGE = "give two metrics, such as delta q_reduced_gamma, or clusters, growth, board, or formula FORMULA"


@click.command(
    cls=FormulaCommand,
    epilog="Example: formulary plot delta q_reduced_gamma --color constant -o map.png",
)
@click.argument("what", nargs=-1, required=True, metavar="X Y | clusters | growth | board | formula FORMULA")
@option(
    "-o", "--output", required=True, metavar="FILE", help=f"The picture; its ending says png, pdf, svg or html. {RULE}"
)
@option("--color", type=click.Choice(["constant", "cluster", "class"]), help="What points are coloured by.")
@option("--where", metavar="SQL", help="Only formulas of the view `formulas` for which this is true.")
@catalogue_options
def plot(
    what: tuple[str, ...],
    output: str,
    color: str | None,
    where: str | None,
    database_url: str | None,
    home: str | None,
) -> None:
    """Draw two metrics against each other, or clusters, growth, the board of pi and ln 2, one formula's convergence.

    Formulas are counted in hexagons, so a million can be read as well as a hundred. `board` and `formula` need no
    catalogue.
    """
    from indexer.pages.figures import clusters_figure, convergence_figure, growth_figure, metrics_figure
    from indexer.pictures.checkerboard import board
    from indexer.pictures.style import checked_format, save

    checked_format(output)
    kind = what[0] if what[0] in KINDS else None
    if kind is None:
        _check_metrics(what)
    elif color or where:
        raise click.UsageError(f"--color and --where go with two metrics, not with {kind}")
    elif kind != "formula" and len(what) > 1:
        raise click.UsageError(f"{kind} takes no arguments")
    if kind == "formula":
        figure = convergence_figure(read_formula(what[1:]))
    elif kind == "board":
        figure = board()
    else:
        with catalogue_read(database_url, home) as connection, shown() as tell:
            if kind == "clusters":
                figure = clusters_figure(connection, tell)
            elif kind == "growth":
                tell("reading formulas")
                figure = growth_figure(connection)
            else:
                figure = metrics_figure(connection, (what[0], what[1]), color, where, tell)
    save(figure, output, f"Formulary: {' '.join(what)}")
    if output != STDOUT:
        note(f"wrote {output}")


def _check_metrics(what: tuple[str, ...]) -> None:
    """Two metrics by name; a misspelt one is answered with the nearest."""
    from catalog.store.figures import AXES

    if len(what) != 2:
        near = get_close_matches(what[0], KINDS, 1)
        raise click.UsageError(f"there is no picture {what[0]}; did you mean {near[0]}?" if near else USAGE)
    for name in what:
        if name not in AXES:
            raise click.UsageError(
                f"there is no metric {name}; the nearest is {get_close_matches(name, AXES, 1, 0)[0]}"
            )
