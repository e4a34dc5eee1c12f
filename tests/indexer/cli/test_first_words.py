"""What people type first: the name alone, usual names of constants, one formula, lines of any kind."""

from __future__ import annotations

import json
import os
from pathlib import Path

import psycopg
import pytest

from indexer.identification.surds import radicand
from indexer.sources.files.lines import Number, item_of_line
from tests.helpers.command import formulary, json_of, process, refused
from tests.helpers.permissions import locked


@pytest.mark.parametrize("group", [(), ("constant",), ("cluster",), ("space",), ("family",), ("server",)])
def test_a_group_alone_gives_its_help(group: tuple[str, ...]) -> None:
    done = formulary(*group)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"Usage: {' '.join(('formulary', *group))} [OPTIONS] COMMAND")


def test_the_help_may_be_cut_by_its_reader() -> None:
    assert process().stdout == process("--help").stdout


# Constants


@pytest.mark.parametrize(
    ("name", "formula"),
    [
        ("pi", "PCF(2n + 1, n^2)"),
        ("π", "PCF(2n + 1, n^2)"),
        ("phi", "PCF(1, 1)"),
        ("golden ratio", "PCF(1, 1)"),
        ("sqrt(5)", "PCF(1, 1)"),
        ("(3 - sqrt(5))/2", "PCF(1, 1)"),
        ("sqrt(2)", "PCF(2, 1)"),
        ("sqrt(8)", "PCF(2, 1)"),
        ("ln2", "PCF(1, n^2)"),
        ("log(2)", "PCF(1, n^2)"),
        ("G", "PCF(3n^2 + 3n + 1, -2n^4)"),
        ("Catalan", "PCF(3n^2 + 3n + 1, -2n^4)"),
    ],
)
def test_formulas_are_found_by_every_usual_name_of_their_constant(seeded_url: str, name: str, formula: str) -> None:
    found = json_of("find", "--constant", name, "--limit", "1000", FORMULARY_DATABASE_URL=seeded_url)
    assert formula in {row["formula"] for row in found}


def test_only_quadratic_limits_of_the_same_field_are_found(seeded_url: str) -> None:
    found = json_of("find", "--constant", "sqrt(5)", "--limit", "1000", FORMULARY_DATABASE_URL=seeded_url)
    assert all("sqrt(5)" in row["relation"] for row in found)
    with psycopg.connect(seeded_url) as connection:
        query = """
            select count(*) from relation join formula on formula.id = formula_id
            where relation.kind = 'quadratic' and is_canonical and expression like '%%sqrt(5)%%'
        """
        assert connection.execute(query).fetchone() == (len(found),)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("sqrt(12)", 3), ("phi", 5), ("2*phi - 1", 5), ("sqrt(2)/3", 2), ("pi", None), ("4", None), ("2^(1/3)", None)],
)
def test_a_quadratic_number_is_in_one_field(text: str, expected: int | None) -> None:
    assert radicand(text) == expected


@pytest.mark.parametrize("command", ["show", "evaluate"])
@pytest.mark.parametrize(("text", "name"), [("pi", "pi"), ("golden ratio", "phi"), ("G", "catalan"), ("ln2", "log(2)")])
def test_a_constant_is_shown_where_a_formula_is_expected(command: str, text: str, name: str) -> None:
    assert json_of(command, text)["name"] == name


def test_a_constant_is_evaluated_to_the_digits_asked_for() -> None:
    assert json_of("evaluate", "pi", "--digits", "30")["value"] == "3.14159265358979323846264338328"


@pytest.mark.parametrize(
    ("text", "value"), [("sqrt 5", "2.23606797749"), ("pi^2/6", "1.6449340668"), ("ln 2", "0.69314718")]
)
@pytest.mark.parametrize("command", ["show", "evaluate"])
def test_an_expression_is_a_constant_of_its_own(command: str, text: str, value: str) -> None:
    assert json_of(command, text)["value"].startswith(value)


