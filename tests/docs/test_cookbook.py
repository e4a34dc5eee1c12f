"""The cookbook's queries run, the examples of other clients too, and documented queries are served by indexes."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from catalog.database.opening import open_database
from catalog.formulas.pcf import PCF
from catalog.server.programs import ADMIN, binaries_folder
from catalog.store.search import Filter, find, statement_of
from indexer.similarity.nearest import nearest
from tests.helpers.catalogues import new_database

COOKBOOK = (Path(__file__).parents[2] / "docs" / "cookbook.md").read_text()
README = (Path(__file__).parents[2] / "README.md").read_text()
QUERIES = dict(re.findall(r"^### (\d+\. [^\n]+)$(?:(?!^###).)*?^```sql\n(.*?)^```$", COOKBOOK, re.M | re.S))
MAY_BE_EMPTY = (
    "20. Equal limits, different families",
    "23. What people wrote",
    "4. Formulas near a number",
    "19. Riddles: no name, and a large delta",
    "27. The trajectories of a formula",
    "29. Recurrences and their limits",
    "32. Theorems of whose class the catalogue holds no publication",
    "35. Sittings: what each run of the daemon did",
    "36. Infinite families, by how many values of their parameters were checked",
)
"""Queries whose answer is empty in a small catalogue."""


@pytest.fixture(scope="module")
def reader(seeded_url: str) -> Iterator[psycopg.Connection]:
    with open_database(seeded_url) as database, database.reader() as connection:
        yield connection


def test_the_queries_are_numbered_in_order_and_the_readme_counts_them() -> None:
    assert [int(title.split(".")[0]) for title in QUERIES] == list(range(1, len(QUERIES) + 1))
    assert COOKBOOK.count("```sql") == len(QUERIES)
    assert f"has {len(QUERIES)} queries" in README


@pytest.mark.parametrize("title", QUERIES)
def test_a_query_answers_for_a_login_that_can_only_read(reader: psycopg.Connection, title: str) -> None:
    rows = reader.execute(QUERIES[title]).fetchall()  # type: ignore[arg-type]
    reader.rollback()
    assert rows or title in MAY_BE_EMPTY


def test_psql_reads_the_views_and_their_manual(seeded_url: str) -> None:
    psql = binaries_folder() / "psql"
    if not psql.exists():
        pytest.skip("these programs of Postgres have no psql")
    command = re.search(r'psql "\$\(formulary url\)" -c "(select [^"]+)"', COOKBOOK)
    assert command is not None
    for query, words in ((command[1], "pi"), (r"\d+ formulas", "Irrationality measure")):
        done = subprocess.run([psql, seeded_url, "-X", "-c", query], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert words in done.stdout


def test_the_example_for_pandas(seeded_url: str) -> None:
    pytest.importorskip("pandas")
    code = re.search(r"^```python\n(import pandas\n.*?)^```$", COOKBOOK, re.M | re.S)
    assert code is not None
    names: dict[str, Any] = {"url": seeded_url}
    exec(code[1], names)
    assert names["frame"]["delta"].dtype == "float64"
    assert "pi" in names["best"].index


# Functions


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("2n+1", "n^2"),
        (" 2*n + 1 ", "n**2"),
        ("1 + 2n", "n^2 + 0n"),
        ("n+1+n", "2n^2-n^2"),
        ("+2 n+1", "1n^2 + 7 - 7"),
    ],
)
def test_pcf_finds_a_formula_by_its_polynomials(reader: psycopg.Connection, a: str, b: str) -> None:
    assert reader.execute("select formula, constant from pcf(%s, %s)", [a, b]).fetchall() == [
        ("PCF(2n + 1, n^2)", "pi")
    ]


def test_pcf_of_what_is_not_there_has_no_row(reader: psycopg.Connection) -> None:
    assert reader.execute("select * from pcf('123456789n', '1')").fetchall() == []


@pytest.mark.parametrize("text", ["", "(n+1)n", "2 3", "2*3", "n^1000", "x", "n+", "1.5n", "n^-1", "n - n", "0"])
def test_pcf_refuses_what_it_cannot_read(reader: psycopg.Connection, text: str) -> None:
    with pytest.raises(psycopg.errors.InvalidTextRepresentation, match=r"polynomial"):
        reader.execute("select * from pcf(%s, '1')", [text])
    reader.rollback()


def test_keys_and_complexities_in_sql_are_those_of_python(reader: psycopg.Connection) -> None:
    rows = reader.execute("select a, b, key, formula_key(a, b), formula_complexity(a, b) from formula").fetchall()
    for a, b, key, in_sql, complexity in rows:
        formula = PCF(tuple(map(int, a)), tuple(map(int, b)))
        assert key == in_sql == formula.key
        assert complexity == formula.complexity
    for number in (0, 1, 2, 3, 4, 255, 256, 2**62 - 1, 2**62, 2**63 - 2, 2**63 - 1, 2**63, 2**64, 2**64 + 1, 10**40):
        found = reader.execute("select bit_length_of(%s::numeric), bit_length_of(-%s::numeric)", [str(number)] * 2)
        assert found.fetchone() == (number.bit_length(), number.bit_length()), number


def test_similar_to_is_what_similar_says(seeded_url: str, reader: psycopg.Connection, tmp_path: Path) -> None:
    with psycopg.connect(seeded_url, autocommit=True) as connection:
        number = find(connection, Filter(constant="pi"), limit=1)[0]["id"]
        _, expected = nearest(connection, number, 12, home=tmp_path)
    rows = reader.execute("select distance from similar_to(%s, 12)", [number]).fetchall()
    assert [row[0] for row in rows] == pytest.approx([hit.distance for hit in expected], abs=1e-6)
    with pytest.raises(psycopg.Error, match="no neighbour vector"):
        reader.execute("select * from similar_to(987654)")
    reader.rollback()


def test_similar_to_by_pgvector_gives_the_same(seeded_copy: str) -> None:
    with psycopg.connect(seeded_copy, autocommit=True) as connection:
        number = find(connection, Filter(constant="pi"), limit=1)[0]["id"]
        query = "select id, distance from similar_to(%s, %s)"
        plain = [connection.execute(query, [number, k]).fetchall() for k in (0, 1, 12, 1000)]
        with psycopg.connect(make_conninfo(seeded_copy, user=ADMIN), autocommit=True) as admin:
            if not admin.execute("select from pg_available_extensions where name = 'vector'").fetchall():
                pytest.skip("the server has no pgvector")
            admin.execute("create schema beside")
            admin.execute("grant usage on schema beside to public")
            admin.execute("create extension vector schema beside")
        assert [connection.execute(query, [number, k]).fetchall() for k in (0, 1, 12, 1000)] == plain


# Plans

LARGE = """
insert into formula (a, b, key, is_canonical, status, complexity, delta, limit_float8, family, evaluator_version)
select array[n, 1], array[n], sha256(n::text::bytea), n % 2 = 0, 'converges', 3 + n % 40, sin(n), n / 7.0,
    'family ' || n / 5, 1
