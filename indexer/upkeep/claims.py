"""What a record of a file says, held against an evaluation of one's own: a file is a claim, and is not believed.

A limit or a relation that the evaluation contradicts is refused with its record. What it confirms is stored as
evaluated here. What cannot be evaluated, or is not because only a sample is, is stored as `imported`: neither enclosed
nor verified, and by no version of the evaluator. The functions here run in worker processes and know no database.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, localcontext
from functools import partial
from typing import Any, Literal

from flint import arb, ctx

from catalog.constants import evaluation
from catalog.constants.evaluation import known_digits
from catalog.errors import ExpressionError, RecordError
from catalog.exchange.export import Record
from catalog.formulas.pcf import PCF, parse_formula
from catalog.formulas.recurrence import Recurrence
from catalog.store.findings import RelationRow, Term
from catalog.store.relations import StoredRelation
from catalog.vocabulary import PROOFS
from indexer.identification.attempts import can_verify
from indexer.identification.theorems import with_proof
from indexer.kinds.evaluation import EVALUATOR_VERSION
from indexer.kinds.kind import kind_of
from indexer.mathematics.numbers.decimals import bits_for
from indexer.mathematics.relations.radicals import algebraic_text
from indexer.mathematics.relations.relation import Relation
from indexer.mathematics.relations.search import CHANCE_MARGIN, digit_sum, residual_digits
from indexer.mathematics.relations.text import moebius_text
from indexer.pipeline.batch import COLUMNS, Batch
from indexer.pipeline.compute import compute, failed
from indexer.pipeline.trajectories import MOST_ASKED
from indexer.sources.matrix_fields.higher_rank import first_limit, matrix_of
from indexer.sources.matrix_fields.trajectories import Trajectory
from indexer.upkeep.represented import walks_of
from indexer.upkeep.verifying import compared
from indexer.workers.pool import in_order

BATCH = 16
"""Records a worker takes at a time."""

IMPORTED_VERSION = 0
"""Version of the evaluator of what nobody has evaluated."""

MOST_DIGITS = 1_000
"""Digits to which a relation is verified at most, whatever the file says."""

LEAST_DIGITS = 30
"""Digits to which a relation is verified at least."""

SPARE_DIGITS = 10
"""Digits evaluated beyond those that the file says, so that rounding does not cost the last of them."""

EQUAL_DIGITS = 60
"""Digits to which two expressions must agree to be the same constant."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A record with its number in the file, and whether it is to be evaluated anew."""

    number: int
    record: Record
    evaluated: bool = True


@dataclass(frozen=True, slots=True)
class Judged:
    """What may be stored of a record, or why nothing of it; `evaluated` where it was evaluated and not only read."""

    number: int
    record: Record | None
    reason: str | None = None
    evaluated: bool = True


def judge_all(claims: Iterable[Claim], constants: Mapping[str, str], workers: int | None = None) -> Iterator[Judged]:
    """Judge records in their order, in worker processes where there are many.

    `constants` are those that the catalogue has, their expressions by name: a file cannot redefine them.
    """
    return in_order(partial(_judge_batch, dict(constants)), claims, _killed, workers=workers, batch=BATCH)


def _judge_batch(constants: Mapping[str, str], claims: Sequence[Claim]) -> list[Judged]:
    return [_judge(claim, constants) for claim in claims]


def _killed(claim: Claim, reason: str) -> Judged:
    return Judged(claim.number, None, f"it cannot be evaluated: {reason}")


def _judge(claim: Claim, constants: Mapping[str, str]) -> Judged:
    try:
        for relation in claim.record["relations"]:
            _check_meaning(relation, constants)
        if not claim.evaluated:
            return Judged(claim.number, imported(claim.record), evaluated=False)
        return Judged(claim.number, confirmed(claim.record, constants))
    except RecordError as error:
        return Judged(claim.number, None, str(error))


def imported(record: Record) -> Record:
    """Return what may be stored of a record that nobody has evaluated.

    Its limit and relations are marked, and what only an evaluation or a search can say is left out.
    """
    value = record["limit_value"]
    finite = None if value in (None, "inf") else float(value)
    return record | {
        "evaluator_version": IMPORTED_VERSION,
        "bound_kind": None if value is None else "imported",
        "limit_float8": finite if finite is not None and math.isfinite(finite) else None,
        "relations": [_unproved(relation) for relation in record["relations"]],
        **dict.fromkeys(("limit_exact", "limit_error_log10", "family", "closed_form", "closed_form_theorem")),
        "guesses": [],
        "exclusions": [],
    }


