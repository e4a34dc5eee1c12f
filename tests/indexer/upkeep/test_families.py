"""Families in a catalogue: members tied to a representative, and all named as soon as one of them is."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flint import ctx

from catalog.database.opening import Database
from catalog.formulas.pcf import PCF
from catalog.store import formulas as queries
from catalog.store.findings import Findings
from catalog.store.leases import add_space
from catalog.store.rows import Row
from catalog.store.storing_findings import store_findings
from catalog.version import __version__
from indexer.daemon import derived as following
from indexer.daemon.log import LineLog
from indexer.daemon.run import Daemon
from indexer.daemon.settings import Settings
from indexer.mathematics.closed_forms.families import family_key
from indexer.mathematics.continued_fractions.limit import limit
from indexer.mathematics.relations.relation import moebius_value
from indexer.mathematics.relations.search import residual_digits
from indexer.pipeline.batch import Batch
from indexer.pipeline.compute import Computed, compute, mirrored
from indexer.pipeline.storing import store
from indexer.upkeep.families import sweep_families
from indexer.upkeep.setup import seed_constants

# 1F1(1/3; .; 1): of one family, without a name in the library
MEMBERS = [PCF((0, 3), (2, 3)), PCF((3, 3), (5, 3)), PCF((6, 3), (8, 3)), PCF((9, 3), (11, 3))]


def ball(formula: PCF) -> Any:
    found = limit(formula, 150)
    assert found is not None
    assert found.ball is not None
    return found.ball


def batch(formulas: Sequence[PCF]) -> Batch:
    """Formulas with their mirrors, evaluated only."""
    return Batch.of([each for formula in formulas for each in _pair(formula)])


def _pair(formula: PCF) -> list[Computed]:
    computed = compute(formula)
    return [computed, mirrored(computed)]


def stored(connection: psycopg.Connection, formula: PCF) -> list[Row]:
    row = queries.formula_by_key(connection, formula.key)
    assert row is not None
    return queries.relations_of(connection, row["id"])


def assert_holds(formula: PCF, relation: Row, constant: Any) -> None:
    with ctx.workprec(600):
        image = moebius_value(relation["coefficients"], constant)
        assert (residual_digits(ball(formula), image) or 0) > 100


def test_members_are_one_family() -> None:
    assert len({family_key(formula) for formula in MEMBERS}) == 1


def test_unnamed_members_are_tied_to_their_representative_once(connection: psycopg.Connection) -> None:
    store(connection, batch(MEMBERS))
    swept = sweep_families(connection)
    assert (swept.named, swept.tied, swept.apart, swept.complete) == (0, 3, 0, True)
    (relation,) = stored(connection, MEMBERS[1])
    assert (relation["kind"], relation["proof"], relation["constant"]) == ("formula", "theorem", None)
    assert str(MEMBERS[0]) in relation["expression"]
    assert_holds(MEMBERS[1], relation, ball(MEMBERS[0]))
    terms = connection.execute("select count(*) from relation_term where other_formula_id is not null").fetchone()
    assert terms is not None
    assert terms[0] > 0
    assert sweep_families(connection).tied == 0


def test_naming_one_names_all_also_mirrors_indexed_earlier(connection: psycopg.Connection) -> None:
    store(connection, batch(MEMBERS))
    sweep_families(connection)
    name_by_hand(connection, MEMBERS[2])
    swept = sweep_families(connection)
    assert swept.named == 3
    for formula in MEMBERS:
        for each in (formula, formula.mirror()):
            named = [row for row in stored(connection, each) if row["kind"] == "moebius"]
            assert len(named) == (0 if each == MEMBERS[2].mirror() else 1), each
    again = sweep_families(connection)
    assert (again.named, again.tied) == (0, 0)


def name_by_hand(connection: psycopg.Connection, formula: PCF) -> None:
    from catalog.store.findings import RelationRow

    closed = compute(formula).evaluation.closed_form
    assert closed is not None
    connection.execute("insert into constant (name, expression, likelihood) values ('c', %s, 9999)", [closed.text])
    row = RelationRow(0, "moebius", (0, 1, 1, 0), "c", "test", "verified", 60, 110, "c")
    number = queries.formula_by_key(connection, formula.key)
    assert number is not None
    with connection.transaction(), connection.cursor() as cursor:
        store_findings(cursor, Findings(__version__, [row]), [number["id"]])


def test_a_family_alone_and_a_time_limit(connection: psycopg.Connection) -> None:
    store(connection, batch(MEMBERS))
    assert sweep_families(connection, family="no such family").tied == 0
    ended = sweep_families(connection, seconds=0)
    assert (ended.tied, ended.complete) == (1, False)
    assert sweep_families(connection, family=family_key(MEMBERS[0])).tied == 2


@pytest.mark.slow
def test_reference_families_are_tied(connection: psycopg.Connection) -> None:
    from pathlib import Path

    lines = (Path(__file__).parents[2] / "data" / "families.jsonl").read_text().splitlines()
    formulas = {
        PCF(tuple(row["a"]), tuple(row["b"]))
        for line in map(json.loads, lines[:120])
        for row in (line, line["representative"])
    }
    store(connection, Batch.of([compute(formula) for formula in sorted(formulas)]))
    swept = sweep_families(connection)
    assert swept.apart == 0
    assert swept.tied > 30


def test_a_run_that_ends_leaves_no_member_of_a_family(
    database: Database, connection: psycopg.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the time between two snapshots was too short for all of them."""
    monkeypatch.setattr(following, "COMPLETE_SECONDS", 0.0)
    seed_constants(connection)
    add_space(connection, "unnamed", "a = 5 n + 5 A; b = n^2 + 2 A n; A in 0..9", 10, chunk_size=10)
    Daemon(database.connect, tmp_path, LineLog(), Settings(workers=1, once=True)).run()
    tied = connection.execute("select count(*) from relation where kind = 'formula'").fetchone()
    assert tied is not None
    assert tied[0] >= 9
    assert sweep_families(connection).settled == 0
