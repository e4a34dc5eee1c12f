"""The clusters of a whole catalogue: read, clustered, labelled, stored; the mathematics is in `hdbscan.py`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from difflib import get_close_matches
from typing import Any

import numpy as np
import psycopg

from catalog.errors import FormularyError
from catalog.progress import Tell, silent
from catalog.store import clusters as store
from catalog.store.clusters import Figures
from catalog.vocabulary import METRICS
from indexer.clusters.hdbscan import LEAST_SIZE, Parameters, can_split, cluster_points, require_hdbscan
from indexer.clusters.labels import with_fields
from indexer.clusters.places import UNPLACED, Floats, Integers
from indexer.clusters.points import with_classes
from indexer.clusters.quality import quality
from indexer.clusters.scales import scaled_metrics, scales_of
from indexer.clusters.writing import Writer
from indexer.kinds.vectors import VECTOR_VERSION

PLANE = ("delta", "q_reduced_eta", "q_reduced_gamma", "convergence_eta", "convergence_gamma")
"""Metrics that the source paper (arXiv 2412.16818) clusters by: delta with eta', gamma', eta and gamma."""

FURTHER = ("convergence_beta", "convergence_sqrt", "gcd_gamma", "delta_unreduced")
"""Metrics that split a cluster where the others do not."""

VECTOR_PARAMETERS = Parameters(min_size=3, min_samples=5, places_only=True)
"""By vector. Formulas with one constant share a place; three of them tell that it is no chance, and different
places have nothing to do with each other (docs/clusters.md)."""

METRICS_PARAMETERS = Parameters(min_size=50, min_samples=10)
"""By metrics, which are continuous: large clusters are the same when a tenth of the formulas is missing, small ones
are not (docs/clusters.md)."""

SMALLEST_SHARE = 20
"""A cluster by metrics needs at most one in so many of the formulas."""


@dataclass(frozen=True)
class Options:
    """What to cluster by: `vector` (the neighbour vector), or `metrics` (those in `metrics`).

    `min_size` and `min_samples` are None for what suits the points: by vector VECTOR_PARAMETERS, by metrics
    METRICS_PARAMETERS, but clusters of no more than a SMALLEST_SHARE of the catalogue.
    """

    by: str = "vector"
    metrics: tuple[str, ...] = PLANE
    min_size: int | None = None
    min_samples: int | None = None
    sample: int = Parameters.sample
    seed: int = Parameters.seed

    def parameters(self, canonical: int) -> Parameters:
        """Return the parameters for so many canonical formulas, those that are given and what suits the points."""
        if self.by == "vector":
            usual = VECTOR_PARAMETERS
        else:
            size = max(LEAST_SIZE, min(METRICS_PARAMETERS.min_size, canonical // SMALLEST_SHARE))
            usual = replace(METRICS_PARAMETERS, min_size=size, min_samples=min(METRICS_PARAMETERS.min_samples, size))
        return Parameters(
            usual.min_size if self.min_size is None else self.min_size,
            usual.min_samples if self.min_samples is None else self.min_samples,
            usual.places_only,
            self.sample,
            self.seed,
        )


@dataclass(frozen=True)
class Built:
    """What a run made: its number (None where nothing was stored), and its figures."""

    clustering: int | None
    quality: dict[str, Any]
    kept: int = 0
    retired: int = 0
    labels: dict[str, int] = field(default_factory=dict)


def checked_metrics(names: Sequence[str]) -> tuple[str, ...]:
    """Return names of metrics, each once; raises FormularyError with the nearest name for one that is not known."""
    for name in names:
        if name not in METRICS:
            near = get_close_matches(name, METRICS, 1, 0.0)[0]
            raise FormularyError(f"there is no metric {name}; the nearest is {near}")
    return tuple(dict.fromkeys(names))


def build_clusters(
    connection: psycopg.Connection,
    options: Options,
    *,
    stored: bool = True,
    say: Callable[[str], None] = lambda text: None,
    tell: Tell = silent,
) -> Built:
    """Cluster the whole catalogue, and store the clusters unless `stored` is False.

    `say` is told how many formulas take part. Raises FormularyError where there are too few.
    """
    if options.by == "metrics":
        require_hdbscan()
    metrics = checked_metrics(options.metrics)
    names = tuple(dict.fromkeys((*PLANE, *FURTHER, *metrics)))
    tell("reading formulas")
    figures = store.read_figures(connection, VECTOR_VERSION, names)
    figures = replace(figures, constants=with_fields(figures.constants))
    rows, points, scales = points_of(figures, options.by, metrics)
    canonical = int(figures.canonical[rows].sum())
    chosen = options.parameters(canonical)
    if canonical < 2 * chosen.min_size:
        raise FormularyError(
            f"{canonical} canonical formulas can be clustered by {options.by}, and two clusters of"
            f" {chosen.min_size} need {2 * chosen.min_size}; index more by `formulary run`"
        )
    say(f"{len(rows)} formulas to cluster by {options.by}")
    if not can_split():
        say("cores of several constants stay mixed: scikit-learn, from the extra `clusters`, would split them")
    table, constants = numbered(figures)
    splitting = [name for name in names if name not in scales]
    further_scales = scales_of(figures.metrics, splitting)
    further = [(name, scaled_metrics(figures.metrics, {name: scale})[rows]) for name, scale in further_scales.items()]
    weights = figures.canonical[rows].astype(np.float64)
    tell("clustering", 0, len(rows))
    found = cluster_points(points, weights, constants[rows], further, chosen)
    figures_of_run = quality(
        found.labels, weights, constants[rows], {name: figures.metrics[name][rows] for name in names}
    )
    if not stored:
        return Built(None, figures_of_run)
    parameters = {
        "by": options.by,
        "metrics": list(metrics) if options.by == "metrics" else [],
        "scales": scales,
        "further": further_scales,
        **asdict(chosen),
        "quality": figures_of_run,
    }
    with connection.transaction():
        number = store.start(connection, "hdbscan", parameters, VECTOR_VERSION)
        kept, retired, labels = Writer(connection, number).write(figures, rows, found, table, tell)
    return Built(number, figures_of_run, kept, retired, labels)


def points_of(
    figures: Figures, by: str, metrics: Sequence[str]
) -> tuple[Integers, Floats, dict[str, tuple[float, float]]]:
    """Return the rows (n,) that can be clustered, their points (n, d), and the scales of the metrics among these."""
    if by == "vector":
        return np.arange(len(figures.ids)), with_classes(figures.vectors, figures.classes), {}
    scales = scales_of(figures.metrics, metrics)
    points = scaled_metrics(figures.metrics, scales)
    rows = np.flatnonzero(np.isfinite(points).all(axis=1))
    return rows, points[rows], scales


def numbered(figures: Figures) -> tuple[list[str], Integers]:
    """Return the names of the verified constants, and for each formula the index of its own in them, or UNPLACED."""
    table = sorted({verified.name for verified in figures.constants.values()})
    number = {name: i for i, name in enumerate(table)}
    constants = [
        number[figures.constants[i].name] if i in figures.constants else UNPLACED for i in figures.ids.tolist()
    ]
    return table, np.array(constants, dtype=np.int64)