def confirmed(record: Record, constants: Mapping[str, str]) -> Record:
    """Return a record with what an evaluation of one's own says in the place of what it claims.

    Raises RecordError where the two contradict each other. A record whose formula cannot be evaluated is `imported`.
    """
    if record["a"] is None:  # a recurrence, which is evaluated anew as it is stored
        return record
    formula = PCF(tuple(record["a"]), tuple(record["b"]))
    walks = walks_of(record)[:MOST_ASKED]
    by_theory = any(PROOFS.index(relation["proof"]) > PROOFS.index("verified") for relation in record["relations"])
    batch = _batch(formula, by_theory)
    own = {name: _stored(batch.rows.columns[name][0]) for name in COLUMNS}
    if own["status"] == "undetermined" and record["status"] != "undetermined":
        return imported(record)
    _check_limit(record, own)
    if own["limit_value"] is None and record["limit_value"] is not None:
        return imported(record)
    proofs = {(row.kind, row.expression): row.proof for row in batch.findings.relations}
    relations = [_confirmed_relation(formula, relation, constants, proofs, walks) for relation in record["relations"]]
    same = record["evaluator_version"] == EVALUATOR_VERSION and all(record[name] == own[name] for name in COLUMNS)
    moment = record["evaluated_at"] if same else datetime.now(UTC).isoformat()
    return record | own | {"relations": relations, "evaluator_version": EVALUATOR_VERSION, "evaluated_at": moment}


def _batch(formula: PCF, identified: bool) -> Batch:
    """Return a formula as the pipeline stores it; what cannot be evaluated is a row with its error there, too."""
    try:
        return Batch.of([compute(formula, identified=identified, budget=0)])
    except Exception as error:
        return Batch.of([failed(formula, f"{type(error).__name__}: {error}")])


