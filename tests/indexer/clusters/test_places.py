"""Places: which sample of them is drawn, the nearest of them, and the rule by which a point joins a cluster."""

from __future__ import annotations

import numpy as np
import pytest

from indexer.clusters.places import UNPLACED, Places, drawn, place_keys


def test_a_sample_hardly_changes_when_a_tenth_is_missing() -> None:
    keys = place_keys(np.random.default_rng(1).normal(size=(4000, 3)))
    whole, part = keys[drawn(keys, 1500, 7)], keys[400:][drawn(keys[400:], 1500, 7)]
    assert set(part.tolist()) == set(whole.tolist()) - set(keys[:400].tolist())
    assert 900 < len(whole) <= 1500
    assert set(keys[drawn(keys, 1500, 8)].tolist()) != set(whole.tolist())


def test_a_new_point_joins_the_nearest_cluster_within_its_radius_or_waits() -> None:
    found = Places(np.array([[0.0], [1.0]]), np.array([4, 9]), {4: 0.2, 9: 0.001}, np.zeros((2, 0)))
    clusters, distances = found.place(np.array([[0.1], [0.9], [1.0], [np.nan]]), np.zeros((4, 0)))
    assert clusters.tolist() == [4, UNPLACED, 9, UNPLACED]
    assert distances[[0, 2]].tolist() == pytest.approx([0.1, 0.0])


def test_a_place_of_two_clusters_is_decided_by_further_metrics() -> None:
    found = Places(np.zeros((2, 1)), np.array([4, 9]), {4: 1.0, 9: 1.0}, np.array([[0.0], [5.0]]))
    assert found.place(np.zeros((2, 1)), np.array([[1.0], [4.0]]))[0].tolist() == [4, 9]
