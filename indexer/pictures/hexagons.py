"""Points counted in regular hexagons: what a picture of a million points draws instead of them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_ROOT = math.sqrt(3.0)
MOST_SHADES = 7
"""More than this are not told apart."""
GAP = 0.96
"""Width of a drawn hexagon; the rest of its cell is left free, so that neighbours are told apart."""


@dataclass(frozen=True)
class Grid:
    """Hexagons over the rectangle low..high of the plane, `across` of them side by side.

    `aspect` is height over width of the rectangle as it is drawn, so that hexagons are regular there.
    """

    low: tuple[float, float]
    high: tuple[float, float]
    across: int
    aspect: float

    @property
    def _step(self) -> tuple[float, float]:
        """Distances of the centres in a row, and of a row from the next but one."""
        width, height = self.high[0] - self.low[0], self.high[1] - self.low[1]
        return width / self.across, height / (self.across * self.aspect) * _ROOT

    @property
    def _columns(self) -> int:
        return self.across + 2

    @property
    def size(self) -> int:
        """One more than the largest number of a cell."""
        rows = 2 * (int(self.across * self.aspect / _ROOT) + 2)
        return rows * self._columns

    def cells(self, x: Floats, y: Floats) -> Ints:
        """Return the number of each point's cell, -1 outside the rectangle; the nearer centre of two lattices wins."""
        inside = (self.low[0] <= x) & (x <= self.high[0]) & (self.low[1] <= y) & (y <= self.high[1])
        step = self._step
        u, v = (x[inside] - self.low[0]) / step[0], (y[inside] - self.low[1]) / step[1]
        even = np.rint(u), np.rint(v)
        odd = np.floor(u), np.floor(v)
        to_even = (u - even[0]) ** 2 + 3 * (v - even[1]) ** 2
        to_odd = (u - odd[0] - 0.5) ** 2 + 3 * (v - odd[1] - 0.5) ** 2
        shifted = to_odd < to_even
        column = np.where(shifted, odd[0], even[0])
        row = np.where(shifted, 2 * odd[1] + 1, 2 * even[1])
        found = np.full(len(x), -1, np.int64)
        found[inside] = (row * self._columns + column).astype(np.int64)
        return found

    def centres(self, cells: Ints) -> Floats:
        """Return the centres (m, 2) of cells."""
        row, column = np.divmod(cells, self._columns)
        step = self._step
        x = self.low[0] + (column + 0.5 * (row % 2)) * step[0]
        return np.stack([x, self.low[1] + row * step[1] / 2], axis=1)

    def outlines(self, cells: Ints, scale: float = GAP) -> Floats:
        """Return the corners (m, 6, 2) of the hexagons to be drawn, smaller than the cells by a factor."""
        angles = np.pi / 6 + np.arange(6) * np.pi / 3
        step = self._step
        corners = np.stack([np.cos(angles) * step[0] / _ROOT, np.sin(angles) * step[1] / 3], axis=1)
        return np.asarray(self.centres(cells)[:, None, :] + scale * corners)


def counts(cells: Ints, groups: Ints, size: int, group_count: int) -> Ints:
    """Return how many points a cell has of each group, shape (size, 1 + group_count), column 0 for those of none."""
    inside = cells >= 0
    columns = group_count + 1
    flat = cells[inside] * columns + np.maximum(groups[inside] + 1, 0)
    return np.bincount(flat, minlength=size * columns).reshape(size, columns)


def levels(largest: int) -> list[int]:
    """Return the least counts of the shades up to the largest: 1, 3, 10, 30, or 1, 10, 100 where these are many."""
    found = [1]
    while (following := found[-1] * 3 if len(found) % 2 else found[-1] // 3 * 10) <= largest:
        found.append(following)
    return found if len(found) <= MOST_SHADES else found[::2]
