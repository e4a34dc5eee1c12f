"""How far the indexer is in its spaces."""

from __future__ import annotations

from collections.abc import Sequence

import psycopg

from catalog.database.blocks import block


def ranks_below(connection: psycopg.Connection, rank_limit: int, spaces: Sequence[str] = ()) -> tuple[int, int]:
    """Ranks below `rank_limit` in the `spaces` together, by default in all, and how many of them are done."""
    with connection.transaction():
        row = connection.execute(block("ranks_below"), {"rank_limit": rank_limit, "spaces": list(spaces)}).fetchone()
    assert row is not None
    return int(row[0]), int(row[1])
