"""Expressions for constants: values against mpmath, printing, and refusals in bounded time and memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import pytest
from flint import arb, ctx
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath.ctx_mp import MPContext

from catalog.constants.evaluation import MAX_BITS, evaluate, evaluate_known, known_digits, to_mpmath
from catalog.constants.expressions import parse_expression, to_latex
from catalog.constants.functions import FUNCTIONS, NAMES
from catalog.constants.known_digits import DIGITS
from catalog.errors import ExpressionError

VALUES = [
    "pi", "e", "phi", "euler_gamma", "catalan", "khinchin", "glaisher",
    "2/3", "-7", "2^10", "2^-3", "3^(1/3)", "pi^e", "(1+sqrt(5))/2", "exp(pi*sqrt(163))", "sqrt(-2)^2",
    "sqrt(5)*tanh(sqrt(5))", "gamma(1/3)^3/pi", "e^(i*pi)", "hyp2f1(i, -i, 1/2, -1)", "sin(100000)",
    "sqrt(7/2)", "cbrt(5)", "root(7, 3)", "exp(2/3)", "log(3/7)", "sin(1)", "cos(4/3)", "tan(2)", "cot(1/5)",
    "sinh(1)", "cosh(2)", "tanh(1/3)", "coth(3)", "asin(1/3)", "acos(1/4)", "atan(5)", "asinh(2)", "acosh(3)",
    "atanh(1/2)", "agm(1, sqrt(2))", "gamma(1/4)", "gamma(-7/2)", "beta(1/3, 5/7)", "psi(1/3)", "zeta(3)",
    "zeta(1/2)", "zeta(-3)", "polylog(2, 1/3)", "polylog(3, -2)", "lambertw(1)", "erf(1/2)", "erfc(3)",
    "erfi(1)", "dawson(7/5)", "ei(1)", "ei(-2)", "li(2)", "si(1)", "ci(3/2)", "shi(1)", "chi(2)",
    "stieltjes(1)", "erfinv(1/2)", "polygamma(1, 1/4)",
    "e1(1/3)", "gammainc(1/3, 2)", "gammainc(-2, 1)", "gammalower(1/3, 2)",
    "besseli(1/3, 2)", "besselj(0, 5/2)", "besselk(2, 1)", "bessely(1/4, 3)", "hyp0f1(2, -1)",
    "hyp1f1(1, 7/4, 5/4)", "hyp1f1(1/3, 2, -9)", "hyp2f1(1/3, 2/3, 1, 9/10)", "hyp2f1(1/3, 4/3, 1, -5)",
    "hyp2f1(1, 1/2, 3/2, -1/3)", "hypu(1/2, 1/3, 2)", "hypu(2, 3, 1/7)", "pcfd(-1/2, 1)", "pcfd(-1, -3)",
    "pcfd(3, 2)", "ellipk(1/2)", "ellipe(-3)", "zetaprime(2)", "zetaprime(-1)", "hurwitzzeta(3, 1/4)",
    "dirichletl(-3, 2)", "dirichletl(12, 3)", "dirichletl(-8, 5/2)", "airyai(1)", "airybi(-2)",
    "struveh(0, 1)", "struveh(3/2, 5)", "struvel(1, 2)", "struvel(1/3, 4/3)", "hyp1f2(1, 3/2, 3/2, -1/4)",
    "hyp1f2(1/3, (3+sqrt(-7))/4, (3-sqrt(-7))/4, 2)",
]  # fmt: skip


@pytest.mark.parametrize("text", VALUES)
def test_balls_agree_with_mpmath(text: str) -> None:
    ball = evaluate(text, 350)
    assert ball.rel_accuracy_bits() >= 350
    context = MPContext()
    context.dps = 130
    middle = context.mpf(ball.mid().str(120, radius=False))
    assert abs(middle - to_mpmath(text, 120)) < abs(middle) * context.mpf(10) ** -103


def test_every_name_and_function_is_compared_with_mpmath() -> None:
    used = {item.text for text in VALUES for item in parse_expression(text).program}
    assert set(FUNCTIONS) | set(NAMES) - set(DIGITS) <= used


@pytest.mark.parametrize("name", DIGITS)
def test_constants_known_by_their_digits_have_a_hundred_and_no_more(name: str) -> None:
    assert evaluate(name, 330).rel_accuracy_bits() >= 330
    with pytest.raises(ExpressionError, match="known by its digits alone"):
        evaluate(name, 1000)


def euler_product(context: MPContext, numerator: Sequence[int], denominator: Sequence[int] = (1,)) -> Any:
    """The product over all primes p of a rational function of 1/p that begins with 1, by the prime zeta function."""

    def power_sums(polynomial: Sequence[int]) -> list[int]:
        """Newton's identities: the sums of powers of the inverse roots."""
        sums = [0]
        for k in range(1, 400):
            known = sum(polynomial[j] * sums[k - j] for j in range(1, min(k, len(polynomial))))
            sums.append(-known - (k * polynomial[k] if k < len(polynomial) else 0))
        return sums

    few = [p for p in range(2, 100) if all(p % q for q in range(2, p))]
    above, below = power_sums(numerator), power_sums(denominator)
    result = context.mpf(1)
    for p in few:
        x = context.mpf(1) / p
        result *= context.polyval(numerator[::-1], x) / context.polyval(denominator[::-1], x)
    tail = context.mpf(0)
    for k in range(2, 90):
        rest = context.primezeta(k) - sum(context.mpf(p) ** -k for p in few)
        tail -= context.mpf(above[k] - below[k]) / k * rest
    return result * context.exp(tail)


