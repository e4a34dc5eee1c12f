"""Queries that cannot be run: where the fault is, and what helps after the time limit."""

from __future__ import annotations

import time

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from catalog.database.opening import open_database
from catalog.server.home import READER, READER_TEMPORARY
from catalog.server.programs import ADMIN
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


@pytest.mark.parametrize(
    "query",
    [
        "set statement_timeout = 0; select pg_sleep(1000)",
        "set statement_timeout = 0; do $$ begin loop begin perform pg_sleep(1000);"
        " exception when query_canceled then null; end; end loop; end $$",
    ],
)
def test_a_query_that_switches_its_time_limit_off_is_ended_all_the_same(
    seeded_url: str, monkeypatch: pytest.MonkeyPatch, query: str
) -> None:
    monkeypatch.setattr("catalog.database.opening.READER_TIMEOUT", 1000)
    monkeypatch.setattr("indexer.cli.sql.GRACE", 0.5)
    assert "the query took longer than 1 s" in refused("sql", query, FORMULARY_DATABASE_URL=seeded_url)
    active = "select count(*) from pg_stat_activity where usename = 'formulary_reader' and state = 'active'"
    with psycopg.connect(seeded_url, autocommit=True) as connection:
        deadline = time.monotonic() + 30
        while connection.execute(active).fetchone() != (0,):  # the server looks every 5 s whether its client is there
            assert time.monotonic() < deadline
            time.sleep(0.2)


def test_who_asks_for_a_formula_by_its_text_is_told_of_pcf() -> None:
    for query in (
        "select 1 from formulas where formula = 'PCF(n, n)'",
        "select 1 from formulas where formula LIKE 'x'",
    ):
        assert "one formula is found by pcf('2n+1', 'n^2')" in _advice(query)
    assert "pcf" not in _advice("select formula from formulas")


def test_the_place_of_a_character() -> None:
    assert _place("ab\ncd ef", 7) == "line 2, character 4 (ef)"


def test_the_reader_fills_no_disk_by_sorting_and_cannot_change_that(seeded_url: str) -> None:
    with open_database(seeded_url) as database, database.reader() as reader:
        assert reader.execute("show temp_file_limit").fetchone() == (READER_TEMPORARY,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            reader.execute("set temp_file_limit = -1")


def test_a_sort_beyond_the_readers_limit_ends_in_a_sentence(seeded_url: str) -> None:
    name = conninfo_to_dict(seeded_url)["dbname"]
    admin = make_conninfo(seeded_url, user=ADMIN)
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"alter role {READER} in database {name} set temp_file_limit = '1MB'")
        try:
            query = "select count(*) from (select n from generate_series(1, 3000000) as n order by -n offset 1) as x"
            said = refused("sql", query, FORMULARY_DATABASE_URL=seeded_url)
        finally:
            connection.execute(f"alter role {READER} in database {name} reset temp_file_limit")
    assert "temporary file size exceeds" in said
