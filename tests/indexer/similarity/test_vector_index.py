"""The FAISS index against brute force, and every way in which a snapshot can be wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from catalog.errors import BadSnapshot, VectorError
from indexer.similarity.snapshots import Manifest, SnapshotStore, Source
from indexer.similarity.vector_index import VectorIndex

SOURCE = Source(catalogue_id="one", epoch="e1", vector_version=1, dimension=8)


def near_duplicates(count: int, seed: int = 5) -> np.ndarray:
    """Clusters far from the origin whose members differ in the last bits of single precision."""
    random = np.random.default_rng(seed)
    centres = 50 + 10 * random.standard_normal((count // 50, 8))
    return np.repeat(centres, 50, axis=0).astype(np.float32) + 2e-5 * random.standard_normal((count, 8)).astype("f4")


def brute_force(vectors: np.ndarray, query: np.ndarray, k: int) -> tuple[list[int], np.ndarray]:
    distances = np.sqrt(np.square(vectors.astype(np.float64) - query.astype(np.float64)).sum(axis=1))
    order = np.lexsort((np.arange(len(vectors)), distances))[:k]
    return order.tolist(), distances[order]


def test_search_equals_brute_force_on_near_duplicates() -> None:
    vectors = near_duplicates(20_000)  # more than 10,000: where FAISS on several threads is wrong
    index = VectorIndex(8)
    index.add(np.arange(len(vectors)), vectors)
    for query in vectors[::997] + np.float32(1e-5):
        expected, distances = brute_force(vectors, query, 10)
        found = index.search(query, 10)
        assert [hit.id for hit in found] == expected
        assert np.allclose([hit.distance for hit in found], distances, rtol=1e-12, atol=0)


def test_explicit_ids_survive_removal_and_repeated_adding() -> None:
    index = VectorIndex(2)
    assert index.add([30, 10, 20], [[0, 0], [1, 0], [2, 0]]) == 3
    assert index.add([10, 40, 40], [[1, 0], [3, 0], [3, 0]]) == 1
    assert index.remove([10, 99]) == 1
    assert [hit.id for hit in index.search([0.9, 0], 5)] == [30, 20, 40]
    assert sorted(index.ids.tolist()) == [20, 30, 40]


def test_ties_are_ranked_by_id() -> None:
    index = VectorIndex(1)
    index.add([7, 3, 5], [[1], [1], [1]])
    assert [hit.id for hit in index.search([1], 2)] == [3, 5]


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e300])
def test_non_finite_vectors_are_refused_and_none_is_added(bad: float) -> None:
    index = VectorIndex(2)
    with np.errstate(over="ignore"), pytest.raises(VectorError, match="vector 1 of 2 is not finite"):
        index.add([1, 2], np.array([[0.0, 0.0], [0.0, bad]]).astype(np.float32))
    assert len(index) == 0


def test_another_dimension_is_refused() -> None:
    with pytest.raises(VectorError, match="vectors of 2 numbers"):
        VectorIndex(2).add([1], [[1, 2, 3]])


def test_an_empty_index_finds_nothing() -> None:
    assert VectorIndex(3).search([0, 0, 0], 5) == []


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
    for place in (0, len(content) - 1):
        spoilt = content.copy()
        spoilt[place] ^= 1
        file.write_bytes(spoilt)
        with pytest.raises(BadSnapshot, match="checksum differs"):
            store.load(SOURCE, mapped=True)
    spoilt = content.copy()
    spoilt[8_000] ^= 1  # between two pieces: not seen by who maps the file, and by who reads it
    file.write_bytes(spoilt)
    store.load(SOURCE, mapped=True)
    with pytest.raises(BadSnapshot, match="checksum differs"):
        store.load(SOURCE)


def test_inverted_lists_find_nearly_all_and_say_what_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = near_duplicates(20_000)
    assert VectorIndex.build(np.arange(20_000), vectors, "ivf").kind == "flat"  # too few
    monkeypatch.setattr("indexer.similarity.vector_index.IVF_LEAST", 1_000)
    index = VectorIndex.build(np.arange(20_000), vectors, "ivf")
    assert (index.kind, index.nprobe) == ("ivf", 16)
    found = 0
    for row in range(0, 20_000, 199):
        expected, _ = brute_force(vectors, vectors[row], 10)
        hits = index.search(vectors[row], 10)
        assert hits[0].id == row
        found += len(set(expected) & {hit.id for hit in hits})
        among = np.array(expected[::2])
        assert [hit.id for hit in index.search(vectors[row], 10, among=among)] == among.tolist()
    assert found > 0.95 * 10 * len(range(0, 20_000, 199))
    index.settle("flat")
    assert index.kind == "flat"
    assert [hit.id for hit in index.search(vectors[3], 10)] == brute_force(vectors, vectors[3], 10)[0]


def test_a_vector_that_changed_takes_the_place_of_the_old_one() -> None:
    index = VectorIndex(2)
    index.add([1, 2, 3], [[0, 0], [1, 0], [2, 0]])
    assert index.add([2, 3, 4], [[9, 9], [2, 0], [3, 0]]) == 1
    assert len(index) == 4
    assert [hit.id for hit in index.search([9, 9], 1)] == [2]
    assert [hit.id for hit in index.search([1, 0], 3)] == [1, 3, 4]


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


def test_many_queries_at_once_find_what_each_finds_alone() -> None:
    vectors = near_duplicates(500)
    index = VectorIndex(8)
    index.add(np.arange(500)[::-1] * 3, vectors)
    together = index.search_all(vectors[::25], 5)
    for query, hits in zip(vectors[::25], together, strict=True):
        alone = index.search(query, 5)
        assert [hit.id for hit in hits] == [hit.id for hit in alone]
        assert [hit.distance for hit in hits] == pytest.approx([hit.distance for hit in alone])
    assert VectorIndex(8).search_all(vectors[:2], 5) == [[], []]
