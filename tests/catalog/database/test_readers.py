"""Readers that are at it too long are ended by the owner, whatever they have switched off, and nobody else is."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import psycopg
import pytest

from catalog.database.opening import Database, open_database
from catalog.database.readers import end_long_readers


@pytest.fixture
def reader(database: Database) -> Iterator[psycopg.Connection]:
    """A reader that has switched its time limit off."""
    with database.reader() as opened:
        opened.autocommit = True
        opened.execute("set statement_timeout = 0")
        yield opened


def sleeping(connection: psycopg.Connection, raised: list[Exception]) -> threading.Thread:
    """A thread in which a connection sleeps; it has begun."""

    def sleep() -> None:
        try:
            connection.execute("select pg_sleep(100)")
        except psycopg.Error as error:
            raised.append(error)

    thread = threading.Thread(target=sleep, daemon=True)
    thread.start()
    time.sleep(0.7)
    return thread


def test_a_statement_that_takes_too_long_ends_its_session(database: Database, reader: psycopg.Connection) -> None:
    raised: list[Exception] = []
    thread = sleeping(reader, raised)
    with database.connect() as owner:
        assert end_long_readers(owner, 3600) == 0
        assert end_long_readers(owner, 0.2) == 1
    thread.join(20)
    assert isinstance(raised[0], psycopg.errors.AdminShutdown)


def test_an_open_transaction_ends_its_session(database: Database, reader: psycopg.Connection) -> None:
    reader.execute("begin")
    reader.execute("select 1")
    time.sleep(0.4)
    with database.connect() as owner:
        assert end_long_readers(owner, 3600) == 0
        assert end_long_readers(owner, 0.2) == 1
    with pytest.raises(psycopg.OperationalError):
        reader.execute("select 1")


def test_who_may_write_or_does_nothing_is_left(database: Database, reader: psycopg.Connection) -> None:
    raised: list[Exception] = []
    with database.connect(autocommit=True) as other, database.connect() as owner:
        thread = sleeping(other, raised)
        assert end_long_readers(owner, 0.2) == 0
        other.cancel()
        thread.join(20)
    assert isinstance(raised[0], psycopg.errors.QueryCanceled)
    assert reader.execute("select 1").fetchone() == (1,)


def test_an_owner_without_the_right_ends_nobody(database_url: str, reader: psycopg.Connection) -> None:
    raised: list[Exception] = []
    thread = sleeping(reader, raised)
    with open_database(database_url) as database, database.connect() as owner:
        owner.execute("revoke formulary_reader from formulary granted by formulary")  # undone with the transaction
        assert end_long_readers(owner, 0.2) == 0
        owner.rollback()
        assert end_long_readers(owner, 0.2) == 1
    thread.join(20)
    assert len(raised) == 1
