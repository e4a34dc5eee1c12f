"""Where the data of this user live: the folder `FORMULARY_HOME`, with the embedded server and the indexes."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from catalog.errors import ServerError


def default_home() -> Path:
    """`FORMULARY_HOME`, or the platform's folder for a user's data."""
    if given := os.environ.get("FORMULARY_HOME"):
        return Path(given).expanduser().absolute()
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "formulary"
    if given := os.environ.get("XDG_DATA_HOME"):
        return Path(given).absolute() / "formulary"
    return Path.home() / ".local" / "share" / "formulary"


def private_folder(folder: Path) -> Path:
    """`folder`, made for this user alone (0700) where it is missing; a folder that exists keeps its mode."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise ServerError(
            f"cannot make the folder {folder}: {(error.strerror or str(error)).lower()};"
            " set FORMULARY_HOME to a folder you can write"
        ) from error
    return folder
