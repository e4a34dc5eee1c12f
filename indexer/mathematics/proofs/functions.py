"""Checks of the steps that speak of hypergeometric functions, and of constants: standard library only.

A quotient is f(above; z)/f(below; z) for f = 0F1, 1F1, 2F1 or U. Contiguity is checked in the basis f, t f, t = z d/dz,
with t t f = p f + q t f and C = [[0, 1], [p, q]]: (C + a) f = a f(a + 1), for U a (a - c + 1) f(a + 1), and
(C + c - 1) f = (c - 1) f(c - 1), for U -(a - c + 1) f(c - 1); DLMF 13.3(ii), 15.5(i). Identities are those of the table
beside the closed forms; two constants are one where they are one product of powers (`products.py`).
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import cache
from itertools import permutations
from math import lcm
from pathlib import Path
from typing import Any

from indexer.mathematics.proofs.arithmetic import (
    Matrix,
    Quadratic,
    Refused,
    number,
    parsed,
    polynomial,
    product,
    root_of,
    sign,
    variables,
)
from indexer.mathematics.proofs.products import ratio

PARAMETERS = {"hyp0f1": 1, "hyp1f1": 2, "hyp2f1": 3, "hypu": 2}
"""The functions, and how many parameters each has."""

FARTHEST, LARGEST_POWER = 2_000, 1_000
"""Largest move of a parameter, and largest exponent in an expression of the table."""

TABLE = Path(__file__).parents[1] / "closed_forms" / "identities.json"
"""The identities, as data."""

Parameters = list[Quadratic]


def quotient(subject: Any) -> tuple[str, Parameters, Parameters, Quadratic]:
    """Return function, parameters above and below, and argument of a quotient; refuse poles and other domains."""
    name, z = subject["function"], number(subject["argument"])
    above, below = ([number(p) for p in subject[side]] for side in ("above", "below"))
    if len(subject) != 4 or len(above) != len(below) or len(below) != PARAMETERS.get(name):
        raise Refused("it speaks of no known function")
    if z == 0 or z.d < 0 or (name == "hypu" and sign(z) < 0) or (name == "hyp2f1" and sign(1 - z) <= 0):
        raise Refused("the argument lies outside the domain of the function")
    if name != "hypu" and any(_whole(side[-1], largest=0) for side in (above, below)):
        raise Refused("a lower parameter is a pole")
    return name, above, below, z


def _whole(x: Quadratic, largest: int = FARTHEST) -> bool:
    """Say whether a number is an integer up to a largest one."""
    return x.q == 0 and x.p.denominator == 1 and x.p <= largest


def _multiple(factor: Any) -> Matrix:
    return 0, factor, 1, 0


# ------------------------------------------------------------------ Pincherle's theorem


def _recurrence(step: Any) -> Matrix:
    """The quotient is that of the minimal solution: parameters follow from a and b, A1 > 0, b(n) != 0 for n >= 1."""
    a, b = polynomial(step["first"]["a"]), polynomial(step["first"]["b"])
    name, above, below, z = quotient(step["second"])
    (A0, A1), (B0, B1, B2) = (*a, 0)[:2], (*b, 0, 0)[:3]
    *upper, c = below
    if a[-1] <= 0 or any(_whole(p, largest=0) for p in upper):
        raise Refused("the leading coefficient of a is not positive, or b vanishes at an index n >= 1")
    down = [p - 1 for p in below]
    match name, len(a), len(b):
        case "hyp0f1", 2, 1:
            fits, factor = [A1 * (c - 1) - A0, z * A1**2 - B0], A1 * (c - 1)
        case "hyp1f1", 2, 2:
            fits, factor = [A1 * (c - 1 - z) - A0, z * A1**2 - B1, (upper[0] - 1) * B1 - B0], A1 * (c - 1)
        case "hyp2f1", 1 | 2, 3 if A1**2 + 4 * B2 > 0:
            al, be = upper
            k = root_of(A1**2 + 4 * B2)
            fits = [k * (1 - 2 * z) - A1, k * (c - 1 - (al + be - 1) * z) - A0]
            fits += [B2 * (1 - al) * (1 - be) - B0, B2 * (al + be - 2) - B1]
            factor = k * (c - 1)
        case "hypu", 2, 3 if A1**2 + 4 * B2 == 0:
            al, be = upper[0], upper[0] - c + 1
            fits = [z - 2 * Fraction(A0, A1) + 1 + Fraction(B1, B2)]
            fits += [B2 * (1 - al) * (1 - be) - B0, B2 * (al + be - 2) - B1]
            down, factor = [al - 1, c], Quadratic(Fraction(A1, 2))
            if _whole(be, largest=0):
                raise Refused("b vanishes at an index n >= 1")
        case "hypu", 1, 2 if B1 > 0:
            half = Fraction(B0, 2 * B1)
            fits = [z - Fraction(A0 * A0, 2 * B1), upper[0] - 1 - half, c - Fraction(3, 2)]
            down, factor = [Quadratic(half), Quadratic(Fraction(1, 2))], Quadratic(Fraction(2 * B1, A0))
        case _:
            raise Refused("the formula is not of the function's degrees")
    if any(not value == 0 for value in fits) or any(not p == q for p, q in zip(above, down, strict=True)):
        raise Refused("the parameters are not those of the formula")
    return _multiple(factor)


def _representation(step: Any) -> Matrix:
    """The way back from a quotient to a formula of which it is that of the minimal solution."""
    x, y, z, w = _recurrence({"first": step["second"], "second": step["first"]})
    return -x, z, y, -w


# ------------------------------------------------------------------ contiguity


def _contiguity(step: Any) -> Matrix:
    """Both quotients are rows of one basis, which steps of single parameters take from one place to the other."""
    (name, above, below, z), (other, top, bottom, w) = quotient(step["first"]), quotient(step["second"])
    if name != other or not z == w:
        raise Refused("the quotients are of different functions or arguments")
    left = product(_rows(name, above, below, z), _transfer(name, bottom, below, z))
    p, q, r, s = _rows(name, top, bottom, z)
    p, q, r, s = product(left, (s, -q, -r, p))
    return q, p, s, r


def _rows(name: str, above: Parameters, below: Parameters, z: Quadratic) -> Matrix:
    """Return the matrix that takes f(below), t f(below) to f(above), f(below)."""
    p, q, _, _ = _transfer(name, below, above, z)
    return p, q, 1, 0


def _transfer(name: str, start: Parameters, target: Parameters, z: Quadratic) -> Matrix:
    """Return the matrix from f, t f at some parameters to those at others, by the first order of moves that exists."""
    moves = [t - s for s, t in zip(start, target, strict=True)]
    if not all(_whole(move) and move.p >= -FARTHEST for move in moves):
        raise Refused("the parameters do not differ by integers")
    if name == "hyp2f1" and start[0].q and moves[0] == moves[1]:
        together, alone = int(moves[0].p), int((moves[2] - moves[0]).p)
        *upper, c = start
        try:
            last = _walk(name, [*target[:2], target[2] - alone], [(2, alone)], z)
            return product(last, _walk_together(start, together, z))
        except ZeroDivisionError:
            return product(_walk_together([*upper, c + alone], together, z), _walk(name, start, [(2, alone)], z))
    for order in permutations(range(len(start))):
        try:
            return _walk(name, start, [(i, int(moves[i].p)) for i in order], z)
        except ZeroDivisionError:
            continue
    raise Refused("a step between contiguous functions does not exist")


def _walk(name: str, start: Parameters, moves: list[tuple[int, int]], z: Quadratic) -> Matrix:
    total: Matrix = (1, 0, 0, 1)
    at = list(start)
    for place, move in moves:
        for _ in range(abs(move)):
            total = product(_step(name, at, place, move > 0, z), total)
            at[place] = at[place] + (1 if move > 0 else -1)
    return total


def _walk_together(start: Parameters, together: int, z: Quadratic) -> Matrix:
    """Move all parameters of 2F1: t F = z a b/c F(a + 1, b + 1; c + 1), DLMF 15.5.1."""
    total: Matrix = (1, 0, 0, 1)
    (a, b, c), move = start, 1 if together > 0 else -1
    for _ in range(abs(together)):
        if move < 0:
            a, b, c = a - 1, b - 1, c - 1
        _, _, p, q = _plus("hyp2f1", [a, b], c, z, Quadratic(0))
        factor = a * b * z / c
        step = (0, 1 / factor, p / factor, (q - 1) / factor)
        if move < 0:
            step = ((1 - q) * (1 - z) / c, (1 - z) / c, factor, 0)
        total = product(step, total)
        if move > 0:
            a, b, c = a + 1, b + 1, c + 1
    return total


def _step(name: str, at: Parameters, place: int, up: bool, z: Quadratic) -> Matrix:
    """Return the matrix of one step of one parameter."""
    *upper, c = at
    a = at[place]
    if place == len(upper):
        if not up:
            return _scaled(_plus(name, upper, c, z, c - 1), c - 1 - upper[0] if name == "hypu" else c - 1)
        inverse = _adjugate(_plus(name, upper, c + 1, z, c))
        if name == "hypu":
            return _scaled(inverse, z)
        if name == "hyp2f1":
            return _scaled(inverse, z / (z - 1) * (c * c - c * (upper[0] + upper[1]) + upper[0] * upper[1]) / c)
        return _scaled(inverse, (-z if name == "hyp0f1" else z * (c - upper[0])) / c)
    if up:
        return _scaled(_plus(name, upper, c, z, a), a * (a - c + 1) if name == "hypu" else a)
    inverse = _adjugate(_plus(name, [*upper[:place], a - 1, *upper[place + 1 :]], c, z, a - 1))
    return inverse if name == "hypu" else _scaled(inverse, a - c if name == "hyp1f1" else (a - c) / (1 - z))


def _plus(name: str, upper: Parameters, c: Quadratic, z: Quadratic, by: Quadratic) -> Matrix:
    """Return C + by."""
    if name == "hyp0f1":
        p, q = z, 1 - c
    elif name == "hyp2f1":
        a, b = upper
        p, q = a * b * z / (1 - z), ((a + b) * z - c + 1) / (1 - z)
    else:
        p, q = upper[0] * z, z - c + 1
    return by, 1, p, q + by


def _adjugate(m: Matrix) -> Matrix:
    p, q, r, s = m
    return s, -q, -r, p


def _scaled(m: Matrix, divisor: Quadratic) -> Matrix:
    if divisor == 0:
        raise ZeroDivisionError
    p, q, r, s = (entry / divisor for entry in m)
    return p, q, r, s


def _transformation(step: Any) -> Matrix:
    """Each function is a factor times the transformed one; the factors' quotient is an integral power."""
    name, above, below, z = quotient(step["first"])
    other, top, bottom, w = quotient(step["second"])
    how = step["how"]
    base: Any = 1
    if (how, name, other) == ("kummer", "hyp1f1", "hyp1f1"):
        new, argument, exponent = [[c - a, c] for a, c in (above, below)], -z, Quadratic(0)
    elif (how, name, other) == ("kummer", "hypu", "hypu"):
        new, argument = [[a - c + 1, 2 - c] for a, c in (above, below)], z
        base, exponent = z, below[1] - above[1]
    elif (how, name, other) == ("bessel", "hyp1f1", "hyp0f1") and all(c == 2 * a for a, c in (above, below)):
        new, argument, exponent = [[a + Fraction(1, 2)] for a, _ in (above, below)], z * z / 16, Quadratic(0)
    elif name == other == "hyp2f1" and how == "exchange":
        new, argument, exponent = [[b, a, c] for a, b, c in (above, below)], z, Quadratic(0)
    elif name == other == "hyp2f1" and how == "euler":
        new, argument, base = [[c - a, c - b, c] for a, b, c in (above, below)], z, 1 - z
        exponent = (above[2] - above[0] - above[1]) - (below[2] - below[0] - below[1])
    elif name == other == "hyp2f1" and how == "pfaff":
        new, argument, base = [[c - a, b, c] for a, b, c in (above, below)], z / (z - 1), 1 - z
        exponent = below[1] - above[1]
    elif name == other == "hyp2f1" and how == "quadratic":
        (a, b, c), (d, e, f) = above, below
        if sign(1 - 2 * z) <= 0 or not 2 * c == a + b + 1 or not 2 * f == d + e + 1:
            raise Refused("the quadratic transformation does not apply")
        new, argument, base = [[a / 2, b / 2, c], [(d + 1) / 2, (e + 1) / 2, f]], 4 * z * (1 - z), 1 - 2 * z
        exponent = Quadratic(-1)
    else:
        raise Refused("it is no known transformation of the function")
    if not argument == w or any(not p == q for p, q in zip([*new[0], *new[1]], [*top, *bottom], strict=True)):
        raise Refused("the transformed parameters are others")
    if not _whole(exponent) or abs(exponent.p) > FARTHEST:
        raise Refused("what stands before the functions is no integral power")
    return _multiple(power(Quadratic(1) * base, int(exponent.p)))


