"""`formulary plot`: pictures of metrics, clusters, growth, the board of pi and ln 2, and one formula's convergence."""

from __future__ import annotations

import math
from difflib import get_close_matches
from typing import TYPE_CHECKING

import click

from catalog.errors import FormularyError, NotFound
from catalog.exchange.outputs import RULE, STDOUT
from indexer.cli.opened import catalogue_read
from indexer.cli.options import FORMULA_ARGUMENTS, catalogue_options, option, read_formula, refuse_options
from indexer.cli.output import note

if TYPE_CHECKING:
    import psycopg
    from matplotlib.figure import Figure

DEPTHS = (5, 10, 20, 35, *range(50, 1001, 50))
"""Depths n at which a formula's convergents are drawn."""

WITHOUT = {
    None: "none",
    "constant": "no verified constant",
    "cluster": "in no cluster with a label",
    "class": "class not known",
}
"""What it means to be in no group."""

KINDS = ("clusters", "growth", "board", "formula")
USAGE = "give two metrics, such as delta q_reduced_gamma, or clusters, growth, board, or formula FORMULA"


@click.command(
    context_settings=FORMULA_ARGUMENTS,
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
    from indexer.pictures.style import checked_format, save

    refuse_options(what)
    checked_format(output)
    kind = what[0] if what[0] in KINDS else None
    if kind is None:
        _check_metrics(what)
    elif color or where:
        raise click.UsageError(f"--color and --where go with two metrics, not with {kind}")
    elif kind != "formula" and len(what) > 1:
        raise click.UsageError(f"{kind} takes no arguments")
    if kind == "formula":
        figure = _formula(what[1:])
    elif kind == "board":
        figure = _board()
    else:
        figure = _of_catalogue(what, color, where, database_url, home)
    save(figure, output, f"Formulary: {' '.join(what)}")
    if output != STDOUT:
        note(f"wrote {output}")


def _check_metrics(what: tuple[str, ...]) -> None:
    """Two figures by name; a misspelt one is answered with the nearest."""

    from catalog.store.figures import AXES

    if len(what) != 2:
        near = get_close_matches(what[0], KINDS, 1)
        raise click.UsageError(f"there is no picture {what[0]}; did you mean {near[0]}?" if near else USAGE)
    for name in what:
        if name not in AXES:
            raise click.UsageError(
                f"there is no metric {name}; the nearest is {get_close_matches(name, AXES, 1, 0)[0]}"
            )


def _of_catalogue(
    what: tuple[str, ...], color: str | None, where: str | None, database_url: str | None, home: str | None
) -> Figure:
    with catalogue_read(database_url, home) as connection:
        if what == ("clusters",):
            return _clusters(connection)
        if what == ("growth",):
            return _growth(connection)
        return _metrics(connection, (what[0], what[1]), color, where)


def _metrics(connection: psycopg.Connection, columns: tuple[str, str], color: str | None, where: str | None) -> Figure:
    from catalog.store.figures import read_plane
    from indexer.pictures.maps import Points, scatter

    plane = read_plane(connection, columns, color, where)
    if not len(plane.x):
        condition = " under this condition" if where else " yet; index some by `formulary run`"
        raise NotFound(f"no formula has {columns[0]} and {columns[1]}{condition}")
    points = Points(plane.x, plane.y, plane.groups, plane.names, WITHOUT[color])
    return scatter(points, columns, color)


def _clusters(connection: psycopg.Connection) -> Figure:
    from catalog.store.clusters import current
    from catalog.store.figures import read_members
    from indexer.kinds.vectors import VECTOR_VERSION
    from indexer.pictures.maps import clusters

    if current(connection) is None:
        raise NotFound("there are no clusters yet; make them by `formulary cluster build`")
    vectors, numbers, labels = read_members(connection, VECTOR_VERSION)
    if not len(vectors):
        raise NotFound("no formula has a neighbour vector yet; index some by `formulary run`")
    return clusters(vectors, numbers, labels)


def _growth(connection: psycopg.Connection) -> Figure:
    from catalog.store.figures import read_growth
    from indexer.pictures.growth import growth

    formulas, identified = read_growth(connection)
    if not formulas:
        raise NotFound("there are no formulas yet; index some by `formulary run`")
    return growth(formulas, identified)


def _board() -> Figure:
    from indexer.pictures.checkerboard import board

    return board()


def _formula(arguments: tuple[str, ...]) -> Figure:
    from gmpy2 import log

    from indexer.kinds.kind import kind_of
    from indexer.mathematics.continued_fractions.convergents import convergents
    from indexer.mathematics.continued_fractions.metrics import log_error
    from indexer.mathematics.continued_fractions.tail import Tail
    from indexer.pictures.growth import convergence

    formula = read_formula(arguments)
    verdict = kind_of(formula).classify(formula)
    if verdict.status != "converges":
        raise FormularyError(f"{formula} {verdict.status.replace('_', ' ')}; only convergent formulas can be drawn")
    tail = Tail(formula)
    errors, deltas = [], []
    for at in convergents(formula, DEPTHS):
        known = log_error(formula, at, tail) if at.q else None
        error = known if known is not None and math.isfinite(known) else math.nan  # nan is not drawn
        size = float(log(abs(at.q) // at.gcd())) if at.q else 0.0
        errors.append(error)
        deltas.append(-1 - error / size if size > 0 else math.nan)
    remark = f"{(verdict.convergence_class or '').replace('_', '-')} convergence"
    return convergence(str(formula), DEPTHS, errors, deltas, remark)
