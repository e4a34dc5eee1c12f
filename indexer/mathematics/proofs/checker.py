"""The checker of certificates: a program of its own, which accepts a proof or refuses it with one sentence.

Besides the standard library it needs `arithmetic.py`, `functions.py`, `fields.py` and `angles.py` (the steps that speak
of hypergeometric functions, of their matrix fields and of algebraic numbers) and the tables of identities, and computes
in exact numbers. A
formula is a(0) + b(1)/(a(1) + b(2)/(a(2) + ...)), a sum is the sum over k >= 0 of the products of
numerator(j)/denominator(j), j = 1..k. Every step says value(first) = map . value(second); the checker derives that map
itself from `first` and `second`. Polynomial identities are tested at more integers than their degree. The text of
`relation.expression` is for readers and not looked at. Run it as `python -m indexer.mathematics.proofs.checker FILE`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from math import comb, lcm
from pathlib import Path
from typing import Any

from indexer.mathematics.proofs.angles import angle_map
from indexer.mathematics.proofs.arithmetic import (
    Matrix,
    Poly,
    Quadratic,
    Refused,
    at,
    compose,
    exact_map,
    integer,
    number,
    polynomial,
    product,
    proportional,
    sign,
    variables,
)
from indexer.mathematics.proofs.fields import field_map
from indexer.mathematics.proofs.functions import CHECKS_OF_FUNCTIONS, filled, value_of

MOST_STEPS, MOST_FOLDS, FARTHEST = 40, 24, 20_000
"""Most steps of a certificate, most steps of a recurrence taken as one, largest index that is stepped back from."""


def check(document: Any) -> str:
    """Return what a certificate proves, in one sentence; raises Refused with one sentence where it proves nothing."""
    try:
        return _checked(document)
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
        missing = (
            f"it has no {error}" if isinstance(error, KeyError) else "a part of it is of another sort than expected"
        )
        raise Refused(f"the certificate cannot be read: {missing}") from None


def _checked(document: Any) -> str:
    steps, subject = document.get("certificate", document)["steps"], document["formula"]
    relation = exact_map(document["relation"]["coefficients"])
    constant, other = document["relation"].get("constant", ""), document["relation"].get("other")
    if not 2 <= len(steps) <= MOST_STEPS:
        raise Refused(f"a certificate has 2 to {MOST_STEPS} steps")
    formula(subject)
    total: Matrix = (0, 1, 1, 0)
    for place, step in enumerate(steps[:-1], 1):
        try:
            derive, keys = CHECKS[step["step"]]
            if set(step) != {"step", "first", "second", "map", *keys}:
                raise Refused("it has other keys than its kind")
            if step["first"] != subject:
                raise Refused("it does not begin where the step before ends")
            found, given = derive(step), exact_map(step["map"])
            if not proportional(found, given):
                raise Refused("another map than its own follows")
        except Refused as error:
            raise Refused(f"step {place} ({step['step']}) is no proof: {error}") from None
        subject, total = step["second"], compose(total, given)
    last = steps[-1]
    if set(last) != {"step", "map"} or last["step"] != "compose":
        raise Refused("the last step does not compose the maps")
    if not isinstance(constant, str) or subject != (other or {"constant": constant}) or (other and constant):
        raise Refused("the steps do not end at the constant, or the other formula, of the relation")
    if not (proportional(total, exact_map(last["map"])) and _agree(total, relation, constant)):
        raise Refused("the maps of the steps do not compose to the relation")
    end = constant or ("the root of a polynomial" if "root" in subject else "the other one")
    return f"the relation of the formula to {end} is proved in {len(steps)} steps"


def _agree(first: Matrix, second: Matrix, constant: str) -> bool:
    """Say whether two maps are one, or at least their values at a constant that is 1 or a square root."""
    radicand = constant.removeprefix("sqrt(").removesuffix(")")
    if constant != "1" and (constant != f"sqrt({radicand})" or not radicand.removeprefix("-").isdecimal()):
        return proportional(first, second) and second[0] * second[3] != second[1] * second[2]
    c = Quadratic(1) if constant == "1" else number([0, 1, radicand])
    (x, y, z, w), (p, q, r, s) = first, second
    top, bottom, other_top, other_bottom = x + y * c, z + w * c, p + q * c, r + s * c
    if (top == 0 and bottom == 0) or (other_top == 0 and other_bottom == 0):
        return False
    return bool(top * other_bottom == bottom * other_top)


def shift(p: Poly, k: int) -> Poly:
    """Return p(n + k)."""
    return tuple(sum(comb(j, i) * k ** (j - i) * p[j] for j in range(i, len(p))) for i in range(len(p)))


def times(p: Poly, q: Poly) -> Poly:
    """Return the product of two polynomials."""
    rows = [tuple(x * y for y in q) for x in p]
    return tuple(sum(row[n - i] for i, row in enumerate(rows) if 0 <= n - i < len(q)) for n in range(len(p + q) - 1))


def vanishes(p: Poly, start: int) -> bool:
    """Say whether p(n) = 0 for an integer n >= start: intervals are halved until Descartes's rule excludes roots."""
    p = shift(p, start)
    return not p or p[0] == 0 or _vanishes_within(p, 2 + max(map(abs, p)) // abs(p[-1]))  # Cauchy's bound of roots


def _vanishes_within(p: Poly, width: int) -> bool:
    """Say whether p(n) = 0 for an integer 0 < n < width, p(0) not being 0."""
    turned = shift(tuple(c * width**i for i, c in enumerate(p))[::-1], 1)
    if width == 1 or min(turned) >= 0 or max(turned) <= 0:
        return False
    rest = shift(p, width // 2)
    return rest[0] == 0 or _vanishes_within(p, width // 2) or _vanishes_within(rest, width - width // 2)


def formula(subject: Any) -> tuple[Poly, Poly]:
    """Return a and b of a formula that converges without terminating."""
    a, b = polynomial(subject["a"]), polynomial(subject["b"])
    if not a or not b or len(subject) != 2 or vanishes(b, 1):
        raise Refused("a formula has polynomials a and b, not zero, and does not terminate")
    exponents(a, b)
    return a, b


def exponents(a: Poly, b: Poly) -> tuple[Fraction, Fraction] | None:
    """Return m, s where the formal tails are lead n^d (1 + (m +- sqrt(s))/n + ...), + the tail itself; None else.

    None where the minimal solution over the dominant falls faster than every power of n; refused where the formula
    diverges. Birkhoff and Trjitzinsky (1933); Perron, Die Lehre von den Kettenbruechen II.
    """
    d, excess, A, B = len(a) - 1, len(b) + 1 - 2 * len(a), a[-1], b[-1]
    if excess < 0 or (excess == 0 and A * A + 4 * B > 0) or (excess == 1 and B > 0):
        return None
    if excess == 2 and B > 0:
        return (Fraction(b[-2], B) + d + 1) / 2, Fraction(A * A, 4 * B)
    if excess == 0 and A * A + 4 * B == 0:
        both = (0, 0, *times(a, shift(a, 1)))
        e = [Fraction(x + 4 * y, A * A) for x, y in zip(both, (0, 0, *shift(b, 1)), strict=True)]
        if e[-2] > 0:
            return None
        if e[-2] == 0 and 1 + 4 * e[-3] >= 0:
            return Fraction((0, *a)[-2], A) - Fraction(1, 2), Fraction(1, 4) + e[-3]
    raise Refused("a formula diverges")


def back(a: Poly, b: Poly, n: int) -> Matrix:
    """Return the matrix that takes (K_n, 1) to (L, 1), row by row, with K_n = b(n)/(a(n) + K_{n+1}) and n >= 1."""
    if not 1 <= n <= FARTHEST:
        raise Refused(f"index {n} is not stepped back from")
    total: Matrix = (1, at(a, 0), 0, 1)
    for k in range(1, n):
        total = product(total, (0, at(b, k), 1, at(a, k)))
    return total


def _rewrite(step: Any) -> Matrix:
    """(h a, h(n) h(n-1) b) is h(0) times (a, b), h having no root n >= 0; from index k on, a formula is its tail."""
    first, second, how, by = formula(step["first"]), formula(step["second"]), step["how"], step["by"]
    if how == "shift":
        k = integer(by)
        (a, b), far = (first, second) if k > 0 else (second, first)
        if (shift(a, abs(k)), shift(b, abs(k))) != far:
            raise Refused("the second formula is not the first from another index on")
        p, q, r, s = back(a, b, abs(k))
        x, z = p * at(b, abs(k)), r * at(b, abs(k))
        return (x, q, z, s) if k > 0 else (-x, z, q, -s)
    h = polynomial(by)
    (a, b), small = (first, second) if how == "deflation" else (second, first)
    if how not in ("deflation", "inflation") or vanishes(h, 0):
        raise Refused("it is of no known kind, or its factor has a root n >= 0")
    if (a, b) != (times(h, small[0]), times(times(h, shift(h, -1)), small[1])):
        raise Refused("the formulas do not differ by the factor")
    return (0, h[0], 1, 0) if how == "deflation" else (0, 1, h[0], 0)


def _equivalence(step: Any) -> Matrix:
    """C1(n) U(n+1) denominator(n) = numerator(n) U(n) C2(n), C being `folds` steps ((0, b), (1, a)) of each formula."""
    pair, folds = [formula(step["first"]), formula(step["second"])], [integer(k) for k in step["folds"]]
    U, n0 = [polynomial(entry) for row in step["U"] for entry in row], integer(step["regular_from"])
    top, bottom = polynomial(step["scale"]["numerator"]), polynomial(step["scale"]["denominator"])
    if len(folds) != 2 or not 1 <= min(folds) <= max(folds) <= MOST_FOLDS or len(U) != 4 or len(step["scale"]) != 2:
        raise Refused("it has two folds, two polynomials in its scale, and four in U")

    def side(which: int, n: int) -> list[int]:
        (a, b), k = pair[which], folds[which]
        total: Matrix = (1, 0, 0, 1)
        for j in range(k * n, k * n + k):
            total = product(total, (0, at(b, j), 1, at(a, j)))
        p, q, r, s = (at(p, n + 1 - which) for p in U)
        both = product((p, q, r, s), total) if which else product(total, (p, q, r, s))
        return [c * at(top if which else bottom, n) for c in both]

    degree = sum(map(len, (*U, top, bottom))) + sum(k * len(a + b) for k, (a, b) in zip(folds, pair, strict=True))
    if any(side(0, n) != side(1, n) for n in range(degree)):
        raise Refused("the identity of U does not hold")
    (p, q, r, s), before = (at(p, n0) for p in U), [at(p, n0 - 1) for p in U]
    least = n0 == 1 or before[0] * before[3] == before[1] * before[2]
    if n0 < 1 or not least or p * s == q * r or vanishes(top, n0):
        raise Refused("regular_from is not the least index from which on U is regular")
    _keeps_minimal(pair, folds, top, bottom, len(U[3]) - 1)
    x, y, z, w = back(*pair[1], folds[1] * n0)
    y1, x1, w1, z1 = product(product(back(*pair[0], folds[0] * n0), (p, q, r, s)), (w, -y, -z, x))
    return x1, y1, z1, w1


def _keeps_minimal(pair: list[tuple[Poly, Poly]], folds: list[int], top: Poly, bottom: Poly, degree: int) -> None:
    """Refuse a U that takes the minimal solution to a dominant one; `degree` is that of its last entry.

    Rational functions cannot where minimal over dominant falls faster than all powers, or like a logarithm (s = 0).
    Where the leading terms of both tails are opposite, the scale's sign tells. Where they are equal, an exchanging U
    has the degree 1 + ell + m2 - m1 + sqrt(s1) + sqrt(s2), ell being the scale's 1/n term; one that keeps has less.
    """
    found, leads, opposite = [], 1, False
    for (a, b), k in zip(pair, folds, strict=True):
        tails = exponents(a, b)
        if tails is None:
            return
        found.append((tails[0] + Fraction((len(b) - 1) * (k - 1), 4), tails[1]))
        leads, opposite = leads * a[-1] ** k, opposite or (len(b) > 2 * len(a) - 1 and k % 2 == 1)
    (m1, s1), (m2, s2) = found
    ell = Fraction((0, *top)[-2], top[-1]) - Fraction((0, *bottom)[-2], bottom[-1])
    over = degree - 1 - (ell + m2 - m1)
    less = over < 0 or over**2 < s1 + s2 or (over**2 - s1 - s2) ** 2 < 4 * s1 * s2  # over < sqrt(s1) + sqrt(s2)
    if leads * top[-1] * bottom[-1] < 0 if opposite else s1 and s2 and not less:
        raise Refused("U exchanges the minimal solution and a dominant one")


def _telescoping(step: Any) -> Matrix:
    """With r(n) r(n-1) = a(n) r(n-1) + b(n), L = a(0) - r(0) + r(0)/S (Euler), or a(0) - r(0) where r is minimal.

    S = sum over k >= 0 of the products of numerator(j)/denominator(j), j = 1..k, which are -b(j)/(r(j-1) r(j)).
    """
    (a, b), second = formula(step["first"]), step["second"]
    top, bottom = (tuple(map(number, p)) for p in step["ratio"])
    if any(p[-1] == 0 or all(_has_root(p, part) for part in "pq") for p in (top, bottom)):
        raise Refused("the ratio has a root or a pole n >= 0, or a polynomial of it ends with 0")
    sides = [polynomial(second[side]) for side in ("numerator", "denominator")] if len(second) == 2 else [(), ()]
    r = at(top, 0) / at(bottom, 0)
    for n in range(1, 3 * len(top + bottom) + len(a + b) + len(sides[0] + sides[1])):
        before, r = r, at(top, n) / at(bottom, n)
        if r * before != at(a, n) * before + at(b, n):
            raise Refused("the ratio does not solve the recurrence")
        if at(b, n) * at(sides[1], n) != -at(sides[0], n) * before * r:
            raise Refused("the terms of the sum are others")
    r = at(top, 0) / at(bottom, 0)
    if len(second) == 2:
        if vanishes(sides[1], 1) or r.q:
            raise Refused("the denominator of a sum has no root n >= 1")
        return r, at(a, 0) - r, 0, 1
    minimal_ratio(a, b, top, bottom)
    if second != {"constant": f"sqrt({r.d})" if r.q else "1"}:
        raise Refused("the limit lies in another field")
    return at(a, 0) - r.p, -r.q, 1, 0


def _has_root(p: Any, part: str) -> bool:
    """Say whether the rational part ("p") of a polynomial, or that of the root ("q"), vanishes at an integer n >= 0."""
    parts = [getattr(c, part) for c in p]
    size = lcm(*(c.denominator for c in parts))
    return vanishes(_trimmed(tuple(int(c * size) for c in parts)), 0)


def _trimmed(p: Poly) -> Poly:
    """Return a polynomial without the zeros at its end."""
    while p and p[-1] == 0:
        p = p[:-1]
    return p


def minimal_ratio(a: Poly, b: Poly, top: Any, bottom: Any) -> None:
    """Refuse a solution u_n/u_{n-1} = top/bottom that is dominant: the tail a - r must be the dominant formal one."""
    degree, lead = len(top) - len(bottom), Quadratic(1) * top[-1] / bottom[-1]
    excess = len(b) + 1 - 2 * len(a)
    if excess < 0:
        minimal = degree < len(a) - 1
    elif excess:
        minimal = sign(lead * a[-1]) < 0
    elif (tails := exponents(a, b)) is None:
        minimal = sign(a[-1] * (a[-1] - 2 * lead)) > 0
    else:
        own = Quadratic(1) * (0, *top)[-2] / top[-1] - Quadratic(1) * (0, *bottom)[-2] / bottom[-1]
        minimal = sign(tails[0] + 1 - own) >= 0
    if not minimal:
        raise Refused("the ratio belongs to a dominant solution")


@cache
def _table() -> dict[str, Any]:
    text = (Path(__file__).parent / "theorems.json").read_text(encoding="utf-8")
    return {row["key"]: row for row in json.loads(text)}


def _theorem(step: Any) -> Matrix:
    """The formula, or the sum, is that of a row of the table at these values of its variables."""
    row, values = _table()[step["key"]], {name: number(value) for name, value in step["values"].items()}
    sides = ("numerator", "denominator") if "numerator" in row else ("a", "b")
    texts = [*row[sides[0]], *row[sides[1]], row["constant"], *row["where"]]
    if set(values) != variables(*texts) or set(step["first"]) != set(sides):
        raise Refused("it is about something else than the theorem, or its values are not those of the variables")
    if any(value.q for value in values.values()) or not all(value_of(condition, values) for condition in row["where"]):
        raise Refused("a hypothesis of the theorem does not hold")
    p, q = (polynomial(step["first"][side]) for side in sides)
    own_p, own_q = (tuple(value_of(text, values).p for text in row[side]) for side in sides)
    size = lcm(*(c.denominator for c in own_q))
    if "numerator" in row and vanishes(_trimmed(tuple(int(c * size) for c in own_q)), 1):
        raise Refused("the denominator of a sum has no root n >= 1")
    if (times(p, own_q) != times(own_p, q)) if "numerator" in row else ((p, q) != (own_p, own_q)):
        raise Refused("the theorem is about another formula or sum")
    if step["second"] != {"constant": filled(row["constant"], values)}:
        raise Refused("the theorem gives another constant")
    x, y, z, w = (value_of(entry, values) for entry in row["map"])
    return x, y, z, w


CHECKS: dict[str, tuple[Callable[[Any], Matrix], set[str]]] = {
    "rewrite": (_rewrite, {"how", "by"}),
    "equivalence": (_equivalence, {"folds", "U", "scale", "regular_from"}),
    "telescoping": (_telescoping, {"ratio"}),
    "theorem": (_theorem, {"key", "values"}),
    "field": (lambda step: field_map(step, formula, back, vanishes), {"field", "trajectories", "walk"}),
    "angle": (angle_map, {"q", "j", "m", "t"}),
    "root": (angle_map, {"q", "j", "m"}),
    **CHECKS_OF_FUNCTIONS,
}
"""Each kind of step: the function that derives its map, and its keys beside step, first, second and map."""


def main(arguments: list[str]) -> int:
    """Check the certificate of a file; 0 where it is a proof."""
    try:
        print(check(json.loads(Path(arguments[0]).read_text())))
    except (Refused, OSError, ValueError, LookupError) as error:
        print(f"refused: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
