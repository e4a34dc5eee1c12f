"""Pages of a list hold what a search finds, in its order, whatever the conditions and the way to them."""

from __future__ import annotations

import random
from typing import Any

import psycopg
import pytest

from catalog.store.listing import KEYS, key_of, page
from catalog.store.search import Filter, find
from catalog.vocabulary import CONVERGENCE_CLASSES, PROOFS, STATUSES

CONDITIONS: dict[str, tuple[Any, ...]] = {
    "constant": ("pi", "e", "nobody"),
    "statuses": (("converges",), ("terminates",), STATUSES[:2]),
    "classes": tuple((name,) for name in CONVERGENCE_CLASSES),
    "degrees": ((1, 2), (None, 1), (2, None), (0, 0), (5, 5)),
    "min_delta": (-1.0, 0.0, 3.0),
    "max_delta": (-0.5, 1.0),
    "min_growth": (0.5,),
    "max_growth": (2.0,),
    "proof": PROOFS,
    "source": ("a", "euler"),
    "family": ("rational",),
}


def every_page(connection: psycopg.Connection, wanted: Filter, sort: str, size: int) -> list[int]:
    found: list[int] = []
    rows = page(connection, wanted, sort=sort, limit=size)
    while rows:
        found += [row["id"] for row in rows]
        rows = page(connection, wanted, sort=sort, after=key_of(rows[-1], sort), limit=size)
    return found


@pytest.mark.parametrize("seed", range(40))
def test_pages_are_what_a_search_finds(reading: psycopg.Connection, seed: int) -> None:
    chance = random.Random(seed)
    names = chance.sample(list(CONDITIONS), chance.randrange(4))
    wanted = Filter(**{name: chance.choice(CONDITIONS[name]) for name in names})
    sort = chance.choice(list(KEYS))
    column, falling = KEYS[sort]
    rows = [row for row in find(reading, wanted, sort="id", limit=None) if row[column] is not None]
    expected = [row["id"] for row in sorted(rows, key=lambda row: (row[column], row["id"]), reverse=falling)]
    assert every_page(reading, wanted, sort, chance.choice((1, 7, 50)) if len(expected) < 30 else 50) == expected


def test_rows_of_a_page_are_those_of_a_search(reading: psycopg.Connection) -> None:
    wanted = Filter(classes=("exponential",))
    assert page(reading, wanted, limit=20) == find(reading, wanted, sort="complexity", limit=20)
