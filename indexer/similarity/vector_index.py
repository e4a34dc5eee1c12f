"""The nearest-neighbour indexes: search by FAISS over vectors with database ids; `snapshots.py` keeps them.

FAISS finds the candidates; the distances that anybody sees are recomputed here in double precision.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt

from catalog.errors import VectorError

Ids = npt.NDArray[np.int64]
Vectors = npt.NDArray[np.float32]

SLACK = 16
"""Candidates fetched beyond those asked for, so that ties in single precision are ranked in double."""

FLAT, IVF = "flat", "ivf"
"""Kinds of index: exact, and by inverted lists, which is faster for many millions and finds nearly all."""

IVF_LEAST = 100_000
"""Vectors below which inverted lists do not pay and an index stays flat."""

PROBED_SHARE = 16
"""One list in so many is looked into by a search."""

TRAINED_ON = 64
"""Vectors a list that the lists are trained on."""

BLAS_FROM = 20
"""Vectors from which FAISS takes matrix products where it may: its own default."""

GROWTH = 2
"""Factor by which the room for ids grows when it is full, so that adding few to many copies nothing."""

OUTGROWN = 3
"""An index is trained anew where it should have more than so many times its lists."""


_own = threading.local()


def faiss() -> ModuleType:
    """Return FAISS, imported on first use, in the settings in which its exact search is exact.

    With several threads and few queries, or with large batches, Flat L2 computes |x|^2 + |y|^2 - 2xy, which cancels
    in single precision and gives wrong neighbours among near-duplicates. How many threads OpenMP takes is a setting of
    the thread that calls it, so that every search begins here.
    """
    module = _module()
    if not getattr(_own, "is_set", False):
        module.omp_set_num_threads(1)
        _own.is_set = True
    return module


@cache
def _module() -> ModuleType:
    import faiss as module  # noqa: PLC0415  its settings follow at once

    module.cvar.distance_compute_blas_threshold = 2**31 - 1
    return module


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A vector near a query: its id and the Euclidean distance, in double precision."""

    id: int
    distance: float


