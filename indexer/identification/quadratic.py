"""Limits that are rational or quadratic numbers: their polynomial, and the theorem by which it is exact."""

from __future__ import annotations

from collections.abc import Sequence

from flint import arb, ctx

from catalog.formulas.pcf import PCF
from indexer.identification.attempts import Question
from indexer.kinds.kind import kind_of
from indexer.mathematics.numbers.decimals import bits_for
from indexer.mathematics.numbers.surds import Surd
from indexer.mathematics.relations.relation import (
    FURTHER_DIGITS,
    GUARD_DIGITS,
    Proof,
    Relation,
    algebraic_relation,
    real_root,
    verify,
)
from indexer.mathematics.relations.search import algebraic

QUADRATIC_DIGITS = 60
"""Digits used for the search of a quadratic polynomial."""


def quadratic_relation(asked: Question) -> Relation | None:
    """Return the polynomial of a rational or quadratic limit, verified anew; proved where the closed form says so."""
    digits = min(QUADRATIC_DIGITS, asked.digits)
    with ctx.workprec(bits_for(asked.digits) + 32):
        polynomial = algebraic(asked.value, 2, digits).coefficients
    if polynomial is None:
        return None

    def root(bits: int) -> arb:
        return real_root(polynomial, asked.value, bits)

    agreed = verify(asked.anew, root, digits + FURTHER_DIGITS, asked.digits + GUARD_DIGITS)
    if agreed is None:
        return None
    theorem = _theorem(asked.formula, polynomial)
    proof: Proof = "closed_form" if theorem else "verified"
    return algebraic_relation(
        polynomial, asked.value, digits_used=digits, digits_verified=agreed, proof=proof, method=theorem or "lll"
    )


def _theorem(formula: PCF, polynomial: Sequence[int]) -> str | None:
    """Return the theorem by which a limit is exactly a root of a quadratic polynomial, None where there is none."""
    closed = kind_of(formula).closed_form(formula)
    if closed is None or not isinstance(closed.exact, Surd) or len(polynomial) != 3:
        return None
    trace, norm = 2 * closed.exact.p, closed.exact.p**2 - closed.exact.q**2 * closed.exact.d
    z = polynomial[2]
    return closed.theorem if (polynomial[0], polynomial[1]) == (norm * z, -trace * z) else None
