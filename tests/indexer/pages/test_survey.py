"""The survey of a catalogue: what is counted, what is proved anew, and what is told of publications."""

from __future__ import annotations

import re
from pathlib import Path

import psycopg
import pytest

from catalog.errors import EvaluationError
from catalog.formulas.pcf import parse_formula
from catalog.store.survey import Named, read_survey
from indexer.pages.survey import CHECKED_DIGITS, NOT_HELD, chosen, page, proved_anew
from tests.helpers.command import formulary, refused


def named(text: str, constant: str, **changes: object) -> Named:
    """A theorem as it is stored."""
    counted = {"id": 1, "class_id": 1, "likelihood": 1, "complexity": 9, "digits_verified": 100, "is_compared": True}
    measured = {"convergence_class": "exponential", "delta": 0.1, "convergence_eta": 0.0, "convergence_gamma": -1.0}
    said = {"constant": constant, "latex": constant, "expression": constant, "proof": "theorem", "group": constant}
    nothing = dict.fromkeys(("family", "paper", "equation", "author", "said"))
    values: dict[str, object] = {**counted, **measured, **said, **nothing, **changes}
    return Named(formula=parse_formula(text), **values)  # type: ignore[arg-type]


def test_a_theorem_is_proved_anew_and_both_sides_agree() -> None:
    theorem = proved_anew(named("PCF(2n+1, n^2)", "pi"))
    assert theorem.certificate.expression == "4/pi"
    assert theorem.digits >= CHECKED_DIGITS


def test_what_has_no_proof_is_not_written_out() -> None:
    with pytest.raises(EvaluationError, match="no proof of it is found"):
        proved_anew(named("PCF(2n+1, 3n^3+1)", "pi"))


def test_of_each_constant_one_theorem_is_chosen_the_unpublished_before_the_published() -> None:
    published = named("PCF(2n+1, n^2)", "pi", delta=0.5, paper="Gauss")
    best, plain = (named(f"PCF({k}n+1, n^2)", "pi", delta=d) for k, d in ((3, 0.2), (4, 0.1)))
    verified = named("PCF(n, n)", "e", proof="verified")
    assert chosen({"pi": [published, plain, best], "e": [verified]}) == [best]
    assert chosen({"pi": [published]}) == [published]


def test_the_page_says_what_the_catalogue_holds(seeded_url: str, tmp_path: Path) -> None:
    with psycopg.connect(seeded_url) as connection:
        survey = read_survey(connection, 5)
    text = page(survey)
    theorems = [one for one in survey.named if one.proof == "theorem"]
    assert f"{len(theorems):,} of these relations are theorems" in text
    golden = next(one for one in survey.named if str(one.formula) == "PCF(2n + 1, n^2)")
    assert golden.paper is not None and golden.paper in text
    written = re.findall(r"^### \d+\. `(.+)`$", text, re.MULTILINE)
    assert len(written) == len(set(written)) == text.count("the checker accepts the certificate")
    assert text.count("Known: ") + text.count(f"It is {NOT_HELD}.") == len(written)


def test_the_command_writes_the_page(seeded_url: str, tmp_path: Path) -> None:
    target = tmp_path / "survey.md"
    done = formulary("survey", "-o", str(target), FORMULARY_DATABASE_URL=seeded_url)
    assert done.returncode == 0, done.stderr
    assert target.read_text().startswith("# Survey\n")
    assert "survey.md" in refused("survey", "-o", "survey.html", FORMULARY_DATABASE_URL=seeded_url)
