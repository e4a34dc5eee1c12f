"""How far long work is: who works tells it, by phase; who shows it listens."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol, TypeVar

Item = TypeVar("Item")


class Tell(Protocol):
    """Somebody who is told how far a phase is."""

    def __call__(self, phase: str, done: int = 0, total: int | None = None) -> None:
        """`done` of `total` items of a phase, such as "verifying"; the total is None where nobody knows it."""


def silent(phase: str, done: int = 0, total: int | None = None) -> None:
    """Tell nobody."""


def told(items: Iterable[Item], tell: Tell, phase: str, total: int | None = None) -> Iterator[Item]:
    """Yield the items, and tell after each how many have been worked on."""
    tell(phase, 0, total)
    for done, item in enumerate(items, 1):
        yield item
        tell(phase, done, total)
