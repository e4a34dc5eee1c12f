"""Formulas in files: lines of text, and the formats of other programs."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from catalog.errors import FormulaError
from indexer.sources.files.blind_delta import read_blind_delta
from indexer.sources.files.lines import formula_of_line, numbered
from indexer.sources.files.lirec import read_lirec


@pytest.mark.parametrize(
    "line",
    [
        "PCF(2n+1, n^2)\n",
        ' {"a": [1, 2], "b": [0, 0, 1]}',
        '{"formula": "PCF(2n+1, n^2)"}',
        '{"a": ["1", 2], "b": [0, 0, "1"]}',
    ],
)
def test_a_line_is_a_formula_or_its_json(line: str) -> None:
    assert str(formula_of_line(line)) == "PCF(2n + 1, n^2)"


def test_a_line_without_a_formula_is_refused() -> None:
    with pytest.raises(FormulaError):
        formula_of_line('{"value": "1.5"}')
    with pytest.raises(ValueError, match="delimiter"):
        formula_of_line('{"a" 1}')


def test_lines_are_numbered_and_blank_ones_at_the_end_dropped() -> None:
    assert list(numbered(["a", "", "b", " ", ""])) == [(1, "a"), (2, ""), (3, "b")]


def test_the_table_of_blind_delta_has_the_highest_degree_first(tmp_path: Path) -> None:
    file = tmp_path / "results.csv"
    with file.open("w", newline="") as output:
        writer = csv.writer(output)
        writer.writerow(["Coefficients", "Limit"])
        writer.writerows([["[0, 2, 1, 1, 0, 0]", 1.27], ["(0, -3, 5, 0, 0, mpz(-2))", -1010], ["[1, 2, 3]", 0]])
        writer.writerows([["[0, 0, 0, 1, 0, 0]", 0], ["", 0], ["[1.5, 1, 1, 1]", 0]])
    lines = list(read_blind_delta(file))
    assert [str(line.formula) for line in lines[:2]] == ["PCF(2n + 1, n^2)", "PCF(-3n + 5, -2)"]
    assert [line.formula for line in lines[2:]] == [None] * 4
    assert [line.number for line in lines] == [2, 3, 4, 5, 6, 7]
    assert "--lengths" in (lines[2].reason or "")
    first = next(read_blind_delta(file, (2, 4)))
    assert str(first.formula) == "PCF(2, n^3 + n^2)"
    named = file.rename(tmp_path / "BlindDelta[2, 4]_-5_5.csv")
    assert next(read_blind_delta(named)) == first


@pytest.mark.parametrize(
    "text",
    [
        "[[[2, 1], [1, 0, 0]]]",
        "[[2, 1], [1, 0, 0]]",
        '[{"a": [2, 1], "b": ["1", 0, 0]}]',
        '["PCF[2*n + 1, n**2]"]',
        "PCF[2*n + 1, n**2]\n",
        "[[2, 1], [1, 0, 0]]\n\n[[2, 1], [1, 0, 0]]",
        '[["2*n + 1", "n**2"]]',
        "balanced\n01234567-89ab-cdef-0123-456789abcdef [[1, 0, 0], [4, 0, -1]];pi\n",
        "01234567-89ab-cdef-0123-456789abcdef [[1, 0, 0], [4, 0, -1]]\n",
        'const_id,P,Q,depth\n01234567,"{1,0,0}","{4,0,-1}",5\n',
    ],
)
def test_files_of_lirec_have_the_highest_degree_first(tmp_path: Path, text: str) -> None:
    file = tmp_path / "pcfs.json"
    file.write_text(text)
    assert {str(line.formula) for line in read_lirec(file)} == {"PCF(2n + 1, n^2)"}
