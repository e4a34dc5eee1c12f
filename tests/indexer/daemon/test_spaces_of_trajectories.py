"""A space of trajectories worked on by a daemon that is killed, and by another one that goes on."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations
from pathlib import Path

import pytest

from catalog.database.opening import Database, open_database
from catalog.formulas.pcf import PCF
from catalog.store.leases import add_space
from indexer.daemon.task import Task
from indexer.mathematics.continued_fractions.asymptotics import classify
from indexer.mathematics.continued_fractions.limit import limit
from indexer.mathematics.equivalence.decision import no_limit, relate
from indexer.mathematics.equivalence.invariants import bucket_key
from indexer.pipeline.storing import store
from indexer.pipeline.trajectories import walked_batch, without_doubles
from indexer.sources.matrix_fields.spaces import FieldSpace
from indexer.sources.matrix_fields.trajectories import trajectory
from indexer.sources.matrix_fields.walks import product
from indexer.sources.registry import read_space
from indexer.upkeep.setup import seed_constants
from tests.helpers import daemons
from tests.helpers.daemons import ask, until

SPACE = "field 3F2(1); direction a* in 0..1, b* in 0..2; start (1,1,1,2,2)"


@pytest.fixture(autouse=True)
def _no_daemon_is_left() -> Iterator[None]:
    yield
    daemons.end_daemons()


def test_a_killed_daemon_loses_no_trajectory_and_doubles_none(database_url: str, tmp_path: Path) -> None:
    space = read_space("zeta2", SPACE)
    assert isinstance(space, FieldSpace)
    with open_database(database_url) as database, database.connect() as connection:
        seed_constants(connection)
        add_space(connection, "zeta2", SPACE, space.size, chunk_size=9)
    first = daemons.start(database_url, tmp_path, "--workers", "1")
    until(lambda: ask(database_url, "select from chunk where state = 'done'"), first)
    os.killpg(first.pid, signal.SIGKILL)
    first.communicate()
    (left,) = ask(database_url, "select count(*) from chunk where state <> 'done'")[0]
    assert left > 0
    daemons.finish(daemons.start(database_url, tmp_path, "--workers", "1"))
    assert ask(database_url, "select count(*) from chunk where state <> 'done'") == [(0,)]
    stored = ask(database_url, "select direction, space_rank from trajectory order by space_rank")
    walks = [(rank, space.walk_at(rank)) for rank in range(space.size)]
    assert stored == [(list(walk.direction), rank) for rank, walk in walks if walk is not None]
    without = "select count(*) from trajectories where formula_id is null and status in ('converges', 'diverges')"
    assert ask(database_url, without) == [(0,)]
    named = "select count(*) from trajectories where constant = 'pi^2' and proof <> 'numerical'"
    assert ask(database_url, named)[0][0] > 10
    found = ask(
        database_url, "select distinct formula.a, formula.b from representation join formula on formula_id = id"
    )
    formulas = [PCF.from_row(a, b) for a, b in found]
    alike = [pair for pair in combinations(formulas, 2) if bucket_key(pair[0]) == bucket_key(pair[1])]
    decided = [relate(*pair).equivalence for pair in alike if no_limit(pair[0]) is None and no_limit(pair[1]) is None]
    assert len(formulas) > 5 and all(found is None or found.folds != (1, 1) for found in decided)


def test_a_formula_that_came_meanwhile_stands_for_those_of_a_batch(database: Database) -> None:
    space = read_space("zeta2", SPACE)
    assert isinstance(space, FieldSpace)
    ranks = [(rank, space.walk_at(rank), space.item_at(rank)) for rank in range(space.size)]
    task = Task("zeta2", SPACE, None)
    batch = walked_batch(ranks, task._evaluated)
    held = [row for row in batch.findings.trajectories if row.row is not None]
    known = [batch.formula(held[0].row or 0).inflate(1), batch.formula(held[3].row or 0)]
    left = without_doubles(batch, known)
    assert len(left) == len(batch) - len(set(known))
    with database.connect() as connection:
        seed_constants(connection)
        store(connection, task._evaluated(known))
        store(connection, left)
        again = without_doubles(batch, known + [batch.formula(row) for row in range(len(batch))])
        assert len(again) == 0
        store(connection, again)
        counts = "select count(*), count(distinct trajectory_id), count(distinct formula_id) from representation"
        assert connection.execute(counts).fetchone() == (len(held), len(held), len(batch))
        maps = connection.execute(
            "select formula.a, formula.b, map, direction from representation"
            " join formula on formula.id = formula_id join trajectory on trajectory.id = trajectory_id"
        ).fetchall()
    for a, b, (x, y, z, w), direction in maps:
        formula, matrix = PCF.from_row(a, b), trajectory(space.field, direction, space.start).matrix
        if classify(formula).convergence_class != "exponential":
            continue
        value, total = limit(formula, 30), product(matrix, 1, 400)
        assert value is not None and value.ball is not None
        q = Fraction(int(total[0, 1]), int(total[1, 1]))
        image = (Fraction(x) + Fraction(y) * q) / (Fraction(z) + Fraction(w) * q)
        assert abs(float(value.ball) - float(image)) < 1e-9 * max(1.0, abs(float(image)))


def test_a_killed_daemon_loses_no_recurrence_and_doubles_none(database_url: str, tmp_path: Path) -> None:
    text = "field 3F2(1/2); direction a* in 0..1, b* in 0..2; start (1,1,1,2,2)"
    space = read_space("dilogarithm", text)
    assert isinstance(space, FieldSpace) and space.field.rank == 3
    with open_database(database_url) as database, database.connect() as connection:
        seed_constants(connection)
        add_space(connection, "dilogarithm", text, space.size, chunk_size=9)
    first = daemons.start(database_url, tmp_path, "--workers", "1")
    until(lambda: ask(database_url, "select from chunk where state = 'done'"), first)
    os.killpg(first.pid, signal.SIGKILL)
    first.communicate()
    daemons.finish(daemons.start(database_url, tmp_path, "--workers", "1"))
    assert ask(database_url, "select count(*) from chunk where state <> 'done'") == [(0,)]
    stored = ask(database_url, "select direction, space_rank from trajectory order by space_rank")
    walks = [(rank, space.walk_at(rank)) for rank in range(space.size)]
    assert stored == [(list(walk.direction), rank) for rank, walk in walks if walk is not None]
    kinds = "select count(*), count(distinct formula.id) from formula join representation on formula_id = formula.id"
    walked = ask(database_url, "select count(*) from trajectory where status = 'recurrence'")[0][0]
    ((represented, different),) = ask(database_url, f"{kinds} where kind = 'recurrence' and map is null")
    assert represented == walked > 10 and different > 10
    assert ask(database_url, "select formulas_new, formulas_failed from progress where space = 'dilogarithm'") == [
        (different, 0)
    ]
    named = "select count(*) from identified where formula like 'Recurrence%' and expression like '%polylog(2, 1/2)%'"
    assert ask(database_url, named)[0][0] >= 5
    limits = "select count(*) from recurrence_limit where expression is not null and proof = 'verified'"
    assert ask(database_url, limits)[0][0] > 10
