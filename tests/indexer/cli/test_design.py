from __future__ import annotations

import json
import signal
import subprocess
import sys
import time

import pytest

from tests.helpers.command import SENTENCE, formulary
from tests.helpers.contract import validate


def test_a_wish_is_met_by_objects_of_the_contract() -> None:
    done = formulary("design", "ln2", "--rate", ">=1.5", "--count", "1", "--json")
    assert done.returncode == 0
    (found,) = json.loads(done.stdout)
    validate(found, "design")
    assert (found["formula"], found["proof"], found["constant"]) == ("PCF(6n + 3, -n^2)", "theorem", "log(2)")
    assert found["digits_per_step"] == pytest.approx(1.531, abs=1e-3)


def test_the_table_has_figures_and_says_what_is_an_estimate() -> None:
    done = formulary("design", "Apery", "--delta", ">=0.08", "--count", "1")
    assert done.returncode == 0
    assert "PCF(34n^3 + 51n^2 + 27n + 5, -n^6)" in done.stdout and "0.0805" in done.stdout
    assert "6/zeta(3)" in done.stdout and "the limit of delta is an estimate" in done.stderr


def test_what_cannot_be_met_is_answered_with_the_best() -> None:
    done = formulary("-q", "design", "zeta(3)", "--delta", ">0.5", "--seconds", "10")
    assert done.returncode == 1 and done.stdout == ""
    assert SENTENCE.fullmatch(done.stderr)
    assert "no formula for zeta(3) meets delta > 0.5; the best that was found has delta 0.0805" in done.stderr


def test_a_constant_that_no_field_has_is_said_to_be_known() -> None:
    done = formulary("-q", "design", "gamma")
    assert done.returncode == 1 and done.stdout == ""
    assert "the library knows it, but none of the fields that are searched has it" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("pi", "--delta", "3"), "is no bound for the delta"),
        (("pi", "--degree", "<0"), "no formula has a degree < 0"),
        (("2/3",), "2/3 is rational"),
        (("pi", "--class", "quick"), "choose from"),
        (("pi", "--seconds", "0"), "--seconds"),
        ((), "missing argument"),
    ],
)
def test_bad_wishes_are_refused_with_one_sentence(arguments: tuple[str, ...], message: str) -> None:
    done = formulary("design", *arguments)
    assert done.returncode == 2 and done.stdout == ""
    assert SENTENCE.fullmatch(done.stderr) and message in done.stderr


def test_an_interrupted_search_shows_what_it_has() -> None:
    command = [
        sys.executable,
        "-m",
        "indexer.cli.main",
        "-q",
        "design",
        "zeta(3)",
        "--seconds",
        "600",
        "--count",
        "1",
        "--json",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        time.sleep(8)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=120)
    assert process.returncode == 130
    assert json.loads(out)[0]["formula"] == "PCF(34n^3 + 51n^2 + 27n + 5, -n^6)"
