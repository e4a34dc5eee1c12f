"""Data of an older Postgres are brought to this one, whole, or left as they were."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from catalog.errors import ServerError
from catalog.server import sessions as server
from catalog.server import upgrading
from catalog.server.programs import ServerFiles, binaries_folder, data_major, exchange, program_major
from catalog.server.upgrading import upgrade_server
from tests.helpers.catalogues import content
from tests.helpers.command import formulary, process
from tests.helpers.contract import validate

OLD = next(
    (
        Path(pattern.format(major=major))
        for major in range(14, program_major(binaries_folder()))
        for pattern in upgrading.USUAL_FOLDERS
        if (Path(pattern.format(major=major)) / "initdb").exists()
    ),
    None,
)
"""Programs of an older Postgres of this system."""


@pytest.fixture
def files(tmp_path: Path) -> ServerFiles:
    """A home with a data folder that only looks like one."""
    found = ServerFiles.at(tmp_path / "home")
    found.data.mkdir(mode=0o700)
    (found.data / "PG_VERSION").write_text("12\n")
    return found


def test_data_of_an_older_postgres_are_refused_with_the_command(files: ServerFiles) -> None:
    with pytest.raises(ServerError, match=r"made by Postgres 12 and this is Postgres \d+; run `formulary server upgr"):
        server.start(files.home)


def test_an_upgrade_needs_the_old_programs(files: ServerFiles) -> None:
    with pytest.raises(ServerError, match=r"programs of Postgres 12.* install them .* by --old-programs$"):
        upgrade_server(files.home)
    with pytest.raises(ServerError, match=r"are not of Postgres 12"):
        upgrade_server(files.home, binaries_folder())
    with pytest.raises(ServerError, match=r"the programs of Postgres in .* do not run$"):
        upgrade_server(files.home, files.home)
    assert data_major(files) == 12


def test_data_of_a_newer_postgres_are_refused(files: ServerFiles) -> None:
    (files.data / "PG_VERSION").write_text("99\n")
    with pytest.raises(ServerError, match=r"made by Postgres 99 and this is the older Postgres \d+; install"):
        upgrade_server(files.home)


def test_older_data_that_were_kept_are_not_overwritten(files: ServerFiles) -> None:
    files.kept(12).mkdir()
    with pytest.raises(ServerError, match=r"older data are in .*postgres-12 already; move them away first$"):
        upgrade_server(files.home)


def test_a_home_without_data_has_nothing_to_upgrade(tmp_path: Path) -> None:
    done = formulary("server", "upgrade", "--home", str(tmp_path / "home"))
    assert (done.returncode, "formulary init" in done.stderr) == (3, True)


def test_a_small_disk_is_seen_before(files: ServerFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    (files.data / "data").write_bytes(bytes(1000))
    usage = shutil.disk_usage(files.home)
    monkeypatch.setattr("catalog.server.upgrading.shutil.disk_usage", lambda _: usage._replace(free=1000))
    with pytest.raises(ServerError, match=r"GB are free; make room first$"):
        upgrade_server(files.home)


def test_a_server_in_use_is_not_upgraded(files: ServerFiles) -> None:
    code = (
        "import fcntl, sys; file = open(sys.argv[1], 'ab'); fcntl.flock(file, fcntl.LOCK_SH);"
        "print('held', flush=True); sys.stdin.read()"
    )
    users = str(files.file("users"))
    with subprocess.Popen([sys.executable, "-c", code, users], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as user:
        assert user.stdout is not None
        assert user.stdout.readline() == b"held\n"
        with pytest.raises(ServerError, match=r"processes use the server in .*; stop them first$"):
            upgrade_server(files.home)
        user.communicate(b"")


def test_an_upgrade_killed_between_its_last_steps_is_finished(files: ServerFiles) -> None:
    files.upgraded.mkdir()
    (files.upgraded / "PG_VERSION").write_text("18\n")
    exchange(files)
    assert data_major(files) == 18
    assert (files.kept(12) / "PG_VERSION").read_text() == "12\n"
    files.data.rename(files.upgraded)  # the kill came a step later
    exchange(files)
    exchange(files)
    assert (data_major(files), files.upgraded.exists()) == (18, False)


@pytest.mark.slow
@pytest.mark.skipif(OLD is None, reason="there is no older Postgres on this system")
def test_a_catalogue_of_an_older_postgres_is_the_same_on_this_one(tmp_path: Path) -> None:
    home = str(tmp_path / "home")
    before = {"PG_BINDIR": str(OLD)}
    assert process("init", "--home", home, **before).returncode == 0
    assert process("note", "PCF(2n+1, n^2)", "a note", "--home", home, **before).returncode == 0
    address = process("url", "--owner", "--home", home, **before).stdout.strip()
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("create role analyst login; grant select on formula to analyst")
        assert connection.info.server_version // 10_000 < program_major(binaries_folder())
    expected = content(address)
    assert process("server", "stop", "--home", home, **before).returncode == 0

    assert "formulary server upgrade" in process("status", "--home", home).stderr
    elsewhere = {"FORMULARY_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing"}  # is not asked
    done = process("server", "upgrade", "--old-programs", str(OLD), "--json", "--home", home, **elsewhere)
    assert done.returncode == 0, done.stderr
    validate(json.loads(done.stdout), "upgraded")
    found = json.loads(done.stdout)["upgraded"]
    assert (found["before"], found["after"]) == (program_major(Path(str(OLD))), program_major(binaries_folder()))
    assert (Path(found["kept"]) / "PG_VERSION").exists()
    with server.session(home) as url:
        assert content(url) == expected
        with psycopg.connect(url) as connection:
            assert connection.info.server_version // 10_000 == found["after"]
            rights = connection.execute("select has_table_privilege('analyst', 'formula', 'select')").fetchone()
            assert rights == (True,)
        reader = process("sql", "select count(*) from formulas", "--home", home)
        assert reader.returncode == 0, reader.stderr
    again = process("server", "upgrade", "--home", home)
    assert (again.returncode, again.stdout) == (0, "the data are of this Postgres already\n")
    assert not any("upgrade" in path.name for path in Path(home).iterdir())
