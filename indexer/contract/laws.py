"""The objects of infinite families: the law, its first members, and the family it is an instance or a shift of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from catalog.store.rows import Row
from indexer.laws.containment import folded, pattern_of

MEMBERS = 5
"""Members of a family that are named."""


def law_objects(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """The rows of `catalog.store.laws.patterns` with `members`, and `within`: the number of a family, null for none."""
    families = [pattern_of(row) for row in rows]
    into = folded(families)
    return [
        row | {"members": list(map(str, family.members(MEMBERS))), "within": into.get(family.number)}
        for row, family in zip(rows, families, strict=True)
    ]
