"""A clustering goes into the catalogue: clusters get their numbers, labels and history; `build.py` finds them.

Thousands of clusters are written in a few statements. Numbers survive from run to run where members do.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import psycopg

from catalog.formulas.pcf import PCF
from catalog.progress import Tell, silent, told
from catalog.store import clusters as store
from catalog.store.clusters import ClusterRow, Event, Figures, NamedMember
from indexer.clusters.hdbscan import Cluster, Clusters, Split
from indexer.clusters.labels import MIXED, SAMPLED_MEMBERS, UNNAMED, Evidence, constant_detail, match, related
from indexer.clusters.naming import name_formula
from indexer.clusters.places import Integers
from indexer.identification.library import PreparedLibrary
from indexer.identification.own_constants import read_library

TESTED_CLUSTERS = 200
"""Clusters without a verified member that are tested in one run: those with a family key, the largest, come first."""

LISTED_CONSTANTS = 8
"""Constants of a mixed cluster that an event lists."""


@dataclass
class _Named:
    """A cluster with its label and the events that explain it; `sample` are ids of its simplest core members."""

    cluster: Cluster
    sample: list[int]
    label: str | None = None
    constant_id: int | None = None
    unnamed: bool = False
    created: dict[str, Any] = field(default_factory=dict)
    splits: list[Event] = field(default_factory=list)
    reason: Event = field(default_factory=lambda: Event("labelled", {"why": "nothing is verified any more"}))


class Writer:
    """Labels the clusters of one run and stores them."""

    def __init__(self, connection: psycopg.Connection, clustering: int) -> None:
        """Take a connection in a transaction, and the number of the clustering that was entered in it."""
        self.connection, self.clustering = connection, clustering
        self.untested = TESTED_CLUSTERS
        self._library: PreparedLibrary | None = None

    def write(
        self, figures: Figures, rows: Integers, found: Clusters, table: list[str], tell: Tell = silent
    ) -> tuple[int, int, dict[str, int]]:
        """Store clusters, events and members; return how many numbers were kept and retired, and labels by kind."""
        ids = figures.ids[rows]
        before = store.living_clusters(self.connection)
        same, heirs = _survivors(ids, found.labels, *store.current_members(self.connection))
        named = [_Named(cluster, _simplest(figures, rows[cluster.core])) for cluster in found.clusters]
        tied = figures.in_family[rows]
        likely = sorted(range(len(named)), key=lambda i: not tied[named[i].cluster.core[0]])  # then the largest first
        for i in told(likely, tell, "labelling clusters", len(likely)):
            self._name(named[i], figures.constants, ids, table, before.get(same.get(i, 0)))
        numbers = self._numbers(named, before, same)
        self._store(named, numbers, before, same)
        kept = set(same.values())
        gone = [number for number in before if number not in kept]
        self._retire({number: numbers[heirs[number]] if number in heirs else None for number in gone})
        placed = np.array([*numbers, 0], dtype=np.int64)[found.labels]
        clusters, distances = np.zeros(len(figures.ids), np.int64), np.full(len(figures.ids), np.nan)
        clusters[rows], distances[rows] = placed, found.distances
        store.finish(self.connection, self.clustering, figures.ids, clusters, distances)
        return len(same), len(gone), dict(Counter(map(_kind, named)))

    def _name(
        self,
        item: _Named,
        constants: dict[int, NamedMember],
        ids: Integers,
        table: list[str],
        old: dict[str, Any] | None,
    ) -> None:
        """Give a cluster its label and the reason for it."""
        item.splits = [Event("split", _split_detail(step, table)) for step in item.cluster.steps]
        item.created = {"members": len(item.cluster.members)}
        verified = [constants[i] for i in ids[item.cluster.members].tolist() if i in constants]
        if verified:
            _name_by_constants(item, verified)
        elif old is not None and (old["label"] or "").startswith(UNNAMED):
            item.unnamed = True
        elif self.untested > 0:
            self.untested -= 1
            self._test(item)

    def _test(self, item: _Named) -> None:
        """Test the simplest member against the library, then others against it."""
        formulas = store.formulas_by_id(self.connection, item.sample)
        sample = sorted(((i, formulas[i]) for i in item.sample), key=lambda pair: pair[1].complexity)
        item.sample = [i for i, _ in sample]
        self._library = self._library or read_library(self.connection)
        verified = name_formula(self.connection, sample[0][0], sample[0][1], self._library)
        if verified is not None:
            _name_by_constants(item, [verified])
        elif len(sample) > 1:
            _name_by_relations(item, [formula for _, formula in sample])

    def _numbers(self, named: list[_Named], before: dict[int, Any], same: dict[int, int]) -> list[int]:
        """Return the number of each cluster: that of the one it was before, or a new one."""
        new = [i for i in range(len(named)) if same.get(i) not in before]
        given = dict(zip(new, store.new_numbers(self.connection, len(new)), strict=True))
        return [given[i] if i in given else same[i] for i in range(len(named))]

    def _store(
        self, named: list[_Named], numbers: list[int], before: dict[int, dict[str, Any]], same: dict[int, int]
    ) -> None:
        """Write clusters and their events."""
        rows, events = [], []
        for i, (item, number) in enumerate(zip(named, numbers, strict=True)):
            if item.unnamed:
                item.label = f"{UNNAMED}{number}"
            old = before.get(same.get(i, 0))
            label = None if old is None else old["label"]
            if old is None:
                events += [(number, event) for event in (Event("created", item.created), *item.splits)]
            if item.label != label:
                kind = "relabelled" if label else "labelled"
                detail = {"before": label, **item.reason.detail, "label": item.label}
                events.append((number, Event(kind, detail, item.reason.relation_id)))
            rows.append(ClusterRow(number, item.label, item.constant_id, item.cluster.radius, item.sample[0]))
        store.put_clusters(self.connection, self.clustering, rows)
        store.add_events(self.connection, self.clustering, events)

    def _retire(self, gone: dict[int, int | None]) -> None:
        """Take clusters out of use, with the one that most of their members went to."""
        store.retire_clusters(self.connection, list(gone))
        unplaced = Event("retired", {"why": "its members are unplaced"})
        events = [(n, Event("merged", {"into": heir}) if heir else unplaced) for n, heir in gone.items()]
        store.add_events(self.connection, self.clustering, events)


def _simplest(figures: Figures, core: Integers) -> list[int]:
    """Return the ids of the first members of a core, canonical and simple ones first; the first one represents it."""
    order = np.lexsort((figures.ids[core], figures.complexity[core], ~figures.canonical[core]))
    chosen = core[order[: SAMPLED_MEMBERS + 1]]
    if figures.canonical[chosen[0]]:
        chosen = chosen[figures.canonical[chosen]]
    return figures.ids[chosen].tolist()  # type: ignore[no-any-return]


def _name_by_constants(item: _Named, verified: list[NamedMember]) -> None:
    """Call a cluster by the constant of its verified members, or mixed where they have several."""
    counts = Counter(one.name for one in verified)
    best = next(one for one in verified if one.name == counts.most_common(1)[0][0])
    detail = constant_detail(best.name, len(verified), len(item.cluster.members))
    if len(counts) == 1:
        item.label, item.constant_id = best.name, best.constant_id
        item.reason = Event("labelled", detail, best.relation_id)
        return
    item.label = MIXED
    detail |= {"label": MIXED, "why": "verified members disagree and nothing splits them"}
    item.reason = Event("labelled", {**detail, "constants": dict(counts.most_common(LISTED_CONSTANTS))})


def _name_by_relations(item: _Named, sample: list[PCF]) -> None:
    """Give a cluster a label of its own where the members tested are Moebius maps of one limit."""
    first, *others = sample
    evidence = related(first, others)
    detail = _evidence_detail(first, evidence)
    if all(one.relation is not None for one in evidence):
        item.unnamed = True
        why = "no member has a name, and those tested are Moebius maps of one limit"
        item.reason = Event("labelled", {"why": why, **detail})
    else:
        apart = str(evidence[-1].formula)
        item.created |= {"why": "no member has a name, and one is no Moebius map of the representative", "apart": apart}


def _kind(item: _Named) -> str:
    if item.label is None:
        return "none"
    return "unnamed" if item.unnamed else "mixed" if item.label == MIXED else "constant"


def _survivors(
    ids: Integers, labels: Integers, old_ids: Integers, old_clusters: Integers
) -> tuple[dict[int, int], dict[int, int]]:
    """Return which new label is which old cluster, and the new label that most members of each old cluster went to."""
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


def _split_detail(step: Split, table: list[str]) -> dict[str, Any]:
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
