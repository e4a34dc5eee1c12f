"""Progress of long commands: a bar on a terminal, lines now and then elsewhere, nothing with -q."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from indexer.cli import progress as module
from tests.helpers import PROJECT
from tests.helpers.command import formulary

PLACE = "FORMULARY_DATABASE_URL"


def on_a_terminal(*arguments: str, **environment: str) -> str:
    """Run a command whose stderr is a terminal; returns what it wrote there."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "indexer.cli.main", *arguments],
        stdout=subprocess.DEVNULL,
        stderr=theirs,
        env={**os.environ, "PYTHONPATH": str(PROJECT), "TERM": "xterm", "COLUMNS": "100", **environment},
    )
    os.close(theirs)
    written = b""
    while True:
        try:
            some = os.read(ours, 65536)
        except OSError:  # the terminal is closed
            break
        if not some:
            break
        written += some
    assert process.wait(60) in (0, 3)  # 3: what `doctor` finds in a catalogue that no run has touched
    os.close(ours)
    return written.decode(errors="replace")


PHASES = {
    ("verify", "--all", "--workers", "1"): "verifying relations",
    ("cluster", "build", "--dry-run"): "clustering",
    ("doctor",): "checks done",
    ("recompute", "--where", "deg_a = 0", "--dry-run", "--workers", "1"): "evaluating anew",
    ("export", "{tmp}/x.csv"): "exporting formulas",
}


@pytest.mark.parametrize("arguments", PHASES, ids=" ".join)
def test_a_terminal_shows_the_phase(seeded_url: str, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    words = [argument.format(tmp=tmp_path) for argument in arguments]
    assert PHASES[arguments] in on_a_terminal(*words, **{PLACE: seeded_url})


def test_quiet_shows_nothing(seeded_url: str, tmp_path: Path) -> None:
    assert on_a_terminal("-q", "verify", "--all", "--workers", "1", **{PLACE: seeded_url}) == ""


def test_elsewhere_a_line_comes_now_and_then(seeded_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LINE_SECONDS", 0.0)
    lines = formulary("verify", "--all", "--workers", "1", **{PLACE: seeded_url}).stderr.splitlines()
    total = len(lines) - 1
    assert lines[-1].startswith(f"formulary: verifying relations: {total:,} of {total:,}, 0 s left")
    assert formulary("-q", "verify", "--all", "--workers", "1", **{PLACE: seeded_url}).stderr == ""


def test_what_is_done_soon_says_nothing(seeded_url: str) -> None:
    assert formulary("verify", "--sample", "3", **{PLACE: seeded_url}).stderr == ""