from generate_series(1000, 31000) as n
"""


@pytest.fixture(scope="module")
def large(server_url: str, seeded_template: str) -> Iterator[psycopg.Connection]:
    """A catalogue with 30,000 rows more, so that the planner has a choice."""
    for url in new_database(server_url, seeded_template):
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(LARGE)
            connection.execute("analyze")
            yield connection


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ("select * from formula where key = formula_key('{1,2}', '{0,0,1}')", "formula_key_key"),
        ("select * from formulas where limit_float8 between 1.2732 and 1.2733", "formula_limit_float8_idx"),
        ("select * from formulas where family = 'family 700' and is_canonical", "formula_family_idx"),
        ("select * from formulas where is_canonical order by complexity limit 20", "formula_complexity_idx"),
        (
            "select * from formulas where is_canonical and delta is not null order by delta desc limit 10",
            "formula_delta_idx",
        ),
        ("select * from formulas where is_canonical and delta > 0.9999", "formula_delta_idx"),
        ("select * from formulas where canonical_id = 9", "formula_canonical_id_idx"),
        ("select * from relations where formula_id = 9", "relation_formula_id_kind_expression_key"),
    ],
)
def test_a_documented_query_is_served_by_its_index(large: psycopg.Connection, query: str, index: str) -> None:
    plan = "\n".join(row[0] for row in large.execute(f"explain {query}"))  # type: ignore[arg-type]
    assert index in plan, plan
    assert "Seq Scan on formula" not in plan, plan


@pytest.mark.parametrize(("sort", "index"), [("complexity", "formula_complexity_idx"), ("delta", "formula_delta_idx")])
def test_find_walks_the_index_of_its_order(large: psycopg.Connection, sort: str, index: str) -> None:
    statement, parameters = statement_of(Filter(), sort=sort)
    rows = large.execute(sql.SQL("explain ") + statement, parameters)
    plan = "\n".join(row[0] for row in rows)
    assert index in plan, plan
    assert "Seq Scan on formula" not in plan, plan


EQUAL = """
insert into formula (a, b, key, is_canonical, status, complexity, limit_float8, limit_value, limit_digits, family,
    evaluator_version)
select array[n, 7, 1], array[n], sha256(convert_to('equal ' || n, 'UTF8')), true, 'converges', n,
    0.25, '0.25' || repeat('3', 40) || n, 43, 'twin ' || n % 2, 1
from generate_series(1, 4) as n
"""


def test_the_cookbook_finds_equal_limits_of_different_families(large: psycopg.Connection) -> None:
    with large.transaction(force_rollback=True):
        large.execute(EQUAL)
        rows = large.execute(QUERIES["20. Equal limits, different families"]).fetchall()  # type: ignore[arg-type]
    simplest = "PCF(n^2 + 7n + 1, 1); PCF(n^2 + 7n + 2, 2); PCF(n^2 + 7n + 3, 3)"
    assert rows == [("0.25" + "3" * 16, 2, 4, simplest)]


# Types


def test_columns_of_the_views_are_plain_types(reader: psycopg.Connection) -> None:
    rows = reader.execute("""
        select relname, attname, format_type(atttypid, atttypmod) from pg_attribute
        join pg_class on pg_class.oid = attrelid
        where relnamespace = 'public'::regnamespace and relkind = 'v' and attnum > 0 and not attisdropped
            and format_type(atttypid, atttypmod) not in (
                'text', 'bigint', 'bigint[]', 'integer', 'smallint', 'boolean', 'double precision',
                'timestamp with time zone')
    """).fetchall()
    assert rows == []


# What has a name


def test_is_identified_is_what_the_views_of_canonical_formulas_say(reader: psycopg.Connection) -> None:
    def numbers(query: str) -> set[int]:
        return {row[0] for row in reader.execute(query)}  # type: ignore[arg-type]

    named = numbers("select id from formulas where is_identified and is_canonical")
    assert named == numbers("select id from identified")
    assert not named & numbers("select id from unidentified")
    rational = "select id from formulas where is_canonical and limit_exact is not null and constant is null"
    assert named & numbers(rational)  # which `constant is null` would call unidentified
