"""Fixtures shared by all tests: one embedded server for the session, a fresh catalogue for each test that asks."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from catalog.database.opening import Database, open_database
from catalog.server import programs as postgres
from catalog.server import sessions as server
from tests.helpers.catalogues import new_database
from tests.helpers.daemons import end_daemons

SEEDED_RANKS = 240
"""Ranks of the box in the seeded catalogue."""


def pytest_configure() -> None:
    """Let the processes of the tests hear signals that this one ignores, as it does under nohup or in the background.

    An ignored signal is inherited; one that is heard and changes nothing is the default again in another program.
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, lambda *_: None)


@pytest.fixture(autouse=True)
def _no_daemon_is_left() -> Iterator[None]:
    """End what a failed test has left, so that it fails alone."""
    yield
    end_daemons()


@pytest.fixture(autouse=True)
def _no_settings_of_the_user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep tests away from the data and the databases of whoever runs them."""
    for name in ("FORMULARY_DATABASE_URL", "FORMULARY_READER_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("FORMULARY_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("indexer.cli.progress.LINE_SECONDS", 3600.0)  # a busy machine says no more than an idle one


@pytest.fixture(scope="session")
def server_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Home folder of the session's embedded server."""
    return tmp_path_factory.mktemp("server")


@pytest.fixture(scope="session")
def server_url(server_home: Path) -> Iterator[str]:
    """Url of the database `formulary` on the session's server, migrated; copied by `database_url`, not to be used."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(postgres.SETTINGS, "fsync", "off")  # no test here pulls the plug
        with server.session(server_home) as url:
            with open_database(url) as database:
                database.upgrade()
            yield url


@pytest.fixture
def empty_url(server_url: str) -> Iterator[str]:
    """Url of a new database without any tables."""
    yield from new_database(server_url, "template0")


@pytest.fixture
def database_url(server_url: str) -> Iterator[str]:
    """Url of a new, migrated, empty catalogue."""
    for url in new_database(server_url, "formulary"):
        with psycopg.connect(url) as connection:  # what `formulary init` does for a copy
            connection.execute("update catalogue set epoch = catalogue_epoch(), catalogue_id = gen_random_uuid()")
            connection.execute(f"revoke temporary on database {connection.info.dbname} from public")
        yield url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A new, migrated, empty catalogue."""
    with open_database(database_url) as opened:
        yield opened


@pytest.fixture
def connection(database: Database) -> Iterator[psycopg.Connection]:
    """A connection to a new, migrated, empty catalogue, as its owner."""
    with database.connect() as opened:
        yield opened


@pytest.fixture(scope="session")
def seeded_template(server_url: str) -> Iterator[str]:
    """Name of a database with constants, well-known formulas and the first ranks of the box; to be copied."""
    from catalog.formulas.pcf import parse_formula
    from indexer.pipeline.batch import Batch
    from indexer.pipeline.compute import compute
    from indexer.pipeline.storing import store
    from indexer.sources.registry import QUADRATIC_5
    from indexer.upkeep.classes import sweep_classes
    from indexer.upkeep.setup import seed

    for url in new_database(server_url, "formulary"):
        with open_database(url) as opened:
            opened.upgrade()
            with opened.connect() as connection:
                seed(connection)
                formulas = [QUADRATIC_5.formula_at(rank) for rank in range(SEEDED_RANKS)]
                formulas += map(parse_formula, ("PCF(-2n-1, n^2)", "PCF(4n+2, 4n^2)", "PCF(n+1, n^2-2n+1)"))
                formulas += map(parse_formula, ("PCF(2n+1, -n^2)", "PCF(3n+1, -2n^2)", "PCF(n^2+1, 3n+7)"))
                store(connection, Batch.of([compute(formula, identified=True) for formula in formulas]))
                sweep_classes(connection)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("vacuum analyze")
            name = connection.info.dbname
        yield name


@pytest.fixture(scope="session")
def seeded_url(server_url: str, seeded_template: str) -> Iterator[str]:
    """Url of a small catalogue, only to be read."""
    yield from _copied(server_url, seeded_template)


@pytest.fixture(scope="module")
def reading(seeded_url: str) -> Iterator[psycopg.Connection]:
    """A connection to the small catalogue that is only read; every statement is a transaction."""
    with open_database(seeded_url) as opened, opened.connect(autocommit=True) as connection:
        yield connection


@pytest.fixture
def seeded_copy(server_url: str, seeded_template: str) -> Iterator[str]:
    """Url of a small catalogue of one's own, which may be changed."""
    yield from _copied(server_url, seeded_template)


def _copied(server_url: str, template: str) -> Iterator[str]:
    for url in new_database(server_url, template):
        with open_database(url) as opened:
            opened.upgrade()
        yield url
