"""`formulary cluster build`: reads the catalogue, clusters, labels, stores; the mathematics is in `clusters.py`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from difflib import get_close_matches
from typing import Any

import numpy as np
import numpy.typing as npt
import psycopg

from catalog import clusters as store
from catalog.clusters import Event, Figures, Verified
from catalog.errors import FormularyError
from catalog.formula import PCF
from catalog.tables import METRICS
from indexer.cluster_labels import MIXED, Evidence, match, related
from indexer.cluster_quality import quality
from indexer.clusters import UNPLACED, Cluster, Clusters, Parameters, Step, build
from indexer.neighbour_vector import VECTOR_VERSION

PLANE = ("delta", "q_reduced_eta", "q_reduced_gamma", "convergence_eta", "convergence_gamma")
"""Metrics that the source paper (arXiv 2412.16818) clusters by: delta with eta', gamma', eta and gamma."""

FURTHER = ("convergence_beta", "convergence_sqrt", "gcd_gamma", "delta_unreduced")
"""Metrics that split a cluster where the others do not."""

UNNAMED = "unnamed-"
"""Label, before its number, of a cluster of related formulas without a name."""

TESTED_CLUSTERS = 100
"""Clusters without a verified member whose members are tested against each other in one run, the largest first."""

LISTED_CONSTANTS = 8
"""Constants of a mixed cluster that an event lists."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Options:
    """What to cluster by: `vector` (the neighbour vector), or `metrics` (those in `metrics`)."""

    by: str = "vector"
    metrics: tuple[str, ...] = PLANE
    parameters: Parameters = field(default_factory=Parameters)


@dataclass(frozen=True)
class Built:
    """What a run made: its number (None where nothing was stored), and its figures."""

    clustering: int | None
    quality: dict[str, Any]
    kept: int = 0
    retired: int = 0
    labels: dict[str, int] = field(default_factory=dict)


@dataclass
class _Named:
    """A cluster with its label and the events that explain it."""

    cluster: Cluster
    representative: int
    label: str | None = None
    constant_id: int | None = None
    unnamed: bool = False
    events: list[Event] = field(default_factory=list)


def checked_metrics(names: Sequence[str]) -> tuple[str, ...]:
    """Names of metrics, each once; raises FormularyError with the nearest name for one that is not known."""
    for name in names:
        if name not in METRICS:
            near = get_close_matches(name, METRICS, 1, 0.0)[0]
            raise FormularyError(f"there is no metric {name}; the nearest is {near}")
    return tuple(dict.fromkeys(names))


def scale_of(values: dict[str, Floats], names: Sequence[str]) -> dict[str, tuple[float, float]]:
    """Centre and spread of each metric, by which it is made comparable with the others."""
    scales = {}
    for name in names:
        known = values[name][np.isfinite(values[name])]
        spread = float(known.std()) if len(known) else 0.0
        scales[name] = (float(known.mean()) if len(known) else 0.0, spread or 1.0)
    return scales


def scaled(values: dict[str, Floats], scales: dict[str, tuple[float, float]]) -> Floats:
    """Points (n, metrics); NaN where a metric is not known."""
    return np.stack([(values[name] - centre) / spread for name, (centre, spread) in scales.items()], axis=1)


def run(connection: psycopg.Connection, options: Options, *, stored: bool = True, say: Callable[[str], None]) -> Built:
    """Cluster the whole catalogue, and store it where `stored`. Raises FormularyError where there is too little."""
    metrics = checked_metrics(options.metrics)
    names = tuple(dict.fromkeys((*PLANE, *FURTHER, *metrics)))
    figures = store.read_figures(connection, VECTOR_VERSION, names)
    rows, points, scales = _points(figures, options.by, metrics)
    canonical = int(figures.canonical[rows].sum())
    if canonical < 2 * options.parameters.min_size:
        raise FormularyError(
            f"{canonical} canonical formulas can be clustered by {options.by}, and two clusters of"
            f" {options.parameters.min_size} need {2 * options.parameters.min_size}; index more by `formulary run`"
        )
    say(f"{len(rows)} formulas to cluster by {options.by}")
    table, constants = _numbered(figures)
    further_scales = scale_of(figures.metrics, [name for name in names if options.by == "vector" or name not in scales])
    further = [(name, scaled(figures.metrics, {name: s})[rows]) for name, s in further_scales.items()]
    weights = figures.canonical[rows].astype(np.float64)
    found = build(points, weights, constants[rows], further, options.parameters)
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
        **asdict(options.parameters),
        "quality": figures_of_run,
    }
    with connection.transaction():
        writer = _Writer(connection, store.start(connection, "hdbscan", parameters, VECTOR_VERSION), say)
        return replace(writer.write(figures, rows, found, table), quality=figures_of_run)


