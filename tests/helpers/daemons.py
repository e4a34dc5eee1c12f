"""The daemon in a process of its own: started, waited for, and its catalogue compared."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import psycopg

from catalog.database.opening import open_database
from catalog.store.leases import add_space
from indexer.kinds.vectors import DIMENSION
from indexer.similarity.catalogue_index import CatalogueIndex
from indexer.sources.registry import QUADRATIC_5
from indexer.upkeep.setup import seed_constants
from tests.helpers import PROJECT

CHUNK, LIMIT = 40, 300
"""Ranks of a chunk, and of a run of these tests: eight chunks, the last one cut."""


PATIENCE = 120.0


SEARCHED = str(PROJECT)
"""Where a daemon finds its modules."""


_STARTED: list[subprocess.Popen[str]] = []


def start(url: str, home: Path, *arguments: str, once: bool = True) -> subprocess.Popen[str]:
    """A daemon, which ends with the test that started it."""
    command = [sys.executable, "-m", "indexer.cli.main", "run", "--limit", str(LIMIT), "--lease", "3"]
    daemon = subprocess.Popen(
        [*command, *(["--once"] if once else []), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={
            **os.environ,
            "PYTHONPATH": SEARCHED,
            "FORMULARY_DATABASE_URL": url,
            "FORMULARY_HOME": str(home),
        },
    )
    _STARTED.append(daemon)
    return daemon


def end_daemons() -> None:
    """End what a test that failed has left at work, with its pipes, which would be warned of in the tests after it."""
    while _STARTED:
        with _STARTED.pop() as daemon:
            if daemon.poll() is None:
                os.killpg(daemon.pid, signal.SIGKILL)


def finish(daemon: subprocess.Popen[str]) -> str:
    out, err = daemon.communicate(timeout=PATIENCE)
    assert daemon.returncode == 0, err
    assert "Traceback" not in err
    return out


OPTIONS = ("--log-format", "json", "--workers", "1")


def start_staying(url: str, home: Path, *options: str) -> subprocess.Popen[str]:
    """A daemon that stays, for a minute at most, and writes its log as JSON."""
    return start(url, home, "--stop-after", "60", *OPTIONS, *options, once=False)


def events_of(daemon: subprocess.Popen[str]) -> list[dict[str, Any]]:
    """Wait for the end of a daemon that writes its log as JSON; returns the events."""
    _, err = daemon.communicate(timeout=PATIENCE)
    assert daemon.returncode == 0, err
    return [json.loads(line) for line in err.splitlines()]


def ask(url: str, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(query.encode()).fetchall()


def until(condition: Callable[[], object], daemon: subprocess.Popen[str]) -> None:
    """Wait for something that a daemon will do."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "nothing happened"
        assert daemon.poll() is None, daemon.communicate()[1]
        time.sleep(0.05)


def prepare(url: str) -> None:
    with open_database(url) as database, database.connect() as connection:
        connection.execute("update catalogue set epoch = catalogue_epoch(), catalogue_id = gen_random_uuid()")
        connection.commit()
        seed_constants(connection)
        box = QUADRATIC_5
        add_space(connection, box.name, box.template, box.size, chunk_size=CHUNK)


CATALOGUE = """
select encode(key, 'hex'), status, convergence_class, limit_value, limit_digits, bound_kind, delta, family, closed_form,
    evaluation_error, vector, canonical_id is null
from formula left join formula_vector on formula_id = formula.id
order by key
"""


RELATIONS = """
select encode(key, 'hex'), constant.name, relation.expression, proof
from relation join formula on formula.id = formula_id left join constant on constant.id = constant_id
order by key, relation.expression
"""


def assert_same(url: str, fault_free: tuple[str, Path, dict[str, Any]]) -> None:
    """Nothing lost, nothing twice, and the same constants found."""
    assert ask(url, CATALOGUE) == ask(fault_free[0], CATALOGUE)
    found, expected = ask(url, RELATIONS), ask(fault_free[0], RELATIONS)
    assert [(row[0], row[3]) for row in found] == [(row[0], row[3]) for row in expected]


def assert_index_in_step(url: str, home: Path) -> None:
    problems: list[str] = []
    with psycopg.connect(url) as connection:
        index = CatalogueIndex.open(connection, home, problems.append)
        rows = connection.execute("select formula_id, vector from formula_vector order by formula_id").fetchall()
    assert problems == []
    order = np.argsort(index.index.ids)
    assert index.index.ids[order].tolist() == [number for number, _ in rows]
    assert (
        index.index.vectors[order] == np.array([vector for _, vector in rows], dtype=np.float32).reshape(-1, DIMENSION)
    ).all()
