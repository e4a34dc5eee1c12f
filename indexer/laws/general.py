"""Infinite families in full generality: laws in two to five parameters, with certificates that hold for all of them.

A law says that a fraction is a quotient of contiguous hypergeometric functions, or the sum that Euler's formula gives.
Its certificate is a few identities between rational functions of the parameters, of n and of the index j of the series,
which `check_law` multiplies out. What is left to the literature is that the functions are the minimal solution
(Pincherle's theorem); the conditions of a law say when they are. Where the function in the denominator is 0, the limit
is infinite.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

import flint

from catalog.constants.expressions import parse_expression, to_latex
from catalog.errors import FormularyError
from catalog.formulas.pcf import PCF
from catalog.formulas.polynomial import parse_polynomial
from catalog.syntax import Item, fold, parse
from indexer.laws.containment import Pattern

FUNCTIONS = {(0, 1): "hyp0f1", (1, 1): "hyp1f1", (2, 1): "hyp2f1", (1, 2): "hyp1f2"}
"""Functions in expressions, by the numbers of upper and lower parameters."""

CONTIGUITY = (
    "1/(c + j) + c/((c + j)*j) - 1/j",
    "(u + j)/(c + j) + c*(u + j)/((c + j)*j) - 1 - u/j",
    "(u + j)*(v + j)/(c + j) - (j - 1) + c*(u + j)*(v + j)/((c + j)*j) - (u + v + 1) - u*v/j",
)
"""What c F(0) = A F(1) + B F(2)/(c + 1) says of the coefficients of z^j, divided by that of z^(j-1) in F(1).