def _points(
    figures: Figures, by: str, metrics: Sequence[str]
) -> tuple[npt.NDArray[np.int64], Floats, dict[str, tuple[float, float]]]:
    """Rows that can be clustered, their points, and the scales of the metrics."""
    if by == "vector":
        return np.arange(len(figures.ids)), figures.vectors.astype(np.float64), {}
    scales = scale_of(figures.metrics, metrics)
    points = scaled(figures.metrics, scales)
    rows = np.flatnonzero(np.isfinite(points).all(axis=1))
    return rows, points[rows], scales


def _numbered(figures: Figures) -> tuple[list[str], npt.NDArray[np.int64]]:
    """The names of the verified constants, and the number of each formula's among them."""
    table = sorted({verified.name for verified in figures.constants.values()})
    number = {name: i for i, name in enumerate(table)}
    constants = [
        number[figures.constants[i].name] if i in figures.constants else UNPLACED for i in figures.ids.tolist()
    ]
    return table, np.array(constants, dtype=np.int64)


class _Writer:
    """Labels the clusters of one run and stores them; numbers of clusters survive where members do."""

    def __init__(self, connection: psycopg.Connection, clustering: int, say: Callable[[str], None]) -> None:
        self.connection, self.clustering, self.say = connection, clustering, say
        self.untested = TESTED_CLUSTERS

    def write(self, figures: Figures, rows: npt.NDArray[np.int64], found: Clusters, table: list[str]) -> Built:
        """Label, match with the clusters before, store clusters, events and members."""
        ids = figures.ids[rows]
        simplest = self._simplest(figures, rows, found)
        before = store.living_clusters(self.connection)
        same, heirs = _survivors(ids, found.labels, *store.current_members(self.connection))
        named = [
            self._name(figures, ids, cluster, simplest[i], table, before.get(same.get(i, 0)))
            for i, cluster in enumerate(found.clusters)
        ]
        numbers = [self._store(item, before.get(same.get(i, -1)), same.get(i)) for i, item in enumerate(named)]
        gone = [number for number in before if number not in same.values()]
        for number in gone:
            self._retire(number, numbers[heirs[number]] if number in heirs else None)
        placed = np.array([*numbers, 0], dtype=np.int64)[found.labels]
        all_clusters, distances = np.zeros(len(figures.ids), np.int64), np.full(len(figures.ids), np.nan)
        all_clusters[rows], distances[rows] = placed, found.distances
        store.finish(self.connection, self.clustering, figures.ids, all_clusters, distances)
        kinds = Counter(
            "none" if n.label is None else "unnamed" if n.unnamed else "mixed" if n.label == MIXED else "constant"
            for n in named
        )
        return Built(self.clustering, {}, len(same), len(gone), dict(kinds))

    def _simplest(self, figures: Figures, rows: npt.NDArray[np.int64], found: Clusters) -> list[list[tuple[int, PCF]]]:
        """For each cluster its first canonical members, the simplest first: number and formula."""
        chosen = []
        for cluster in found.clusters:
            members = rows[cluster.members]
            canonical = members[figures.canonical[members]]
            chosen.append(figures.ids[canonical if len(canonical) else members][:64].tolist())
        formulas = store.formulas_by_id(self.connection, [i for part in chosen for i in part])
        return [sorted(((i, formulas[i]) for i in part), key=lambda item: item[1].complexity) for part in chosen]

    def _name(
        self,
        figures: Figures,
        ids: npt.NDArray[np.int64],
        cluster: Cluster,
        simplest: list[tuple[int, PCF]],
        table: list[str],
        old: dict[str, Any] | None,
    ) -> _Named:
        """The label of a cluster, and why."""
        named = _Named(cluster, simplest[0][0])
        for step in cluster.steps:
            named.events.append(Event("split", _split_detail(step, table)))
        verified = [figures.constants[i] for i in ids[cluster.members].tolist() if i in figures.constants]
        counts = Counter(item.name for item in verified)
        if counts:
            self._by_constants(named, verified, counts)
        elif old is not None and (old["label"] or "").startswith(UNNAMED):
            named.unnamed = True
        elif len(simplest) > 1 and self.untested > 0:
            self.untested -= 1
            self._by_relations(named, simplest)
        return named

    def _by_constants(self, named: _Named, verified: list[Verified], counts: Counter[str]) -> None:
        best = next(item for item in verified if item.name == counts.most_common(1)[0][0])
        detail: dict[str, Any] = {"verified": len(verified), "members": len(named.cluster.members)}
        if len(counts) == 1:
            named.label, named.constant_id = best.name, best.constant_id
            detail |= {"label": best.name, "why": "all verified members agree"}
        else:
            named.label = MIXED
            detail |= {"label": MIXED, "why": "verified members disagree and nothing splits them"}
            detail["constants"] = dict(counts.most_common(LISTED_CONSTANTS))
        named.events.append(Event("labelled", detail, best.relation_id if len(counts) == 1 else None))

    def _by_relations(self, named: _Named, simplest: list[tuple[int, PCF]]) -> None:
        (_, first), *others = simplest
        evidence = related(first, [formula for _, formula in others])
        if evidence and all(item.relation is not None for item in evidence):
            named.unnamed = True
            detail = {"why": "no member has a name, and those tested are Moebius maps of one limit"}
            named.events.append(Event("labelled", {**detail, **_evidence_detail(first, evidence)}))

    def _store(self, item: _Named, old: dict[str, Any] | None, number: int | None) -> int:
        """Write a cluster with its events; returns its number."""
        cluster = item.cluster
        if number is None or old is None:
            number = store.add_cluster(self.connection, self.clustering, cluster.radius, item.representative)
            self._event(number, Event("created", {"members": len(cluster.members)}))
            old = {"label": None}
            for event in item.events[: len(cluster.steps)]:
                self._event(number, event)
        if item.unnamed:
            item.label = f"{UNNAMED}{number}"
        if item.label != old["label"]:
            name = "relabelled" if old["label"] else "labelled"
            last = (
                item.events[-1] if item.events and item.label else Event(name, {"why": "nothing is verified any more"})
            )
            detail = {"before": old["label"], **last.detail, "label": item.label}
            self._event(number, Event(name, detail, last.relation_id))
        store.change_cluster(self.connection, number, item.label, item.constant_id, cluster.radius, item.representative)
        return number

    def _retire(self, number: int, heir: int | None) -> None:
        store.retire_cluster(self.connection, number)
        self._event(
            number, Event("merged", {"into": heir}) if heir else Event("retired", {"why": "its members are unplaced"})
        )

    def _event(self, number: int, event: Event) -> None:
        store.add_event(self.connection, number, self.clustering, event)


