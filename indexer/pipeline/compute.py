"""One batch from coefficients to rows: evaluate, closed form, family, neighbour vector, guess and verification.

What is computed here touches no database, and a formula that cannot be evaluated is recorded with its error instead of
stopping the others. Of a mirror pair (a, b), (-a, b) one formula is evaluated; the other's row follows from it, since
its limit is -L and all else is the same. `rows.py` makes rows of the catalogue from the results.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from catalog.formulas.pcf import PCF
from indexer.identification.identify import (
    LIBRARY_BUDGET,
    Anchors,
    Identification,
    Search,
    begin,
    divergent,
    finish,
    identify,
    screen,
)
from indexer.identification.library import Terms, library_terms
from indexer.kinds.pcf import Evaluation, evaluate
from indexer.mathematics.closed_forms.closed_form import closed_form
from indexer.mathematics.continued_fractions.asymptotics import Classification, classify_all
from indexer.mathematics.continued_fractions.limit import DEFAULT_DIGITS, Limit
from indexer.mathematics.continued_fractions.metrics import Metrics
from indexer.mathematics.relations.relation import Relation
from indexer.mathematics.relations.text import algebraic_text, moebius_text, rational_text

BULK_BUDGET = 28
"""Members of the library tried for one formula of a bulk run, beyond what theory and neighbours propose."""

ERROR_LENGTH = 300
"""Characters of an error that are kept."""


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
    anchors: Anchors | None = None,
    budget: int = LIBRARY_BUDGET,
    terms: Terms | None = None,
) -> Computed:
    """Evaluate a formula, and name its limit where `identified`; an error is part of the result, never raised.

    `budget` bounds the attempts against `terms`, by default the library.
    """
    try:
        evaluation = evaluate(formula, digits)
        if not identified:
            return Computed(evaluation)
        chosen = library_terms() if terms is None else terms
        found = identify(formula, chosen, anchors, known=evaluation.limit, budget=budget)
        return Computed(evaluation, found)
    except Exception as error:
        return failed(formula, f"{type(error).__name__}: {error}")


def failed(formula: PCF, error: str) -> Computed:
    """A formula whose evaluation failed: undetermined, with the error."""
    text = " ".join(error.split())[:ERROR_LENGTH]
    metrics = Metrics(reason="the evaluation failed")
    return Computed(Evaluation(formula, "undetermined", None, None, metrics, None, text))


def library_version() -> str:
    """The version of the library that comes with formulary."""
    return library_terms().version


def mirrored(computed: Computed) -> Computed:
    """The same for (-a, b), whose limit is -L: derived, not computed.

    What was guessed and excluded on the way is that of its mirror, and not said twice.
    """
    evaluation = computed.evaluation
    formula = evaluation.formula.mirror()
    limit = evaluation.limit and _negated_limit(evaluation.limit)
    identification = computed.identification and replace(
        computed.identification,
        formula=formula,
        guesses=(),
        exclusion=None,
        relations=tuple(_negated_relation(relation, limit) for relation in computed.identification.relations),
    )
    form = evaluation.closed_form and closed_form(formula)
    return Computed(replace(evaluation, formula=formula, limit=limit, closed_form=form), identification)


def _negated_limit(limit: Limit) -> Limit:
    if limit.value is None or limit.infinite or limit.exact == 0:
        return limit
    value = limit.value[1:] if limit.value.startswith("-") else f"-{limit.value}"
    fraction = None if limit.exact is None else -limit.exact
    ball = None if limit.ball is None else -limit.ball
    return Limit(value, limit.digits, limit.error_log10, limit.bound_kind, fraction, ball)


def _negated_relation(relation: Relation, limit: Limit | None) -> Relation:
    """A relation of L as one of -L; digits and proof stay."""
    if relation.kind == "moebius" and relation.coefficients is not None:
        x, y, z, w = relation.coefficients
        negated = (-x, -y, z, w)
        return replace(relation, coefficients=negated, expression=moebius_text(negated, relation.terms[0]))
    if relation.polynomial is None or limit is None or limit.ball is None:
        raise ValueError(f"a {relation.kind} relation has no mirror")
    if relation.kind == "rational" and limit.exact is not None:
        fraction = (-limit.exact.numerator, limit.exact.denominator)
        return replace(relation, polynomial=fraction, expression=rational_text(limit.exact))
    signed = [-x if k % 2 else x for k, x in enumerate(relation.polynomial)]
    polynomial = tuple(-x for x in signed) if signed[-1] < 0 else tuple(signed)
    return replace(relation, polynomial=polynomial, expression=algebraic_text(polynomial, limit.ball))


def compute_pairs(
    formulas: Sequence[PCF],
    digits: int = DEFAULT_DIGITS,
    anchors: Anchors | None = None,
    budget: int = BULK_BUDGET,
    terms: Terms | None = None,
) -> list[Computed]:
    """Evaluate and identify formulas in their order, one of each mirror pair; the sweep of the library is shared.

    `terms` are the constants tried, by default the library's.
    """
    positive = dict.fromkeys(formula.positive() for formula in formulas)
    done = dict(zip(positive, compute_all(list(positive), digits, anchors, budget, terms), strict=True))
    for formula in formulas:
        if formula not in done:
            done[formula] = _mirror_of(done[formula.mirror()])
    return [done[formula] for formula in formulas]


def compute_all(
    formulas: Sequence[PCF],
    digits: int = DEFAULT_DIGITS,
    anchors: Anchors | None = None,
    budget: int = BULK_BUDGET,
    terms: Terms | None = None,
) -> list[Computed]:
    """`compute` for many formulas, with what the library excludes screened for all of them at once."""
    chosen = library_terms() if terms is None else terms
    verdicts = zip(formulas, classify_all(formulas), strict=True)
    begun = [_begin(formula, verdict, digits, anchors, chosen) for formula, verdict in verdicts]
    screen([search for _, search in begun if isinstance(search, Search)], budget)
    return [_finish(computed, search, budget) for computed, search in begun]


def _begin(
    formula: PCF, verdict: Classification, digits: int, anchors: Anchors | None, terms: Terms
) -> tuple[Computed, Identification | Search | None]:
    try:
        evaluation = evaluate(formula, digits, verdict)
        if evaluation.status == "diverges":
            return Computed(evaluation), divergent(formula)
        return Computed(evaluation), begin(formula, terms, anchors, known=evaluation.limit)
    except Exception as error:
        return failed(formula, f"{type(error).__name__}: {error}"), None


def _finish(computed: Computed, begun: Identification | Search | None, budget: int) -> Computed:
    try:
        found = finish(begun, budget) if isinstance(begun, Search) else begun
        return Computed(computed.evaluation, found)
    except Exception as error:
        return failed(computed.formula, f"{type(error).__name__}: {error}")


def _mirror_of(computed: Computed) -> Computed:
    try:
        return mirrored(computed)
    except Exception as error:
        return failed(computed.formula.mirror(), f"{type(error).__name__}: {error}")
