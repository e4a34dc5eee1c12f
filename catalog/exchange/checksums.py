"""The SHA-256 of an export, by which another catalogue knows it again: of a file, a folder, or what is written."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from typing_extensions import Buffer

PIECE = 2**20
"""Bytes read at a time."""


def checksum(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal; of a folder that of its files and their names, in order."""
    whole = hashlib.sha256()
    folder = path.is_dir()
    for file in sorted(part for part in path.rglob("*") if part.is_file()) if folder else [path]:
        if folder:
            whole.update(f"{file.relative_to(path).as_posix()}\n".encode())
        with file.open("rb") as read:
            while piece := read.read(PIECE):
                whole.update(piece)
    return whole.hexdigest()


class Counted(io.RawIOBase):
    """A binary file that is only written to, with the checksum of what was."""

    def __init__(self, file: BinaryIO) -> None:
        """Nothing was written yet; `file` stays open when this is closed."""
        super().__init__()
        self._file = file
        self._whole = hashlib.sha256()
        self._size = 0

    def writable(self) -> bool:
        """Return that it is."""
        return True

    def write(self, data: Buffer) -> int:
        """Write bytes; return how many."""
        self._file.write(data)
        self._whole.update(data)
        size = memoryview(data).nbytes
        self._size += size
        return size

    def tell(self) -> int:
        """Return how many bytes were written."""
        return self._size

    @property
    def checksum(self) -> str:
        """The SHA-256 of what was written, in hexadecimal."""
        return self._whole.hexdigest()
