"""The factor lambda of an equivalence, the poles that U may have, and the degrees its entries may reach.

C1(n) U(n+1) = lambda(n) U(n) C2(n). U may be multiplied by a rational function, so in every shift class lambda is one
power at one position, chosen so that U has the fewest poles. With e1, e2 the multiplicities of the determinants at
position r and l that of lambda, the order v(r) of U's pole obeys

    v(r+1) <= v(r) + e1(r) - l(r)    and    v(r) <= v(r+1) + l(r) + e2(r),

and is 0 far out on both sides. At infinity U is the sum over + and - of f times the column (K1, 1) times the row of the
inverse of ((K2+, K2-), (1, 1)), with a formal series f, f(n+1)/f(n) = lambda X2/X1, of degree ell + first2 - first1
where lambda = kappa n^d (1 + ell/n + ...): the degrees of U are bounded. A map that takes the minimal solution of the
second recurrence to a dominant one of the first, which equal leading terms of both tails allow, has a second diagonal
entry of higher degree (the two roots of `Infinity` add up in it, here their difference stands), so none is found.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import isqrt

from flint import fmpz_poly

from catalog.formulas.pcf import PCF
from indexer.mathematics.equivalence.infinity import Infinity, infinity, twice
from indexer.mathematics.equivalence.shift_classes import Factors, factors, root_sum

MAX_DISTANCE = 160
"""Integers by which roots of two determinants in one shift class may differ: U may have as many poles."""


@dataclass(frozen=True, slots=True)
class Gauge:
    """lambda = `numerator`/`denominator`, the denominator of U, and the degrees of U's entries times it, row by row.

    A bound below 0 means that the entry is zero.
    """

    numerator: fmpz_poly
    denominator: fmpz_poly
    poles: fmpz_poly
    bounds: tuple[int, int, int, int]


def gauge(first: PCF, second: PCF, folds: tuple[int, int]) -> Gauge | None:
    """Return the gauge of two formulas of one bucket, k1 and k2 steps taken as one; None where none exists.

    Raises ArithmeticError beyond `MAX_DISTANCE`.
    """
    one, two = (factors(formula, k) for formula, k in zip((first, second), folds, strict=True))
    scale = _scale(one, two)
    if scale is None:
        return None
    tails = [infinity(formula).folded(k) for formula, k in zip((first, second), folds, strict=True)]
    bounds = _bounds(tails[0], tails[1], scale.ell, int(scale.poles.degree()))
    if bounds is None:
        return None
    return Gauge(scale.numerator * (tails[0].sign * tails[1].sign), scale.denominator, scale.poles, bounds)


@dataclass(frozen=True, slots=True)
class Scale:
    """lambda up to its sign as `numerator`/`denominator` = kappa n^d (1 + `ell`/n + ...), kappa > 0, and the poles."""

    numerator: fmpz_poly
    denominator: fmpz_poly
    poles: fmpz_poly
    ell: Fraction


@lru_cache(maxsize=4096)
def _scale(one: Factors, two: Factors) -> Scale | None:
    """Return what two determinants say of lambda: many formulas share them. None where their quotient is no square."""
    numerator, denominator, poles = fmpz_poly([1]), fmpz_poly([1]), fmpz_poly([1])
    ell = Fraction(0)
    for f in one.classes.keys() | two.classes.keys():
        e1, e2 = one.classes.get(f, {}), two.classes.get(f, {})
        power, rest = divmod(sum(e1.values()) - sum(e2.values()), 2)
        if rest:
            return None
        position, orders = _cheapest(e1, e2, power)
        ell -= power * (root_sum(f) + position * (len(f) - 1))
        if power > 0:
            numerator *= _at(f, position) ** power
        else:
            denominator *= _at(f, position) ** -power
        for place, order in orders.items():
            poles *= _at(f, place) ** order
    kappa = _square_root(Fraction(one.lead, two.lead))
    if kappa is None:
        return None
    kappa *= Fraction(int(denominator.leading_coefficient()), int(numerator.leading_coefficient()))
    return Scale(numerator * kappa.numerator, denominator * kappa.denominator, poles, ell)


def _at(f: tuple[int, ...], position: int) -> fmpz_poly:
    """Return f(n - position)."""
    return fmpz_poly(list(f))(fmpz_poly([-position, 1]))


def _square_root(number: Fraction) -> Fraction | None:
    if number < 0:
        return None
    top, bottom = isqrt(number.numerator), isqrt(number.denominator)
    return Fraction(top, bottom) if top * top == number.numerator and bottom * bottom == number.denominator else None


def _cheapest(e1: dict[int, int], e2: dict[int, int], power: int) -> tuple[int, dict[int, int]]:
    """Return where lambda's power of a class stands best, and the orders of U's poles for it."""
    places = e1.keys() | e2.keys()
    low, high = min(places) - 1, max(places) + 2
    if high - low > MAX_DISTANCE:
        raise ArithmeticError(f"roots of the partial numerators differ by {high - low - 3}, more than is tried")
    # the orders change where a factor stands only, so that no other position is better than all of these
    positions = sorted({low, *places, *(place + 1 for place in places)}) if power else [low]
    choices = [(position, _pole_orders(e1, e2, power, position, range(low, high + 1))) for position in positions]
    return min(choices, key=lambda choice: sum(choice[1].values()))


def _pole_orders(e1: dict[int, int], e2: dict[int, int], power: int, position: int, places: range) -> dict[int, int]:
    """Return the orders of the poles of U at the places of one class, by both inequalities of this module's head."""
    upwards = [0]
    for r in places[:-1]:
        upwards.append(max(0, upwards[-1] + e1.get(r, 0) - (power if r == position else 0)))
    downwards = [0]
    for r in reversed(places[:-1]):
        downwards.append(max(0, downwards[-1] + e2.get(r, 0) + (power if r == position else 0)))
    pairs = zip(places, upwards, reversed(downwards), strict=True)
    return {r: min(up, down) for r, up, down in pairs if up and down}


def _bounds(one: Infinity, two: Infinity, ell: Fraction, poles: int) -> tuple[int, int, int, int] | None:
    """Return the degrees of the entries of U times its denominator, None where no degree of f is an integer."""
    deltas = degrees_of_factors(one, two, ell)
    if deltas is None:
        return None
    (above, below), (k1_plus, k1_minus, _) = map(twice, deltas), one.twice_tails
    k2_plus, k2_minus, parting = two.twice_tails
    entries = (
        max(above + k1_plus, below + k1_minus),
        max(above + k1_plus + k2_minus, below + k1_minus + k2_plus),
        max(above, below),
        max(above + k2_minus, below + k2_plus),
    )
    p, q, r, s = ((entry - parting) // 2 + poles for entry in entries)
    return p, q, r, s


def degrees_of_factors(one: Infinity, two: Infinity, ell: Fraction) -> tuple[Fraction, Fraction] | None:
    """Return the degrees of f+ and f-; None where they are no integers (half integers where half powers are)."""
    base = ell + two.mean - one.mean
    roots = one.root, two.root
    if roots[0] is None or roots[1] is None:
        gap = Fraction(0) if one.spread == two.spread else None
    else:
        gap = roots[1] - roots[0]
    if gap is None:
        return None
    deltas = base + gap, base - gap
    units = (1, 2) if one.half_square else (1,)
    return deltas if all(delta.denominator in units for delta in deltas) else None
