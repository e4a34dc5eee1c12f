"""Every command line is answered by a result or one sentence: examples of the help parse, random lines never crash."""

from __future__ import annotations

import random
import re
import shlex
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from indexer.cli.filters import Figure
from indexer.cli.main import COMMANDS, formulary
from indexer.cli.reference import FILE, helps, reference
from tests.helpers.command import SENTENCE
from tests.helpers.command import formulary as run_here

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


def commands() -> Iterator[tuple[str, click.Context]]:
    """Every command that is no group, with a context in which environment variables have their names."""
    waiting: list[tuple[str, click.Command, click.Context | None]] = [("formulary", formulary, None)]
    while waiting:
        name, command, parent = waiting.pop()
        context = command.context_class(
            command, parent=parent, info_name=name.split()[-1], **{"terminal_width": 200, **command.context_settings}
        )
        if isinstance(command, click.Group):
            parts = ((part, command.get_command(context, part)) for part in command.list_commands(context))
            waiting += [(f"{name} {part}", found, context) for part, found in parts if found is not None]
        else:
            yield name, context


def options() -> Iterator[tuple[str, click.Option, click.Context]]:
    """Every option of every command, with the context of its command."""
    for name, context in commands():
        yield from ((name, option, context) for option in context.command.params if isinstance(option, click.Option))


