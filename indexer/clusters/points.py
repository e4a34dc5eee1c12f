"""What a clustering is made by, and stored formulas as points of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import psycopg

from catalog.store import clusters as store
from catalog.store.equivalences import classes_of
from indexer.clusters.places import Floats, Integers
from indexer.clusters.scales import Scales, scaled
from indexer.kinds.pcf.vector import by_recurrence
from indexer.kinds.vectors import DIMENSION, VECTOR_VERSION, Vector


def with_classes(vectors: Vector, classes: Integers) -> Floats:
    """Return neighbour vectors (n, d) with the number of the class as one coordinate more, shape (n, d + 1).

    0 stands for a class that is not found yet, and for all formulas with a closed form, which their core places: it
    holds several classes that identities relate.
    """
    decided = np.where(by_recurrence(vectors), classes, 0)
    return np.concatenate([vectors.astype(np.float64), decided[:, None].astype(np.float64)], axis=1)


@dataclass(frozen=True)
class Coordinates:
    """The current clustering as it was made: by the neighbour vector, or by metrics with their scales.

    `further` are the scales of the metrics that decide where clusters share a place. A cluster has at least `min_size`
    canonical formulas.
    """

    clustering: int
    by: str
    scales: Scales
    further: Scales
    min_size: int

    @classmethod
    def current(cls, connection: psycopg.Connection) -> Coordinates | None:
        """Read the clustering that new formulas join; None where there is none, or one of another vector version."""
        row = store.current(connection)
        if row is None or row["vector_version"] != VECTOR_VERSION:
            return None
        stored = row["parameters"]
        return cls(row["id"], stored["by"], stored["scales"], stored["further"], int(stored["min_size"]))

    def points(self, connection: psycopg.Connection, ids: Sequence[int]) -> tuple[Integers, Floats]:
        """Return the ids of the formulas found, ascending, and their points (n, d)."""
        if self.by != "vector":
            return self.points_and_metrics(connection, ids)[:2]
        known, vectors = store.read_vectors(connection, VECTOR_VERSION, ids)
        return known, with_classes(vectors, classes_of(connection, known))

    def points_and_metrics(self, connection: psycopg.Connection, ids: Sequence[int]) -> tuple[Integers, Floats, Floats]:
        """Return the same with the further metrics (n, e) of each formula."""
        names = (*self.scales, *self.further)
        known, values = store.read_metrics(connection, VECTOR_VERSION, names, ids)
        first = 1 + len(self.scales)  # column 0 says whether a formula is canonical
        points = scaled(values[:, 1:first], self.scales)
        further = scaled(values[:, first : first + len(self.further)], self.further)
        if self.by == "vector":
            points = self.points(connection, known.tolist())[1]
        return known, points, further

    def around(self, points: Floats, reach: float) -> tuple[Floats, tuple[str, ...] | None]:
        """Return the boxes (n, 2, d) that reach so far around points (n, d), and the metrics they are measured in.

        They are corners of neighbour vectors, the metrics being None, or corners of metrics that are not scaled.
        """
        boxes = np.stack([points - reach, points + reach], axis=1)
        if self.by == "vector":
            return boxes[:, :, :DIMENSION], None
        centres, spreads = np.array(list(self.scales.values()), dtype=np.float64).T
        return boxes * spreads + centres, tuple(self.scales)
