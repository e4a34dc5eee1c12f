"""The index against brute force, also among near-duplicates and ties, and the vectors that it refuses."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from catalog.errors import VectorError
from indexer.similarity.vector_index import VectorIndex
from tests.helpers.vectors import near_duplicates


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


def test_search_is_exact_in_every_thread() -> None:
    """Pages are answered by threads of a pool, and OpenMP's settings are those of one."""
    vectors = near_duplicates(20_000)
    index = VectorIndex(8)
    index.add(np.arange(len(vectors)), vectors)
    query = vectors[997] + np.float32(1e-5)
    expected, _ = brute_force(vectors, query, 10)
    with ThreadPoolExecutor(1) as first, ThreadPoolExecutor(1) as second:
        for pool in (first, second):
            assert [hit.id for hit in pool.submit(index.search, query, 10).result()] == expected
            assert [hit.id for hit in pool.submit(index.search_all, query[None], 10).result()[0]] == expected


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
