"""Signals: a run finishes its transaction and gives its leases back; any other command leaves nothing half-written."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.helpers import PROJECT
from tests.helpers.daemons import PATIENCE, ask, start, until


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_run_that_is_told_to_stop_gives_its_leases_back(fresh: str, tmp_path: Path, number: signal.Signals) -> None:
    daemon = start(fresh, tmp_path, "--workers", "1", once=False)
    until(lambda: ask(fresh, "select from chunk where state = 'leased'"), daemon)
    daemon.send_signal(number)
    _, err = daemon.communicate(timeout=PATIENCE)
    assert daemon.returncode == 0, err
    assert number.name in err
    assert ask(fresh, "select from chunk where state = 'leased'") == []
    assert ask(fresh, "select end_reason from run") == [("signal",)]


def test_a_run_under_nohup_stays(fresh: str, tmp_path: Path) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        daemon = start(fresh, tmp_path, "--workers", "1", once=False)
    finally:
        signal.signal(signal.SIGHUP, before)
    until(lambda: ask(fresh, "select from chunk where state = 'leased'"), daemon)
    daemon.send_signal(signal.SIGHUP)
    time.sleep(1)
    assert daemon.poll() is None
    daemon.send_signal(signal.SIGTERM)
    daemon.communicate(timeout=PATIENCE)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)])
def test_an_export_that_is_ended_leaves_no_file(seeded_url: str, tmp_path: Path, number: int, code: int) -> None:
    old = tmp_path / "old.csv"
    old.write_text("old")
    with subprocess.Popen(
        [sys.executable, "-m", "indexer.cli.main", "export", str(old), "--where", "(select pg_sleep(4)) is null"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(PROJECT), "FORMULARY_DATABASE_URL": seeded_url},
    ) as process:
        time.sleep(1.5)
        process.send_signal(number)
        _, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, err) == (code, "\n")  # as after ^C
    assert old.read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["old.csv"]
