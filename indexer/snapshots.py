"""Snapshots of a vector index on this host: derived from the database, replaced whole, checked before they are used.

A snapshot is an index file of its own name and a manifest that names it; the rename of the manifest makes it current.
A reader that finds anything wrong says so and rebuilds from the database; it never starts from an empty index.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO
from uuid import uuid4

from catalog.errors import Unavailable
from catalog.home import private_folder
from indexer.neighbours import VectorIndex, faiss

FORMAT = 1
"""Version of the manifest and of the kind of FAISS index in the file."""


class BadSnapshot(Unavailable):
    """a snapshot that cannot be used; the message says why in one sentence."""


class SnapshotNotWritten(Unavailable):
    """a snapshot that cannot be written; the one before it is still there."""


@dataclass(frozen=True, slots=True)
class Source:
    """What an index is derived from: a snapshot of another source is foreign or stale."""

    catalogue_id: str
    epoch: str
    vector_version: int
    dimension: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a snapshot holds.

    `watermark`: the vectors of all transactions before this one are in it; `snapshot_id` is listed in the database
    table index_snapshot, so that one which the database does not know belongs to another past of it.
    """

    format: int
    snapshot_id: str
    source: Source
    watermark: int
    count: int
    file: str
    size: int
    checksum: str

    @classmethod
    def read(cls, path: Path) -> Manifest:
        """The manifest of a file; raises BadSnapshot where it is missing, torn, or of another format."""
        try:
            fields = json.loads(path.read_text())
            source = Source(**fields.pop("source"))
            manifest = cls(source=source, **fields)
        except FileNotFoundError:
            raise BadSnapshot(f"there is no index snapshot in {path.parent}") from None
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            raise BadSnapshot(f"the index manifest {path} cannot be read") from None
        if manifest.format != FORMAT:
            raise BadSnapshot(f"the index snapshot {path} has format {manifest.format}, not {FORMAT}")
        return manifest


class SnapshotStore:
    """The snapshots of one index in a folder: `name`.json is the manifest, `name`-<id>.faiss the index file."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = private_folder(folder)
        self.name = name

    @property
    def manifest_path(self) -> Path:
        """The manifest of the current snapshot."""
        return self.folder / f"{self.name}.json"

    def save(
        self,
        index: VectorIndex,
        source: Source,
        watermark: int,
        announce: Callable[[Manifest], None] = lambda manifest: None,
    ) -> Manifest:
        """Write a snapshot and make it current; a kill at any instant leaves the old one or the new one.

        `announce` is called before it becomes current: readers ask the database whether it knows what they find.
        """
        snapshot_id = str(uuid4())
        file = self.folder / f"{self.name}-{snapshot_id}.faiss"
        content = faiss().serialize_index(index._inner).tobytes()
        _write_whole(file, content)
        manifest = Manifest(
            FORMAT, snapshot_id, source, watermark, len(index), file.name, len(content), _checksum(content)
        )
        announce(manifest)
        _write_whole(self.manifest_path, json.dumps(asdict(manifest), indent=1).encode())
        for old in (*self.folder.glob(f"{self.name}-*.faiss"), *self.folder.glob(f"{self.name}-*.new")):
            if not old.name.startswith(file.stem):
                old.unlink(missing_ok=True)
        return manifest

    def load(self, source: Source) -> tuple[VectorIndex, Manifest]:
        """The current snapshot; raises BadSnapshot where it is missing, torn, foreign, or of another version."""
        manifest = Manifest.read(self.manifest_path)
        while True:
            try:
                content = (self.folder / manifest.file).read_bytes()
                break
            except OSError:  # a writer may have replaced the snapshot between the two reads
                again = Manifest.read(self.manifest_path)
                if again.snapshot_id == manifest.snapshot_id:
                    raise BadSnapshot(f"the index file {self.folder / manifest.file} is missing") from None
                manifest = again
        self._check(manifest, source, content)
        return self._deserialize(content, manifest), manifest

    def _check(self, manifest: Manifest, source: Source, content: bytes) -> None:
        found = manifest.source
        if found.catalogue_id != source.catalogue_id:
            raise BadSnapshot(f"the index snapshot in {self.folder} belongs to another catalogue")
        if found.epoch != source.epoch:
            raise BadSnapshot(f"the index snapshot in {self.folder} was made before the database was restored")
        if (found.vector_version, found.dimension) != (source.vector_version, source.dimension):
            raise BadSnapshot(
                f"the index snapshot in {self.folder} holds vectors of version {found.vector_version},"
                f" not {source.vector_version}"
            )
        if len(content) != manifest.size or _checksum(content) != manifest.checksum:
            raise BadSnapshot(f"the index file {self.folder / manifest.file} is damaged: its checksum differs")

    def _deserialize(self, content: bytes, manifest: Manifest) -> VectorIndex:
        import numpy as np

        try:
            inner = faiss().deserialize_index(np.frombuffer(content, dtype=np.uint8))
            index = VectorIndex(manifest.source.dimension, inner)
            index_count = len(index.ids)
        except (RuntimeError, AttributeError) as error:
            raise BadSnapshot(f"the index file {self.folder / manifest.file} cannot be read by FAISS") from error
        if index_count != manifest.count:
            raise BadSnapshot(f"the index file {self.folder / manifest.file} does not hold what its manifest says")
        return index

    @contextmanager
    def writer(self) -> Iterator[bool]:
        """Hold the right to write snapshots of this index on this host; yields False where another process has it."""
        import fcntl

        with _private_file(self.folder / f"{self.name}.lock") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            yield True


def _checksum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _write_whole(path: Path, content: bytes) -> None:
    """Write a file under a temporary name, flush it to the disk, and rename it into place."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise SnapshotNotWritten(f"cannot write {path}: {(error.strerror or str(error)).lower()}") from error


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _private_file(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "wb")
