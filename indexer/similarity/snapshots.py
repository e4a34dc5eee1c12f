"""Snapshots of a vector index on this host: derived from the database, replaced whole, checked before they are used.

A snapshot is an index file of its own name and a manifest that names it; the rename of the manifest makes it current.
A reader that finds anything wrong says so and rebuilds from the database; it never starts from an empty index.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path
from typing import IO, Any, BinaryIO
from uuid import uuid4

import numpy as np

from catalog.errors import BadSnapshot, SnapshotNotWritten
from catalog.server.home import private_folder
from indexer.similarity.vector_index import FLAT, VectorIndex, faiss

FORMAT = 2
"""Version of the manifest and of the kind of FAISS index in the file."""


SAMPLED_WHOLE = 2**20
"""Bytes up to which a mapped file is checked whole."""

SAMPLED_PIECES, PIECE = 64, 4096
"""Pieces of a larger file, from its beginning to its end, and bytes of each, that are checked."""


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
    table index_snapshot, so that one which the database does not know belongs to another past of it. `checksum` is of
    the whole file, `sampled_checksum` of pieces of it; `kind` is that which was asked for, `flat` or `ivf`.
    """

    format: int
    snapshot_id: str
    source: Source
    watermark: int
    count: int
    file: str
    size: int
    checksum: str
    sampled_checksum: str
    kind: str

    @classmethod
    def read(cls, path: Path) -> Manifest:
        """Read the manifest of a file; raises BadSnapshot where it is missing, torn, or of another format."""
        try:
            fields = json.loads(path.read_text())
            if fields["format"] != FORMAT:
                raise BadSnapshot(f"the index snapshot {path} has format {fields['format']}, not {FORMAT}")
            source = Source(**fields.pop("source"))
            manifest = cls(source=source, **fields)
        except FileNotFoundError:
            raise BadSnapshot(f"there is no index snapshot in {path.parent}") from None
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            raise BadSnapshot(f"the index manifest {path} cannot be read") from None
        return manifest


class SnapshotStore:
    """The snapshots of one index in a folder: `name`.json is the manifest, `name`-<id>.faiss the index file."""

    def __init__(self, folder: Path, name: str) -> None:
        """Make the folder, which only this user may read, where it is not there."""
        self.folder = private_folder(folder)
        self.name = name

    @property
    def manifest_path(self) -> Path:
        """The manifest of the current snapshot."""
        return self.folder / f"{self.name}.json"

    def kind(self) -> str:
        """Return the kind of index that the manifest asks for, `flat` where there is none to read."""
        try:
            return Manifest.read(self.manifest_path).kind
        except BadSnapshot:
            return FLAT

    def save(
        self,
        index: VectorIndex,
        source: Source,
        watermark: int,
        announce: Callable[[Manifest], None] = lambda manifest: None,
        kind: str = FLAT,
    ) -> Manifest:
        """Write a snapshot of a kind and make it current; a kill at any instant leaves the old one or the new one.

        `announce` is called before it becomes current: readers ask the database whether it knows what they find.
        """
        snapshot_id = str(uuid4())
        file = self.folder / f"{self.name}-{snapshot_id}.faiss"
        index.settle(kind)
        content = faiss().serialize_index(index.packed()).tobytes()
        _write_whole(file, content)
        manifest = Manifest(
            FORMAT,
            snapshot_id,
            source,
            watermark,
            len(index),
            file.name,
            len(content),
            _checksum(content),
            _sampled_checksum(BytesIO(content), len(content)),
            kind,
        )
        announce(manifest)
        _write_whole(self.manifest_path, json.dumps(asdict(manifest), indent=1).encode())
        for old in (*self.folder.glob(f"{self.name}-*.faiss"), *self.folder.glob(f"{self.name}-*.new")):
            if not old.name.startswith(file.stem):
                old.unlink(missing_ok=True)
        return manifest

    def load(self, source: Source, *, mapped: bool = False) -> tuple[VectorIndex, Manifest]:
        """Return the current snapshot; raises BadSnapshot where it is missing, torn, foreign, or of another version.

        It is in memory, after its whole checksum was compared, or `mapped`: then only pieces of it were, and pages come
        from the disk as a search needs them.
        """
        manifest = Manifest.read(self.manifest_path)
        while True:
            self._check_source(manifest, source)
            try:
                return (self._mapped if mapped else self._read)(manifest), manifest
            except OSError:  # a writer may have replaced the snapshot between the two reads
                again = Manifest.read(self.manifest_path)
                if again.snapshot_id == manifest.snapshot_id:
                    raise BadSnapshot(f"the index file {self.folder / manifest.file} is missing") from None
                manifest = again

    def _check_source(self, manifest: Manifest, source: Source) -> None:
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

    def _read(self, manifest: Manifest) -> VectorIndex:
        path = self.folder / manifest.file
        content = path.read_bytes()
        if len(content) != manifest.size or _checksum(content) != manifest.checksum:
            raise BadSnapshot(f"the index file {path} is damaged: its checksum differs")
        return self._unpacked(manifest, lambda: faiss().deserialize_index(np.frombuffer(content, dtype=np.uint8)))

    def _mapped(self, manifest: Manifest) -> VectorIndex:
        path = self.folder / manifest.file
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size != manifest.size or _sampled_checksum(file, size) != manifest.sampled_checksum:
                raise BadSnapshot(f"the index file {path} is damaged: its checksum differs")
            # by the open file, so that a writer who replaces it meanwhile does not matter
            name = f"/dev/fd/{file.fileno()}"
            flag = faiss().IO_FLAG_MMAP_IFC
            return self._unpacked(manifest, lambda: faiss().read_index(name, flag), mapped=True)

    def _unpacked(self, manifest: Manifest, read: Callable[[], Any], *, mapped: bool = False) -> VectorIndex:
        path = self.folder / manifest.file
        try:
            index = VectorIndex.unpacked(manifest.source.dimension, read(), mapped=mapped)
        except (RuntimeError, AttributeError) as error:
            raise BadSnapshot(f"the index file {path} cannot be read by FAISS") from error
        if len(index) != manifest.count:
            raise BadSnapshot(f"the index file {path} does not hold what its manifest says")
        return index

    @contextmanager
    def writer(self) -> Iterator[bool]:
        """Hold the right to write snapshots of this index on this host; yields False where another process has it."""
        with _private_file(self.folder / f"{self.name}.lock") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            yield True


def _checksum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _sampled_checksum(file: BinaryIO, size: int) -> str:
    """Return the checksum of the whole file where it is small, else of pieces from its beginning to its end."""
    if size <= SAMPLED_WHOLE:
        return _checksum(file.read())
    seen = hashlib.sha256()
    for piece in range(SAMPLED_PIECES):
        file.seek((size - PIECE) * piece // (SAMPLED_PIECES - 1))
        seen.update(file.read(PIECE))
    return seen.hexdigest()


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
