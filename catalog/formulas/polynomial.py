"""Integer polynomials in n: reading and one canonical form; coefficients stand constant term first."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from flint import fmpq_poly

from catalog.errors import FormulaError
from catalog.syntax import MAX_DIGITS, Item, fold, parse

MAX_DEGREE = 64
"""Highest degree that is read."""
_WORKING_DIGITS = 4 * MAX_DIGITS  # room for sums that cancel
_MAX_BITS = _WORKING_DIGITS * 10 // 3
_INTEGER = re.compile(r"\s*[-+]?[0-9]+\s*", re.ASCII)


def parse_polynomial(text: str, *, what: str = "the polynomial", offset: int = 0) -> tuple[int, ...]:
    """Return the coefficients of a polynomial in n such as `(2n+1)(3n(n+1)+1)`, trimmed; zero is `()`.

    `what` names the polynomial in messages and `offset` is added to their positions. Raises FormulaError for
    anything that is not a polynomial in n with integer coefficients, and beyond `MAX_DEGREE` or `MAX_DIGITS`.
    """
    program = parse(text, error=FormulaError, is_variable="n".__eq__, what=what, offset=offset)
    value = fold(program, lambda item: _leaf(item, what), lambda item, values: _apply(item, values, what))
    return _integer_coefficients(value, what)


def _leaf(item: Item, what: str) -> fmpq_poly:
    if item.kind == "integer":
        return fmpq_poly([int(item.text)])
    if item.text != "n":
        raise FormulaError(
            f"{what} uses {item.text[:40]!r} at position {item.position}, but the only variable is n; "
            "write products with * and powers with ^"
        )
    return fmpq_poly([0, 1])


def _apply(item: Item, values: Sequence[fmpq_poly], what: str) -> fmpq_poly:
    if item.kind == "call":
        raise FormulaError(
            f"{what} is not a polynomial: it uses {item.text[:40]}(...) at position {item.position}; "
            "write it with +, -, *, ^ and n only"
        )
    if item.text == "neg":
        return -values[0]
    left, right = values
    if item.text == "^":
        return _power(item, left, right, what)
    if item.text == "/":
        if right.degree() > 0:
            raise FormulaError(
                f"{what} is not a polynomial: it divides by one at position {item.position}; "
                "multiply a by some h(n) and b by h(n) h(n-1) instead"
            )
        if not right:
            raise FormulaError(f"{what} is divided by zero at position {item.position}")
        return left / right[0]
    if item.text == "*":
        _check_size(left.degree() + right.degree(), _bits(left) + _bits(right), item, what)
        return left * right
    _check_size(0, max(_bits(left), _bits(right)), item, what)
    return left + right if item.text == "+" else left - right


def _power(item: Item, base: fmpq_poly, exponent: fmpq_poly, what: str) -> fmpq_poly:
    constant = exponent[0]
    if exponent.degree() > 0 or constant.q != 1 or constant < 0:
        raise FormulaError(
            f"{what} is not a polynomial: the exponent at position {item.position} "
            "is not a non-negative integer; write powers such as n^2"
        )
    power = int(constant.p)
    _check_size(max(base.degree(), 0) * power, _bits(base) * power, item, what)
    return base**power


def _bits(polynomial: fmpq_poly) -> int:
    """Return a bound on the bit length that grows at most additively under products."""
    numerator, denominator = polynomial.numer(), polynomial.denom()
    total = sum(abs(int(c)) for c in numerator.coeffs())
    return max(total.bit_length(), int(denominator).bit_length())


def _check_size(degree: int, bits: int, item: Item, what: str) -> None:
    if degree > MAX_DEGREE:
        raise FormulaError(
            f"{what} reaches degree {_short(degree)} at position {item.position}, beyond the supported {MAX_DEGREE}"
        )
    if bits > _MAX_BITS:
        raise FormulaError(
            f"{what} reaches numbers of {_short(bits * 3 // 10)} digits at position {item.position}, "
            f"beyond the supported {MAX_DIGITS}"
        )


def _short(number: int) -> str:
    return str(number) if number < 10**12 else f"over 2^{number.bit_length() - 1}"


def _integer_coefficients(polynomial: fmpq_poly, what: str) -> tuple[int, ...]:
    if polynomial.denom() != 1:
        power, value = next((i, c) for i, c in enumerate(polynomial.coeffs()) if c.q != 1)
        shown = str(value) if len(str(value)) < 40 else "a fraction"
        raise FormulaError(
            f"{what} has the non-integer coefficient {shown} at n^{power}; multiply a by some integer c "
            "and b by c^2, which multiplies the limit by c"
        )
    coefficients = tuple(int(c.p) for c in polynomial.coeffs())
    check_coefficients(coefficients, what)
    return coefficients


def check_coefficients(coefficients: Sequence[int], what: str) -> None:
    """Refuse a trimmed coefficient list beyond `MAX_DEGREE` or with integers beyond `MAX_DIGITS`."""
    if len(coefficients) - 1 > MAX_DEGREE:
        raise FormulaError(f"{what} has degree {len(coefficients) - 1}, beyond the supported {MAX_DEGREE}")
    if any(abs(c) >= _BOUND for c in coefficients):
        raise FormulaError(f"{what} has a coefficient with more than the supported {MAX_DIGITS} digits")


_BOUND = 10**MAX_DIGITS


def read_coefficients(values: object, what: str) -> tuple[int, ...]:
    """Return the coefficients from JSON: a list of integers or strings of digits, constant term first."""
    if not isinstance(values, list) or not values:
        raise FormulaError(f"{what} must be a non-empty list of integer coefficients, constant term first")
    coefficients = [_read_integer(value, what) for value in values]
    while coefficients and coefficients[-1] == 0:
        coefficients.pop()
    check_coefficients(coefficients, what)
    return tuple(coefficients)


def _read_integer(value: object, what: str) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and _INTEGER.fullmatch(value):
        if len(value) > MAX_DIGITS + 2:
            raise FormulaError(f"{what} has a coefficient with more than the supported {MAX_DIGITS} digits")
        return int(value)
    raise FormulaError(
        f"{what} has the coefficient {repr(value)[:40]}, which is not an integer; give integers or strings of digits"
    )


def format_polynomial(coefficients: Sequence[int], name: str = "n", *, times: str = "", power: str = "^") -> str:
    """Return the canonical text, highest power first: `3n^2 - n + 1`; it parses back to the same coefficients.

    Programs want a sign of multiplication and one of powers of their own: `3*n**2 - n + 1`.
    """
    return format_sum(_terms(coefficients, name, lambda exponent: f"{name}{power}{exponent}"), times)


def latex_polynomial(coefficients: Sequence[int]) -> str:
    """Return LaTeX, highest power first: `3 n^{2} - n + 1`."""
    return format_sum(_terms(coefficients, "n", lambda exponent: f"n^{{{exponent}}}"), " ")


def format_sum(terms: Iterable[tuple[int, str]], times: str = "*") -> str:
    """Return a sum of integers times monomials as text: `2*k^2 - k*m + 1`; the empty monomial is 1, the empty sum 0."""
    text = ""
    for coefficient, monomial in terms:
        if not coefficient:
            continue
        size = str(abs(coefficient)) if abs(coefficient) != 1 or not monomial else ""
        term = f"{size}{times}{monomial}" if size and monomial else size or monomial
        text += (f" {'-' if coefficient < 0 else '+'} " if text else "-" if coefficient < 0 else "") + term
    return text or "0"


def _terms(coefficients: Sequence[int], name: str, monomial: Callable[[int], str]) -> Iterator[tuple[int, str]]:
    for exponent in range(len(coefficients) - 1, -1, -1):
        yield coefficients[exponent], "" if exponent == 0 else name if exponent == 1 else monomial(exponent)
