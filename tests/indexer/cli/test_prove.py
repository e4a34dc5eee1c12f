from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.helpers.command import SENTENCE, formulary
from tests.helpers.contract import validate

FAMOUS = [
    ("PCF(2n+1, n^2)", "4/pi"),
    ("PCF(34n^3+51n^2+27n+5, -n^6)", "6/zeta(3)"),
    ("PCF(11n^2+11n+3, n^4)", "30/pi^2"),
    ("PCF(3n^2+3n+1, -2n^4+n^3)", "8/pi^2"),
    ("PCF(8n, (2n-1)^4)", "1/catalan - 1"),
    ("PCF(n, n)", "1/(e - 1)"),
    ("PCF(1, 1)", "(1 + sqrt(5))/2"),
    ("PCF(n^2 - 2n - 5, n^2 - n - 3)", "-9/2"),
    ("PCF(4n-2, -1)", "-2 - tan(1/2)"),
]


@pytest.mark.parametrize(("formula", "value"), FAMOUS)
def test_a_famous_formula_is_proved_step_by_step(formula: str, value: str) -> None:
    done = formulary("prove", formula)
    assert done.returncode == 0
    first, *steps, last = [line for line in done.stdout.splitlines() if line]
    assert first.endswith(f" = {value}.") and last == f"Together, L = {value}."
    assert steps and all(line[0].isdigit() and line.endswith(".") for line in steps)


@pytest.mark.parametrize(("formula", "value"), FAMOUS)
def test_its_certificate_is_accepted_alone(formula: str, value: str, tmp_path: Path) -> None:
    done = formulary("prove", formula, "--json")
    found = json.loads(done.stdout)
    validate(found, "proof")
    assert (found["proof"], found["relation"]["expression"]) == ("theorem", value)
    file = tmp_path / "certificate.json"
    file.write_text(done.stdout)
    checked = formulary("prove", "--check", str(file))
    assert checked.returncode == 0 and checked.stdout.startswith("accepted: the relation of the formula to ")
    found["relation"]["coefficients"][0] = 17
    refused = formulary("prove", "--check", "-", stdin=json.dumps(found))
    assert refused.returncode == 1 and SENTENCE.fullmatch(refused.stderr)


@pytest.mark.parametrize(("formula", "value"), FAMOUS)
def test_latex_has_a_theorem_and_a_proof(formula: str, value: str) -> None:
    done = formulary("prove", formula, "--format", "latex")
    assert done.returncode == 0
    assert done.stdout.startswith(r"\begin{theorem} $L = ") and done.stdout.endswith("\\end{proof}\n")
    assert done.stdout.count("$") % 2 == 0 and done.stdout.count("{") == done.stdout.count("}")


def test_a_certificate_of_another_formula_is_refused() -> None:
    found = json.loads(formulary("prove", "PCF(2n+1, n^2)", "--json").stdout)
    found["formula"] = {"a": [1, 2], "b": [0, 0, 2]}
    done = formulary("prove", "--check", "-", "--json", stdin=json.dumps(found))
    assert done.returncode == 1 and json.loads(done.stdout)["accepted"] is False
    assert "does not begin where the step before ends" in done.stderr


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"formula": 1}', "null", '{"certificate": {"steps": 3}}'])
def test_what_is_no_certificate_is_refused_with_one_sentence(text: str) -> None:
    done = formulary("prove", "--check", "-", stdin=text)
    assert done.returncode in (1, 2) and done.stdout == "" and SENTENCE.fullmatch(done.stderr)


def test_a_formula_without_a_proof_is_told_so() -> None:
    done = formulary("prove", "PCF(n^2+n+1, n^3+1)")
    assert done.returncode == 1 and SENTENCE.fullmatch(done.stderr) and "no proof was found" in done.stderr


@pytest.mark.parametrize(
    ("formula", "message"), [("PCF(1, -n^2)", "diverges"), ("PCF(n, n-3)", "terminates at n = 3"), ("PCF(n", "cannot")]
)
def test_what_has_no_limit_of_its_own_is_refused(formula: str, message: str) -> None:
    done = formulary("prove", formula)
    assert done.returncode == 2 and SENTENCE.fullmatch(done.stderr) and message in done.stderr


def test_lines_give_one_object_each_in_their_order() -> None:
    lines = [
        '{"a": [1, 2], "b": [0, 0, 1]}',
        "no JSON",
        '{"a": [1], "b": [0, 0, -1]}',
        '{"a": [1, 1, 1], "b": [1, 0, 0, 1]}',
    ]
    done = formulary("prove", "--from", "-", "--json", stdin="\n".join(lines))
    assert done.returncode == 2
    found = [json.loads(line) for line in done.stdout.splitlines()]
    for value in found:
        validate(value, "bad_line" if "error" in value else "proof")
    assert [value.get("proof") for value in found] == ["theorem", None, None, None]
    assert found[2]["reason"].startswith("PCF(1, -n^2) diverges")
