"""Spaces that are worth indexing, each with its reason, which can be added by their names; see known_spaces.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from catalog.errors import NotFound
from indexer.sources.registry import read_space
from indexer.sources.space import Space


@dataclass(frozen=True)
class KnownSpace:
    """A space with the reason for which it is worth indexing; `rate` is measured, in ranks a second of one core."""

    name: str
    template: str
    why: str
    rate: float

    @property
    def space(self) -> Space:
        """The space itself."""
        return read_space(self.name, self.template)


@cache
def known_spaces() -> tuple[KnownSpace, ...]:
    """Return the known spaces in the order in which a survey takes them."""
    text = (resources.files("indexer.sources") / "known_spaces.toml").read_text(encoding="utf-8")
    return tuple(space for row in tomllib.loads(text)["space"] for space in _of_row(row))


def known_space(name: str) -> KnownSpace:
    """Return the known space of a name; raises NotFound where there is none."""
    for space in known_spaces():
        if space.name == name:
            return space
    raise NotFound(f"no known space is called {name}; `formulary space list --known` names those that are")


def _of_row(row: dict[str, Any]) -> Iterator[KnownSpace]:
    """Yield the space of a row, or one for each number that `each` has, which stands for {}."""
    for number in row.get("each", [""]):
        name, template, why = (row[part].replace("{}", number) for part in ("name", "template", "why"))
        yield KnownSpace(name, template, why, row["rate"])
