"""The command line as users meet it: the real command in a subprocess, its output, its sentences and exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.cli.main import COMMANDS, run
from tests.helpers import PROJECT
from tests.helpers.catalogues import new_database
from tests.helpers.command import SENTENCE, formulary, json_of, process, refused
from tests.helpers.contract import validate


@pytest.fixture(scope="module")
def catalogue(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Environment of a catalogue that `formulary init` has made."""
    for url in new_database(server_url, "formulary"):
        place = {"FORMULARY_DATABASE_URL": url, "FORMULARY_HOME": str(tmp_path_factory.mktemp("home"))}
        done = process("init", **place)
        assert done.returncode == 0, done.stderr
        yield place


# Help


@pytest.mark.parametrize("command", [(), *((name,) for name in COMMANDS), ("space", "add"), ("server", "start")])
def test_every_command_has_help_with_a_real_example(
    command: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*command, "--help"]) == 0
    text = capsys.readouterr().out
    assert "Usage: formulary" in text
    if command:
        assert "Example: " in text
        assert f"formulary {command[0]}" in text.split("Example: ")[1]
        assert "FORMULARY_" in text or command[0] in ("space", "constant", "cluster", "family", "field", "server")


def test_the_list_of_commands_says_what_their_help_says() -> None:
    text = formulary("--help").stdout
    assert all(name in text for name in COMMANDS)


def test_help_imports_nothing_heavy() -> None:
    code = "import sys; from indexer.cli.main import run; run(['--help']); print(sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=PROJECT)
    loaded = done.stdout.splitlines()[-1]
    assert not any(f"'{name}'" in loaded for name in ("numpy", "flint", "faiss", "psycopg", "sqlalchemy", "rich"))


# Bad input: one sentence, exit code


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["evluate", "PCF(n, 1)"], 2, "did you mean evaluate"),
        (["evaluate"], 2, "give one formula"),
        (["evaluate", "PCF(n"], 2, "write a formula as PCF(a, b)"),
        (["evaluate", "PCF(n, 0)"], 2, "zero polynomial"),
        (["evaluate", "0", "n"], 2, "zero polynomial"),
        (["evaluate", "PCF(n/m, n)"], 2, "variable"),
        (["evaluate", "PCF(1.5n, n)"], 2, "integer"),
        (["evaluate", "PCF(sin(n), n)"], 2, "sin"),
        (["evaluate", "PCF(n^100000, n)"], 2, "degree"),
        (["evaluate", "n", "n", "n"], 2, "not 3 arguments"),
        (["evaluate", "PCF(n, 1)", "--digits", "many"], 2, "many"),
        (["evaluate", "PCF(n, 1)", "--digits", "0"], 2, "range"),
        (["evaluate", "PCF(n, 1)", "--jsn"], 2, "no such option"),
        (["evaluate", "--from", "nothing.jsonl"], 2, "nothing.jsonl"),
        (["evaluate", "PCF(n, 1)", "--from", "-"], 2, "not both"),
        (["identify", "1.27x"], 2, "decimal number"),
        (["identify", "1e-99999"], 2, "exponent"),
        (["identify", "1.2732395"], 1, "12"),
        (["identify", "PCF(1, -1)"], 1, ""),
        (["constant", "show", "pii"], 1, "pi"),
        (["space", "add", "x", "a = k n; b = 1; k in 5..1", "--database-url", "postgresql:///nowhere"], 2, ""),
        (["show", "PCF(n, 1)", "--database-url", "nonsense://x"], 3, "FORMULARY_DATABASE_URL"),
        (["show", "PCF(n, 1)", "--database-url", "postgresql://u:secret@127.0.0.1:1/x"], 3, "cannot reach"),
        (["similar", "PCF(1, -1)"], 1, "diverges"),
    ],
)
def test_bad_input_gives_one_sentence_and_its_exit_code(arguments: list[str], code: int, words: str) -> None:
    done = formulary(*arguments)
    assert done.returncode == code
    said = done.stderr
    assert words in said
    assert "secret" not in said
    if "identify" not in arguments or code == 2:
        assert SENTENCE.fullmatch(said), said


