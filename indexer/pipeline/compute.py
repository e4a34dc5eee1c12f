"""Formulas evaluated and identified: limit, closed form, family, metrics, and the constant behind the limit.

What is computed here touches no database, and a formula that cannot be evaluated is recorded with its error instead of
stopping the others. Of a mirror pair (a, b), (-a, b) one formula is evaluated; the other's row follows from it, since
its limit is -L and all else is the same. `batch.py` makes rows of the catalogue of the results.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from catalog.formulas.pcf import PCF
from indexer.identification.identify import LIBRARY_BUDGET, begin, divergent, finish, identify
from indexer.identification.library import PreparedLibrary, prepared_library
from indexer.identification.outcome import Identification, Proposal
from indexer.identification.screen import Begun, screen
from indexer.kinds.evaluation import Evaluation
from indexer.kinds.evaluation import failed as failed_evaluation
from indexer.kinds.kind import evaluate_all, kind_of
from indexer.mathematics.continued_fractions.limit import DEFAULT_DIGITS, Limit
from indexer.mathematics.relations.radicals import algebraic_text
from indexer.mathematics.relations.relation import Relation
from indexer.mathematics.relations.text import rational_text
from indexer.mathematics.relations.writing import value_text
from indexer.similarity.anchors import NearestAnchors
from indexer.sources.space import Proposed, plain

BULK_BUDGET = 28
"""Members of the library tried for one formula of a bulk run, beyond what theory and neighbours propose."""


@dataclass(frozen=True, slots=True)
class Computed:
    """All that is computed of one formula."""

    evaluation: Evaluation
    identification: Identification | None = None

    @property
    def formula(self) -> PCF:
        """The formula."""
        return self.evaluation.formula


def compute(
    formula: PCF,
    digits: int = DEFAULT_DIGITS,
    *,
    identified: bool = False,
    anchors: NearestAnchors | None = None,
    budget: int = LIBRARY_BUDGET,
    library: PreparedLibrary | None = None,
) -> Computed:
    """Evaluate a formula, and name its limit where `identified`; an error is part of the result, never raised.

    `budget` bounds the attempts against the `library`, by default the one that comes with formulary.
    """
    try:
        evaluation = kind_of(formula).evaluate(formula, digits)
        if not identified:
            return Computed(evaluation)
        chosen = prepared_library() if library is None else library
        found = identify(formula, chosen, anchors, known=evaluation.limit, budget=budget)
        return _identified(evaluation, found)
    except Exception as error:
        return failed(formula, f"{type(error).__name__}: {error}")


def _identified(evaluation: Evaluation, found: Identification) -> Computed:
    """Return both; a relation that failed its verification is an error of the evaluation too, which is stored."""
    return Computed(replace(evaluation, error=evaluation.error or found.error), found)


def failed(formula: PCF, error: str) -> Computed:
    """Return a formula whose evaluation failed: undetermined, with the error."""
    return Computed(failed_evaluation(formula, error))


def library_version() -> str:
    """Return the version of the library that comes with formulary."""
    return prepared_library().version


def mirrored(computed: Computed) -> Computed:
    """Return the same for (-a, b), whose limit is -L: derived, not computed.

    What was guessed and excluded on the way is that of its mirror, and not said twice.
    """
    evaluation = kind_of(computed.formula).mirror(computed.evaluation)
    found = computed.identification
    identification = found and replace(
        found,
        formula=evaluation.formula,
        guesses=(),
        exclusion=None,
        relations=tuple(_negated_relation(relation, evaluation.limit) for relation in found.relations),
    )
    return Computed(evaluation, identification)


def _negated_relation(relation: Relation, limit: Limit | None) -> Relation:
    """Return a relation of L as one of -L; digits and proof stay."""
    if relation.kind == "moebius" and relation.coefficients is not None:
        x, y, z, w = relation.coefficients
        negated = (-x, -y, z, w)
        return replace(relation, coefficients=negated, expression=value_text(negated, relation.terms[0]))
    if relation.polynomial is None or limit is None or limit.ball is None:
        raise ValueError(f"a {relation.kind} relation has no mirror")
    if relation.kind == "rational" and limit.exact is not None:
        fraction = (-limit.exact.numerator, limit.exact.denominator)
        return replace(relation, polynomial=fraction, expression=rational_text(limit.exact))
    signed = [-x if k % 2 else x for k, x in enumerate(relation.polynomial)]
    polynomial = tuple(-x for x in signed) if signed[-1] < 0 else tuple(signed)
    return replace(relation, polynomial=polynomial, expression=algebraic_text(polynomial, limit.ball))


def compute_pairs(
    items: Sequence[PCF | Proposed],
    digits: int = DEFAULT_DIGITS,
    anchors: NearestAnchors | None = None,
    budget: int = BULK_BUDGET,
    library: PreparedLibrary | None = None,
) -> list[Computed]:
    """Evaluate and identify formulas in their order, one of each mirror pair; the sweep of the library is shared.

    A constant that a source proposes is tried before the `library`, by default the one that comes with formulary.
    """
    formulas = plain(items)
    proposed = [item for item in items if isinstance(item, Proposed)]
    expected = {item.formula.positive(): Proposal(item.constant, item.why) for item in proposed}
    positive = dict.fromkeys(formula.positive() for formula in formulas)
    done = dict(zip(positive, compute_all(list(positive), digits, anchors, budget, library, expected), strict=True))
    for formula in formulas:
        if formula not in done:
            done[formula] = _mirror_of(done[formula.mirror()])
    return [done[formula] for formula in formulas]


def compute_all(
    formulas: Sequence[PCF],
    digits: int = DEFAULT_DIGITS,
    anchors: NearestAnchors | None = None,
    budget: int = BULK_BUDGET,
    library: PreparedLibrary | None = None,
    expected: Mapping[PCF, Proposal] | None = None,
) -> list[Computed]:
    """Do `compute` for many formulas; what the library excludes is screened for all of them at once.

    `expected` are constants that are tried first.
    """
    chosen = prepared_library() if library is None else library
    first = expected or {}
    begun = [_begin(done, anchors, chosen, first.get(done.formula)) for done in evaluate_all(formulas, digits)]
    screened = screen([each for _, each in begun], budget)
    return [_finish(computed, each, budget) for (computed, _), each in zip(begun, screened, strict=True)]


def _begin(
    evaluation: Evaluation, anchors: NearestAnchors | None, library: PreparedLibrary, expected: Proposal | None
) -> tuple[Computed, Begun]:
    formula, known = evaluation.formula, evaluation.limit
    if evaluation.failed:
        return Computed(evaluation), None
    if evaluation.status == "diverges":
        return Computed(evaluation), divergent(formula)
    try:
        return Computed(evaluation), begin(formula, library, anchors, known=known, expected=expected)
    except Exception as error:
        return failed(formula, f"{type(error).__name__}: {error}"), None


def _finish(computed: Computed, begun: Begun, budget: int) -> Computed:
    try:
        return computed if begun is None else _identified(computed.evaluation, finish(begun, budget))
    except Exception as error:
        return failed(computed.formula, f"{type(error).__name__}: {error}")


def _mirror_of(computed: Computed) -> Computed:
    try:
        return mirrored(computed)
    except Exception as error:
        return failed(computed.formula.mirror(), f"{type(error).__name__}: {error}")
