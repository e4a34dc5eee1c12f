"""The ladder: each rung finds its kind, ranked by length, and chance is not called found."""

from __future__ import annotations

import doctest
import random
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath.ctx_mp import MPContext

from catalog.constants import evaluation
from catalog.constants.library import library
from indexer.identification.ladder import complexity, inverse_forms, products, short_table
from indexer.identification.ladder.climb import RUNGS, LadderStep, climb
from indexer.identification.ladder.complexity import integer_bits, integers_bits, positive_bits
from indexer.identification.ladder.exact import times_powers
from indexer.identification.ladder.match import Asked, NumberRelation
from indexer.identification.numbers import NumberIdentification, identify_number
from indexer.identification.typed import read_number
from indexer.mathematics.relations import radicals, short
from indexer.mathematics.relations.text import quotient_text
from tests.helpers.constants import typed

LIBRARY = tuple(library().candidates())


def asked(text: str) -> NumberIdentification:
    """The ladder with the whole library."""
    return identify_number(text, LIBRARY, 8, effort=1)


def test_examples_in_docstrings() -> None:
    assert [doctest.testmod(module).failed for module in (complexity, inverse_forms, products, radicals, short)] == [
        0
    ] * 5


@pytest.mark.parametrize(
    ("expression", "digits"),
    [
        ("355/113 + 1/3", 20),
        ("sqrt(2) + sqrt(3)", 30),
        ("2^(1/3) + sqrt(3)", 50),
        ("3*zeta(3)/7 - 2", 20),
        ("sin(2/5)*3 - 1", 25),
        ("2^(1/3)*sqrt(pi)/gamma(1/3)^2", 30),
        ("pi/4 + log(2)/2", 20),
        ("(3 - 2/pi)/(pi^2 - 1)", 40),
        ("1/(3*pi - 4*e + sqrt(8))", 50),
        ("(pi + 2*e)/(3 - catalan)", 40),
        ("exp(sqrt(2))", 17),
        ("exp(1/3 - 2*euler_gamma)", 30),
        ("pi^sqrt(2)", 20),
        ("tan(3*e/7)", 30),
        ("4*catalan/pi - log(2)", 50),
        ("log(2)^2/2 - pi^2/12", 30),
        ("4*acosh(4)/3", 20),
        ("asinh(sqrt(5)/4) - 2", 20),
        ("pi/3 + acos(1/e)", 20),
        ("7*3^pi/6", 20),
        ("gamma(1/4)^(1/sqrt(5))", 20),
        ("cos(2 + zeta(3))*2/7", 20),
        ("gamma(1/12)*pi*sqrt(2)/3", 30),
        ("gamma(1/7)^2*gamma(2/7)^2/pi^(3/2)", 30),
        ("(1 + 7*sqrt(2))/pi^(3/2)", 30),
        ("7*zeta(3)/4*pi^2 - 11*zeta(5)", 30),
        ("5 - 2*catalan - 4*catalan^2", 30),
        ("besselk(0, 2)/(3 - besselk(0, 2))", 30),
        ("pi/2*log(sqrt(2*pi)*gamma(3/4)/gamma(1/4))", 25),
        ("sqrt(pi)/2*zeta(3/2)", 20),
        ("(2 + sqrt(2) + 5*log(1 + sqrt(2)))/15", 25),
        ("log(20)/log(3)", 20),
        ("sqrt(1 + 2^(1/3))", 40),
        ("fransen_robinson", 20),
    ],
)
def test_each_kind_of_answer_is_found_with_its_value(expression: str, digits: int) -> None:
    found = asked(typed(expression, digits))
    assert found.outcome == "found"
    shortest = found.relations[0].expression
    if "root of" not in shortest:
        assert read_number(shortest, 40).ball.overlaps(read_number(expression, 40).ball)


@pytest.mark.parametrize(
    ("number", "equation", "holds"),
    [
        ("2.404825557695773", "besselj(0, x) = 0", lambda c, x: c.besselj(0, x)),
        ("14.13472514173469", "zeta(1/2 + i*x) = 0", lambda c, x: abs(c.zeta(c.mpc(0.5, x)))),
        ("4.49340945790906", "sin(x) - x*cos(x) = 0", lambda c, x: c.tan(x) - x),
        ("4.965114231744276", "x/(1 - exp(-x)) = 5", lambda c, x: x / (1 - c.exp(-x)) - 5),
        ("-2.33810741045977", "airyai(x) = 0", lambda c, x: c.airyai(x)),
        ("1.905695729309884", "sin(x) - x*cos(x) = pi/2", lambda c, x: c.sin(x) - x * c.cos(x) - c.pi / 2),
        ("1.959963984540054", "erf(x/sqrt(2)) = 19/20", lambda c, x: c.erf(x / c.sqrt(2)) - c.mpf(19) / 20),
    ],
)
def test_roots_of_equations_are_told_by_their_equation(
    number: str, equation: str, holds: Callable[[MPContext, Any], Any]
) -> None:
    found = asked(number).relations[0]
    assert isinstance(found, NumberRelation)
    assert found.kind == "equation"
    assert found.expression.startswith(f"root of {equation} near ")
    context = MPContext()
    context.dps = 60
    assert found.value is not None
    root = context.mpf(found.value.mid().str(55, radius=False))
    assert abs(holds(context, root)) < context.mpf(10) ** -45


def test_of_two_rungs_with_one_answer_the_shorter_is_told() -> None:
    """3 + W(-3/e^3), of a rung before, is longer than the equation of which it is the root."""
    assert [r.kind for r in asked("2.821439372122079").relations] == ["equation"]


