"""Opening the catalogue on either server, its versions, its reader, and what errors say."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

import catalog
from catalog.database.blocks import Blocks
from catalog.database.opening import SCHEMA_VERSION, Database, open_database
from catalog.errors import ServerError, VersionMismatch


class TestVersions:
    def test_a_database_without_a_catalogue(self, empty_url: str) -> None:
        with open_database(empty_url) as database, pytest.raises(VersionMismatch, match=r"run `formulary init`$"):
            database.require_current()

    def test_a_current_one(self, database: Database) -> None:
        database.require_current()
        assert database.schema_version() == SCHEMA_VERSION
        assert not database.upgrade()

    @pytest.mark.parametrize(
        ("version", "message"),
        [("0000", "has schema 0000 .* run `formulary init` to upgrade it"), ("9999", "made by a newer formulary")],
    )
    def test_another_version_is_refused(self, database: Database, version: str, message: str) -> None:
        with database.connect() as connection:
            connection.execute("update alembic_version set version_num = %s", [version])
        with pytest.raises(VersionMismatch, match=message):
            database.require_current()

    def test_a_newer_one_is_not_touched(self, database: Database) -> None:
        with database.connect() as connection:
            connection.execute("update alembic_version set version_num = '9999'")
        with pytest.raises(VersionMismatch, match="upgrade formulary"):
            database.upgrade()
        assert database.schema_version() == "9999"

    def test_a_restored_one_is_refused_until_init(self, database: Database) -> None:
        with database.connect() as connection:
            connection.execute("update catalogue set epoch = 'of another server'")
            connection.execute(
                "with new as (insert into formula (a, b, key, is_canonical, status, evaluator_version, complexity)"
                " values ('{1}', '{1}', sha256('x'), true, 'undetermined', 1, 2) returning id)"
                " insert into formula_vector select id, 1, '{0}', '9999999999'::xid8 from new"
            )
        with pytest.raises(VersionMismatch, match="was restored or copied; run `formulary init`"):
            database.require_current()
        assert database.upgrade()
        database.require_current()
        with database.connect() as connection:
            row = connection.execute("select added_xid < '9999999999'::xid8 from formula_vector").fetchone()
            assert row == (True,)

    def test_two_upgrades_at_once(self, empty_url: str) -> None:
        def upgrade(_: int) -> bool:
            with open_database(empty_url) as database:
                return database.upgrade()

        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(upgrade, range(2))) == [False, True]

    def test_an_owner_who_may_make_no_roles(self, empty_url: str) -> None:
        """As on a given server: everything but the reader's settings works."""
        with open_database(empty_url) as database, database.connect(autocommit=True) as connection:
            connection.execute("create role modest login")
            connection.execute("grant modest to formulary")
            connection.execute(f"alter database {connection.info.dbname} owner to modest")
        try:
            with open_database(empty_url.replace("formulary@", "modest@")) as database:
                assert database.upgrade()
                database.require_current()
                with database.reader() as reader:
                    assert reader.execute("select count(*) from formulas").fetchone() == (0,)
        finally:
            with open_database(empty_url) as database, database.connect(autocommit=True) as connection:
                connection.execute("reassign owned by modest to formulary")
                connection.execute("drop owned by modest")
                connection.execute("drop role modest")


class TestReader:
    def test_it_reads_by_a_login_of_its_own(self, database: Database) -> None:
        with database.reader() as reader:
            row = reader.execute("select session_user, count(*) from formulas").fetchone()
            assert row == ("formulary_reader", 0)
            assert reader.execute("show statement_timeout").fetchone() == ("1min",)

    @pytest.mark.parametrize(
        "statement",
        [
            "delete from formula",
            "insert into constant (name, expression, likelihood) values ('x', 'x', 1)",
            "create table mine (i integer)",
            "create temporary table mine (i integer)",
            "select lo_create(0)",
            "select nextval('formula_id_seq')",
            "set role formulary",
            "truncate formula",
            "copy formula to program 'cat'",
            "copy (select 1) to '/tmp/reader'",
            "with gone as (delete from formula returning id) select * from gone",
            "do $$ begin delete from formula; end $$",
            "create function mine() returns integer language sql as 'select 1'",
            "create schema mine",
            "select lo_from_bytea(0, 'x')",
            "select lo_import('/etc/hostname')",
            "select pg_read_file('/etc/hostname')",
            "set session authorization formulary",
            "alter role formulary_reader createdb",
            "comment on table formula is 'mine'",
        ],
    )
    def test_it_cannot_write_even_where_it_asks_to(self, database: Database, statement: str) -> None:
        with database.reader() as reader:
            with pytest.raises(psycopg.errors.ReadOnlySqlTransaction if "delete" in statement else psycopg.Error):
                reader.execute(statement)  # type: ignore[arg-type]
            reader.rollback()
            reader.execute("set transaction read write")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                reader.execute(statement)  # type: ignore[arg-type]

    def test_where_it_cannot_log_in(self, database_url: str) -> None:
        reader_url = database_url.replace("formulary@", "nobody_known:verysecret@")
        refusal = pytest.raises(ServerError, match=r"the role nobody_known cannot log in .*~/\.pgpass")
        with open_database(database_url, reader_url=reader_url) as database, refusal as caught:
            database.reader()
        assert "verysecret" not in str(caught.value)


