"""Every command line is answered by a result or one sentence: examples of the help parse, random lines never crash."""

from __future__ import annotations

import random
import re
import shlex
from pathlib import Path
from typing import Any

import click
import pytest

from indexer.cli.main import COMMANDS, formulary
from indexer.cli.reference import FILE, helps, reference
from tests.test_cli import formulary as run_here

HELPS = dict(helps())
EXAMPLE = re.compile(r"Example:\s+formulary\s+(.*?)(?:\n\s*\n|\Z)", re.DOTALL)
OF_ANOTHER_PROGRAM = ("formulary", "formulary url")
"""Commands whose example is a line for psql, or that have none."""
NOWHERE = {"FORMULARY_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing"}

WORDS = (
    *("PCF(2n+1, n^2)", "PCF(n", "2n+1", "n^2", "-n", "0", "", "PCF(1, -1)", "PCF(n,0)", "17", "-5", "1.27", "1e9"),
    *("--json", "--help", "--digits", "--limit", "--home", "--no-such", "-k", "--", "-", "--where", "--from"),
    *("--constant", "--degree", "--sort", "--format", "--vector", "--id", "--near", "--class", "--min-delta"),
    *("pi", "pii", "1,2", "delta", "latex", "csv", "nan", "inf", "x.csv", "x.parquet", "absent/x", ".", "\N{SNOWMAN}"),
    *("list", "show", "add", "a = n; b = k; k in 1..3", "select 1", "'", "\\", "99999999999999999999"),
)  # fmt: skip
EXPENSIVE = ("server", "run", "init")
"""Commands that start something; only their misuse is tried."""


def parsed(arguments: list[str]) -> None:
    """Parse a command line without running it; raises click's errors."""
    command: click.Command = formulary
    context = command.make_context("formulary", arguments)
    while isinstance(command, click.Group):
        name, found, rest = command.resolve_command(context, [*context._protected_args, *context.args])
        assert found is not None
        command, context = found, found.make_context(name, rest, parent=context)


@pytest.mark.parametrize("name", [name for name in HELPS if name not in OF_ANOTHER_PROGRAM])
def test_the_example_of_a_help_is_a_command_line(name: str) -> None:
    example = EXAMPLE.search(HELPS[name])
    assert example is not None, f"the help of {name} has no example"
    arguments = shlex.split(" ".join(example[1].split()))
    assert arguments[: len(name.split()) - 1] == name.split()[1:]
    parsed(arguments)


@pytest.mark.parametrize("name", ["find", "similar", "show", "note", "reject", "export", "sql", "evaluate"])
def test_the_example_of_a_help_runs(
    seeded_copy: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    example = EXAMPLE.search(HELPS[f"formulary {name}"])
    assert example is not None
    arguments = shlex.split(" ".join(example[1].split()))
    done = run_here(*arguments, FORMULARY_DATABASE_URL=seeded_copy, FORMULARY_HOME=str(tmp_path))
    assert done.returncode == 0, done.stderr


def test_every_option_shows_its_environment_variable() -> None:
    for name, text in HELPS.items():
        flat = " ".join(text.split())
        for option in re.findall(r"^  (?:-\w, )?(--[\w-]+)", text, re.MULTILINE):
            if option not in ("--help", "--version") and name != "formulary":
                assert "[env var: FORMULARY_" in flat, (name, option)


def test_the_reference_in_the_docs_is_the_help() -> None:
    assert FILE.read_text(encoding="utf-8") == reference(), "run `python -m indexer.cli.reference`"


def random_line(generator: random.Random) -> list[str]:
    command = generator.choice([*COMMANDS, "evluate", "finde", ""])
    count = generator.randrange(5)
    words = [generator.choice(WORDS) for _ in range(count)]
    return [command, *(["--no-such"] if command in EXPENSIVE else []), *words]


def answered(line: list[str]) -> Any:
    """Run a line; an exception that nobody expected comes through, because FORMULARY_DEBUG is set."""
    done = run_here(*line, stdin="select 1\n", **NOWHERE)
    assert done.returncode in (0, 1, 2, 3), line
    assert "Traceback" not in done.stdout + done.stderr, line
    assert done.returncode == 0 or done.stderr or done.stdout, line
    return done


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_no_command_line_ends_in_a_traceback(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    generator = random.Random(seed)
    for _ in range(100 if seed == 1 else 10_000):
        answered(random_line(generator))
