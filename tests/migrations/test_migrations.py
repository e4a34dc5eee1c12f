"""The migrations make what the models describe, and every object explains itself."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg import sql
from psycopg.conninfo import make_conninfo
from sqlalchemy.dialects.postgresql.base import ischema_names

import catalog.schema.fields
import catalog.schema.interlaced
import catalog.schema.judgement  # noqa: F401
from catalog.database.opening import SCHEMA_VERSION, Database, migrations_folder, open_database
from catalog.errors import VersionMismatch
from catalog.schema.columns import XID8, metadata
from catalog.server.programs import ADMIN
from catalog.store.formula_rows import FLOAT_COLUMNS
from catalog.vocabulary import FORMULA_KINDS, METRICS
from tests.helpers.catalogues import content
from tests.helpers.command import formulary

CONSTRAINTS = """
    select conrelid::regclass::text, conname, pg_get_constraintdef(oid) from pg_constraint
    where connamespace = 'public'::regnamespace and conrelid::regclass::text <> 'alembic_version'
"""
INDEXES = "select indexname, indexdef from pg_indexes where schemaname = 'public' and tablename <> 'alembic_version'"
COLUMNS = """
    select attrelid::regclass::text, attname, format_type(atttypid, atttypmod), attnotnull, attidentity,
        pg_get_expr(adbin, adrelid), col_description(attrelid, attnum), obj_description(attrelid)
    from pg_attribute join pg_class on pg_class.oid = attrelid
    left join pg_attrdef on adrelid = attrelid and adnum = attnum
    where relnamespace = 'public'::regnamespace and relkind = 'r' and attnum > 0 and not attisdropped
        and relname <> 'alembic_version'
"""


def test_the_program_names_the_last_migration() -> None:
    assert scripts().get_heads() == [SCHEMA_VERSION]
    revisions = [script.revision for script in scripts().walk_revisions()]
    assert revisions == sorted(revisions, reverse=True)  # versions are compared as text


def test_alembic_finds_no_difference(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ischema_names, "xid8", XID8)
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, metadata) == []


@pytest.mark.parametrize("query", [COLUMNS, CONSTRAINTS, INDEXES], ids=["columns", "constraints", "indexes"])
def test_models_make_the_same_tables(database: Database, empty_url: str, query: str) -> None:
    with open_database(empty_url) as fresh:
        metadata.create_all(fresh.engine)
        with fresh.connect() as connection:
            from_models = set(connection.execute(query))  # type: ignore[arg-type]
    with database.connect() as connection:
        from_migrations = set(connection.execute(query))  # type: ignore[arg-type]
    assert from_migrations == from_models


def test_an_upgrade_of_an_empty_database(empty_url: str) -> None:
    with open_database(empty_url) as database:
        assert database.schema_version() is None
        assert database.upgrade()
        database.require_current()
        assert not database.upgrade()


def scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(migrations_folder()))
    return ScriptDirectory.from_config(config)


OLDER = sorted(script.revision for script in scripts().walk_revisions())[:-1]
TABLES = """
    select relname, array_agg(attname::text order by attnum) from pg_class
    join pg_attribute on attrelid = pg_class.oid and attnum > 0 and not attisdropped and attgenerated = ''
    where relnamespace = 'public'::regnamespace and relkind = 'r' and relname <> 'alembic_version'
    group by relname order by relname