class TestErrors:
    @pytest.mark.parametrize(
        "url",
        [
            "postgresql://me:verysecret@127.0.0.1:1/db",
            "host=127.0.0.1 port=1 user=me password=verysecret dbname=db",
            "postgresql+psycopg://me:verysecret@127.0.0.1:1/db",
        ],
    )
    def test_a_server_that_is_not_there(self, url: str) -> None:
        with pytest.raises(ServerError, match=r"^cannot reach the database db at 127\.0\.0\.1:1: ") as caught:
            open_database(url).__enter__()
        assert "\n" not in str(caught.value)
        assert "verysecret" not in str(caught.value)

    @pytest.mark.parametrize("url", ["postgres//me:verysecret@h/db", "postgresql://me:verysecret@h:port/db?x=y"])
    def test_an_address_that_is_none(self, url: str) -> None:
        with pytest.raises(ServerError, match="FORMULARY_DATABASE_URL is no address") as caught:
            open_database(url).__enter__()
        error: BaseException | None = caught.value
        while error is not None:
            assert "verysecret" not in str(error)
            error = error.__cause__ or error.__context__

    def test_a_database_that_is_not_there(self, database_url: str) -> None:
        with pytest.raises(ServerError, match='database "absent" does not exist'):
            open_database(re.sub(r"/test_\d+", "/absent", database_url)).__enter__()

    def test_a_connection_that_breaks(self, database_url: str) -> None:
        refusal = pytest.raises(ServerError, match=r"^the database test_\d+ at .* failed: terminating connection")
        with refusal, open_database(database_url) as database, database.connect() as connection:
            connection.execute("select pg_terminate_backend(pg_backend_pid())")

    def test_one_that_breaks_under_sqlalchemy(self, database_url: str) -> None:
        refusal = pytest.raises(ServerError, match="terminating connection")
        with refusal, open_database(database_url) as database, database.engine.connect() as connection:
            connection.exec_driver_sql("select pg_terminate_backend(pg_backend_pid())")

    def test_other_errors_pass(self, database: Database) -> None:
        with pytest.raises(psycopg.errors.SyntaxError), database.connect() as connection:
            connection.execute("selct 1")


def test_the_environment_gives_the_server(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORMULARY_DATABASE_URL", database_url)
    with open_database() as database:
        assert database.where.startswith("test_")


def test_without_a_server_the_embedded_one(tmp_path: Path) -> None:
    with open_database(home=tmp_path / "home", create=True) as database:
        assert database.upgrade()
        database.require_current()
        with database.reader() as reader:
            assert reader.execute("select current_user").fetchone() == ("formulary_reader",)


def test_every_sql_block_says_what_it_is_for() -> None:
    files = sorted(Path(catalog.__file__).parent.rglob("*.sql"))
    blocks = {file.name: Blocks(str(file)) for file in files}
    assert blocks
    texts = [(file, name, text) for file, found in blocks.items() for name, text in found.texts.items()]
    assert [(file, name) for file, name, text in texts if not text.startswith("-- ")] == []
    with pytest.raises(KeyError):
        blocks["formulas.sql"]["absent"]


def test_every_sql_block_is_run_by_the_module_beside_its_file() -> None:
    for file in Path(catalog.__file__).parent.rglob("*.sql"):
        module = file.with_suffix(".py").read_text()
        unused = [name for name in Blocks(str(file)).texts if f'"{name}"' not in module]
        assert (file.name, unused) == (file.name, [])


def test_where_there_is_no_catalogue_no_server_is_started(tmp_path: Path) -> None:
    home = tmp_path / "home"
    refusal = pytest.raises(VersionMismatch, match=f"there is no catalogue in {home} yet; run `formulary init`")
    with refusal, open_database(home=home):
        pass
    assert not home.exists()
