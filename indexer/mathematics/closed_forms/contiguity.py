"""Contiguity, exactly: how a quotient of two hypergeometric functions follows from another whose parameters are near.

The functions f with parameters that differ by integers span a space of dimension 2 over the rational functions, with
the basis f, t f, where t = z d/dz. One step of a parameter is a matrix of that basis (DLMF 13.3(ii), 15.5(i)). From the
equation of second order, t t f = p f + q t f, with (DLMF 15.10, 13.2, 16.8)

    2F1: p = a b z/(1 - z), q = ((a + b) z - c + 1)/(1 - z)     1F1, U: p = a z, q = z - b + 1     0F1: p = z, q = 1 - b

and C = [[0, 1], [p, q]], the step up of a is (C + a)/a for 1F1 and 2F1, (C + a)/(a (a - b + 1))
for U; the step down of the lower parameter is (C + c - 1)/(c - 1) for all but U, and
-(C + b - 1)/(a - b + 1) for U. The opposite steps are their inverses, with what cancels left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations
from typing import Any, Literal, TypeAlias

from gmpy2 import mpq

from indexer.mathematics.numbers.surds import Surd

Name = Literal["hyp0f1", "hyp1f1", "hyp2f1", "hypu"]

Number: TypeAlias = Any
"""An exact number: rational as mpq, or a quadratic irrational as Surd."""

Matrix = tuple[Number, Number, Number, Number]
"""The matrix [[p, q], [r, s]] as (p, q, r, s)."""

ONE, ZERO = mpq(1), mpq(0)
IDENTITY: Matrix = (ONE, ZERO, ZERO, ONE)


@dataclass(frozen=True, slots=True)
class Quotient:
    """The number f(above; argument)/f(below; argument); parameters in the order of `closed_form.Function`."""

    function: Name
    above: tuple[Number, ...]
    below: tuple[Number, ...]
    argument: Number


def times(left: Matrix, right: Matrix) -> Matrix:
    """Return the product of two matrices."""
    (a, b, c, d), (p, q, r, s) = left, right
    return a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s


def adjugate(m: Matrix) -> Matrix:
    """Return the adjugate of a matrix: its inverse times its determinant."""
    p, q, r, s = m
    return s, -q, -r, p


def contiguity(first: Quotient, second: Quotient) -> Matrix:
    """Return the matrix m with first = (m0 second + m1)/(m2 second + m3), up to a factor.

    Both are quotients of one function at one argument, and all their parameters differ by integers. Raises
    ZeroDivisionError where every path from one to the other meets a step that does not exist.
    """
    name, z = first.function, first.argument
    left = times(_rows(first), transfer(name, second.below, first.below, z))
    return times(left, adjugate(_rows(second)))


def _rows(quotient: Quotient) -> Matrix:
    """Return the matrix that takes f(below), t f(below) to f(above), f(below)."""
    p, q, _, _ = transfer(quotient.function, quotient.below, quotient.above, quotient.argument)
    return p, q, ONE, ZERO


def transfer(name: Name, start: tuple[Number, ...], target: tuple[Number, ...], z: Number) -> Matrix:
    """Return the matrix that takes f, t f at the parameters `start` to those at `target`.

    The parameters move one after the other, in the first order in which all steps exist.
    """
    moves = [_integer(t - s) for s, t in zip(start, target, strict=True)]
    if name == "hyp2f1" and _conjugate(start) and moves[0] == moves[1]:
        together, alone = moves[0], moves[2] - moves[0]
        try:
            after = (*target[:2], target[2] - alone)
            return times(_walk(name, after, [(2, alone)], z), _walk_together(start, together, z))
        except ZeroDivisionError:
            before = (*start[:2], start[2] + alone)
            return times(_walk_together(before, together, z), _walk(name, start, [(2, alone)], z))
    for order in permutations(range(len(start))):
        try:
            return _walk(name, start, [(i, moves[i]) for i in order if moves[i]], z)
        except ZeroDivisionError:
            continue
    raise ZeroDivisionError("a step between contiguous functions does not exist")


def _walk(name: Name, start: tuple[Number, ...], moves: list[tuple[int, int]], z: Number) -> Matrix:
    total, parameters = IDENTITY, start
    for place, move in moves:
        for _ in range(abs(move)):
            total = times(step(name, parameters, place, move > 0, z), total)
            changed = parameters[place] + (1 if move > 0 else -1)
            parameters = (*parameters[:place], changed, *parameters[place + 1 :])
    return total


def _conjugate(parameters: tuple[Number, ...]) -> bool:
    """Return whether the upper parameters are irrational, so that only moves of both at once stay in one field."""
    return isinstance(parameters[0], Surd) and not parameters[0].rational


def _walk_together(start: tuple[Number, ...], together: int, z: Number) -> Matrix:
    """Move all three parameters of 2F1.

    From F at the parameters a - 1, b - 1, c - 1 on: t F = z (a - 1)(b - 1)/(c - 1) F(a, b; c), DLMF 15.5.1. Only the
    sum and the product of a and b come in, which are rational where they are conjugate.
    """
    total, (a, b, c) = IDENTITY, start
    for _ in range(abs(together)):
        if together < 0:
            a, b, c = a - 1, b - 1, c - 1
        p, q = _equation("hyp2f1", [a, b], c, z)
        if together > 0:
            below = (a * b) * z
            total = times(_scaled((ZERO, ONE, p, q - 1), below / c), total)
            a, b, c = a + 1, b + 1, c + 1
        else:
            size = c / (1 - z)
            total = times(((1 - q) / size, 1 / size, (a * b) * z / c, ZERO), total)
    return total


def step(name: Name, parameters: tuple[Number, ...], place: int, up: bool, z: Number) -> Matrix:
    """Return the matrix of one step of one parameter; raises ZeroDivisionError where it does not exist."""
    *upper, c = parameters
    if place == len(upper):
        return _lower_up(name, upper, c, z) if up else _lower_down(name, upper, c, z)
    a = upper[place]
    if up:
        return _scaled(_shifted(name, upper, c, z, a), a * (a - c + 1) if name == "hypu" else a)
    below = [*upper[:place], a - 1, *upper[place + 1 :]]
    inverse = adjugate(_shifted(name, below, c, z, a - 1))
    if name == "hypu":
        return inverse
    return _scaled(inverse, a - c if name == "hyp1f1" else (a - c) / (1 - z))


def _lower_down(name: Name, upper: list[Number], c: Number, z: Number) -> Matrix:
    return _scaled(_shifted(name, upper, c, z, c - 1), c - 1 - upper[0] if name == "hypu" else c - 1)


def _lower_up(name: Name, upper: list[Number], c: Number, z: Number) -> Matrix:
    inverse = adjugate(_shifted(name, upper, c + 1, z, c))
    if name == "hypu":
        return _scaled(inverse, z)
    if name == "hyp2f1":
        a, b = upper
        return _scaled(inverse, z / (z - 1) * (c * c - c * (a + b) + a * b) / c)
    return _scaled(inverse, (-z if name == "hyp0f1" else z * (c - upper[0])) / c)


def _shifted(name: Name, upper: list[Number], c: Number, z: Number, by: Number) -> Matrix:
    """Return C + by."""
    p, q = _equation(name, upper, c, z)
    return by, ONE, p, q + by


def _equation(name: Name, upper: list[Number], c: Number, z: Number) -> tuple[Number, Number]:
    """Return p, q of t t f = p f + q t f."""
    if name == "hyp0f1":
        return z, 1 - c
    if name == "hyp2f1":
        a, b = upper
        return a * b * z / (1 - z), ((a + b) * z - c + 1) / (1 - z)
    return upper[0] * z, z - c + 1


def _scaled(m: Matrix, denominator: Number) -> Matrix:
    if denominator == 0 or denominator == Surd(ZERO):
        raise ZeroDivisionError("a step between contiguous functions does not exist")
    p, q, r, s = m
    return p / denominator, q / denominator, r / denominator, s / denominator


def _integer(number: Number) -> int:
    rational = number.p if isinstance(number, Surd) and number.rational else number
    if isinstance(rational, Surd) or rational.denominator != 1:
        raise ValueError("the parameters do not differ by integers")
    return int(rational)
