"""How pictures look, and their files: colours, shapes, axes; PNG, SVG, and pages that follow light and dark mode.

Colours differ also for the colour-blind (after Okabe and Ito 2008), shapes and shades also in grey print.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from pathlib import Path
from typing import Any, cast

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from catalog.errors import FormularyError
from catalog.exchange.outputs import STDOUT, write_file

FORMATS = ("png", "pdf", "svg", "html")
INK = "#1d2430"
"""Lines, letters and shades; in a page the colour of its text."""
PAPER = "#fefefe"
"""The ground; in a page that of the page."""
COLOURS = ("#D55E00", "#0072B2", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7E57C2", "#8A6D00")
SHAPES = ("o", "s", "^", "D", "v", "P", "X", "*")
"""One for each colour."""
SIZE = (8.0, 5.8)
"""Inches."""
RESOLUTION = 200
"""Dots an inch."""

SETTINGS: dict[str, Any] = {
    "font.size": 9.5,
    "text.color": INK,
    "axes.facecolor": "none",
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.unicode_minus": True,
    "font.family": ["DejaVu Sans"],
    "legend.frameon": False,
    "svg.fonttype": "none",
    "svg.hashsalt": "formulary",
}

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
    "float8": "dimensionless",
}
"""What the last word of a figure's name is measured in."""

THEME = (
    "<style>:root { color: #1d2430; --paper: #ffffff }"
    " @media (prefers-color-scheme: dark) { :root { color: #dde2ea; --paper: #12161d } }</style>"
)
"""Colours of a picture that is a file of its own."""

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; --ink: #1d2430; --paper: #ffffff }}
@media (prefers-color-scheme: dark) {{ :root {{ --ink: #d9dee7; --paper: #14181f }} }}
@media print {{ :root {{ --ink: #000000; --paper: #ffffff }} }}
body {{ color: var(--ink); background: var(--paper); margin: 0; padding: 1rem;
  font-family: system-ui, sans-serif }}
figure {{ margin: 0 auto; max-width: 70rem }}
svg {{ width: 100%; height: auto }}
</style>
<figure>
{picture}
</figure>
</html>
"""

_ID = re.compile(r' id="([^"]*)"')
_REFERENCE = re.compile(r'(?:href="#|url\(#)([^")]*)')
_TAG = re.compile(r"<[^>]*>")
_DECIMALS = re.compile(r"(\d+\.\d\d)\d+")
_FONT = re.compile(r"'DejaVu Sans'[^;\"]*")


def checked_format(path: str) -> str:
    """Return the format of a file by its ending, svg for stdout; raises FormularyError for one that is not known."""
    if path == STDOUT:
        return "svg"
    ending = Path(path).suffix.removeprefix(".").lower()
    if ending not in FORMATS:
        named = f".{ending}" if ending else "a file without an ending"
        raise FormularyError(f"pictures are written as {', '.join(FORMATS)}, not as {named}; rename {path}")
    return ending


@contextmanager
def styled() -> Iterator[None]:
    """Use our settings of matplotlib within the context."""
    with mpl.rc_context(cast(Any, SETTINGS)):
        yield


def new_figure(size: tuple[float, float] = SIZE) -> Figure:
    """Return an empty figure."""
    return Figure(figsize=size, layout="constrained", facecolor=PAPER)


def heading(axes: Axes, title: str, remark: str = "") -> None:
    """Write a title above axes, with a remark in a line of its own."""
    axes.set_title(title, loc="left", fontsize=11, pad=20 if remark else None)
    if remark:
        axes.annotate(
            remark, (0, 1), xytext=(0, 6), xycoords="axes fraction", textcoords="offset points", fontsize=8.5, alpha=0.8
        )


def axis_label(name: str) -> str:
    """Return a figure's name with its unit."""
    unit = UNITS.get(name.rsplit("_", 1)[-1])
    return f"{name} ({unit})" if unit else name


def save(figure: Figure, path: str, title: str = "Formulary") -> None:
    """Write a figure in the format of the file's ending; raises FileFormatError where the file cannot be written."""
    form = checked_format(path)
    if form in ("png", "pdf"):
        buffer = io.BytesIO()
        with styled():
            figure.savefig(buffer, format=form, dpi=RESOLUTION, metadata={"Title": title})
        write_file(path, buffer.getvalue(), needs_file=form.upper())
    elif form == "svg":
        write_file(path, _svg(figure, title).encode())
    else:
        write_file(path, PAGE.format(title=escape(title), picture=inline_svg(figure, title)).encode())


def inline_svg(figure: Figure, title: str, prefix: str = "p") -> str:
    """Return a figure as an SVG element for a page, in the page's colours and font; `prefix` keeps its ids apart."""
    text = _svg(figure, title)
    text = text[text.index("<svg") :].strip()
    used = set(_REFERENCE.findall(text))
    text = _ID.sub(lambda match: f' id="{prefix}-{match[1]}"' if match[1] in used else "", text)
    text = _REFERENCE.sub(lambda match: match[0].replace("#", f"#{prefix}-", 1), text)
    text = text.replace(INK, "currentColor").replace(PAPER, "var(--paper)")
    text = _TAG.sub(lambda tag: _DECIMALS.sub(r"\1", tag[0]), text)  # of places alone: what is written stays
    text = _FONT.sub("system-ui, sans-serif", text)
    text = re.sub(r"\s*<metadata>.*?</metadata>", "", text, count=1, flags=re.DOTALL)
    text = re.sub(r' (?:width|height)="[^"]*pt"', "", text, count=2)
    return text.replace("<svg ", f'<svg role="img" aria-label="{escape(title)}" ', 1)


def themed_svg(figure: Figure, title: str) -> str:
    """Return a figure as an SVG file that follows light and dark mode by itself, for `<img>`."""
    text = inline_svg(figure, title)
    end = text.index(">") + 1
    return text[:end] + THEME + text[end:]


def _svg(figure: Figure, title: str) -> str:
    buffer = io.BytesIO()
    with styled():
        figure.savefig(buffer, format="svg", metadata={"Title": title, "Date": None})
    return buffer.getvalue().decode()
