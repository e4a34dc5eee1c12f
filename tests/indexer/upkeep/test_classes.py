"""Classes of equivalent formulas in a catalogue: found as formulas come, named with proof as soon as one of them is."""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path

import psycopg
import pytest

from catalog.database.opening import Database, open_database
from catalog.formulas.pcf import PCF, parse_formula
from catalog.store import formulas as queries
from catalog.store.equivalences import class_of
from catalog.store.findings import Findings, RelationRow
from catalog.store.leases import add_space
from catalog.store.rows import Row
from catalog.store.storing_findings import store_findings
from catalog.version import __version__
from indexer.daemon import derived as following
from indexer.daemon.log import LineLog
from indexer.daemon.run import Daemon
from indexer.daemon.settings import Settings
from indexer.identification.theorems import proof_of
from indexer.mathematics.equivalence.decision import relate
from indexer.mathematics.proofs.checker import check
from indexer.mathematics.relations.relation import moebius_relation
from indexer.pipeline.batch import Batch
from indexer.pipeline.compute import compute, mirrored
from indexer.pipeline.storing import store
from indexer.sources.registry import QUADRATIC_5
from indexer.upkeep import classes
from indexer.upkeep.adding import add_formulas
from indexer.upkeep.classes import sweep_classes
from indexer.upkeep.setup import seed_constants
from tests.helpers.command import formulary

UNNAMED = [parse_formula(text) for text in ("PCF(n^2+1, 3n+7)", "PCF(n^2+2n+2, 3n+10)", "PCF(n^2+4n+5, 3n+13)")]
"""A formula whose limit has no name, and two of its tails."""


def bring(connection: psycopg.Connection, formulas: list[PCF]) -> None:
    """Store formulas with their mirrors, evaluated only."""
    computed = [compute(formula) for formula in formulas]
    store(connection, Batch.of([*computed, *map(mirrored, computed)]))


def number_of(connection: psycopg.Connection, formula: PCF) -> int:
    row = queries.formula_by_key(connection, formula.key)
    assert row is not None
    return int(row["id"])


def relations_of(connection: psycopg.Connection, formula: PCF) -> list[Row]:
    return queries.relations_of(connection, number_of(connection, formula))


def test_classes_are_what_comparing_all_pairs_finds(connection: psycopg.Connection) -> None:
    formulas = list(dict.fromkeys(QUADRATIC_5.formula_at(rank).canonical()[0] for rank in range(3_000, 603_000, 6_000)))
    formulas += [f.shift(1) for f in formulas[::7]] + [f.shift(2) for f in formulas[::11]]
    bring(connection, formulas)
    done = sweep_classes(connection)
    found = dict(connection.execute("select formula_id, class_id from equivalence").fetchall())
    assert done.complete and done.formulas == len(found) > 50 and done.joined > 5
    texts = connection.execute("select id, a, b from formula where id = any (%s)", [list(found)]).fetchall()
    known = {number: PCF.from_row(a, b) for number, a, b in texts}
    for (one, first), (two, second) in combinations(known.items(), 2):
        same = relate(first, second).equivalence
        assert (same is not None and same.folds == (1, 1)) == (found[one] == found[two]), (first, second)


def test_a_member_has_the_matrix_and_the_map_that_prove_it(connection: psycopg.Connection) -> None:
    bring(connection, UNNAMED)
    sweep_classes(connection)
    first, second = UNNAMED[:2]
    row = class_of(connection, number_of(connection, second))
    assert row is not None and row["formulas"] == 3 and row["representative"] == str(first)
    stored = connection.execute(
        "select folds, matrix, scale, regular_from, map from equivalence where formula_id = %s", [row["formula_id"]]
    ).fetchone()
    found = relate(second, first).equivalence
    assert stored is not None and found is not None
    assert tuple(stored[0]) == found.folds and stored[3] == found.regular_from
    assert [entry for line in stored[1] for entry in line] == [[int(c) for c in p.coeffs()] for p in found.matrix]
    assert tuple(map(int, stored[4])) == row["map"] == found.map
    mirror = class_of(connection, number_of(connection, second.mirror()))
    assert mirror == row  # that of its canonical formula


def name_by_hand(connection: psycopg.Connection, formula: PCF) -> None:
    """Give a formula the constant c, its own limit."""
    connection.execute("insert into constant (name, expression, likelihood) values ('c', 'pi', 9999)")
    row = RelationRow(0, "moebius", (0, 1, 1, 0), "c", "test", "verified", 60, 110, "c")
    with connection.transaction(), connection.cursor() as cursor:
        store_findings(cursor, Findings(__version__, [row]), [number_of(connection, formula)])


def test_a_relation_that_fails_its_verification_names_nobody_and_is_sought_once(connection: psycopg.Connection) -> None:
    bring(connection, UNNAMED)
    name_by_hand(connection, UNNAMED[1])  # it is not pi
    done = sweep_classes(connection)
    assert (done.named, done.apart, done.complete) == (0, 2, True)
    assert sweep_classes(connection).apart == 0


APERY = parse_formula("PCF(34n^3+51n^2+27n+5, -n^6)")


