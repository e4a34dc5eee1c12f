"""Pictures of the catalogue: arrays in, a file out; made to be read on a screen and on paper.

Many points are drawn as densities on a logarithmic scale; the commonest groups are drawn over it in colours that differ
also for the colour-blind (Okabe and Ito 2008).
"""

from __future__ import annotations

import base64
import io
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from catalog.errors import FormularyError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FORMATS = ("png", "svg", "html")
COLOURS = ("#D55E00", "#0072B2", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#8A6D00")
LEGEND_COLUMNS = 3
SIZE = (8.0, 5.8)
"""Inches."""
RESOLUTION = 150
"""Dots an inch."""
BINS = 110
"""Hexagons across the picture."""
CENTRAL = 0.995
"""Share of the values of an axis that are shown at least."""
LABELLED = 14
"""Clusters whose label is written beside them."""

UNITS = {
    "eta": "per n log n",
    "gamma": "natural log per n",
    "beta": "power of n",
    "sqrt": "per sqrt(n)",
    "delta": "at n = 1000",
    "predicted": "dimensionless",
    "unreduced": "at n = 1000",
    "height": "largest coefficient",
    "complexity": "bits",
}
"""What the last word of a figure's name is measured in."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Points:
    """n points with the group of each, None where it has none."""

    x: Floats
    y: Floats
    groups: Sequence[str | None]


def checked_format(path: str) -> str:
    """The format of a file by its ending; raises FormularyError for one that is not known."""
    ending = Path(path).suffix.removeprefix(".").lower()
    if ending not in FORMATS:
        named = f".{ending}" if ending else "a file without an ending"
        raise FormularyError(f"pictures are written as {', '.join(FORMATS)}, not as {named}; rename {path}")
    return ending


def scatter(points: Points, names: tuple[str, str], colour: str | None) -> Figure:
    """Two metrics against each other, as density, with the commonest groups over it."""
    figure, axes = _axes()
    x, y = points.x, points.y
    limits = [_limits(values) for values in (x, y)]
    _density(figure, axes, x, y, limits, grey=colour is not None)
    if colour is not None:
        _groups(figure, axes, points, colour)
    outside = ~(_within(x, limits[0]) & _within(y, limits[1]))
    axes.set(xlim=limits[0], ylim=limits[1], xlabel=axis_label(names[0]), ylabel=axis_label(names[1]))
    note = f", {outside.sum():,} outside the picture" if outside.any() else ""
    axes.set_title(f"{len(x):,} canonical formulas{note}", loc="left", fontsize=10)
    return figure


def clusters(vectors: Floats, labels: Sequence[str | None], numbers: npt.NDArray[np.int64]) -> Figure:
    """Clusters along two principal components of the neighbour vectors, each coordinate over its spread; labelled."""
    low, high = np.quantile(vectors, [(1 - CENTRAL) / 2, (1 + CENTRAL) / 2], axis=0)
    tame = np.clip(vectors, low, high)  # a few far ones would be the whole variance
    spread = tame.std(axis=0)
    centred = (tame - tame.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    _, strengths, directions = np.linalg.svd(centred.T @ centred)
    flat = centred @ directions[:2].T
    share = strengths / max(float(strengths.sum()), 1e-300)
    figure, axes = _axes()
    limits = [_limits(flat[:, 0]), _limits(flat[:, 1])]
    _density(figure, axes, flat[:, 0], flat[:, 1], limits, grey=True)
    _groups(figure, axes, Points(flat[:, 0], flat[:, 1], labels), "cluster")
    _write_labels(axes, flat, labels, numbers)
    axes.set(
        xlim=limits[0],
        ylim=limits[1],
        xlabel=f"first principal component ({100 * share[0]:.0f} % of the variance)",
        ylabel=f"second principal component ({100 * share[1]:.0f} %)",
    )
    placed = numbers > 0
    axes.set_title(
        f"{len(flat):,} canonical formulas, {placed.sum():,} in {len(np.unique(numbers[placed])):,} clusters",
        loc="left",
        fontsize=10,
    )
    return figure


def _write_labels(axes: Axes, flat: Floats, labels: Sequence[str | None], numbers: npt.NDArray[np.int64]) -> None:
    """Names of the largest clusters beside them, one below the other where they would overlap."""
    taken: list[tuple[float, float]] = []
    height = np.ptp(flat[:, 1]) or 1.0
    width = np.ptp(flat[:, 0]) or 1.0
    for number, _ in Counter(numbers[numbers > 0].tolist()).most_common(3 * LABELLED):
        members = np.flatnonzero(numbers == number)
        name, place = labels[int(members[0])], flat[members].mean(axis=0)
        near = [t for t in taken if abs(t[0] - place[0]) < 0.16 * width and abs(t[1] - place[1]) < 0.045 * height]
        if name is None or near or len(taken) == LABELLED:
            continue
        taken.append((float(place[0]), float(place[1])))
        axes.annotate(_short(name, 22), place, xytext=(5, 4), textcoords="offset points", fontsize=7.5)


def growth(times: Sequence[datetime], counts: Sequence[int]) -> Figure:
    """How many formulas the catalogue had at each time."""
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    figure, axes = _axes()
    total = np.cumsum(counts)
    axes.step(list(times), total, where="post", color=COLOURS[1], linewidth=1.8)  # type: ignore[arg-type]
    axes.fill_between(list(times), total, step="post", color=COLOURS[1], alpha=0.12)  # type: ignore[arg-type]
    locator = AutoDateLocator()  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.set(xlabel="time (UTC)", ylabel="formulas in the catalogue", ylim=(0, None))
    axes.set_title(f"{int(total[-1]):,} formulas", loc="left", fontsize=10)
    axes.grid(alpha=0.25)
    return figure


def convergence(name: str, depths: Sequence[int], errors: Sequence[float], deltas: Sequence[float]) -> Figure:
    """log10 of the error, and delta, against the depth n; NaN where one is not defined."""
    figure, axes = _axes()
    left = axes.plot(depths, np.asarray(errors) / math.log(10), "o-", color=COLOURS[1], markersize=3.5, label="error")
    axes.set(xlabel="n", ylabel="log10 of the error |L - p_n/q_n|")
    axes.set_title(name, loc="left", fontsize=10)
    other = axes.twinx()
    right = other.plot(depths, deltas, "s--", color=COLOURS[0], markersize=3.5, label="delta")
    other.set_ylabel("delta")
    axes.grid(alpha=0.25)
    axes.legend(handles=[*left, *right], frameon=False, fontsize=9)
    return figure


def axis_label(name: str) -> str:
    """A figure's name with its unit."""
    unit = UNITS.get(name.rsplit("_", 1)[-1])
    return f"{name} ({unit})" if unit else name


def save(figure: Figure, path: str) -> None:
    """Write a figure in the format of the file's ending; raises FormularyError where the file cannot be written."""
    form = checked_format(path)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png" if form == "html" else form, dpi=RESOLUTION, metadata={"Title": "Formulary"})
    data = buffer.getvalue()
    try:
        Path(path).write_bytes(_page(data) if form == "html" else data)
    except OSError as error:
        raise FormularyError(f"cannot write {path}: {error.strerror}") from error


def _page(png: bytes) -> bytes:
    picture = base64.b64encode(png).decode()
    page = f'<img alt="Formulary" style="max-width:100%" src="data:image/png;base64,{picture}">'
    return f'<!doctype html><meta charset="utf-8"><title>Formulary</title>{page}\n'.encode()


def _axes() -> tuple[Figure, Axes]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=SIZE, layout="constrained")
    axes = figure.subplots()
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _density(
    figure: Figure, axes: Axes, x: Floats, y: Floats, limits: Sequence[tuple[float, float]], *, grey: bool
) -> None:
    """Counts of points in hexagons, logarithmic."""
    drawn = axes.hexbin(
        x,
        y,
        gridsize=BINS,
        extent=(*limits[0], *limits[1]),
        bins="log",
        mincnt=1,
        cmap="Greys" if grey else "viridis_r",
        linewidths=0.1,
        vmin=0.3 if grey else None,
    )
    drawn.set_rasterized(True)
    bar = figure.colorbar(drawn, ax=axes, pad=0.02, fraction=0.035)
    bar.set_label("formulas in a hexagon", fontsize=9)
    bar.outline.set_visible(False)


