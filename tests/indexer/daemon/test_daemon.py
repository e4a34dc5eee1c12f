"""The real daemon in processes of its own: finished, interrupted, killed, beside others; nothing lost or twice."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from catalog.database.opening import open_database
from catalog.formulas.pcf import PCF, parse_formula
from catalog.store.leases import add_space
from indexer.sources.registry import QUADRATIC_5, read_space
from indexer.upkeep.setup import add
from indexer.workers.pool import WORKER_DIED
from indexer.workers.process import MARK
from tests.helpers import PROJECT
from tests.helpers.daemons import (
    CATALOGUE,
    LIMIT,
    PATIENCE,
    ask,
    assert_index_in_step,
    assert_same,
    finish,
    start,
    until,
)


def test_a_run_stores_every_formula_once(fault_free: tuple[str, Path, dict[str, Any]]) -> None:
    url, home, said = fault_free
    expected = {formula.key.hex() for formula in QUADRATIC_5.formulas(0, LIMIT) if formula}
    assert {row[0] for row in ask(url, CATALOGUE)} == expected
    assert (said["formulas"], said["new"], said["failed"]) == (len(expected), len(expected), 0)
    assert said["identified"] > len(expected) / 3
    assert said["indexed"] == ask(url, "select count(*) from formula where status = 'converges'")[0][0]
    states = ask(url, "select state, first_rank, last_rank from chunk where first_rank < 320 order by first_rank")
    assert states[:1] == [("done", 0, 40)]
    assert states[-3:] == [("done", 240, 280), ("done", 280, 300), ("open", 300, 320)]
    assert ask(url, "select ended_at is not null, end_reason from run") == [(True, "nothing left")]
    assert_index_in_step(url, home)


def test_a_repeat_adds_nothing(fault_free: tuple[str, Path, dict[str, Any]]) -> None:
    url, home, _ = fault_free
    before = ask(url, CATALOGUE)
    assert json.loads(finish(start(url, home, "--json")))["formulas"] == 0
    assert ask(url, CATALOGUE) == before


def test_the_daemon_is_killed_and_a_second_run_carries_on(
    fresh: str, tmp_path: Path, fault_free: tuple[str, Path, dict[str, Any]]
) -> None:
    daemon = start(fresh, tmp_path)
    until(lambda: ask(fresh, "select from chunk where state = 'done'"), daemon)
    os.killpg(daemon.pid, signal.SIGKILL)  # with its workers: all at once
    daemon.communicate()
    assert ask(fresh, "select from chunk where state = 'leased'")
    finish(start(fresh, tmp_path))
    assert_same(fresh, fault_free)
    assert_index_in_step(fresh, tmp_path)


def test_workers_do_not_outlive_a_daemon_that_was_killed(fresh: str, tmp_path: Path) -> None:
    daemon = start(fresh, tmp_path, "--workers", "2")
    until(lambda: ask(fresh, "select from chunk where state = 'leased'"), daemon)
    os.kill(daemon.pid, signal.SIGKILL)
    daemon.communicate(timeout=PATIENCE)  # ends when the last worker has closed the pipe


def test_a_worker_that_is_killed_costs_nothing(
    fresh: str, tmp_path: Path, fault_free: tuple[str, Path, dict[str, Any]]
) -> None:
    daemon = start(fresh, tmp_path, "--workers", "1")
    children = Path(f"/proc/{daemon.pid}/task/{daemon.pid}/children")

    def worker() -> int | None:
        for child in children.read_text().split():
            if MARK.encode() in Path(f"/proc/{child}/cmdline").read_bytes():
                return int(child)
        return None

    until(lambda: ask(fresh, "select from chunk where state = 'done'") and worker(), daemon)
    os.kill(worker() or 0, signal.SIGKILL)
    finish(daemon)
    assert_same(fresh, fault_free)


POISON = """
import os, signal, sys
if "--formulary-worker" in sys.argv:
    from indexer.kinds.pcf import evaluate as module
    evaluate = module.evaluate
    def poisoned(formula, *arguments):
        if str(formula) == "{formula}":
            os.kill({victim}, signal.SIGKILL)
        return evaluate(formula, *arguments)
    module.evaluate = poisoned
