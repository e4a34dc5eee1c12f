"""Files and folders that may not be read or written, also where the tests run as root."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from catalog.server.unprivileged import nobody


@contextmanager
def locked(path: Path, mode: int = 0) -> Iterator[None]:
    """Give a path this mode, and let a test that root runs be nobody, to whom the path and its parents are open."""
    before = path.stat().st_mode
    root = os.geteuid() == 0
    opened = [(folder, folder.stat()) for folder in path.parents if root and folder.stat().st_uid == 0]
    for folder, found in opened:
        folder.chmod(found.st_mode | 0o011)
    if root:
        os.chown(path, *nobody())
    path.chmod(mode)
    if root:
        os.seteuid(nobody()[0])
    try:
        yield
    finally:
        if root:
            os.seteuid(0)
            os.chown(path, 0, 0)
        path.chmod(before)
        for folder, found in opened:
            folder.chmod(found.st_mode)
