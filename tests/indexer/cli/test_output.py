"""What commands write: tables of any width into a pipe, and rows for other programs beside JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from indexer.cli.main import COMMANDS
from indexer.cli.main import formulary as root
from tests.helpers.command import formulary, json_of, process, refused

LISTS: dict[tuple[str, ...], Callable[[Any], list[dict[str, Any]]]] = {
    ("find", "--limit", "50"): lambda found: found,
    ("constant", "list"): lambda found: found,
    ("space", "list"): lambda found: found,
    ("doctor",): lambda found: found,
    ("cluster", "list"): lambda found: found,
    ("cluster", "show", "1"): lambda found: found["formulas"],
    ("similar", "PCF(2n+1, n^2)"): lambda found: found["neighbours"],
    ("status",): lambda found: found["spaces"],
    ("verify", "PCF(2n+1, n^2)"): lambda found: found["relations"],
    ("identify", "1.2732395447351626861510701069801148"): lambda found: found["relations"],
    ("show", "PCF(2n+1, n^2)"): lambda found: [found],
    ("constant", "show", "pi"): lambda found: [found],
}


@pytest.fixture(scope="module")
def clustered(server_url: str, seeded_template: str) -> Any:
    """Url of a small catalogue with clusters, only to be read."""
    from tests.conftest import _copied

    for url in _copied(server_url, seeded_template):
        assert formulary("cluster", "build", FORMULARY_DATABASE_URL=url).returncode == 0
        yield url


@pytest.mark.parametrize(("form", "delimiter"), [("--csv", ","), ("--tsv", "\t")])
@pytest.mark.parametrize("command", LISTS, ids=" ".join)
def test_every_list_can_be_had_as_rows_with_all_that_json_has(
    clustered: str, command: tuple[str, ...], form: str, delimiter: str
) -> None:
    place = {"FORMULARY_DATABASE_URL": clustered}
    whole = formulary(*command, "--json", **place)
    objects = LISTS[command](json.loads(whole.stdout))
    done = formulary(*command, form, **place)
    assert done.returncode == whole.returncode
    rows = list(csv.DictReader(io.StringIO(done.stdout), delimiter=delimiter))
    assert len(rows) == len(objects) > 0
    for row, item in zip(rows, objects, strict=True):
        assert set(row) >= set(item)
        for name, value in item.items():
            if value is None or isinstance(value, str):
                assert row[name] == (value or "")
            elif name not in ("seconds", "heartbeat_age"):
                assert json.loads(row[name]) == value


def test_every_command_with_json_has_rows() -> None:
    def commands(group: Any) -> Any:
        for name in COMMANDS if group is root else group.commands:
            command = root.get_command(None, name) if group is root else group.commands[name]  # type: ignore[arg-type]
            yield from commands(command) if hasattr(command, "commands") else [command]

    for command in commands(root):
        names = {option for parameter in command.params for option in parameter.opts}
        assert ("--json" in names) == ("--csv" in names) == ("--tsv" in names), command.name


def test_rows_of_a_query_have_one_header(seeded_url: str) -> None:
    done = formulary("sql", "select formula, id from formulas order by id", "--csv", FORMULARY_DATABASE_URL=seeded_url)
    lines = done.stdout.splitlines()
    assert lines[0] == "formula,id"
    assert len(lines) > 200
    assert len(set(lines)) == len(lines)


def test_lines_of_several_kinds_have_the_columns_of_all(tmp_path: Path) -> None:
    file = tmp_path / "lines.txt"
    file.write_text("PCF(2n+1, n^2)\nfoo\nPCF(1, 1)\n")
    done = formulary("evaluate", "--from", str(file), "--csv")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert done.returncode == 2
    assert [row["formula"] for row in rows] == ["PCF(2n + 1, n^2)", "", "PCF(1, 1)"]
    assert [row["error"] != "" for row in rows] == [False, True, False]


def test_text_with_separators_quotes_and_breaks_comes_through(seeded_url: str) -> None:
    query = "select E'a,\"b\"\\n\\tc' as text, null as nothing, 10^20::numeric as large"
    for form, delimiter in (("--csv", ","), ("--tsv", "\t")):
        done = formulary("sql", query, form, FORMULARY_DATABASE_URL=seeded_url)
        rows = list(csv.reader(io.StringIO(done.stdout, newline=""), delimiter=delimiter))
        assert rows == [["text", "nothing", "large"], ['a,"b"\n\tc', "", "100000000000000000000"]]


def test_two_forms_at_once_are_refused() -> None:
    assert "exclude each other" in refused("constant", "list", "--csv", "--tsv")


def test_a_list_without_rows_writes_nothing(seeded_url: str) -> None:
    done = formulary("find", "--min-delta", "1e9", "--csv", FORMULARY_DATABASE_URL=seeded_url)
    assert (done.returncode, done.stdout) == (1, "")


# Width


def test_a_table_in_a_pipe_is_not_folded(seeded_url: str) -> None:
    place = {"FORMULARY_DATABASE_URL": seeded_url, "COLUMNS": ""}
    query = "select formula, limit_value, status, closed_form_theorem from formulas where constant = 'pi' order by id"
    rows = [json.loads(line) for line in formulary("sql", query, "--json", **place).stdout.splitlines()]
    lines = formulary("sql", query, **place).stdout.splitlines()[2:]
    assert len(lines) == len(rows) > 3
    for line, row in zip(lines, rows, strict=True):
        assert all(value in line for value in row.values() if value is not None)
    found = json_of("find", "--limit", "200", **place)
    assert len(formulary("find", "--limit", "200", **place).stdout.splitlines()) == 2 + len(found)


def test_a_pipe_of_a_process_is_not_folded() -> None:
    lines = process("constant", "show", "pi", "--digits", "300", COLUMNS="").stdout.splitlines()
    assert max(map(len, lines)) > 300


def test_columns_bound_a_table_where_somebody_says_so(seeded_url: str) -> None:
    done = formulary("find", "--limit", "50", FORMULARY_DATABASE_URL=seeded_url, COLUMNS="60")
    assert max(len(line) for line in done.stdout.splitlines()) <= 60


def test_a_number_in_a_sentence_does_not_fill_the_screen() -> None:
    number = "7" * 900
    said = formulary("trajectory", "2F1(-1)", f"{number},1,2").stderr
    assert f"{number[:20]}... (900 digits)" in said and len(said) < 200


def test_a_formula_that_converges_to_infinity_is_said_to_be_infinite() -> None:
    shown = formulary("evaluate", "PCF(n^2 + n + 2, -2n^2 - 4n - 4)").stdout
    assert "is infinite (exact)" in " ".join(shown.split())


def test_an_integer_limit_has_no_denominator() -> None:
    shown = " ".join(formulary("evaluate", "PCF(12n+6, 1089n^2-121)").stdout.split())
    assert "is 22 (exact) limit 22 digits" in shown
