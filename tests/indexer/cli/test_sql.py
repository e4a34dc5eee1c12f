"""Queries that cannot be run: where the fault is, and what helps after the time limit."""

from __future__ import annotations

import pytest

from indexer.cli.sql import _advice, _place
from tests.helpers.command import refused


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("selec 1", 'syntax error at or near "selec", at character 1 (selec)'),
        ("select formla from formulas", 'column "formla" does not exist, at character 8 (formla); Perhaps you meant'),
        ("select 1\nfrom\n  nowhere", 'relation "nowhere" does not exist, at line 3, character 3 (nowhere)'),
        ("select (1", "syntax error at end of input, at the end of the query, character 10"),
        ("select 'ä', nothing", 'column "nothing" does not exist, at character 13 (nothing)'),
        ("select 1/0", "division by zero"),
    ],
)
def test_a_fault_is_named_with_its_place(seeded_url: str, query: str, said: str) -> None:
    assert said in refused("sql", query, FORMULARY_DATABASE_URL=seeded_url)


def test_a_query_beyond_the_time_limit_is_advised(seeded_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("catalog.database.opening.READER_TIMEOUT", 300)
    slow = "select count(*) from generate_series(1, 1000000000)"
    said = refused("sql", slow, FORMULARY_DATABASE_URL=seeded_url)
    assert "the query took longer than 0 s; add conditions that an index serves" in said


def test_who_asks_for_a_formula_by_its_text_is_told_of_pcf() -> None:
    for query in (
        "select 1 from formulas where formula = 'PCF(n, n)'",
        "select 1 from formulas where formula LIKE 'x'",
    ):
        assert "one formula is found by pcf('2n+1', 'n^2')" in _advice(query)
    assert "pcf" not in _advice("select formula from formulas")


def test_the_place_of_a_character() -> None:
    assert _place("ab\ncd ef", 7) == "line 2, character 4 (ef)"
