"""Stored relations verified again from scratch: both sides evaluated anew, with more digits than before.

Nothing of the stored value is used: the limit comes from the coefficients, the other side from the expression of the
constant, from the polynomial, or from the coefficients of the other formula. Rows in, outcomes out; the functions here
run in worker processes and know no database.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from flint import arb, ctx

from catalog.constants import evaluation
from catalog.constants.evaluation import known_digits
from catalog.errors import ExpressionError
from catalog.formulas.pcf import PCF
from catalog.formulas.recurrence import Recurrence
from catalog.store.relations import StoredRelation
from indexer.identification.attempts import SPARE_DIGITS
from indexer.kinds.kind import kind_of
from indexer.mathematics.numbers.decimals import bits_for, digits_for
from indexer.mathematics.relations.relation import GUARD_DIGITS, moebius_image, real_root
from indexer.mathematics.relations.search import residual_digits
from indexer.sources.matrix_fields.higher_rank import first_limit, matrix_of
from indexer.workers.pool import in_order

FURTHER_DIGITS = 20
"""Decimal digits beyond those of the stored verification at which both sides are evaluated."""

BATCH = 32
"""Relations a worker takes at a time."""


@dataclass(frozen=True, slots=True)
class Verified:
    """What came of a relation: `digits` to which both sides agree; `reason` is None where it holds."""

    relation: StoredRelation
    digits: int
    reason: str | None = None

    def to_json(self) -> dict[str, object]:
        """The object of the JSON contract."""
        return {
            "formula": str(self.relation.formula),
            "relation": self.relation.id,
            "expression": self.relation.expression,
            "holds": self.reason is None,
            "digits_stored": self.relation.digits,
            "digits_verified": self.digits,
            "reason": self.reason,
        }


def verify_all(relations: Iterable[StoredRelation], workers: int | None = None) -> Iterator[Verified]:
    """Verify relations in their order, in worker processes where there are many."""
    return in_order(_verify_batch, relations, _killed, workers=workers, batch=BATCH)


def _verify_batch(relations: Sequence[StoredRelation]) -> list[Verified]:
    return [verify_stored(relation) for relation in relations]


def _killed(relation: StoredRelation, reason: str) -> Verified:
    return Verified(relation, 0, reason)


def verify_stored(relation: StoredRelation) -> Verified:
    """Evaluate both sides of a relation anew and compare them; an error is a reason, never raised."""
    try:
        return compared(relation)
    except Exception as error:
        return Verified(relation, 0, f"it cannot be evaluated: {error}")


def compared(relation: StoredRelation) -> Verified:
    """Evaluate both sides of a relation anew and compare them; raises ArithmeticError where one cannot be evaluated.

    A constant that is known by its digits alone has no further ones: these must agree again.
    """
    asked = relation.digits + FURTHER_DIGITS
    with ctx.workprec(bits_for(asked + GUARD_DIGITS) + 64 + _size(relation.coefficients)):
        left, exact = _limit(relation.formula, asked + GUARD_DIGITS)
        if relation.kind == "rational":
            p, q = relation.coefficients
            stated = Fraction(-p, q)
            if exact is not None:
                same = exact == stated
                return Verified(relation, asked if same else 0, None if same else f"the limit is exactly {exact}")
            right = arb(stated.numerator) / stated.denominator
        else:
            right = _right(relation, left)
        agreed = residual_digits(left, right)
    if agreed is None:
        return Verified(relation, 0, "the two sides differ")
    known = None if relation.term is None else known_digits(relation.term)
    if known is not None:
        short = agreed < min(known, relation.digits) - SPARE_DIGITS
        return Verified(relation, agreed, f"only {agreed} of its {known} known digits agree" if short else None)
    if agreed <= relation.digits:
        return Verified(
            relation, agreed, f"only {agreed} digits can be compared, no more than the {relation.digits} before"
        )
    return Verified(relation, agreed)


def _limit(formula: PCF | Recurrence, digits: int) -> tuple[arb, Fraction | None]:
    """The limit as a ball, and exactly where it is rational; of a recurrence the first, as far as two depths agree."""
    if isinstance(formula, Recurrence):
        return first_limit(matrix_of(formula), digits), None
    found = kind_of(formula).limit(formula, digits)
    if found is None or found.ball is None:
        raise ArithmeticError(f"{formula} has no limit")
    return found.ball, found.exact


def _right(relation: StoredRelation, left: arb) -> arb:
    """The other side, by a way of its own."""
    bits = ctx.prec
    if relation.kind == "moebius" and relation.term is not None:
        term = relation.term
        return moebius_image(relation.coefficients, lambda more: _constant(term, more), bits)
    if relation.kind == "formula" and relation.other is not None:
        other = relation.other
        return moebius_image(relation.coefficients, lambda more: _other(other, digits_for(more)), bits)
    if relation.kind in ("quadratic", "algebraic"):
        return real_root(relation.coefficients, left, bits)
    if relation.kind == "linear":
        return _constant(relation.expression, bits)
    raise ArithmeticError(f"a {relation.kind} relation has no second side")


@lru_cache(maxsize=2048)
def _constant(term: str, bits: int) -> arb:
    """A constant, kept for the next relations with it."""
    try:
        return evaluation.evaluate_known(term, -(-bits // 64) * 64)
    except ExpressionError as error:
        raise ArithmeticError(str(error)) from error


def _other(formula: PCF, digits: int) -> arb:
    """The limit of the other formula, by its closed form where it has one: another way than the first side's."""
    form = kind_of(formula).closed_form(formula)
    return form.evaluate(bits_for(digits)) if form is not None else _limit(formula, digits)[0]


def _size(coefficients: Sequence[int]) -> int:
    return 2 * max(abs(x) for x in coefficients).bit_length()
