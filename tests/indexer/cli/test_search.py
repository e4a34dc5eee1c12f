"""The commands `find` and `similar`: what they write, and what they say of conditions that cannot be met."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from indexer.kinds.vectors import DIMENSION
from tests.helpers.command import SENTENCE, formulary, json_of
from tests.helpers.contract import validate


def test_find_writes_objects_and_a_table(seeded_url: str) -> None:
    place = {"FORMULARY_DATABASE_URL": seeded_url}
    asked = ["find", "--constant", "pi", "--min-delta", "-1", "--class", "exponential", "--degree", "1,2"]
    asked += ["--sort", "complexity", "--limit", "2"]
    found = json_of(*asked, **place)
    validate(found, "found")
    assert found[0]["formula"] == "PCF(2n + 1, n^2)"
    table = formulary(*asked, **place)
    assert "PCF(2n + 1, n^2)" in table.stdout
    assert max(map(len, formulary("find", "--limit", "50", **place).stdout.splitlines())) <= 80
    nothing = formulary("find", "--constant", "pi", "--class", "logarithmic", **place)
    assert (nothing.returncode, nothing.stdout) == (1, "")
    assert SENTENCE.fullmatch(nothing.stderr)


def test_similar_takes_conditions_numbers_and_vectors(seeded_url: str, tmp_path: Path) -> None:
    place = {"FORMULARY_DATABASE_URL": seeded_url, "FORMULARY_HOME": str(tmp_path)}
    formulary("similar", "PCF(2n+1, n^2)", **place)
    found = json_of("similar", "PCF(2n+1, n^2)", "-k", "4", "--constant", "e", **place)
    validate(found, "similar")
    assert {n["constant"] for n in found["neighbours"]} == {"e"}
    by_vector = json_of("similar", "--vector", ",".join(["0.5"] * DIMENSION), "-k", "2", **place)
    validate(by_vector, "similar")
    assert by_vector["formula"] is None


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["find", "--constant", "pii"], 1, "the nearest names are pi"),
        (["find", "--class", "exponental"], 2, "did you mean exponential?"),
        (["find", "--sort", "delat"], 2, "did you mean delta?"),
        (["find", "--degree", "one"], 2, "1,2"),
        (["find", "--min-delta", "nan"], 2, "not a number"),
        (["find", "--near", "1e999999999"], 2, ""),
        (["similar", "--vector", "1,2"], 2, "finite numbers"),
        (["similar", "--id", "5", "--vector", "1,2"], 2, "not two"),
        (["similar", "--id", "987654"], 1, "987654"),
    ],
)
def test_bad_conditions_give_one_sentence(seeded_url: str, arguments: list[str], code: int, words: str) -> None:
    done = formulary(*arguments, FORMULARY_DATABASE_URL=seeded_url)
    assert done.returncode == code
    assert words in done.stderr
    assert SENTENCE.fullmatch(done.stderr), done.stderr
    assert json.dumps(done.stdout) == '""'
