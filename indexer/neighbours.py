"""The nearest-neighbour indexes: exact search by FAISS over vectors with database ids; `snapshots.py` keeps them.

FAISS finds the candidates; the distances that anybody sees are recomputed here in double precision.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt

from catalog.errors import Unavailable
from catalog.formula import PCF

Ids = npt.NDArray[np.int64]
Vectors = npt.NDArray[np.float32]

SLACK = 16
"""Candidates fetched beyond those asked for, so that ties in single precision are ranked in double."""

SAME_PLACE = 1e-6
"""Distance below which two anchors with the same constant are one place, and the second is left out."""


class VectorError(Unavailable):
    """vectors that an index refuses."""


@cache
def faiss() -> ModuleType:
    """FAISS, imported on first use, in the settings in which its exact search is exact.

    With several threads and few queries, or with large batches, Flat L2 computes |x|^2 + |y|^2 - 2xy, which cancels
    in single precision and gives wrong neighbours among near-duplicates.
    """
    import faiss as module

    module.omp_set_num_threads(1)
    module.cvar.distance_compute_blas_threshold = 2**31 - 1
    return module


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A vector near a query: its id and the Euclidean distance, in double precision."""

    id: int
    distance: float


class VectorIndex:
    """Vectors of one dimension under explicit ids, searched exactly; not safe for use by two threads."""

    def __init__(self, dimension: int, inner: Any = None) -> None:
        """An empty index, or one around a FAISS `IndexIDMap2`."""
        self.dimension = dimension
        self._inner = inner if inner is not None else faiss().IndexIDMap2(faiss().IndexFlatL2(dimension))

    def __len__(self) -> int:
        """Number of vectors."""
        return int(self._inner.ntotal)

    @property
    def ids(self) -> Ids:
        """The ids in the order in which they were added, shape (n,)."""
        return np.asarray(faiss().vector_to_array(self._inner.id_map), dtype=np.int64)

    @property
    def vectors(self) -> Vectors:
        """A copy of the vectors in the order of `ids`, shape (n, dimension)."""
        flat = faiss().downcast_index(self._inner.index)
        return np.asarray(flat.reconstruct_n(0, len(self)), dtype=np.float32).reshape(len(self), self.dimension)

    def vector(self, number: int) -> Vectors | None:
        """The vector of an id, shape (dimension,); None where it is not there."""
        try:
            return np.asarray(self._inner.reconstruct(int(number)), dtype=np.float32)
        except RuntimeError:
            return None

    def add(self, ids: Sequence[int] | Ids, vectors: npt.ArrayLike) -> int:
        """Add vectors, shape (n, dimension), under ids, shape (n,); ids that are there already are skipped.

        Returns how many were added. Raises VectorError for non-finite numbers or another dimension; then none is.
        """
        new_ids = np.ascontiguousarray(ids, dtype=np.int64)
        rows = self._checked(vectors, len(new_ids))
        _, first = np.unique(new_ids, return_index=True)
        first.sort()
        if len(self):
            first = first[~self._holds(new_ids[first])]
        if len(first):
            self._inner.add_with_ids(np.ascontiguousarray(rows[first]), np.ascontiguousarray(new_ids[first]))
        return len(first)

    def _holds(self, ids: Ids) -> npt.NDArray[np.bool_]:
        """Which of some ids, shape (m,), are there; quick for numbers above all that are, as new formulas have."""
        held = self.ids
        known = ids <= held.max()
        known[known] = np.isin(ids[known], held)
        return np.asarray(known)

    def remove(self, ids: Sequence[int] | Ids) -> int:
        """Remove ids, those that are not there being ignored; returns how many were removed."""
        return int(self._inner.remove_ids(np.ascontiguousarray(ids, dtype=np.int64)))

    def search(self, vector: npt.ArrayLike, k: int, *, among: Ids | None = None) -> list[Neighbour]:
        """The k nearest to a vector, shape (dimension,), by distance, then by id; fewer where there are fewer.

        With `among`, shape (m,), only these ids are looked at.
        """
        count = min(k + SLACK, len(self) if among is None else len(among))
        if count <= 0 or k <= 0:
            return []
        query = self._checked(np.asarray(vector, dtype=np.float32).reshape(1, -1), 1)
        if among is None:
            _, found = self._inner.search(query, count)
        else:
            chosen = faiss().IDSelectorBatch(np.ascontiguousarray(among, dtype=np.int64))
            _, found = self._inner.search(query, count, params=faiss().SearchParameters(sel=chosen))
        ids = found[0][found[0] >= 0]
        if not len(ids):
            return []
        rows = np.stack([self._inner.reconstruct(int(i)) for i in ids]).astype(np.float64)
        distances = np.sqrt(np.square(rows - query[0].astype(np.float64)).sum(axis=1))
        order = np.lexsort((ids, distances))[:k]
        return [Neighbour(int(ids[i]), float(distances[i])) for i in order]

    def search_all(self, vectors: npt.ArrayLike, k: int) -> list[list[Neighbour]]:
        """`search` for many vectors, shape (n, dimension), at once."""
        queries = np.asarray(vectors, dtype=np.float32).reshape(-1, self.dimension)
        count = min(k + SLACK, len(self))
        if count <= 0 or k <= 0:
            return [[] for _ in queries]
        queries = self._checked(queries, len(queries))
        _, found = self._inner.search(queries, count)
        ids = self.ids
        order = np.argsort(ids)
        rows = self.vectors[order[np.searchsorted(ids, found, sorter=order)]].astype(np.float64)
        distances = np.sqrt(np.square(rows - queries[:, np.newaxis].astype(np.float64)).sum(axis=2))
        nearest = np.lexsort((found, distances), axis=1)[:, :k]
        chosen, far = np.take_along_axis(found, nearest, 1).tolist(), np.take_along_axis(distances, nearest, 1).tolist()
        return [[Neighbour(i, d) for i, d in zip(*pair, strict=True)] for pair in zip(chosen, far, strict=True)]

    def _checked(self, vectors: npt.ArrayLike, count: int) -> Vectors:
        rows = np.ascontiguousarray(vectors, dtype=np.float32)
        if count == 0:
            return rows.reshape(0, self.dimension)
        if rows.shape != (count, self.dimension):
            raise VectorError(f"the index takes vectors of {self.dimension} numbers, not an array of {rows.shape}")
        if not np.isfinite(rows).all():
            bad = int(np.flatnonzero(~np.isfinite(rows).all(axis=1))[0])
            raise VectorError(f"vector {bad} of {count} is not finite and cannot be indexed")
        return rows


