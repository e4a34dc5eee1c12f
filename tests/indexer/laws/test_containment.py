"""Families that are instances or shifts of others, and the members of a family."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.formulas.pcf import PCF, parse_formula
from indexer.laws.containment import Pattern, contains, folded

WHOLE = Pattern(1, "a = k*n; b = m", "k, m >= 1", "bessel")


def line(template: str, number: int = 9, start: int = 1) -> Pattern:
    return Pattern(number, template, f"k >= {start}", "pi")


@pytest.mark.parametrize(
    ("outer", "inner", "expected"),
    [
        (WHOLE, line("a = k*n; b = 3"), True),
        (WHOLE, line("a = 2*n; b = k"), True),
        (WHOLE, line("a = (k + 1)*n; b = -k"), True),
        (WHOLE, line("a = k*n + 1; b = 3"), False),
        (line("a = 2*n + k; b = n^2"), line("a = 2*n + k + 5; b = n^2"), True),
        (line("a = 2*n + k; b = n^2"), line("a = 2*n + 2*k + 1; b = n^2"), True),
        (line("a = 2*n + 2*k; b = n^2"), line("a = 2*n + k; b = n^2"), False),
        (line("a = k*n; b = k^2"), line("a = (k + 2)*n; b = (k + 2)^2"), True),
        (line("a = k*n; b = k^2"), line("a = k*n; b = k^2 + 1"), False),
        (line("a = k*n; b = 3"), WHOLE, False),
    ],
)
def test_a_family_lies_in_another_where_a_substitution_says_so(outer: Pattern, inner: Pattern, expected: bool) -> None:
    assert contains(outer, inner) is expected


def test_what_others_contain_is_folded_into_the_widest() -> None:
    patterns = [line("a = k*n; b = 3", 2), WHOLE, line("a = (k + 1)*n; b = 3", 3), line("a = n + k; b = n", 4)]
    assert folded(patterns) == {2: 1, 3: 1}


@given(st.integers(1, 10**6), st.integers(1, 10**6))
def test_every_member_is_held(k: int, m: int) -> None:
    point = WHOLE.at(k, m)
    assert point is not None
    assert WHOLE.holds(PCF(point[:3], point[3:]))


def test_what_is_before_the_first_parameter_is_not_held() -> None:
    family = line("a = n + k; b = n^2", start=3)
    assert family.holds(parse_formula("PCF(n + 3, n^2)"))
    assert not family.holds(parse_formula("PCF(n + 2, n^2)"))
    assert not family.holds(parse_formula("PCF(n^3, n^2)"))


def test_the_first_members_are_shown() -> None:
    assert list(map(str, line("a = k*n; b = -1", start=2).members(3))) == ["PCF(2n, -1)", "PCF(3n, -1)", "PCF(4n, -1)"]
