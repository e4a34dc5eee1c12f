"""The kernels, built once for the tests from the sources as they are; without a compiler their tests are skipped."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.mathematics.kernels.building import LIBRARY, BuildError, build
from indexer.mathematics.kernels.library import Kernels, load


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    try:
        return build(tmp_path_factory.mktemp("kernels") / LIBRARY.name)
    except BuildError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def kernels(built: Path) -> Kernels:
    found = load(built)
    assert found.kernels is not None, found.reason
    return found.kernels
