"""Small pictures of clusters: where their members are among all formulas, in a plane of two metrics."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np

from indexer.pictures.hexagons import Floats, Grid, Ints

WIDTH, HEIGHT = 240.0, 150.0
ACROSS = 40
CENTRAL = 0.99


class Ground:
    """All formulas, as the ground of each picture, written once."""

    def __init__(self, values: Floats) -> None:
        """`values` (n, 2) are the two metrics of all formulas."""
        low, high = np.quantile(values, [(1 - CENTRAL) / 2, (1 + CENTRAL) / 2], axis=0)
        margin = 0.03 * (high - low) + 1e-9 * np.maximum(np.abs(high), 1)
        self._low, self._high = low - margin, high + margin
        corners = [(float(x), float(y)) for x, y in (self._low, self._high)]
        self._grid = Grid(corners[0], corners[1], ACROSS, HEIGHT / WIDTH)
        self._values = values

    def symbol(self) -> str:
        """Return the ground, to be put into a page once."""
        path = self._path(self._values)
        size = f'viewBox="0 0 {WIDTH:g} {HEIGHT:g}"'
        return (
            f'<svg width="0" height="0" aria-hidden="true" class="hidden"><symbol id="ground" {size}>'
            f'<path d="{path}" fill="currentColor" fill-opacity="0.16"/></symbol></svg>'
        )

    def picture(self, members: Sequence[int] | Ints, words: str) -> str:
        """Return the members, by their rows in `values`, over the ground."""
        size = f'viewBox="0 0 {WIDTH:g} {HEIGHT:g}"'
        path = self._path(self._values[members])
        return (
            f'<svg {size} role="img" aria-label="{escape(words)}"><use href="#ground"/>'
            f'<path d="{path}" class="accent"/></svg>'
        )

    def _path(self, values: Floats) -> str:
        cells = self._grid.cells(values[:, 0], values[:, 1])
        outlines = self._grid.outlines(np.unique(cells[cells >= 0]))
        x = (outlines[..., 0] - self._low[0]) / (self._high[0] - self._low[0]) * WIDTH
        y = (self._high[1] - outlines[..., 1]) / (self._high[1] - self._low[1]) * HEIGHT
        parts = []
        for xs, ys in zip(np.round(x, 1).tolist(), np.round(y, 1).tolist(), strict=True):
            corners = "L".join(f"{a:g} {b:g}" for a, b in zip(xs, ys, strict=True))
            parts.append(f"M{corners}Z")
        return "".join(parts)
