"""The algorithm on made points: what is a cluster, what splits one, and where the rest is placed."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.clusters.hdbscan import Clusters, Parameters, cluster_points
from indexer.clusters.places import UNPLACED, Places, places
from indexer.clusters.quality import purity

RNG = np.random.default_rng(5)
BLOBS = np.concatenate([RNG.normal(size=(60, 2)) * 0.1, RNG.normal(size=(60, 2)) * 0.1 + 8])
STACK = np.repeat([[30.0, 30.0]], 20, axis=0)
POINTS = np.concatenate([BLOBS, STACK, [[99.0, -99.0]]])
UNKNOWN = np.full(len(POINTS), UNPLACED)


def clustered(points: np.ndarray, constants: np.ndarray, **further: np.ndarray) -> Clusters:
    return cluster_points(points, np.ones(len(points)), constants, list(further.items()))


def test_blobs_and_equal_points_are_clusters_and_a_lone_point_is_not() -> None:
    labels = clustered(POINTS, UNKNOWN).labels
    groups = [set(labels[:60].tolist()), set(labels[60:120].tolist()), set(labels[120:140].tolist())]
    assert all(len(group - {UNPLACED}) == 1 for group in groups)
    assert len(set.union(*groups) - {UNPLACED}) == 3
    assert labels[-1] == UNPLACED


def test_the_same_run_gives_the_same_labels() -> None:
    assert (clustered(POINTS, UNKNOWN).labels == clustered(POINTS, UNKNOWN).labels).all()


def test_a_sample_places_the_rest() -> None:
    points = np.concatenate([RNG.normal(size=(500, 2)), RNG.normal(size=(500, 2)) + 50])
    found = cluster_points(points, np.ones(1000), np.full(1000, UNPLACED), (), Parameters(sample=300, seed=3))
    assert (found.labels >= 0).mean() > 0.9
    assert not set(found.labels[:500].tolist()) & set(found.labels[500:].tolist()) - {UNPLACED}


def test_mirrors_do_not_make_a_cluster() -> None:
    points = np.repeat([[0.0], [1.0]], 4, axis=0)
    weights = np.array([1, 0, 0, 0, 1, 1, 1, 1])
    labels = cluster_points(points, weights, np.full(8, UNPLACED), (), Parameters(min_size=4)).labels
    assert labels.tolist() == [UNPLACED] * 4 + [0] * 4


def test_a_cluster_that_disagrees_is_split_by_further_metrics() -> None:
    constants = np.repeat([0, 1], 10)
    found = clustered(STACK, constants, metric=np.repeat([[0.0], [5.0]], 10, axis=0))
    assert sorted(set(found.labels[:10].tolist()) | set(found.labels[10:].tolist())) == [0, 1]
    assert purity(found.labels, constants) == 1.0
    step = found.clusters[0].steps[0]
    assert (step.by, step.constants, step.parts) == ("metric", {0: 10, 1: 10}, 2)


def test_a_cluster_that_nothing_splits_stays_mixed() -> None:
    found = clustered(STACK, np.repeat([0, 1], 10), metric=np.zeros((20, 1)))
    assert len(found.clusters) == 1
    assert found.clusters[0].steps == ()


def test_every_member_is_within_the_radius() -> None:
    found = clustered(POINTS, UNKNOWN)
    for cluster in found.clusters:
        for i in cluster.members:
            others = POINTS[cluster.members[cluster.members != i]]
            assert np.linalg.norm(others - POINTS[i], axis=1).min() <= cluster.radius


def test_no_points_make_no_clusters() -> None:
    assert clustered(np.zeros((0, 3)), np.zeros(0, dtype=int)).clusters == ()
    assert places(np.zeros((0, 3)))[1].shape == (0,)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=25, deadline=None)
def test_what_is_outside_the_cores_is_where_it_would_be_placed_as_new(seed: int) -> None:
    rng = np.random.default_rng(seed)
    points = np.concatenate(
        [rng.normal(size=(60, 2)), rng.normal(size=(60, 2)) + 6, np.repeat([[3.0, 3.0]], 9, axis=0)]
    )
    constants = np.where(np.arange(len(points)) % 7 == 0, np.arange(len(points)) // 60, UNPLACED)
    further = rng.integers(0, 2, size=(len(points), 1)).astype(float)
    found = cluster_points(points, np.ones(len(points)), constants, [("metric", further)], Parameters(min_size=6))
    core = found.distances == 0
    radii = {label: cluster.radius for label, cluster in enumerate(found.clusters)}
    known = Places(points[core], found.labels[core], radii, further[core])
    assert (known.place(points[~core], further[~core])[0] == found.labels[~core]).all()
