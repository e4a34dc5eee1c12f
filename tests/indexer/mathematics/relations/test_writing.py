"""Values as a person writes them: the text is short, and reads back to the same number."""

from __future__ import annotations

import re

import flint
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from catalog.constants.evaluation import evaluate
from catalog.constants.known_digits import DIGITS
from catalog.constants.library import library
from indexer.mathematics.relations.products import product_of, product_text
from indexer.mathematics.relations.writing import value_text

BITS = 300
NAMES = [
    constant.expression
    for constant in library().candidates()
    if not any(name in constant.expression for name in DIGITS)
]

NOT_WRITTEN = [
    re.compile(r"\(\([^()]*(\([^()]*\)[^()]*)*\)\)"),  # brackets twice
    re.compile(r"/\(-"),  # a negative denominator
    re.compile(r"sqrt\(\d+/\d+\)"),  # the root of a fraction
    re.compile(r"sqrt\((1|4|8|9|12|16|18|20|25|27)\)"),  # a root that is rational, or holds a square
    re.compile(r"hyp.f1\((-?\d+, )?0, "),  # a function that is 1
    re.compile(r"hyp0f1|exp\((?!euler_gamma)"),
]


def same(left: flint.arb, right: flint.arb) -> bool:
    with flint.ctx.workprec(BITS):
        return bool(abs(left - right) <= flint.arb(10) ** -70 * (1 + abs(left)))


@pytest.mark.parametrize("expression", NAMES)
def test_a_member_of_the_library_as_a_product_has_the_same_value(expression: str) -> None:
    assert same(evaluate(expression, BITS), evaluate(product_text(product_of(expression)), BITS))


@given(st.lists(st.integers(-60, 60), min_size=4, max_size=4), st.sampled_from(NAMES))
@settings(max_examples=300, deadline=None)
def test_the_text_of_a_relation_reads_back_to_the_same_number(coefficients: list[int], expression: str) -> None:
    x, y, z, w = coefficients
    assume(x * w != y * z)
    c = evaluate(expression, 2 * BITS)
    with flint.ctx.workprec(2 * BITS):
        assume(not (z + w * c).contains(0) and not (x + y * c).contains(0))
        expected = (x + y * c) / (z + w * c)
    text = value_text((x, y, z, w), expression)
    assert same(expected, evaluate(text, BITS)), text
    assert not any(pattern.search(text) for pattern in NOT_WRITTEN), text


@pytest.mark.parametrize(
    ("coefficients", "constant", "text"),
    [
        ((5, 0, 0, 1), "sqrt(5)*atan(sqrt(5))", "sqrt(5)/atan(sqrt(5))"),
        ((-2, -1, 1, 0), "tan(1/2)", "-2 - tan(1/2)"),
        ((-1, 0, 1, -1), "e", "1/(e - 1)"),
        ((1, 1, -1, 1), "exp(2)", "coth(1)"),
        ((-1, 1, 1, 1), "exp(2)", "tanh(1)"),
        ((-1, 1, 2, 0), "exp(2)", "(e^2 - 1)/2"),
        ((0, 1, 1, 0), "sqrt(3/4)*tan(sqrt(3/4))", "sqrt(3)*tan(sqrt(3)/2)/2"),
        ((0, -1, 1, -2), "e", "e/(2*e - 1)"),
        ((0, 1, 1, 0), "hyp0f1(2, -1)/hyp0f1(1, -1)", "besselj(1, 2)/besselj(0, 2)"),
        ((1, 0, 0, 1), "tan(1)", "1/tan(1)"),
        ((5, 0, 0, 1), "sqrt(5)*tan(sqrt(5))", "sqrt(5)*cot(sqrt(5))"),
        ((3, 0, 0, 2), "pi", "3/(2*pi)"),
        ((3, 0, 3, -1), "sqrt(3)*log(2 + sqrt(3))", "3/(3 - sqrt(3)*log(2 + sqrt(3)))"),
        ((0, 1, 1, 0), "sqrt(13)*log((3 + sqrt(13))/2)", "sqrt(13)*log((3 + sqrt(13))/2)"),
        ((4, 0, 0, -2), "pi", "-2/pi"),
    ],
)
def test_short_forms(coefficients: tuple[int, ...], constant: str, text: str) -> None:
    assert value_text(coefficients, constant) == text


@given(st.lists(st.integers(-60, 60), min_size=4, max_size=4), st.sampled_from(NAMES))
@settings(max_examples=200, deadline=None)
def test_one_map_has_one_text_whatever_its_sign(coefficients: list[int], expression: str) -> None:
    x, y, z, w = coefficients
    assume(x * w != y * z)
    assert value_text((x, y, z, w), expression) == value_text((-x, -y, -z, -w), expression)
