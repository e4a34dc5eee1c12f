"""Figures that say how good a clustering is: Davies-Bouldin, purity against verified constants, share placed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

MOST_GROUPS = 12
"""Groups, the largest ones, that take part in a Davies-Bouldin index: as many constants as the source paper has."""

CENTRE_DIGITS = 6
"""Decimal digits to which the centres of two groups must agree to be one."""


def davies_bouldin(points: npt.ArrayLike, labels: npt.ArrayLike) -> float | None:
    """Return the Davies-Bouldin index of groups with two points or more, None for fewer than two groups.

    It is the mean over the groups of the worst (s_i + s_j)/|c_i - c_j|, where s is the mean distance to the centre c
    (Davies, Bouldin 1979); smaller is better. Points are (n,) or (n, d); rows that are not finite or have a negative
    label are left out. Groups with one centre are infinitely alike and make the index infinite.
    """
    centres, spread = _groups(points, labels)
    if len(centres) < 2:
        return None
    return float(np.mean([_worst(i, centres, spread) for i in range(len(centres))]))


def told_apart(points: npt.ArrayLike, labels: npt.ArrayLike) -> int:
    """Return how many groups of a Davies-Bouldin index have a centre of their own: exact exponents are often shared."""
    centres, _ = _groups(points, labels)
    return len(np.unique(np.round(centres, CENTRE_DIGITS), axis=0))


def _groups(points: npt.ArrayLike, labels: npt.ArrayLike) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return the centres (g, d) of the largest groups and the mean distances to them (g,)."""
    rows = np.asarray(points, dtype=np.float64)
    rows = rows[:, None] if rows.ndim == 1 else rows
    groups = np.asarray(labels)
    kept = np.isfinite(rows).all(axis=1) & (groups >= 0)
    rows, groups = rows[kept], groups[kept]
    names, number, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    large = np.flatnonzero(sizes > 1)
    large = large[np.argsort(-sizes[large], kind="stable")][:MOST_GROUPS]
    centres = np.stack([np.bincount(number, weights=column, minlength=len(names)) / sizes for column in rows.T], axis=1)
    spread = np.sqrt(np.square(rows - centres[number]).sum(axis=1))
    return centres[large], (np.bincount(number, weights=spread, minlength=len(names)) / sizes)[large]


def _worst(i: int, centres: npt.NDArray[np.float64], spread: npt.NDArray[np.float64]) -> float:
    """Return the largest (s_i + s_j)/|c_i - c_j| over the other groups j."""
    apart = np.sqrt(np.square(centres - centres[i]).sum(axis=1))
    alike = spread + spread[i]
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(alike == 0, np.where(apart == 0, np.inf, 0.0), alike / apart)
    ratio[i] = 0.0
    return float(ratio.max())


def purity(labels: npt.ArrayLike, constants: npt.ArrayLike) -> float | None:
    """Return the share of placed formulas with a verified constant that have the commonest one of their cluster.

    None where no placed formula has one.
    """
    pairs = np.stack([np.asarray(labels), np.asarray(constants)], axis=1)
    pairs = pairs[(pairs >= 0).all(axis=1)]
    if not len(pairs):
        return None
    found, counts = np.unique(pairs, axis=0, return_counts=True)
    best = np.zeros(int(found[:, 0].max()) + 1, dtype=np.int64)
    np.maximum.at(best, found[:, 0], counts)
    return float(best.sum() / len(pairs))


def quality(
    labels: npt.NDArray[np.int64],
    weights: npt.NDArray[np.float64],
    constants: npt.NDArray[np.int64],
    metrics: Mapping[str, npt.NDArray[np.float64]],
) -> dict[str, Any]:
    """Return all figures of a clustering of n formulas as plain numbers, without mirrors and inflations (weight 0)."""
    counted = weights > 0
    mine, known = labels[counted], constants[counted]
    indices = {
        name: {
            "constants": finite(davies_bouldin(values[counted], known)),
            "clusters": finite(davies_bouldin(values[counted], mine)),
            "constants_apart": told_apart(values[counted], known),
            "clusters_apart": told_apart(values[counted], mine),
        }
        for name, values in metrics.items()
    }
    return {
        "formulas": len(mine),
        "clusters": len(np.unique(mine[mine >= 0])),
        "placed": float((mine >= 0).mean()) if len(mine) else 0.0,
        "purity": purity(mine, known),
        "verified": int((known >= 0).sum()),
        "constants": len(np.unique(known[known >= 0])),
        "davies_bouldin": indices,
    }


def finite(value: float | None) -> float | None:
    """Return the value, None where it is infinite: the metric cannot tell the groups apart."""
    return value if value is not None and np.isfinite(value) else None
