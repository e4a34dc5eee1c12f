"""What tests of several rooms share: catalogues, with clusters or filled by a daemon, and kernels."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from catalog.database.opening import open_database
from catalog.formulas.pcf import PCF
from indexer.mathematics.kernels.building import LIBRARY, BuildError, build
from indexer.mathematics.kernels.library import Kernels, load
from indexer.upkeep.setup import seed_constants
from tests.helpers.catalogues import add_formulas, new_database
from tests.helpers.command import json_of
from tests.helpers.daemons import finish, prepare, start

SAMPLE = [PCF((a0, a1), (b0, b1)) for a0 in range(1, 5) for a1 in (1, 2) for b0 in (0, 1, 2) for b1 in (1, 2)]
SAMPLE += [PCF((a0, 1), (1, 3)) for a0 in range(6)]  # related, and without a name


@pytest.fixture(scope="module")
def sample_catalogue(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Environment of a catalogue of some named, some related and some unrelated formulas."""
    for url in new_database(server_url, "formulary"):
        with open_database(url) as database:
            database.upgrade()
            with database.connect() as connection:
                seed_constants(connection)
                add_formulas(connection, SAMPLE)
        yield {"FORMULARY_DATABASE_URL": url, "FORMULARY_HOME": str(tmp_path_factory.mktemp("home"))}


@pytest.fixture(scope="module")
def sample_clustering(sample_catalogue: dict[str, str]) -> dict[str, object]:
    """What `cluster build` says of the sample catalogue."""
    found: dict[str, object] = json_of("cluster", "build", quiet=False, **sample_catalogue)
    assert found["clustering"] is not None
    return found


@pytest.fixture(scope="module")
def fault_free(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path, dict[str, Any]]]:
    """A catalogue that one undisturbed run has filled: its url, home, and what the run said."""
    for url in new_database(server_url, "formulary"):
        prepare(url)
        home = tmp_path_factory.mktemp("home")
        said = finish(start(url, home, "--json"))
        yield url, home, json.loads(said)


@pytest.fixture
def fresh(database_url: str) -> str:
    """Url of a catalogue with its space, nothing indexed."""
    prepare(database_url)
    return database_url


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The library of kernels, built from the sources as they are; without a compiler its tests are skipped."""
    try:
        return build(tmp_path_factory.mktemp("kernels") / LIBRARY.name)
    except BuildError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def kernels(built: Path) -> Kernels:
    """The kernels, loaded."""
    found = load(built)
    assert found.kernels is not None, found.reason
    return found.kernels
