"""The known spaces: each can be read, and holds what it is said to hold."""

from __future__ import annotations

import pytest

from catalog.errors import NotFound
from catalog.formulas.pcf import parse_formula
from indexer.sources.known_spaces import known_space, known_spaces


@pytest.mark.parametrize("name", [space.name for space in known_spaces()])
def test_a_known_space_holds_formulas(name: str) -> None:
    space = known_space(name).space
    starts = (space.size * part // 7 for part in range(7))
    assert any(item is not None for start in starts for item in space.items(start, min(start + 40, space.size)))


def test_names_are_distinct() -> None:
    names = [space.name for space in known_spaces()]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("name", "formula"),
    [
        ("linear-9", "PCF(2n+1, n^2)"),
        ("linear-steep", "PCF(10n+5, -n^2)"),
        ("gauss-200", "PCF(6n+3, -n^2)"),
        ("exponential-200", "PCF(n+20, n)"),
        ("tangent-200", "PCF(4n+2, 1)"),
        ("bessel-30", "PCF(n, 1)"),
        ("error-200", "PCF(1, n)"),
        ("logarithm-200", "PCF(3n+2, -2n^2)"),
        ("digamma-200", "PCF(1, n^2)"),
        ("trigamma-40", "PCF(2n+1, n^4)"),
        ("polygamma-200", "PCF(2n^3+3n^2+3n+1, -n^6)"),
        ("sums-zeta2", "PCF(2n^2+2n+1, -n^4)"),
        ("sums-catalan", "PCF(8n^2+16n+10, -16n^4-32n^3-24n^2-8n-1)"),
        ("sporadic", "PCF(11n^2+11n+3, n^4)"),
        ("catalan", "PCF(3n^2+3n+1, -2n^4)"),
        ("roots-zeta2", "PCF(3n^2+3n+1, -2n^4)"),
        ("beta-30", "PCF(3n+2, -2n^2)"),
        ("confluent-18", "PCF(n+1, 4n-2)"),
        ("zeta3", "PCF(34n^3+51n^2+27n+5, -n^6)"),
    ],
)
def test_a_known_space_holds_the_formula_it_is_made_for(name: str, formula: str) -> None:
    assert known_space(name).space.rank_of(parse_formula(formula)) is not None


def test_an_unknown_name_says_where_the_known_ones_are_listed() -> None:
    with pytest.raises(NotFound, match="space list --known"):
        known_space("nowhere")
