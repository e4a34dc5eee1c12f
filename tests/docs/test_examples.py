"""The examples in docs/ give what they show; those of the notebooks on a small catalogue."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
WITH_A_CATALOGUE = {"notebook.md": 25, "survey-tables.md": 15}
"""Pages whose examples need a catalogue, and how many they have at least."""
PAGES = [page for page in sorted(DOCS.glob("*.md")) if page.name not in WITH_A_CATALOGUE]


@pytest.mark.parametrize(
    "page",
    [page for page in sorted(DOCS.glob("*.md")) if page.name not in WITH_A_CATALOGUE],
    ids=lambda page: page.name,
)
def test_examples(page: Path) -> None:
    assert doctest.testfile(str(page), module_relative=False).failed == 0


@pytest.mark.parametrize("name", WITH_A_CATALOGUE)
def test_the_notebook_runs(name: str, seeded_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pandas")
    monkeypatch.setenv("FORMULARY_DATABASE_URL", seeded_url)
    result = doctest.testfile(str(DOCS / name), module_relative=False)
    assert (result.failed, result.attempted >= WITH_A_CATALOGUE[name]) == (0, True)