"""


def fill(url: str, source: str) -> int:
    """Copy every table and column that the database at `url` has from one of a later schema; returns the rows.

    A table with columns that the later one has not stays empty, as it is there.
    """
    rows = 0
    with psycopg.connect(make_conninfo(url, user=ADMIN)) as new, psycopg.connect(source) as old:
        new.execute("set session_replication_role = replica")  # in any order of tables
        tables = new.execute(TABLES).fetchall()
        everything = sql.SQL(", ").join(sql.Identifier(table) for table, _ in tables)
        new.execute(sql.SQL("truncate {}").format(everything))
        later = {table: set(columns) for table, columns in old.execute(TABLES)}
        for table, columns in tables:
            if not later[table].issuperset(columns):
                assert old.execute(sql.SQL("select count(*) from {}").format(sql.Identifier(table))).fetchone() == (0,)
                continue
            names = sql.SQL(", ").join(map(sql.Identifier, columns))
            reading = sql.SQL("copy (select {} from {}) to stdout").format(names, sql.Identifier(table))
            writing = sql.SQL("copy {} ({}) from stdin").format(sql.Identifier(table), names)
            with old.cursor().copy(reading) as source_rows, new.cursor() as cursor:
                with cursor.copy(writing) as copy:
                    for row in source_rows:
                        copy.write(bytes(row).replace(b"\ttheorem\t", b"\tverified\t") if table == "relation" else row)
                rows += cursor.rowcount
    return rows


BETWEEN = [pytest.param(revision, marks=pytest.mark.slow) for revision in OLDER[1:-1]]


@pytest.mark.parametrize("revision", [OLDER[0], *BETWEEN, OLDER[-1]])
def test_an_upgrade_from_every_earlier_schema_keeps_what_is_in_it(
    empty_url: str, seeded_url: str, revision: str, tmp_path: Path
) -> None:
    config = Config()
    config.set_main_option("script_location", str(migrations_folder()))
    with open_database(empty_url) as database:
        with database.engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
        assert fill(empty_url, seeded_url) > 1000
        with pytest.raises(VersionMismatch, match=rf"has schema {revision} .*; run `formulary init` to upgrade it"):
            database.require_current()
    place = {"FORMULARY_DATABASE_URL": empty_url, "FORMULARY_HOME": str(tmp_path)}
    done = formulary("init", **place)
    assert (done.returncode, "migrated" in done.stdout) == (0, True), done.stderr
    assert content(empty_url) == content(seeded_url)
    with open_database(empty_url) as database, database.reader() as reader:
        found = reader.execute("select formula, complexity, relation from pcf('2n+1', 'n^2')").fetchall()
        assert found == [("PCF(2n + 1, n^2)", 7, "4/pi")]


def test_trajectories_of_rank_three_get_their_recurrences_as_a_catalogue_is_upgraded(
    empty_url: str, tmp_path: Path
) -> None:
    config = Config()
    config.set_main_option("script_location", str(migrations_folder()))
    with open_database(empty_url) as database:
        with database.engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "0022")
        with database.connect() as driver:
            driver.execute(
                "insert into field (name, rank, axes, definition) values ('3F2(1/2)', 3, '{a0,a1,a2,b0,b1}', 'F')"
            )
            driver.execute(
                "insert into trajectory (field_id, direction, start, status, steps, code_version)"
                " values (1, '{1,1,1,2,2}', '{1,1,1,2,2}', 'recurrence', 7, '0')"
            )
            driver.execute(
                "insert into recurrence_limit (trajectory_id, place, limit_value, limit_digits, bound_kind,"
                " code_version) values (1, 1, '1.48', 3, 'agreement', '0')"
            )
    place = {"FORMULARY_DATABASE_URL": empty_url, "FORMULARY_HOME": str(tmp_path)}
    for _ in range(2):
        assert formulary("init", **place).returncode == 0
    with open_database(empty_url) as database, database.connect() as driver:
        found = driver.execute(
            "select trajectories.is_itself, recurrence_limit.place, left(recurrence_limit.limit_value, 4), expression"
            " from trajectories join recurrence_limit using (formula_id) order by place"
        ).fetchall()
    assert [row[:3] for row in found] == [(True, 1, "1.48"), (True, 2, "0.53")]
    assert "polylog(2, 1/2)" in found[0][3]


def test_a_failed_upgrade_changes_nothing(empty_url: str) -> None:
    with open_database(empty_url) as database:
        with database.connect() as connection:
            connection.execute("create view progress as select 1 as one")
        with pytest.raises(psycopg.errors.DuplicateTable):
            database.upgrade()
        assert database.schema_version() is None
        with database.connect() as connection:
            assert connection.execute("select to_regclass('formula')").fetchone() == (None,)


def test_everything_has_a_comment(connection: psycopg.Connection) -> None:
    silent = connection.execute("""
        select relname, attname from pg_class
        join pg_attribute on attrelid = pg_class.oid and attnum >= 0 and not attisdropped
        where relnamespace = 'public'::regnamespace and relkind in ('r', 'v') and relname <> 'alembic_version'
            and (col_description(pg_class.oid, attnum) is null or obj_description(pg_class.oid) is null)
        union all
        select proname, null from pg_proc
        where pronamespace = 'public'::regnamespace and obj_description(oid, 'pg_proc') is null
    """).fetchall()
    assert silent == []


def test_no_column_needs_quotes(connection: psycopg.Connection) -> None:
    reserved = connection.execute("""
        select relname, attname from pg_attribute
        join pg_class on pg_class.oid = attrelid
        join pg_get_keywords() on word = attname and catcode <> 'U'
        where relnamespace = 'public'::regnamespace and attnum > 0 and relkind in ('r', 'v')
    """).fetchall()
    assert reserved == []


def test_the_kinds_of_formulas_are_those_of_the_program(connection: psycopg.Connection) -> None:
    assert dict(connection.execute("select name, meaning from formula_kind").fetchall()) == FORMULA_KINDS


INSERT = """
    insert into formula (kind, a, b, definition, key, is_canonical, status, limit_float8, evaluator_version, complexity)
    values (%s, %s, %s, %s, sha256('a test'), true, 'converges', 1.6, 1, 5) returning id