class VectorIndex:
    """Vectors of one dimension under explicit ids, searched exactly (`flat`) or by inverted lists (`ivf`).

    FAISS knows the vectors by their row, the ids stand beside them. A mapped index is read only: what is added to it
    is kept in a part of its own. Not safe for use by two threads.
    """

    def __init__(self, dimension: int, inner: Any = None, ids: Ids | None = None, *, mapped: bool = False) -> None:
        """Make an empty index, or one around a FAISS index and the ids of its rows, shape (n,)."""
        self.dimension = dimension
        self._inner = inner if inner is not None else faiss().IndexFlatL2(dimension)
        self._ids = ids if ids is not None else np.zeros(0, np.int64)
        self._room = self._ids  # of which the ids are the beginning, while vectors are added
        self._highest = int(self._ids.max(initial=-1))  # no id that is there, or was, is above
        self._added = VectorIndex(dimension) if mapped else None
        self._keeper: Any = None

    @classmethod
    def build(cls, ids: Ids, vectors: Vectors, kind: str = FLAT) -> VectorIndex:
        """Return an index of vectors (n, d) under ids (n,); `ivf` stays `flat` below `IVF_LEAST` vectors."""
        return cls(vectors.shape[1], trained(vectors, kind), np.asarray(ids, dtype=np.int64).copy())

    @classmethod
    def unpacked(cls, dimension: int, outer: Any, *, mapped: bool = False) -> VectorIndex:
        """Return the index in what `packed` made; raises AttributeError where it is something else."""
        inner = faiss().downcast_index(outer.index)
        index = cls(dimension, inner, faiss().vector_to_array(outer.id_map).astype(np.int64), mapped=mapped)
        index._keeper = outer  # the inner index, and the file where it is mapped, are its own
        return index

    def packed(self) -> Any:
        """Return a FAISS `IndexIDMap` of rows and ids, as it is written to a file; valid as long as this index is."""
        outer = faiss().IndexIDMap(faiss().IndexFlatL2(self.dimension))  # takes none that is filled
        owned = self._inner.this.own()
        outer.index, outer.ntotal = self._inner, len(self._ids)
        self._inner.this.own(owned)  # which the line above has taken away
        faiss().copy_array_to_vector(self._ids, outer.id_map)
        return outer

    def __len__(self) -> int:
        """Return the number of vectors."""
        return len(self._ids) + (len(self._added) if self._added is not None else 0)

    @property
    def kind(self) -> str:
        """How it searches: `flat` or `ivf`."""
        return FLAT if isinstance(self._inner, faiss().IndexFlat) else IVF

    @property
    def nprobe(self) -> int | None:
        """Inverted lists that a search looks into; None for an exact index."""
        return None if self.kind == FLAT else int(self._inner.nprobe)

    @nprobe.setter
    def nprobe(self, lists: int) -> None:
        self._inner.nprobe = lists

    @property
    def lists(self) -> int | None:
        """Inverted lists that there are; None for an exact index."""
        return None if self.kind == FLAT else int(self._inner.nlist)

    @property
    def ids(self) -> Ids:
        """The ids in the order in which they were added, shape (n,)."""
        return self._ids if self._added is None else np.concatenate([self._ids, self._added.ids])

    @property
    def vectors(self) -> Vectors:
        """A copy of the vectors in the order of `ids`, shape (n, dimension)."""
        own = self._inner.reconstruct_n(0, len(self._ids)) if len(self._ids) else np.zeros((0, self.dimension))
        rows = np.asarray(own, dtype=np.float32).reshape(-1, self.dimension)
        return rows if self._added is None else np.concatenate([rows, self._added.vectors])

    def vector(self, number: int) -> Vectors | None:
        """Return the vector of an id, shape (dimension,); None where it is not there."""
        (rows,) = np.nonzero(self._ids == number)
        if len(rows):
            return np.asarray(self._inner.reconstruct(int(rows[0])), dtype=np.float32)
        return self._added.vector(number) if self._added is not None else None

    def _vectors_of(self, ids: Ids) -> Vectors:
        """Return the vectors of ids that are there, shape (m, dimension)."""
        order = np.argsort(self.ids, kind="stable")
        return self.vectors[order[np.searchsorted(self.ids, ids, sorter=order)]]

    def add(self, ids: Sequence[int] | Ids, vectors: npt.ArrayLike) -> int:
        """Add vectors, shape (n, dimension), under ids, shape (n,); an id that is there gets the vector given now.

        Return how many ids are new. Raises VectorError for non-finite numbers or another dimension; then none is.
        """
        new_ids = np.ascontiguousarray(ids, dtype=np.int64)
        rows = self._checked(vectors, len(new_ids))
        _, first = np.unique(new_ids, return_index=True)
        first.sort()
        held = self._holds(new_ids[first])
        changed = first[held]
        if len(changed):
            changed = changed[(self._vectors_of(new_ids[changed]) != rows[changed]).any(axis=1)]
            self.remove(new_ids[changed])
        fresh = np.sort(np.concatenate([first[~held], changed]))
        if len(fresh):
            self._append(new_ids[fresh], np.ascontiguousarray(rows[fresh]))
            self._highest = max(self._highest, int(new_ids.max()))
        return int((~held).sum())

    def _append(self, ids: Ids, rows: Vectors) -> None:
        if self._added is not None:
            self._added._append(ids, rows)
            return
        self._inner.add(rows)
        count = len(self._ids)
        if self._ids.base is not self._room or count + len(ids) > len(self._room):
            self._room = np.empty(GROWTH * (count + len(ids)), np.int64)
            self._room[:count] = self._ids
        self._room[count : count + len(ids)] = ids
        self._ids = self._room[: count + len(ids)]

    def _holds(self, ids: Ids) -> npt.NDArray[np.bool_]:
        """Return which ids, shape (m,), are there; quick for numbers above all of them, as new formulas have."""
        known = ids <= self._highest
        if known.any():
            known[known] = np.isin(ids[known], self.ids)
        return np.asarray(known)

    def remove(self, ids: Sequence[int] | Ids) -> int:
        """Remove ids, those that are not there being ignored; return how many were removed."""
        kept = ~np.isin(self.ids, np.asarray(ids, dtype=np.int64))
        gone = int((~kept).sum())
        if gone:
            rows = np.ascontiguousarray(self.vectors[kept])
            self._ids, self._added = self.ids[kept], None
            self._inner, self._keeper = trained(rows, self.kind), None
        return gone

    def settle(self, kind: str) -> None:
        """Become one part of a kind, in memory; trained anew where it has outgrown its lists."""
        lists = lists_for(len(self)) if kind == IVF else 0
        have = 0 if self.kind == FLAT else int(self._inner.nlist)
        if self._added is not None or lists > OUTGROWN * have or (have and not lists):
            rows, self._ids, self._added = self.vectors, self.ids, None
            self._inner, self._keeper = trained(rows, kind), None

    def search(self, vector: npt.ArrayLike, k: int, *, among: Ids | None = None) -> list[Neighbour]:
        """Return the k nearest to a vector, shape (dimension,), by distance, then by id; fewer where there are fewer.

        With `among`, shape (m,), only these ids are looked at, and all of them.
        """
        if k <= 0 or not len(self):
            return []
        query = self._checked(np.asarray(vector, dtype=np.float32).reshape(1, -1), 1)
        parts = [part._candidates(query, k + SLACK, among) for part in (self, self._added) if part is not None]
        ids = np.concatenate([part[0] for part in parts])
        rows = np.concatenate([part[1] for part in parts]).astype(np.float64)
        distances = np.sqrt(np.square(rows - query[0].astype(np.float64)).sum(axis=1))
        order = np.lexsort((ids, distances))[:k]
        return [Neighbour(int(ids[i]), float(distances[i])) for i in order]

    def search_all(self, vectors: npt.ArrayLike, k: int) -> list[list[Neighbour]]:
        """Return what `search` finds for many vectors (n, dimension), at once where the index is flat and in memory."""
        queries = np.asarray(vectors, dtype=np.float32).reshape(-1, self.dimension)
        if k <= 0 or not len(self) or self.kind != FLAT or self._added is not None:
            return [self.search(query, k) for query in queries]
        queries = self._checked(queries, len(queries))
        faiss()
        _, hits = self._inner.search(queries, min(k + SLACK, len(self)))
        rows, found = self.vectors[hits].astype(np.float64), self._ids[hits]
        distances = np.sqrt(np.square(rows - queries[:, np.newaxis].astype(np.float64)).sum(axis=2))
        nearest = np.lexsort((found, distances), axis=1)[:, :k]
        chosen, far = np.take_along_axis(found, nearest, 1).tolist(), np.take_along_axis(distances, nearest, 1).tolist()
        return [[Neighbour(i, d) for i, d in zip(*pair, strict=True)] for pair in zip(chosen, far, strict=True)]

    def _candidates(self, query: Vectors, count: int, among: Ids | None) -> tuple[Ids, Vectors]:
        """Return ids (m,) and vectors (m, d) of the own part's nearest, m <= count."""
        chosen = None if among is None else np.isin(self._ids, among)
        count = min(count, len(self._ids) if chosen is None else int(chosen.sum()))
        if count == 0:
            return np.zeros(0, np.int64), np.zeros((0, self.dimension), np.float32)
        faiss()
        _, found = self._inner.search(query, count, params=self._parameters(chosen))
        rows = found[0][found[0] >= 0]
        vectors = [self._inner.reconstruct(int(row)) for row in rows]
        return self._ids[rows], np.array(vectors, np.float32).reshape(-1, self.dimension)

    def _parameters(self, chosen: npt.NDArray[np.bool_] | None) -> Any:
        """Return how FAISS is to search: among the chosen rows (n,), in all lists, since few may be left in each."""
        if chosen is None:
            return None
        selector = faiss().IDSelectorBitmap(np.packbits(chosen, bitorder="little"))
        if self.kind == FLAT:
            return faiss().SearchParameters(sel=selector)
        return faiss().SearchParametersIVF(sel=selector, nprobe=self._inner.nlist)

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


