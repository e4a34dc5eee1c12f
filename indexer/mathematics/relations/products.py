"""The normal form of constants as products: a rational number times powers of primes, pi, e and function values.

Two expressions with one product are equal. Values of hypergeometric functions are written by Bessel functions, error
functions, exponential integrals and incomplete gamma functions (DLMF 10.39, 7.11, 13.6), gamma functions at fractions
by as few as their functional equations allow (DLMF 5.5). `writing.py` prints products as a person does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import gcd, lcm

import flint
from gmpy2 import mpq

from catalog.constants.expressions import parse_expression
from catalog.syntax import Item

HALF, ONE = mpq(1, 2), mpq(1)

FACTORED_BITS = 96
"""Integers under a root are factored up to this size; longer ones stay as they are."""


@dataclass(frozen=True, slots=True)
class Product:
    """coefficient * product of atom^exponent, sorted by atom.

    An atom is a prime (or an integer too long to factor), with an exponent between 0 and 1; `pi`, `e` or another name;
    a function value; or a sum in brackets.
    """

    coefficient: mpq
    factors: tuple[tuple[str, mpq], ...] = ()

    @property
    def rational(self) -> bool:
        """Whether it is a rational number."""
        return not self.factors

    def __mul__(self, other: Product) -> Product:
        """The product of both."""
        exponents = dict(self.factors)
        for atom, exponent in other.factors:
            exponents[atom] = exponents.get(atom, mpq(0)) + exponent
        return _collected(self.coefficient * other.coefficient, exponents)

    def inverse(self) -> Product:
        """The reciprocal."""
        return _collected(1 / self.coefficient, {atom: -exponent for atom, exponent in self.factors})

    def scaled(self, factor: mpq) -> Product:
        """A rational multiple."""
        return Product(self.coefficient * factor, self.factors)


def _collected(coefficient: mpq, exponents: Mapping[str, mpq]) -> Product:
    """The product with integral powers of primes in the coefficient, and without powers 0."""
    kept = []
    for atom, exponent in sorted(exponents.items()):
        if atom.isdigit():
            whole = exponent.numerator // exponent.denominator
            coefficient *= mpq(int(atom)) ** int(whole)
            exponent -= whole
        if exponent:
            kept.append((atom, exponent))
    return Product(coefficient, tuple(kept))


UNIT = Product(ONE)

Rules = Mapping[str, Callable[..., Product | None]]
"""What the value of a function at rational arguments is as a product, None where it stays an atom."""

Sum = tuple[Product, ...]
"""Products of different factors that are added; empty for 0."""


@lru_cache(maxsize=8192)
def product_of(text: str, *, values: bool = True) -> Product:
    """The product that an expression equals. Raises ZeroDivisionError for what is 0 or divided by it.

    Without `values`, values of hypergeometric functions stay as they are, as for the checker of certificates.
    """
    rules = _RULES if values else _ELEMENTARY_RULES
    stack: list[Sum] = []
    for item in parse_expression(text).program:
        if item.kind == "integer":
            stack.append((Product(mpq(item.text)),) if item.text != "0" else ())
        elif item.kind == "decimal":
            stack.append((Product(ONE, ((f"{item.text}...", ONE),)),))
        elif item.kind == "name":
            stack.append(_NAMES.get(item.text) or (Product(ONE, ((item.text, ONE),)),))
        else:
            arguments = stack[-item.arity :]
            del stack[-item.arity :]
            stack.append(_applied(item, arguments, rules))
    return as_product(stack[0])


def _applied(item: Item, values: Sequence[Sum], rules: Rules) -> Sum:
    match item.text if item.kind == "operator" else "call":
        case "+":
            return _added(*values)
        case "-":
            return _added(values[0], _negated(values[1]))
        case "neg":
            return _negated(values[0])
        case "*":
            return (as_product(values[0]) * as_product(values[1]),) if all(values) else ()
        case "/":
            return (as_product(values[0]) * as_product(values[1]).inverse(),) if values[0] else ()
        case "^":
            base, exponent = as_product(values[0]), as_product(values[1]) if values[1] else Product(mpq(0))
            if exponent.rational:
                return (power(base, exponent.coefficient),)
            if base == Product(ONE, (("e", ONE),)):
                return (_call("exp", values[1:], rules),)
            return (Product(ONE, ((f"({written(values[0])})^({written(values[1])})", ONE),)),)
    return (_call(item.text, values, rules),)


def _negated(terms: Sum) -> Sum:
    return tuple(term.scaled(-ONE) for term in terms)


def _added(first: Sum, second: Sum) -> Sum:
    total = {term.factors: term.coefficient for term in first}
    for term in second:
        total[term.factors] = total.get(term.factors, mpq(0)) + term.coefficient
    return tuple(Product(total[factors], factors) for factors in sorted(total) if total[factors])


def as_product(terms: Sum) -> Product:
    """A sum as a product: its rational content times the rest in brackets."""
    if not terms:
        raise ZeroDivisionError("the expression is zero")
    if len(terms) == 1:
        return terms[0]
    above = gcd(*(int(term.coefficient.numerator) for term in terms))
    below = lcm(*(int(term.coefficient.denominator) for term in terms))
    content = mpq(above, below) if terms[0].coefficient > 0 else -mpq(above, below)
    rest = tuple(term.scaled(1 / content) for term in terms)
    return Product(content, ((f"({written(rest)})", ONE),))


def power(base: Product, exponent: mpq) -> Product:
    """A rational power; of a function value or a sum an integral one, others become an atom."""
    if exponent.denominator == 1:
        result = _collected(ONE, {atom: power_ * exponent for atom, power_ in base.factors})
        return result.scaled(base.coefficient ** int(exponent))
    positive = all(atom.isdigit() or atom in _POSITIVE for atom, _ in base.factors)
    if base.coefficient < 0 or not positive:
        name = "sqrt({})" if exponent == HALF else f"({{}})^({exponent})"
        return Product(ONE, ((name.format(written((base,))), ONE),))
    exponents = {atom: power_ * exponent for atom, power_ in base.factors}
    for part, sign in ((base.coefficient.numerator, 1), (base.coefficient.denominator, -1)):
        for prime, multiplicity in _factored(int(part)):
            exponents[str(prime)] = exponents.get(str(prime), mpq(0)) + sign * multiplicity * exponent
    return _collected(ONE, exponents)


def _factored(n: int) -> list[tuple[int, int]]:
    if n == 1:
        return []
    if n.bit_length() > FACTORED_BITS:
        return [(n, 1)]
    return [(int(p), int(k)) for p, k in flint.fmpz(n).factor()]


_POSITIVE = {"pi", "e", "phi", "gamma(1/3)", "gamma(1/4)"}
"""Atoms known to be positive, beside primes."""


# ------------------------------------------------------------------ functions


def _call(name: str, arguments: Sequence[Sum], rules: Rules) -> Product:
    """The value of a function: by its rule where it has one, else an atom."""
    rule = rules.get(name)
    rational = [as_product(a).coefficient if a else mpq(0) for a in arguments if not a or as_product(a).rational]
    if name in ("sqrt", "cbrt", "root"):
        degree = {"sqrt": mpq(2), "cbrt": mpq(3)}.get(name) or rational[-1]
        return power(as_product(arguments[0]), 1 / degree)
    if rule is not None and len(rational) == len(arguments):
        found = rule(*rational)
        if found is not None:
            return found
    value = atom(name, *map(_argument, arguments))
    return _VALUES.get(value.factors[0][0], value)


def _argument(terms: Sum) -> str:
    """The text of an argument: its rational content taken out, no brackets around a sum alone."""
    if not terms:
        return "0"
    product = as_product(terms)
    if product.coefficient == 1 and len(product.factors) == 1 and product.factors[0][1] == 1:
        return _without_brackets(product.factors[0][0])
    return product_text(product)


def _without_brackets(text: str) -> str:
    """A sum without its outer brackets; all other factors as they are."""
    return text[1:-1] if text.startswith("(") else text


def atom(name: str, *arguments: str) -> Product:
    """A function value as a product of one factor."""
    return Product(ONE, ((f"{name}({', '.join(arguments)})", ONE),))


def _exp(t: mpq) -> Product:
    return Product(ONE, (("e", t),)) if t else UNIT


def gamma(x: mpq) -> Product | None:
    """Gamma at a fraction: moved to (0, 1], and with denominators 2, 3, 4, 6 by pi, Gamma(1/3) and Gamma(1/4)."""
    if x.denominator == 1 and x <= 0:
        return None
    coefficient = ONE
    while x > 1:
        x -= 1
        coefficient *= x
    while x <= 0:
        coefficient /= x
        x += 1
    if x == 1:
        return Product(coefficient)
    known = _GAMMAS.get(x)
    return (known or atom("gamma", str(x))).scaled(coefficient)


_PI = Product(ONE, (("pi", ONE),))


def _gammas() -> dict[mpq, Product]:
    """Gamma at 1/2, 2/3, 3/4, 1/6, 5/6 by reflection and duplication, DLMF 5.5.3 and 5.5.5."""
    third, fourth = (atom("gamma", f"1/{k}") for k in (3, 4))
    root = {k: power(Product(mpq(k)), HALF) for k in (2, 3)}
    sixth = power(Product(mpq(2)), mpq(-1, 3)) * root[3] * power(_PI, -HALF) * power(third, mpq(2))
    return {
        HALF: power(_PI, HALF),
        mpq(2, 3): Product(mpq(2)) * _PI * root[3].inverse() * third.inverse(),
        mpq(3, 4): _PI * root[2] * fourth.inverse(),
        mpq(1, 6): sixth,
        mpq(5, 6): Product(mpq(2)) * _PI * sixth.inverse(),
    }


def _hyp0f1(g: mpq, z: mpq) -> Product | None:
    """0F1(; g; z) = Gamma(g) |z|^((1-g)/2) I or J of order g - 1 at 2 sqrt|z|."""
    order, size = g - 1, power(Product(abs(z)), HALF) if z else UNIT
    factor = gamma(g)
    if not z or factor is None:
        return None if factor is None else UNIT
    argument = written((size.scaled(mpq(2)),))
    if g == HALF:
        return atom("cosh" if z > 0 else "cos", argument)
    if g == 3 * HALF:
        return atom("sinh" if z > 0 else "sin", argument) * size.scaled(mpq(2)).inverse()
    value = atom("besseli" if z > 0 else "besselj", str(order), argument)
    return factor * power(Product(abs(z)), -order / 2) * value


def _hyp1f1(a: mpq, c: mpq, z: mpq) -> Product | None:
    """1F1(1; c; z) by the error function and Dawson's integral, or by the incomplete gamma function for z > 0."""
    if a == 0 or z == 0:
        return UNIT
    if a == c:
        return _exp(z)
    if a != 1 or c <= 1:
        return None
    root = power(Product(abs(z)), HALF)
    if c == 3 * HALF:
        if z < 0:
            return atom("dawson", written((root,))) * root.inverse()
        return (power(_PI, HALF) * root.inverse() * _exp(z) * atom("erf", written((root,)))).scaled(HALF)
    if z < 0 or c.denominator == 1:
        return None
    return (power(Product(z), 1 - c) * _exp(z) * atom("gammalower", str(c - 1), str(z))).scaled(c - 1)


