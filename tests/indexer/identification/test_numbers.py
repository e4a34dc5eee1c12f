"""Typed numbers: digits as given, matches ranked, chance and garbage refused."""

from __future__ import annotations

import doctest
import random

import pytest
from flint import arb

from catalog.errors import ExpressionError
from indexer.identification import numbers
from indexer.identification.numbers import identify_number, parse_number
from tests.helpers.constants import Named, typed

PI, LOG2, ZETA3, CATALAN = (Named(text, text) for text in ("pi", "log(2)", "zeta(3)", "catalan"))
LIBRARY = [LOG2, PI, ZETA3, CATALAN]


def test_examples_in_docstrings() -> None:
    assert doctest.testmod(numbers).failed == 0


@pytest.mark.parametrize(
    ("text", "digits"),
    [("1.2732", 5), ("-0.00120", 3), (".5", 1), ("42", 2), ("+3.10", 3), ("0.0", 0)],
)
def test_significant_digits_are_those_given(text: str, digits: int) -> None:
    assert parse_number(text).digits == digits


@pytest.mark.parametrize("text", ["1.2.3", "pi", "12a", "", "-", ".", "1,5", "nan", "inf", "0x10", "٣.١٤", "1 2"])
def test_anything_but_a_decimal_number_is_refused(text: str) -> None:
    with pytest.raises(ExpressionError, match="is not a decimal number"):
        parse_number(text)


def test_a_minus_sign_of_unicode_is_a_minus() -> None:
    """As it is copied from a page."""
    number = parse_number("\N{MINUS SIGN}1.25")
    assert (number.text, number.digits) == ("-1.25", 3)
    assert number.ball.contains(arb("-1.25"))


@pytest.mark.parametrize("text", ["1.5e-3", "2E10", "-.5e+2"])
def test_an_exponent_is_refused_with_the_way_out(text: str) -> None:
    with pytest.raises(ExpressionError, match="write the number out"):
        parse_number(text)


def test_four_over_pi_is_matched_with_its_digits() -> None:
    found = identify_number("1.2732395447351626861510701069801148", LIBRARY)
    assert found.outcome == "found"
    assert found.relations[0].expression == "4/pi"
    assert found.relations[0].proof == "matched"
    assert found.to_json()["digits"] == 35
    assert found.relations[0].digits_verified == 35


@pytest.mark.parametrize(
    ("expression", "digits", "text"),
    [
        ("(1 + 2*pi)/(3 - pi)", 40, "(1 + 2*pi)/(3 - pi)"),
        ("1 + 3*zeta(3)", 30, "1 + 3*zeta(3)"),
        ("sqrt(3)", 30, "sqrt(3)"),
        ("(1 + sqrt(5))/2", 20, "(1 + sqrt(5))/2"),
        ("22/7", 20, "22/7"),
    ],
)
def test_numbers_are_matched_simplest_first(expression: str, digits: int, text: str) -> None:
    found = identify_number(typed(expression, digits), LIBRARY)
    assert found.relations[0].expression == text


@pytest.mark.parametrize("text", ["1.2732395", "3.14159265359", "0.00000000012345"])
def test_few_digits_are_too_few(text: str) -> None:
    found = identify_number(text, LIBRARY)
    if parse_number(text).digits < numbers.MIN_DIGITS:
        assert found.outcome == "too_few_digits"
        assert found.digits_needed == numbers.MIN_DIGITS
        assert found.relations == ()


def test_a_wrong_last_part_is_no_match() -> None:
    right = typed("4/pi", 40)
    found = identify_number(right[:30] + "0123456789", LIBRARY)
    assert found.relations == ()


def test_a_degree_three_number_is_found_on_demand() -> None:
    text = typed("2^(1/3)", 60)
    assert identify_number(text, []).outcome == "excluded"
    assert identify_number(text, [], degree=3).relations[0].expression == "2^(1/3)"


def test_random_numbers_match_nothing() -> None:
    chance = random.Random(1_655)
    for _ in range(150):
        text = "0." + "".join(chance.choice("0123456789") for _ in range(110))
        found = identify_number(text, LIBRARY)
        assert found.outcome == "excluded"
        assert found.relations == ()


def test_short_random_numbers_match_nothing() -> None:
    chance = random.Random(1_797)
    for _ in range(150):
        text = "0." + "".join(chance.choice("123456789") for _ in range(12))
        assert identify_number(text, LIBRARY).relations == ()


def test_the_digits_of_a_double_in_full_count_as_far_as_it_is_exact() -> None:
    """A program prints 50 digits of a double: without the remark it would be a fraction with 2^48 below the line."""
    found = identify_number("3.1415926535897931159979634685441851615905761718750", [Named("pi", "pi")])
    assert found.relations[0].expression == "pi"
    assert found.remark == "these are the digits of a double, of which the first 16 count"
    assert identify_number("3.14159265358979323846264338327950288", [Named("pi", "pi")]).remark is None


def test_an_integer_is_taken_as_rounded_where_it_is_long_and_needs_no_name_where_it_is_short() -> None:
    assert (
        identify_number("22").reason == "22 is a whole number, which needs no name; write 22.0 for one that is rounded"
    )
    assert identify_number("262537412640768744").remark == "a whole number is taken as rounded to it"