def _stored(value: Any) -> Any:
    """Return a value of a column as it is read back."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


# Limits


def _check_limit(record: Record, own: Mapping[str, Any]) -> None:
    status, value, digits = record["status"], record["limit_value"], record["limit_digits"]
    if status not in (own["status"], "undetermined"):
        raise RecordError(f"status is {status}, but the formula {own['status'].replace('_', ' ')}")
    found = own["limit_value"]
    if value is None or found is None:
        return
    if "inf" in (value, found):
        agree = value == found
    else:
        agree = _agree(value, found, min(digits or own["limit_digits"], own["limit_digits"]))
    if not agree:
        raise RecordError(f"limit_value is {value[:30]}, but the limit is {found[:30]}")
    exact, own_exact = record["limit_exact"], own["limit_exact"]
    if None not in (exact, own_exact) and exact != own_exact:
        raise RecordError(f"limit_exact is {exact[:30]}, but the limit is {own_exact[:30]}")


def _agree(left: str, right: str, digits: int) -> bool:
    """Return whether two decimal numbers differ by at most one unit of the last of so many significant digits."""
    with localcontext() as context:
        context.prec = max(len(left), len(right), digits) + 10
        a, b = Decimal(left), Decimal(right)
        size = max(a.adjusted() if a else -digits, b.adjusted() if b else -digits)
        return abs(a - b) <= Decimal(10) ** (size + 1 - max(digits, 1))


# Relations


def _unproved(relation: dict[str, Any]) -> dict[str, Any]:
    return relation | {"proof": "imported", "digits_verified": None, "theorem": None}


def _check_meaning(relation: dict[str, Any], constants: Mapping[str, str]) -> None:
    """Refuse a relation whose terms say other than its coefficients, or that gives a name to another constant."""
    what = f"the relation {relation['expression'][:40]}"
    for term in relation["terms"]:
        if term["constant"] is not None:
            _check_constant(term["constant"], term["constant_expression"], constants)
    if relation["kind"] == "linear":
        return
    claimed = [_term(term) for term in relation["terms"]]
    others = {term.other_key for term in claimed} - {None}
    if len(others) != (relation["kind"] == "formula"):
        raise RecordError(f"{what} is of kind {relation['kind']}, but has {len(others)} other formulas")
    expected = RelationRow(
        0,
        relation["kind"],
        _coefficients(relation),
        "",
        "",
        "",
        0,
        constant=relation["constant"],
        other_key=next(iter(others), None),
    ).all_terms()
    if sorted(map(repr, expected)) != sorted(map(repr, claimed)):
        raise RecordError(f"{what} has terms that its coefficients do not say")


def _check_constant(name: str, expression: str, constants: Mapping[str, str]) -> None:
    known = constants.get(name)
    if expression == known:
        return
    bits = bits_for(EQUAL_DIGITS)
    try:
        value = evaluation.evaluate_known(expression, bits)
    except ExpressionError as error:
        raise RecordError(f"the constant {name[:40]} cannot be evaluated: {error}") from error
    try:
        meant = evaluation.evaluate_known(name if known is None else known, bits)
    except ExpressionError:
        return  # a name that is no expression may mean anything
    if residual_digits(value, meant) is None:
        raise RecordError(f"the constant {name[:40]} is given as {expression[:40]}, which is another number")


def _term(term: dict[str, Any]) -> Term:
    other = parse_formula(term["other"]).key if term["other"] else None
    return Term(
        int(term["coefficient"]),
        term["limit_exponent"],
        term["constant"],
        term["constant_exponent"],
        other,
        term["other_exponent"],
    )


def _coefficients(relation: dict[str, Any]) -> tuple[int, ...]:
    return tuple(int(c) for c in relation["coefficients"])


def _confirmed_relation(
    formula: PCF,
    relation: dict[str, Any],
    constants: Mapping[str, str],
    proofs: Mapping[tuple[str, str], str],
    walks: Sequence[Trajectory],
) -> dict[str, Any]:
    """Return a relation with the proof that it has here; raises RecordError where its two sides differ."""
    claimed = relation["digits_verified"] or relation["digits_used"]
    needed = digit_sum(_coefficients(relation)) + CHANCE_MARGIN  # fewer digits are met by chance
    asked = min(max(claimed - SPARE_DIGITS, needed, LEAST_DIGITS), MOST_DIGITS)
    what = f"the relation {relation['expression'][:40]}"
    try:
        stored = _stored_relation(formula, relation, constants, asked)
        found = compared(stored)
        means = _means(stored, relation["expression"])
    except (ArithmeticError, ValueError, ExpressionError):
        return _unproved(relation)
    if found.digits == 0:
        raise RecordError(f"{what} does not hold: {found.reason}")
    if not means:
        raise RecordError(f"{what} is not what its coefficients say")
    if found.digits < min(claimed, needed):
        return _unproved(relation)
    proof, own = relation["proof"], proofs.get((relation["kind"], relation["expression"]), "verified")
    if stored.term is not None and known_digits(stored.term) is not None:
        own = "verified" if can_verify(stored.term) else "numerical"
    elif PROOFS.index(proof) > PROOFS.index(own):
        own = _proof_here(formula, stored, relation["constant"], own, walks)
    if PROOFS.index(proof) > PROOFS.index(own) or proof == "imported":
        proof = own
    digits = None if relation["digits_verified"] is None and proof != "verified" else min(claimed, found.digits)
    theorem = relation["theorem"] if proof == relation["proof"] else None
    return relation | {"proof": proof, "digits_verified": digits, "theorem": theorem}


def _proof_here(
    formula: PCF, stored: StoredRelation, constant: str | None, known: str, walks: Sequence[Trajectory]
) -> str:
    """Return the proof that a relation of another catalogue has here: a theorem only where a certificate is found."""
    text, coefficients = stored.expression, stored.coefficients
    if stored.kind == "moebius" and constant is not None and stored.term is not None:
        relation = Relation("moebius", text, 0, 0, "verified", "", (constant,), (stored.term,), coefficients)
    elif stored.kind in ("rational", "algebraic"):
        kind: Literal["rational", "algebraic"] = "rational" if stored.kind == "rational" else "algebraic"
        relation = Relation(kind, text, 0, 0, "verified", "", polynomial=coefficients)
    else:
        return known
    found = with_proof(formula, relation, walks=walks).proof
    return found if PROOFS.index(found) > PROOFS.index(known) else known


def _stored_relation(
    formula: PCF, relation: dict[str, Any], constants: Mapping[str, str], digits: int
) -> StoredRelation:
    named = next((term for term in relation["terms"] if term["constant"] is not None), None)
    other = next((term["other"] for term in relation["terms"] if term["other"]), None)
    term = None if named is None else constants.get(named["constant"], named["constant_expression"])
    return StoredRelation(
        0,
        formula,
        relation["kind"],
        _coefficients(relation),
        relation["expression"],
        digits,
        term,
        None if other is None else parse_formula(other),
    )


def _means(relation: StoredRelation, expression: str) -> bool:
    """Return whether the text of a relation, which people read, is what its coefficients say."""
    kind, coefficients = relation.kind, relation.coefficients
    if kind == "moebius" and relation.term is not None and expression == moebius_text(coefficients, relation.term):
        return True
    if kind == "formula" and relation.other is not None:
        return expression == moebius_text(coefficients, str(relation.other))
    limit = _limit(relation.formula)
    if kind in ("rational", "quadratic", "algebraic") and expression == algebraic_text(coefficients, limit):
        return True
    return residual_digits(limit, evaluation.evaluate_known(expression, bits_for(EQUAL_DIGITS))) is not None


def _limit(formula: PCF | Recurrence) -> arb:
    if isinstance(formula, Recurrence):
        return first_limit(matrix_of(formula), EQUAL_DIGITS)
    with ctx.workprec(bits_for(EQUAL_DIGITS)):
        found = kind_of(formula).limit(formula, EQUAL_DIGITS)
    if found is None or found.ball is None:
        raise ArithmeticError(f"{formula} has no limit")
    return found.ball
