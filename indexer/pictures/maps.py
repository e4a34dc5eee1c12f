"""Maps: formulas in a plane of two metrics, or along the principal components of their neighbour vectors.

All formulas are counted in hexagons, on a logarithmic scale. A group in few hexagons has its own mark in each, so that
groups are told apart in grey print too. One in many hexagons fills them with its colour where it is the commonest group
in half of them or more; else it has a kernel in each of its hexagons, the rarest group winning.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from indexer.pictures.hexagons import Grid, counts, levels
from indexer.pictures.labels import write_names
from indexer.pictures.letters import pretty
from indexer.pictures.style import (
    COLOURS,
    INK,
    PAPER,
    SHAPES,
    axis_label,
    heading,
    new_figure,
    styled,
)

ACROSS = 84
"""Hexagons across the picture."""
ASPECT = 0.62
"""Height over width of the plane as it is drawn, about."""
CENTRAL = 0.995
"""Share of the values of an axis that are shown at least."""
MOST_MARKS = 250
"""A group in more hexagons than this has no marks, which would hide each other."""
KERNEL = 0.55
"""Width of a kernel in its hexagon."""
MARK = 16.0
"""Area of a mark, in square points; more for more formulas."""
LIGHTEST, DARKEST = 0.18, 0.95
"""Opacity of the first and the last shade."""
CORNER = 1.2
"""How far from the middle of a hexagon, in its radii, the smaller marks are that share it."""
NAMES = 14
"""Clusters whose name is written beside them."""
LEGEND_COLUMNS = 3

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Points:
    """n points, the group of each as an index into `names`, negative for none, and what having none means."""

    x: Floats
    y: Floats
    groups: Ints
    names: Sequence[str]
    none: str = "none"


@dataclass(frozen=True)
class Layer:
    """One group in the picture and how it is drawn, "marks", "fill" or "kernels"; its colour and mark."""

    group: int
    name: str
    count: int
    colour: str
    shape: str
    form: str
    densest: tuple[float, float]
    """Where most of it is."""


def scatter(points: Points, names: tuple[str, str], title: str | None = None) -> Figure:
    """Draw two metrics against each other, with the commonest groups; `title` heads their legend."""
    with styled():
        figure = new_figure()
        axes = figure.subplots()
        limits = _limits(points.x), _limits(points.y)
        layers = draw(axes, points, limits, title)
        axes.set(xlabel=axis_label(names[0]), ylabel=axis_label(names[1]))
        outside = int((~(_within(points.x, limits[0]) & _within(points.y, limits[1]))).sum())
        remark = f"the central 99.5 % of each axis; {outside:,} lie outside" if outside else ""
        heading(axes, f"{len(points.x):,} canonical formulas", remark)
        wide = [layer for layer in layers if layer.form != "marks"]  # which are alike in grey print
        write_names(figure, axes, [layer.densest for layer in wide], [pretty(layer.name) for layer in wide], NAMES)
    return figure


def clusters(vectors: Floats, numbers: Ints, labels: dict[int, str | None]) -> Figure:
    """Draw clusters along two principal components of the neighbour vectors (n, d), each coordinate over its spread.

    `numbers` (n,) are those of the clusters, 0 for unplaced formulas; `labels` are the names of the clusters.
    """
    flat, share = principal_components(vectors)
    names = sorted({label for label in labels.values() if label})
    place = {name: i for i, name in enumerate(names)}
    known, inverse = np.unique(numbers, return_inverse=True)
    groups = np.array([place.get(labels.get(int(n)) or "", -1) for n in known], np.int64)[inverse]
    points = Points(flat[:, 0], flat[:, 1], groups, names, "without a label")
    with styled():
        figure = new_figure()
        axes = figure.subplots()
        limits = _limits(points.x), _limits(points.y)
        draw(axes, points, limits, "cluster")
        axes.set(
            xlabel=f"first principal component ({100 * share[0]:.0f} % of the variance)",
            ylabel=f"second principal component ({100 * share[1]:.0f} %)",
        )
        placed = numbers > 0
        heading(
            axes,
            f"{len(flat):,} canonical formulas, {placed.sum():,} of them in {(known > 0).sum():,} clusters",
            "neighbour vectors, each coordinate over its spread",
        )
        _name_clusters(figure, axes, flat, numbers, labels)
    return figure


def principal_components(vectors: Floats) -> tuple[Floats, Floats]:
    """Return the two leading principal components (n, 2) of n vectors, and the shares (d,) of all in the variance."""
    low, high = np.quantile(vectors, [(1 - CENTRAL) / 2, (1 + CENTRAL) / 2], axis=0)
    tame = np.clip(vectors, low, high)  # a few far ones would be the whole variance
    spread = tame.std(axis=0)
    centred = (tame - tame.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    _, strengths, directions = np.linalg.svd(centred.T @ centred)
    leading = np.zeros((len(directions), 2))
    leading[:, : min(2, len(directions))] = directions[:2].T
    shares = np.zeros(max(2, len(strengths)))
    shares[: len(strengths)] = strengths / max(float(strengths.sum()), 1e-300)
    return centred @ leading, shares


def draw(
    axes: Axes, points: Points, limits: tuple[tuple[float, float], tuple[float, float]], title: str | None
) -> list[Layer]:
    """Draw hexagons, marks and the legends; returns the groups that are drawn, the commonest first."""
    grid = Grid((limits[0][0], limits[1][0]), (limits[0][1], limits[1][1]), ACROSS, ASPECT)
    cells = grid.cells(points.x, points.y)
    common = _commonest(points.groups, points.names)
    order = np.full(len(points.names) + 1, -1, np.int64)  # the last one is for no group
    order[common] = np.arange(len(common))
    ranks = order[points.groups]
    table = counts(cells, ranks, grid.size, len(common))
    layers = _layers(grid, table, common, points)
    shades = levels(int(table.sum(axis=1).max()) if len(cells) else 1)
    _draw_hexagons(axes, grid, table, layers, shades)
    marked = np.array([layer.form == "marks" for layer in layers], np.bool_)
    shared = (table[:, 1:][:, marked] > 0).sum(axis=1) > 1
    for number in np.flatnonzero(marked).tolist():
        _draw_marks(axes, points, cells, np.flatnonzero(ranks == number), layers[number], (grid, shared, number))
    axes.set(xlim=limits[0], ylim=limits[1])
    _legends(axes, layers, shades, title, _rest(points, layers))
    return layers


def _commonest(groups: Ints, names: Sequence[str]) -> Ints:
    """Return the groups that get colours: the commonest, and those with a name before quotients of series."""
    sizes = np.bincount(groups[groups >= 0], minlength=len(names))
    nameless = np.array(["hyp" in name for name in names], dtype=np.bool_)
    order = np.lexsort((-sizes, nameless))[: len(COLOURS)]
    return np.asarray(order[sizes[order] > 0])


def _layers(grid: Grid, table: Ints, common: Ints, points: Points) -> list[Layer]:
    sizes = np.bincount(points.groups[points.groups >= 0], minlength=len(points.names))
    first = table.argmax(axis=1)
    found = []
    for number, group in enumerate(common.tolist()):
        mine = table[:, number + 1] > 0
        form = "marks"
        if mine.sum() > MOST_MARKS:
            form = "fill" if (first[mine] == number + 1).mean() >= 0.5 else "kernels"
        densest = grid.centres(np.array([table[:, number + 1].argmax()]))[0]
        place = float(densest[0]), float(densest[1])
        found.append(Layer(group, points.names[group], int(sizes[group]), COLOURS[number], SHAPES[number], form, place))
    return found


def _rest(points: Points, layers: Sequence[Layer]) -> list[tuple[str, int]]:
    """Return what is shown in shades only: other groups, and formulas without one, with their numbers."""
    without = int((points.groups < 0).sum())
    others = len(points.groups) - without - sum(layer.count for layer in layers)
    return [(name, count) for name, count in (("others", others), (points.none, without)) if count]


def _draw_hexagons(axes: Axes, grid: Grid, table: Ints, layers: Sequence[Layer], shades: Sequence[int]) -> None:
    """Draw each cell in the shade of its count and in the colour of the group that fills it; then the kernels."""
    total = table.sum(axis=1)
    shade = np.searchsorted(shades, total, side="right") - 1
    filling = np.array([True, *(layer.form == "fill" for layer in layers)])
    owner = np.where(filling, table, -1).argmax(axis=1)
    for number in np.flatnonzero(filling).tolist():
        for level in range(len(shades)):
            mine = np.flatnonzero((owner == number) & (shade == level))
            _fill(axes, grid.outlines(mine), layers[number - 1].colour if number else INK, opacity(level, len(shades)))
    free = np.ones(len(table), np.bool_)
    for number in reversed(range(len(layers))):
        if layers[number].form == "kernels":
            here = free & (table[:, number + 1] > 0)
            free &= ~here
            _fill(axes, grid.outlines(np.flatnonzero(here), KERNEL), layers[number].colour, 1.0)


def opacity(level: int, count: int) -> float:
    """Return the opacity of a shade among `count`."""
    return DARKEST if count == 1 else LIGHTEST + (DARKEST - LIGHTEST) * level / (count - 1)


def _fill(axes: Axes, outlines: Floats, colour: str, alpha: float) -> None:
    count = len(outlines)
    if not count:
        return
    corners = np.concatenate([outlines, outlines[:, :1]], axis=1).reshape(-1, 2)
    codes = np.tile(np.array([Path.MOVETO, *[Path.LINETO] * 5, Path.CLOSEPOLY], np.uint8), count)
    axes.add_patch(PathPatch(Path(corners, codes), facecolor=colour, alpha=alpha, linewidth=0))


def _draw_marks(
    axes: Axes,
    points: Points,
    cells: Ints,
    members: Ints,
    layer: Layer,
    others: tuple[Grid, npt.NDArray[np.bool_], int],
) -> None:
    """Draw one mark in each hexagon where the group is, amid its members there, or in a corner of its own.

    `others` are the grid, which cells several groups mark, and the group's own number among them.
    """
    grid, shared, number = others
    mine = members[cells[members] >= 0]
    found, inverse, sizes = np.unique(cells[mine], return_inverse=True, return_counts=True)
    if not len(sizes):
        return
    middle = np.stack([np.bincount(inverse, values[mine]) / sizes for values in (points.x, points.y)], axis=1)
    corner = grid.outlines(found, CORNER)[:, number % 6]
    x, y = np.where(shared[found, None], corner, middle).T
    area = (
        MARK
        * np.where(shared[found], 0.8, np.minimum(1 + 0.7 * np.log10(sizes), 2.4))
        * (1.5 if layer.shape == "*" else 1.0)
    )  # a star looks small
    axes.scatter(
        x, y, s=area, marker=layer.shape, color=layer.colour, edgecolors=PAPER, linewidths=0.5, zorder=4 + number
    )


def _legends(
    axes: Axes, layers: Sequence[Layer], shades: Sequence[int], title: str | None, rest: Sequence[tuple[str, int]]
) -> None:
    """Draw the legend of the groups below the picture, that of the shades above it on the right."""

    def hexagon(colour: str, alpha: float) -> Line2D:
        return Line2D([], [], linestyle="", marker="h", markersize=8.5, color=colour, alpha=alpha, markeredgewidth=0)

    axes.legend(
        [hexagon(INK, opacity(i, len(shades))) for i in range(len(shades))],
        [f"{least:,}" for least in shades],
        title="formulas in a hexagon, from",
        title_fontsize=8,
        fontsize=8,
        ncols=len(shades),
        loc="lower right",
        bbox_to_anchor=(1.0, 1.0),
        borderaxespad=0.1,
        borderpad=0.2,
        handletextpad=0.0,
        columnspacing=0.7,
        alignment="right",
    )
    if title is None:
        return
    handles: list[Artist] = [_handle(layer) for layer in layers]
    texts = [f"{pretty(layer.name)} ({layer.count:,})" for layer in layers]
    if rest:
        handles.append(hexagon(INK, 0.6))
        texts.append(", ".join(f"{name} ({count:,})" for name, count in rest))
    figure = axes.get_figure(root=True)
    assert figure is not None
    renderer = FigureCanvasAgg(figure).get_renderer()  # type: ignore[no-untyped-call]
    for columns in range(LEGEND_COLUMNS, 0, -1):
        legend = figure.legend(
            handles,
            texts,
            title=title,
            fontsize=8.5,
            title_fontsize=9.5,
            loc="outside lower center",
            ncols=columns,
            alignment="left",
            handletextpad=0.4,
        )
        if columns == 1 or legend.get_window_extent(renderer).width < figure.bbox.width:
            break
        legend.remove()


def _handle(layer: Layer) -> Artist:
    shape, size = {"marks": (layer.shape, 6.5), "fill": ("h", 8.5), "kernels": ("h", 5.5)}[layer.form]
    return Line2D([], [], linestyle="", marker=shape, markersize=size, color=layer.colour, markeredgewidth=0)


def _name_clusters(figure: Figure, axes: Axes, flat: Floats, numbers: Ints, labels: dict[int, str | None]) -> None:
    """Write the names of the largest clusters beside them, where there is room."""
    known, sizes = np.unique(numbers[numbers > 0], return_counts=True)
    places: list[tuple[float, float]] = []
    texts: list[str] = []
    seen: set[str] = set()
    for number in known[np.argsort(-sizes, kind="stable")].tolist():
        name = labels.get(number)
        if name is None or name in seen:
            continue
        seen.add(name)
        middle = np.median(flat[numbers == number], axis=0)
        places.append((float(middle[0]), float(middle[1])))
        texts.append(pretty(name, 26))
        if len(texts) == 3 * NAMES:
            break
    write_names(figure, axes, places, texts, NAMES)


def _limits(values: Floats, share: float = CENTRAL) -> tuple[float, float]:
    low, high = np.quantile(values, [(1 - share) / 2, (1 + share) / 2])
    margin = 0.04 * (high - low) or max(abs(high), 1.0) * 0.05
    return float(low - margin), float(high + margin)


def _within(values: Floats, limits: tuple[float, float]) -> npt.NDArray[np.bool_]:
    return np.asarray((limits[0] <= values) & (values <= limits[1]))
