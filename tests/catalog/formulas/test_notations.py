"""Formulas in the notations of people and programs: each reads as the value that was written."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from mpmath import mp, mpf

from catalog.errors import FormulaError
from catalog.formulas.interlaced import FractionTerm, Moebius, contracted
from catalog.formulas.notations import FiniteFraction, looks_like_formula, read_formula_text
from catalog.formulas.pcf import PCF
from catalog.formulas.term_functions import TermFunction, read_function

NOTATIONS = {
    "PCF(2n+1, n^2)": "PCF(2n + 1, n^2)",
    "pcf[2k+1, k^{2}]": "PCF(2n + 1, n^2)",
    "2n+1, n^2": "PCF(2n + 1, n^2)",
    "[[1, 2], [0, 0, 1]]": "PCF(2n + 1, n^2)",
    "PCF((2n+1)/2, n^2/3)": "L/6 with L = PCF(6n + 3, 12n^2)",
    "K(n^2, 2n+1)": "PCF(2n + 1, n^2) - 1",
    "1 + K(n^2, 2n+1)": "PCF(2n + 1, n^2)",
    "ContinuedFractionK[n, n+2, {n, 1, Infinity}]": "PCF(n + 2, n) - 2",
    "1 + ContinuedFractionK[m^2, 2m+1, {m, 1, Infinity}]": "PCF(2n + 1, n^2)",
    "ContinuedFractionK[(n-1)^2, 2n-1, {n, 2, Infinity}]": "PCF(2n + 1, n^2) - 1",
    r"\mathop{\mathrm{K}}_{n=1}^{\infty} \frac{n^2}{2n+1}": "PCF(2n + 1, n^2) - 1",
    r"$1 + \underset{n=1}{\overset{\infty}{\mathrm{K}}} \frac{n^{2}}{2n+1}$": "PCF(2n + 1, n^2)",
    "CF(1; (2k+1, k^2) for k >= 1)": "PCF(2n + 1, n^2)",
    "CF(1; (1/(2k), 1), (2k+1, 1) for k >= 1)": "PCF(6n + 3, -4n^2)",
    "1 + K(n^2/(2n+1))": "PCF(2n + 1, n^2)",
    "4/(1 + ContinuedFractionK[n^2, 2 n + 1, {n, 1, \\[Infinity]}])": "4/L with L = PCF(2n + 1, n^2)",
    "2 - 3*K(n^2, 2n+1)/4": "(11 - 3*L)/4 with L = PCF(2n + 1, n^2)",
    "1 + K_{k=1}^∞ (k^2 / (2k+1))": "PCF(2n + 1, n^2)",
    "K_{n≥1} n^2/(2n+1)": "PCF(2n + 1, n^2) - 1",
    "a(n) = 2n+1, b(n) = n^2": "PCF(2n + 1, n^2)",
    "b_n = n^2; a_n = 2n+1": "PCF(2n + 1, n^2)",
    "PCF(b=n^2, a=2n+1)": "PCF(2n + 1, n^2)",
    "(2n+1, n^2)": "PCF(2n + 1, n^2)",
    "{2n+1, n^2}": "PCF(2n + 1, n^2)",
    '"PCF(2n+1, n^2)"': "PCF(2n + 1, n^2)",
    "K(n²⁄(2n+1))": "PCF(2n + 1, n^2) - 1",
    "phi = [1; (1)]": "PCF(1, 1)",
    "[1; (2, 1)]": "(-1 + L)/2 with L = PCF(4, -1)",
    r"[1; \overline{2, 1}]": "(-1 + L)/2 with L = PCF(4, -1)",
}

GUESSED = {
    r"1+\cfrac{1^2}{3+\cfrac{2^2}{5+\cfrac{3^2}{7+\ddots}}}": "PCF(2n + 1, n^2)",
    "4 + 1/(5 + 2/(6 + 3/(7 + ...)))": "PCF(n + 4, n)",
    r"$\pi = \cfrac{4}{1+\cfrac{1^2}{3+\cfrac{2^2}{5+\ddots}}}$": "4*L/(1 + L) with L = PCF(2n + 3, n^2 + 2n + 1)",
    "sqrt(2) = [1; 2, 2, 2, ...]": "PCF(2, 1) - 1",
    "6 + (1*3)^2/(6 + (2*5)^2/(6 + (3*7)^2/(6 + …)))": "PCF(6, 4n^4 + 4n^3 + n^2)",
    "2 + 1^2/(4 + 3^2/(4 + 5^2/(4 + ...)))": "PCF(4, 4n^2 - 4n + 1) - 2",
    "1*1 - 1^6/(3*7 - 2^6/(5*19 - 3^6/...))": "PCF(6n^3 + 9n^2 + 5n + 1, -n^6)",
    "x = 1 + 1/(1 + 1/(1 + 2/(1 + 2/(1 + 3/(1 + 3/...))))): numerators come twice": "PCF(2n + 2, -n^2)",
    "[1; 1/2, 3, 1/4, 5, 1/6, ...]": "PCF(6n + 3, -4n^2)",
    "CF[1; 2, 3, 5, 3, 5, 3, 5, ...] (eventually periodic)": "(2 + 3*L)/(3 + 2*L) with L = PCF(17, -1)",
    "1/(1 + 1/(1 + 1/(1 + ...)))": "PCF(1, 1) - 1",
    r"1+\dfrac{1}{3+\dfrac{4}{5+\dfrac{9}{7+\cdots}}}": "PCF(2n + 1, n^2)",
    r"1 + \frac{1}{1+}\frac{2}{1+}\frac{3}{1+}\cdots": "PCF(1, n)",
    "{1; 2, 3, 4, ...}": "PCF(n + 1, 1)",
    "⟨1; 2, 3, 4, …⟩": "PCF(n + 1, 1)",
    "[1, 2, 3, 4, ...]": "PCF(n + 1, 1)",
}


@pytest.mark.parametrize(("text", "understood"), NOTATIONS.items())
def test_a_notation_is_understood(text: str, understood: str) -> None:
    reading = read_formula_text(text)
    assert reading.understood == understood
    assert reading.guessed_from is None


@pytest.mark.parametrize(("text", "understood"), GUESSED.items())
def test_a_fraction_of_first_terms_is_a_guess(text: str, understood: str) -> None:
    reading = read_formula_text(text)
    assert reading.understood == understood
    assert reading.guessed_from


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("PCF(2x, (2n-1)^2)", "variables n and x"),
        ("PCF((2n+1)*pi/4, 1)", "rational numbers"),
        ("[1; 2, 3]", "ends with ..."),
        ("[1; 2, 7, ...]", "write more terms"),
        ("hello", "ContinuedFractionK"),
        ("PCF(1, 2, 3)", "two polynomials"),
        ("1 + 2/(x + ...)", "not a number"),
        (r"\frac{1", "not closed"),
        ("K(0, 2n+1)", "zero"),
        ("CF(1; )", "no rule"),
    ],
)
def test_what_cannot_be_read_says_why(text: str, words: str) -> None:
    with pytest.raises(FormulaError, match=words):
        read_formula_text(text)


def constant(value: Fraction | None) -> TermFunction:
    assert value is not None
    return TermFunction.of(value)


def written(first: list[FractionTerm], period: list[FractionTerm], periods: int) -> Fraction | None:
    """The value of a fraction that stops after so many periods, None where it divides by zero."""
    terms = [*first, *(FractionTerm(constant(t.a.at(k)), constant(t.b.at(k))) for k in range(periods) for t in period)]
    numerators = [term.b.value() for term in terms]
    value: Fraction | None = None
    for place in range(len(terms) - 1, -1, -1):
        here = terms[place].a.value()
        assert here is not None
        below = numerators[place + 1] if value is not None else Fraction(0)
        assert below is not None
        if value == 0:
            return None
        value = here + (below / value if value is not None else 0)
    return value


def limit(formula: PCF, mapped: Moebius, terms: int) -> mpf:
    x, y, z, w = mapped
    tail = mpf(formula.a_at(terms))
    for n in range(terms, 0, -1):
        tail = formula.a_at(n - 1) + formula.b_at(n) / tail
    return (x + y * tail) / (z + w * tail)


function = st.builds(
    lambda c, k, d: read_function(f"({c}+{k}*k)/{d}", "it")[0], st.integers(1, 9), st.integers(0, 4), st.integers(1, 3)
)
term = st.builds(FractionTerm, function, function)
first = st.builds(
    lambda a, b: FractionTerm(TermFunction.of(a), TermFunction.of(b)), st.integers(1, 9), st.integers(1, 5)
)


@given(st.lists(first, max_size=3), st.lists(term, min_size=1, max_size=3))
def test_a_contraction_has_the_value_of_its_fraction(first: list[FractionTerm], period: list[FractionTerm]) -> None:
    """All terms are positive, so that the fraction converges where its value settles."""
    formula, mapped = contracted(first, period)
    near, nearer = written(first, period, 60), written(first, period, 90)
    assume(near is not None and nearer is not None)
    assert near is not None and nearer is not None
    with mp.workdps(60):
        error = abs(near - nearer)
        assume(error < Fraction(1, 10**8))
        value = mpf(nearer.numerator) / nearer.denominator
        assert abs(limit(formula, mapped, 400) - value) < 1e-7 * abs(value)


@pytest.mark.parametrize("text", [*NOTATIONS, *GUESSED])
def test_a_formula_is_no_number(text: str) -> None:
    assert looks_like_formula(text)


@pytest.mark.parametrize("text", ["1.2732", "1.6449...", "pi^2/6", "22/7", "exp(1)/2", "-3", "sqrt(2)", "gamma(1/3)"])
def test_a_number_is_no_formula(text: str) -> None:
    assert not looks_like_formula(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("[1; 2, 3]", Fraction(10, 7)),
        ("CF(1; 2, 3)", Fraction(10, 7)),
        ("CF[1, 2, 3]", Fraction(10, 7)),
        ("CF[1; 1/2, 3, 1/4, 5, 1/6, 7]", Fraction(3033, 1223)),
        ("[0; \N{MINUS SIGN}2, 3]", Fraction(-3, 5)),
        ("CF(3)", Fraction(3)),
    ],
)
def test_a_list_that_ends_is_a_rational_number(text: str, value: Fraction) -> None:
    with pytest.raises(FiniteFraction, match=f"rational number {value};") as refused:
        read_formula_text(text)
    assert refused.value.value == value


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=30))
def test_a_finite_fraction_has_the_value_of_its_quotients(quotients: list[int]) -> None:
    value = Fraction(quotients[-1])
    for quotient in quotients[-2::-1]:
        value = quotient + 1 / value
    with pytest.raises(FiniteFraction) as refused:
        read_formula_text(f"[{quotients[0]}; {', '.join(map(str, quotients[1:]))}]")
    assert refused.value.value == value


@pytest.mark.parametrize("text", ["[1; 0]", "CF(1; 2, 0)"])
def test_a_finite_fraction_that_divides_by_zero_is_refused(text: str) -> None:
    with pytest.raises(FormulaError, match="divides by zero"):
        read_formula_text(text)


@pytest.mark.parametrize("text", ["CF(1; (2, 1))", "CF(0; (1/2, 1), (3, -1/4))"])
def test_pairs_of_numbers_that_may_end_or_go_on_are_refused(text: str) -> None:
    with pytest.raises(FormulaError, match="for k >= 1"):
        read_formula_text(text)
    assert read_formula_text(f"{text[:-1]} for k >= 1)").is_periodic
