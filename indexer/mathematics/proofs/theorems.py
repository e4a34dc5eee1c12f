"""Base theorems: formulas and sums whose value is a named constant by a theorem of the literature, as data.

A row of `theorems.json` is about a formula, with coefficients `a` and `b`, or about a sum, with `numerator` and
`denominator` of the quotient of its terms; entries are arithmetic texts in the row's variables, `where` holds its
hypotheses, and `map` is [x, y, z, w] of value = (x + y c)/(z + w c). Every sum gives Euler's formula for it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, lru_cache
from importlib import resources
from math import lcm

from flint import fmpz_poly

from catalog.formulas.pcf import PCF
from indexer.mathematics.closed_forms.names import named
from indexer.mathematics.closed_forms.summation import LommelSum, lommel_sums
from indexer.mathematics.closed_forms.telescoping import first_order_solutions
from indexer.mathematics.equivalence.decision import no_limit
from indexer.mathematics.numbers.fractions import as_fraction
from indexer.mathematics.proofs.arithmetic import Quadratic, Refused
from indexer.mathematics.proofs.certificate import (
    Certificate,
    Coefficients,
    Step,
    composed,
    normal,
    ratio_step,
    subject,
)
from indexer.mathematics.proofs.functions import filled, value_of
from indexer.mathematics.proofs.products import ratio
from indexer.mathematics.relations.products import product_of

Values = Mapping[str, Fraction]

HALF = Fraction(1, 2)

MOVES = (0, 1, 2, -1)
"""Integers by which a parameter is moved where a polynomial stands in the terms of a sum."""

BESSEL = {
    HALF: ("cosine", "hyperbolic-cosine"),
    3 * HALF: ("sine", "hyperbolic-sine"),
    Fraction(1): ("bessel-j-0", "bessel-i-0"),
    Fraction(2): ("bessel-j-1", "bessel-i-1"),
}
"""Rows with a name of their own for 0F1(; g; z), by g."""

COMBINED = {
    HALF: ("circular-combination", "hyperbolic-combination"),
    Fraction(1): ("bessel-j-combination", "bessel-i-combination"),
}
"""The same with the factor k + u in the terms."""

STRUVE = {
    (3 * HALF, 3 * HALF): ("struve-h-0", "struve-l-0"),
    (3 * HALF, 5 * HALF): ("struve-h-1", "struve-l-1"),
}
"""Rows with a name of their own for 1F2(1; c, d; z), by c and d."""

STRUVE_COMBINED = {(3 * HALF, 3 * HALF): ("struve-h-combination", "struve-l-combination")}
"""The same with the factor k + u in the terms."""


POLYLOGARITHMS = range(2, 6)
"""Orders of polylogarithms with a row."""


@dataclass(frozen=True, slots=True)
class Theorem:
    """A row of the table; `first` and `second` are a and b, or numerator and denominator where it is about a sum."""

    key: str
    reference: str
    sum: bool
    first: tuple[str, ...]
    second: tuple[str, ...]
    where: tuple[str, ...]
    constant: str
    map: tuple[str, ...]

    def at(self, values: Values) -> Certificate | None:
        """Return the certificate of its formula at values of its variables.

        None where a hypothesis fails, or the formula terminates, diverges, or has coefficients that are no integers,
        or where the constant has roots that lie in different quadratic fields.
        """
        numbers = {name: Quadratic(value) for name, value in values.items()}
        try:
            if not all(value_of(condition, numbers) for condition in self.where):
                return None
            constant = filled(self.constant, numbers)
        except Refused:  # roots in different fields
            return None
        first, second = ([value_of(text, numbers).p for text in side] for side in (self.first, self.second))
        map_ = normal(*(value_of(text, numbers).p for text in self.map))
        if self.sum:
            found = _of_sum(self.key, first, second, constant, map_, values)
        elif any(c.denominator != 1 for c in (*first, *second)):
            return None
        else:
            formula = PCF(tuple(map(int, first)), tuple(map(int, second)))
            found = _named(formula, (), _step(self.key, dict(subject(formula)), constant, map_, values), constant, map_)
        return found if no_limit(found.formula) is None else None


def _of_sum(
    key: str, numerator: list[Fraction], denominator: list[Fraction], constant: str, map_: Coefficients, values: Values
) -> Certificate:
    """Return the certificate of Euler's formula D + N, -D(n-1) N(n) for the quotient N/D of terms."""
    size = lcm(*(c.denominator for c in (*numerator, *denominator)))
    N, D = (fmpz_poly([int(c * size) for c in side]) for side in (numerator, denominator))
    a, b = D + N, -D(fmpz_poly([-1, 1])) * N
    formula = PCF(_coefficients(a), _coefficients(b))
    value = {"numerator": list(_coefficients(N)), "denominator": list(_coefficients(D))}
    euler = normal(int(D[0]), int(N[0]), 0, 1)
    first = ratio_step(formula, (D, fmpz_poly([1])), value, euler)
    return _named(formula, (first,), _step(key, value, constant, map_, values), constant, composed(euler, map_))


