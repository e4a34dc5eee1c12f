"""The known spaces: each can be read, and holds what it is said to hold."""

from __future__ import annotations

import pytest

from catalog.errors import NotFound
from catalog.formulas.pcf import parse_formula
from indexer.sources.known_spaces import known_space, known_spaces


@pytest.mark.parametrize("name", [space.name for space in known_spaces()])
def test_a_known_space_holds_formulas(name: str) -> None:
    space = known_space(name).space
    assert any(item is not None for item in space.items(0, min(space.size, 40)))


def test_names_are_distinct() -> None:
    names = [space.name for space in known_spaces()]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("name", "formula"),
    [
        ("linear-9", "PCF(2n+1, n^2)"),
        ("gauss-200", "PCF(6n+3, -n^2)"),
        ("exponential-200", "PCF(n+20, n)"),
        ("bessel-200", "PCF(4n+2, 1)"),
        ("sporadic", "PCF(11n^2+11n+3, n^4)"),
        ("catalan", "PCF(3n^2+3n+1, -2n^4)"),
        ("zeta3", "PCF(34n^3+51n^2+27n+5, -n^6)"),
    ],
)
def test_a_known_space_holds_the_formula_it_is_made_for(name: str, formula: str) -> None:
    assert known_space(name).space.rank_of(parse_formula(formula)) is not None


def test_an_unknown_name_says_where_the_known_ones_are_listed() -> None:
    with pytest.raises(NotFound, match="space list --known"):
        known_space("nowhere")
