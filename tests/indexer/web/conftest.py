"""Clients of the site over small catalogues."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from catalog.database.opening import open_database
from indexer.web.app import application
from indexer.web.site import Site

BASE = "http://127.0.0.1:8000"


def client_of(url: str, home: Path) -> Iterator[TestClient]:
    """A client of the site over the catalogue at `url`; it follows no redirections."""
    with open_database(url) as database:
        site = Site(database, home, seconds=60.0)  # other tests may be at work on this machine
        site.rate.wait = lambda address: 0.0  # type: ignore[method-assign]  # tests ask often
        with TestClient(application(site), BASE, follow_redirects=False, client=("192.0.2.1", 1)) as client:
            yield client


@pytest.fixture(scope="module")
def client(seeded_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A client of the small catalogue, which is only read."""
    yield from client_of(seeded_url, tmp_path_factory.mktemp("home"))


@pytest.fixture
def client_of_copy(seeded_copy: str, tmp_path: Path) -> Iterator[TestClient]:
    """A client of a catalogue that the test may change."""
    yield from client_of(seeded_copy, tmp_path)
