"""Where a command writes: one rule for every file, so that nothing but the plain file that was named can change.

A plain file, or a new name, is written beside its place and takes it when it is whole; it keeps the mode and the owner
it had. A symbolic link is followed, and what it points to is replaced. A character device or a FIFO is written to as a
stream and never renamed over; a block device, a socket or a folder is refused. What something is, is asked of the
opened descriptor, and once more before the new file takes its place.
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from catalog.errors import FileFormatError

STDOUT = "-"
"""The name that stands for standard output."""

RULE = "An existing plain file is replaced when the new one is whole; - is stdout."
"""What every command that writes says in its help."""

_TRIES = 100  # names tried for the file beside
_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFBLK: "a block device",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a character device",
    stat.S_IFIFO: "a FIFO",
}
_OPEN = os.O_WRONLY | os.O_NOCTTY | os.O_CLOEXEC


@contextmanager
def written(target: str, *, needs_file: str | None = None) -> Iterator[BinaryIO]:
    """A binary file to write `target` by; it takes its place when the block ends without an error.

    `needs_file` names a format that cannot be written to a stream, such as Parquet. Raises FileFormatError, and leaves
    what was there as it was, where the target cannot be written, is no plain file, or the writing fails.
    """
    if target == STDOUT:
        if needs_file:
            raise FileFormatError(f"{needs_file} cannot be written to stdout; give a file")
        yield sys.stdout.buffer
        sys.stdout.flush()
        return
    try:
        path = Path(os.path.realpath(target))  # of a plain file; a stream such as /dev/stdout has none
        descriptor = _opened(target, path, needs_file)
        if descriptor is None:
            with _beside(path, None) as file:
                yield file
            return
        with os.fdopen(descriptor, "wb", buffering=0) as known:
            if stat.S_ISREG(os.fstat(known.fileno()).st_mode):
                with _beside(path, os.fstat(known.fileno())) as file:
                    yield file
            else:
                with os.fdopen(os.dup(known.fileno()), "wb") as stream:
                    yield stream
    except OSError as error:
        raise _unwritable(target, error) from error


@contextmanager
def written_folder(target: str, *, may_replace: Callable[[Path], None] | None = None) -> Iterator[Path]:
    """A new folder to fill, which takes its name when the block ends without an error; raises FileFormatError.

    `may_replace` looks at what has the name already, before and after, and raises where it must stay; what it lets go
    is replaced when the new folder is whole. Without it nothing is.
    """
    path = Path(os.path.abspath(target))  # noqa: PTH100  a link is not followed, and `.` has a name
    beside, old = (path.with_name(f".{path.name}.{os.getpid()}.{word}") for word in ("new", "old"))
    there = os.path.lexists(path)
    if there and may_replace is None:
        raise FileFormatError(f"{target} exists already; name a new folder")
    try:
        if there and may_replace is not None:
            may_replace(path)
        beside.mkdir()
        try:
            yield beside
            if os.path.lexists(path) != there:
                raise FileFormatError(f"{target} appeared or went while its folder was written; try again")
            if there and may_replace is not None:
                may_replace(path)
                path.rename(old)
            beside.rename(path)
        finally:
            shutil.rmtree(beside, ignore_errors=True)
            if os.path.lexists(path):
                shutil.rmtree(old, ignore_errors=True)
    except OSError as error:
        raise _unwritable(target, error) from error


def write_file(target: str, data: bytes, *, needs_file: str | None = None) -> None:
    """Write a whole file by `written`."""
    with written(target, needs_file=needs_file) as file:
        file.write(data)


def _opened(target: str, path: Path, needs_file: str | None) -> int | None:
    """A descriptor of what is there, of a kind that may be written; None where nothing is."""
    try:
        seen = Path(target).stat()
    except FileNotFoundError:
        return None
    _refuse(seen, target, needs_file)  # before it is opened: to open a device can do something
    if stat.S_ISREG(seen.st_mode):
        descriptor = os.open(path, _OPEN | os.O_NOFOLLOW)
    else:
        descriptor = os.open(target, _OPEN | (0 if stat.S_ISFIFO(seen.st_mode) else os.O_NONBLOCK))
    found = os.fstat(descriptor)
    try:
        _refuse(found, target, needs_file)
        if not os.path.samestat(seen, found):
            raise FileFormatError(f"{target} was exchanged while it was opened; try again")
        os.set_blocking(descriptor, True)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _refuse(found: os.stat_result, target: str, needs_file: str | None) -> None:
    kind = stat.S_IFMT(found.st_mode)
    if kind == stat.S_IFREG:
        return
    name = _KINDS.get(kind, "no plain file")
    if kind not in (stat.S_IFCHR, stat.S_IFIFO):
        raise FileFormatError(f"{target} is {name}, which is not written to; give the name of a file")
    if needs_file:
        raise FileFormatError(f"{target} is {name}, and {needs_file} needs a plain file; give the name of one")


@contextmanager
def _beside(path: Path, old: os.stat_result | None) -> Iterator[BinaryIO]:
    """A new file beside `path` that takes its place at the end, with the mode and owner of the old one."""
    descriptor, new = _new_file(path)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            if old is not None:
                _keep(file.fileno(), old, path)
            os.fsync(file.fileno())
        _take_place(new, path, old)
    finally:
        with suppress(FileNotFoundError):
            new.unlink()


def _new_file(path: Path) -> tuple[int, Path]:
    for number in range(_TRIES):
        new = path.with_name(f".{path.name}.{os.getpid()}-{number}.new")
        with suppress(FileExistsError):
            return os.open(new, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666), new
    raise FileExistsError(errno.EEXIST, "names for a new file beside it are taken")


def _keep(descriptor: int, old: os.stat_result, path: Path) -> None:
    new = os.fstat(descriptor)
    if (new.st_uid, new.st_gid) != (old.st_uid, old.st_gid):
        try:
            os.fchown(descriptor, old.st_uid, old.st_gid)
        except PermissionError:
            raise FileFormatError(f"{path} belongs to another user or group; give another name") from None
    os.fchmod(descriptor, stat.S_IMODE(old.st_mode))


def _take_place(new: Path, path: Path, old: os.stat_result | None) -> None:
    """Rename, once it is seen that the place still holds what was opened, or nothing."""
    if old is None:
        try:
            os.link(new, path)  # unlike a rename, it never replaces what has come meanwhile
        except FileExistsError:
            raise FileFormatError(f"{path} appeared while it was written; try again") from None
        except OSError:  # a file system without links
            if os.path.lexists(path):
                raise FileFormatError(f"{path} appeared while it was written; try again") from None
            new.rename(path)
        return
    if not os.path.samestat(path.stat(follow_symlinks=False), old):
        raise FileFormatError(f"{path} was exchanged while it was written; try again")
    new.replace(path)


def _unwritable(target: str, error: OSError) -> FileFormatError:
    return FileFormatError(f"cannot write {target}: {(error.strerror or str(error)).lower()}")
