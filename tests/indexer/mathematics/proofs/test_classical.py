"""Ramanujan's fractions: those at x and x + 2 are equivalent, which proves their values; which formulas are instances.

With the steps C(n, x) = ((0, b(n)), (1, a(n, x))) a matrix U(n, x) has C(n, x) U(n+1, x) = U(n, x) C(n, x + 2). So L(x)
is a Moebius map of L(x + 2), the same as of the quotient of gamma functions; both are asymptotically equal as x grows.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from fractions import Fraction
from math import prod

import pytest

from catalog.formulas.pcf import PCF, parse_formula
from indexer.mathematics.equivalence.decision import no_limit
from indexer.mathematics.proofs.checker import check
from indexer.mathematics.proofs.classical import classical_fractions
from indexer.mathematics.proofs.proving import prove
from tests.indexer.mathematics.proofs.test_proving import holds

Value = Fraction
Entries = tuple[Value, Value, Value]
"""a(n, x), the last entry of U, and minus the first one; the others are 2 b(n) and 2."""


def odd(n: Value, x: Value, u: Value, v: Value) -> Entries:
    """a = x (2n+1), u = k^2, v = l^2."""
    constant = (x + 1) ** 2 - u - v
    return x * (2 * n + 1), 2 * n * n + 2 * (x + 1) * n + constant, -2 * n * n + 2 * (x + 1) * n - constant


def four_quarters(n: Value, x: Value, u: Value, v: Value) -> Entries:
    first, further = x * x + 1 - u - v, (x + 2) ** 2 + 1 - u - v
    return 8 * n * n + first, 8 * n * n + 4 * (x - 1) * n + first, 8 * n * n - 4 * (x + 3) * n + further


def quarters(n: Value, x: Value, u: Value, v: Value) -> Entries:
    a = quarters_a(n, x, u, v)
    r = 8 * n * n + 4 * x * n + x * x + x - u - v - (u - v) / (x + 1)
    return a, r, 2 * quarters_a(n, x + 2, u, v) - (r + 16 * n + 8 + 4 * x)


def quarters_a(n: Value, x: Value, u: Value, v: Value) -> Value:
    return 8 * n * n + 4 * n + 1 + x * x - u - v


def difference(n: Value, x: Value, u: Value, v: Value) -> Entries:
    """Of v nothing depends."""
    constant = x * x + 3 - u + 2 * (x - 1)
    a = 8 * n * n + 8 * n + 3 + x * x - u
    return a, 8 * n * n + 4 * (x + 1) * n + constant, 8 * n * n - 4 * (x + 1) * n + constant


ROWS: dict[str, tuple[Callable[..., Entries], Callable[..., Value]]] = {
    "odd": (odd, lambda n, u, v: (n * n - u) * (n * n - v)),
    "four quarters": (four_quarters, lambda n, u, v: -((2 * n - 1) ** 2 - u) * ((2 * n - 1) ** 2 - v)),
    "quarters": (quarters, lambda n, u, v: -(4 * n * n - u) * ((2 * n - 1) ** 2 - v)),
    "difference": (difference, lambda n, u, v: -(4 * n * n - u) * 4 * n * n),
}


@pytest.mark.parametrize("name", ROWS)
def test_the_fractions_at_x_and_at_x_plus_2_are_equivalent(name: str) -> None:
    """As an identity of polynomials: in each variable at more values than its degree."""
    entries, b = ROWS[name]
    for n, x, u, v in itertools.product(range(8), range(1, 8), range(5), range(5)):
        n, x, u, v = map(Fraction, (n, x, u, v))
        (a, r, p), (a_further, _, _), (_, r_next, p_next) = (
            entries(n, x, u, v),
            entries(n, x + 2, u, v),
            entries(n + 1, x, u, v),
        )
        b_here, b_next = b(n, u, v), b(n + 1, u, v)
        assert r_next == 2 * a_further - p
        assert r == 2 * a - p_next
        assert 2 * b_next + a * r_next == 2 * b_here + r * a_further


def eight(n: Value, x: Value, squares: tuple[Value, ...]) -> tuple[Value, Value, Value]:
    """a, r and p of the fractions of degrees (3, 6), which have three squares k^2, l^2, m^2."""
    total, pairs = sum(squares), sum(u * v for u, v in itertools.combinations(squares, 2))
    a = (2 * n + 1) * (2 * n * n + 2 * n + 1 + x * x - total)
    linear = 2 * (x + 1) ** 2 - 2 * total
    constant = (x + 1) ** 3 / 2 - (x + 1) * total + (total**2 - 4 * pairs) / (2 * (x + 1))
    even, odd = 4 * (x + 1) * n * n + constant, 4 * n**3 + linear * n
    return a, odd + even, odd - even


def test_the_fractions_of_degrees_3_and_6_at_x_and_at_x_plus_2_are_equivalent() -> None:
    for n, x, *rest in itertools.product(range(11), range(1, 8), range(3), range(3), range(3)):
        n, x, squares = Fraction(n), Fraction(x), tuple(map(Fraction, rest))
        (a, r, p), further, (_, r_next, p_next) = (
            eight(n, x, squares),
            eight(n, x + 2, squares),
            eight(n + 1, x, squares),
        )
        here, later = (-4 * prod(k * k - u for u in squares) for k in (n, n + 1))
        assert r_next == 2 * further[0] - p
        assert r == 2 * a - p_next
        assert 2 * later + a * r_next == 2 * here + r * further[0]


def test_the_map_is_the_functional_equation_of_four_quarters() -> None:
    """(L(x) - r/2) (L(x+2) - p/2) = r p/4 + b(0) at n = 0, which is 64 over the quotients at x and at x + 2."""
    for x, u, v in itertools.product(range(1, 8), range(5), range(5)):
        x, u, v = map(Fraction, (x, u, v))
        _, r, p = four_quarters(Fraction(0), x, u, v)
        square = (x + 1) ** 2  # the product of x + 1 +- l +- m over all signs
        assert 4 * (r * p / 4 - (1 - u) * (1 - v)) == square**2 - 2 * square * (u + v) + (u - v) ** 2


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("PCF(8n^2 + 2, -(2n-1)^4)", "1 + 8/pi^2"),
        ("PCF(8n^2 + 5, -(2n-1)^4)", "5/2 + gamma(1/4)^8/(128*pi^4)"),
        ("PCF(8n^2 + 32n + 37, -(2n+3)^4)", "81*(gamma(1/4)^8 - 320*pi^4)/(13*gamma(1/4)^8 - 4032*pi^4)"),
        ("PCF(8n^2 + 8n + 7, -16n^4)", "1/(2 - 2*catalan)"),
        ("PCF(8n^2 + 8n + 6, -4n^2 (4n^2 - 1))", "2/(2*log(2) - 1)"),
        ("PCF(8n^2 + 4n + 2, -4n^2 (2n-1)^2)", "1/log(2)"),
        (
            "PCF(2n + 1, (n^2 + 1)^2)",
            "(gamma(1 + sqrt(-1))*gamma(1 - sqrt(-1)) + 1)/(1 - gamma(1 + sqrt(-1))*gamma(1 - sqrt(-1)))",
        ),
    ],
)
def test_an_instance_is_proved(text: str, expression: str) -> None:
    found = prove(parse_formula(text))
    assert found is not None and found.expression == expression
    assert check(json.loads(json.dumps(found.to_json())))
    assert holds(found)


def quarter_formulas() -> list[PCF]:
    """Instances with small parameters, some begun later, some with poles at their own x."""
    squares = [Fraction(0), Fraction(1, 4), Fraction(4, 9), Fraction(4), Fraction(-1)]
    found = []
    for x, u, v, kind, start in itertools.product((1, 2, 3), squares, squares, (0, 1, -1), (0, 2)):
        a, b = (
            [1 + x * x - u - v, 4 * kind, 8],
            _product(_square(abs(kind) * (1 - kind) + (kind == 0), u), _square(1, v)),
        )
        size = 36
        formula = PCF(tuple(int(c * size) for c in a), tuple(int(-c * size * size) for c in b)).shift(start)
        if no_limit(formula) is None:
            found.append(formula)
    return found


def _square(i: int, u: Fraction) -> list[Fraction]:
    """(2n - i)^2 - u."""
    return [i * i - u, Fraction(-4 * i), Fraction(4)]


def _product(p: list[Fraction], q: list[Fraction]) -> list[Fraction]:
    return [sum((p[i] * q[k - i] for i in range(3) if 0 <= k - i < 3), Fraction(0)) for k in range(5)]


@pytest.mark.parametrize("part", range(4))
def test_instances_of_all_kinds_are_recognized(part: int) -> None:
    formulas = quarter_formulas()[part::8]
    proved = 0
    for formula in formulas:
        for certificate in classical_fractions(formula):
            assert check(json.loads(json.dumps(certificate.to_json())))
            assert holds(certificate), formula
            proved += 1
    assert proved > 0.6 * len(formulas)
