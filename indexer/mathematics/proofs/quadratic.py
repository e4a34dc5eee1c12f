"""Quadratic limits: the tails of a formula as rational functions of n over a quadratic field, found from their values.

Where the limit p + q sqrt(d) is known exactly, so are all tails, by x_{n+1} = b_{n+1}/(x_n - a_n). Where p and q of
r(n) = a(n) - x_n are rational functions of n, r is the quotient u_n/u_{n-1} of a solution, which proves the limit if
it is minimal.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import zip_longest
from math import lcm
from typing import Any

from catalog.formulas.pcf import PCF
from indexer.mathematics.closed_forms.equation import equation
from indexer.mathematics.closed_forms.exact import exact_limit
from indexer.mathematics.numbers.fractions import as_fraction
from indexer.mathematics.numbers.rational_functions import RationalFunction, common_denominator, fit
from indexer.mathematics.numbers.surds import Surd
from indexer.mathematics.proofs.arithmetic import Quadratic, Refused
from indexer.mathematics.proofs.certificate import Certificate, normal, subject
from indexer.mathematics.proofs.checker import minimal_ratio

VALUES = 12
"""Tails that are fitted by a rational function."""


def quadratic_limit(formula: PCF) -> Certificate | None:
    """Return the certificate of a quadratic limit whose tails are rational functions of n, None elsewhere."""
    found = equation(formula)
    limit = None if found is None else exact_limit(found)
    if not isinstance(limit, Surd) or limit.rational:
        return None
    d, own = limit.d, limit
    values: dict[str, dict[int, Fraction]] = {"p": {}, "q": {}}
    for n in range(VALUES):
        r = -own + formula.a_at(n)
        values["p"][n], values["q"][n] = as_fraction(r.p), as_fraction(r.q)
        if r == Surd.of(0):
            return None
        own = Surd.of(-formula.b_at(n + 1)) / r
    p, q = fit(values["p"]), fit(values["q"])
    if p is None or q is None:
        return None
    top, bottom = _over_one_denominator(p, q, d)
    try:
        minimal_ratio(formula.a, formula.b, top, bottom)
    except Refused:
        return None
    map_ = normal(as_fraction(limit.p), as_fraction(limit.q), 1, 0)
    step = {
        "step": "telescoping",
        "first": subject(formula),
        "second": {"constant": f"sqrt({d})"},
        "ratio": [[_written(c) for c in side] for side in (top, bottom)],
        "map": list(map_),
    }
    return Certificate(formula, f"sqrt({d})", map_, (step,))


def _over_one_denominator(
    p: RationalFunction, q: RationalFunction, d: int
) -> tuple[tuple[Quadratic, ...], tuple[Quadratic, ...]]:
    """Return p + q sqrt(d) as numerator and denominator."""
    top_p, top_q, bottom = common_denominator((p, q, RationalFunction((1,))))
    top = tuple(Quadratic(x, y, d) for x, y in zip_longest(top_p, top_q, fillvalue=0))
    return top, tuple(map(Quadratic, bottom))


def _written(number: Quadratic) -> Any:
    """Return an exact number of a certificate."""
    size = lcm(number.p.denominator, number.q.denominator)
    assert size == 1
    return int(number.p) if number.q == 0 else [int(number.p), int(number.q), number.d]