def cahen(context: MPContext) -> Any:
    """The alternating sum of 1/(s_k - 1) for Sylvester's sequence."""
    total, s = context.mpf(0), 2
    for k in range(9):
        total += context.mpf((-1) ** k) / (s - 1)
        s = s * s - s + 1
    return total


def fibonacci_words(context: MPContext) -> Any:
    """The binary number whose digits are the rabbit sequence."""
    before, word = "1", "10"
    while len(word) < 500:
        before, word = word, word + before
    return context.mpf(int(word, 2)) / context.mpf(2) ** len(word)


def reciprocal_fibonacci(context: MPContext) -> Any:
    total, a, b = context.mpf(0), 1, 1
    for _ in range(600):
        total, a, b = total + context.mpf(1) / a, b, a + b
    return total


def madelung(context: MPContext) -> Any:
    """Benson's sum of squares of hyperbolic secants."""
    odd = range(1, 170, 2)
    lengths = Counter(m * m + n * n for m in odd for n in odd)
    half = context.pi / 2
    return 12 * context.pi * sum(k * context.sech(half * context.sqrt(s)) ** 2 for s, k in lengths.items())


COMPUTED: dict[str, Callable[[MPContext], Any]] = {
    "artin": lambda c: euler_product(c, (1, -1, -1), (1, -1)),
    "carefree": lambda c: euler_product(c, (1, 0, -2, 1)),
    "golomb_dickman": lambda c: c.quad(lambda t: c.exp(c.li(t)) if t else c.mpf(1), [0, 0.001, 0.01, 0.1, 0.5, 0.9, 1]),
    "cahen": cahen,
    "erdos_borwein": lambda c: sum(c.mpf(1) / (2**n - 1) for n in range(1, 400)),
    "thue_morse": lambda c: sum(c.mpf(n.bit_count() % 2) / 2 ** (n + 1) for n in range(400)),
    "copeland_erdos": lambda c: c.mpf("0." + "".join(str(p) for p in range(2, 500) if all(p % q for q in range(2, p)))),
    "rabbit": fibonacci_words,
    "paperfolding": lambda c: sum(c.mpf(2) ** -(2**k) / (1 - c.mpf(2) ** -(2 ** (k + 2))) for k in range(10)),
    "reciprocal_fibonacci": reciprocal_fibonacci,
    "niven": lambda c: 1 + sum(1 - 1 / c.zeta(n) for n in range(2, 400)),
    "alladi_grinstead": lambda c: c.exp(sum((c.zeta(n) - 1) / (n - 1) for n in range(2, 400)) - 1),
    "porter": lambda c: (
        6 * c.log(2) / c.pi**2 * (3 * c.log(2) + 4 * c.euler - 24 / c.pi**2 * c.zeta(2, derivative=1) - 2)
        - c.mpf(1) / 2
    ),
    "somos": lambda c: c.exp(sum(c.log(n) / c.mpf(2) ** n for n in range(2, 400))),
    "lehmer": lambda c: c.findroot(lambda x: c.polyval([1, 1, 0, -1, -1, -1, -1, -1, 0, 1, 1], x), 1.176),
    "fransen_robinson": lambda c: c.quad(c.rgamma, [0, 1, 2, 4, 8, 16, 32, 64, 100]),
    "madelung": madelung,
    "prime_constant": lambda c: sum(c.mpf(2) ** -p for p in range(2, 400) if all(p % q for q in range(2, p))),
    "prime_squares": lambda c: c.primezeta(2),
    "sophomore_dream": lambda c: sum(c.mpf(n) ** -n for n in range(1, 80)),
    "alternating_sophomore_dream": lambda c: -sum((-c.mpf(n)) ** -n for n in range(1, 80)),
    "komornik_loreti": lambda c: c.findroot(
        lambda q: sum((n.bit_count() % 2) / q**n for n in range(1, 800)) - 1, 1.787
    ),
}
"""Ways to compute constants of which the library has the digits alone."""