def power(base: Quadratic, exponent: int) -> Quadratic:
    """Return an integral power."""
    if abs(exponent) > FARTHEST:
        raise Refused("an exponent is too large")
    result = Quadratic(1)
    for _ in range(abs(exponent)):
        result = result * base
    return result if exponent >= 0 else 1 / result


# ------------------------------------------------------------------ identities


@cache
def _table() -> dict[str, Any]:
    return {row["key"]: row for row in json.loads(TABLE.read_text(encoding="utf-8"))}


def _identity(step: Any) -> Matrix:
    """The quotient, or the constant, is that of a row of the table at these values of its variables."""
    row, values = _table()[step["key"]], {name: number(value) for name, value in step["values"].items()}
    texts = [*row.get("above", ()), *row.get("below", ()), row.get("argument", ""), row.get("first", "")]
    if set(values) != variables(*texts, row["constant"], *row["where"]):
        raise Refused("the values are not those of the identity's variables")
    if not all(value_of(condition, values) for condition in row["where"]):
        raise Refused("a hypothesis of the identity does not hold")
    if "function" in row:
        name, above, below, z = quotient(step["first"])
        wanted = [*row["above"], *row["below"], row["argument"]]
        if name != row["function"] or len(wanted) != len(above) + len(below) + 1:
            raise Refused("the identity is about another function")
        if any(not value_of(text, values) == found for text, found in zip(wanted, [*above, *below, z], strict=True)):
            raise Refused("the identity is about other parameters")
    elif step["first"] != {"constant": filled(row["first"], values)}:
        raise Refused("the identity is about another constant")
    if step["second"] != {"constant": filled(row["constant"], values)}:
        raise Refused("the identity gives another constant")
    x, y, z, w = (value_of(entry, values) for entry in row["map"])
    return x, y, z, w