def test_a_database_that_is_empty_or_newer_is_refused_with_the_way_out(empty_url: str, database_url: str) -> None:
    done = formulary("status", "--database-url", empty_url)
    assert done.returncode == 3
    assert "formulary init" in done.stderr
    import psycopg

    with psycopg.connect(database_url) as connection:
        connection.execute("update alembic_version set version_num = '9999'")
    done = formulary("run", "--once", "--database-url", database_url)
    assert done.returncode == 3
    assert "newer" in done.stderr


def test_a_reader_that_leaves_is_no_error() -> None:
    lines = "\n".join('{"a": [1, 2], "b": [0, 0, 1]}' for _ in range(40))
    command = f"{sys.executable} -m indexer.cli.main evaluate --from - --workers 1 --digits 20 | head -n 1"
    done = subprocess.run(
        ["bash", "-c", command], input=lines, capture_output=True, text=True, check=True, cwd=PROJECT, timeout=60
    )
    assert json.loads(done.stdout)["status"] == "converges"
    assert done.stderr == ""


# Files of lines


def test_lines_come_out_in_order_with_bad_ones_in_their_place(tmp_path: Path) -> None:
    file = tmp_path / "lines.jsonl"
    good = [f'{{"a": [{k}, 1], "b": [1]}}' for k in range(1, 31)]
    good[4], good[9], good[14] = "{", '{"a": [1], "b": [0]}', '{"a": [0.5], "b": [1]}'
    good[20] = ""
    file.write_text("\n".join(good) + "\n\n\n")
    done = process("evaluate", "--from", str(file), "--digits", "20", "--workers", "2")
    assert done.returncode == 2
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(found) == 30
    for number, value in enumerate(found, 1):
        if number in (5, 10, 15, 21):
            validate(value, "bad_line")
            assert value["line"] == number
        else:
            validate(value, "formula")
            assert value["a"] == [number, 1]


def test_identify_takes_formulas_and_numbers_and_unidentified_lines_are_no_error() -> None:
    lines = [
        '{"a": [1, 2], "b": [0, 0, 1], "value": "further fields do not matter"}',
        '{"value": "0.123456789123456789012345678901"}',
        '"PCF(1, -1)"',
    ]
    done = formulary("identify", "--from", "-", stdin="\n".join(lines))
    assert done.returncode == 0, done.stderr
    first, second, third = (json.loads(line) for line in done.stdout.splitlines())
    assert first["relations"][0]["expression"] == "4/pi"
    validate(first, "formula")
    validate(second, "number")
    assert second["relations"] == []
    assert (third["status"], third["outcome"]) == ("diverges", "nothing_to_identify")


def test_two_arguments_may_begin_with_a_minus() -> None:
    assert json_of("evaluate", "-2n-1", "n^2")["limit"]["value"].startswith("-1.27323954473516")


def test_digits_that_cannot_be_had_are_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["evaluate", "PCF(2n+1, n^2)", "--digits", "400", "--json"]) == 0
    limit = json.loads(capsys.readouterr().out)["limit"]
    assert limit["digits"] == 400
    assert len(limit["value"]) == 401


# With a catalogue


def test_init_can_be_repeated(catalogue: dict[str, str]) -> None:
    again = json_of("init", **catalogue)
    validate(again, "init")
    assert (again["constants"], again["formulas"], again["space_added"]) == (0, 0, False)


def test_well_known_formulas_are_there_with_constant_and_source(catalogue: dict[str, str]) -> None:
    found = json_of("show", "PCF(2n+1, n^2)", **catalogue)
    validate(found, "formula")
    assert found["relations"][0]["expression"] == "4/pi"
    assert found["relations"][0]["proof"] in ("verified", "closed_form", "theorem")
    assert found["sources"][0]["author"] == "Gauss"
    evaluated = json_of("evaluate", "PCF(2n+1, n^2)", **catalogue)
    for field in ("a", "b", "status", "convergence_class", "limit", "metrics", "closed_form", "family"):
        assert found[field] == evaluated[field], field


