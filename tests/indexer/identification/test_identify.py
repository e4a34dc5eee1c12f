"""Identification: exact limits first, constants from theory, anchors, library; nothing false, everything verified."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from flint import arb, ctx

from catalog.constants import evaluation
from catalog.constants.library import library
from catalog.formulas.pcf import PCF, parse_formula
from indexer.identification.attempts import Question, Search
from indexer.identification.identify import from_family, identify
from indexer.identification.library import PreparedLibrary
from indexer.identification.outcome import Identification
from indexer.kinds.pcf import kind
from indexer.mathematics.closed_forms.proposals import proposals
from indexer.mathematics.continued_fractions.limit import Limit, limit
from indexer.mathematics.proofs.proving import prove
from indexer.mathematics.relations.relation import moebius_value, real_root
from indexer.mathematics.relations.search import residual_digits
from indexer.similarity.anchors import Anchor
from tests.helpers.constants import Named

DATA = Path(__file__).parents[2] / "data"
SEEDS = Path(__file__).parents[3] / "indexer" / "sources" / "seeds.jsonl"


LIBRARY = [
    Named("pi", "pi"),
    Named("ln2", "log(2)"),
    Named("zeta3", "zeta(3)"),
    Named("catalan", "catalan"),
    Named("pi^2", "pi^2"),
    Named("tanh1", "tanh(1)"),
]


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def formula_of(row: dict[str, Any]) -> PCF:
    return PCF(tuple(row["a"]), tuple(row["b"]))


def assert_true(found: Identification, digits: int = 80) -> None:
    """Every relation holds when the limit and the constant are evaluated by other digits than it was found with."""
    for relation in found.relations:
        value = limit(found.formula, digits)
        assert value is not None
        assert value.ball is not None
        with ctx.workprec(600):
            if relation.polynomial is not None:
                right = real_root(relation.polynomial, value.ball, 400)
            else:
                assert relation.coefficients is not None
                right = moebius_value(relation.coefficients, evaluation.evaluate(relation.terms[0], 500))
            agreed = residual_digits(value.ball, right)
        assert agreed is not None, (found.formula, relation.expression)
        assert agreed >= digits - 2, (found.formula, relation.expression)


def test_a_famous_formula_is_named_and_verified_with_further_digits() -> None:
    found = identify(PCF((1, 2), (0, 0, 1)), LIBRARY)
    (relation,) = found.relations
    assert found.outcome == "found"
    assert relation.to_json() | {"digits_verified": 0} == {
        "kind": "moebius",
        "constant": "pi",
        "coefficients": [4, 0, 0, 1],
        "expression": "4/pi",
        "digits_used": relation.digits_verified,
        "digits_verified": 0,
        "proof": "theorem",
        "method": "closed form",
        "version": "1",
    }
    assert relation.digits_verified >= 100
    assert found.guesses[0].constant == "pi"
    assert found.guesses[0].outcome == "found"


@pytest.mark.parametrize(
    ("formula", "expression", "kind"),
    [
        (PCF((2,), (-1,)), "1", "rational"),
        (PCF((1,), (1,)), "(1 + sqrt(5))/2", "algebraic"),
        (PCF((28, 6, -4), (0, 960, 1824, 1056, 192)), "(-20480 - 31360*sqrt(7))/5261", "algebraic"),
        (PCF((1, 2), (0, 0, -1)), "0", "rational"),
        (PCF((0, 2, 1), (0, 0, -3)), None, None),
        (PCF((3, 11, 11), (0, 0, 0, 0, 1)), "30/pi^2", "moebius"),
        (PCF((5, 27, 51, 34), (0, 0, 0, 0, 0, 0, -1)), "6/zeta(3)", "moebius"),
        (PCF((1, 3, 3), (0, 0, 0, 0, -2)), "1/(2*catalan)", "moebius"),
    ],
)
def test_known_limits_come_out_as_text(formula: PCF, expression: str | None, kind: str | None) -> None:
    found = identify(formula, LIBRARY)
    if expression is None:
        assert found.outcome != "found"
        return
    (relation,) = found.relations
    assert (relation.expression, relation.kind) == (expression, kind)
    assert_true(found)


def test_a_quadratic_limit_names_its_theorem() -> None:
    (relation,) = identify(PCF((2,), (1,))).relations
    assert relation.proof == "theorem"
    assert "Pincherle" in relation.method


def test_a_divergent_formula_has_nothing_to_identify() -> None:
    found = identify(PCF((1,), (-5,)), LIBRARY)
    assert found.outcome == "nothing_to_identify"
    assert found.relations == ()


def test_an_unnamed_limit_is_excluded_up_to_a_bound() -> None:
    found = identify(PCF((1, 1, 1), (1, 1, 5)), LIBRARY)
    assert found.outcome == "excluded"
    assert found.exclusion is not None
    assert found.exclusion.constants == len(LIBRARY)
    assert found.exclusion.bound > 10**9


def test_a_closed_form_without_a_shorter_name_is_no_riddle() -> None:
    found = identify(PCF((1, 1), (1, 0, 3)), LIBRARY)
    assert found.outcome == "closed_form"
    assert found.exclusion is not None
    assert found.exclusion.constants == len(LIBRARY)
    assert found.reason is not None and found.reason.startswith("the limit has a closed form by a theorem")


def test_the_budget_ends_the_sweep_of_the_library() -> None:
    found = identify(PCF((1, 1, 1), (1, 1, 5)), LIBRARY, budget=2)
    assert found.outcome == "budget"
    assert found.exclusion is not None
    assert found.exclusion.constants == 2


def test_a_limit_with_few_digits_is_not_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    few = limit(PCF((1, 2), (0, 0, 1)), 20)
    assert identify(PCF((1, 2), (0, 0, 1)), LIBRARY, known=few).outcome == "too_few_digits"


def test_a_chance_relation_does_not_survive_verification() -> None:
    """A limit that is 4/pi to 60 digits only is not called 4/pi."""
    formula = PCF((1, 1), (1, 0, 3))
    true = limit(formula, 110)
    assert true is not None
    with ctx.workprec(400):
        false = Limit(true.value, 110, -110.0, "ball", None, arb((4 / arb.pi()).mid(), arb(10) ** -110))
    found = identify(formula, LIBRARY, known=false)
    assert found.relations == ()


def test_a_relation_that_cannot_be_verified_is_not_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the limit cannot be had to further digits, the outcome says how many are missing."""
    formula = PCF((3, 7, 3), (0, 0, 0, -4, -2))
    known = limit(formula, 70)
    monkeypatch.setattr(kind, "limit", lambda formula, digits=110, **_: known)
    found = identify(formula, LIBRARY, NearestIsCatalan(), known=known)
    assert (found.outcome, found.relations) == ("too_few_digits", ())
    assert found.digits_needed == 100