def _hypu(a: mpq, c: mpq, x: mpq) -> Product | None:
    """U(1, c, x) = exp(x) x^(1-c) Gamma(c - 1, x), DLMF 13.6.6; E1 and erfc among them."""
    if a == 0:
        return UNIT
    if a != 1 or x <= 0:
        return None
    if c == 1:
        return _exp(x) * atom("e1", str(x))
    if c == 3 * HALF:
        root = power(Product(x), HALF)
        return power(_PI, HALF) * root.inverse() * _exp(x) * atom("erfc", written((root,)))
    if c.denominator <= 2:
        return None
    return power(Product(x), 1 - c) * _exp(x) * atom("gammainc", str(c - 1), str(x))


def _hyp2f1(a: mpq, b: mpq, c: mpq, x: mpq) -> Product | None:
    return UNIT if a == 0 or b == 0 or x == 0 else None


_GAMMAS: dict[mpq, Product] = _gammas()
_VALUES = {
    "agm(1, sqrt(2))": power(Product(mpq(2)) * _PI, 3 * HALF) * power(atom("gamma", "1/4"), mpq(-2)),
    "atan(1)": _PI.scaled(mpq(1, 4)),
    "atan(sqrt(3))": _PI.scaled(mpq(1, 3)),
    "atan(sqrt(3)/3)": _PI.scaled(mpq(1, 6)),
}
"""Values by their texts: Gauss's constant, DLMF 19.8.5 with 19.20.2; angles, 4.17 and 4.24."""
_NAMES: dict[str, Sum] = {
    "phi": (Product(HALF), power(Product(mpq(5)), HALF).scaled(HALF)),
}
_ELEMENTARY_RULES: Rules = {"exp": _exp, "gamma": gamma}
_RULES: Rules = {
    **_ELEMENTARY_RULES,
    "hyp0f1": _hyp0f1,
    "hyp1f1": _hyp1f1,
    "hyp2f1": _hyp2f1,
    "hypu": _hypu,
}


