"""First-order solutions of a recurrence: what their leading terms rule out has none."""

from __future__ import annotations

import random

import pytest

from catalog.formulas.pcf import PCF
from indexer.mathematics.closed_forms import telescoping


def test_what_leading_terms_rule_out_has_no_first_order_solution(monkeypatch: pytest.MonkeyPatch) -> None:
    allowed = telescoping._leading_terms_allow
    monkeypatch.setattr(telescoping, "_leading_terms_allow", lambda formula: True)
    chance, solved, ruled_out = random.Random(4), 0, 0
    while solved < 25:
        a, b = (tuple(chance.randint(-4, 4) for _ in range(chance.choice((2, 3, 3, 4)))) for _ in "ab")
        if not any(a) or not any(b):
            continue
        formula = PCF(a, b)
        ruled_out += not allowed(formula)
        if next(telescoping.first_order_solutions(formula), None) is not None:
            solved += 1
            assert allowed(formula), formula
    assert ruled_out > solved
