"""Pictures of one quantity against another: the growth of the catalogue, the convergence of one formula."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime

import numpy as np
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure

from indexer.pictures.style import COLOURS, INK, heading, new_figure, styled

Steps = Sequence[tuple[datetime, int]]
"""Moments, and how many came at each."""

MOST_STEPS = 400
"""Steps that are drawn; more are put together."""

BLUE, RED = COLOURS[1], COLOURS[0]


def growth(formulas: Steps, identified: Steps = ()) -> Figure:
    """Draw how many formulas the catalogue had at each time, and how many canonical ones were identified."""
    with styled():
        figure = new_figure((8.0, 4.4))
        axes = figure.subplots()
        end = max(moment for moment, _ in (*formulas, *identified))
        for steps, colour, style, name in (
            (formulas, BLUE, "-", "formulas"),
            (identified, RED, "--", "canonical formulas identified"),
        ):
            if steps:
                _stair(axes, steps, end, colour, style, name)
        locator = AutoDateLocator(minticks=3, maxticks=8)  # type: ignore[no-untyped-call]
        axes.xaxis.set_major_locator(locator)
        axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        axes.set(xlabel="time (UTC)", ylabel="formulas in the catalogue", ylim=(0, None))
        axes.margins(x=0.02)
        axes.grid(alpha=0.2, linewidth=0.6)
        figure.legend(loc="outside lower center", ncols=2, fontsize=9)
        total = sum(count for _, count in formulas)
        heading(axes, f"{total:,} formulas since {formulas[0][0]:%Y-%m-%d %H:%M} UTC")
    return figure


def _stair(axes: Axes, steps: Steps, end: datetime, colour: str, style: str, name: str) -> None:
    together = max(1, -(-len(steps) // MOST_STEPS))
    parts = [steps[i : i + together] for i in range(0, len(steps), together)]
    moments = [steps[0][0], *(part[-1][0] for part in parts), end]
    totals = np.cumsum([0, *(sum(count for _, count in part) for part in parts), 0])
    label = f"{name} ({int(totals[-1]):,})"
    axes.step(moments, totals, where="post", color=colour, linestyle=style, linewidth=1.8, label=label)  # type: ignore[arg-type]
    if style == "-":
        axes.fill_between(moments, totals, step="post", color=colour, alpha=0.12, linewidth=0)  # type: ignore[arg-type]


def convergence(
    name: str, depths: Sequence[int], errors: Sequence[float], deltas: Sequence[float], remark: str = ""
) -> Figure:
    """Draw log10 of the error, and delta, against the depth n, one above the other; NaN where one is not defined.

    `errors` are natural logarithms.
    """
    with styled():
        figure = new_figure((8.0, 5.8))
        above, below = figure.subplots(2, sharex=True, height_ratios=(3, 2))
        above.plot(depths, np.asarray(errors) / math.log(10), "o-", color=BLUE, markersize=3.5, linewidth=1.4)
        below.plot(depths, deltas, "s-", color=RED, markersize=3.5, linewidth=1.4)
        known = [delta for delta in deltas if math.isfinite(delta)]
        if known:
            below.axhline(known[-1], color=INK, linewidth=0.7, alpha=0.5, linestyle=":")
            below.annotate(
                f"{known[-1]:.4f}".replace("-", "\N{MINUS SIGN}"),
                (1, known[-1]),
                xycoords=("axes fraction", "data"),
                xytext=(4, 0),
                textcoords="offset points",
                va="center",
                fontsize=8.5,
            )
        above.set_ylabel("log10 of the error |L - p_n/q_n|")
        below.set(xlabel="depth n", ylabel="delta (irrationality measure)", xlim=(0, None))
        for axes in (above, below):
            axes.grid(alpha=0.2, linewidth=0.6)
            axes.margins(y=0.08)
        figure.align_ylabels([above, below])
        heading(above, name, remark)
    return figure
