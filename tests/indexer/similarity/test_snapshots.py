"""Snapshots of an index: written, read and mapped, and every way in which one can be wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from catalog.errors import BadSnapshot
from indexer.similarity.snapshots import Manifest, SnapshotStore, Source
from indexer.similarity.vector_index import VectorIndex
from tests.helpers.vectors import near_duplicates

SOURCE = Source(catalogue_id="one", epoch="e1", vector_version=1, dimension=8)


@pytest.fixture
def store(tmp_path: Path) -> SnapshotStore:
    return SnapshotStore(tmp_path / "index", "similarity")


@pytest.fixture
def filled(store: SnapshotStore) -> SnapshotStore:
    index = VectorIndex(8)
    index.add(np.arange(100, 200), near_duplicates(100))
    store.save(index, SOURCE, watermark=77)
    return store


def test_a_snapshot_comes_back_as_it_was(filled: SnapshotStore) -> None:
    index, manifest = filled.load(SOURCE)
    assert (manifest.watermark, manifest.count) == (77, 100)
    assert index.ids.tolist() == list(range(100, 200))
    assert (index.vectors == near_duplicates(100)).all()
    index.add([500], [[0.0] * 8])  # and can be added to
    assert index.search([0.0] * 8, 1)[0].id == 500


def test_a_new_snapshot_replaces_the_old_one(filled: SnapshotStore) -> None:
    index, _ = filled.load(SOURCE)
    index.add([500], [[0.0] * 8])
    filled.save(index, SOURCE, watermark=90)
    assert filled.load(SOURCE)[1].watermark == 90
    assert len(list(filled.folder.glob("*.faiss"))) == 1


def _tear(store: SnapshotStore) -> None:
    file = next(store.folder.glob("*.faiss"))
    file.write_bytes(file.read_bytes()[:-10])


def _flip(store: SnapshotStore) -> None:
    file = next(store.folder.glob("*.faiss"))
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def _change(**fields: object) -> Callable[[SnapshotStore], None]:
    def change(store: SnapshotStore) -> None:
        manifest = json.loads(store.manifest_path.read_text())
        store.manifest_path.write_text(json.dumps(manifest | fields))

    return change


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (_tear, "checksum differs"),
        (_flip, "checksum differs"),
        (lambda store: next(store.folder.glob("*.faiss")).unlink(), "is missing"),
        (lambda store: store.manifest_path.unlink(), "there is no index snapshot"),
        (lambda store: store.manifest_path.write_text('{"form'), "cannot be read"),
        (lambda store: store.manifest_path.write_text("[]"), "cannot be read"),
        (_change(format=99), "has format 99"),
        (_change(count=99), "does not hold what its manifest says"),
    ],
)
def test_a_damaged_snapshot_is_recognised(
    filled: SnapshotStore, damage: Callable[[SnapshotStore], None], message: str
) -> None:
    damage(filled)
    with pytest.raises(BadSnapshot, match=message):
        filled.load(SOURCE)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (replace(SOURCE, catalogue_id="two"), "belongs to another catalogue"),
        (replace(SOURCE, epoch="e2"), "before the database was restored"),
        (replace(SOURCE, vector_version=2), "vectors of version 1, not 2"),
    ],
)
def test_a_foreign_or_stale_snapshot_is_recognised(filled: SnapshotStore, source: Source, message: str) -> None:
    with pytest.raises(BadSnapshot, match=message):
        filled.load(source)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (_tear, "checksum differs"),
        (_flip, "checksum differs"),
        (lambda store: next(store.folder.glob("*.faiss")).unlink(), "is missing"),
        (_change(format=1), "has format 1"),
        (_change(count=99), "does not hold what its manifest says"),
    ],
)
def test_damage_is_recognised_by_those_who_map_the_file(
    filled: SnapshotStore, damage: Callable[[SnapshotStore], None], message: str
) -> None:
    damage(filled)
    with pytest.raises(BadSnapshot, match=message):
        filled.load(SOURCE, mapped=True)


@pytest.mark.parametrize("kind", ["flat", "ivf"])
def test_a_mapped_snapshot_is_searched_added_to_and_saved(
    store: SnapshotStore, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr("indexer.similarity.vector_index.IVF_LEAST", 100)
    vectors = near_duplicates(2_000)
    store.save(VectorIndex.build(np.arange(2_000), vectors, kind), SOURCE, watermark=1, kind=kind)
    mapped, manifest = store.load(SOURCE, mapped=True)
    assert (mapped.kind, manifest.kind) == (kind, kind)
    assert mapped.add([5, 2_000], [vectors[5], vectors[7]]) == 1
    assert [hit.id for hit in mapped.search(vectors[7], 2)] == [7, 2_000]
    assert [hit.id for hit in mapped.search(vectors[7], 5, among=np.array([3, 1_500, 2_000]))] == [2_000, 3, 1_500]
    store.save(mapped, SOURCE, watermark=2, kind=kind)
    assert store.load(SOURCE)[0].ids.tolist() == list(range(2_001))
    assert mapped.remove([7]) == 1
    assert mapped.search(vectors[7], 1)[0].id == 2_000
    assert mapped.kind == kind


def test_pieces_of_a_large_file_are_checked(store: SnapshotStore, monkeypatch: pytest.MonkeyPatch) -> None:
    index = VectorIndex.build(np.arange(40_000), near_duplicates(40_000))
    manifest = store.save(index, SOURCE, watermark=1)
    assert manifest.size > 2**20
    file = store.folder / manifest.file
    content = bytearray(file.read_bytes())
    for position in (0, len(content) - 1):
        spoilt = content.copy()
        spoilt[position] ^= 1
        file.write_bytes(spoilt)
        with pytest.raises(BadSnapshot, match="checksum differs"):
            store.load(SOURCE, mapped=True)
    spoilt = content.copy()
    spoilt[8_000] ^= 1  # between two pieces: not seen by who maps the file, and by who reads it
    file.write_bytes(spoilt)
    store.load(SOURCE, mapped=True)
    with pytest.raises(BadSnapshot, match="checksum differs"):
        store.load(SOURCE)


def test_one_process_writes(store: SnapshotStore) -> None:
    with store.writer() as first, store.writer() as second:
        assert first
        assert not second
    with store.writer() as again:
        assert again


def test_the_manifest_is_the_last_thing_written(filled: SnapshotStore, monkeypatch: pytest.MonkeyPatch) -> None:
    before = Manifest.read(filled.manifest_path)
    index, _ = filled.load(SOURCE)
    monkeypatch.setattr(json, "dumps", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        filled.save(index, SOURCE, watermark=99)
    monkeypatch.undo()
    assert filled.load(SOURCE)[1] == before
