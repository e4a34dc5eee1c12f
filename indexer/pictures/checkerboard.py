"""The board a = A, b = (n + r)(n + s) as a picture: which square has pi, which ln 2, and which is rational.

After the checkerboard of arXiv 2412.16818. Each square is coloured by the exact normal form of its own constant,
not by the rule that the picture shows.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from indexer.laws.checkerboard import RATIONAL, Square, constant_of
from indexer.pictures.style import COLOURS, INK, PAPER, heading, new_figure, styled

LARGEST = 8
"""A, and r and s, go up to this."""
FIXED_A = 4
"""A of the second board."""

SORTS = {
    "pi": ("π", COLOURS[1], 0.92, PAPER),
    "log(2)": ("ln 2", COLOURS[4], 0.85, INK),
    RATIONAL: ("ℚ", INK, 0.10, INK),
}
"""How a constant is written, its colour and opacity, and the colour of the letters on it: dark, middle and light."""
UNKNOWN = ("?", PAPER, 1.0, INK)


def board(largest: int = LARGEST, fixed: int = FIXED_A) -> Figure:
    """Draw s - r against A, and r against s for one A."""
    with styled():
        figure = new_figure((10.0, 4.5))
        left, right = figure.subplots(1, 2, width_ratios=(2 * largest + 1, largest + 1))
        differences = range(-largest, largest + 1)
        _squares(left, differences, range(1, largest + 1), lambda d, A: (A, max(0, -d), max(0, d)))
        left.set(xlabel="s - r, the smaller of the two being 0", ylabel="A")
        heading(left, "every A")
        sides = range(largest + 1)
        _squares(right, sides, sides, lambda r, s: (fixed, min(r, s), max(r, s)))
        right.set(xlabel="r", ylabel="s")
        heading(right, f"A = {fixed}")
        handles = [
            Patch(facecolor=colour, alpha=alpha, label=f"{text}: {_MEANING[name]}")
            for name, (text, colour, alpha, _) in SORTS.items()
        ]
        figure.legend(handles=handles, loc="outside lower center", ncols=3, fontsize=9)
        figure.suptitle("PCF(A, (n + r)(n + s)): the constant behind each square", x=0.01, ha="left", fontsize=11.5)
    return figure


_MEANING = {"pi": "Moebius map of it", "log(2)": "Moebius map of it", RATIONAL: "rational limit"}


def _squares(axes: Axes, columns: range, rows: range, square: Callable[[int, int], Square]) -> None:
    font = float(np.clip(130 / max(len(columns), len(rows)), 4, 8))
    for x in columns:
        for y in rows:
            found = constant_of(square(x, y))
            text, colour, alpha, letters = SORTS.get(found or "", UNKNOWN)
            axes.add_patch(Rectangle((x - 0.48, y - 0.48), 0.96, 0.96, facecolor=colour, alpha=alpha, linewidth=0))
            axes.text(x, y, text, ha="center", va="center_baseline", fontsize=font, color=letters)
    axes.set(xlim=(columns[0] - 0.5, columns[-1] + 0.5), ylim=(rows[0] - 0.5, rows[-1] + 0.5), aspect="equal")
    axes.set_xticks([x for x in columns if len(columns) <= 12 or x % 2 == 0])
    axes.set_yticks([y for y in rows if len(rows) <= 12 or y % 2 == 0])
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
