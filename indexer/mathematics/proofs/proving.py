"""Proofs sought: a formula is proved by itself, or by an equivalence to one that is.

First the derivations of low degree; then a minimal solution with a rational quotient, which makes the limit rational
or quadratic; then an equivalence to a sum that the formula telescopes to, to a formula of low degree (`descent.py`), or
to a base theorem (`theorems.py`). Every certificate can be checked by `checker.check` alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from flint import fmpz_poly

from catalog.formulas.pcf import PCF
from indexer.mathematics.closed_forms.telescoping import FirstOrder, first_order_solutions
from indexer.mathematics.equivalence.decision import no_limit, relate
from indexer.mathematics.proofs.arithmetic import Refused
from indexer.mathematics.proofs.certificate import (
    Certificate,
    Coefficients,
    composed,
    equivalence_step,
    normal,
    ratio_step,
    shift_step,
)
from indexer.mathematics.proofs.checker import minimal_ratio
from indexer.mathematics.proofs.classical import classical_fractions
from indexer.mathematics.proofs.descent import descents
from indexer.mathematics.proofs.dihedral import dihedral_limit
from indexer.mathematics.proofs.low_degree import prove_low_degree
from indexer.mathematics.proofs.quadratic import quadratic_limit
from indexer.mathematics.proofs.theorems import base_certificates, sums_of

MAX_TAIL = 200
"""Farthest index from which a tail with a rational limit is taken."""

MAX_DESCENTS = 12
"""Formulas of low degree with the right invariants that are tried."""


@lru_cache(maxsize=1024)
def prove(formula: PCF) -> Certificate | None:
    """Return the certificate of a formula's relation with a named constant, or of its rational limit.

    None where no proof is found, or the formula terminates or diverges.
    """
    if no_limit(formula) is not None:
        return None
    own = _by_itself(formula)
    if own is not None:
        return own
    return by_equivalence(formula, _candidates(formula))


def prove_sum(formula: PCF) -> Certificate | None:
    """Return the certificate of a formula that is equivalent to a sum with a name, which it telescopes to."""
    if next(first_order_solutions(formula), None) is None or no_limit(formula) is not None:
        return None
    return by_equivalence(formula, sums_of(formula))


def prove_through(formula: PCF, member: PCF) -> Certificate | None:
    """Return the certificate of a formula by an equivalence to another that is proved; None where either is missing."""
    known = prove(member)
    return None if known is None else by_equivalence(formula, [known])


def by_equivalence(formula: PCF, proved: Iterable[Certificate]) -> Certificate | None:
    """Return the first of some certificates that is the formula's, or is after an equivalence to what it proves."""
    for other in proved:
        if other.formula == formula:
            return other
        found = relate(formula, other.formula).equivalence
        if found is not None:
            return other.after(formula, [equivalence_step(formula, other.formula, found)])
    return None


def related(first: PCF, second: PCF) -> Coefficients | None:
    """Return (x, y, z, w) with L1 = (x + y L2)/(z + w L2) where both limits are proved to be maps of one constant.

    Two rational limits, neither infinite, differ by a rational number. None where no proof is known.
    """
    one, two = prove(first), prove(second)
    if one is None or two is None or one.constant != two.constant:
        return None
    x, y, z, w = two.coefficients
    if two.constant != "1":
        return composed(one.coefficients, (-x, z, y, -w))
    p, _, q, _ = one.coefficients
    return normal(p * z - x * q, q * z, q * z, 0) if q and z else None


def _by_itself(formula: PCF) -> Certificate | None:
    return prove_low_degree(formula) or rational_limit(formula) or quadratic_limit(formula) or dihedral_limit(formula)


def _candidates(formula: PCF) -> Iterator[Certificate]:
    """Yield certificates of formulas that a formula may be equivalent to, likely ones first."""
    yield from sums_of(formula)
    for count, (_, other) in enumerate(descents(formula)):
        if count == MAX_DESCENTS:
            break
        found = _by_itself(other)
        if found is not None:
            yield found
    yield from base_certificates()
    yield from classical_fractions(formula)


def rational_limit(formula: PCF) -> Certificate | None:
    """Return the certificate of a rational limit by a minimal solution u_n/u_{n-1} that is a rational function."""
    for solution in first_order_solutions(formula):
        top, bottom = _quotient(solution)
        start = 1 + max((int(r) for p in (top, bottom) if p.degree() > 0 for r, _ in p.roots()), default=-1)
        if start > MAX_TAIL:
            continue
        tail, before = formula, []
        if start > 0:
            tail, step = shift_step(formula, start)
            before = [step]
        inner = fmpz_poly([max(start, 0), 1])
        ratio = top(inner), bottom(inner)
        try:
            minimal_ratio(tail.a, tail.b, *(tuple(map(int, part.coeffs())) for part in ratio))
        except Refused:
            continue
        numerator, denominator = int(ratio[0](0)), int(ratio[1](0))
        map_ = normal(tail.a[0] * denominator - numerator, 0, denominator, 0)
        end = Certificate(tail, "1", map_, (ratio_step(tail, ratio, {"constant": "1"}, map_),))
        return end.after(formula, before)
    return None


def _quotient(solution: FirstOrder) -> tuple[fmpz_poly, fmpz_poly]:
    """Return u_n/u_{n-1} = z A(n-1) C(n)/C(n-1) as a reduced quotient of polynomials."""
    before = fmpz_poly([-1, 1])
    top = solution.z.numerator * solution.divisor(before) * solution.factor
    bottom = solution.z.denominator * solution.factor(before)
    common = top.gcd(bottom)
    return top // common, bottom // common
