"""Nothing that is written in a picture lies over another writing, over a legend, over a curve, or beyond the edge."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import combinations

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from catalog.formulas.pcf import parse_formula
from indexer.pages.figures import DEPTHS, convergence_figure
from indexer.pictures.checkerboard import board
from indexer.pictures.growth import convergence, growth
from indexer.pictures.maps import Points, clusters, scatter

TOUCH = 0.75
"""Dots that the boxes of two letters may share: letters have air in their boxes."""

LONG = "hyp3f2(1/2, 1/3, 1/4, 1/5, 1/6, 7/8)/hyp3f2(1/2, 1/3, 5/4, 6/5, 1/6, 7/8)"


def cloud(number: int, spread: float = 1.0) -> Points:
    random = np.random.default_rng(number)
    names = ["pi", "log(2)", "zeta(3)", "gamma(1/3)^3/pi", "catalan", "tan(1/2)", LONG, "e"]
    groups = random.integers(-1, len(names), 4000)
    centres = random.normal(size=(len(names) + 1, 2)) * spread
    x, y = (random.normal(size=(4000, 2)) * 0.3 + centres[groups]).T
    return Points(x, y, groups, names, "no verified constant")


def many_clusters() -> Figure:
    random = np.random.default_rng(5)
    numbers = random.integers(0, 60, 6000)
    centres = random.normal(size=(61, 9)) * 3
    names = ["pi", LONG, "log(2)", "besselj(0, 2)/besselj(1, 2)", "unnamed-12"]
    labels = {n: f"{names[n % 5]}" if n % 7 else None for n in range(1, 60)}
    return clusters(random.normal(size=(6000, 9)) + centres[numbers], numbers, labels)


def steps(counts: list[int], hours: float) -> list[tuple[datetime, int]]:
    begun = datetime(2026, 3, 1, 11, 58, tzinfo=UTC)
    return [(begun + timedelta(hours=hours * n), count) for n, count in enumerate(counts)]


FIGURES: dict[str, Callable[[], Figure]] = {
    "two metrics": lambda: scatter(cloud(1), ("delta", "q_reduced_gamma"), "constant"),
    "two metrics, far apart": lambda: scatter(cloud(2, 6.0), ("convergence_gamma", "complexity"), "cluster"),
    "two metrics, all at one place": lambda: scatter(cloud(3, 0.01), ("delta_predicted", "limit_float8"), "class"),
    "two metrics without groups": lambda: scatter(cloud(4), ("delta", "height"), None),
    "clusters": many_clusters,
    "growth, steady": lambda: growth(steps([100] * 300, 0.1), steps([40] * 300, 0.1)),
    "growth, a burst first": lambda: growth(steps([1_800_000, 1, 1, 1], 8.0), steps([900_000, 1, 1, 1], 8.0)),
    "growth, a burst last": lambda: growth(steps([1, 1, 1, 1_800_000], 8.0), steps([0, 0, 0, 120_000], 8.0)),
    "growth, one moment": lambda: growth(steps([5], 1.0)),
    "growth, over years": lambda: growth(steps([3] * 40, 24.0 * 30), steps([1] * 40, 24.0 * 30)),
    "the board": board,
    "convergence from above": lambda: convergence(
        "PCF(n, n)", DEPTHS, [-n * 1.0 for n in DEPTHS], [30 / n for n in DEPTHS]
    ),
    "convergence from below": lambda: convergence(
        "PCF(n, n)", DEPTHS, [-n * 1.0 for n in DEPTHS], [-30 / n for n in DEPTHS]
    ),
    **{
        f"convergence of {text}": lambda text=text: convergence_figure(parse_formula(text))  # type: ignore[misc]
        for text in (
            "PCF(2n+1, n^2)",
            "PCF(n, n)",
            "PCF(1, n^2)",
            "PCF(34n^3 + 51n^2 + 27n + 5, -n^6)",
            "PCF(n^2 + n + 1, n + 1)",
            "PCF(1, n)",
            "PCF(123456789n^2 + 987654321n + 123456789, 123456789n^3 + 987654321n^2 + 3)",
        )
    },
}


def writings(figure: Figure) -> Iterator[tuple[str, Bbox]]:
    """All that is written in a figure, titles, ticks, legends and names, with its box in dots."""
    renderer = figure.canvas.get_renderer()  # type: ignore[attr-defined]
    beyond = {
        label
        for axes in figure.axes
        for axis in (axes.xaxis, axes.yaxis)
        for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks())
        for label in (tick.label1, tick.label2)
        if not min(axis.get_view_interval()) <= tick.get_loc() <= max(axis.get_view_interval())  # not drawn
    }
    for text in figure.findobj(Text):
        assert isinstance(text, Text)
        box = Text.get_window_extent(text, renderer)  # of the letters alone, without the line that leads to them
        if text.get_visible() and text.get_text().strip() and text not in beyond:
            yield text.get_text(), box


def shrunk(box: Bbox) -> Bbox:
    return Bbox.from_extents(box.x0 + TOUCH, box.y0 + TOUCH, box.x1 - TOUCH, box.y1 - TOUCH)


@pytest.fixture(params=FIGURES)
def figure(request: pytest.FixtureRequest) -> Figure:
    drawn = FIGURES[request.param]()
    FigureCanvasAgg(drawn)
    drawn.draw_without_rendering()
    return drawn


def test_no_writing_lies_over_another(figure: Figure) -> None:
    found = [(text, shrunk(box)) for text, box in writings(figure)]
    over = [(first, second) for (first, a), (second, b) in combinations(found, 2) if a.overlaps(b)]
    assert over == []


def test_every_writing_is_inside_the_picture(figure: Figure) -> None:
    edge = figure.bbox
    outside = [
        text
        for text, box in writings(figure)
        if box.x0 < -TOUCH or box.y0 < -TOUCH or box.x1 > edge.width + TOUCH or box.y1 > edge.height + TOUCH
    ]
    assert outside == []


def test_no_curve_runs_through_a_writing_or_a_legend(figure: Figure) -> None:
    boxes = [(text, shrunk(box)) for text, box in writings(figure)]
    boxes += [("a legend", shrunk(legend.get_window_extent())) for legend in figure.findobj(Legend)]  # type: ignore[union-attr]
    met = []
    for axes in figure.axes:
        for line in axes.lines:
            path = line.get_transform().transform_path(line.get_path())
            met += [text for text, box in boxes if len(path.vertices) > 1 and path.intersects_bbox(box, filled=False)]
    assert met == []


def test_no_legend_lies_over_the_axes(figure: Figure) -> None:
    frames = [axes.get_window_extent() for axes in figure.axes]
    for legend in figure.findobj(Legend):
        box = shrunk(legend.get_window_extent())  # type: ignore[union-attr]
        assert not any(box.overlaps(frame) for frame in frames)
