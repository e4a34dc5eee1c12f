"""Figures of a catalogue, read from it and drawn, and those of mathematics alone: the board and one formula."""

from __future__ import annotations

import math

import psycopg
from gmpy2 import log
from matplotlib.figure import Figure

from catalog.errors import FormularyError, NotFound
from catalog.formulas.pcf import PCF
from catalog.progress import Tell, silent
from catalog.store.clusters import current
from catalog.store.figures import read_growth, read_members, read_plane
from indexer.kinds.kind import kind_of
from indexer.kinds.vectors import VECTOR_VERSION
from indexer.mathematics.continued_fractions.convergents import convergents
from indexer.mathematics.continued_fractions.metrics import log_error
from indexer.mathematics.continued_fractions.tail import Tail
from indexer.pictures.growth import convergence, growth
from indexer.pictures.maps import Points, clusters, scatter

DEPTHS = (5, 10, 20, 35, *range(50, 1001, 50))
"""Depths n at which a formula's convergents are drawn."""

WITHOUT = {
    None: "none",
    "constant": "no verified constant",
    "cluster": "in no cluster with a label",
    "class": "class not known",
}
"""What it means to be in no group."""


def metrics_figure(
    connection: psycopg.Connection, columns: tuple[str, str], color: str | None, where: str | None, tell: Tell = silent
) -> Figure:
    """Two metrics of all formulas, or of those that meet a condition in SQL, coloured by constant, cluster or class.

    Raises NotFound where no formula has both metrics.
    """
    plane = read_plane(connection, columns, color, where, tell)
    if not len(plane.x):
        condition = " under this condition" if where else " yet; index some by `formulary run`"
        raise NotFound(f"no formula has {columns[0]} and {columns[1]}{condition}")
    points = Points(plane.x, plane.y, plane.groups, plane.names, WITHOUT[color])
    tell("drawing formulas", 0, len(plane.x))
    return scatter(points, columns, color)


def clusters_figure(connection: psycopg.Connection, tell: Tell = silent) -> Figure:
    """The clusters in the plane of their principal components; raises NotFound where there are none."""
    if current(connection) is None:
        raise NotFound("there are no clusters yet; make them by `formulary cluster build`")
    vectors, numbers, labels = read_members(connection, VECTOR_VERSION, tell)
    if not len(vectors):
        raise NotFound("no formula has a neighbour vector yet; index some by `formulary run`")
    tell("drawing formulas", 0, len(vectors))
    return clusters(vectors, numbers, labels)


def growth_figure(connection: psycopg.Connection) -> Figure:
    """Formulas stored and identified over time; raises NotFound where there are none."""
    formulas, identified = read_growth(connection)
    if not formulas:
        raise NotFound("there are no formulas yet; index some by `formulary run`")
    return growth(formulas, identified)


def convergence_figure(formula: PCF) -> Figure:
    """The error of a formula's convergents and the delta they show, by depth; raises FormularyError if it diverges."""
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