def _step(key: str, first: Step, constant: str, map_: Coefficients, values: Values) -> Step:
    written = {name: str(value) for name, value in values.items()}
    step = {"step": "theorem", "first": first, "second": {"constant": constant}, "key": key, "values": written}
    return step | {"map": list(map_)}


def _named(formula: PCF, steps: tuple[Step, ...], last: Step, constant: str, total: Coefficients) -> Certificate:
    """Return a certificate, its constant by the name that the library has for it or for a rational multiple."""
    name, (p, q, r, s) = named(constant)
    if name.startswith("(") and product_of(name, values=False).factors == ((name, 1),):
        name = name[1:-1]  # a sum alone
    if name == constant or not _one_product(constant, name):
        return Certificate(formula, constant, total, (*steps, last))
    map_ = normal(*(as_fraction(c) for c in (q, p, s, r)))
    same = {"step": "same", "first": {"constant": constant}, "second": {"constant": name}, "map": list(map_)}
    return Certificate(formula, name, composed(total, map_), (*steps, last, same))


def _one_product(constant: str, name: str) -> bool:
    """Return whether the checker sees that both are one product; it reads no complex roots."""
    with suppress(Refused):
        ratio(constant, name)
        return True
    return False


def _coefficients(polynomial: fmpz_poly) -> tuple[int, ...]:
    return tuple(int(c) for c in polynomial.coeffs())


@cache
def theorems() -> dict[str, Theorem]:
    """Return the rows of the table by their keys."""
    text = (resources.files("indexer.mathematics.proofs") / "theorems.json").read_text(encoding="utf-8")
    rows = {}
    for row in json.loads(text):
        summed = "numerator" in row
        first, second = (row["numerator"], row["denominator"]) if summed else (row["a"], row["b"])
        rows[row["key"]] = Theorem(
            row["key"],
            row["reference"],
            summed,
            tuple(first),
            tuple(second),
            tuple(row["where"]),
            row["constant"],
            tuple(row["map"]),
        )
    return rows


@lru_cache(maxsize=1)
def base_certificates() -> tuple[Certificate, ...]:
    """Return the certificates of all rows without variables."""
    found = (theorem.at({}) for theorem in theorems().values() if not theorem.where)
    return tuple(certificate for certificate in found if certificate is not None)


def sums_of(formula: PCF) -> Iterator[Certificate]:
    """Yield certificates of formulas for the sums that a formula telescopes to, their parameters up to integers."""
    for given in lommel_sums(formula):
        for key, values in _lommel_rows(given):
            certificate = theorems()[key].at(values)
            if certificate is not None:
                yield certificate
    for solution in first_order_solutions(formula):
        parameters = solution.sum_parameters
        if parameters is None:
            continue
        upper, lower, x = parameters
        moves = MOVES if solution.factor.degree() > 0 else (0,)
        for key, values in _rows(upper, lower, x, moves):
            certificate = theorems()[key].at(values)
            if certificate is not None:
                yield certificate


def _lommel_rows(given: LommelSum) -> Iterator[tuple[str, dict[str, Fraction]]]:
    """Yield rows of the table with values for a standard sum, those with a name of their own first."""
    pair, z, factor = given.parameters, {"z": given.x}, {} if given.u is None else {"u": given.u}
    if pair is not None and 1 in pair:
        g = given.total - 1
        for key in (BESSEL if given.u is None else COMBINED).get(g, ()):
            yield key, z | factor
        yield f"confluent-limit{'' if given.u is None else '-combination'}", {"g": g} | z | factor
        return
    for key in (STRUVE if given.u is None else STRUVE_COMBINED).get(pair, ()) if pair else ():
        yield key, z | factor
    parameters = {"s": given.total, "p": given.product}
    yield f"lommel{'' if given.u is None else '-combination'}", parameters | z | factor


def _rows(
    upper: tuple[Fraction, ...], lower: tuple[Fraction, ...], x: Fraction, moves: tuple[int, ...]
) -> Iterator[tuple[str, dict[str, Fraction]]]:
    """Yield rows of the table with values for pFq(1, upper; lower; x), moved until a lower parameter is 1."""
    weight = len(upper)
    if weight in POLYLOGARITHMS and len(lower) == weight and all(u.denominator == 1 for u in (*upper, *lower)):
        yield f"polylogarithm-{weight}", {"z": x}
    for c in sorted({c for c in lower if c.denominator == 1}):
        rest = list(lower)
        rest.remove(c)
        above, below = [u - c + 1 for u in upper], [b - c + 1 for b in rest]
        if len(below) != 1:
            continue
        (g,) = below
        if len(above) == 1:
            yield "kummer", {"a": above[0], "g": g, "z": x}
        elif len(above) == 2:
            if x == 1:
                yield "gauss-sum", {"a": above[0], "b": above[1], "g": g}
            if above[0] == above[1] == HALF and g == 3 * HALF:
                if x == HALF * HALF:
                    yield "arcsine-sixth", {}
                yield from ((key, {"q": x}) for key in ("arcsine", "arsinh"))
            if g in above:  # (1 - x)^(-b), an algebraic number, is no value of a function
                continue
            yield "gauss", {"a": above[0], "b": above[1], "g": g, "z": x}