def test_digits_that_can_be_computed_otherwise_are_right() -> None:
    context = MPContext()
    context.dps = 110
    ramanujan = 1 / context.sqrt(2)
    for n in range(1, 9):
        s = 2**n
        factor = (1 - context.mpf(2) ** -s) * context.zeta(s) / context.dirichlet(s, [0, 1, 0, -1])
        ramanujan *= factor ** (context.mpf(1) / 2 ** (n + 1))
    known = {
        "twin_prime": +context.twinprime,
        "mertens": +context.mertens,
        "landau_ramanujan": ramanujan,
        "dottie": context.findroot(lambda x: context.cos(x) - x, 0.739),
        "soldner": context.findroot(context.li, 1.45),
        "laplace_limit": context.findroot(
            lambda x: x * context.exp(context.sqrt(1 + x * x)) - 1 - context.sqrt(1 + x * x), 0.66
        ),
    }
    known |= {name: value(context) for name, value in COMPUTED.items()}
    for name, value in known.items():
        assert abs(value - context.mpf(DIGITS[name].text)) < context.mpf(10) ** -98, name


@pytest.mark.parametrize("text", ["dirichletl(9, 2)", "dirichletl(1/2, 2)", "dirichletl(-16, 2)"])
def test_a_character_needs_a_fundamental_discriminant(text: str) -> None:
    with pytest.raises(ExpressionError, match="no finite value"):
        evaluate(text, 60)


