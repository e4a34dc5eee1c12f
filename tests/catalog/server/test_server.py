"""The embedded server: shared, stopped by who leaves last, and back after a kill -9 of anything."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from catalog.database.opening import open_database
from catalog.errors import HomeError, ServerError
from catalog.server import programs as postgres
from catalog.server import sessions as server
from catalog.server import unprivileged
from catalog.server.home import has_data
from catalog.server.programs import LARGEST_LOG_MB
from tests.helpers.permissions import locked

ROOT = Path(__file__).parents[3]
HOLD = """
import sys
from catalog.server import sessions as server
with server.session(sys.argv[1]) as url:
    print(url, flush=True)
    sys.stdin.readline()
"""


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose data were made, to copy: initdb takes most of a first start."""
    home = tmp_path_factory.mktemp("template") / "home"
    with server.session(home):
        pass
    return home


@pytest.fixture
def home(template: Path, tmp_path: Path) -> Iterator[Path]:
    """The home of a server that does not run; stopped at the end, whatever a test did."""
    home = tmp_path / "h"
    shutil.copytree(template, home, ignore=shutil.ignore_patterns(".s.PGSQL*"))
    yield home
    server.stop(home, force=True)


def running(home: Path) -> bool:
    return server.status(home).running


def postmaster(home: Path) -> int:
    return int((home / "postgres" / "postmaster.pid").read_text().splitlines()[0])


