"""Pages as notebooks of Jupyter, with what the cells answer: `python docs/notebooks.py`."""

from __future__ import annotations

import ast
import json
import re
import sys
from pathlib import Path
from typing import Any

from catalog.catalogue import Rows
from catalog.formulas.pcf import PCF

PAGES = tuple(Path(__file__).with_name(name) for name in ("notebook.md", "survey-tables.md"))
_FORMULA = re.compile(r"PCF\(a=(\(.*?\)), b=(\(.*?\))\)")
_BLOCK = re.compile(r"^```pycon\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def notebook(text: str) -> dict[str, Any]:
    """Return the notebook of a page: its text as Markdown, each example of Python's prompt as a cell of code."""
    cells: list[dict[str, Any]] = []
    for place, part in enumerate(_BLOCK.split(text)):
        if place % 2:
            cells += _examples(part, sum(cell["cell_type"] == "code" for cell in cells))
        elif part.strip():
            cells.append({"cell_type": "markdown", "metadata": {}, "source": _lines(part.strip())})
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def _examples(text: str, before: int) -> list[dict[str, Any]]:
    """Cells of code: one for each run of statements up to an answer."""
    cells: list[dict[str, Any]] = []
    code: list[str] = []
    answer: list[str] = []

    def close() -> None:
        if code:
            count = before + len(cells) + 1
            outputs = [_output("\n".join(answer), code, count)] if answer else []
            source = _lines("\n".join(code))
            cells.append({"cell_type": "code", "execution_count": count, "metadata": {}, "outputs": outputs,
                          "source": source})  # fmt: skip
        code.clear()
        answer.clear()

    for line in text.splitlines():
        if line.startswith((">>> ", "... ")) or line in (">>>", "..."):
            if answer:
                close()
            code.append(line[4:])
        elif line.strip():
            answer.append(line)
    close()
    return cells


def _output(answer: str, code: list[str], count: int) -> dict[str, Any]:
    """What a cell shows: text that is printed, or a value, a formula and rows also as a notebook shows them."""
    if not isinstance(last := ast.parse("\n".join(code)).body[-1], ast.Expr) or ast.unparse(last).startswith("print("):
        return {"output_type": "stream", "name": "stdout", "text": _lines(answer + "\n")}
    data = {"text/plain": _lines(answer)}
    if found := _FORMULA.fullmatch(answer):
        data["text/latex"] = _lines(PCF(*map(ast.literal_eval, found.groups()))._repr_latex_())
    elif answer.startswith("[{"):
        rows = Rows(ast.literal_eval(answer))
        data |= {"text/html": _lines(rows._repr_html_()), "text/latex": _lines(rows._repr_latex_())}
    return {"output_type": "execute_result", "execution_count": count, "metadata": {}, "data": data}


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def written(page: Path) -> str:
    """Return the notebook of a page as its file has it."""
    return json.dumps(notebook(page.read_text(encoding="utf-8")), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    for each in PAGES:
        each.with_suffix(".ipynb").write_text(written(each), encoding="utf-8")
    sys.exit(0)