It must vanish. F(i) is the function with all its parameters raised by i; one entry for 0F1, 1F1 and 2F1 each, with A
and B of `_steps`.
"""

Rational = tuple[flint.fmpq_mpoly, flint.fmpq_mpoly]
"""Numerator and denominator, polynomials in the names of a law."""

Values = Mapping[str, int]


class LawRefused(FormularyError):
    """An identity of a certificate does not hold."""


@dataclass(frozen=True)
class Series:
    """The function pFq(upper; lower; argument), each entry a rational expression in the parameters."""

    upper: tuple[str, ...]
    lower: tuple[str, ...]
    argument: str
    written: str | None = None
    """An expression that it is `factor` times, where it has another name by definition."""
    factor: str = "1"

    def text(self, raised: int = 0) -> str:
        """Return it as an expression but for its factor, all its parameters raised by a number."""
        if self.written is not None:
            return self.written
        entries = [f"{each} + {raised}" if raised else each for each in (*self.upper, *self.lower)]
        return f"{FUNCTIONS[len(self.upper), len(self.lower)]}({', '.join([*entries, self.argument])})"


@dataclass(frozen=True)
class Contiguous:
    """The limit is scale * c F(0)/F(1), F(i) the function with all parameters raised by i, c its lower one."""

    function: Series
    scale: str

    @property
    def limit(self) -> str:
        """The limit as an expression in the parameters, but for scale * c."""
        return f"{self.function.text()}/{self.function.text(1)}"


@dataclass(frozen=True)
class Euler:
    """a = N + D and b = -N D(n-1), so that the limit is N(0) + D(0)/S, S the sum of the products of N/D up to k."""

    numerator: str
    denominator: str
    sum: Series


@dataclass(frozen=True)
class GeneralLaw:
    """A family of any number of integer parameters, with its limit, and what proves it for all that are allowed."""

    name: str
    parameters: tuple[str, ...]
    a: str
    b: str
    limit: str
    where: str
    """For which parameters it holds, for readers."""
    allows: Callable[[Values], bool]
    """The same, for programs."""
    theorem: str
    certificate: Contiguous | Euler

    @property
    def template(self) -> str:
        """The family as the template of a space has it."""
        return f"a = {self.a}; b = {self.b}"

    def at(self, values: Values) -> PCF:
        """Return the formula at values of the parameters."""
        names = {name: Fraction(value) for name, value in values.items()}
        a, b = (_coefficients(text, names) for text in (self.a, self.b))
        return PCF(a, b)

    def limit_at(self, values: Values) -> str:
        """Return the limit at values of the parameters as an expression."""
        named = {name: Fraction(value) for name, value in values.items()}
        return str(parse_expression(self.limit, self.parameters).substitute(named))

    def latex(self) -> str:
        """Return the limit in LaTeX."""
        return to_latex(parse_expression(self.limit, self.parameters))


def _apart(*values: Fraction) -> bool:
    """Return whether none of the numbers is 0, -1, -2, ..."""
    return all(value.denominator != 1 or value > 0 for value in values)


def _bessel(v: Values) -> bool:
    return v["k"] != 0 and v["m"] != 0 and _apart(Fraction(v["l"], v["k"]))


def _kummer(v: Values) -> bool:
    if not v["k"] or not v["m"]:
        return False
    c = Fraction(v["l"], v["k"]) + Fraction(v["m"], v["k"] ** 2)
    return _apart(c, Fraction(v["q"], v["m"]) + 1)


def _gauss(v: Values) -> bool:
    if not 0 < abs(v["s"]) < abs(v["t"]):
        return False
    c = Fraction(v["l"] + (v["p"] + v["q"] + 1) * v["s"], v["s"] + v["t"])
    return _apart(c, Fraction(v["p"] + 1), Fraction(v["q"] + 1))


def _smaller(v: Values) -> bool:
    return 0 < abs(v["m"]) < abs(v["k"])


def _lommel(v: Values) -> bool:
    return v["k"] != 0 and v["m"] != 0 and _apart(Fraction(v["r"]), Fraction(v["s"]))


LAWS = (
    GeneralLaw(
        "Bessel",
        ("k", "l", "m"),
        "k*n + l",
        "m",
        "l*hyp0f1(l/k, m/k^2)/hyp0f1(l/k + 1, m/k^2)",
        "k, m != 0; l/k is none of 0, -1, -2, ...",
        _bessel,
        "Pincherle's theorem; contiguity of Bessel functions, DLMF 10.29",
        Contiguous(Series((), ("l/k",), "m/k^2"), "k"),
    ),
    GeneralLaw(
        "Kummer",
        ("k", "l", "m", "q"),
        "k*n + l",
        "m*n + q",
        "(l + m/k)*hyp1f1(q/m, l/k + m/k^2, m/k^2)/hyp1f1(q/m + 1, l/k + m/k^2 + 1, m/k^2)",
        "k, m != 0; l/k + m/k^2 is none of 0, -1, -2, ..., and m*n + q vanishes for no n >= 1",
        _kummer,
        "Pincherle's theorem; contiguity of Kummer's function M, DLMF 13.3",
        Contiguous(Series(("q/m",), ("l/k + m/k^2",), "m/k^2"), "k"),
    ),
    GeneralLaw(
        "Gauss",
        ("s", "t", "l", "p", "q"),
        "(t - s)*n + l",
        "s*t*(n + p)*(n + q)",
        "(l + (p + q + 1)*s)*hyp2f1(p, q, (l + (p + q + 1)*s)/(s + t), s/(s + t))"
        "/hyp2f1(p + 1, q + 1, (l + (p + q + 1)*s)/(s + t) + 1, s/(s + t))",
        "0 < |s| < |t|; (l + (p + q + 1)*s)/(s + t) is none of 0, -1, -2, ..., and b vanishes for no n >= 1",
        _gauss,
        "Pincherle's theorem; contiguity of Gauss's function 2F1, DLMF 15.5",
        Contiguous(Series(("p", "q"), ("(l + (p + q + 1)*s)/(s + t)",), "s/(s + t)"), "s + t"),
    ),
    GeneralLaw(
        "Lommel",
        ("k", "m", "r", "s"),
        "k*(n + r)*(n + s) + m",
        "-k*m*(n + r - 1)*(n + s - 1)",
        "m + k*r*s/hyp1f2(1, r + 1, s + 1, m/k)",
        "k, m != 0; neither r nor s is one of 0, -1, -2, ...",
        _lommel,
        "Euler's formula; Lommel's functions, DLMF 11.9.3, 16.2.1",
        Euler("m", "k*(n + r)*(n + s)", Series(("1",), ("r + 1", "s + 1"), "m/k")),
    ),
    *(
        GeneralLaw(
            f"polylogarithm {s}",
            ("k", "m"),
            f"k*(n + 1)^{s} + m*n^{s}",
            f"-k*m*n^{2 * s}",
            f"m/polylog({s}, m/k)",
            "0 < |m| < |k|",
            _smaller,
            f"Euler's formula; the polylogarithm, DLMF 25.12.{1 if s == 2 else 10}",
            Euler(
                f"m*n^{s}",
                f"k*(n + 1)^{s}",
                Series(("1",) * (s + 1), ("2",) * s, "m/k", f"polylog({s}, m/k)", "k/m"),
            ),
        )
        for s in (2, 3)
    ),
)
"""Fractions of degrees (1, 0), (1, 1), (1, 2) are instances of the first three, with algebraic parameters perhaps."""


def check_law(law: GeneralLaw) -> None:
    """Multiply out the identities of a law's certificate; raises LawRefused where one does not hold."""
    if isinstance(law.certificate, Euler):
        _check_euler(law, law.certificate)
    else:
        _check_contiguous(law, law.certificate)


def law_containing(pattern: Pattern) -> GeneralLaw | None:
    """Return the law that every member of a family with linear a and b of degree at most 2 is an instance of.

    Coefficients of families are of degree at most 2 in each parameter, so that three values tell whether one vanishes.
    None for families of other degrees, and where a is constant for some members or the degree of b falls.
    """
    points = product(range(1, 4), repeat=len(pattern.parameters)) if pattern.parameters else iter(())
    rows = [pattern.at(*values) for values in points]
    if not rows or any(row is None or not row[1] or row[2] for row in rows):
        return None
    degrees = {max((power for power in range(3) if row[3 + power]), default=0) for row in rows if row is not None}
    return LAWS[degrees.pop()] if len(degrees) == 1 else None


