"""The scales of metrics: the centre and spread by which each is made comparable with the others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from indexer.clusters.places import Floats

Scales = Mapping[str, Sequence[float]]
"""Centre and spread of metrics by name, in the order of the columns that are scaled by them."""


def scales_of(metrics: Mapping[str, Floats], names: Iterable[str]) -> dict[str, tuple[float, float]]:
    """Return mean and standard deviation of each of some metrics over all formulas of which it is known."""
    scales = {}
    for name in names:
        known = metrics[name][np.isfinite(metrics[name])]
        spread = float(known.std()) if len(known) else 0.0
        scales[name] = (float(known.mean()) if len(known) else 0.0, spread or 1.0)
    return scales


def scaled(values: npt.NDArray[np.floating[Any]], scales: Scales) -> Floats:
    """Return metrics (n, m) in the order of `scales`, each minus its centre and over its spread; NaN stays NaN."""
    if not scales:
        return np.zeros((len(values), 0))
    centres, spreads = np.array(list(scales.values()), dtype=np.float64).T
    return np.asarray((values.astype(np.float64) - centres) / spreads)


def scaled_metrics(metrics: Mapping[str, Floats], scales: Scales) -> Floats:
    """Return m metrics by name, each (n,), as scaled points (n, m); at least one is asked for."""
    return scaled(np.stack([metrics[name] for name in scales], axis=1), scales)
