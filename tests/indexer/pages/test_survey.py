"""The survey of a catalogue: what is counted, what is proved anew, and what is told of publications."""

from __future__ import annotations

import re
from pathlib import Path

import psycopg
import pytest

from catalog.errors import EvaluationError
from catalog.formulas.pcf import parse_formula
from catalog.store.survey import Named, read_survey
from indexer.pages.by_hand import steps_by_hand
from indexer.pages.survey import CHECKED_DIGITS, CLASSICAL, NOT_HELD, page, proved_anew
from indexer.pipeline.batch import Batch
from indexer.pipeline.compute import compute
from indexer.pipeline.storing import store
from indexer.upkeep.setup import seed_constants
from tests.helpers.command import formulary, refused


def named(text: str, expression: str) -> Named:
    """A theorem as it is stored."""
    counted = {"id": 1, "constant_id": 1, "complexity": 9}
    measured = {"convergence_class": "exponential", "delta": 0.1, "convergence_eta": 0.0, "convergence_gamma": -1.0}
    nothing = dict.fromkeys(("paper", "equation", "author", "said", "classical"))
    values: dict[str, object] = {**counted, **measured, **nothing, "expression": expression, "proof": "theorem"}
    return Named(formula=parse_formula(text), **values)  # type: ignore[arg-type]


def test_a_theorem_is_proved_anew_and_both_sides_agree() -> None:
    theorem = proved_anew(named("PCF(2n+1, n^2)", "pi"))
    assert theorem.certificate.expression == "4/pi"
    assert theorem.digits >= CHECKED_DIGITS


def test_what_has_no_proof_is_not_written_out() -> None:
    with pytest.raises(EvaluationError, match="no proof of it is found"):
        proved_anew(named("PCF(2n+1, 3n^3+1)", "pi"))


def test_a_theorem_is_checked_by_hand_where_its_fraction_is_fast() -> None:
    assert steps_by_hand(parse_formula("PCF(2n+1, n^2)"), "4/pi", 200) == 300
    assert steps_by_hand(parse_formula("PCF(1, n^2)"), "1/log(2)", 200) is None
    with pytest.raises(ArithmeticError, match=r"is not 4/pi \+ 1/10\^190 by hand"):
        steps_by_hand(parse_formula("PCF(2n+1, n^2)"), "4/pi + 1/10^190", 200)


def test_the_page_says_what_the_catalogue_holds(seeded_url: str) -> None:
    with psycopg.connect(seeded_url) as connection:
        survey = read_survey(connection, 40, 40, 5)
    text = " ".join(page(survey).split())
    assert f"{survey.total.theorems:,} of the relations to constants are theorems" in text
    golden = next(one.choice for one in survey.shown if one.name == "pi")
    assert golden is not None and golden.paper is not None and golden.paper in text
    written = re.findall(r"### \d+\. `([^`]+)`", text)
    assert len(written) == len(set(written)) == text.count("the checker accepts the certificate")
    sources = ("Known: ", f"It is {NOT_HELD}.", "An instance of ", "equivalent to ")
    assert sum(text.count(source) for source in sources) == len(written)


def test_counts_of_the_survey_are_those_of_the_relations(seeded_url: str) -> None:
    with psycopg.connect(seeded_url) as connection:
        survey = read_survey(connection, 1000, 40, 5)
        counted = connection.execute(
            "select constant, count(*), count(*) filter (where best.proof = 'theorem')"
            " from best_relation as best join relations on relations.relation_id = best.relation_id"
            " where best.is_canonical and constant is not null and best.proof in ('verified', 'closed_form', 'theorem')"
            " group by constant"
        ).fetchall()
    found = {one.name: (one.counted.formulas, one.counted.theorems) for one in survey.shown}
    assert found == {name: (formulas, theorems) for name, formulas, theorems in counted}
    assert survey.total.formulas == sum(formulas for formulas, _ in found.values())
    assert survey.total.classes >= max(one.counted.classes for one in survey.shown) > 0


def test_instances_of_a_classical_theorem_are_told_by_their_shape(connection: psycopg.Connection) -> None:
    seed_constants(connection)
    texts = ("PCF(6n+3, 4n^4)", "PCF(10n+5, 16n^4)")
    store(connection, Batch.of([compute(parse_formula(text), identified=True) for text in texts]))
    connection.commit()
    without = read_survey(connection, 40, 40, 5)
    connection.rollback()
    classical = read_survey(connection, 40, 40, 5, CLASSICAL)
    assert (without.total.classes, without.total.classical) == (2, 0)
    assert (classical.total.classes, classical.total.classical) == (2, 2)
    assert {one.choice.classical for one in classical.shown if one.choice} == {CLASSICAL.theorem}


def test_a_proof_that_leans_on_a_formula_of_the_literature_says_so(connection: psycopg.Connection) -> None:
    seed_constants(connection)
    texts = ("PCF(7n^2+7n+2, 8n^4)", "PCF(3n^2+4n+2, -2n^4)")
    store(connection, Batch.of([compute(parse_formula(text), identified=True) for text in texts]))
    connection.commit()
    text = " ".join(page(read_survey(connection, 40, 40, 5)).split())
    assert "It is equivalent to a formula of the literature: D. Zagier" in text
    assert "By Euler's formula it is equivalent to a sum of the literature: DLMF 25.12.1." in text
    assert f"It is {NOT_HELD}." not in text


def test_the_literature_that_is_held_is_told(seeded_url: str) -> None:
    with psycopg.connect(seeded_url) as connection:
        total, *papers = read_survey(connection, 1, 1000, 1).literature
        connection.rollback()
        sources = connection.execute("select count(distinct formula_id) from source").fetchone()
    assert total["papers"] == len(papers)
    assert sources == (total["formulas"],)
    assert {"Bombelli", "Gauss", "Apéry"} <= {row["author"] for row in papers}


def test_of_each_constant_the_best_formulas_are_told(seeded_url: str) -> None:
    with psycopg.connect(seeded_url) as connection:
        survey = read_survey(connection, 40, 40, 5)
        best = dict(
            connection.execute(
                "select constant, max(delta) from relations join formula on formula.id = formula_id"
                " where relations.is_canonical and relations.proof in ('verified', 'closed_form', 'theorem')"
                " group by constant"
            ).fetchall()
        )
    for one in survey.shown:
        assert one.delta is None or one.delta.delta == best[one.name]
        if one.choice is not None and one.counted.published + one.counted.classical < one.counted.classes:
            assert one.choice.paper is None and one.choice.classical is None


def test_the_command_writes_the_page_with_its_pictures(seeded_url: str, tmp_path: Path) -> None:
    target = tmp_path / "survey.md"
    pictures = tmp_path / "drawn"
    done = formulary("survey", "-o", str(target), "--pictures", str(pictures), FORMULARY_DATABASE_URL=seeded_url)
    assert done.returncode == 0, done.stderr
    text = target.read_text()
    assert text.startswith("# Survey\n")
    assert "$ formulary run --once" in text.split("## How to make it again")[1]
    for name in ("survey-delta.svg", "survey-growth.svg"):
        assert f"(drawn/{name})" in text
        assert (pictures / name).read_text().lstrip().startswith("<")
    assert "survey.md" in refused("survey", "-o", "survey.html", FORMULARY_DATABASE_URL=seeded_url)
    why = refused("survey", "-o", str(target), "--pictures", str(target), FORMULARY_DATABASE_URL=seeded_url)
    assert f"the folder {target} for pictures cannot be made" in why
