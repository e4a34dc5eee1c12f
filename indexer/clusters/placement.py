"""Where a new formula belongs: in the nearest cluster, within its radius, or nowhere yet.

`OnlineClusters` follows a catalogue in the order of commits and does to new formulas what `clusters.py` does: first the
rule of `places.py`; then a place at which enough formulas wait is a cluster of its own. A formula that is placed does
not move its cluster: radius and core are those of the last `formulary cluster build`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import psycopg

from catalog.store import clusters as store
from catalog.store.clusters import ClusterRow, Event
from catalog.store.vectors import vectors_beyond
from indexer.clusters.labels import MIXED, constant_detail, with_fields
from indexer.clusters.places import GRID, PLACE_RADIUS, UNPLACED, Floats, Integers, Places, place_keys
from indexer.kinds.vectors import VECTOR_VERSION

MARGIN = 2 * GRID
"""How much farther than the widest radius is read around a formula: rounding to places, on both sides."""


def scaled(values: npt.NDArray[np.floating[Any]], scales: Mapping[str, Sequence[float]]) -> Floats:
    """Metrics (n, m) in the order of `scales`, each minus its centre and over its spread."""
    if not scales:
        return np.zeros((len(values), 0))
    centres, spreads = np.array(list(scales.values()), dtype=np.float64).T
    return np.asarray((values.astype(np.float64) - centres) / spreads)


class OnlineClusters:
    """Places the formulas that come after a clustering; does nothing where there is none."""

    def __init__(self) -> None:
        self._clustering: int | None = None
        self._watermark = 0
        self._places = Places(np.zeros((0, 1)), np.zeros(0, np.int64), {}, np.zeros((0, 0)))
        self._waiting: dict[int, list[int]] = {}
        self._founded: dict[int, int] = {}

    def follow(self, connection: psycopg.Connection) -> int:
        """Place what was committed since the last time; returns how many formulas joined a cluster."""
        current = store.current(connection)
        if current is None or current["vector_version"] != VECTOR_VERSION:
            return 0
        if current["id"] != self._clustering:
            self._watermark, _ = vectors_beyond(connection, 0, VECTOR_VERSION)
            self._load(connection, current)
            return self._place(connection, store.unseen(connection, current["id"], VECTOR_VERSION))
        self._watermark, parts = vectors_beyond(connection, self._watermark, VECTOR_VERSION)
        return self._place(connection, [number for part in parts for number in part[0].tolist()])

    def place_new(self, connection: psycopg.Connection, ids: Sequence[int]) -> int:
        """Place these formulas alone, which were just committed; returns how many joined a cluster."""
        current = store.current(connection) if len(ids) else None
        if current is None or current["vector_version"] != VECTOR_VERSION:
            return 0
        if current["id"] != self._clustering:
            self._load(connection, current)
        return self._place(connection, ids)

    @classmethod
    def place_once(cls, connection: psycopg.Connection, ids: Sequence[int]) -> int:
        """`place_new` for one or a few formulas and no more after them: reads only what is near these."""
        current = store.current(connection) if len(ids) else None
        if current is None or current["vector_version"] != VECTOR_VERSION:
            return 0
        online = cls()
        online._load(connection, current, ids)
        return online._place(connection, ids)

    def _load(
        self, connection: psycopg.Connection, current: dict[str, Any], around: Sequence[int] | None = None
    ) -> None:
        """Take the cores of the current clustering, and what waits; or as much of them as can matter to some formulas.

        A cluster that is a single place is known by its representative, unless others share the place.
        """
        self._clustering = current["id"]
        parameters = current["parameters"]
        self._by, self._scales, self._further = parameters["by"], parameters["scales"], parameters["further"]
        self._least = int(parameters["min_size"])
        if around is None:
            living = store.living_clusters(connection)
            waiting = store.unplaced(connection, current["id"])
        else:
            near, places = self._near(connection, around)
            living = store.living_clusters(connection, np.unique(places[places > 0]).tolist())
            waiting = near[places == 0]
        ids, clusters = self._cores(connection, living)
        known, points, further = self._points(connection, ids.tolist())
        _, mine, theirs = np.intersect1d(ids, known, return_indices=True)
        radii = {number: row["radius"] for number, row in living.items()}
        self._places = Places(points[theirs], clusters[mine], radii, further[theirs])
        self._waiting, self._founded = defaultdict(list), {}
        self._wait(*self._at(connection, waiting.tolist()))

    def _near(self, connection: psycopg.Connection, ids: Sequence[int]) -> tuple[Integers, Integers]:
        """Formulas in cores or waiting, and their clusters, within the reach of any cluster around these formulas."""
        assert self._clustering is not None
        points = self._at(connection, ids)[1]
        points = points[np.isfinite(points).all(axis=1)]
        reach = store.widest_radius(connection) + MARGIN
        boxes, metrics = np.stack([points - reach, points + reach], axis=1), None
        if self._by != "vector":
            centres, spreads = np.array(list(self._scales.values()), dtype=np.float64).T
            boxes, metrics = boxes * spreads + centres, tuple(self._scales)
        return store.near_members(connection, self._clustering, VECTOR_VERSION, boxes, metrics)

    def _cores(self, connection: psycopg.Connection, living: dict[int, dict[str, Any]]) -> tuple[Integers, Integers]:
        """Formulas that stand for the cores, and their clusters."""
        single = {row["representative_id"]: n for n, row in living.items() if row["radius"] == PLACE_RADIUS}
        ids, points = self._at(connection, sorted(single))
        _, place, count = np.unique(place_keys(points), return_inverse=True, return_counts=True)
        alone = ids[count[place] == 1].tolist()
        known = {single[i] for i in alone}
        wide = [number for number in living if number not in known]
        assert self._clustering is not None
        members, clusters = store.core_members(connection, self._clustering, wide)
        return np.array([*alone, *members], np.int64), np.array([*(single[i] for i in alone), *clusters], np.int64)

    def _points(self, connection: psycopg.Connection, ids: Sequence[int]) -> tuple[Integers, Floats, Floats]:
        """Ids found, in order, their points, and their further metrics."""
        names = (*self._scales, *self._further)
        known, values = store.read_metrics(connection, VECTOR_VERSION, names, ids)
        metrics = values[:, 1:]
        own = scaled(metrics[:, : len(self._scales)], self._scales)
        further = scaled(metrics[:, len(self._scales) :][:, : len(self._further)], self._further)
        if self._by == "vector":
            own = self._at(connection, known.tolist())[1]
        return known, own, further

    def _at(self, connection: psycopg.Connection, ids: Sequence[int]) -> tuple[Integers, Floats]:
        """Ids found, in order, and their points alone."""
        if self._by != "vector":
            return self._points(connection, ids)[:2]
        known, vectors = store.read_vectors(connection, VECTOR_VERSION, ids)
        return known, vectors.astype(np.float64)

    def _place(self, connection: psycopg.Connection, ids: Sequence[int]) -> int:
        """Place formulas that are new; found the clusters that they complete."""
        if not len(ids):
            return 0
        assert self._clustering is not None
        known, points, further = self._points(connection, ids)
        clusters, distances = self._places.place(points, further)
        if self._founded:
            for i, key in enumerate(place_keys(np.nan_to_num(points)).tolist()):
                if key in self._founded:
                    clusters[i], distances[i] = self._founded[key], 0.0
        store.put_members(connection, self._clustering, known, clusters, distances)
        waits = clusters == UNPLACED
        complete = self._wait(known[waits], points[waits])
        return int((~waits).sum()) + sum(self._found(connection, key) for key in complete)

    def _wait(self, ids: Integers, points: Floats) -> list[int]:
        """Let formulas wait at their places; returns those places that may have enough of them now."""
        finite = np.isfinite(points).all(axis=1)
        keys = place_keys(points[finite]).tolist()
        for number, key in zip(ids[finite].tolist(), keys, strict=True):
            self._waiting[key].append(number)
        return [key for key in dict.fromkeys(keys) if len(self._waiting[key]) >= self._least]

    def _found(self, connection: psycopg.Connection, key: int) -> int:
        """Make a cluster of the formulas that wait at a place, where enough of them are canonical; how many joined."""
        ids = sorted(set(self._waiting[key]))  # another process may have let one wait that is placed here
        canonical = store.canonical_by_size(connection, ids)
        if len(canonical) < self._least:
            return 0
        assert self._clustering is not None
        label, constant, reason = self._label(connection, ids)
        with connection.transaction():
            number = store.new_numbers(connection, 1)[0]
            row = ClusterRow(number, label, constant, PLACE_RADIUS, canonical[0])
            store.put_clusters(connection, self._clustering, [row])
            why = f"{len(canonical)} canonical formulas wait at one place"
            events = [Event("created", {"members": len(ids), "why": why}), *reason]
            store.add_events(connection, self._clustering, [(number, event) for event in events])
            at = np.array(ids, dtype=np.int64)
            store.put_members(connection, self._clustering, at, np.full(len(ids), number), np.zeros(len(ids)))
        del self._waiting[key]
        self._founded[key] = number
        return len(ids)

    def _label(
        self, connection: psycopg.Connection, ids: Sequence[int]
    ) -> tuple[str | None, int | None, tuple[Event, ...]]:
        """What a new cluster is called by its verified members, the number of its constant, and why."""
        verified = list(with_fields(store.verified_constants(connection, ids)).values())
        counts = Counter(one.name for one in verified)
        if not counts:
            return None, None, ()
        first = verified[0]
        if len(counts) > 1:
            why = {"label": MIXED, "why": "verified members disagree", "constants": dict(counts)}
            return MIXED, None, (Event("labelled", why),)
        detail = constant_detail(first.name, len(verified), len(ids))
        return first.name, first.constant_id, (Event("labelled", detail, first.relation_id),)