def test_answers_are_ranked_by_their_length_and_fewer_bits_than_the_digits() -> None:
    found = asked(typed("pi/4 + log(2)/2", 18)).to_json()["relations"]
    assert isinstance(found, list)
    lengths = [relation["complexity_bits"] for relation in found]
    assert lengths == sorted(lengths)
    assert all(relation["complexity_bits"] < relation["information_bits"] for relation in found)


def test_the_ladder_ends_with_a_certain_answer_and_tells_each_step() -> None:
    told: list[LadderStep] = []
    climbed = climb(read_number("0.3333333333333333333333333"), LIBRARY, tell=told.append)
    assert [step.rung for step in told] == [RUNGS[0].name]
    assert climbed.steps == tuple(told)
    assert climbed.found[0].expression == "1/3"


@pytest.mark.parametrize("digits", [15, 20, 30, 50])
def test_random_numbers_are_not_found(digits: int) -> None:
    chance = random.Random(1_967 + digits)
    for _ in range(8):
        text = f"{chance.randrange(10)}." + "".join(chance.choice("0123456789") for _ in range(digits - 1)) + "7"
        assert asked(text).outcome != "found"


def test_no_relation_is_invented_for_a_measured_number() -> None:
    assert asked("137.035999084").relations == ()


def test_few_digits_have_candidates_with_the_hits_that_chance_gives() -> None:
    found = asked("0.697774658")
    assert found.outcome == "too_few_digits"
    assert found.candidates[0].constants == ("besseli(1, 2)/besseli(0, 2)",)
    assert found.candidates[0].chance < 0.001
    assert asked("1.27").candidates == ()
    assert asked("2.404825558").candidates[0].expression == "root of besselj(0, x) = 0 near 2.404825558"


def test_a_number_with_wrong_last_digits_agrees_with_its_answer_so_far() -> None:
    right = typed("pi/4 + log(2)/2", 68)
    found = asked(right[:56] + "9876543210987")
    assert found.outcome == "excluded"
    assert found.agrees is not None
    assert 54 <= found.agrees.digits <= 56


@given(st.integers(-(10**6), 10**6))
@settings(max_examples=200)
def test_longer_integers_have_longer_codes(n: int) -> None:
    assert integer_bits(n) == integer_bits(-n) < integer_bits(abs(n) + 1)


def test_the_code_of_integers_is_a_prefix_code() -> None:
    """Kraft's inequality, its tail bounded by the integral of 1/(x (1 + log2 x)^2)."""
    most = 1 << 16
    head = 0.5 + 2 * sum(2.0 ** -integer_bits(n) for n in range(1, most))
    assert head + 0.6931471805599453 / (1 + 16) < 1


def test_the_codes_of_the_table_and_of_the_inverse_forms_are_prefix_codes() -> None:
    table = sum(float(np.sum(2.0**-block.bits)) for block in short_table.blocks())
    assert table == pytest.approx(2**-short_table.TABLE_BITS)
    for forms in (inverse_forms.affine_forms(), inverse_forms.outer_functions()):
        assert sum(2.0**-form.bits for form in forms) == pytest.approx(1)
    assert float(np.sum(2.0 ** -inverse_forms.sorted_table().bits)) == pytest.approx(1)


@pytest.mark.parametrize("at", [0, 1_234, 123_456, 1_000_000])
def test_an_expression_of_the_table_has_its_value(at: int) -> None:
    table = inverse_forms.sorted_table()
    value = float(evaluation.evaluate(table.text(at), 60).mid())
    assert value == pytest.approx(float(table.values[at]), rel=1e-13)


@pytest.mark.parametrize("place", range(0, 1_038, 61))
def test_an_affine_form_is_inverted_by_its_numbers(place: int) -> None:
    form = inverse_forms.affine_forms()[place]
    u = 0.7320508
    x = float(evaluation.evaluate(form.text.format("(7320508/10000000)"), 60).mid())
    assert form.factor * x + form.shift == pytest.approx(u, rel=1e-13)


@given(st.lists(st.integers(-(10**6), 10**6), min_size=1, max_size=9))
def test_integers_of_one_size_take_little_more_than_their_digits(row: list[int]) -> None:
    size = max(abs(n).bit_length() for n in row)
    assert integers_bits(row) <= 2 + positive_bits(size + 1) + len(row) * (size + 1)


def test_a_large_number_is_answered() -> None:
    assert asked("262537412640768743.99999999999925007259719818568888").relations[0].expression == "exp(pi*sqrt(163))"


def test_a_number_of_many_digits_has_no_longer_matches_than_one_of_few() -> None:
    most = [Asked(read_number("exp(sqrt(2))", digits)).limit for digits in (30, 100, 200, 1_000)]
    assert most == sorted(most)
    assert most[2] == most[3] < 600
    assert asked(typed("exp(sqrt(2))", 1_000)).relations[0].expression == "exp(sqrt(2))"


def test_a_quotient_has_no_negative_denominator_alone() -> None:
    assert quotient_text((4, 1), ("catalan", "pi*log(2)"), (-2,), ("1",)) == "(-4*catalan - pi*log(2))/2"


@pytest.mark.parametrize("size", [10**900, Fraction(1, 10**900)])
def test_powers_of_pi_are_found_in_numbers_beyond_a_double(size: Fraction | int) -> None:
    asked = Asked(read_number(f"({size})*sqrt(2)*pi"), ())
    assert all(match.names != () for match in times_powers(asked))
