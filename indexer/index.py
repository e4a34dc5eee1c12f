"""The similarity index of a catalogue on this host: loaded, checked, brought up to date, or rebuilt; and the anchors.

The database is the truth. The index follows it in commit order by a watermark (`catalog.queries.vectors_beyond`).
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import psycopg

from catalog import queries
from catalog.health import vector_ids
from catalog.home import default_home
from catalog.labels import labelled_places
from indexer.neighbour_vector import DIMENSION, VECTOR_VERSION
from indexer.neighbours import Anchors, VectorIndex
from indexer.snapshots import BadSnapshot, Manifest, SnapshotStore, Source

NAME = "similarity"
"""The index of all convergent formulas."""

Say = Callable[[str], None]


class CatalogueIndex:
    """All convergent formulas of one catalogue by neighbour vector; `watermark` is how far it has read."""

    def __init__(self, store: SnapshotStore, source: Source, index: VectorIndex, watermark: int) -> None:
        """Use `open`."""
        self.store, self.source, self.index, self.watermark = store, source, index, watermark
        self.saved: int | None = None

    @classmethod
    def open(cls, connection: psycopg.Connection, home: Path | str | None, say: Say) -> CatalogueIndex:
        """The index in step with the database; a snapshot that is not right is reported by `say` and rebuilt."""
        store, source = _place(connection, home)
        try:
            return cls._loaded(connection, store, source)
        except BadSnapshot as error:
            if queries.vector_count(connection, VECTOR_VERSION):
                say(f"{error}; building the index from the database")
        return cls.rebuilt(connection, home)

    @classmethod
    def rebuilt(cls, connection: psycopg.Connection, home: Path | str | None) -> CatalogueIndex:
        """The index from the database alone."""
        store, source = _place(connection, home)
        built = cls(store, source, VectorIndex(DIMENSION), 0)
        built.catch_up(connection)
        return built

    @classmethod
    def _loaded(cls, connection: psycopg.Connection, store: SnapshotStore, source: Source) -> CatalogueIndex:
        index, manifest = store.load(source)
        if not queries.snapshot_known(connection, UUID(manifest.snapshot_id)):
            raise BadSnapshot(f"the index snapshot in {store.folder} is not of this database's past")
        opened = cls(store, source, index, manifest.watermark)
        opened.saved = manifest.watermark
        opened.catch_up(connection)
        stored = queries.vector_count(connection, VECTOR_VERSION)
        if len(opened.index) > stored:
            raise BadSnapshot(f"the index holds {len(opened.index)} vectors and the database only {stored}")
        return opened

    def __len__(self) -> int:
        """Number of vectors."""
        return len(self.index)

    def catch_up(self, connection: psycopg.Connection) -> int:
        """Add what was committed beyond the watermark; returns how many vectors."""
        watermark, blocks = queries.vectors_beyond(connection, self.watermark, VECTOR_VERSION)
        added = sum(self.index.add(ids, vectors) for ids, vectors in blocks)
        self.watermark = watermark
        return added

    def drop_deleted(self, connection: psycopg.Connection) -> int:
        """Remove what the database no longer holds; returns how many vectors."""
        if len(self.index) <= queries.vector_count(connection, VECTOR_VERSION):
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
        """Write a snapshot and enter it in the database; None where nothing was read since the last one."""
        self.drop_deleted(connection)
        if self.saved == self.watermark:
            return None

        def announce(manifest: Manifest) -> None:
            queries.record_snapshot(
                connection,
                snapshot_id=UUID(manifest.snapshot_id),
                host=socket.gethostname(),
                index_name=NAME,
                watermark=manifest.watermark,
                vector_version=VECTOR_VERSION,
                vector_count=manifest.count,
                checksum=manifest.checksum,
            )

        manifest = self.store.save(self.index, self.source, self.watermark, announce)
        self.saved = self.watermark
        return manifest


def _place(connection: psycopg.Connection, home: Path | str | None) -> tuple[SnapshotStore, Source]:
    """Where this host keeps the index of this catalogue, and what it must be derived from."""
    identity = queries.catalogue_identity(connection)
    source = Source(str(identity.catalogue_id), identity.epoch, VECTOR_VERSION, DIMENSION)
    return SnapshotStore(_folder(home, source.catalogue_id), NAME), source


def _folder(home: Path | str | None, catalogue_id: str) -> Path:
    """A folder for each catalogue, so that several can be used from one home."""
    base = Path(home).expanduser().absolute() if home is not None else default_home()
    return base / "index" / catalogue_id


def snapshot_manifest(connection: psycopg.Connection, home: Path | str | None) -> Manifest | None:
    """The manifest of this host's snapshot, None where there is none to read."""
    identity = queries.catalogue_identity(connection)
    try:
        return Manifest.read(_folder(home, str(identity.catalogue_id)) / f"{NAME}.json")
    except BadSnapshot:
        return None


def read_anchors(connection: psycopg.Connection) -> Anchors:
    """The labelled formulas of a catalogue."""
    anchors = Anchors(DIMENSION)
    for place in labelled_places(connection, VECTOR_VERSION):
        anchors.add(place.formula_id, str(place.formula), place.constant, place.vector)
    return anchors