@pytest.mark.parametrize("text", ["pi^2/6", "6/pi^2", "30/pi^2 - 1"])
def test_formulas_are_found_by_a_map_of_their_constant(seeded_url: str, text: str) -> None:
    found = json_of("find", "--constant", text, "--database-url", seeded_url, quiet=False)
    assert {formula["constant"] for formula in found} == {"pi^2"}


def test_a_formula_is_shown_by_its_number_with_the_answer_on_the_second_line(seeded_url: str) -> None:
    by_name = json_of("show", "PCF(2n+1, n^2)", "--database-url", seeded_url)
    number = str(by_name["id"])
    assert json_of("show", number, "--database-url", seeded_url) == by_name
    plain = formulary("show", number, "--database-url", seeded_url).stdout.splitlines()
    assert [line.split()[0] for line in plain[:3]] == ["formula", "is", "limit"]
    assert plain[1].split()[1:] == ["4/pi", "(theorem)"]
    assert not any(line.startswith("delta") for line in plain)
    with_metrics = formulary("show", number, "--metrics", "--database-url", seeded_url).stdout.splitlines()
    assert any(line.startswith("delta ") for line in with_metrics)
    assert with_metrics[-1].startswith("factorial reduction")
    assert "no formula with the number 999999" in formulary("show", "999999", "--database-url", seeded_url).stderr


@pytest.mark.parametrize(
    ("second", "expression", "proof"),
    [
        ("PCF(6, (2n-1)^2)", "L1 = 4/(L2 - 3)", "theorem"),
        ("PCF(2n+3, n^2+2n)", "L1 = 2*L2/(2 + L2)", "theorem"),
        ("PCF(1, n)", None, None),
    ],
)
def test_two_formulas_are_answered_with_the_map_of_their_limits(
    second: str, expression: str | None, proof: str | None
) -> None:
    done = formulary("identify", "PCF(2n+1, n^2)", second, "--json")
    found = json.loads(done.stdout)
    assert (found["expression"], found["proof"]) == (expression, proof)
    assert done.returncode == (0 if expression else 1)


def test_a_word_that_means_nothing_is_refused() -> None:
    assert "cannot read 'foo'" in refused("show", "foo")
    assert "cannot read 'foo'" in refused("evaluate", "foo")


# One formula anew, a cluster by its name


def test_one_formula_is_evaluated_anew(seeded_copy: str) -> None:
    done = json_of("recompute", "PCF(2n+1, n^2)", FORMULARY_DATABASE_URL=seeded_copy)
    assert (done["formulas"], done["changes"], done["relations_doubted"]) == (1, [], [])
    assert json_of("recompute", "2n+1", "n^2", FORMULARY_DATABASE_URL=seeded_copy)["formulas"] == 1


def test_a_formula_that_is_not_there_is_not_evaluated(seeded_url: str) -> None:
    said = refused("recompute", "PCF(77n+1, 5)", code=1, FORMULARY_DATABASE_URL=seeded_url)
    assert "PCF(77n + 1, 5)" in said


@pytest.mark.parametrize("arguments", [(), ("PCF(2n+1, n^2)", "--where", "true"), ("--wher", "true")])
def test_a_recomputation_needs_to_know_of_what(seeded_url: str, arguments: tuple[str, ...]) -> None:
    refused("recompute", *arguments, FORMULARY_DATABASE_URL=seeded_url)


def test_a_cluster_is_shown_by_its_label_and_by_its_given_name(seeded_copy: str) -> None:
    place = {"FORMULARY_DATABASE_URL": seeded_copy}
    assert formulary("cluster", "build", **place).returncode == 0
    number = json_of("cluster", "list", "--constant", "pi", **place)[0]["id"]
    for name in ("pi", "Pi", str(number)):
        assert json_of("cluster", "show", name, **place, quiet=False)["id"] == number
    assert formulary("rename", str(number), "circles", **place).returncode == 0
    assert json_of("cluster", "show", "circles", **place, quiet=False)["id"] == number
    assert "no cluster is called foo" in refused("cluster", "show", "foo", code=1, **place)
    assert "no cluster" in refused("cluster", "show", "9" * 30, code=1, **place)