def test_what_is_not_there_is_said_and_can_be_added(catalogue: dict[str, str]) -> None:
    missing = formulary("show", "PCF(2n+9, 3n^2)", **catalogue)
    assert missing.returncode == 1
    assert 'formulary add "PCF(2n + 9, 3n^2)"' in missing.stderr
    added = json_of("add", "PCF(2n+9, 3n^2)", **catalogue)
    validate(added, "formula")
    assert json_of("show", "2n+9", "3n^2", **catalogue)["id"] == added["id"]


def test_many_are_added_with_a_summary(catalogue: dict[str, str]) -> None:
    lines = "\n".join(['{"a": [9, 4], "b": [1]}', "PCF(4n + 9, 1)", "PCF(2n+1, n^2)", "PCF(n", '{"a": [1]}'])
    done = formulary("add", "--from", "-", "--json", stdin=lines, **catalogue)
    assert done.returncode == 2
    summary = json.loads(done.stdout)
    validate(summary, "added")
    assert summary == {"added": 1, "known": 2, "refused": 2}
    assert done.stderr.count("line ") == 2


def test_similar_gives_neighbours_with_distance_and_constant(catalogue: dict[str, str]) -> None:
    found = json_of("similar", "PCF(2n+1, n^2)", "-k", "3", **catalogue)
    validate(found, "similar")
    assert len(found["neighbours"]) == 3
    assert found["neighbours"][0]["constant"] == "pi"
    distances = [n["distance"] for n in found["neighbours"]]
    assert distances == sorted(distances)


def test_sql_reads_and_cannot_write(catalogue: dict[str, str]) -> None:
    done = formulary("sql", "select status, a, b from formula where id = 1", "--json", **catalogue)
    row = json.loads(done.stdout)
    assert row["status"] == "converges"
    for statement in ("delete from formula", "set default_transaction_read_only = off; delete from formula"):
        refused = formulary("sql", statement, **catalogue)
        assert refused.returncode == 2
        assert SENTENCE.fullmatch(refused.stderr)
    assert "syntax error" in formulary("sql", "selec 1", **catalogue).stderr


def test_spaces_are_added_listed_and_counted(catalogue: dict[str, str]) -> None:
    template = "a = (2n+1)(k n(n+1) + c); b = -n^6; k in 1..4, c in 1..4"
    assert json_of("space", "add", "cubic", template, **catalogue)["size"] == 16
    assert json_of("space", "add", "cubic", template, **catalogue)["added"] is False
    other = formulary("space", "add", "cubic", template.replace("1..4", "1..5"), **catalogue)
    assert (other.returncode, "another space" in other.stderr) == (2, True)
    assert {space["name"] for space in json_of("space", "list", **catalogue)} == {"quadratic-5", "cubic"}
    counts = json_of("space", "count", "cubic", **catalogue)
    validate(counts, "space_count")
    assert sum(counts.values()) == 16


def test_a_known_space_is_added_by_its_name(catalogue: dict[str, str]) -> None:
    known = {row["name"]: row for row in json_of("space", "list", "--known")}
    added = json_of("space", "add", "field-3F2(1)", **catalogue)
    assert (added["added"], added["template"]) == (True, known["field-3F2(1)"]["template"])
    assert added["size"] == known["field-3F2(1)"]["size"]
    assert "space list --known" in refused("space", "add", "field-9", code=1, **catalogue)
    formulary("space", "remove", "field-3F2(1)", **catalogue)


def test_a_space_is_paused_preferred_and_removed(catalogue: dict[str, str]) -> None:
    json_of("space", "add", "short", "a = k n; b = 1; k in 1..9", **catalogue)
    for arguments, expected in (
        (["pause", "short"], {"name": "short", "paused": True, "changed": True}),
        (["pause", "short"], {"name": "short", "paused": True, "changed": False}),
        (["resume", "short"], {"name": "short", "paused": False, "changed": True}),
        (["set", "short", "--priority", "3"], {"name": "short", "priority": 3, "before": 0}),
        (["remove", "short"], {"name": "short", "removed": True, "done": 0}),
    ):
        found = json_of("space", *arguments, **catalogue)
        validate(found, "space_changed")
        assert found == expected
    assert "there is no space short" in refused("space", "remove", "short", code=1, **catalogue)