def _survivors(
    ids: npt.NDArray[np.int64],
    labels: npt.NDArray[np.int64],
    old_ids: npt.NDArray[np.int64],
    old_clusters: npt.NDArray[np.int64],
) -> tuple[dict[int, int], dict[int, int]]:
    """Which new label is which old cluster; and the new label that most members of each old cluster went to."""
    _, mine, theirs = np.intersect1d(ids, old_ids, return_indices=True)
    pairs = np.stack([labels[mine], old_clusters[theirs]], axis=1)
    pairs = pairs[pairs[:, 0] >= 0]
    if not len(pairs):
        return {}, {}
    found, counts = np.unique(pairs, axis=0, return_counts=True)
    overlaps = [(int(new), int(old), int(n)) for (new, old), n in zip(found, counts, strict=True)]
    sizes = [
        dict(zip(*map(np.ndarray.tolist, np.unique(x, return_counts=True)), strict=True))
        for x in (old_clusters, labels)
    ]
    heirs = {old: new for new, old, _ in sorted(overlaps, key=lambda item: item[2])}
    return match(overlaps, *sizes), heirs


def _split_detail(step: Step, table: list[str]) -> dict[str, Any]:
    commonest = sorted(step.constants.items(), key=lambda item: -item[1])[:LISTED_CONSTANTS]
    return {
        "by": step.by,
        "parts": step.parts,
        "why": "verified members disagreed",
        "constants": {table[number]: count for number, count in commonest},
    }


def _evidence_detail(first: PCF, evidence: list[Evidence]) -> dict[str, Any]:
    relations = {str(e.formula): [str(x) for x in e.relation] for e in evidence if e.relation is not None}
    return {"representative": str(first), "relations": relations}
