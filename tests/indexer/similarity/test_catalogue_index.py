"""The index of a catalogue in step with its database: commit order, deletions, snapshots that do not fit."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import psycopg
import pytest

from catalog.database.opening import Database
from catalog.errors import BadSnapshot
from catalog.formulas.pcf import PCF
from catalog.store.formula_rows import FormulaRows
from catalog.store.ingest import ingest
from catalog.store.vectors import vectors_beyond
from indexer.kinds.vectors import DIMENSION, VECTOR_VERSION
from indexer.similarity.catalogue_index import CatalogueIndex


def rows(*formulas: PCF) -> FormulaRows:
    """Formulas whose vector is their first coefficient."""
    return FormulaRows(
        a=[f.a for f in formulas],
        b=[f.b for f in formulas],
        keys=[f.key for f in formulas],
        canonical_keys=[f.key for f in formulas],
        columns={"status": ["converges"] * len(formulas)},
        evaluator_version=1,
        vectors=np.array([[f.a[0]] * DIMENSION for f in formulas], dtype=np.float32),
        vector_version=VECTOR_VERSION,
    )


def numbered(*numbers: int) -> FormulaRows:
    return rows(*(PCF((n,), (1,)) for n in numbers))


@pytest.fixture
def said() -> list[str]:
    return []


def test_a_lower_id_that_commits_last_is_not_missed(
    database: Database, connection: psycopg.Connection, tmp_path: Path, said: list[str]
) -> None:
    index = CatalogueIndex.open(connection, tmp_path, said.append)
    with database.connect() as slow:
        with slow.transaction():
            slow.execute("select pg_current_xact_id()")
            slow_rows = numbered(1)
            with slow.cursor():
                ingest_inside(slow, slow_rows)
            ids = ingest(connection, numbered(2, 3)).ids
            assert index.catch_up(connection) == 2
            index.save(connection)
        lower = slow.execute("select id from formula where a = '{1}'").fetchone()
    assert lower is not None
    assert lower[0] < ids.min()
    assert index.catch_up(connection) == 1
    reopened = CatalogueIndex.open(connection, tmp_path, said.append)
    assert sorted(reopened.index.ids.tolist()) == sorted(index.index.ids.tolist())
    assert len(reopened) == 3
    assert said == []


def test_what_was_just_committed_is_taken_in_without_reading_it_again(
    database: Database, connection: psycopg.Connection, tmp_path: Path, said: list[str]
) -> None:
    index = CatalogueIndex.open(connection, tmp_path, said.append)
    with database.connect() as other:
        theirs = ingest(other, numbered(1)).ids
    batch = numbered(2, 3, 4)
    assert batch.vectors is not None
    batch.vectors[1] = np.nan
    ingested = ingest(connection, batch)
    assert ingested.transaction is not None
    _, blocks = vectors_beyond(connection, 0, VECTOR_VERSION, ingested.transaction)
    assert [number for ids, _ in blocks for number in ids.tolist()] == theirs.tolist()
    assert index.follow(connection, batch, ingested) == 3
    assert sorted(index.index.ids.tolist()) == [*theirs.tolist(), *ingested.ids[[0, 2]].tolist()]
    assert index.catch_up(connection) == 0
    reopened = CatalogueIndex.rebuilt(connection, tmp_path)
    assert np.array_equal(reopened.index.vectors, index.index.vectors[np.argsort(index.index.ids)])


def test_a_snapshot_is_written_again_only_when_vectors_came(
    connection: psycopg.Connection, tmp_path: Path, said: list[str]
) -> None:
    index = CatalogueIndex.open(connection, tmp_path, said.append)
    ingest(connection, numbered(1))
    index.catch_up(connection)
    assert index.save(connection) is not None
    before = index.watermark
    with connection.transaction():
        connection.execute("select pg_current_xact_id()")
    assert index.catch_up(connection) == 0
    assert index.watermark > before
    assert index.save(connection) is None
    batch = numbered(2)
    index.follow(connection, batch, ingest(connection, batch))
    assert index.save(connection) is not None
    reopened = CatalogueIndex.open(connection, tmp_path, said.append)
    assert (len(reopened), said) == (2, [])


def test_a_batch_with_known_formulas_is_read_again(
    connection: psycopg.Connection, tmp_path: Path, said: list[str]
) -> None:
    index = CatalogueIndex.open(connection, tmp_path, said.append)
    ingest(connection, numbered(1))
    batch = numbered(1, 2)
    assert batch.vectors is not None
    batch.vectors[0] = 7  # of a known formula: what stands in the catalogue counts
    ingested = ingest(connection, batch)
    assert ingested.transaction is None
    assert index.follow(connection, batch, ingested) == 2
    assert np.array_equal(index.index.vectors[:, 0], [1, 2])


def ingest_inside(connection: psycopg.Connection, batch: FormulaRows) -> None:
    """Store in the transaction that is open (as a savepoint)."""
    ingest(connection, batch)


def test_an_index_is_reopened_from_its_snapshot_and_the_tail(
    connection: psycopg.Connection, tmp_path: Path, said: list[str]
) -> None:
    ingest(connection, numbered(1, 2, 3))
    index = CatalogueIndex.open(connection, tmp_path, said.append)
    assert len(said) == 1
    assert index.save(connection) is not None
    ingest(connection, numbered(4))
    again = CatalogueIndex.open(connection, tmp_path, said.append)
    assert len(again) == 4
    assert len(said) == 1


def test_deleted_formulas_are_noticed(connection: psycopg.Connection, tmp_path: Path, said: list[str]) -> None:
    ids = ingest(connection, numbered(1, 2, 3)).ids.tolist()
    CatalogueIndex.open(connection, tmp_path, said.append).save(connection)
    with connection.transaction():
        connection.execute("delete from formula where id = %s", [ids[0]])
    index = CatalogueIndex.open(connection, tmp_path, said.append)
    assert sorted(index.index.ids.tolist()) == ids[1:]
    assert "the index holds 3 vectors and the database only 2" in said[-1]


def test_a_snapshot_of_another_past_is_rebuilt(connection: psycopg.Connection, tmp_path: Path, said: list[str]) -> None:
    ingest(connection, numbered(1, 2))
    CatalogueIndex.open(connection, tmp_path, said.append).save(connection)
    with connection.transaction():
        connection.execute("delete from index_snapshot")
    assert len(CatalogueIndex.open(connection, tmp_path, said.append)) == 2
    assert "not of this database's past" in said[-1]


def test_a_damaged_snapshot_is_rebuilt_and_said_once(
    connection: psycopg.Connection, tmp_path: Path, said: list[str]
) -> None:
    ingest(connection, numbered(1, 2))
    CatalogueIndex.open(connection, tmp_path, said.append).save(connection)
    said.clear()
    file = next(tmp_path.glob("index/*/*.faiss"))
    file.write_bytes(file.read_bytes()[:-1])
    assert len(CatalogueIndex.open(connection, tmp_path, said.append)) == 2
    assert len(said) == 1
    assert "checksum differs" in said[0]


def test_a_deleted_formula_leaves_an_index_that_is_open(
    connection: psycopg.Connection, tmp_path: Path, said: list[str]
) -> None:
    ids = ingest(connection, numbered(1, 2, 3)).ids.tolist()
    index = CatalogueIndex.open(connection, tmp_path, said.append)
    index.save(connection)
    with connection.transaction():
        connection.execute("delete from formula where id = %s", [ids[1]])
    assert index.save(connection) is not None
    said.clear()
    assert sorted(CatalogueIndex.open(connection, tmp_path, said.append).index.ids.tolist()) == [ids[0], ids[2]]
    assert said == []


def test_readers_find_a_whole_index_while_it_is_written(
    database: Database, connection: psycopg.Connection, tmp_path: Path, said: list[str]
) -> None:
    ingest(connection, numbered(1))
    index = CatalogueIndex.open(connection, tmp_path, lambda text: None)
    index.save(connection)
    ended = threading.Event()

    def read() -> list[int]:
        found = []
        with database.connect() as own:
            while not ended.is_set():
                found.append(len(CatalogueIndex.open(own, tmp_path, said.append)))
        return found

    with ThreadPoolExecutor(3) as threads:
        readers = [threads.submit(read) for _ in range(3)]
        for number in range(2, 30):
            ingest(connection, numbered(number))
            index.catch_up(connection)
            index.save(connection)
        ended.set()
        found = [reader.result() for reader in readers]
    assert said == []
    assert all(counts == sorted(counts) and counts[0] >= 1 for counts in found)


def test_what_was_committed_is_seen_at_once_by_readers(
    database: Database, connection: psycopg.Connection, tmp_path: Path, said: list[str]
) -> None:
    """Also while an older transaction is open, which holds the watermark back."""
    ingest(connection, numbered(1, 2))
    CatalogueIndex.open(connection, tmp_path, said.append).save(connection)
    with database.connect() as older, older.transaction():
        older.execute("select pg_current_xact_id()")
        for number in (3, 4):
            ingest(connection, numbered(number))
            assert len(CatalogueIndex.open(connection, tmp_path, said.append)) == number


def test_nothing_is_written_where_nothing_is_new(
    connection: psycopg.Connection, tmp_path: Path, said: list[str]
) -> None:
    ingest(connection, numbered(1))
    index = CatalogueIndex.open(connection, tmp_path, said.append)
    first = index.save(connection)
    assert first is not None
    assert index.save(connection) is None


def test_a_vector_computed_anew_is_read_by_an_index_that_is_open(
    connection: psycopg.Connection, tmp_path: Path, said: list[str]
) -> None:
    ids = ingest(connection, numbered(1, 2)).ids
    index = CatalogueIndex.open(connection, tmp_path, said.append)
    index.save(connection)
    with connection.transaction():
        connection.execute("delete from formula_vector where formula_id = %s", [int(ids[0])])
        values = [int(ids[0]), VECTOR_VERSION, [7.0] * DIMENSION]
        connection.execute(
            "insert into formula_vector (formula_id, vector_version, vector) values (%s, %s, %s)", values
        )
    index.catch_up(connection)
    mapped = CatalogueIndex.open(connection, tmp_path, said.append, mapped=True)
    for opened in (index, mapped):
        assert (opened.index.vector(int(ids[0])) == 7).all()
        assert len(opened) == 2


def test_a_reader_drops_deleted_formulas_and_finds_others(
    connection: psycopg.Connection, tmp_path: Path, said: list[str]
) -> None:
    ids = ingest(connection, numbered(*range(1, 60))).ids.tolist()
    CatalogueIndex.open(connection, tmp_path, said.append).save(connection)
    with connection.transaction():
        connection.execute("delete from formula where id = any (%s)", [ids[:50]])
    mapped = CatalogueIndex.open(connection, tmp_path, lambda text: None, mapped=True)
    assert [hit.id for hit in mapped.nearest(connection, [1.0] * DIMENSION, 3)] == ids[50:53]


def test_a_reader_notices_a_vector_that_is_not_the_databases(
    connection: psycopg.Connection, tmp_path: Path, said: list[str]
) -> None:
    ids = ingest(connection, numbered(1, 2)).ids
    CatalogueIndex.open(connection, tmp_path, said.append).save(connection)
    mapped = CatalogueIndex.open(connection, tmp_path, said.append, mapped=True)
    with connection.transaction():
        connection.execute("update formula_vector set vector[1] = 5 where formula_id = %s", [int(ids[0])])
    with pytest.raises(BadSnapshot, match=f"another vector for formula {ids[0]}"):
        mapped.nearest(connection, [1.0] * DIMENSION, 2)


def test_the_kind_of_an_index_stays_until_another_is_asked_for(
    connection: psycopg.Connection, tmp_path: Path, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.similarity.vector_index.IVF_LEAST", 100)
    ingest(connection, numbered(*range(1, 200)))
    CatalogueIndex.open(connection, tmp_path, said.append, kind="ivf").save(connection)
    for mapped in (False, True):
        assert CatalogueIndex.open(connection, tmp_path, said.append, mapped=mapped).index.kind == "ivf"
    assert CatalogueIndex.rebuilt(connection, tmp_path).index.kind == "ivf"
    again = CatalogueIndex.open(connection, tmp_path, said.append, kind="flat")
    again.save(connection)
    assert CatalogueIndex.open(connection, tmp_path, said.append).index.kind == "flat"
