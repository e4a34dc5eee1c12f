"""The SQL of the catalogue: named blocks in .sql files beside the modules of `store` and `exchange` that run them.

A block begins with a line `-- name --`, then its comment, and goes on to the next block.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

_NAME = re.compile(r"^-- (\w+) --$", re.MULTILINE)


@cache
def blocks() -> dict[str, str]:
    """All blocks by name."""
    found: dict[str, str] = {}
    for file in sorted(Path(__file__).parents[1].glob("[es]*/*.sql")):
        _, *parts = _NAME.split(file.read_text(encoding="utf-8"))
        for name, text in zip(parts[::2], parts[1::2], strict=True):
            if name in found:
                raise ValueError(f"two SQL blocks are named {name}")
            found[name] = text.strip()
    return found


@cache
def block(name: str) -> bytes:
    """The block of this name, as psycopg takes it."""
    return blocks()[name].encode()