@pytest.mark.parametrize("text", VALUES)
def test_canonical_text_reads_back_to_itself_and_its_value(text: str) -> None:
    shown = str(parse_expression(text))
    assert str(parse_expression(shown)) == shown
    assert evaluate(shown, 100).overlaps(evaluate(text, 100))


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("Pi", "pi"),
        ("π²", "pi^2"),
        ("2pi", "2*pi"),
        ("ln(2)", "log(2)"),
        ("ln π", "log(pi)"),
        ("π√3", "pi*sqrt(3)"),
        ("√(2+√2)", "sqrt(2 + sqrt(2))"),
        ("∛2", "cbrt(2)"),
        ("2ζ(3)", "2*zeta(3)"),
        ("πΓ(1/4)", "pi*gamma(1/4)"),
        ("arctan(2)", "atan(2)"),
        ("2**3", "2^3"),
        ("(((e)))", "e"),
        ("EulerGamma", "euler_gamma"),
        ("hyp0f1(2,-1)", "hyp0f1(2, -1)"),
        ("1-(2-3)", "1 - (2 - 3)"),
        ("2*(-3)", "2*(-3)"),
        ("2/(3*pi)", "2/(3*pi)"),
        ("(2/3)*pi", "2/3*pi"),
    ],
)
def test_other_spellings_have_one_canonical_text(text: str, same: str) -> None:
    assert str(parse_expression(text)) == same


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("sqrt(5)*tanh(sqrt(5))", r"\sqrt{5} \tanh\left(\sqrt{5}\right)"),
        ("exp(1)*e1(1)", r"e^{1} E_1\left(1\right)"),
        ("(1+sqrt(5))/2", r"\frac{1 + \sqrt{5}}{2}"),
        ("2*3^n_/7", None),
        ("2*(-3)", r"2 \left(-3\right)"),
        ("hyp0f1(2,-1)", r"{}_0F_1\left(;2;-1\right)"),
        ("(1+pi)*e", r"\left(1 + \pi\right) e"),
        ("1-(2-3)", r"1 - \left(2 - 3\right)"),
        ("-(1/2)", r"-\frac{1}{2}"),
        ("exp(1)^2", r"\left(e^{1}\right)^{2}"),
    ],
)
def test_latex(text: str, latex: str | None) -> None:
    if latex is None:
        with pytest.raises(ExpressionError, match="unknown constant n_"):
            to_latex(text)
    else:
        assert to_latex(text) == latex


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "the expression is empty"),
        ("sqrt(2", "bracket at position 1 of the expression is not closed"),
        ("sqrt()", "stands where a number or name is expected"),
        ("sqroot(2)", "unknown function sqroot at position 1; did you mean sqrt"),
        ("1 + catalam", "unknown constant catalam at position 5; did you mean catalan"),
        ("besselj(1)", "besselj takes 2 arguments, not 1, at position 1"),
        ("sin(1, 2)", "sin takes 1 argument, not 2"),
        ("(1, 2)", "not between the arguments of a function"),
        ("2.5", "2.5 at position 1 of the expression is not an integer; write decimals as fractions"),
        ("1e5", "unknown constant e5"),
        ("__import__('os')", "cannot be read"),
        ("().__class__", "stands where a number or name is expected"),
        ("1/0", "has no finite value"),
        ("gamma(-1)", "has no finite value"),
        ("zeta(1)", "has no finite value"),
        ("log(0)", "has no finite value"),
        ("1/sin(pi)", "has no finite value"),
        ("sqrt(-2)", "is not a real number"),
        ("log(-1)", "is not a real number"),
        ("(-1)^(1/3)", "is not a real number"),
        ("1 - 1", "is zero or cannot be told from it"),
        ("sin(pi)", "is zero or cannot be told from it"),
        ("9^9^9^9", "beyond the supported 1000000"),
        ("exp(exp(exp(9)))", "beyond the supported 1000000"),
        ("((10^999)^999)^999", "too large"),
        ("gamma(10^100)", "beyond the supported 1000"),
        ("besselj(10^5, 1)", "beyond the supported 1000"),
        ("polylog(1000, 2)", "beyond the supported 100"),
        ("(" * 100_000, "nested deeper than the supported 100"),
        ("1+" * 300 + "1", "601 parts, beyond the supported 200"),
        ("sin(" * 150 + "1" + ")" * 150, "nested deeper"),
        ("x" * 100_000, "unknown constant xxx"),
        ("9" * 2000, "has 2000 digits"),
    ],
)
def test_what_cannot_be_read_or_evaluated_is_refused_in_one_sentence(text: str, reason: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        evaluate(text, 350)
    assert reason in str(caught.value)
    assert len(str(caught.value)) < 250 and "\n" not in str(caught.value)


@pytest.mark.parametrize("bits", [0, -1, MAX_BITS + 1])
def test_precisions_beyond_the_supported_are_refused(bits: int) -> None:
    with pytest.raises(ExpressionError, match="precision"):
        evaluate("pi", bits)


def test_cancellation_is_met_with_more_precision() -> None:
    ball = evaluate("pi - 31415926535897932384626433832795/10^31", 300)
    assert ball.rel_accuracy_bits() >= 300
    assert ball > 0


def test_the_ball_holds_the_value_at_every_precision() -> None:
    fine = evaluate("zeta(3)*gamma(1/3)", 2000)
    for bits in (1, 10, 53, 400, 1000):
        assert evaluate("zeta(3)*gamma(1/3)", bits).contains(fine)


def test_rationals_stay_exact() -> None:
    assert evaluate("7/8 - 3/4", 50) == arb(1) / 8
    assert evaluate("(2/4)^3", 50) == arb(1) / 8


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("exp(x)", Fraction(2), "exp(2)"),
        ("exp(x)", Fraction(-1, 2), "exp(-1/2)"),
        ("sqrt(x)*tanh(sqrt(x))", Fraction(5, 2), "sqrt(5/2)*tanh(sqrt(5/2))"),
        ("sqrt(x)*tanh(sqrt(x))", Fraction(4), "2*tanh(2)"),
        ("sqrt(x)*tanh(sqrt(x))", Fraction(1), "tanh(1)"),
        ("hyp1f1(1, x + 1, 1/x)", Fraction(2, 3), "hyp1f1(1, 5/3, 3/2)"),
        ("besseli(x - 1, 2)/besseli(x, 2)", Fraction(1), "besseli(0, 2)/besseli(1, 2)"),
        ("pi^x + (x - 1)", Fraction(1), "pi"),
        ("sqrt(pi*x)", Fraction(3, 2), "sqrt(pi*3/2)"),
        ("sqrt(pi*x)", Fraction(1, 2), "sqrt(pi/2)"),
    ],
)
def test_substitution_reduces_rational_parts(text: str, value: Fraction, expected: str) -> None:
    assert str(parse_expression(text, {"x"}).substitute({"x": value})) == expected