@dataclass(frozen=True, slots=True)
class Anchor:
    """A labelled formula near a query: the constant its limit is made of, and how far it is."""

    formula_id: int
    formula: str
    constant: str
    distance: float


class Anchors:
    """The labelled formulas: what is asked for a constant when a formula is inserted. Can be pickled."""

    def __init__(self, dimension: int) -> None:
        self.index = VectorIndex(dimension)
        self._labels: dict[int, tuple[str, str]] = {}

    def __len__(self) -> int:
        """Number of labelled formulas."""
        return len(self._labels)

    def add(self, formula_id: int, formula: str, constant: str, vector: npt.ArrayLike) -> bool:
        """Add a labelled formula, unless its place has an anchor with this constant; says whether it was added."""
        if formula_id in self._labels:
            return False
        if any(a.distance < SAME_PLACE and a.constant == constant for a in self.near(vector, 1 + SLACK)):
            return False
        self.index.add([formula_id], np.asarray(vector, dtype=np.float32).reshape(1, -1))
        self._labels[formula_id] = (formula, constant)
        return True

    def near(self, vector: npt.ArrayLike, k: int) -> list[Anchor]:
        """The k labelled formulas nearest to a vector, shape (dimension,), nearest first."""
        return [Anchor(hit.id, *self._labels[hit.id], hit.distance) for hit in self.index.search(vector, k)]

    def nearest(self, formulas: Sequence[PCF], k: int) -> list[list[Anchor]]:
        """The k labelled formulas nearest to each of some formulas, nearest first."""
        from indexer.neighbour_vector import vectors_of

        if not self._labels or not formulas:
            return [[] for _ in formulas]
        found = self.index.search_all(vectors_of(formulas), k)
        return [[Anchor(hit.id, *self._labels[hit.id], hit.distance) for hit in hits] for hits in found]

    def __getstate__(self) -> dict[str, Any]:
        """Ids, vectors and labels; FAISS' own object cannot be pickled."""
        return {"ids": self.index.ids, "vectors": self.index.vectors, "labels": self._labels}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Build the index anew."""
        self.index = VectorIndex(state["vectors"].shape[1])
        self.index.add(state["ids"], state["vectors"])
        self._labels = state["labels"]