def lists_for(count: int) -> int:
    """Return the inverted lists for so many vectors, a power of two near 2 sqrt(count); 0 where they do not pay."""
    return 0 if count < IVF_LEAST else 2 ** round(math.log2(2 * math.sqrt(count)))


def trained(vectors: Vectors, kind: str) -> Any:
    """Return a FAISS index that holds vectors (n, d) by their row."""
    lists = lists_for(len(vectors)) if kind == IVF else 0
    if not lists:
        index = faiss().IndexFlatL2(vectors.shape[1])
    else:
        index = faiss().index_factory(vectors.shape[1], f"IVF{lists},Flat")
        index.cp.max_points_per_centroid = TRAINED_ON
        index.nprobe = max(1, lists // PROBED_SHARE)
    with _quickly():  # in which list a vector is does not need exact distances
        if lists:
            index.train(vectors)
        index.add(vectors)
    if lists:
        index.make_direct_map()  # a vector by its row
    return index


@contextmanager
def _quickly() -> Iterator[None]:
    """Let FAISS compute many distances at once by matrix products, which cancel among near-duplicates."""
    exact = faiss().cvar.distance_compute_blas_threshold
    faiss().cvar.distance_compute_blas_threshold = BLAS_FROM
    try:
        yield
    finally:
        faiss().cvar.distance_compute_blas_threshold = exact
