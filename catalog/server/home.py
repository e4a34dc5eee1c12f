"""Where the data of this user live: the folder `FORMULARY_HOME`, with the embedded server and the indexes."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from catalog.errors import HomeError

READER = "formulary_reader"
"""The role that can only read: on the embedded server, and by this name on a given one."""

READER_TEMPORARY = "2GB"
"""What the sorts and joins of one statement of the reader may write to disk; it cannot be raised by the reader."""


def default_home() -> Path:
    """`FORMULARY_HOME`, or the platform's folder for a user's data."""
    if given := os.environ.get("FORMULARY_HOME"):
        return Path(given).expanduser().absolute()
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "formulary"
    if given := os.environ.get("XDG_DATA_HOME"):
        return Path(given).absolute() / "formulary"
    return Path.home() / ".local" / "share" / "formulary"


def has_data(home: Path | str | None) -> bool:
    """Return whether an embedded server has ever been made in `home`, by default in `default_home`; makes nothing.

    Raises HomeError where that cannot be seen.
    """
    folder = Path(home).expanduser() if home is not None else default_home()
    try:
        (folder / "postgres" / "PG_VERSION").stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise unusable("use", folder, error) from error
    return True


def unusable(what: str, folder: Path, error: OSError) -> HomeError:
    """Return the error of a folder of the home with which something, a verb, cannot be done."""
    reason = (error.strerror or str(error)).lower()
    return HomeError(f"cannot {what} the folder {folder}: {reason}; set FORMULARY_HOME to a folder you can write")


def free_bytes(home: Path | str | None) -> int:
    """Return the free bytes where `home` is, or will be made."""
    folder = Path(home).expanduser().absolute() if home is not None else default_home()
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free


def private_folder(folder: Path) -> Path:
    """`folder`, made for this user alone (0700) where it is missing; a folder that exists keeps its mode.

    Raises HomeError.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise unusable("make", folder, error) from error
    return folder
