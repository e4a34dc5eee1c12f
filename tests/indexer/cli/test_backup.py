"""Backups by the server's own programs: whole, restored to the same content, refused where they would mislead."""

from __future__ import annotations

import subprocess
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from catalog.server.dumps import _environment, _program
from catalog.server.programs import binaries_folder
from tests.helpers.catalogues import content
from tests.helpers.command import formulary, json_of, process, refused

pytestmark = pytest.mark.skipif(
    not (binaries_folder() / "pg_dump").exists(), reason="these programs of Postgres have no pg_dump"
)


@pytest.fixture
def dump(seeded_url: str, tmp_path: Path) -> str:
    """A backup of a small catalogue on a given server."""
    file = tmp_path / "formulary.dump"
    made = json_of("backup", str(file), FORMULARY_DATABASE_URL=seeded_url)
    assert (made["file"], made["bytes"]) == (str(file), file.stat().st_size)
    return str(file)


def test_a_backup_is_restored_to_the_same_catalogue_on_a_given_server(
    dump: str, seeded_url: str, empty_url: str, tmp_path: Path
) -> None:
    place = {"FORMULARY_DATABASE_URL": empty_url, "FORMULARY_HOME": str(tmp_path)}
    assert json_of("restore", dump, quiet=False, **place)["formulas"] > 200
    assert content(empty_url) == content(seeded_url)
    assert formulary("sql", "select formula from pcf('2n+1', 'n^2')", **place).returncode == 0
    assert formulary("similar", "PCF(2n+1, n^2)", "-k", "1", **place).returncode == 0


def test_a_backup_is_restored_into_a_new_home(dump: str, seeded_url: str, tmp_path: Path) -> None:
    home = str(tmp_path / "home")
    try:
        json_of("restore", dump, "--home", home, quiet=False)
        assert content(json_of("url", "--owner", "--home", home)["url"]) == content(seeded_url)
        again = tmp_path / "again.dump"
        assert formulary("backup", str(again), "--home", home).returncode == 0
        assert again.read_bytes()[:5] == b"PGDMP"
    finally:
        formulary("server", "stop", "--force", "--home", home)


def test_nothing_is_restored_into_a_catalogue_that_is_there(dump: str, seeded_url: str) -> None:
    said = refused("restore", dump, FORMULARY_DATABASE_URL=seeded_url, code=3)
    assert "is not empty; restore into a new home (--home) or into a new, empty database" in said


def test_what_is_no_backup_is_refused_and_makes_no_home(tmp_path: Path, seeded_url: str, empty_url: str) -> None:
    home = tmp_path / "home"
    text = tmp_path / "x.txt"
    text.write_text("PCF(n, n)\n")
    assert "is no backup; `formulary backup` makes one" in refused("restore", str(text), "--home", str(home))
    assert "there is no file" in refused("restore", str(tmp_path / "absent"), "--home", str(home))
    assert not home.exists()
    cut = tmp_path / "cut.dump"
    assert formulary("backup", str(cut), FORMULARY_DATABASE_URL=seeded_url).returncode == 0
    cut.write_bytes(cut.read_bytes()[: cut.stat().st_size // 2])
    done = formulary("restore", str(cut), FORMULARY_DATABASE_URL=empty_url)
    assert done.returncode in (2, 3)
    with psycopg.connect(empty_url) as connection:
        assert connection.execute("select to_regclass('formula')").fetchone() == (None,)


def test_a_dump_of_another_database_is_refused(tmp_path: Path, empty_url: str) -> None:
    file = tmp_path / "other.dump"
    with psycopg.connect(empty_url) as connection:
        connection.execute("create table other (n integer)")
    subprocess.run([binaries_folder() / "pg_dump", "-Fc", f"--file={file}", empty_url], check=True)
    with psycopg.connect(empty_url) as connection:
        connection.execute("drop table other")
    assert "a dump of another database" in refused("restore", str(file), FORMULARY_DATABASE_URL=empty_url)


def test_without_a_catalogue_there_is_nothing_to_back_up(empty_url: str, tmp_path: Path) -> None:
    file = tmp_path / "x.dump"
    assert "holds no catalogue yet" in refused("backup", str(file), FORMULARY_DATABASE_URL=empty_url, code=3)
    assert not file.exists()


def test_psql_is_the_readers_and_gives_its_exit_code(seeded_url: str) -> None:
    place = {"FORMULARY_DATABASE_URL": seeded_url}
    done = process("psql", "-Atc", "select current_user, count(*) > 200 from formulas", **place)
    assert (done.returncode, done.stdout) == (0, "formulary_reader|t\n")
    assert process("psql", "--owner", "-Atc", "select current_user", **place).stdout == "formulary\n"
    failed = process("psql", "-v", "ON_ERROR_STOP=1", "-c", "delete from formula", **place)
    assert failed.returncode == 1
    assert "permission denied" in failed.stderr or "read-only" in failed.stderr


def test_a_password_is_no_argument_of_a_program(seeded_url: str) -> None:
    with psycopg.connect(make_conninfo(seeded_url, password="verysecret")) as connection:
        assert _environment(connection)["PGPASSWORD"] == "verysecret"
        assert "verysecret" not in connection.info.dsn
        assert Path(_program(connection, "pg_dump")).exists()