def test_a_named_member_names_its_class_with_proof_mirrors_too(connection: psycopg.Connection) -> None:
    seed_constants(connection)
    tail = APERY.shift(2)
    bring(connection, [tail, APERY])
    assert sweep_classes(connection).named == 0
    add_formulas(connection, [parse_formula("PCF(17,2)")])  # another formula, which names nobody
    store(connection, Batch.of([compute(APERY.shift(1), identified=True)]))
    done = sweep_classes(connection)
    assert (done.named, done.theorems, done.apart) == (2, 2, 0)
    for formula in (tail, tail.mirror(), APERY):
        (row,) = [row for row in relations_of(connection, formula) if row["kind"] == "moebius"]
        assert (row["constant"], row["proof"]) == ("zeta(3)", "theorem")
        assert "equivalence to" in row["method"]
        stated = moebius_relation(
            "zeta(3)", "zeta(3)", row["coefficients"], digits_used=60, digits_verified=60, proof="verified", method=""
        )
        certificate = proof_of(formula, stated, [APERY.shift(1)])
        assert certificate is not None
        check(json.loads(json.dumps(certificate.to_json())))


def test_a_formula_is_classed_and_named_as_it_is_added(connection: psycopg.Connection) -> None:
    seed_constants(connection)
    add_formulas(connection, [APERY])
    add_formulas(connection, [APERY.shift(1), *UNNAMED])
    row = class_of(connection, number_of(connection, APERY.shift(1)))
    assert row is not None and row["representative"] == str(APERY) and row["formulas"] == 2
    assert relations_of(connection, APERY.shift(1))[0]["proof"] == "theorem"


def test_a_sweep_ends_in_time_and_the_next_one_goes_on(
    connection: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(classes, "STORED_TOGETHER", 1)
    bring(connection, [*UNNAMED, APERY, APERY.shift(1)])
    first = sweep_classes(connection, seconds=0)
    assert not first.complete and 0 < first.formulas < 5
    second = sweep_classes(connection)
    assert second.complete and first.formulas + second.formulas == 5
    assert sweep_classes(connection).settled == 0


def test_a_class_whose_representative_goes_is_found_anew(connection: psycopg.Connection) -> None:
    bring(connection, UNNAMED)
    sweep_classes(connection)
    first = number_of(connection, UNNAMED[0])
    connection.execute(
        "update formula set status = 'diverges', limit_value = null, convergence_class = null where id = %s", [first]
    )
    connection.commit()
    sweep_classes(connection, ids=[first])
    assert connection.execute("select count(*) from equivalence").fetchone() == (0,)
    sweep_classes(connection)
    assert connection.execute("select formulas from classes").fetchall() == [(2,)]
    second = number_of(connection, UNNAMED[1])
    connection.execute("update formula set canonical_id = null where canonical_id = %s", [second])
    connection.execute("delete from formula where id = %s", [second])
    connection.commit()
    assert sweep_classes(connection).formulas == 1


def test_a_formula_is_compared_with_a_bounded_number_of_classes(
    connection: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(classes, "MOST_COMPARED", 0)
    bring(connection, UNNAMED[:2])
    assert sweep_classes(connection).joined == 0
    rows = connection.execute("select open_reason from equivalence order by formula_id").fetchall()
    assert sorted(rows, key=lambda row: row[0] is not None) == [(None,), (classes.TOO_MANY,)]


def test_terminating_and_divergent_formulas_are_in_no_class(connection: psycopg.Connection) -> None:
    bring(connection, [parse_formula("PCF(n, n-3)"), parse_formula("PCF(1, -n^2)")])
    assert sweep_classes(connection).formulas == 0


def test_an_older_catalogue_gets_its_classes_from_init(seeded_copy: str) -> None:
    with open_database(seeded_copy) as database, database.connect() as connection:
        connection.execute("truncate equivalence")
        evaluated = connection.execute("select max(evaluated_at) from formula").fetchone()
        connection.commit()
        done = formulary("init", "--database-url", seeded_copy)
        assert done.returncode == 0, done.stderr
        without = "select count(*) from formula where is_canonical and status = 'converges'"
        assert (
            connection.execute("select count(*) from equivalence").fetchone() == connection.execute(without).fetchone()
        )
        assert connection.execute("select max(evaluated_at) from formula").fetchone() == evaluated
        members = connection.execute("select formulas from classes where formulas > 1").fetchall()
        assert members


def test_a_run_that_ends_leaves_no_formula_without_its_class(
    database: Database, connection: psycopg.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the time between two snapshots was too short for all of them."""
    monkeypatch.setattr(following, "COMPLETE_SECONDS", 0.0)
    monkeypatch.setattr(classes, "STORED_TOGETHER", 1)
    seed_constants(connection)
    add_space(connection, "tails", "a = n^2 + 2 A n + 1 + A^2; b = 3 n + 7 + 3 A; A in 0..9", 10, chunk_size=10)
    Daemon(database.connect, tmp_path, LineLog(), Settings(workers=1, once=True)).run()
    assert sweep_classes(connection).settled == 0
    assert connection.execute("select formulas from classes").fetchall() == [(10,)]


def test_what_an_export_brings_has_its_class_at_once(database_url: str, tmp_path: Path) -> None:
    file = tmp_path / "all.jsonl"
    with open_database(database_url) as database, database.connect() as connection:
        add_formulas(connection, UNNAMED)
        assert formulary("export", str(file), "--database-url", database_url).returncode == 0
        connection.execute("delete from formula")
        connection.commit()
        done = formulary("import", str(file), "--database-url", database_url)
        assert done.returncode == 0, done.stderr
        assert connection.execute("select formulas from classes").fetchall() == [(3,)]
