from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from flint import ctx
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.constants.evaluation import evaluate
from catalog.constants.expressions import parse_expression
from catalog.errors import FormulaError
from indexer.mathematics.continued_fractions.limit import limit
from indexer.sources.signed_fractions.expansions import Signs, enclosed, ends, expand, maps, sign_patterns
from indexer.sources.signed_fractions.patterns import Pattern, find_pattern, interpolated, value
from indexer.sources.signed_fractions.search import ball_of, expanded, require_terms, search
from tests.helpers.reference import rows

ROWS = rows("signed_fractions.jsonl")
FOUND = [row for row in ROWS if "moebius" in row]
NOT_FOUND = [row for row in ROWS if "moebius" not in row]


@pytest.mark.parametrize("row", FOUND, ids=lambda row: row["id"])
def test_a_pattern_is_found_contracted_and_proved(row: dict[str, Any]) -> None:
    found = expanded(enclosed(parse_expression(row["expression"])), tuple(row["moebius"]), tuple(row["sign_period"]))
    assert found is not None and found.pattern is not None and found.tail is not None and found.proof is not None
    assert list(found.pattern.first) == row["preperiod"] and found.pattern.period == row["period"]
    assert [[str(c) for c in p] for p in found.pattern.subsequences] == row["subsequences"]
    assert list(found.recurrence or ()) == row["recurrence"]
    rule = found.pattern.canonical()
    assert list(rule.signs) == row["canonical"]["signs"]
    assert [[str(c) for c in p] for p in rule.subsequences] == row["canonical"]["subsequences"]
    matrix = [[[int(c) for c in entry.coeffs()] for entry in line] for line in found.tail.matrix]
    assert matrix == row["contraction"]["matrix"]
    assert {"a": list(found.tail.formula.a), "b": list(found.tail.formula.b)} == row["contraction"]["pcf"]
    assert {"a": list(found.proof.base.a), "b": list(found.proof.base.b)} == row["proof"]["base"]
    assert list(found.proof.equivalence.folds) == row["proof"]["folds"]


@pytest.mark.parametrize("row", FOUND, ids=lambda row: row["id"])
def test_the_value_is_the_map_of_the_limit(row: dict[str, Any]) -> None:
    found = expanded(enclosed(parse_expression(row["expression"])), tuple(row["moebius"]), tuple(row["sign_period"]))
    assert found is not None and found.tail is not None
    own = limit(found.tail.formula, 60)
    assert own is not None and own.ball is not None
    (x, y, z, w), (p, q, r, s) = row["moebius"], found.tail.to_value
    with ctx.workprec(600):
        c = evaluate(row["expression"], 500)
        assert ((p * own.ball + q) / (r * own.ball + s) - (x + y * c) / (z + w * c)).contains(0)


@pytest.mark.parametrize("row", NOT_FOUND, ids=lambda row: row["expression"])
def test_nothing_is_found_where_there_is_no_pattern(row: dict[str, Any]) -> None:
    assert list(search(enclosed(parse_expression(row["expression"])), maps(1), sign_patterns(2))) == []


def test_all_patterns_of_e_are_proved() -> None:
    found = list(search(enclosed(parse_expression("exp(1)")), maps(1), sign_patterns(3)))
    assert len(found) > 5 and all(one.proof is not None for one in found)


def test_growing_runs_of_twos_are_no_pattern() -> None:
    assert expanded(enclosed(parse_expression("tanh(1)")), (0, 1, 1, 0), (-1,)) is None


def test_too_few_digits_are_refused_with_how_many_are_needed() -> None:
    number, digits = ball_of("2.718281828459045")
    with pytest.raises(FormulaError, match=r"quotients are too few .* 40 are needed, about \d+ digits"):
        require_terms(number, (0, 1, 1, 0), (1,), digits)


patterns = st.lists(st.sampled_from((1, -1)), min_size=1, max_size=4).map(tuple)


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 500), patterns)
def test_quotients_give_the_number_back(d: int, signs: Signs) -> None:
    number = enclosed(parse_expression(f"exp(1)/{d}"))
    interval = ends(number(60), (0, 1, 1, 0))
    assert interval is not None
    quotients = expand(interval, signs, 30)
    tail = Fraction(quotients[-1])
    for i in range(len(quotients) - 2, -1, -1):
        tail = quotients[i] + Fraction(signs[i % len(signs)]) / tail
    assert abs(float(tail) - 2.718281828459045 / d) < max(1e-12, 1 / tail.denominator)


@given(st.lists(st.integers(-50, 50), min_size=1, max_size=3))
def test_interpolation_goes_through_its_values(values: list[int]) -> None:
    assert [value(interpolated(values), k) for k in range(len(values))] == values


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 9), st.integers(0, 3)), min_size=1, max_size=4),
    st.lists(st.integers(1, 9), max_size=3),
)
def test_a_pattern_is_recovered_from_its_quotients(terms: list[tuple[int, int]], first: list[int]) -> None:
    made = Pattern(tuple(first), tuple(interpolated([c, c + d]) for c, d in terms), (1,))
    quotients = [int(made.quotient(i)) for i in range(120)]
    found = find_pattern(quotients, (1,))
    assert found is not None and found.agrees(quotients) and found.canonical().key == made.canonical().key