"""
"""Read by every Python that starts: a formula that kills the worker, or the daemon, that comes to it."""


def poison(folder: Path, monkeypatch: pytest.MonkeyPatch, formula: PCF, victim: str) -> None:
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(POISON.format(formula=formula, victim=victim))
    monkeypatch.setattr("tests.helpers.daemons.SEARCHED", f"{folder}:{PROJECT}")


def test_of_a_formula_that_kills_its_worker_only_its_pair_is_lost(
    fresh: str, tmp_path: Path, fault_free: tuple[str, Path, dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    culprit = parse_formula("PCF(3, 1)")
    pair = {culprit.key.hex(), culprit.mirror().key.hex()}
    poison(tmp_path / "poison", monkeypatch, culprit, "os.getpid()")
    said = json.loads(finish(start(fresh, tmp_path, "--json", "--workers", "1")))
    assert said["failed"] == 2
    rows, expected = ask(fresh, CATALOGUE), ask(fault_free[0], CATALOGUE)
    assert [row for row in rows if row[0] not in pair] == [row for row in expected if row[0] not in pair]
    assert {(row[0], row[1], row[9]) for row in rows if row[0] in pair} == {
        (key, "undetermined", WORKER_DIED) for key in pair
    }


@pytest.mark.slow
def test_of_a_formula_that_kills_every_daemon_only_its_pair_is_lost(
    fresh: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_database(fresh) as database, database.connect() as connection:
        connection.execute("delete from space")
        connection.commit()
        add_space(connection, "eight", "a = n + k; b = 1; k in 1..8", 8, chunk_size=8)
    poison(tmp_path / "poison", monkeypatch, parse_formula("PCF(n + 6, 1)"), "os.getppid()")
    codes = []
    while 0 not in codes:
        daemon = start(fresh, tmp_path, "--workers", "1", "--lease", "1")
        daemon.communicate(timeout=PATIENCE)
        codes.append(daemon.returncode)
        assert len(codes) < 40
    errors = "select a[1]::integer from formula where evaluation_error like 'whoever evaluated it died%' order by 1"
    assert ask(fresh, errors) == [(5,), (6,)]
    assert ask(fresh, "select count(*), min(state), max(state) from chunk") == [(3, "done", "done")]
    assert ask(fresh, "select count(*) from formula") == [(8,)]


def test_a_signal_finishes_the_transaction_and_gives_the_leases_back(fresh: str, tmp_path: Path) -> None:
    daemon = start(fresh, tmp_path)
    until(lambda: ask(fresh, "select from chunk where state = 'leased'"), daemon)
    daemon.send_signal(signal.SIGTERM)
    finish(daemon)
    assert ask(fresh, "select from chunk where state = 'leased'") == []
    assert ask(fresh, "select end_reason from run") == [("signal",)]
    assert_index_in_step(fresh, tmp_path)


def test_two_daemons_share_the_work(fresh: str, tmp_path: Path, fault_free: tuple[str, Path, dict[str, Any]]) -> None:
    daemons = [start(fresh, tmp_path / name, "--workers", "1", "--json") for name in ("one", "two")]
    done = [json.loads(finish(daemon)) for daemon in daemons]
    assert sum(said["new"] for said in done) == fault_free[2]["new"]
    assert_same(fresh, fault_free)


@pytest.mark.slow
def test_two_daemons_do_what_a_third_that_dies_has_left(
    fresh: str, tmp_path: Path, fault_free: tuple[str, Path, dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    """Its chunks are taken over when its leases expire; each chunk is done once, by whom table `run` says."""
    third, *others = (start(fresh, tmp_path / name, "--workers", "1", "--json") for name in ("third", "one", "two"))
    held = f"select from chunk join run on run.id = run_id where state = 'leased' and process_id = {third.pid}"
    until(lambda: ask(fresh, held), third)
    os.killpg(third.pid, signal.SIGKILL)
    third.communicate()
    left = len(ask(fresh, held))
    for daemon in others:
        finish(daemon)
    assert left > 0
    assert_same(fresh, fault_free)
    runs = ask(
        fresh,
        "select coalesce(end_reason, 'killed'), count(chunk.id), count(chunk.id) filter (where attempts > 1) from run"
        " left join chunk on run_id = run.id and state = 'done' group by run.id order by 1, run.id",
    )
    with capsys.disabled():
        for reason, chunks, again in runs:
            print(f"\na daemon, {reason}: {chunks} chunks done, {again} of them taken over", end="")
    assert [row[0] for row in runs] == ["killed", "nothing left", "nothing left"]
    assert sum(row[1] for row in runs) == 8
    assert sum(row[2] for row in runs) >= left


def test_a_space_of_one_formula_twice_is_one_row(fresh: str, tmp_path: Path) -> None:
    with open_database(fresh) as database, database.connect() as connection:
        connection.execute("delete from space")
        connection.commit()
        add(connection, read_space("twice", "a = n + k - k; b = 1 + c - c; k in 1..5, c in 1..5"))
    said = json.loads(finish(start(fresh, tmp_path, "--json")))
    assert (said["formulas"], said["new"]) == (25, 1)


REFUSED = """
import sys
if "--formulary-worker" in sys.argv:
    from indexer.pipeline import batch
    columns = batch._columns
    def spoilt(evaluation):
        found = columns(evaluation)
        return found | {{"status": "nonsense"}} if str(evaluation.formula) == "{formula}" else found
    batch._columns = spoilt
"""
"""Read by every Python that starts: a formula whose row the database refuses."""


def test_of_a_formula_that_the_database_refuses_only_itself_is_lost(
    fresh: str, tmp_path: Path, fault_free: tuple[str, Path, dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    culprit = parse_formula("PCF(3, 1)")
    folder = tmp_path / "poison"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(REFUSED.format(formula=culprit))
    monkeypatch.setattr("tests.helpers.daemons.SEARCHED", f"{folder}:{PROJECT}")
    daemon = start(fresh, tmp_path, "--json")
    out, err = daemon.communicate(timeout=PATIENCE)
    assert daemon.returncode == 0, err
    assert err.count("event=chunk_refused") == 1
    assert json.loads(out)["failed"] == 1
    rows, expected = ask(fresh, CATALOGUE), ask(fault_free[0], CATALOGUE)
    assert [row for row in rows if row[0] != culprit.key.hex()] == [
        row for row in expected if row[0] != culprit.key.hex()
    ]
    assert {(row[1], row[9]) for row in rows if row[0] == culprit.key.hex()} == {
        (
            "undetermined",
            'it could not be stored: CheckViolation: new row for relation "formula" violates check constraint'
            ' "formula_status_check"',
        )
    }