class NearestIsCatalan:
    def nearest(self, formulas: Sequence[PCF], k: int) -> list[list[Anchor]]:
        return [[Anchor(7, "PCF(3n^2 + 3n + 1, -2n^4)", "catalan", 0.25)] for _ in formulas]


def test_the_constant_of_the_nearest_anchor_is_tried_before_the_library() -> None:
    found = identify(PCF((3, 7, 3), (0, 0, 0, -4, -2)), LIBRARY, NearestIsCatalan())
    assert [(g.rank, g.constant, g.outcome) for g in found.guesses] == [(1, "catalan", "found")]
    assert found.guesses[0].why == "neighbour PCF(3n^2 + 3n + 1, -2n^4) at 0.25"
    assert found.attempts == 1


def test_a_wrong_neighbour_is_recorded_as_excluded() -> None:
    found = identify(PCF((5, 27, 51, 34), (0, 0, 0, 0, 0, 0, -1)), LIBRARY, NearestIsCatalan())
    assert [g.outcome for g in found.guesses] == ["excluded", "found"]
    assert found.relations[0].constant == "zeta3"


def test_names_follow_the_library_up_to_a_moebius_map() -> None:
    """PCF(2n + 1, 1) = coth 1 is proposed as exp(2), of which the library's tanh(1) is a Moebius map."""
    (relation,) = identify(PCF((1, 2), (1,)), LIBRARY).relations
    assert (relation.constant, relation.expression) == ("tanh1", "1/tanh(1)")
    assert PreparedLibrary(LIBRARY).preferred("pi") == ("pi", "pi")
    assert PreparedLibrary(LIBRARY).preferred("besselk(1/3, 1)") == ("besselk(1/3, 1)", "besselk(1/3, 1)")


def test_members_of_a_family_inherit_the_constant_of_their_representative() -> None:
    """PCF(2n + 3, n^2 + 2n + 1) is PCF(2n + 1, n^2) shifted by one."""
    representative, member = PCF((1, 2), (0, 0, 1)), PCF((3, 2), (1, 2, 1))
    named = identify(representative, LIBRARY).relations[0]
    inherited = from_family(member, representative, named)
    assert inherited is not None
    assert inherited.coefficients == identify(member, LIBRARY).relations[0].coefficients
    assert inherited.digits_verified >= inherited.digits_used + 40
    assert inherited.method == "lll, family of PCF(2n + 1, n^2)"


def test_candidates_come_from_the_coefficients_alone() -> None:
    assert proposals(PCF((1, 2), (0, 0, 1))) == ["pi"]
    assert proposals(PCF((0, 1), (1,))) == ["besseli(1, 2)/besseli(0, 2)"]
    assert proposals(PCF((3, 1), (0, -1))) == ["e"]
    assert proposals(PCF((1, 1, 1), (1, 1, 5))) == []