def _check_contiguous(law: GeneralLaw, certificate: Contiguous) -> None:
    names = ("n", *law.parameters)
    function, scale = certificate.function, _rational(certificate.scale, names)
    first, second = _steps(function, names)
    _same(law, "a", _rational(law.a, names), _times(scale, first))
    _same(law, "b", _rational(law.b, names), _times(scale, scale, second))
    (lower,) = function.lower
    factor = f"({certificate.scale})*({lower})"
    _same_limit(law, f"{factor}*{certificate.limit}")
    term = _rational(CONTIGUITY[len(function.upper)], ("j", "c", "u", "v"))
    if not term[0].is_zero():
        raise LawRefused(f"the law {law.name}: its functions are not contiguous so")


def _check_euler(law: GeneralLaw, certificate: Euler) -> None:
    names = ("n", *law.parameters)
    N, D = (_rational(text, names) for text in (certificate.numerator, certificate.denominator))
    before = _rational(certificate.denominator, names, shift=-1)
    _same(law, "a", _rational(law.a, names), _plus(N, D))
    _same(law, "b", _rational(law.b, names), _times(_rational("-1", names), N, before))
    series = certificate.sum
    above = [_rational(f"{text} + n - 1", names) for text in series.upper]
    below = [_rational(f"{text} + n - 1", names) for text in (*series.lower, "1")]
    ratio = _over(_times(_rational(series.argument, names), *above), _times(*below))
    _same(law, "the quotient of terms", _over(N, D), ratio)
    start, above_sum = (
        str(parse_expression(text, names).substitute({"n": Fraction(0)}))
        for text in (certificate.numerator, certificate.denominator)
    )
    quotient = f"(({above_sum})/({series.factor}))/{series.text()}"
    _same_limit(law, quotient if start == "0" else f"({start}) + {quotient}")


def _steps(function: Series, names: tuple[str, ...]) -> tuple[Rational, Rational]:
    """Return A and B of R(n) = A(n) + B(n+1)/R(n+1), R(n) = (c + n) F(n)/F(n+1)."""
    (c,), z, upper = function.lower, function.argument, function.upper
    raised = [f"({u} + n)" for u in upper]
    first = (f"{c} + n", f"{c} + n - {z}", f"{c} + n - ({' + '.join(upper)} + 2*n + 1)*({z})")[len(upper)]
    second = "*".join([f"({z})", *raised] + ([f"(1 - ({z}))"] if len(upper) == 2 else []))
    return _rational(first, names), _rational(second, names)


def _same(law: GeneralLaw, what: str, said: Rational, found: Rational) -> None:
    if said[0] * found[1] != found[0] * said[1]:
        raise LawRefused(f"the law {law.name}: {what} is not what its certificate gives")


def _same_limit(law: GeneralLaw, found: str) -> None:
    """Compare the limit of a law with its certificate's, exactly, at some parameters."""
    for values in _some(law):
        named = {name: Fraction(value) for name, value in values.items()}
        if str(parse_expression(found, law.parameters).substitute(named)) != law.limit_at(values):
            raise LawRefused(f"the law {law.name}: its limit is not what its certificate gives")


def _some(law: GeneralLaw) -> Iterator[dict[str, int]]:
    """Yield parameters that a law allows."""
    for start in range(1, 40):
        values = {name: start * (3 + 2 * place) % 17 + 1 for place, name in enumerate(law.parameters)}
        if law.allows(values):
            yield values


def _rational(text: str, names: tuple[str, ...], shift: int = 0) -> Rational:
    """Read an expression with + - * / ^ as a rational function; n is moved by `shift`."""
    context = flint.fmpq_mpoly_ctx.get(names, "lex")
    variables = dict(zip(names, context.gens(), strict=True))
    one = context.constant(1)
    if shift:
        variables["n"] = variables["n"] + shift

    def leaf(item: Item) -> Rational:
        return (one * int(item.text) if item.kind == "integer" else variables[item.text]), one

    def apply(item: Item, values: Sequence[Rational]) -> Rational:
        if item.text == "neg":
            return -values[0][0], values[0][1]
        left, right = values
        if item.text == "^":
            return left[0] ** _exponent(right), left[1] ** _exponent(right)
        if item.text in "+-":
            return _plus(left, right if item.text == "+" else (-right[0], right[1]))
        return _times(left, right) if item.text == "*" else _over(left, right)

    return fold(parse(text, error=LawRefused, is_variable=variables.__contains__, what="the law"), leaf, apply)


def _exponent(value: Rational) -> int:
    return int(str(value[0]))


def _plus(left: Rational, right: Rational) -> Rational:
    return left[0] * right[1] + right[0] * left[1], left[1] * right[1]


def _times(*factors: Rational) -> Rational:
    first, *rest = factors
    above, below = first
    for factor in rest:
        above, below = above * factor[0], below * factor[1]
    return above, below


def _over(left: Rational, right: Rational) -> Rational:
    return left[0] * right[1], left[1] * right[0]


def _coefficients(text: str, values: Mapping[str, Fraction]) -> tuple[int, ...]:
    """Return the coefficients in n, constant term first, of a polynomial at values of its other names."""
    return parse_polynomial(str(parse_expression(text, ("n", *values)).substitute(values)))
