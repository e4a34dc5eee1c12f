"""Addresses that the command line hands out: of the reader unless the owner's is asked for, and of no empty home."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from catalog.database.opening import reader_address
from tests.helpers.command import formulary, json_of, refused
from tests.helpers.contract import validate


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The home of a catalogue on an embedded server."""
    folder = str(tmp_path_factory.mktemp("addresses"))
    assert formulary("init", "--home", folder).returncode == 0
    yield folder
    formulary("server", "stop", "--force", "--home", folder)


def user_of(address: str) -> str:
    with psycopg.connect(address) as connection:
        row = connection.execute("select current_user from formulas limit 1").fetchone()
    assert row is not None
    return str(row[0])


def test_an_address_is_the_readers_unless_the_owners_is_asked_for(home: str) -> None:
    assert user_of(json_of("url", "--home", home)["url"]) == "formulary_reader"
    assert user_of(json_of("url", "--reader", "--home", home)["url"]) == "formulary_reader"
    assert user_of(json_of("url", "--owner", "--home", home)["url"]) == "formulary"
    assert user_of(json_of("server", "start", "--home", home)["url"]) == "formulary_reader"


def test_a_port_is_started_and_shown_without_its_password(home: str) -> None:
    started = json_of("server", "start", "--tcp", "--home", home)
    validate(started, "server")
    assert user_of(started["url"]) == "formulary_reader"
    shown = formulary("server", "status", "--home", home).stdout
    assert "127.0.0.1:" in shown
    assert started["url"].split(":")[2].split("@")[0] not in shown


def test_an_empty_home_has_no_address_and_stays_empty(tmp_path: Path) -> None:
    folder = tmp_path / "nothing"
    said = refused("url", "--home", str(folder), code=3)
    assert f"there is no catalogue in {folder} yet; run `formulary init`" in said
    assert not folder.exists()


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql://me:secret@h:1/db", "postgresql://formulary_reader@h:1/db"),
        ("postgresql://me@h/db?sslmode=require", "postgresql://formulary_reader@h/db?sslmode=require"),
        (
            "postgresql:///db?host=/tmp/x&user=me&password=secret",
            "postgresql://formulary_reader@/db?host=/tmp/x",
        ),
        ("postgresql://me@h", "postgresql://formulary_reader@h/me"),
        ("host=h user=me password=secret dbname=db", "user=formulary_reader dbname=db host=h"),
    ],
)
def test_the_readers_address_of_a_given_server_has_no_password(url: str, expected: str) -> None:
    assert reader_address(url) == expected
    assert json_of("url", "--database-url", url)["url"] == expected
    assert json_of("url", "--owner", "--database-url", url)["url"] == url


def test_the_readers_own_address_is_given_where_it_is_known() -> None:
    own = "postgresql://reader:p@h/db"
    assert json_of("url", "--database-url", "postgresql://me@h/db", FORMULARY_READER_URL=own)["url"] == own