# Lines

LINES = {
    "PCF(2n+1, n^2)": "PCF(2n + 1, n^2)",
    '{"a": [1, 2], "b": [0, 0, 1]}': "PCF(2n + 1, n^2)",
    '{"formula": "PCF(2n+1, n^2)"}': "PCF(2n + 1, n^2)",
    '"PCF(2n+1, n^2)"': "PCF(2n + 1, n^2)",
    "[[1, 2], [0, 0, 1]]": "PCF(2n + 1, n^2)",
    "1 + K(n^2, 2n+1)": "PCF(2n + 1, n^2)",
}


@pytest.mark.parametrize("line", LINES)
def test_a_line_is_a_formula_in_any_notation(line: str) -> None:
    assert str(item_of_line(line)) == LINES[line]


@pytest.mark.parametrize("line", ["1.50", "-3", ".5", "1e-3", "\N{MINUS SIGN}1.5", '"1.50"', '{"value": "1.50"}'])
def test_a_line_is_a_number_with_its_digits(line: str) -> None:
    item = item_of_line(line)
    assert isinstance(item, Number)
    assert item.value in line


def test_every_command_reads_the_same_lines(database_url: str, tmp_path: Path) -> None:
    file = tmp_path / "lines.txt"
    number = "1.2732395447351626861510701069801148"
    file.write_text("\n".join([*LINES, number, "K(n^2, 2n+1)", "foo", '{"a" 3', ""]))
    evaluated = [json.loads(line) for line in formulary("evaluate", "--from", str(file)).stdout.splitlines()]
    identified = [json.loads(line) for line in formulary("identify", "--from", str(file)).stdout.splitlines()]
    for results in (evaluated, identified):
        assert [result.get("formula") for result in results[: len(LINES)]] == list(LINES.values())
        assert ["error" in result for result in results[-3:]] == [True, True, True]
    assert "`formulary identify` takes numbers" in evaluated[len(LINES)]["error"]
    assert identified[len(LINES)]["relations"][0]["expression"] == "4/pi"
    done = formulary("add", "--from", str(file), "--json", FORMULARY_DATABASE_URL=database_url)
    assert json.loads(done.stdout) == {"added": 1, "known": len(LINES) - 1, "refused": 4}


# Completion


def completed(words: str, count: int) -> list[str]:
    done = process(**{"_FORMULARY_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(count)})
    return [line.partition(",")[2] for line in done.stdout.splitlines()]


def test_a_shell_completes_commands_and_constants() -> None:
    assert completed("formulary expo", 1) == ["export"]
    assert "pi" in completed("formulary find --constant p", 3)
    assert completed("formulary constant show lemn", 3) == completed("formulary cluster show lemn", 3)
    assert completed("formulary constant show catalan", 3)[0] == "catalan"
    assert completed("formulary desi", 1) == ["design"]
    assert "zeta(3)" in completed("formulary design zet", 2)
    assert os.environ.get("_FORMULARY_COMPLETE") is None


def test_a_home_that_may_not_be_used_is_left_out_where_none_is_needed(tmp_path: Path) -> None:
    for line in (("identify", "1.27323954473516268615107"), ("status",)):
        formulary(*line, FORMULARY_HOME=str(tmp_path / "home"))  # imports what nobody may not read
    with locked(tmp_path):
        done = formulary("identify", "1.27323954473516268615107", FORMULARY_HOME=str(tmp_path / "home"))
        status = refused("status", FORMULARY_HOME=str(tmp_path / "home"), code=3)
    assert done.returncode == 0 and "4/pi" in done.stdout
    assert "the catalogue is left out: cannot use the folder" in done.stderr
    assert "permission denied; set FORMULARY_HOME" in status
