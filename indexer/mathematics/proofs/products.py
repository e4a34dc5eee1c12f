"""Constants as products of powers, for the checker: standard library only.

A text is read as a rational number times powers of primes, pi, e and function values. Square roots are powers 1/2, exp
is a power of e, gamma functions at fractions follow from gamma(1/3) and gamma(1/4) for denominators up to 6 by
DLMF 5.5.1, 5.5.3 and 5.5.5, agm(1, sqrt(2)) = (2 pi)^(3/2)/gamma(1/4)^2 by 19.8.5 with 19.20.2, and three angles are
parts of pi by 4.17.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from math import gcd, lcm

from indexer.mathematics.proofs.arithmetic import Refused, parsed

Factors = dict[str, Fraction]
Product = tuple[Fraction, Factors]
Sum = list[Product]

HALF = Fraction(1, 2)
POSITIVE = {"pi", "e", "gamma(1/3)", "gamma(1/4)"}
LARGEST_PRIME, LARGEST_POWER, LONGEST = 10**6, 1_000, 2_000


def ratio(first: str, second: str) -> tuple[Fraction, bool]:
    """Return r with first = r second, or first = r/second where the second value is true; refuse other constants."""
    one, two = product_of(first), product_of(second)
    for turned in (False, True):
        coefficient, factors = multiplied(one, raised(two, Fraction(1 if turned else -1)))
        if not factors:
            return coefficient, turned
    raise Refused("the constants are no rational multiples of each other, nor of each other's reciprocal")


@lru_cache(maxsize=2048)
def product_of(text: str) -> Product:
    """Return the product that a text equals."""
    if len(text) > LONGEST:
        raise Refused("the text of a constant is too long")
    return _whole(_terms(parsed(text)))


def _terms(node: ast.expr) -> Sum:
    """Return an expression as a sum of products."""
    match node:
        case ast.Constant(value=int(value)):
            return [(Fraction(value), {})] if value else []
        case ast.Name(id="phi"):
            return _terms(parsed("(1 + sqrt(5))/2"))
        case ast.Name(id=name):
            return [(Fraction(1), {name: Fraction(1)})]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return [(-c, factors) for c, factors in _terms(operand)]
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _collected(_terms(left) + _terms(right))
        case ast.BinOp(left=left, op=ast.Sub(), right=right):
            return _collected(_terms(left) + [(-c, factors) for c, factors in _terms(right)])
        case ast.BinOp(left=left, op=ast.Mult() | ast.Div() as operation, right=right):
            power = Fraction(1 if isinstance(operation, ast.Mult) else -1)
            one, two = _whole(_terms(left)), raised(_whole(_terms(right)), power)
            _refuse_cancelled(one, two)
            return [multiplied(one, two)]
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            return [raised(_whole(_terms(left)), _rational(_terms(right)))]
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
            return [_called(name, [_terms(argument) for argument in arguments])]
    raise Refused("the text of a constant cannot be read")


def _refuse_cancelled(first: Product, second: Product) -> None:
    """Refuse that a factor is divided by itself within one constant where it may be zero, as in 0/0."""
    for name, exponent in first[1].items():
        if exponent * second[1].get(name, 0) < 0 and not (name.isdigit() or name in POSITIVE):
            raise Refused("a constant is divided by what may be zero")


def _collected(terms: Sum) -> Sum:
    found: dict[tuple[tuple[str, Fraction], ...], Fraction] = {}
    for c, factors in terms:
        key = tuple(sorted(factors.items()))
        found[key] = found.get(key, Fraction(0)) + c
    return [(c, dict(key)) for key, c in sorted(found.items()) if c]


def _whole(terms: Sum) -> Product:
    """Return a sum as one product, its rational content times the rest as a factor of its own."""
    if not terms:
        raise Refused("a constant is zero")
    if len(terms) == 1:
        return terms[0]
    content = Fraction(gcd(*(c.numerator for c, _ in terms)), lcm(*(c.denominator for c, _ in terms)))
    content = content if terms[0][0] > 0 else -content
    return content, {_text([(c / content, factors) for c, factors in terms]): Fraction(1)}


def _rational(terms: Sum) -> Fraction:
    c, factors = _whole(terms) if terms else (Fraction(0), {})
    if factors:
        raise Refused("an exponent or argument is not rational")
    return c


def _text(terms: Sum) -> str:
    """Return a text that tells different sums apart."""
    return " + ".join(f"{c}{''.join(f'*{f}^{e}' for f, e in sorted(factors.items()))}" for c, factors in terms) or "0"


def multiplied(first: Product, second: Product) -> Product:
    """Return the product of two products, integral powers of primes in the coefficient."""
    (c, factors), (d, others) = first, second
    total = {name: factors.get(name, Fraction(0)) + others.get(name, Fraction(0)) for name in {*factors, *others}}
    return _normal(c * d, total)


def _normal(c: Fraction, factors: Factors) -> Product:
    kept = {}
    for name, exponent in factors.items():
        if name.isdigit():
            c, exponent = c * Fraction(int(name)) ** (exponent // 1), exponent % 1
        if exponent:
            kept[name] = exponent
    return c, kept


def raised(base: Product, exponent: Fraction) -> Product:
    """Return a rational power; one that is not integral only of what is known to be positive."""
    c, factors = base
    if abs(exponent) > LARGEST_POWER:
        raise Refused("an exponent is too large")
    if exponent.denominator == 1:
        return _normal(c**exponent.numerator, {name: e * exponent for name, e in factors.items()})
    if c < 0 or not all(name.isdigit() or name in POSITIVE for name in factors):
        raise Refused("a root is taken of what may be negative")
    total = {name: e * exponent for name, e in factors.items()}
    for n, side in ((c.numerator, 1), (c.denominator, -1)):
        for p, k in _factored(n):
            total[str(p)] = total.get(str(p), Fraction(0)) + side * k * exponent
    return _normal(Fraction(1), total)


def _factored(n: int) -> list[tuple[int, int]]:
    found, p = [], 2
    while n > 1:
        k = 0
        while n % p == 0:
            n, k = n // p, k + 1
        found += [(p, k)] * (k > 0)
        p = p + 1 if p * p <= n else n
        if p > LARGEST_PRIME and p * p <= n:
            raise Refused("a number under a root has prime factors too large")
    return found


def _called(name: str, arguments: Sequence[Sum]) -> Product:
    """Return the value of a function."""
    if name in ("sqrt", "cbrt", "root"):
        degree = {"sqrt": Fraction(2), "cbrt": Fraction(3)}.get(name) or _rational(arguments[1])
        return raised(_whole(arguments[0]), 1 / degree)
    if name == "exp" and len(arguments[0]) < 2 and not (arguments[0] and arguments[0][0][1]):
        return _normal(Fraction(1), {"e": _rational(arguments[0])})
    if name == "gamma":
        return _gamma(_rational(arguments[0]))
    text = f"{name}({', '.join(_text([_whole(terms)]) if terms else '0' for terms in arguments)})"
    angle = {"atan(1)": Fraction(1, 4), "atan(1*3^1/2)": Fraction(1, 3), "atan(1/3*3^1/2)": Fraction(1, 6)}.get(text)
    if angle:
        return angle, {"pi": Fraction(1)}
    if text == "agm(1, 1*2^1/2)":
        return Fraction(2), {"2": HALF, "pi": 3 * HALF, "gamma(1/4)": Fraction(-2)}
    return Fraction(1), {text: Fraction(1)}


def _gamma(x: Fraction) -> Product:
    """Return gamma at a fraction."""
    if abs(x) > LARGEST_POWER or (x.denominator == 1 and x <= 0):
        raise Refused("gamma has a pole, or its argument is too large")
    c = Fraction(1)
    while x > 1:
        x -= 1
        c *= x
    while x <= 0:
        c /= x
        x += 1
    third, fourth = {"gamma(1/3)": Fraction(1)}, {"gamma(1/4)": Fraction(1)}
    sixth: Product = (Fraction(1, 2), {"2": Fraction(2, 3), "3": HALF, "pi": -HALF, "gamma(1/3)": Fraction(2)})
    known: dict[Fraction, Product] = {
        Fraction(1): (Fraction(1), {}),
        HALF: (Fraction(1), {"pi": HALF}),
        Fraction(1, 3): (Fraction(1), third),
        Fraction(2, 3): (Fraction(2, 3), {"pi": Fraction(1), "3": HALF, "gamma(1/3)": Fraction(-1)}),
        Fraction(1, 4): (Fraction(1), fourth),
        Fraction(3, 4): (Fraction(1), {"pi": Fraction(1), "2": HALF, "gamma(1/4)": Fraction(-1)}),
        Fraction(1, 6): sixth,
        Fraction(5, 6): multiplied((Fraction(2), {"pi": Fraction(1)}), raised(sixth, Fraction(-1))),
    }
    value, factors = known.get(x, (Fraction(1), {f"gamma({x})": Fraction(1)}))
    return c * value, factors
