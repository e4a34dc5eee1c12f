"""Values as a person writes them: the limit (x + y c)/(z + w c) of a constant c that is a product.

Roots are taken out of denominators where that makes the text no longer, common factors are cancelled, hyperbolic
cotangents stand for fractions of exponentials where that is shorter. The text reads back to the same number.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from math import gcd

from gmpy2 import mpq

from catalog.errors import ExpressionError
from indexer.mathematics.relations.products import (
    HALF,
    ONE,
    UNIT,
    Product,
    atom,
    factors_text,
    power,
    product_of,
    product_text,
)
from indexer.mathematics.relations.search import normal_moebius
from indexer.mathematics.relations.text import moebius_text

RECIPROCALS = {"tan": "cot", "cot": "tan", "tanh": "coth", "coth": "tanh"}
"""Functions whose reciprocal has a name."""


@lru_cache(maxsize=8192)
def value_text(coefficients: tuple[int, ...], constant: str) -> str:
    """Return (x + y c)/(z + w c) for the constant c of an expression, in its shortest form, whatever its sign is.

    >>> value_text((5, 0, 0, 1), "sqrt(5)*atan(sqrt(5))"), value_text((-2, -1, 1, 0), "tan(1/2)")
    ('sqrt(5)/atan(sqrt(5))', '-2 - tan(1/2)')
    >>> value_text((-1, -1, 1, -1), "exp(2)"), value_text((-1, 0, 1, -1), "e")
    ('coth(1)', '1/(e - 1)')
    """
    coefficients = normal_moebius(coefficients)
    try:
        product = product_of(constant)
    except (ExpressionError, ArithmeticError):
        return moebius_text(coefficients, constant)  # a name in words
    if product.rational:
        x, y, z, w = coefficients
        value = product.coefficient
        return str((x + y * value) / (z + w * value))
    return min(_texts(coefficients, product), key=lambda text: (len(text), text.count("-")))


def _texts(coefficients: Sequence[int], product: Product) -> Iterator[str]:
    x, y, z, w = (mpq(k) for k in coefficients)
    yield _fraction(x, y, z, w, product)
    half = _hyperbolic(product)
    if half is not None:
        c = product.coefficient
        x, y, z, w = x + y * c, y * c - x, z + w * c, w * c - z
        if z == 0:
            yield _fraction(y, x, w, z, atom("coth", half))
        elif w == 0:
            yield _fraction(x, y, z, w, atom("tanh", half))


def _hyperbolic(product: Product) -> str | None:
    """Return t/2 for a multiple of exp(t), which is (1 + tanh(t/2))/(1 - tanh(t/2))."""
    if len(product.factors) != 1:
        return None
    name, exponent = product.factors[0]
    return str(exponent / 2) if name == "e" else None


def _fraction(x: mpq, y: mpq, z: mpq, w: mpq, product: Product) -> str:
    """Return (x + y c)/(z + w c) where c = product."""
    y, w = y * product.coefficient, w * product.coefficient
    c = Product(ONE, product.factors)
    if w == 0:
        return _affine(x / z, y / z, c)
    if z == 0:
        return _affine(y / w, x / w, c.inverse())
    return _quotient(x, y, z, w, c)


def _affine(x: mpq, y: mpq, c: Product) -> str:
    """Return x + y c."""
    if x == 0:
        return monomial_text(c.scaled(y))
    term = c.scaled(y)
    below = _common(x, term.coefficient)
    spread = _sum_text(x, term)
    if below == 1 or factors_text(c)[1]:
        return spread
    joined = f"({_sum_text(x * below, term.scaled(mpq(below)))})/{below}"
    return min(joined, spread, key=len)


def _common(x: mpq, y: mpq) -> int:
    """Return the common denominator of two fractions."""
    p, q = int(x.denominator), int(y.denominator)
    return p * q // gcd(p, q)


def _sum_text(x: mpq, term: Product) -> str:
    """Return x + term for x != 0, a positive part first."""
    text = monomial_text(term.scaled(ONE if term.coefficient > 0 else -ONE))
    if term.coefficient > 0 > x:
        return f"{text} - {-x}"
    return f"{x} {'+' if term.coefficient > 0 else '-'} {text}"


def _quotient(x: mpq, y: mpq, z: mpq, w: mpq, c: Product) -> str:
    """Return (x + y c)/(z + w c), z and w not 0, with the denominators of c multiplied out."""
    above, below = _split(c)
    top, bottom = _content([x, y]), _content([z, w])
    numerator = [below.scaled(x / top), above.scaled(y / top)]
    denominator = [below.scaled(z / bottom), above.scaled(w / bottom)]
    size = top / bottom
    return min(
        (_signed_quotient(numerator, denominator, size, top_sign, bottom_sign) for top_sign, bottom_sign in SIGNS),
        key=lambda text: (len(text), text.count("-")),
    )


SIGNS = ((ONE, ONE), (-ONE, -ONE), (-ONE, ONE), (ONE, -ONE))
"""Signs of numerator and denominator; where they differ the fraction has a sign of its own."""


def _signed_quotient(
    numerator: Sequence[Product], denominator: Sequence[Product], size: mpq, top_sign: mpq, bottom_sign: mpq
) -> str:
    """Return size * numerator/denominator with both multiplied by their signs."""
    top = _sum_times([term.scaled(top_sign) for term in numerator], mpq(size.numerator))
    bottom = _sum_times([term.scaled(bottom_sign) for term in denominator], mpq(size.denominator))
    if bottom.startswith("-"):
        top, bottom = f"-{top}", bottom[1:]
    sign = "-" if top_sign != bottom_sign else ""
    if " " in _outside_brackets(top):
        top = f"({top})"
    if not bottom.replace("_", "").isalnum():
        bottom = f"({bottom})"
    text = f"{sign}{top}/{bottom}"
    return text[2:] if text.startswith("--") else text


def _sum_times(terms: Sequence[Product], factor: mpq) -> str:
    """Return a sum times a positive integer, multiplied out unless that is longer."""
    kept = [term for term in terms if term.coefficient]
    spread = _in_order([term.scaled(factor) for term in kept])
    if len(kept) == 1 or factor == 1:
        return spread
    inside = f"{factor}*({_in_order(kept)})"
    return inside if len(inside) < len(spread) + 2 else spread


def _in_order(terms: Sequence[Product]) -> str:
    """Return a sum of one or two terms, a positive one first."""
    first, *rest = sorted(terms, key=lambda term: term.coefficient < 0)
    text = monomial_text(first)
    for term in rest:
        negative = term.coefficient < 0
        text += f" {'-' if negative else '+'} {monomial_text(term.scaled(-ONE if negative else ONE))}"
    return text


def _outside_brackets(text: str) -> str:
    """Return the characters of a text that stand in no brackets."""
    depth, kept = 0, []
    for character in text:
        depth -= character == ")"
        kept.append(character if depth == 0 else "")
        depth += character == "("
    return "".join(kept)


def _split(c: Product) -> tuple[Product, Product]:
    """Return the factors above and below the line as two products."""
    above = tuple((name, exponent) for name, exponent in c.factors if exponent > 0)
    below = tuple((name, -exponent) for name, exponent in c.factors if exponent < 0)
    return Product(ONE, above), Product(ONE, below) if below else UNIT


def _content(numbers: Sequence[mpq]) -> mpq:
    """Return the positive rational number that leaves coprime integers."""
    above = gcd(*(int(k.numerator) for k in numbers))
    below = 1
    for k in numbers:
        below = below * int(k.denominator) // gcd(below, int(k.denominator))
    return mpq(above, below)


def monomial_text(product: Product) -> str:
    """Return a product in its shortest form: rationalised, or with its square root below the line or over a fraction.

    >>> monomial_text(product_of("3/(sqrt(2)*atan(3))")), monomial_text(product_of("sqrt(3/4)"))
    ('3/(sqrt(2)*atan(3))', 'sqrt(3)/2')
    """
    unsigned = _unsigned_text(Product(abs(product.coefficient), product.factors))
    return f"-{unsigned}" if product.coefficient < 0 else unsigned


@lru_cache(maxsize=8192)
def _unsigned_text(product: Product) -> str:
    """Return the text of a product whose coefficient is not negative."""
    return min(_monomials(_reciprocal_functions(product)), key=len)


def _monomials(product: Product) -> Iterator[str]:
    yield product_text(product)
    radicand, roots = 1, []
    for name, exponent in product.factors:
        if exponent == HALF and name.isdigit():
            radicand *= int(name)
        elif exponent == HALF and name == "pi":
            roots = [name]
    common = gcd(radicand, int(product.coefficient.denominator))
    if common == 1:
        return
    if roots:  # sqrt(pi/6) for sqrt(6*pi)/6
        inside = "*".join([str(radicand // common)] * (radicand != common) + roots)
        others = tuple((name, e) for name, e in product.factors if e != HALF or not (name.isdigit() or name in roots))
        yield _joined(Product(product.coefficient * common, others), f"sqrt({inside}/{common})", over=False)
    else:  # 3/(sqrt(2)*x) for 3*sqrt(2)/(2*x)
        rest = product * power(Product(mpq(common)), -HALF)
        yield _joined(rest.scaled(mpq(common)), f"sqrt({common})", over=True)


def _joined(product: Product, root: str, *, over: bool) -> str:
    """Return root * product, or product/root."""
    above, below = factors_text(product)
    p, q = product.coefficient.numerator, product.coefficient.denominator
    numerator = [root] * (not over) + above
    numerator = [str(p)] * (p != 1 or not numerator) + numerator
    denominator = [str(q)] * (q != 1) + [root] * over + below
    bottom = f"({'*'.join(denominator)})" if len(denominator) > 1 else "".join(denominator)
    return f"{'*'.join(numerator)}{'/' * bool(denominator)}{bottom}"


def _reciprocal_functions(product: Product) -> Product:
    """Return a product with cot for 1/tan and the like; a reciprocal that stands alone stays one."""
    if len(product.factors) == 1:
        return product
    factors = []
    for name, exponent in product.factors:
        function, _, rest = name.partition("(")
        if exponent == -1 and function in RECIPROCALS:
            factors.append((f"{RECIPROCALS[function]}({rest}", ONE))
        else:
            factors.append((name, exponent))
    return Product(product.coefficient, tuple(sorted(factors)))
