"""Expressions that a limit may be a Moebius map of, derived from the coefficients of its formula by theory alone.

A formula with a closed form has its constant there (`closed_form.py`, `normal_form.py`). Beyond these, a first-order
solution (`telescoping.py`) makes the limit a hypergeometric sum, and a rational change of the solutions may lead to a
formula for Bessel functions. Each proposal is a guess: `indexer.identification` tests it.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from itertools import islice

from gmpy2 import mpq

from catalog.constants.expressions import parse_expression
from catalog.formulas.pcf import PCF
from indexer.mathematics.closed_forms.closed_form import closed_form
from indexer.mathematics.closed_forms.equation import Equation, equation
from indexer.mathematics.closed_forms.normal_form import NormalForm, constant_text, gauss_form, kummer_form
from indexer.mathematics.closed_forms.telescoping import first_order_solutions
from indexer.mathematics.numbers.squares import integer_root, rational_root, square_part

MAX_PROPOSALS = 12
"""Greatest number of expressions proposed for one formula."""

HALF = Fraction(1, 2)


def proposals(formula: PCF) -> list[str]:
    """Return expressions in order of likelihood, without repetition; none where theory proposes nothing."""
    return list(islice(dict.fromkeys(map(canonical, _proposals(formula))), MAX_PROPOSALS))


@lru_cache(maxsize=4096)
def canonical(expression: str) -> str:
    """Return an expression with its rational parts reduced, as members of the library are printed."""
    return str(parse_expression(expression).substitute({})).replace("exp(1)", "e")


def _proposals(formula: PCF) -> Iterator[str]:
    closed = closed_form(formula)
    if closed is None:
        yield from _sums(formula)
        yield from _transformed_bessel(formula)
    elif closed.constant is not None:
        yield closed.constant
    elif closed.kind == "gauss":
        found = equation(formula)
        assert found is not None
        yield from _circular(found)


def _circular(found: Equation) -> Iterator[str]:
    """Yield the constant of F(a, 1-a; 1/2 + m; sin^2 phi), a function of (2a-1) phi by DLMF 15.4.12 to 15.4.18.

    Here tan(phi) = 2 sqrt(B2)/A1, g is a half-integer, and a differs by an integer from half of the difference of the
    roots of b, sqrt(disc)/(2 B2), which may be imaginary.
    """
    al, be, g = *found.upper, found.lower
    (B0, B1, B2), A1 = found.formula.b, found.formula.a[1] if found.formula.deg_a else 0
    if B2 < 0 or not (g.rational and _is_integer(g.p - HALF) and _is_integer((al + be).p)):
        return
    angle = "pi/4" if A1 * A1 == 4 * B2 else f"atan({_root_text(Fraction(4 * B2, A1 * A1))})" if A1 else "pi/2"
    square = Fraction(B1 * B1 - 4 * B2 * B0, 4 * B2 * B2)
    if square:
        function = "tan" if square > 0 else "tanh"
        yield _times_root(B2 * abs(square), f"{function}({_root_text(abs(square))}*{angle})")


def _sums(formula: PCF) -> Iterator[str]:
    """Yield the constants of the sums 1F1(1; c; x), 2F1(1, b; c; x) and, at an integer c or d, 1F2(1; c, d; x).

    The first two generate the solutions of a reducible equation, so that their constant is that of its core.
    """
    for solution in first_order_solutions(formula):
        parameters = solution.sum_parameters
        if parameters is None:
            continue
        upper, lower, x = parameters
        match len(upper), len(lower):
            case 0, 1:
                yield from _named(kummer_form(mpq(1), mpq(lower[0] % 1 + 1), mpq(x)))
            case 1, 1 if x < 1:
                yield from _named(gauss_form(mpq(1), mpq(upper[0] % 1 or 1), mpq(lower[0] % 1 + 1), mpq(x)))
            case 0, 2:
                first, second = sorted(lower, key=lambda c: (not _is_integer(c), c))
                if _is_integer(first):
                    yield from _bessel_values(second - first + 1, x)


def _named(found: NormalForm) -> Iterator[str]:
    text = constant_text(found)
    if text is not None:
        yield text


def _bessel_values(order: Fraction, x: Fraction) -> Iterator[str]:
    """Yield 0F1(; order; x), then its neighbours; at half-integers cosines and sines (DLMF 10.16.1, 10.39.1)."""
    s = order % 1
    if s == HALF:
        argument, h = _root_text(4 * abs(x)), "h" if x > 0 else ""
        values = [f"cos{h}({argument})", _times_root(4 * abs(x), f"sin{h}({argument})")]
        yield from values if order == HALF else reversed(values)
    else:
        near = [order, s or Fraction(1), s + (1 if s else 2)]
        yield from (f"hyp0f1({c}, {x})" for c in near if not (_is_integer(c) and c <= 0))


def _transformed_bessel(formula: PCF) -> Iterator[str]:
    """Yield the Bessel ratios that a formula of degrees (2, 2) can have by a rational change of its solutions.

    Against w_n = (n + g) w_{n-1} + z w_{n-2} the leading terms of the two solutions give z = B2/A2^2, the next ones 2g
    modulo 1; and the change multiplies b by d(n)/d(n-1), so that its roots differ by an integer.
    """
    if (formula.deg_a, formula.deg_b) != (2, 2):
        return
    (_, A1, A2), (B0, B1, B2) = formula.a, formula.b
    difference = integer_root(B1 * B1 - 4 * B2 * B0)
    if not difference or difference % B2:
        return
    double = Fraction(2 * A1, A2) - Fraction(B1, B2)
    for g in (double / 2, double / 2 + HALF):
        size = A2 * g.denominator
        bessel = closed_form(PCF((int(g * size), size), (B2 * g.denominator**2,)))
        if bessel is not None and bessel.constant is not None:
            yield bessel.constant


def _is_integer(x: Fraction) -> bool:
    return x.denominator == 1


def _root_text(x: Fraction) -> str:
    """Return the square root of a nonnegative rational number as an expression."""
    root = rational_root(x)
    return f"sqrt({x})" if root is None else str(root)


def _times_root(x: Fraction, text: str) -> str:
    """Return sqrt(x)*text up to a rational factor; the root is that of the squarefree part, left out where it is 1."""
    radicand = square_part(int(x.numerator * x.denominator))[1]
    return text if radicand == 1 else f"sqrt({radicand})*{text}"
