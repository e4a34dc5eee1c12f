"""Neighbour vectors of an older catalogue become those of today."""

from __future__ import annotations

import numpy as np
import pytest

from catalog.database.opening import open_database
from catalog.formulas.pcf import PCF
from indexer.kinds.pcf.vector import neighbour_vector
from indexer.kinds.vectors import VECTOR_VERSION
from indexer.upkeep import vectors
from indexer.upkeep.vectors import renew_vectors
from tests.helpers.command import formulary


def test_init_gives_an_older_catalogue_the_vectors_of_today(seeded_copy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vectors, "PAGE", 40)
    with open_database(seeded_copy) as database, database.connect() as connection:
        connection.execute("update formula_vector set vector_version = 1, vector = array_fill(0::real, array[10])")
        before = connection.execute("select count(*) from formula_vector").fetchone()
        connection.commit()
        done = formulary("init", "--database-url", seeded_copy)
        assert done.returncode == 0, done.stderr
        rows = connection.execute(
            "select a, b, vector, vector_version from formula_vector join formula on id = formula_id"
        )
        found = rows.fetchall()
        assert before == (len(found),)
        for a, b, vector, version in found[::10]:
            assert version == VECTOR_VERSION
            np.testing.assert_allclose(vector, neighbour_vector(PCF.from_row(a, b).positive()), atol=1e-5)
        connection.commit()
        assert renew_vectors(connection) == 0
