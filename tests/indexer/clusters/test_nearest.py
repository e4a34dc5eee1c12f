"""The nearest points: by stretches of a projection, by a tree, and by all distances, they are the same."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.clusters import nearest as module
from indexer.clusters.nearest import Nearest, kth_distances


@pytest.mark.parametrize("pairs", [0, 10**9], ids=["tree", "stretches"])
@pytest.mark.parametrize("within", [0.15, 0.3, np.inf])
def test_every_way_finds_what_all_distances_say(monkeypatch: pytest.MonkeyPatch, pairs: int, within: float) -> None:
    monkeypatch.setattr(module, "TREE_PAIRS", pairs)
    monkeypatch.setattr(module, "BLOCK_PAIRS", 5_000)
    rng = np.random.default_rng(5)
    points, queries = rng.normal(size=(400, 3)), rng.normal(size=(200, 3))
    found, distances = Nearest(points)(queries, within)
    apart = np.sqrt(np.square(queries[:, np.newaxis] - points).sum(axis=2))
    near = apart.min(axis=1) <= within
    assert np.isfinite(distances).tolist() == near.tolist()
    assert near.sum() > 0
    assert found[near].tolist() == apart.argmin(axis=1)[near].tolist()
    assert distances[near].tolist() == pytest.approx(apart.min(axis=1)[near].tolist())


@given(st.integers(1, 30), st.integers(0, 2**32))
def test_among_equal_points_the_first_is_found(count: int, seed: int) -> None:
    points = np.repeat(np.random.default_rng(seed).normal(size=(count, 2)), 3, axis=0)
    found, distances = Nearest(points)(points, 1e-3)
    assert (found % 3 == 0).all()
    assert (distances == 0).all()


@given(st.integers(1, 40), st.integers(1, 10), st.integers(0, 2**32))
def test_the_kth_nearest_other_point_is_so_far(count: int, k: int, seed: int) -> None:
    points = np.random.default_rng(seed).normal(size=(count, 2))
    apart = np.sort(np.sqrt(np.square(points[:, np.newaxis] - points).sum(axis=2)), axis=1)
    assert kth_distances(points, k) == pytest.approx(apart[:, min(k, count - 1)])
