"""Where a new formula belongs: in the nearest cluster, within its radius, or nowhere yet.

`OnlineClusters` follows a catalogue in the order of commits and does to new formulas what `hdbscan.py` does: first the
rule of `places.py`; then a place at which enough formulas wait is a cluster of its own. A formula that is placed does
not move its cluster: radius and core are those of the last `formulary cluster build`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
import psycopg

from catalog.store import clusters as store
from catalog.store.clusters import ClusterRow, Event
from catalog.store.rows import Row
from catalog.store.vectors import vectors_beyond
from indexer.clusters.labels import MIXED, constant_detail, with_fields
from indexer.clusters.places import GRID, PLACE_RADIUS, UNPLACED, Floats, Integers, Places, place_keys
from indexer.clusters.points import Coordinates
from indexer.kinds.vectors import VECTOR_VERSION

MARGIN = 2 * GRID
"""How much farther than the widest radius is read around a formula: rounding to places, on both sides."""


class OnlineClusters:
    """Places the formulas that come after a clustering; does nothing where there is none."""

    def __init__(self) -> None:
        """Begin with nothing read; the clustering that is current is read when the first formulas come."""
        self._placement: Placement | None = None
        self._watermark = 0

    def follow(self, connection: psycopg.Connection) -> int:
        """Place what was committed since the last time; return how many formulas joined a cluster."""
        current = Coordinates.current(connection)
        if current is None:
            return 0
        if self._placement is None or current.clustering != self._placement.clustering:
            self._watermark, _ = vectors_beyond(connection, 0, VECTOR_VERSION)
            self._placement = Placement.read(connection, current)
            return self._placement.place(connection, store.unseen(connection, current.clustering, VECTOR_VERSION))
        self._watermark, parts = vectors_beyond(connection, self._watermark, VECTOR_VERSION)
        return self._placement.place(connection, [number for part in parts for number in part[0].tolist()])

    def place_new(self, connection: psycopg.Connection, ids: Sequence[int]) -> int:
        """Place these formulas alone, which were just committed; return how many joined a cluster."""
        current = Coordinates.current(connection) if len(ids) else None
        if current is None:
            return 0
        if self._placement is None or current.clustering != self._placement.clustering:
            self._placement = Placement.read(connection, current)
        return self._placement.place(connection, ids)

    @staticmethod
    def place_once(connection: psycopg.Connection, ids: Sequence[int]) -> int:
        """Do `place_new` for one or a few formulas and no more after them: only what is near these is read."""
        current = Coordinates.current(connection) if len(ids) else None
        if current is None:
            return 0
        return Placement.read(connection, current, around=ids).place(connection, ids)


class Placement:
    """One clustering as new formulas meet it: the core places of its clusters, and formulas that wait at others."""

    def __init__(self, coordinates: Coordinates, known: Places, waiting: Integers, points: Floats) -> None:
        """Take the core places, and the formulas (n,) that wait for a cluster with their points (n, d)."""
        self._coordinates = coordinates
        self._known = known
        self._waiting: dict[int, list[int]] = defaultdict(list)  # formulas by the key of their place
        self._founded: dict[int, int] = {}  # clusters founded since, by the key of their place
        self._wait(waiting, points)

    @property
    def clustering(self) -> int:
        """The number of the clustering."""
        return self._coordinates.clustering

    @classmethod
    def read(
        cls, connection: psycopg.Connection, coordinates: Coordinates, around: Sequence[int] | None = None
    ) -> Placement:
        """Read cores and waiting formulas, or as much of them as can matter to the formulas `around`."""
        if around is None:
            living = store.living_clusters(connection)
            waiting = store.unplaced(connection, coordinates.clustering)
        else:
            near, clusters = _near(connection, coordinates, around)
            living = store.living_clusters(connection, np.unique(clusters[clusters > 0]).tolist())
            waiting = near[clusters == 0]
        known = _core_places(connection, coordinates, living)
        return cls(coordinates, known, *coordinates.points(connection, waiting.tolist()))

    def place(self, connection: psycopg.Connection, ids: Sequence[int]) -> int:
        """Place new formulas and found the clusters that they complete; return how many formulas joined one."""
        if not len(ids):
            return 0
        known, points, further = self._coordinates.points_and_metrics(connection, ids)
        clusters, distances = self._known.place(points, further)
        if self._founded:
            for i, key in enumerate(place_keys(np.nan_to_num(points)).tolist()):
                if key in self._founded:
                    clusters[i], distances[i] = self._founded[key], 0.0
        store.put_members(connection, self.clustering, known, clusters, distances)
        waits = clusters == UNPLACED
        complete = self._wait(known[waits], points[waits])
        return int((~waits).sum()) + sum(self._found(connection, key) for key in complete)

    def _wait(self, ids: Integers, points: Floats) -> list[int]:
        """Let formulas wait at their places; return the keys of those places that may have enough of them now."""
        finite = np.isfinite(points).all(axis=1)
        keys = place_keys(points[finite]).tolist()
        for number, key in zip(ids[finite].tolist(), keys, strict=True):
            self._waiting[key].append(number)
        return [key for key in dict.fromkeys(keys) if len(self._waiting[key]) >= self._coordinates.min_size]

    def _found(self, connection: psycopg.Connection, key: int) -> int:
        """Make a cluster of the formulas at a place, where enough of them are canonical; return how many joined."""
        ids = sorted(set(self._waiting[key]))  # another process may have let one wait that is placed here
        canonical = store.canonical_by_size(connection, ids)
        if len(canonical) < self._coordinates.min_size:
            return 0
        label, constant, reason = _label(connection, ids)
        with connection.transaction():
            number = store.new_numbers(connection, 1)[0]
            row = ClusterRow(number, label, constant, PLACE_RADIUS, canonical[0])
            store.put_clusters(connection, self.clustering, [row])
            why = f"{len(canonical)} canonical formulas wait at one place"
            events = [Event("created", {"members": len(ids), "why": why}), *reason]
            store.add_events(connection, self.clustering, [(number, event) for event in events])
            members = np.array(ids, dtype=np.int64)
            store.put_members(connection, self.clustering, members, np.full(len(ids), number), np.zeros(len(ids)))
        del self._waiting[key]
        self._founded[key] = number
        return len(ids)


def _near(connection: psycopg.Connection, coordinates: Coordinates, ids: Sequence[int]) -> tuple[Integers, Integers]:
    """Return the formulas in cores or waiting, and their clusters, within the reach of any cluster around these."""
    points = coordinates.points(connection, ids)[1]
    points = points[np.isfinite(points).all(axis=1)]
    boxes, metrics = coordinates.around(points, store.widest_radius(connection) + MARGIN)
    return store.near_members(connection, coordinates.clustering, VECTOR_VERSION, boxes, metrics)


def _core_places(connection: psycopg.Connection, coordinates: Coordinates, living: Mapping[int, Row]) -> Places:
    """Return the core places of some clusters."""
    ids, clusters = _cores(connection, coordinates, living)
    known, points, further = coordinates.points_and_metrics(connection, ids.tolist())
    _, mine, theirs = np.intersect1d(ids, known, return_indices=True)
    radii = {number: row["radius"] for number, row in living.items()}
    return Places(points[theirs], clusters[mine], radii, further[theirs])


def _cores(
    connection: psycopg.Connection, coordinates: Coordinates, living: Mapping[int, Row]
) -> tuple[Integers, Integers]:
    """Return the formulas that stand for the cores of clusters, and their clusters.

    A cluster that is a single place is known by its representative, unless others share the place.
    """
    single = {row["representative_id"]: number for number, row in living.items() if row["radius"] == PLACE_RADIUS}
    ids, points = coordinates.points(connection, sorted(single))
    _, place, count = np.unique(place_keys(points), return_inverse=True, return_counts=True)
    alone = ids[count[place] == 1].tolist()
    known = {single[number] for number in alone}
    wide = [number for number in living if number not in known]
    members, clusters = store.core_members(connection, coordinates.clustering, wide)
    own = [single[number] for number in alone]
    return np.array([*alone, *members], np.int64), np.array([*own, *clusters], np.int64)


def _label(connection: psycopg.Connection, ids: Sequence[int]) -> tuple[str | None, int | None, tuple[Event, ...]]:
    """Return what a new cluster is called by its verified members, the number of its constant, and why."""
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