def test_formulas_without_a_closed_form_are_proposed_sums_and_bessel_ratios() -> None:
    assert proposals(PCF((4, 3, 1), (0, -2, -2)))[0] == "hyp0f1(2, 2)"
    assert proposals(PCF((3, 3, 1), (0, 2, 1))) == ["besseli(1, 2)/besseli(0, 2)", "exp(4)"]
    assert proposals(PCF((1, 5, 2), (0, 2, 4))) == ["sin(2)", "cos(2)"]
    assert proposals(PCF((-2, 4), (-3, -4, 2))) == ["sqrt(5)*tan(sqrt(5/2)*atan(sqrt(1/2)))"]


def test_a_relation_with_long_coefficients_is_found_with_all_digits() -> None:
    """The coefficients have 36 digits in all, beyond half of the 60 that a first search uses."""
    formula, known = PCF((1, 2), (0, 0, 1)), limit(PCF((1, 2), (0, 0, 1)), 110)
    assert known is not None
    assert known.ball is not None
    planted = (123_456_789, 987_654_321, 777_777_777, 500_000_003)
    with ctx.workprec(400):
        ball = moebius_value(planted, known.ball)
    attempt = Search(Question(formula, ball, 110, PreparedLibrary(LIBRARY))).attempt("pi", longer=False)
    assert attempt is not None
    assert attempt.outcome == "found"
    assert attempt.digits > 70


@pytest.mark.parametrize("factor", [-3, 2, 7])
def test_an_inflated_formula_has_the_same_constant(factor: int) -> None:
    plain, inflated = PCF((1, 2), (0, 0, 1)), PCF((factor, 2 * factor), (0, 0, factor * factor))
    (relation,) = identify(inflated).relations
    assert identify(plain).relations[0].constant == relation.constant
    assert relation.expression == f"{4 * factor}/pi"


@pytest.mark.parametrize("row", rows(SEEDS), ids=lambda row: f"{row['a']}-{row['b']}")
def test_a_seed_holds_and_names_its_source(row: dict[str, Any]) -> None:
    value = limit(formula_of(row), 70)
    assert value is not None
    assert value.ball is not None
    with ctx.workprec(400):
        if "polynomial" in row:
            right = real_root(row["polynomial"], value.ball, 300)
        else:
            right = moebius_value(row["coefficients"], evaluation.evaluate(row["constant"], 300))
        assert (residual_digits(value.ball, right) or 0) >= 65
    assert row["source"]["author"]
    assert row["source"]["work"]


def test_there_are_a_few_dozen_seeds() -> None:
    keys = [(tuple(row["a"]), tuple(row["b"])) for row in rows(SEEDS)]
    assert len(set(keys)) == len(keys) >= 36


def check_rows(sample: list[dict[str, Any]]) -> int:
    """Identify reference rows without a library; the number identified, each checked."""
    count = 0
    for row in sample:
        found = identify(formula_of(row))
        if row["kind"] == "infinite":
            count += found.outcome == "found" and not found.relations
            continue
        if found.outcome == "found":
            assert_true(found)
            kind = {"named": "moebius", "quadratic": "algebraic", "rational": "rational"}[row["kind"]]
            assert found.relations[0].kind == kind
            if row["kind"] == "rational":
                assert found.relations[0].expression == row["value"]
            count += 1
    return count


def test_a_sample_of_the_reference_is_identified() -> None:
    sample = rows(DATA / "identified.jsonl")[::12]
    assert check_rows(sample) >= 0.99 * len(sample)


def test_what_is_found_in_random_formulas_is_true() -> None:
    chance = random.Random(20_260)
    for _ in range(150):
        a, b = ([chance.randint(-5, 5) for _ in range(3)] for _ in "ab")
        if any(a) and any(b):
            assert_true(identify(PCF(tuple(a), tuple(b)), LIBRARY))


@pytest.mark.slow
def test_the_whole_reference_is_identified() -> None:
    reference = rows(DATA / "identified.jsonl")
    assert check_rows(reference) >= 0.99 * len(reference)


@pytest.mark.parametrize("text", ["PCF(4n+1, -2n^2+n)", "PCF(2, 4n^2+2n)", "PCF(4n+5, -2n^2-3n+2)"])
def test_a_constant_named_in_words_is_found_by_theory(text: str) -> None:
    """The lemniscate constant, whose name is no expression: the certificate ends at its expression."""
    found = identify(parse_formula(text), library().candidates())
    assert [(relation.constant, relation.proof) for relation in found.relations] == [("lemniscate", "theorem")]
    certificate = prove(parse_formula(text))
    assert certificate is not None and certificate.coefficients == found.relations[0].coefficients