@pytest.mark.parametrize("name", [name for name in HELPS if name != "formulary"])
def test_every_option_is_an_environment_variable_and_says_so(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for command, option, context in options():
        record = option.get_help_record(context)
        if command == name:
            assert record is not None
            shown = re.search(r"\[(?:[^\[\]]*; )?env var: (FORMULARY_[A-Z_]+)", record[1])
            assert shown is not None, record
            assert shown[1] in " ".join(HELPS[name].split())
            monkeypatch.setenv(shown[1], "some value")
            assert option.resolve_envvar_value(context) == "some value"


def test_no_two_parameters_of_a_command_have_one_name() -> None:
    for command, context in commands():
        names = [parameter.name for parameter in context.command.params]
        assert len(names) == len(set(names)), (command, names)


def test_the_reference_in_the_docs_is_the_help() -> None:
    assert FILE.read_text(encoding="utf-8") == reference(), "run `python -m indexer.cli.reference`"


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        (["finde"], "find"),
        (["server", "strat"], "start"),
        (["find", "--constnat", "pi"], "--constant"),
        (["find", "--constant", "pii"], "pi"),
        (["find", "--class", "exponentail"], "exponential"),
        (["find", "--sort", "dleta"], "delta"),
        (["show", "PCF(n,1)", "--format", "latx"], "latex"),
        (["export", "x", "--format", "cvs"], "csv"),
        (["import", "blind_delta", "x"], "blind-delta"),
        (["constant", "show", "phii"], "phi"),
        (["space", "count", "quadratic5"], "quadratic-5"),
        (["run", "--once", "--space", "quadratic5"], "quadratic-5"),
        (["plot", "deltaa", "q_eta", "-o", "x.png"], "delta"),
        (["run", "-q"], "-q stands before the command: formulary -q run"),
        (["cluster", "list", "--verbose"], "--verbose stands before the command: formulary --verbose cluster list"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_a_near_miss_is_answered_with_what_was_meant(
    seeded_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: list[str], meant: str
) -> None:
    monkeypatch.chdir(tmp_path)
    done = run_here(*line, FORMULARY_DATABASE_URL=seeded_url, FORMULARY_HOME=str(tmp_path))
    assert done.returncode in (1, 2)
    assert SENTENCE.fullmatch(done.stderr), done.stderr
    said = "did you mean .*|nearest (?:is|names are) .*|catalogue has .*|formulary: "
    assert re.search(rf"(?:{said}){re.escape(meant)}", done.stderr)


def random_line(generator: random.Random) -> list[str]:
    command = generator.choice([*COMMANDS, "evluate", "finde", ""])
    count = generator.randrange(5)
    words = [generator.choice(WORDS) for _ in range(count)]
    return [command, *(["--no-such"] if command in EXPENSIVE else []), *words]


FORMULA = ("PCF(2n+1, n^2)", "PCF(n, n)", "PCF(-2n-1, n^2)", "PCF(2n+1, -n^2)", "PCF(n^2+1, 3n+7)", "PCF(5, 1)")
FILTERS = {
    "--constant": ("pi", "e", "phi", "pii", "zeta(3)"),
    "--degree": ("1,2", "*,1", "1", "9,9"),
    "--min-delta": ("-1", "0", "x"),
    "--class": ("exponential", "Super-Exponential", "fast"),
    "--status": ("converges", "terminates"),
    "--near": ("1.27", "-0.5", "1e400"),
    "--max-height": ("2", "5"),
    "--factorial-reduction": ("yes", "no"),
}
SHAPES: dict[str, tuple[tuple[str, ...], ...]] = {
    "find": (("--sort",), ("delta", "limit", "speed"), ("--limit",), ("3", "0")),
    "similar": (FORMULA, ("-k",), ("3", "20")),
    "show": (FORMULA,),
    "evaluate": (FORMULA, ("--digits",), ("20", "0")),
    "identify": (("1.2732395447351626861510701069801148", "0.5", "1.41", "x", *FORMULA),),
    "sql": (
        ("select 1", "select * from formulas limit 3", "selec", "select 1/0", "delete from note", "table progress"),
    ),
    "add": (FORMULA,),
    "export": (("-",), ("--format",), ("csv", "jsonl", "latex", "parquet")),
    "note": (FORMULA, ("a note", "")),
    "constant": (("show",), ("pi", "pii")),
    "cluster": (("list", "show 1", "build"),),
    "space": (("list",),),
    "status": (),
    "verify": (FORMULA,),
    "doctor": (),
}
"""Lines that get through to the catalogue: for each place the words that may stand there."""


def likely_line(generator: random.Random) -> list[str]:
    command = generator.choice(list(SHAPES))
    line = [command, *(generator.choice(words) for words in SHAPES[command])]
    if command in ("find", "similar", "export"):
        for name in generator.sample(sorted(FILTERS), generator.randrange(3)):
            line += [name, generator.choice(FILTERS[name])]
    return [*line, *generator.choice([[], ["--json"], [generator.choice(WORDS)]])]


def answered(line: list[str], place: dict[str, str]) -> Any:
    """Run a line; an exception that nobody expected comes through, because FORMULARY_DEBUG is set."""
    done = run_here(*line, stdin="select 1\n", **place)
    assert "Traceback" not in done.stdout + done.stderr, line
    assert done.returncode == 0 or done.stderr or done.stdout, line
    return done


def tried(lines: int, place: dict[str, str], line: Callable[[random.Random], list[str]]) -> Counter[int]:
    """How often each exit code was the answer to random lines."""
    generator = random.Random(lines)
    return Counter(answered(line(generator), place).returncode for _ in range(lines))


@pytest.mark.parametrize("lines", [100, pytest.param(9_000, marks=pytest.mark.slow)])
def test_no_command_line_ends_in_a_traceback(lines: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert set(tried(lines, NOWHERE, random_line)) <= {0, 1, 2, 3}


@pytest.mark.parametrize("lines", [30, pytest.param(1_000, marks=pytest.mark.slow)])
def test_no_command_line_on_a_catalogue_ends_in_a_traceback(
    seeded_copy: str, lines: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    place = {"FORMULARY_DATABASE_URL": seeded_copy, "FORMULARY_HOME": str(tmp_path)}
    found = tried(lines, place, likely_line)
    assert found.keys() <= {0, 1, 2, 3}
    assert found[0] > lines / 4


def numeric_options() -> Iterator[tuple[str, click.Option, click.Context]]:
    for name, option, context in options():
        if isinstance(option.type, click.types.IntParamType | click.types.FloatParamType | Figure):
            yield name, option, context


def test_every_number_of_an_option_may_have_a_minus_sign_that_is_no_hyphen() -> None:
    def read(option: click.Option, context: click.Context, text: str) -> object:
        try:
            return option.type_cast_value(context, [text] if option.multiple else text)
        except click.BadParameter as error:
            return error.format_message()

    found = list(numeric_options())
    assert len(found) > 40
    for name, option, context in found:
        for sign in "\N{MINUS SIGN}\N{EN DASH}\N{FULLWIDTH HYPHEN-MINUS}":
            assert read(option, context, f"{sign}5") == read(option, context, "-5"), (name, option.name)


@pytest.mark.parametrize(
    "line",
    [
        ["trajectory", "2F1(-1)", "1,1,-2", "1,1,-3/2"],
        ["find", "--near", "-0.5"],
        ["find", "--min-delta", "-0.9", "--max-delta", "-0.8"],
        ["similar", "--vector", "-1,2"],
        ["expand", "-e", "--maps", "1", "--signs", "1"],
        ["design", "pi", "--rate", ">-1", "--limit", "-5"],
        ["identify", "-2.718281828459045235360287"],
        ["evaluate", "[0; -2, 3]"],
        ["space", "count", "a = n + A; b = n; A in -3..-1"],
    ],
    ids=" ".join,
)
def test_a_minus_sign_in_a_text_is_a_minus(seeded_url: str, tmp_path: Path, line: list[str]) -> None:
    place = {"FORMULARY_DATABASE_URL": seeded_url, "FORMULARY_HOME": str(tmp_path)}
    typed = [word if word.startswith("--") else word.replace("-", "\N{MINUS SIGN}") for word in line]
    plain, other = (run_here(*words, **place) for words in (line, typed))
    assert (other.returncode, other.stdout) == (plain.returncode, plain.stdout)
    assert other.stderr.replace("\N{MINUS SIGN}", "-") == plain.stderr.replace("\N{MINUS SIGN}", "-")


@pytest.mark.parametrize(
    ("line", "given"),
    [
        (["prove", "PCF(2n+1, n^2)", "-o", "x"], "no such option '-o'"),
        (["relate", "PCF(n, 1)", "PCF(n, 2)", "-x"], "no such option '-x'"),
        (["plot", "--ouput", "x", "delta", "q_eta"], "no such option '--ouput'; did you mean --output?"),
        (["plot", "delta", "q_eta", "--colour", "class"], "no such option '--colour'; did you mean --color?"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_an_option_that_is_not_known_is_no_formula(line: list[str], given: str) -> None:
    done = run_here(*line)
    assert (done.returncode, done.stderr) == (2, f"formulary: {given}\n")


@pytest.mark.parametrize(
    "line",
    [["restore", ""], ["backup", ""], ["import", "arxiv", ""], ["space", "add", ""], ["sql", " "], ["show", "", "n"]],
    ids=" ".join,
)
def test_an_empty_argument_is_said_to_be_one(tmp_path: Path, line: list[str]) -> None:
    done = run_here(*line, FORMULARY_HOME=str(tmp_path))
    assert (done.returncode, done.stderr) == (2, "formulary: an argument is empty; leave it out, or see --help\n")


@pytest.mark.parametrize("command", ["evaluate", "identify", "prove", "relate", "trajectory", "expand"])
def test_a_file_without_lines_is_said_to_be_one(command: str) -> None:
    done = run_here(command, "--from", "-", stdin="\n\n")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "formulary: there are no lines to read\n")
