"""Theorems checked by hand: what a reader can do with whole numbers and mpmath, and nothing of the evaluator or prover.

The convergents are computed from the definition, p(n)/q(n) with u(n) = a(n) u(n-1) + b(n) u(n-2) in whole numbers, the
constant by mpmath. That two numbers agree to 200 digits proves nothing; it would show a wrong claim.
"""

from __future__ import annotations

from typing import Any

from mpmath.ctx_mp import MPContext

from catalog.constants.evaluation import to_mpmath
from catalog.formulas.pcf import PCF

MAX_STEPS = 4_000
"""Convergents beyond which a fraction is too slow to be checked by hand."""

STEP = 50
"""Convergents between two looks at how far they have come."""

GUARD = 10
"""Digits beyond those that are asked for, to which two convergents in a row must agree."""


def steps_by_hand(formula: PCF, expression: str, digits: int) -> int | None:
    """Return the n of a convergent p(n)/q(n) that agrees with an expression to so many digits.

    None where the fraction is too slow for that; raises ArithmeticError where it has settled on another number.
    """
    context = MPContext()
    context.dps = digits + 3 * GUARD
    p, q = (1, formula.a_at(0)), (0, 1)
    for n in range(1, MAX_STEPS + 1):
        a, b = formula.a_at(n), formula.b_at(n)
        p, q = (p[1], a * p[1] + b * p[0]), (q[1], a * q[1] + b * q[0])
        if n % STEP == 0 and all(q):
            found, before = (context.mpf(p[place]) / q[place] for place in (1, 0))
            if _agree(context, found, before, digits + GUARD):
                value = to_mpmath(expression, digits + 3 * GUARD)
                if _agree(context, found, context.mpf(value), digits):
                    return n
                raise ArithmeticError(f"{formula} is not {expression} by hand")
    return None


def _agree(context: MPContext, x: Any, y: Any, digits: int) -> bool:
    return bool(abs(x - y) <= abs(x) * context.mpf(10) ** -digits)
