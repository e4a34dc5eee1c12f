"""The formula of the README as a picture in light and dark: `python docs/formula.py`.

A picture, since GitHub typesets mathematics between dollars and a package index does not, and neither shows MathML.
"""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure

from catalog.constants.expressions import parse_expression, to_latex
from catalog.formulas.pcf import PCF, parse_formula
from indexer.pictures.style import INK, THEME

FILE = Path(__file__).with_name("pictures") / "formula.svg"
FORMULA, LIMIT, DEPTH = "PCF(2n+1, n^2)", "4/pi", 3
SETTINGS = {"svg.fonttype": "path", "svg.hashsalt": "formulary", "mathtext.fontset": "stix"}
SIZE = 22  # points


def latex(formula: PCF, limit: str, depth: int) -> str:
    """Return a limit and its continued fraction, written out to a depth; partial numerators are squares."""
    fraction = r"\ddots"
    for n in range(depth, 0, -1):
        fraction = rf"\dfrac{{{n}^2}}{{{formula.a_at(n)} + {fraction}}}"
        assert formula.b_at(n) == n**2
    return rf"{to_latex(parse_expression(limit))} = {formula.a_at(0)} + {fraction}".replace(r"\frac", r"\dfrac")


def picture() -> str:
    """Return the picture, whose letters are outlines and take the colour of the mode."""
    with mpl.rc_context(SETTINGS):
        figure = Figure(facecolor="none")
        figure.text(0, 0, f"${latex(parse_formula(FORMULA), LIMIT, DEPTH)}$", fontsize=SIZE, color=INK)
        buffer = io.StringIO()
        title = f"{FORMULA} = {LIMIT}"
        figure.savefig(
            buffer, format="svg", bbox_inches="tight", pad_inches=0.05, metadata={"Title": title, "Date": None}
        )
    text = re.sub(r"\s*<metadata>.*?</metadata>", "", buffer.getvalue(), flags=re.DOTALL).replace(INK, "currentColor")
    end = text.index(">", text.index("<svg")) + 1
    return text[text.index("<svg") : end] + THEME + text[end:]


if __name__ == "__main__":
    FILE.write_text(picture(), encoding="utf-8")
    sys.exit(0)