def user(home: Path) -> subprocess.Popen[str]:
    """Another process with a session, which ends when it reads a line."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(home)], cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stdout.readline().startswith("postgresql://")
    return process


def leave(process: subprocess.Popen[str]) -> None:
    process.communicate("\n", timeout=60)
    assert process.returncode == 0


def kill(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate(timeout=60)


def wait_until_gone(process: int) -> None:
    while Path(f"/proc/{process}/cmdline").exists() and Path(f"/proc/{process}/cmdline").read_bytes():
        time.sleep(0.01)


def test_a_first_start_makes_everything_private(tmp_path: Path) -> None:
    home = tmp_path / "new" / "home"
    with server.session(home) as url:
        with psycopg.connect(url) as connection:
            row = connection.execute("select current_user, current_database()").fetchone()
            assert row == ("formulary", "formulary")
        assert {path.name for path in home.iterdir() if path.stat().st_mode & 0o077} == set()
        assert home.stat().st_mode & 0o077 == 0
    assert not running(home)


def test_sessions_share_and_the_last_stops(home: Path) -> None:
    with server.session(home) as first:
        process = postmaster(home)
        with server.session(home) as second:
            assert (first, postmaster(home)) == (second, process)
        other = user(home)
        assert postmaster(home) == process
    assert running(home)
    leave(other)
    assert not running(home)


def test_a_killed_user_does_not_keep_the_server_up(home: Path) -> None:
    other = user(home)
    with server.session(home):
        kill(other)
    assert not running(home)


def test_another_client_keeps_the_server_up(home: Path) -> None:
    with server.session(home) as url:
        client = psycopg.connect(url)
    assert client.execute("select 1").fetchone() == (1,)
    status = server.status(home)
    assert (status.running, status.clients, status.in_use, status.pinned) == (True, 1, False, False)
    client.close()
    with server.session(home):
        pass
    assert not running(home)


def test_start_keeps_it_up_until_stop(home: Path) -> None:
    url = server.start(home)
    with server.session(home) as again:
        assert again == url
    assert server.status(home).pinned
    assert server.stop(home)
    assert not running(home)
    assert server.stop(home)  # nothing to stop


def test_stop_leaves_it_to_those_who_use_it(home: Path) -> None:
    server.start(home)
    with server.session(home):
        assert not server.stop(home)
        assert running(home)
    assert not running(home)


def test_two_starts_at_once_are_one(home: Path) -> None:
    command = [sys.executable, "-c", HOLD, str(home)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    users = [subprocess.Popen(command, cwd=ROOT, text=True, **pipes) for _ in range(3)]  # type: ignore[call-overload]
    urls = {process.stdout.readline() for process in users}
    assert len(urls) == 1
    assert "" not in urls
    for process in users:
        leave(process)
    assert not running(home)


def test_a_killed_server_recovers_with_what_was_committed(home: Path) -> None:
    with server.session(home) as url:
        for number in range(3):
            with closing(psycopg.connect(url, autocommit=True)) as connection:
                connection.execute("create table if not exists kept (i integer)")
                connection.execute(f"insert into kept values ({number})")
                connection.execute("begin; insert into kept values (99)")
                os.kill(postmaster(home), signal.SIGKILL)
                with server.session(home), psycopg.connect(url) as after:
                    rows = after.execute("select i from kept order by i").fetchall()
                assert rows == [(i,) for i in range(number + 1)]


def test_an_open_database_finds_its_killed_server_again(home: Path) -> None:
    with open_database(home=home, create=True) as database:
        os.kill(postmaster(home), signal.SIGKILL)
        with database.connect() as connection:
            assert connection.execute("select 1").fetchone() == (1,)
    assert not running(home)


@pytest.mark.parametrize("claimed", ["this process", "nobody", "nonsense"])
def test_a_stale_process_number_is_no_server(home: Path, claimed: str) -> None:
    with server.session(home):
        process = postmaster(home)
        os.kill(process, signal.SIGKILL)
        wait_until_gone(process)
    file = home / "postgres" / "postmaster.pid"
    lines = file.read_text().splitlines()
    first = {"this process": str(os.getpid()), "nobody": lines[0], "nonsense": "x"}[claimed]
    for path in (file, *(home / "socket").glob("*.lock")):
        path.write_text("\n".join([first, *lines[1:]]) + "\n")
    with server.session(home) as url, psycopg.connect(url) as connection:
        assert connection.execute("select 1").fetchone() == (1,)
    assert not running(home)


def test_a_killed_first_start_leaves_no_half_of_it(tmp_path: Path) -> None:
    half = tmp_path / "h" / "postgres.new-1"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    with server.session(tmp_path / "h"):
        assert not half.exists()


def test_a_long_path_gets_its_socket_elsewhere(template: Path, tmp_path: Path) -> None:
    home = tmp_path / ("deep" * 30) / "h"
    shutil.copytree(template, home)
    files = postgres.ServerFiles.at(home)
    assert files.socket.parent == Path("/tmp")
    try:
        with server.session(home) as url, psycopg.connect(url) as connection:
            assert connection.execute("select 1").fetchone() == (1,)
        files.socket.chmod(0o755)
        with pytest.raises(ServerError, match=r"is not private to this user; remove it$"):
            server.start(home)
    finally:
        shutil.rmtree(files.socket)


def test_spaces_and_percents_in_the_path(template: Path, tmp_path: Path) -> None:
    home = tmp_path / "my %20 home's"
    shutil.copytree(template, home, ignore=shutil.ignore_patterns(".s.PGSQL*"))
    with server.session(home) as url, psycopg.connect(url) as connection:
        assert connection.execute("select 1").fetchone() == (1,)


def test_data_of_a_newer_major_are_refused(home: Path) -> None:
    (home / "postgres" / "PG_VERSION").write_text("99\n")
    with pytest.raises(ServerError, match=r"made by Postgres 99 and this is Postgres 18, .*; set PG_BINDIR"):
        server.start(home)


def test_a_server_that_does_not_start_says_why(home: Path) -> None:
    (home / "postgres" / "global" / "pg_control").unlink()
    with pytest.raises(
        ServerError, match=r"does not start: .*could not open file .*pg_control.*; see .*postgres\.log$"
    ):
        server.start(home)


def test_programs_elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    inside = postgres.binaries_folder()
    monkeypatch.setenv("PG_BINDIR", str(inside))
    assert postgres.binaries_folder() == inside
    monkeypatch.setenv("PG_BINDIR", str(tmp_path))
    with pytest.raises(ServerError, match=r"there is no postgres in .*; set PG_BINDIR"):
        postgres.binaries_folder()


def test_a_home_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(HomeError, match=r"cannot make the folder .*; set FORMULARY_HOME"):
        server.start(tmp_path / "file" / "home")


def test_a_home_of_another_user(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    with locked(tmp_path):
        for call in (has_data, postgres.ServerFiles.at, server.start):
            with pytest.raises(HomeError, match=r"the folder .*: permission denied; set FORMULARY_HOME"):
                call(home)
    with locked(home, 0o500), pytest.raises(HomeError, match=r"the folder .*: permission denied; set FORMULARY_HOME"):
        server.start(home)


as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")


@as_root
@pytest.mark.parametrize("order", [["namespace", "nobody"], ["nobody", "namespace"]])
def test_root_in_either_way(home: Path, monkeypatch: pytest.MonkeyPatch, order: list[str]) -> None:
    """In a user namespace or as nobody, also inside a private folder, and from one to the other."""
    home.parent.chmod(0o700)
    for identity in order:
        try:
            postgres.run_program(identity, "wait", Path("/bin/true"))
        except subprocess.CalledProcessError:
            pytest.skip(f"this system has no {identity}")
        monkeypatch.setattr(postgres, "_identity", lambda chosen=identity: chosen)
        with server.session(home) as url, psycopg.connect(url) as connection:
            assert connection.execute("select 1").fetchone() == (1,)
            owner = Path(f"/proc/{postmaster(home)}").stat().st_uid
            assert owner == (unprivileged.nobody()[0] if identity == "nobody" else 0)


@as_root
def test_an_ordinary_user(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> None:
    """The whole as user nobody, who may read this interpreter wherever it lies."""
    user, group = unprivileged.nobody()
    folder = tmp_path / "nobody"
    folder.mkdir()
    os.chown(folder, user, group)
    script = (
        "import os, sys; from catalog.server import sessions as server, programs as postgres\n"
        "with server.session(sys.argv[1]) as url: print(os.geteuid(), postgres._identity(), url)\n"
        "print(server.status(sys.argv[1]).running)"
    )
    run = [sys.executable, "-I", "-S", unprivileged.__file__, "nobody", "wait", sys.executable, "-c", script]
    done = subprocess.run(
        [*run, str(folder / "home")], cwd=ROOT, capture_output=True, text=True, env={"HOME": str(folder)}, check=False
    )
    assert done.returncode == 0, done.stderr
    first, second = done.stdout.splitlines()
    assert first.split()[:2] == [str(user), "self"]
    assert second == "False"
    assert (folder / "home" / "postgres").stat().st_uid == user


@as_root
def test_data_of_another_user_are_refused(home: Path) -> None:
    os.chown(home / "postgres", 4242, 4242)
    with pytest.raises(ServerError, match="belong to user 4242; run formulary as that user"):
        server.start(home)


def test_the_write_ahead_log_is_bounded(home: Path) -> None:
    with server.session(home) as url, psycopg.connect(url) as connection:
        assert connection.execute("show max_wal_size").fetchone() == (f"{LARGEST_LOG_MB}MB",)