def _same(step: Any) -> Matrix:
    """The constants are products of the same powers, or of opposite ones, up to a rational factor."""
    found, turned = ratio(step["first"]["constant"], step["second"]["constant"])
    if len(step["first"]) != 1 or len(step["second"]) != 1:
        raise Refused("it speaks of more than a constant")
    return (found, 0, 0, 1) if turned else _multiple(found)


def value_of(text: str, values: Mapping[str, Quadratic]) -> Any:
    """Return the exact value of an arithmetic text, or whether a comparison of two holds.

    Known are + - * /, integral powers ^, square roots of rational numbers, the variables, and one comparison.
    """
    return _evaluated(parsed(text), values)


def _evaluated(node: ast.expr, values: Mapping[str, Quadratic]) -> Any:
    match node:
        case ast.Constant(value=int(value)):
            return Quadratic(value)
        case ast.Name(id=name):
            return values[name]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_evaluated(operand, values)
        case ast.Call(func=ast.Name(id="sqrt"), args=[argument]):
            inner = _evaluated(argument, values)
            if inner.q:
                raise Refused("the root of an irrational number is not known")
            return root_of(inner.p)
        case ast.Compare(left=left, ops=[relation], comparators=[right]):
            difference = _evaluated(left, values) - _evaluated(right, values)
            return _COMPARED[type(relation)](difference)
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            exponent = _evaluated(right, values)
            if not _whole(exponent, LARGEST_POWER) or exponent.p < -LARGEST_POWER:
                raise Refused("an exponent is no small integer")
            return power(_evaluated(left, values), int(exponent.p))
        case ast.BinOp(left=left, op=operation, right=right) if type(operation) in _OPERATIONS:
            return _OPERATIONS[type(operation)](_evaluated(left, values), _evaluated(right, values))
    raise Refused("an expression of the table cannot be read")


