"""Numbers as people type and paste them."""

from __future__ import annotations

import doctest
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.errors import ExpressionError
from indexer.identification import typed
from indexer.identification.typed import is_number, read_decimal, read_number


def test_examples_in_docstrings() -> None:
    assert doctest.testmod(typed).failed == 0


@pytest.mark.parametrize(
    ("text", "value", "digits"),
    [
        ("1.6449...", "1.6449", 5),
        ("1.6449\N{HORIZONTAL ELLIPSIS}", "1.6449", 5),
        ("3.14159 26535 89793", "3.141592653589793", 16),
        ("6.02e23", "6.02e23", 3),
        ("6.02 x 10^23", "6.02e23", 3),
        ("1.64493(4)", "1.64493", 5),
        ("\N{MINUS SIGN}0.00125", "-0.00125", 3),
        ("3.14 +- 0.01", "3.14", 3),
        ("3.1416\N{PLUS-MINUS SIGN}0.0003", "3.1416", 4),
        ("3.1416+/-3e-4", "3.1416", 4),
        ("(1.602176634 \N{PLUS-MINUS SIGN} 0.000000003)\N{MULTIPLICATION SIGN}10^-19", "1.602176634e-19", 9),
        ("\N{FULLWIDTH DIGIT ONE}\N{FULLWIDTH FULL STOP}\N{FULLWIDTH DIGIT SIX}4493", "1.64493", 6),
        ("x = 1.6449340668.", "1.6449340668", 11),
        ("\N{ALMOST EQUAL TO} 1.6449340668", "1.6449340668", 11),
        ("1.644 934 066 84", "1.64493406684", 12),
        ("3.14e0", "3.14", 3),
    ],
)
def test_forms_that_are_read(text: str, value: str, digits: int) -> None:
    number = read_number(text)
    assert is_number(text)
    assert (number.text, number.digits) == (value, digits)


def test_the_error_in_brackets_is_the_number_s_own() -> None:
    assert read_number("1.64493(4)").ball.overlaps(read_number("1.644968").ball)
    assert not read_number("1.64493").ball.overlaps(read_number("1.644968").ball)


def test_a_sign_after_a_plus_is_no_error() -> None:
    assert read_number("2+-3", 3).text == "-1.00"


def test_the_error_behind_a_number_is_the_number_s_own() -> None:
    assert read_number("1.64493 +- 0.00004").ball.overlaps(read_number("1.644968").ball)
    assert not read_number("1.64493 +- 0.00002").ball.overlaps(read_number("1.644968").ball)


def test_an_expression_has_the_digits_asked_for() -> None:
    assert read_number("pi^2/6").digits == 60
    assert read_number("pi^2/6", 20).text == "1.6449340668482264365"
    assert read_number("pi^2/6").written == "pi^2/6"


def test_trusted_digits_cut_a_number() -> None:
    assert read_number("3.14159999", 6).digits == 6


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("3,14159", "write a decimal point, and nothing between thousands: 3.14159"),
        ("1,234,567.5", "1234567.5"),
        ("1 2", "is not a decimal number"),
        ("1.27x", "is not a decimal number"),
        ("gama(1/3)", "did you mean gamma"),
        ("1e99999", "beyond the supported 1000"),
        ("3.14 +- 0", "an error above zero"),
        ("3.14 +- 1e99999", "beyond the supported 1000"),
    ],
)
def test_what_cannot_be_read_is_told_the_way_out(text: str, words: str) -> None:
    with pytest.raises(ExpressionError, match=words):
        read_number(text)


@pytest.mark.parametrize("text", ["PCF(2n+1, n^2)", "K(n^2, 2n+1)", "2n+1", "[1; 2, 3, ...]", "n^2"])
def test_formulas_are_no_numbers(text: str) -> None:
    assert not is_number(text)


@given(st.decimals("0.001", "1000", places=18), st.integers(1, 99))
def test_the_sure_digits_of_a_decimal_enclose_it(number: Decimal, doubt: int) -> None:
    written = f"{number}({doubt})"
    found = read_decimal(written)
    assert found is not None
    text, digits = found
    assert digits == len(text.replace(".", "").lstrip("0"))
    unit = Decimal(1).scaleb(-len(text.partition(".")[2]))
    off = Decimal(doubt).scaleb(-18)
    assert Decimal(text) - unit <= number - off
    assert number + off <= Decimal(text) + unit


@pytest.mark.parametrize("text", ["22", "pi", "gamma(1/5)", "2*1.5", "1.5...*2", "1,5"])
def test_an_integer_or_an_expression_is_no_decimal(text: str) -> None:
    assert read_decimal(text) is None


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        (r"\frac{\pi^2}{6}", "pi^2/6"),
        (r"$\sqrt{2} + \zeta(3)$", "sqrt(2) + zeta(3)"),
        (r"e^{\pi}\ln 2", "e^pi*log(2)"),
        ("Zeta[3]", "zeta(3)"),
        ("Sqrt[2 + Sqrt[3]]/Pi", "sqrt(2 + sqrt(3))/pi"),
    ],
)
def test_an_expression_in_latex_or_mathematica_is_the_number_it_is(typed: str, plain: str) -> None:
    assert is_number(typed)
    assert read_number(typed).text == read_number(plain).text


@pytest.mark.parametrize(
    "text", ["PCF[2n+1, n^2]", r"\cfrac{1}{1+\cfrac{1}{3+\ddots}}", r"\frac{1}", "ContinuedFractionK[n, 1, {n, 1, 9}]"]
)
def test_formulas_in_latex_or_mathematica_are_no_numbers(text: str) -> None:
    assert not is_number(text)
