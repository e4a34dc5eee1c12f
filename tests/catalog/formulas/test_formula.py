"""The formula language: what is read, what is refused and how, printing, symmetries, keys."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.errors import FormulaError
from catalog.formulas.pcf import PCF, parse_formula
from catalog.formulas.polynomial import MAX_DEGREE, format_polynomial, parse_polynomial

coefficients = st.lists(st.integers(-50, 50), min_size=1, max_size=5).filter(any)
formulas = st.builds(lambda a, b: PCF(tuple(a), tuple(b)), coefficients, coefficients)
large = st.lists(st.integers(-(10**40), 10**40), min_size=1, max_size=12).filter(any)


def convergent(formula: PCF, depth: int) -> Fraction | None:
    """p_n/q_n in exact fractions, None where q_n = 0."""
    p, p_before, q, q_before = formula.a_at(0), 1, 1, 0
    for n in range(1, depth + 1):
        a, b = formula.a_at(n), formula.b_at(n)
        p, p_before = a * p + b * p_before, p
        q, q_before = a * q + b * q_before, q
    return Fraction(p, q) if q else None


@pytest.mark.parametrize(
    ("text", "coefficients"),
    [
        ("2n+1", (1, 2)),
        ("2*n+1", (1, 2)),
        ("n**2", (0, 0, 1)),
        ("n^2", (0, 0, 1)),
        ("n²", (0, 0, 1)),
        ("(2n+1)(3n(n+1)+1)", (1, 5, 9, 6)),
        ("(n+1)^3", (1, 3, 3, 1)),
        ("(2n+1)²", (1, 4, 4)),
        ("-n^2", (0, 0, -1)),
        ("−n^2 + 3·n", (0, 3, -1)),
        ("2*-3n", (0, -6)),
        ("- - +n", (0, 1)),
        ("n n", (0, 0, 1)),
        (" 2 n\t+ 1 ", (1, 2)),
        ("(4n^2+2n)/2", (0, 1, 2)),
        ("2^3^2", (512,)),
        ("n - n", ()),
        ("0007n", (0, 7)),
    ],
)
def test_polynomials_are_read(text: str, coefficients: tuple[int, ...]) -> None:
    assert parse_polynomial(text) == coefficients


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("n/2", "non-integer coefficient 1/2 at n^1"),
        ("1.5n", "1.5 at position 1 of a(n) is not an integer"),
        ("sin(n)", "uses sin(...) at position 1"),
        ("sin n", "'sin' at position 1, but the only variable is n"),
        ("x+1", "'x' at position 1, but the only variable is n"),
        ("n2", "'n2' at position 1"),
        ("n 2", "stands right after a factor"),
        ("n^-1", "exponent at position 2 is not a non-negative integer"),
        ("n^x", "'x' at position 3"),
        ("2^n", "exponent at position 2"),
        ("n^(1/2)", "exponent at position 2"),
        ("1/n", "divides by one at position 2"),
        ("n/0", "divided by zero at position 2"),
        ("", "is empty"),
        ("n+", "ends where a number or name is expected"),
        ("(n", "bracket at position 1 of a(n) is not closed"),
        ("n)", "no opening bracket"),
        ("()", "stands where a number or name is expected"),
        ("n!", "'!' at position 2 of a(n) cannot be read"),
        ("__import__('os')", "cannot be read"),
        ("n^65", "degree 65 at position 2, beyond the supported 64"),
        ("(n+1)^1000000000", "degree 1000000000"),
        ("9^9^9^9", "digits at position 4"),
        ("10^1000", "more than the supported 1000 digits"),
        ("9" * 1001, "has 1001 digits"),
        ("(" * 100_000 + "n" + ")" * 99_000, "nested deeper than the supported 100"),
        ("n" * 300_000, "300000 characters"),
        ("f(" * 150, "nested deeper"),
        ("+n" * 99_999 + "^99999999999999999999999", "beyond the supported"),
        ("2^" * 50_000 + "2", "beyond the supported"),
    ],
)
def test_what_is_no_supported_polynomial_is_refused_by_name(text: str, reason: str) -> None:
    with pytest.raises(FormulaError) as caught:
        parse_polynomial(text, what="a(n)")
    message = str(caught.value)
    assert reason in message
    assert len(message) < 200 and "\n" not in message


def test_long_sums_and_runs_of_signs_are_read() -> None:
    assert parse_polynomial("-" * 100_000 + "n") == (0, 1)
    assert parse_polynomial("+n" * 50_000) == (0, 50_000)


def test_a_formula_is_read_and_printed() -> None:
    formula = parse_formula(" pcf( 1+2n , n**2 ) ")
    assert formula == PCF((1, 2), (0, 0, 1)) == PCF.from_text("2n+1", "n^2")
    assert str(formula) == "PCF(2n + 1, n^2)"
    assert str(PCF((0, -1, 3), (-1,))) == "PCF(3n^2 - n, -1)"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("PFC(2n+1, n^2)", "cannot read 'PFC(2n+1, n^2)'; write a formula as PCF(a, b)"),
        ("PCF(2n+1)", "takes two polynomials, not 1"),
        ("PCF(1, 2, 3)", "takes two polynomials, not 3"),
        ("PCF(0, n)", "a(n) is the zero polynomial"),
        ("PCF(n, n-n)", "b(n) is the zero polynomial"),
        ("PCF(, n)", "a(n) is empty"),
        ("PCF(n, 2m)", "b(n) uses 'm' at position 9"),
        ("x" * 10**6, "cannot read 'xxx"),
    ],
)
def test_misspelt_formulas_are_refused_by_name(text: str, reason: str) -> None:
    with pytest.raises(FormulaError) as caught:
        parse_formula(text)
    assert reason in str(caught.value)
    assert len(str(caught.value)) < 200


@given(large, large)
def test_printing_parses_back(a: list[int], b: list[int]) -> None:
    formula = PCF(tuple(a), tuple(b))
    assert parse_formula(str(formula)) == formula


@given(st.text(alphabet="n0123456789+-*/^() ,.x²", max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        coefficients = parse_polynomial(text)
    except FormulaError:
        return
    assert parse_polynomial(format_polynomial(coefficients)) == coefficients


def test_json_takes_integers_and_strings_of_digits() -> None:
    assert PCF.from_json({"a": [1, 2, 0], "b": ["0", "-12345678901234567890"]}) == PCF(
        (1, 2), (0, -12345678901234567890)
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"a": [1.0], "b": [1]}', "a(n) has the coefficient 1.0, which is not an integer"),
        ('{"a": [1], "b": [true]}', "b(n) has the coefficient True"),
        ('{"a": [NaN], "b": [1]}', "coefficient nan"),
        ('{"a": [Infinity], "b": [1]}', "coefficient inf"),
        ('{"a": [null], "b": [1]}', "coefficient None"),
        ('{"a": ["1e3"], "b": [1]}', "coefficient '1e3'"),
        ('{"a": ["٣"], "b": [1]}', "is not an integer"),
        ('{"a": [], "b": [1]}', "a(n) must be a non-empty list"),
        ('{"a": "12", "b": [1]}', "a(n) must be a non-empty list"),
        ('{"a": [1], "b": [0, 0]}', "b(n) is the zero polynomial"),
        ('{"a": [1]}', "a formula is an object such as"),
        ("[1, 2]", "a formula is an object such as"),
        (json.dumps({"a": [0] * 65 + [1], "b": [1]}), "a(n) has degree 65"),
        (json.dumps({"a": ["9" * 5000], "b": [1]}), "more than the supported 1000 digits"),
        (json.dumps({"a": [10**1000], "b": [1]}), "more than the supported 1000 digits"),
    ],
)
def test_bad_json_is_refused_by_name(text: str, reason: str) -> None:
    with pytest.raises(FormulaError) as caught:
        PCF.from_json(json.loads(text))
    assert reason in str(caught.value)


def test_the_largest_supported_formula_is_read_back() -> None:
    side = tuple([10**1000 - 1] * (MAX_DEGREE + 1))
    formula = PCF(side, side)
    assert parse_formula(str(formula)) == formula
    assert PCF.from_json({"a": [str(c) for c in side], "b": list(side)}) == formula


def test_coefficients_of_other_types_are_refused() -> None:
    with pytest.raises(FormulaError, match="not an integer"):
        PCF((1.5,), (1,))  # type: ignore[arg-type]


@given(formulas, st.integers(-6, 6).filter(bool))
def test_symmetries_multiply_every_convergent(formula: PCF, c: int) -> None:
    value = convergent(formula, 6)
    assert convergent(formula.mirror(), 6) == (None if value is None else -value)
    assert convergent(formula.inflate(c), 6) == (None if value is None else c * value)


@given(formulas, st.integers(1, 10**6))
def test_deflation_undoes_inflation(formula: PCF, c: int) -> None:
    deflated, factor = formula.deflate()
    assert deflated.inflate(factor) == formula
    assert deflated.deflate() == (deflated, 1)
    assert formula.inflate(c).deflate() == (deflated, factor * c)


def test_deflation_finds_large_factors() -> None:
    big = (2**521 - 1) * (2**607 - 1)
    assert PCF((3 * big,), (big * big * 5,)).deflate() == (PCF((3,), (5,)), big)
    assert PCF((8,), (8,)).deflate() == (PCF((4,), (2,)), 2)


@given(formulas, st.integers(-6, 6).filter(bool))
def test_the_canonical_form_is_shared_by_mirrors_and_inflations(formula: PCF, c: int) -> None:
    canonical, factor = formula.canonical()
    assert canonical.a[-1] > 0
    assert canonical.inflate(factor) == formula
    assert formula.inflate(c).canonical() == (canonical, factor * c)
    assert canonical.canonical() == (canonical, 1)


@given(formulas, st.lists(st.tuples(st.integers(1, 4), st.integers(1, 4)), min_size=1, max_size=3))
def test_polynomial_deflation_keeps_the_convergents(formula: PCF, roots: list[tuple[int, int]]) -> None:
    inflated = formula
    for slope, root in roots:
        inflated = _times(inflated, root, slope)
    deflated, h = inflated.deflate_polynomial()
    assert len(h) - 1 >= len(roots)
    assert deflated.deflate_polynomial() == (deflated, (1,))
    assert h[0] != 0
    value = convergent(deflated, 5)
    assert convergent(inflated, 5) == (None if value is None else h[0] * value)


def _times(formula: PCF, h0: int, h1: int) -> PCF:
    """(a h, b h(n) h(n-1)) for h = h1 n + h0."""
    a, b = format_polynomial(formula.a), format_polynomial(formula.b)
    return PCF.from_text(f"({a})({h1}n+{h0})", f"({b})({h1}n+{h0})({h1}n+{h0 - h1})")


def test_polynomial_deflation_is_maximal_in_chains_of_shifts() -> None:
    # b allows n+1 or n+3 and n+2 alone between them: two factors, where taking n+2 first would give one
    formula = PCF.from_text("(n+1)(n+2)(n+3)", "n(n+1)(n+2)(n+3)")
    deflated, h = formula.deflate_polynomial()
    assert h == (3, 4, 1)
    assert deflated == PCF.from_text("n+2", "1")


def test_polynomial_deflation_leaves_factors_with_natural_roots() -> None:
    at_zero = PCF.from_text("n(2n+1)", "n(n-1)(n+5)")
    assert at_zero.deflate_polynomial() == (at_zero, (1,))
    terminating = PCF.from_text("(n-3)(2n+1)", "(n-3)(n-4)(n^2+1)")
    assert terminating.deflate_polynomial() == (terminating, (1,))


@given(formulas, st.integers(-5, 5), st.integers(-5, 5))
def test_shift_moves_the_index(formula: PCF, k: int, n: int) -> None:
    shifted = formula.shift(k)
    assert (shifted.a_at(n), shifted.b_at(n)) == (formula.a_at(n + k), formula.b_at(n + k))


def test_each_formula_has_its_own_stable_key() -> None:
    formula = parse_formula("PCF(2n+1, n^2)")
    assert formula.key.hex() == "4d686cb7c0dfae38ab905ef9169f364e62f796105da767c54b51d70082f82838"
    assert len({formula.key, formula.mirror().key, formula.inflate(2).key, formula.shift().key}) == 4


def test_height_complexity_and_latex() -> None:
    formula = parse_formula("PCF(2n-7, -n^2)")
    assert formula.height == 7
    assert formula.complexity == (2 + 3 + 1) + 1 + 2
    assert formula.latex() == r"-7 + \mathop{\mathrm{K}}_{n=1}^{\infty} \frac{-n^{2}}{2 n - 7}"
