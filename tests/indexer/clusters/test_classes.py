"""Clusters by vector are classes where these are decided, and places apart from that."""

from __future__ import annotations

from catalog.database.opening import open_database
from catalog.formulas.pcf import PCF, parse_formula
from catalog.store import formulas as queries
from indexer.clusters.build import Options, build_clusters
from indexer.kinds.pcf.vector import neighbour_vector
from indexer.mathematics.equivalence.decision import relate
from indexer.pipeline.batch import Batch
from indexer.pipeline.compute import compute
from indexer.pipeline.storing import store
from indexer.upkeep.adding import add_formulas
from indexer.upkeep.classes import sweep_classes
from tests.helpers.command import formulary, json_of

FIRST = parse_formula("PCF(n^2 - 2n - 2, n^2 + 2n - 1)")
SECOND = parse_formula("PCF(n^2 - 2n - 2, n^2 - 2n - 1)")
"""Two formulas that share all invariants and the trace, and are not equivalent."""


def cluster_number(url: str, formula: PCF) -> int | None:
    with open_database(url) as database, database.connect() as connection:
        row = queries.formula_by_key(connection, formula.key)
        assert row is not None
        found = connection.execute(
            "select cluster_id from cluster_member where formula_id = %s", [row["id"]]
        ).fetchall()
        return found[0][0] if found else None


def test_two_classes_at_one_place_are_two_clusters_and_new_formulas_join_theirs(database_url: str) -> None:
    assert (neighbour_vector(FIRST) == neighbour_vector(SECOND)).all()
    assert relate(FIRST, SECOND).equivalent is False
    members = [one.shift(k) for one in (FIRST, SECOND) for k in (1, 2, 3)]
    with open_database(database_url) as database, database.connect() as connection:
        store(connection, Batch.of([compute(formula) for formula in members]))
        built = build_clusters(connection, Options("vector"))
        assert built.quality["clusters"] == 1  # nothing is decided yet
        sweep_classes(connection)
        built = build_clusters(connection, Options("vector"))
        assert built.quality["clusters"] == 2
        add_formulas(connection, [FIRST.shift(4), SECOND.shift(4)])
    connected = {formula: cluster_number(database_url, formula) for formula in members}
    assert len(set(connected.values())) == 2
    for one in (FIRST, SECOND):
        assert cluster_number(database_url, one.shift(4)) == connected[one.shift(1)] == connected[one.shift(3)]
    number = connected[FIRST.shift(1)]
    shown = json_of("cluster", "show", str(number), "--database-url", database_url)
    assert [row["formulas"] for row in shown["classes"]] == [4]
    assert "4 are equivalent to" in formulary("cluster", "show", str(number), "--database-url", database_url).stdout
