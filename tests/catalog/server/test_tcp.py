"""The embedded server on a port: only when asked, on this machine, with a password, the same from start to start."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from catalog.errors import ServerError
from catalog.server import sessions as server
from catalog.server.home import READER
from catalog.server.programs import OWNER, PORT, ServerFiles


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The home of an embedded server, which is stopped at the end."""
    folder = tmp_path_factory.mktemp("tcp")
    yield folder
    server.stop(folder, force=True)


def refusal(address: str, **changed: str) -> str:
    with pytest.raises(psycopg.OperationalError) as caught:
        psycopg.connect(make_conninfo(address, **changed))
    return str(caught.value)


def test_a_port_takes_the_reader_by_its_password_and_nobody_else(home: Path) -> None:
    address = server.start_tcp(home)
    known = conninfo_to_dict(address)
    assert (known["host"], known["user"], len(str(known["password"])) >= 32) == ("127.0.0.1", READER, True)
    with psycopg.connect(address) as connection:
        assert connection.execute("select current_user").fetchone() == (READER,)
        assert connection.execute("show listen_addresses").fetchone() == ("127.0.0.1",)
    assert "password authentication failed" in refusal(address, password="guessed")
    assert "password" in refusal(address, user=OWNER)  # has none until it is asked for
    assert "no pg_hba.conf entry" in refusal(address, user="postgres")
    assert "no pg_hba.conf entry" in refusal(address, dbname="postgres")
    owner = server.start_tcp(home, OWNER)
    with psycopg.connect(owner) as connection:
        assert connection.execute("select current_user").fetchone() == (OWNER,)


def test_sessions_use_the_socket_of_a_server_that_listens(home: Path) -> None:
    address = server.start_tcp(home)
    with server.session(home) as url, psycopg.connect(url) as connection:
        assert connection.execute("select inet_server_port()").fetchone() == (None,)
    assert server.status(home).tcp == f"127.0.0.1:{conninfo_to_dict(address)['port']}"


def test_the_address_stays_and_without_tcp_nothing_listens(home: Path) -> None:
    before = server.start_tcp(home)
    assert server.stop(home)
    url = server.start(home)
    with psycopg.connect(url) as connection:
        assert connection.execute("show listen_addresses").fetchone() == ("",)
    assert (ServerFiles.at(home).port, server.status(home).tcp) == (PORT, None)
    refusal(before)
    assert server.start_tcp(home) == before


def test_a_server_in_use_is_not_started_anew(home: Path) -> None:
    server.stop(home, force=True)
    with server.session(home), pytest.raises(ServerError, match="formulary processes use the server"):
        server.start_tcp(home)


def test_port_and_passwords_are_private(home: Path) -> None:
    server.start_tcp(home)
    assert {path.name for path in home.iterdir() if path.stat().st_mode & 0o077} == set()
