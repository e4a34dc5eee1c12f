"""Figures of quality of known groups."""

from __future__ import annotations

import json

import numpy as np
import pytest

from indexer.clusters.quality import davies_bouldin, purity, quality, told_apart


def test_davies_bouldin_of_two_known_groups() -> None:
    points, labels = [0.0, 2.0, 10.0, 12.0], [0, 0, 1, 1]
    assert davies_bouldin(points, labels) == pytest.approx((1 + 1) / 10)
    assert davies_bouldin(points, [0, 0, 0, 0]) is None
    assert davies_bouldin([1.0, 1.0, 1.0, 1.0], labels) == np.inf
    assert davies_bouldin([*points, np.nan], [*labels, 0]) == pytest.approx(0.2)


def test_groups_are_told_apart_by_their_centres() -> None:
    labels = [0, 0, 1, 1, 2, 2, 3]
    assert told_apart([0.0, 2.0, 1.0, 1.0, 5.0, 5.0, 9.0], labels) == 2
    assert told_apart([], []) == 0


def test_purity_counts_the_commonest_constant() -> None:
    assert purity([0, 0, 0, 1, -1], [5, 5, 6, 7, 5]) == pytest.approx(3 / 4)
    assert purity([0, 1], [-1, -1]) is None


def test_quality_leaves_mirrors_out() -> None:
    figures = quality(np.array([0, 0, -1]), np.array([1.0, 0.0, 1.0]), np.array([2, 2, -1]), {"delta": np.zeros(3)})
    assert (figures["formulas"], figures["placed"], figures["purity"]) == (2, 0.5, 1.0)
    json.dumps(figures, allow_nan=False)
