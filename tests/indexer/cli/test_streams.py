"""Streams that are full, closed, or in a locale of ASCII, and misspelt options beside formulas."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers import PROJECT
from tests.helpers.command import process, refused


def _shell(line: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    command = f"{sys.executable} -m indexer.cli.main {line}"
    return subprocess.run(command, shell=True, capture_output=True, text=True, check=False, env=environment, timeout=60)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk_under_the_output_is_one_sentence() -> None:
    done = _shell("--help > /dev/full")
    assert (done.returncode, done.stderr) == (2, "formulary: cannot write: no space left on device\n")


@pytest.mark.parametrize(("closed", "code"), [(">&-", 0), ("<&- >&- 2>&-", 0)])
def test_closed_streams_are_no_error(closed: str, code: int) -> None:
    done = _shell(f'evaluate "PCF(2n+1, n^2)" {closed}')
    assert (done.returncode, done.stdout, done.stderr) == (code, "", "")


def test_a_locale_of_ascii_is_no_error() -> None:
    done = process("prove", "PCF(1, n)", PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert done.stdout.isascii()


@pytest.mark.parametrize(
    ("command", "given", "meant"), [("evaluate", "--diits", "--digits"), ("show", "--metrcs", "--metrics")]
)
def test_a_misspelt_option_beside_a_formula_is_answered_with_the_nearest(command: str, given: str, meant: str) -> None:
    assert f"did you mean {meant}" in refused(command, "PCF(n, 1)", given)


def test_no_columns_is_no_width() -> None:
    assert "4/pi" in process("evaluate", "PCF(2n+1, n^2)", COLUMNS="0").stdout


@pytest.mark.parametrize("line", ["expand e --signs 2", "constant list --json", "prove 'PCF(2n+1, n^2)'"])
def test_who_leaves_before_the_end_makes_no_error(line: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    words = [sys.executable, "-m", "indexer.cli.main", *shlex.split(line)]
    done = subprocess.run(words, stdout=writing, stderr=subprocess.PIPE, env=environment, timeout=120, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, b"")


SIGNALLED = """
import os, signal
from indexer.cli import main

def while_answering(arguments):
    os.kill(os.getpid(), signal.SIGTERM)

def while_a_text_is_run(arguments):
    try:
        exec("os.kill(os.getpid(), signal.SIGTERM)")
    except KeyboardInterrupt:
        return main.INTERRUPTED

main.run = {}
main.main()
"""


@pytest.mark.parametrize("when", ["while_answering", "while_a_text_is_run"])
def test_a_signal_ends_a_command_with_its_code_whenever_it_comes(when: str, tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    (tmp_path / "signalled.py").write_text(SIGNALLED.format(when))
    environment["PYTHONPATH"] += f"{os.pathsep}{tmp_path}"
    command = [sys.executable, "-m", "signalled"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, timeout=60)
    assert (done.returncode, done.stderr) == (128 + signal.SIGTERM, "")
