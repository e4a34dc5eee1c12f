"""The SQL of the catalogue: named blocks in the .sql file beside the module of `store` or `exchange` that runs them.

A block begins with a line `-- name --`, then its comment, and goes on to the next block. A module takes its own by
`SQL = Blocks(__file__)` and runs `SQL["name"]`.
"""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path

_NAME = re.compile(r"^-- (\w+) --$", re.MULTILINE)


class Blocks:
    """The blocks of one .sql file, which is read when the first of them is asked for."""

    def __init__(self, module: str) -> None:
        """`module` is the file of a Python module; the .sql file beside it has the same name."""
        self.file = Path(module).with_suffix(".sql")

    def __getitem__(self, name: str) -> bytes:
        """Return the block of this name, as psycopg takes it; raises KeyError where there is none."""
        return self._encoded[name]

    def text(self, name: str) -> str:
        """Return the block of this name as text, to be filled in or put together with others."""
        return self.texts[name]

    @cached_property
    def texts(self) -> dict[str, str]:
        """All blocks by name; raises ValueError where two have one name."""
        found: dict[str, str] = {}
        _, *parts = _NAME.split(self.file.read_text(encoding="utf-8"))
        for name, text in zip(parts[::2], parts[1::2], strict=True):
            if name in found:
                raise ValueError(f"two SQL blocks of {self.file.name} are named {name}")
            found[name] = text.strip()
        return found

    @cached_property
    def _encoded(self) -> dict[str, bytes]:
        return {name: text.encode() for name, text in self.texts.items()}
