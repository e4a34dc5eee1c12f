"""Names written into a picture, none over another: each on one of several places around its point, or not at all."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.transforms import Bbox

from indexer.pictures.style import INK, PAPER

DISTANCES = (9.0, 20.0, 36.0, 54.0)
"""From the point to the name, in points; from the second on a line leads to it."""
DIRECTIONS = ((1, 0.6), (1, -0.6), (-1, 0.6), (-1, -0.6), (0, 1), (0, -1), (1, 0), (-1, 0))
FONT = 7.5
CLEAR = 2.0
"""Points that are kept free around a name."""


def write_names(
    figure: Figure, axes: Axes, places: Sequence[tuple[float, float]], texts: Sequence[str], most: int
) -> int:
    """Write the first names for which there is room, at most `most`; returns how many."""
    FigureCanvasAgg(figure)
    figure.draw_without_rendering()
    scale = figure.dpi / 72
    frame = axes.get_window_extent()
    points = axes.transData.transform(np.asarray(places).reshape(-1, 2)) if len(places) else np.zeros((0, 2))
    taken: list[Bbox] = [_around(point, 5 * scale) for point in points[:most]]
    written = 0
    for place, point, text in zip(places, points, texts, strict=True):
        if written == most:
            break
        if not frame.contains(*point):
            continue
        width, height = _size(figure, axes, text)
        found = _free(point, width + 2 * CLEAR * scale, height + 2 * CLEAR * scale, scale, taken, frame)
        if found is None:
            continue
        box, offset = found
        taken.append(box)
        _write(axes, text, place, offset, led=max(abs(offset[0]), abs(offset[1])) > DISTANCES[0] + 1)
        written += 1
    return written


def _around(point: np.ndarray, reach: float) -> Bbox:
    return Bbox.from_bounds(point[0] - reach, point[1] - reach, 2 * reach, 2 * reach)


def _size(figure: Figure, axes: Axes, text: str) -> tuple[float, float]:
    written = axes.annotate(text, (0, 0), xycoords="figure pixels", fontsize=FONT)
    box = written.get_window_extent()
    written.remove()
    return float(box.width), float(box.height)


def _free(
    point: np.ndarray, width: float, height: float, scale: float, taken: Sequence[Bbox], frame: Bbox
) -> tuple[Bbox, tuple[float, float]] | None:
    """Return the nearest place for a box: the box, and the offset of its middle from the point, in points."""
    for distance in DISTANCES:
        for right, up in DIRECTIONS:
            x = point[0] + right * distance * scale + (np.sign(right) - 1) / 2 * width
            y = point[1] + up * distance * scale + (np.sign(up) - 1) / 2 * height
            box = Bbox.from_bounds(x, y, width, height)
            inside = frame.x0 <= box.x0 and box.x1 <= frame.x1 and frame.y0 <= box.y0 and box.y1 <= frame.y1
            if inside and not any(box.overlaps(other) for other in taken):
                middle = (box.x0 + box.x1) / 2 - point[0], (box.y0 + box.y1) / 2 - point[1]
                return box, (middle[0] / scale, middle[1] / scale)
    return None


def _write(axes: Axes, text: str, place: tuple[float, float], offset: tuple[float, float], *, led: bool) -> None:
    arrow = {"arrowstyle": "-", "color": INK, "linewidth": 0.6, "alpha": 0.6, "shrinkA": 0, "shrinkB": 2}
    written = axes.annotate(
        text,
        place,
        xytext=offset,
        textcoords="offset points",
        fontsize=FONT,
        ha="center",
        va="center",
        zorder=20,
        arrowprops=arrow if led else None,
    )
    written.set_path_effects([withStroke(linewidth=2.2, foreground=PAPER)])