# ------------------------------------------------------------------ text


def written(terms: Sum) -> str:
    """A sum of products as text, a positive term first."""
    if not terms:
        return "0"
    positive = next((i for i, term in enumerate(terms) if term.coefficient > 0), 0)
    ordered = (terms[positive], *terms[:positive], *terms[positive + 1 :])
    text = product_text(ordered[0])
    for term in ordered[1:]:
        sign = "-" if term.coefficient < 0 else "+"
        text += f" {sign} {product_text(term.scaled(ONE if sign == '+' else -ONE))}"
    return text


def product_text(product: Product) -> str:
    """A product as text: the sign, the rational number, roots, pi, e, then the other factors."""
    above, below = factors_text(product)
    p, q = abs(product.coefficient.numerator), product.coefficient.denominator
    numerator = [str(p)] * (p != 1 or not above) + above
    denominator = [str(q)] * (q != 1) + below
    sign = "-" if product.coefficient < 0 else ""
    bottom = "*".join(denominator)
    bottom = f"/({bottom})" if len(denominator) > 1 else f"/{bottom}" if denominator else ""
    return f"{sign}{'*'.join(numerator)}{bottom}"


def factors_text(product: Product) -> tuple[list[str], list[str]]:
    """The factors of a product above and below the line."""
    sides: tuple[list[tuple[int, int, str]], list[tuple[int, int, str]]] = ([], [])
    roots: tuple[list[str], list[str]] = ([], [])
    for name, exponent in product.factors:
        side, size = exponent < 0, abs(exponent)
        if size == HALF and (name.isdigit() or name == "pi"):
            roots[side].append(name)
            continue
        sides[side].append((_rank(name), int(name) if name.isdigit() else 0, _power_text(name, size)))
    for side in (0, 1):
        if roots[side]:
            digits = [int(name) for name in roots[side] if name.isdigit()]
            inside = [str(_prod(digits))] * bool(digits) + [name for name in roots[side] if not name.isdigit()]
            sides[side].append((0, 0, f"sqrt({'*'.join(inside)})"))
    above, below = ([text for _, _, text in sorted(side)] for side in sides)
    return above, below


def _prod(numbers: Sequence[int]) -> int:
    result = 1
    for n in numbers:
        result *= n
    return result


def _rank(name: str) -> int:
    return 1 if name.isdigit() else 2 if name == "pi" else 3 if name == "e" else 4 if "(" in name else 2


def _power_text(name: str, exponent: mpq) -> str:
    if exponent == 1:
        return name
    if exponent == HALF:
        return f"sqrt({name})"
    return f"{name}^{exponent}" if exponent.denominator == 1 else f"{name}^({exponent})"