_OPERATIONS: dict[type[ast.operator], Callable[[Quadratic, Quadratic], Quadratic]] = {
    ast.Add: lambda x, y: x + y,
    ast.Sub: lambda x, y: x - y,
    ast.Mult: lambda x, y: x * y,
    ast.Div: lambda x, y: x / y,
}
_COMPARED: dict[type[ast.cmpop], Callable[[Quadratic], bool]] = {
    ast.Eq: lambda x: x == 0,
    ast.NotEq: lambda x: x != 0,
    ast.Lt: lambda x: sign(x) < 0,
    ast.LtE: lambda x: sign(x) <= 0,
    ast.Gt: lambda x: sign(x) > 0,
    ast.GtE: lambda x: sign(x) >= 0,
}


def filled(template: str, values: Mapping[str, Quadratic]) -> str:
    """Return a text with the values of the expressions in its braces."""
    return re.sub(r"\{([^}]*)\}", lambda match: number_text(value_of(match[1], values)), template)


def number_text(x: Quadratic) -> str:
    """Return an exact number as text, such as `(3 + sqrt(13))/2`."""
    if x.q == 0:
        return str(x.p)
    size = lcm(x.p.denominator, x.q.denominator)
    whole, outer = int(x.p * size), int(x.q * size)
    root = f"sqrt({x.d})" if abs(outer) == 1 else f"{abs(outer)}*sqrt({x.d})"
    text = f"{whole} {'-' if outer < 0 else '+'} {root}" if whole else f"{'-' * (outer < 0)}{root}"
    return text if size == 1 else f"({text})/{size}"


CHECKS_OF_FUNCTIONS: dict[str, tuple[Callable[[Any], Matrix], set[str]]] = {
    "recurrence": (_recurrence, set()),
    "representation": (_representation, set()),
    "contiguity": (_contiguity, set()),
    "transformation": (_transformation, {"how"}),
    "identity": (_identity, {"key", "values"}),
    "same": (_same, set()),
}
"""Each kind of step: the function that derives its map, and its keys beside step, first, second and map."""
