"""`formulary plot`: pictures of metrics, clusters, growth, and of one formula's convergence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from indexer.cli.options import FORMULA_ARGUMENTS, catalogue_options, option, read_formula, refuse_options
from indexer.cli.output import note

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PLAIN = ("height", "complexity", "limit_float8")
"""Figures beside the metrics that can be an axis."""

DEPTHS = (5, 10, 20, 35, *range(50, 1001, 50))
"""Depths n at which a formula's convergents are drawn."""

GROUPS = {
    None: ("null", ""),
    "constant": ("formulas.constant", ""),
    "class": ("formulas.convergence_class", ""),
    "cluster": (
        "cluster.label",
        "left join cluster_member on cluster_member.formula_id = formulas.id and cluster_member.clustering_id ="
        " (select clustering.id from clustering where clustering.state = 'current')"
        " left join cluster on cluster.id = cluster_member.cluster_id",
    ),
}
"""What points can be coloured by: the column, and what has to be joined for it."""


@click.command(
    context_settings=FORMULA_ARGUMENTS,
    epilog="Example: formulary plot delta q_reduced_gamma --color constant -o map.png",
)
@click.argument("what", nargs=-1, required=True, metavar="X Y | clusters | growth | formula FORMULA")
@option("-o", "--output", required=True, metavar="FILE", help="The picture; its ending says png, svg or html.")
@option("--color", type=click.Choice(["constant", "cluster", "class"]), help="What points are coloured by.")
@option("--where", default="true", metavar="SQL", help="Only formulas of the view `formulas` for which this is true.")
@catalogue_options
def plot(
    what: tuple[str, ...], output: str, color: str | None, where: str, database_url: str | None, home: str | None
) -> None:
    """Draw two metrics against each other, the clusters, the growth of the catalogue, or one formula's convergence."""
    from catalog.database import open_database
    from indexer.plots import checked_format, save

    refuse_options(what)
    checked_format(output)
    if what[0] == "formula":
        figure = _formula(what[1:])
    else:
        columns = () if what in (("clusters",), ("growth",)) else _columns(what)
        with open_database(database_url, home) as database:
            database.require_current()
            if columns:
                figure = _metrics(database, columns, color, where)
            elif what == ("clusters",):
                figure = _clusters(database)
            else:
                figure = _growth(database)
    save(figure, output)
    note(f"wrote {output}")


def _columns(what: tuple[str, ...]) -> tuple[str, str]:
    """Two figures by name; a misspelt one is answered with the nearest."""
    from difflib import get_close_matches

    from catalog.tables import METRICS

    if len(what) != 2:
        raise click.UsageError(
            "give two metrics, such as delta q_reduced_gamma, or clusters, growth, or formula FORMULA"
        )
    known = (*METRICS, *PLAIN)
    for name in what:
        if name not in known:
            raise click.UsageError(
                f"there is no metric {name}; the nearest is {get_close_matches(name, known, 1, 0)[0]}"
            )
    return what[0], what[1]


def _metrics(database: Any, columns: tuple[str, str], color: str | None, where: str) -> Figure:
    import numpy as np
    import psycopg

    from catalog.errors import FormularyError, NotFound
    from catalog.sql import blocks
    from indexer.plots import Points, scatter

    group, join = GROUPS[color]
    query = blocks()["plot_points"].replace("{x}", columns[0]).replace("{y}", columns[1])
    query = query.replace("{group}", group).replace("{join}", join).replace("({where})", f"(\n{where}\n)")
    with database.reader() as connection:
        try:
            rows = connection.execute(query.encode()).fetchall()
        except (psycopg.OperationalError, psycopg.InterfaceError):
            raise
        except psycopg.Error as error:
            reason = str(error).split("\nLINE")[0].strip()
            raise FormularyError(f"--where cannot be used: {reason}") from error
    if not rows:
        raise NotFound(f"no formula has {columns[0]} and {columns[1]} under this condition")
    values = np.array([row[:2] for row in rows], dtype=np.float64)
    return scatter(Points(values[:, 0], values[:, 1], [row[2] for row in rows]), columns, color)


def _clusters(database: Any) -> Figure:
    import numpy as np

    from catalog.clusters import current, read_figures
    from catalog.errors import NotFound
    from catalog.sql import block
    from indexer.neighbour_vector import VECTOR_VERSION
    from indexer.plots import clusters

    with database.connect() as connection:
        if current(connection) is None:
            raise NotFound("there are no clusters yet; make them by `formulary cluster build`")
        figures = read_figures(connection, VECTOR_VERSION, ())
        members = {number: (cluster, label) for number, cluster, label in connection.execute(block("plot_members"))}
    ids = figures.ids[figures.canonical].tolist()
    found = [members.get(i, (None, None)) for i in ids]
    numbers = np.array([cluster or 0 for cluster, _ in found], dtype=np.int64)
    return clusters(figures.vectors[figures.canonical].astype(np.float64), [label for _, label in found], numbers)


def _growth(database: Any) -> Figure:
    from catalog.errors import NotFound
    from catalog.sql import block
    from indexer.plots import growth

    with database.connect() as connection:
        rows = connection.execute(block("plot_growth")).fetchall()
    if not rows:
        raise NotFound("there are no formulas yet; index some by `formulary run`")
    return growth([moment for moment, _ in rows], [count for _, count in rows])


def _formula(arguments: tuple[str, ...]) -> Figure:
    import math

    from gmpy2 import log

    from catalog.errors import FormularyError
    from indexer.asymptotics import classify
    from indexer.convergents import convergents
    from indexer.metrics import log_error
    from indexer.plots import convergence
    from indexer.tails import Tail

    formula = read_formula(arguments)
    verdict = classify(formula)
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
    return convergence(str(formula), DEPTHS, errors, deltas)