leaves = st.sampled_from(["2", "3", "1/2", "pi", "e", "sqrt(2)"])
expressions = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(lambda x, op, y: f"({x}){op}({y})", inner, st.sampled_from("+-*/^"), inner),
        st.builds(lambda x: f"-({x})", inner),
        st.builds(lambda f, x: f"{f}({x})", st.sampled_from(["tanh", "atan", "erf"]), inner),
    ),
    max_leaves=6,
)


@settings(deadline=None)
@given(expressions)
def test_printing_keeps_the_value(text: str) -> None:
    expression = parse_expression(text)
    again = parse_expression(str(expression))
    assert str(again) == str(expression)
    to_latex(expression)
    try:
        value = evaluate(expression, 60)
    except ExpressionError:
        return
    assert value.overlaps(evaluate(again, 60))
    assert value.overlaps(evaluate(expression.substitute({}), 60))


@given(st.text(alphabet="pie0123456789+-*/^(), sqrtlog.", max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        expression = parse_expression(text)
    except ExpressionError:
        return
    assert str(parse_expression(str(expression))) == str(expression)


# Decimals that are cut off


@given(st.integers(1000, 10**40), st.integers(0, 39))
def test_a_decimal_with_dots_is_a_ball_that_reads_back_as_it_is_written(mantissa: int, places: int) -> None:
    digits = f"{mantissa:041d}"
    text = f"{digits[: 41 - places - 1].lstrip('0') or '0'}.{digits[41 - places - 1 :]}..."
    value = Fraction(text.rstrip("."))
    parsed = parse_expression(text)
    assert str(parsed) == text
    assert str(parsed.substitute({})) == text
    assert known_digits(text) == len(str(mantissa))
    unit = Fraction(1, 10 ** len(text.rstrip(".").partition(".")[2]))
    ball = evaluate_known(text, 300)
    with ctx.workprec(300):
        for number in (value, value - unit, value + unit):
            assert ball.overlaps(arb(number.numerator) / number.denominator)
        beyond = value + 2 * unit
        assert not ball.overlaps(arb(beyond.numerator) / beyond.denominator)


@pytest.mark.parametrize(
    ("text", "digits"),
    [("pi", None), ("0.0012345...", 5), ("-4.6692...", 5), ("1.00000\N{HORIZONTAL ELLIPSIS}", 6), ("mills", 101)],
)
def test_how_many_digits_are_known_is_told(text: str, digits: int | None) -> None:
    assert known_digits(text) == digits


@pytest.mark.parametrize(
    "text", ["2*4.66920160910299067...", "pi + 4.66920160910299067...", "1/(4.66920160910299067...)"]
)
def test_of_what_is_made_of_a_decimal_no_more_is_known(text: str) -> None:
    exact = evaluate(text.replace("4.66920160910299067...", "feigenbaum_delta"), 250)
    assert 15 <= (known_digits(text) or 0) <= 18
    assert evaluate_known(text, 250).overlaps(exact)
    with pytest.raises(ExpressionError, match=r"4\.66920160910299067 is known by its digits alone, which are too few"):
        evaluate(text, 250)


@pytest.mark.parametrize("text", ["2 1.5...", "1.5...2", "1....", "1.5..", f"0.{'1' * 2000}..."])
def test_dots_stand_after_a_decimal_alone(text: str) -> None:
    with pytest.raises(ExpressionError, match="at position"):
        parse_expression(text)