"""


def test_a_formula_of_another_kind_is_shown_by_its_definition(connection: psycopg.Connection) -> None:
    connection.execute("insert into formula_kind values ('sum', 'A series')")
    row = connection.execute(INSERT, ["sum", None, None, "sum(1/n^2)"]).fetchone()
    assert row is not None
    connection.execute(
        "insert into relation (formula_id, kind, coefficients, expression, method, proof, digits_used, code_version)"
        " values (%s, 'linear', '{1}', 'pi^2/6', 'test', 'numerical', 1, '0')",
        row,
    )
    assert connection.execute(
        "select formula, a_text, height, relation from formulas where id = %s", row
    ).fetchall() == [("sum(1/n^2)", None, None, "pi^2/6")]
    assert connection.execute("select relation from relations where formula_id = %s", row).fetchall() == [
        ("sum(1/n^2) = pi^2/6",)
    ]
    assert connection.execute("select formula from unidentified where id = %s", row).fetchall() == [("sum(1/n^2)",)]


def test_every_view_of_formulas_shows_definitions(connection: psycopg.Connection) -> None:
    views = dict(
        connection.execute("""
            select relname, pg_get_viewdef(oid) from pg_class
            where relnamespace = 'public'::regnamespace and relkind = 'v' and pg_get_viewdef(oid) like '%formula_text(%'
        """).fetchall()
    )
    assert len(views) == 8
    assert [
        name for name, text in views.items() if text.count("formula_text(") != text.count("COALESCE(formula_text(")
    ] == []


@pytest.mark.parametrize(
    ("values", "error"),
    [
        (["pcf", None, [1], None], "formula_coefficients_check"),
        (["pcf", [1], [1], "1 + 1/(1 + ...)"], "formula_definition_check"),
        (["sum", None, None, None], "formula_definition_check"),
        (["sum", None, None, "sum(1/n^2)"], "formula_kind_fkey"),
    ],
    ids=["pcf without a", "pcf with a definition", "another kind without definition", "kind that is not entered"],
)
def test_a_formula_has_what_its_kind_needs(connection: psycopg.Connection, values: list[object], error: str) -> None:
    with pytest.raises(psycopg.errors.IntegrityError, match=error):
        connection.execute(INSERT, values)


def test_batches_have_every_metric() -> None:
    assert set(METRICS) <= set(FLOAT_COLUMNS)


def test_a_schema_that_no_release_makes_is_refused(connection: psycopg.Connection, database_url: str) -> None:
    connection.execute("update alembic_version set version_num = '0011x'")
    connection.commit()
    done = formulary("init", FORMULARY_DATABASE_URL=database_url)
    connection.execute("update alembic_version set version_num = %s", [SCHEMA_VERSION])
    connection.commit()
    assert done.returncode != 0
    assert "has schema 0011x, which no release of formulary makes" in done.stderr and done.stderr.count("\n") == 1