def test_a_space_added_again_takes_the_priority_that_is_given(catalogue: dict[str, str]) -> None:
    again = ["space", "add", "twice", "a = k n; b = 1; k in 1..9"]
    assert json_of(*again, "--priority", "2", **catalogue)["priority"] == 2
    assert json_of(*again, **catalogue)["priority"] == 2
    done = formulary(*again, "--priority", "5", **catalogue)
    assert done.stdout == "twice: 9 ranks, known already; its priority is 5, was 2\n"
    assert json_of("space", "list", **catalogue)[0]["name"] == "twice"
    formulary("space", "remove", "twice", **catalogue)


def test_a_huge_space_is_not_added_by_a_slip(catalogue: dict[str, str]) -> None:
    huge = ["space", "add", "huge", "a = k n; b = c; k in 1..20000, c in 1..20000"]
    said = refused(*huge, **catalogue)
    assert "400,000,000 ranks, which will take about" in said
    assert "add it by --yes, or give its parameters smaller ranges" in said
    assert "huge" not in {space["name"] for space in json_of("space", "list", **catalogue)}
    assert json_of(*huge[:3], huge[3].replace("20000", "9"), **catalogue)["added"]
    formulary("space", "remove", "huge", **catalogue)


def test_a_removed_first_space_does_not_come_back_by_init(catalogue: dict[str, str]) -> None:
    template = next(s["template"] for s in json_of("space", "list", **catalogue) if s["name"] == "quadratic-5")
    json_of("space", "remove", "quadratic-5", **catalogue)
    assert json_of("init", **catalogue)["space_added"] is False
    assert json_of("space", "add", "quadratic-5", template, **catalogue)["added"]


def test_a_huge_space_is_counted_by_a_sample_that_says_its_error() -> None:
    template = "a = k n + c; b = d n^2; k in 1..400, c in 1..400, d in 1..400"
    found = json_of("space", "count", "x", "--template", template)
    validate(found, "space_count")
    assert found["sampled"] == 400_000
    assert found["exponential"] == 64_000_000
    assert found["errors"]["exponential"] < 1_000
    done = formulary("space", "count", "x", "--template", template)
    assert done.stderr == "from 400,000 random ranks of 64,000,000; --exact counts all\n"


def test_tables_fit_80_columns(catalogue: dict[str, str]) -> None:
    for arguments in (
        ["show", "PCF(2n+1, n^2)"],
        ["similar", "PCF(2n+1, n^2)"],
        ["status"],
        ["space", "list"],
        ["constant", "list", "--group", "zeta"],
        ["sql", "select * from identified limit 3"],
    ):
        done = formulary(*arguments, **catalogue)
        assert done.returncode == 0, done.stderr
        assert max(map(len, done.stdout.splitlines())) <= 80, arguments


def test_status_is_an_object_of_the_contract(catalogue: dict[str, str]) -> None:
    validate(json_of("status", **catalogue), "status")


def test_every_option_is_an_environment_variable(catalogue: dict[str, str]) -> None:
    done = formulary("evaluate", "PCF(2n+1, n^2)", FORMULARY_JSON="1", FORMULARY_DIGITS="12")
    assert json.loads(done.stdout)["limit"]["value"] == "1.27323954474"


def test_a_similar_formula_is_visible_right_after_it_was_added(catalogue: dict[str, str]) -> None:
    json_of("similar", "PCF(7n+3, 2)", "-k", "1", **catalogue)
    json_of("add", "PCF(7n+10, 2)", **catalogue)
    started = time.monotonic()
    found = json_of("similar", "PCF(7n+3, 2)", "-k", "1", **catalogue)
    assert found["neighbours"][0]["formula"] == "PCF(7n + 10, 2)"
    assert time.monotonic() - started < 60
