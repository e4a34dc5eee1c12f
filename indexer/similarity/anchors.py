"""The anchors: labelled formulas, whose constants are tried for the formulas near them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import psycopg

from catalog.formulas.pcf import PCF
from catalog.store.vectors import labelled_vectors
from indexer.kinds.kind import vectors_of
from indexer.kinds.vectors import DIMENSION, VECTOR_VERSION
from indexer.similarity.vector_index import SLACK, VectorIndex, Vectors

SAME_POINT = 1e-6
"""Distance below which two anchors with the same constant are one, and the second is left out."""

MAX_ANCHORS = 20_000
"""Most anchors: all are looked through for each formula that theory does not name, and every worker has them."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """A labelled formula near a query: the constant its limit is made of, and how far it is."""

    formula_id: int
    formula: str
    constant: str
    distance: float


class NearestAnchors(Protocol):
    """Whoever knows the labelled formulas near others."""

    def nearest(self, formulas: Sequence[PCF], k: int) -> Sequence[Sequence[Anchor]]:
        """Return the `k` anchors nearest to each of some formulas, nearest first."""


class Anchors:
    """The labelled formulas of a catalogue in memory, which can be pickled."""

    def __init__(self, dimension: int) -> None:
        """Begin without any; vectors have so many numbers."""
        self.index = VectorIndex(dimension)
        self._labels: dict[int, tuple[str, str]] = {}

    def __len__(self) -> int:
        """Return the number of labelled formulas."""
        return len(self._labels)

    def add(self, formula_id: int, formula: str, constant: str, vector: npt.ArrayLike) -> bool:
        """Add a labelled formula, unless an anchor of its constant lies at its point or there are `MAX_ANCHORS`.

        Return whether it was added.
        """
        if formula_id in self._labels or len(self) >= MAX_ANCHORS:
            return False
        if any(a.distance < SAME_POINT and a.constant == constant for a in self.near(vector, 1 + SLACK)):
            return False
        self.index.add([formula_id], np.asarray(vector, dtype=np.float32).reshape(1, -1))
        self._labels[formula_id] = (formula, constant)
        return True

    @classmethod
    def of(cls, dimension: int, labelled: Iterable[tuple[int, str, str, Vectors]]) -> Anchors:
        """Return what `add` makes of many: id, formula, constant and vector of each, those of a constant in a row."""
        anchors, ids, rows = cls(dimension), [], []
        for constant, group in groupby(labelled, key=lambda one: one[2]):
            fresh = [one for one in group if one[0] not in anchors._labels]
            vectors = np.array([vector for *_, vector in fresh], dtype=np.float32).reshape(-1, dimension)
            for i in _apart(vectors):
                ids.append(fresh[i][0])
                rows.append(vectors[i])
                anchors._labels[ids[-1]] = (fresh[i][1], constant)
        anchors.index.add(ids, np.array(rows, dtype=np.float32).reshape(-1, dimension))
        return anchors

    def near(self, vector: npt.ArrayLike, k: int) -> list[Anchor]:
        """Return the k labelled formulas nearest to a vector, shape (dimension,), nearest first."""
        return [Anchor(hit.id, *self._labels[hit.id], hit.distance) for hit in self.index.search(vector, k)]

    def nearest(self, formulas: Sequence[PCF], k: int) -> list[list[Anchor]]:
        """Return the k labelled formulas nearest to each of some formulas, nearest first."""
        if not self._labels or not formulas:
            return [[] for _ in formulas]
        found = self.index.search_all(vectors_of(formulas), k)
        return [[Anchor(hit.id, *self._labels[hit.id], hit.distance) for hit in hits] for hits in found]

    def __getstate__(self) -> dict[str, Any]:
        """Return ids, vectors and labels; FAISS' own object cannot be pickled."""
        return {"ids": self.index.ids, "vectors": self.index.vectors, "labels": self._labels}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Build the index anew."""
        self.index = VectorIndex(state["vectors"].shape[1])
        self.index.add(state["ids"], state["vectors"])
        self._labels = state["labels"]


def read_anchors(connection: psycopg.Connection) -> Anchors:
    """Return the labelled formulas of a catalogue, those of the likeliest constants where there are many."""
    found = labelled_vectors(connection, VECTOR_VERSION, MAX_ANCHORS)
    labelled = ((row.formula_id, str(row.formula), row.constant, row.vector) for row in found)
    return Anchors.of(DIMENSION, labelled)


class AnchorsWhenAsked:
    """The labelled formulas, read when the first formula needs them: one that theory names does not."""

    def __init__(self, connection: psycopg.Connection) -> None:
        """Read nothing yet."""
        self._connection = connection

    @cached_property
    def _anchors(self) -> Anchors:
        return read_anchors(self._connection)

    def nearest(self, formulas: Sequence[PCF], k: int) -> list[list[Anchor]]:
        """Return the k labelled formulas nearest to each of some formulas, nearest first."""
        return self._anchors.nearest(formulas, k)


def _apart(rows: Vectors) -> list[int]:
    """Return the rows that do not lie at the point of one before them that is kept too."""
    kept = np.ones(len(rows), dtype=bool)
    for i in range(1, len(rows)):
        before = rows[:i][kept[:i]].astype(np.float64)
        kept[i] = not (np.square(before - rows[i]).sum(axis=1) < SAME_POINT**2).any()
    return [int(i) for i in np.flatnonzero(kept)]
