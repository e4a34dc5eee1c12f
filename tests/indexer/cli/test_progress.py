"""Long commands say how far they are: a bar on a terminal, a line now and then elsewhere, nothing with -q."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from indexer.cli import progress as module
from tests.helpers import PROJECT
from tests.helpers.command import formulary

PLACE = "FORMULARY_DATABASE_URL"

LINES = {
    "formulas.txt": "PCF(2n+1, n^2)\nPCF(n, n)\n\nPCF(n, n",
    "pairs.jsonl": '{"first": {"a": [1, 2], "b": [0, 0, 1]}, "second": {"a": [3, 2], "b": [0, 2, 1]}}\n' * 3,
    "trajectories.jsonl": '{"field": "2F1(-1)", "direction": [1, 1, 2], "start": ["1", "1", "2"]}\n' * 3,
    "numbers.jsonl": '{"value": "exp(1)", "moebius": [1, 1, -1, 1], "signs": [1]}\n' * 3,
}
"""What --from reads."""


_STYLE = re.compile(r"\x1b\[[0-9;]*m")


def plain(shown: str) -> str:
    """What was written to a terminal without its colours."""
    return _STYLE.sub("", shown)


def on_a_terminal(*arguments: str, codes: tuple[int, ...] = (0,), out: bool = False, **environment: str) -> str:
    """Run a command whose stderr, and with `out` its stdout, is a terminal; returns what it wrote there."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "indexer.cli.main", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=theirs if out else subprocess.DEVNULL,
        stderr=theirs,
        env={**os.environ, "PYTHONPATH": str(PROJECT), "TERM": "xterm", "COLUMNS": "100", **environment},
    ) as process:
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
    os.close(ours)
    text = written.decode(errors="replace")
    assert process.returncode in codes, text
    return text


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder with what --from reads."""
    for name, text in LINES.items():
        (tmp_path / name).write_text(text)
    return tmp_path


BARS = {
    ("verify", "--all", "--workers", "1"): "verifying relations",
    ("cluster", "build", "--dry-run"): "clustering",
    ("doctor",): "checks done",
    ("recompute", "--where", "deg_a = 0", "--dry-run", "--workers", "1"): "evaluating anew",
    ("export", "{tmp}/x.csv"): "exporting formulas",
    ("plot", "delta", "q_reduced_gamma", "-o", "{tmp}/x.svg"): "reading formulas",
    ("report", "-o", "{tmp}/x.html"): "drawing the page",
    ("backup", "{tmp}/x.dump"): "writing the backup",
    ("space", "count", "small", "--template", "a = A n + 1; b = B n^2; A, B in 1..20"): "counting ranks",
    ("space", "count", "large", "--template", "a = A n + C; b = B n^2; A, B, C in 1..200"): "sampling ranks",
    ("evaluate", "--from", "{tmp}/formulas.txt", "--workers", "1"): "evaluating",
    ("identify", "--from", "{tmp}/formulas.txt", "--workers", "1"): "identifying",
    ("identify", "1.2345678901234567"): "climbing the ladder",
    ("prove", "--from", "{tmp}/formulas.txt", "--workers", "1"): "proving",
    ("relate", "--from", "{tmp}/pairs.jsonl", "--workers", "1"): "relating pairs",
    ("trajectory", "--from", "{tmp}/trajectories.jsonl", "--workers", "1"): "walking trajectories",
    ("expand", "--from", "{tmp}/numbers.jsonl", "--workers", "1"): "expanding",
}
"""The phase that each command names, which leave the catalogue as it is."""

ANY_CODE = (0, 1, 2, 3)
"""What the commands find is not the matter here: a bad line, a number without a name, a catalogue that no run saw."""


@pytest.mark.parametrize("arguments", BARS, ids=lambda words: " ".join(words[:2]))
def test_a_terminal_shows_the_phase_and_counts_it(seeded_url: str, files: Path, arguments: tuple[str, ...]) -> None:
    words = [argument.format(tmp=files) for argument in arguments]
    shown = plain(on_a_terminal(*words, codes=ANY_CODE, **{PLACE: seeded_url}))
    assert re.search(rf"{BARS[arguments]}.* \d+/(\d+|\?)", shown), shown
    assert "event=" not in shown


@pytest.mark.parametrize("arguments", BARS, ids=lambda words: " ".join(words[:2]))
def test_quiet_shows_no_bar(seeded_url: str, files: Path, arguments: tuple[str, ...]) -> None:
    words = [argument.format(tmp=files) for argument in arguments]
    shown = on_a_terminal("-q", *words, codes=ANY_CODE, **{PLACE: seeded_url})
    assert "\x1b" not in shown, shown


CHANGES = {
    ("run", "--once", "--limit", "1000", "--workers", "1"): r" \d+/\? +tying families: \d+",
    ("family", "find"): r"families of one parameter found .* \d+/\?",
    ("identify", "--unidentified", "--constants", "2"): r"searching formulas without a name .* \d+/\?",
    ("import", "{tmp}/x.jsonl"): r"reading records .* \d+/(\d+|\?)",
}
"""The same of commands that change the catalogue."""


@pytest.mark.parametrize("arguments", CHANGES, ids=lambda words: " ".join(words[:2]))
def test_a_command_that_changes_the_catalogue_shows_its_phase(
    seeded_copy: str, files: Path, arguments: tuple[str, ...]
) -> None:
    assert formulary("export", str(files / "x.jsonl"), **{PLACE: seeded_copy}).returncode == 0
    words = [argument.format(tmp=files) for argument in arguments]
    shown = plain(on_a_terminal(*words, **{PLACE: seeded_copy}))
    assert re.search(CHANGES[arguments], shown), shown
    assert "event=" not in shown


def test_a_restore_counts_the_parts_of_the_backup(seeded_url: str, empty_url: str, tmp_path: Path) -> None:
    file = str(tmp_path / "x.dump")
    assert formulary("backup", file, **{PLACE: seeded_url}).returncode == 0
    shown = on_a_terminal("restore", file, **{PLACE: empty_url})
    done, parts = map(int, re.findall(r"restoring parts.* (\d+)/(\d+)", plain(shown))[-1])
    assert 0 < done <= parts


def test_verbose_adds_the_log_of_a_run_and_quiet_leaves_all_out(seeded_copy: str) -> None:
    words = ("run", "--once", "--limit", "300", "--workers", "1")
    assert "chunk done: space=quadratic-5 first=0" in on_a_terminal("-v", *words, **{PLACE: seeded_copy})
    assert on_a_terminal("-q", *words, **{PLACE: seeded_copy}) == ""


def test_results_on_the_terminal_are_not_mixed_with_a_bar(files: Path) -> None:
    shown = on_a_terminal("evaluate", "--from", str(files / "formulas.txt"), codes=ANY_CODE, out=True)
    assert shown.count('"formula"') == 2
    assert "\x1b" not in shown


def test_elsewhere_a_line_comes_now_and_then(seeded_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LINE_SECONDS", 0.0)
    lines = formulary("verify", "--all", "--workers", "1", **{PLACE: seeded_url}).stderr.splitlines()
    total = len(lines) - 1
    assert lines[-1].startswith(f"formulary: verifying relations: {total:,} of {total:,}, 0 s left")
    assert formulary("-q", "verify", "--all", "--workers", "1", **{PLACE: seeded_url}).stderr == ""


def test_what_is_done_soon_says_nothing(seeded_url: str) -> None:
    assert formulary("verify", "--sample", "3", **{PLACE: seeded_url}).stderr == ""
