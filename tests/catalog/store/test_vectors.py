"""Neighbour vectors as the index reads them: in commit order, by a watermark, nothing lost and nothing unusable."""

from __future__ import annotations

import numpy as np
import psycopg

from catalog.database.opening import Database
from catalog.formulas.pcf import PCF
from catalog.store.ingest import ingest
from catalog.store.vectors import vector_count, vectors_beyond
from tests.helpers.batches import BROUNCKER, GOLDEN, batch


def seen_from(connection: psycopg.Connection, watermark: int) -> tuple[int, list[int]]:
    after, blocks = vectors_beyond(connection, watermark, 1)
    return after, [int(i) for ids, _ in blocks for i in ids]


def test_a_lower_id_that_commits_last_is_not_lost(database: Database, connection: psycopg.Connection) -> None:
    with database.connect() as slow, database.connect() as quick:
        with slow.transaction():
            low = int(ingest(slow, batch(BROUNCKER)).ids[0])
            high = int(ingest(quick, batch(GOLDEN)).ids[0])
            assert low < high
            watermark, seen = seen_from(connection, 0)
            assert seen == [high]
        watermark, seen = seen_from(connection, watermark)
        assert low in seen
    assert seen_from(connection, watermark)[1] == []


def test_vectors_come_back_in_blocks(connection: psycopg.Connection) -> None:
    formulas = [PCF((1, k), (k, 1)) for k in range(1, 3000)]
    stored = ingest(connection, batch(*formulas))
    ids, vectors = zip(*vectors_beyond(connection, 0, 1)[1], strict=True)
    assert (np.concatenate(ids) == stored.ids).all()
    assert (np.concatenate(vectors) == np.arange(3 * 2999, dtype=np.float32).reshape(-1, 3)).all()
    assert seen_from(connection, 0)[1] == list(stored.ids)
    assert vector_count(connection, 1) == 2999
    assert list(vectors_beyond(connection, 0, 2)[1]) == []


def test_a_vector_that_is_not_finite_is_not_stored(connection: psycopg.Connection) -> None:
    rows = batch(BROUNCKER, GOLDEN)
    assert rows.vectors is not None
    rows.vectors[0, 1] = np.nan
    assert seen_from(connection, 0)[1] == []
    stored = ingest(connection, rows)
    assert seen_from(connection, 0)[1] == [stored.ids[1]]