def _groups(figure: Figure, axes: Axes, points: Points, title: str) -> None:
    """The commonest groups in colour, the smaller over the larger."""
    from matplotlib.collections import PathCollection

    groups = np.array([group or "" for group in points.groups])
    common = [(name, n) for name, n in Counter(groups.tolist()).most_common(len(COLOURS) + 1) if name][: len(COLOURS)]
    for (name, count), colour in zip(common, COLOURS, strict=False):
        mine = groups == name
        size = float(np.clip(3000 / max(count, 1), 3, 22))
        axes.scatter(
            points.x[mine],
            points.y[mine],
            s=size,
            color=colour,
            alpha=0.75,
            linewidths=0,
            label=f"{_short(name, 30)} ({count:,})",
            rasterized=True,
        )
    if common:
        legend = figure.legend(title=title, fontsize=8, frameon=False, loc="outside lower center", ncols=LEGEND_COLUMNS)
        for handle in legend.legend_handles:
            if isinstance(handle, PathCollection):
                handle.set_sizes([28])
                handle.set_alpha(1)


def _limits(values: Floats, share: float = CENTRAL) -> tuple[float, float]:
    low, high = np.quantile(values, [(1 - share) / 2, (1 + share) / 2])
    margin = 0.04 * (high - low) or max(abs(high), 1.0) * 0.05
    return float(low - margin), float(high + margin)


def _within(values: Floats, limits: tuple[float, float]) -> npt.NDArray[np.bool_]:
    return np.asarray((limits[0] <= values) & (values <= limits[1]))


def _short(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "\N{HORIZONTAL ELLIPSIS}"
