"""The similarity index of a catalogue on this host: loaded, checked, brought up to date, or rebuilt.

The database is the truth. The index follows it in commit order by a watermark (`catalog.store.vectors`).
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import numpy as np
import numpy.typing as npt
import psycopg

from catalog.errors import BadSnapshot
from catalog.server.home import default_home
from catalog.store.formula_rows import FormulaRows
from catalog.store.ingest import Ingested
from catalog.store.vectors import (
    any_vector,
    catalogue_identity,
    record_snapshot,
    snapshot_known,
    vector_count,
    vector_ids,
    vectors_beyond,
    vectors_of,
)
from indexer.kinds.vectors import DIMENSION, VECTOR_VERSION
from indexer.similarity.snapshots import Manifest, SnapshotStore, Source
from indexer.similarity.vector_index import Neighbour, VectorIndex

NAME = "similarity"
"""The index of all convergent formulas."""

SAME_DISTANCE = 1e-9
"""Difference of two computations of one distance, relative or absolute, beyond which they are of different vectors."""

WIDER = 4
"""How many times more neighbours are sought where some of those found were deleted."""

Say = Callable[[str], None]


class CatalogueIndex:
    """All convergent formulas of one catalogue by neighbour vector; `watermark` is how far it has read."""

    def __init__(self, store: SnapshotStore, source: Source, index: VectorIndex, watermark: int, kind: str) -> None:
        """Use `open` or `rebuilt`."""
        self.store, self.source, self.index, self.watermark = store, source, index, watermark
        self.kind = kind
        self.saved: int | None = None

    @classmethod
    def open(
        cls,
        connection: psycopg.Connection,
        home: Path | str | None,
        say: Say,
        *,
        kind: str | None = None,
        mapped: bool = False,
    ) -> CatalogueIndex:
        """Return the index in step with the database; a snapshot that is not right is told to `say`, and rebuilt.

        `kind` is `flat` or `ivf`, by default that of the snapshot. With `mapped` the snapshot stays on the disk: only
        pieces of it are checked, and whether formulas were deleted is not; that is for whoever asks one question.
        """
        store, source = _kept(connection, home)
        try:
            return cls._loaded(connection, store, source, kind, mapped)
        except BadSnapshot as error:
            if any_vector(connection, VECTOR_VERSION):
                say(f"{error}; building the index from the database")
        return cls.rebuilt(connection, home, kind=kind)

    @classmethod
    def rebuilt(
        cls, connection: psycopg.Connection, home: Path | str | None, *, kind: str | None = None
    ) -> CatalogueIndex:
        """Return the index from the database alone, of a `kind` or else that of the snapshot that was there."""
        store, source = _kept(connection, home)
        chosen = kind or store.kind()
        watermark, blocks = vectors_beyond(connection, 0, VECTOR_VERSION)
        parts = list(blocks) or [(np.zeros(0, np.int64), np.zeros((0, DIMENSION), np.float32))]
        ids, vectors = (np.concatenate(column) for column in zip(*parts, strict=True))
        del parts
        return cls(store, source, VectorIndex.build(ids, vectors, chosen), watermark, chosen)

    @classmethod
    def _loaded(
        cls, connection: psycopg.Connection, store: SnapshotStore, source: Source, kind: str | None, mapped: bool
    ) -> CatalogueIndex:
        index, manifest = store.load(source, mapped=mapped)
        if not snapshot_known(connection, UUID(manifest.snapshot_id)):
            raise BadSnapshot(f"the index snapshot in {store.folder} is not of this database's past")
        opened = cls(store, source, index, manifest.watermark, kind or manifest.kind)
        if opened.kind == manifest.kind:
            opened.saved = manifest.watermark
        opened.catch_up(connection)
        if not mapped:
            stored = vector_count(connection, VECTOR_VERSION)
            if len(opened.index) > stored:
                raise BadSnapshot(f"the index holds {len(opened.index)} vectors and the database only {stored}")
        return opened

    def __len__(self) -> int:
        """Return the number of vectors."""
        return len(self.index)

    def catch_up(self, connection: psycopg.Connection, held: int = 0, *, changed: bool = False) -> int:
        """Add what was committed beyond the watermark, but by the transaction `held`; return how many vectors.

        Where there is nothing, and nothing `changed` before, the last snapshot stands for the new watermark too.
        """
        watermark, blocks = vectors_beyond(connection, self.watermark, VECTOR_VERSION, held)
        added = 0
        for ids, vectors in blocks:
            changed = changed or len(ids) > 0
            added += self.index.add(ids, vectors)
        if self.saved == self.watermark and not changed:
            self.saved = watermark
        self.watermark = watermark
        return added

    def follow(self, connection: psycopg.Connection, rows: FormulaRows, ingested: Ingested) -> int:
        """`catch_up` after a commit of one's own, whose vectors need not be read again; return how many vectors."""
        vectors, transaction = rows.vectors, ingested.transaction
        if vectors is None or transaction is None or rows.vector_version != VECTOR_VERSION:
            return self.catch_up(connection)
        there = np.isfinite(vectors).all(axis=1)
        added = self.index.add(ingested.ids[there], vectors[there])
        return added + self.catch_up(connection, transaction, changed=bool(there.any()))

    def nearest(self, connection: psycopg.Connection, vector: npt.ArrayLike, k: int) -> list[Neighbour]:
        """Return the k nearest that the database still holds.

        Raises BadSnapshot where the database holds another vector for one of them.
        """
        query, count = np.asarray(vector, dtype=np.float32).astype(np.float64), k
        while True:
            found = self.index.search(vector, count)
            stored = vectors_of(connection, [hit.id for hit in found], VECTOR_VERSION)
            hits = [hit for hit in found if hit.id in stored]
            for hit in hits:
                distance = np.sqrt(np.square(stored[hit.id].astype(np.float64) - query).sum())
                if not np.isclose(distance, hit.distance, rtol=SAME_DISTANCE, atol=SAME_DISTANCE):
                    raise BadSnapshot(f"the index in {self.store.folder} has another vector for formula {hit.id}")
            if len(hits) >= k or len(found) < count:
                return hits[:k]
            count *= WIDER

    def drop_deleted(self, connection: psycopg.Connection) -> int:
        """Remove what the database no longer holds; return how many vectors."""
        if len(self.index) <= vector_count(connection, VECTOR_VERSION):
            return 0
        gone = set(self.index.ids.tolist()) - vector_ids(connection, VECTOR_VERSION)
        self.saved = None
        return self.index.remove(sorted(gone))

    def save_first(self, connection: psycopg.Connection) -> None:
        """Write a snapshot where this host has none that can be used and no daemon is about to write one."""
        if self.saved is None:
            with self.store.writer() as alone:
                if alone:
                    self.save(connection)

    def save(self, connection: psycopg.Connection) -> Manifest | None:
        """Write a snapshot and enter it in the database; return None where nothing was read since the last one."""
        self.drop_deleted(connection)
        if self.saved == self.watermark:
            return None

        def announce(manifest: Manifest) -> None:
            record_snapshot(
                connection,
                snapshot_id=UUID(manifest.snapshot_id),
                host=socket.gethostname(),
                index_name=NAME,
                watermark=manifest.watermark,
                vector_version=VECTOR_VERSION,
                vector_count=manifest.count,
                checksum=manifest.checksum,
            )

        manifest = self.store.save(self.index, self.source, self.watermark, announce, self.kind)
        self.saved = self.watermark
        return manifest


def _kept(connection: psycopg.Connection, home: Path | str | None) -> tuple[SnapshotStore, Source]:
    """Return where this host keeps the index of this catalogue, and what it must be derived from."""
    identity = catalogue_identity(connection)
    source = Source(str(identity.catalogue_id), identity.epoch, VECTOR_VERSION, DIMENSION)
    return SnapshotStore(_folder(home, source.catalogue_id), NAME), source


def _folder(home: Path | str | None, catalogue_id: str) -> Path:
    """Return the folder of a catalogue: each has its own, so that several can be used from one home."""
    base = Path(home).expanduser().absolute() if home is not None else default_home()
    return base / "index" / catalogue_id


def snapshot_manifest(connection: psycopg.Connection, home: Path | str | None) -> Manifest | None:
    """Return the manifest of this host's snapshot, None where there is none to read."""
    identity = catalogue_identity(connection)
    try:
        return Manifest.read(_folder(home, str(identity.catalogue_id)) / f"{NAME}.json")
    except BadSnapshot:
        return None
