"""Wishes as they are written, and which of them are refused."""

from __future__ import annotations

import pytest

from catalog.errors import FormulaError
from indexer.design.wishes import read_bound, read_wish


@pytest.mark.parametrize(
    ("text", "met", "missed"),
    [
        (">0", 0.1, 0.0),
        (">= 1.5", 1.5, 1.4),
        ("<=4", 4.0, 5.0),
        ("<-.5", -0.6, -0.5),
        ("=3", 3.0, 2.0),
        ("≥2", 2.0, 1.0),
    ],
)
def test_a_bound_is_met_or_missed(text: str, met: float, missed: float) -> None:
    bound = read_bound("rate", text)
    assert bound.meets(met) and not bound.meets(missed) and not bound.meets(None)


@pytest.mark.parametrize("text", ["3", "", ">", "=>3", ">a", "> 1e3", ">1 2", "nan"])
def test_what_is_no_bound_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(FormulaError, match=r"is no bound for the delta; write '>0'"):
        read_bound("delta", text)


@pytest.mark.parametrize(("name", "text"), [("degree", "<0"), ("degree", ">500"), ("degree", "=1.5"), ("rate", "<=0")])
def test_a_wish_that_nothing_can_meet_is_refused(name: str, text: str) -> None:
    with pytest.raises(FormulaError, match="no formula"):
        read_wish(**({"delta": None, "rate": None, "degree": None} | {name: text}))


def test_a_figure_near_a_bound_may_meet_it() -> None:
    bound = read_bound("delta", ">0.2")
    assert bound.nearly_meets(0.19, 0.02) and not bound.nearly_meets(0.17, 0.02)
    assert not bound.nearly_meets(None, 0.02)
