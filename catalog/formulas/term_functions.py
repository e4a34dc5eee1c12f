"""Rational functions of one variable with rational coefficients, as text of any notation gives them."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm

from flint import fmpq, fmpq_poly

from catalog.errors import FormulaError
from catalog.syntax import Item, parse

MAX_EXPONENT = 64
"""Largest exponent of a power that is read."""


@dataclass(frozen=True)
class TermFunction:
    """numerator/denominator in lowest terms up to a constant; the denominator is not zero."""

    numerator: fmpq_poly
    denominator: fmpq_poly

    @classmethod
    def of(cls, value: int | Fraction) -> TermFunction:
        """The constant function."""
        fraction = Fraction(value)
        return cls(fmpq_poly([fmpq(fraction.numerator, fraction.denominator)]), fmpq_poly([1]))

    def __add__(self, other: TermFunction) -> TermFunction:
        """The sum."""
        numerator = self.numerator * other.denominator + other.numerator * self.denominator
        return _reduced(numerator, self.denominator * other.denominator)

    def __neg__(self) -> TermFunction:
        """The negative."""
        return TermFunction(-self.numerator, self.denominator)

    def __mul__(self, other: TermFunction) -> TermFunction:
        """The product."""
        return _reduced(self.numerator * other.numerator, self.denominator * other.denominator)

    def inverse(self) -> TermFunction:
        """1/f; raises FormulaError for f = 0."""
        if not self.numerator:
            raise FormulaError("the formula divides by zero")
        return TermFunction(self.denominator, self.numerator)

    def power(self, exponent: int) -> TermFunction:
        """The power with an integer exponent."""
        if abs(exponent) > MAX_EXPONENT:
            raise FormulaError(f"the exponent {exponent} is beyond the supported {MAX_EXPONENT}")
        base = self if exponent >= 0 else self.inverse()
        return TermFunction(base.numerator ** abs(exponent), base.denominator ** abs(exponent))

    def moved(self, start: int) -> TermFunction:
        """f(n + start) as a function of n."""
        place = fmpq_poly([start, 1])
        return TermFunction(self.numerator(place), self.denominator(place))

    def at(self, n: int) -> Fraction | None:
        """The value at an integer, None at a pole."""
        below = self.denominator(n)
        if not below:
            return None
        quotient = self.numerator(n) / below
        return Fraction(int(quotient.p), int(quotient.q))

    def value(self) -> Fraction | None:
        """The value of a constant function, None for any other."""
        if self.numerator.degree() > 0 or self.denominator.degree() > 0:
            return None
        quotient = self.numerator[0] / self.denominator[0]
        return Fraction(int(quotient.p), int(quotient.q))


def function_text(function: TermFunction, variable: str) -> str:
    """A function as text that `read_function` reads, with integer coefficients, such as (k^2 + 1)/(2*k)."""
    above, below = function.numerator, function.denominator
    scale = lcm(int(above.denom()), int(below.denom()))
    whole = [[int((c * scale).p) for c in polynomial.coeffs()] for polynomial in (above, below)]
    common = gcd(*whole[0], *whole[1]) * (-1 if whole[1][-1] < 0 else 1)
    top, bottom = (_polynomial_text([c // common for c in coefficients], variable) for coefficients in whole)
    if bottom == "1":
        return top
    return f"{_bracketed(top)}/{_bracketed(bottom)}"


def _polynomial_text(coefficients: list[int], variable: str) -> str:
    terms = []
    for power, c in reversed(list(enumerate(coefficients))):
        if c:
            name = "" if power == 0 else variable if power == 1 else f"{variable}^{power}"
            size = str(abs(c)) if abs(c) != 1 or not name else ""
            terms.append(("-" if c < 0 else "+", f"{size}*{name}" if size and name else size or name))
    if not terms:
        return "0"
    (sign, first), *rest = terms
    return ("-" if sign == "-" else "") + first + "".join(f" {sign} {term}" for sign, term in rest)


def _bracketed(text: str) -> str:
    return text if text.isalnum() else f"({text})"


def read_function(text: str, what: str) -> tuple[TermFunction, str | None]:
    """A rational function of one variable, and the variable's name; None where the text has none.

    `what` names the text in messages. Raises FormulaError for anything that is no rational function of one variable
    with rational coefficients; the variable is a single letter.
    """
    stack: list[TermFunction] = []
    variable: str | None = None
    for item in parse(text, error=FormulaError, is_variable=lambda name: len(name) == 1, what=what):
        if item.kind == "integer":
            stack.append(TermFunction.of(int(item.text)))
        elif item.kind == "operator":
            _apply(item, stack, what)
        else:
            variable = _variable(item, variable, what)
            stack.append(TermFunction(fmpq_poly([0, 1]), fmpq_poly([1])))
    return stack.pop(), variable


def _variable(item: Item, known: str | None, what: str) -> str:
    if item.kind == "call" or len(item.text) > 1:
        raise FormulaError(
            f"{what} uses {item.text[:40]!r}; the coefficients of a formula are rational numbers, and its variable is "
            "one letter; ask about the value of any other with `formulary identify NUMBER`"
        )
    if known is not None and item.text != known:
        raise FormulaError(f"{what} has two variables, {known} and {item.text}; give one of them a number")
    return item.text


def _apply(item: Item, stack: list[TermFunction], what: str) -> None:
    right = stack.pop()
    if item.text == "neg":
        stack.append(-right)
        return
    left = stack.pop()
    if item.text == "^":
        exponent = right.value()
        if exponent is None or exponent.denominator != 1:
            raise FormulaError(f"{what} has an exponent that is not an integer; write powers such as n^2")
        stack.append(left.power(exponent.numerator))
    elif item.text == "/":
        stack.append(left * right.inverse())
    elif item.text == "*":
        stack.append(left * right)
    else:
        stack.append(left + (right if item.text == "+" else -right))
    if max(stack[-1].numerator.degree(), stack[-1].denominator.degree()) > MAX_EXPONENT:
        raise FormulaError(f"{what} reaches a degree beyond the supported {MAX_EXPONENT}")


def _reduced(numerator: fmpq_poly, denominator: fmpq_poly) -> TermFunction:
    common = numerator.gcd(denominator)
    if common.degree() > 0:
        numerator, denominator = numerator / common, denominator / common
    return TermFunction(numerator, denominator)
