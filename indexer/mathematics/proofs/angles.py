"""Check of the step to an algebraic number, where an angle is divided by an integer: standard library only.

The constant is sqrt(s q) tan(2 sqrt(s) phi), tan phi = sqrt(q), or with hyperbolic functions for -q; 2 sqrt(s) = j/m.
With tan theta = t sqrt(q), tan(k theta) = sqrt(q) N_k(t)/D_k(t), (1 + t sqrt(-q))^k = D_k(t) + N_k(t) sqrt(-q). So the
t of theta = j phi/m is a root of N_m(t) D_j(1) - D_m(t) N_j(1), and is told from the other roots by the number of half
turns in m theta and j phi, which the signs of N_k and D_k show. The hyperbolic tangent has one root.
"""

from __future__ import annotations

from fractions import Fraction
from math import comb
from typing import Any

from indexer.mathematics.proofs.arithmetic import Matrix, Quadratic, Refused, at, integer, number, polynomial, sign
from indexer.mathematics.proofs.functions import filled, power

LARGEST_DIVISOR = 200
"""Largest m."""

CIRCULAR = "sqrt({s*q})*tan(sqrt({4*s})*atan(sqrt({q})))"
HYPERBOLIC = "sqrt({s*p})*tanh(sqrt({4*s})*atanh(sqrt({p})))"
"""The constants, as the table of identities writes them."""


def angle_map(step: Any) -> Matrix:
    """The constant is a multiple of t, which is a number (`second` is 1, or sqrt(d)) or a root between two bounds."""
    q, j, m = number(step["q"]), integer(step["j"]), integer(step["m"])
    if q.q or q == 0 or sign(q + 1) <= 0 or not 1 <= j <= m <= LARGEST_DIVISOR:
        raise Refused("an angle is multiplied by j/m, 1 <= j <= m, and q > -1 is rational, not 0")
    half, second = Quadratic(Fraction(j, 2 * m)), step["second"]
    values = {"s": half * half, ("q" if sign(q) > 0 else "p"): q * sign(q)}
    if step["first"] != {"constant": filled(CIRCULAR if sign(q) > 0 else HYPERBOLIC, values)}:
        raise Refused("the constant is another")
    factor = half * q * sign(q)
    if "root" in second:
        _check_root(second, q, j, m)
        return 0, factor, 1, 0
    t = number(step["t"])
    sine, turns = _compared(t, q, j, m)
    if sign(t) <= 0 or sine != 0 or turns:
        raise Refused("the number is not the tangent")
    if second != {"constant": f"sqrt({t.d})" if t.q else "1"}:
        raise Refused("the number lies in another field")
    return factor * t.p, factor * t.q, 1, 0


def _check_root(second: Any, q: Quadratic, j: int, m: int) -> None:
    """Refuse a polynomial unless it divides that of degree m and has a root between the bounds, where t alone lies.

    There |j phi - m theta| < pi, so that the sine vanishes once.
    """
    root = tuple(map(Quadratic, polynomial(second["root"])))
    low, high = map(number, second["between"])
    if len(second) != 2 or low.q or high.q or sign(low) < 0 or sign(high - low) <= 0 or len(root) < 2:
        raise Refused("a root lies between two rational numbers, the first of them not negative")
    if not all(near(end, q, j, m) for end in (low, high)):
        raise Refused("other roots may lie between the bounds")
    if sign(at(root, low)) * sign(at(root, high)) >= 0:
        raise Refused("the polynomial has one sign at both bounds")
    D, N, _ = _multiple(Quadratic(1), q, j)
    rest = [power(-q, i // 2) * comb(m, i) * (D if i % 2 else -N) for i in range(m + 1)]
    while len(rest) >= len(root):
        lead, start = rest.pop() / root[-1], len(rest) + 1 - len(root)
        for i, c in enumerate(root[:-1]):
            rest[start + i] = rest[start + i] - lead * c
    if any(c != 0 for c in rest):
        raise Refused("the polynomial does not divide that of the angle")


def near(t: Quadratic, q: Quadratic, j: int, m: int) -> bool:
    """Say whether |j phi - m theta| < pi."""
    sine, turns = _compared(t, q, j, m)
    return turns == 0 or (abs(turns) == 1 and sign(sine) == turns)


def _compared(t: Quadratic, q: Quadratic, j: int, m: int) -> tuple[Quadratic, int]:
    """Return a number with the sign of sin(j phi - m theta), and the half turns in j phi less those in m theta."""
    if sign(q) < 0 and sign(1 + q * t * t) <= 0:
        raise Refused("a hyperbolic tangent lies between -1 and 1")
    (D, N, turns), (E, M, others) = _multiple(Quadratic(1), q, j), _multiple(t, q, m)
    return N * E - D * M, 0 if sign(q) < 0 else turns - others


def _multiple(t: Quadratic, q: Quadratic, k: int) -> tuple[Quadratic, Quadratic, int]:
    """Return D_k and N_k, and the half turns in k theta for theta in [0, pi/2): each step passes one at most."""
    D, N, turns = Quadratic(1), Quadratic(0), 0
    for _ in range(k):
        D, N = D - q * t * N, N + t * D
        upper = sign(N) > 0 or (sign(N) == 0 and sign(D) > 0)
        turns += upper == (turns % 2 == 1)
    return D, N, turns
