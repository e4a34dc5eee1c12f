"""What a search found, as formulas: contracted, and their limits verified to be maps of the constant.

Where the field knows the limit from another trajectory that map is taken, else one is sought among digits that grow
with the coefficients. Both sides are evaluated anew each time. A formula of low degree may have a proof besides.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Literal

from flint import arb, ctx

from catalog.constants.evaluation import evaluate
from catalog.formulas.pcf import PCF
from catalog.progress import Tell, silent
from catalog.vocabulary import ConvergenceClass
from indexer.design.search import Candidate, Search
from indexer.design.targets import Target
from indexer.mathematics.continued_fractions.asymptotics import classify
from indexer.mathematics.continued_fractions.limit import limit
from indexer.mathematics.numbers.decimals import bits_for
from indexer.mathematics.proofs.arithmetic import Refused
from indexer.mathematics.proofs.checker import check
from indexer.mathematics.relations.search import DIGITS, moebius, normal_moebius
from indexer.sources.matrix_fields.constants import agrees, certificate_for, constant_of, proved
from indexer.sources.matrix_fields.trajectories import Numbers, Trajectory, coprime

MAX_CERTIFIED_DEGREE = 12
"""Degree of a up to which the certificate of a field is written and checked."""

BY_FIELD = "by the field"
"""How the reason begins why a limit is known from the field."""


@dataclass(frozen=True)
class Design:
    """A formula with the limit (x + y c)/(z + w c), x, y, z, w of `moebius`, verified or a theorem.

    It is begun as early as makes it simplest, and has two steps for one of a candidate that is `halved`.
    """

    candidate: Candidate
    formula: PCF
    moebius: Numbers
    proof: Literal["verified", "theorem"]
    why: str
    convergence_class: ConvergenceClass

    @property
    def rate(self) -> float | None:
        """The natural logarithm of the factor by which errors fall in a step; None where they fall faster."""
        return None if self.convergence_class == "super_exponential" else self.candidate.rate or 0.0

    def fastest(self) -> float:
        """Return the rate, infinite where errors fall faster than by a factor."""
        return inf if self.rate is None else self.rate


def designed(search: Search, tell: Tell = silent) -> list[Design]:
    """Return as many formulas as were asked for, each once, by what was wished for the best first.

    What cannot be verified is left out, and so is what comes when the time is over.
    """
    given: dict[PCF, Design] = {}
    for candidate in search.ranked():
        if len(given) == search.count or (given and search.ended):
            break
        tell("verifying", len(given), search.count)
        found = _verified(candidate, search.target)
        if found is not None:
            given.setdefault(found.formula, found)
    designs = list(given.values())
    wished = search.wish.rate
    if wished is None or search.wish.delta is not None:
        return designs
    return sorted(designs, key=Design.fastest, reverse=wished.upwards)


def _verified(candidate: Candidate, target: Target) -> Design | None:
    if candidate.formula is None:
        return None
    formula, earlier = begun_early(candidate.formula)
    verdict = classify(formula)
    if verdict.status != "converges" or verdict.convergence_class is None:
        return None
    digits = DIGITS + 2 * len(str(formula.height))
    value = limit(formula, 2 * digits)
    if value is None or value.ball is None or value.exact is not None or value.digits < digits:
        return None
    known = proved(formula)
    if known is not None and known.constant == target.expression and agrees(known.moebius, known.constant, value.ball):
        return Design(candidate, formula, known.moebius, "theorem", known.why, verdict.convergence_class)
    with ctx.workprec(bits_for(2 * digits) + 64):
        found = _by_field(candidate, target, earlier, value.ball) or _by_digits(value.ball, target, digits)
    if found is None:
        return None
    coefficients, why = found
    is_proved = why.startswith(BY_FIELD) and _is_theorem(candidate, formula, coefficients)
    proof: Literal["verified", "theorem"] = "theorem" if is_proved else "verified"
    return Design(candidate, formula, coefficients, proof, why, verdict.convergence_class)


def begun_early(formula: PCF) -> tuple[PCF, Numbers]:
    """Return the formula begun earlier as long as its coefficients become smaller, and the map to its limit.

    The map (p, q, r, s) is L -> (p L + q)/(r L + s): a step back is a(-1) + b(0)/L, where b(0) is not 0.
    """
    total: Numbers = (1, 0, 0, 1)
    while formula.b_at(0) != 0:
        before = formula.shift(-1)
        if _size(before) >= _size(formula):
            break
        a, b = before.a_at(0), before.b_at(1)
        p, q, r, s = total
        total = (a * p + b * r, a * q + b * s, p, q)
        formula = before
    return formula, coprime(total)


def _size(formula: PCF) -> int:
    return sum(abs(c) for c in (*formula.a, *formula.b))


def _by_field(candidate: Candidate, target: Target, earlier: Numbers, ball: arb) -> tuple[Numbers, str] | None:
    """Return the map that a trajectory with a proved limit gives, and which one; `ball` is after the map `earlier`."""
    p, q, r, s = earlier
    if candidate.halved:
        return None
    walked = _trajectory(candidate)
    before = (s * ball - q) / (p - r * ball)
    known = constant_of(walked, before) if before.is_finite() else None
    if known is None or known.constant != target.expression:
        return None
    x, y, z, w = known.moebius
    x, y, z, w = normal_moebius((p * x + q * z, p * y + q * w, r * x + s * z, r * y + s * w))
    why = known.why if known.proof == "verified" else f"{BY_FIELD}, from {known.why}"
    return ((x, y, z, w), why) if agrees((x, y, z, w), target.expression, ball) else None


def _trajectory(candidate: Candidate) -> Trajectory:
    origin = candidate.origin
    return Trajectory(
        origin.field, candidate.direction, origin.start, candidate.matrix, "pcf", candidate.contraction, None
    )


def _is_theorem(candidate: Candidate, formula: PCF, coefficients: Numbers) -> bool:
    """Say whether the field's certificate of just this map is accepted by the checker."""
    if formula.deg_a > MAX_CERTIFIED_DEGREE:
        return False
    certificate = certificate_for(formula, _trajectory(candidate))
    if certificate is None or certificate.coefficients != coefficients:
        return False
    try:
        check(certificate.to_json())
    except Refused:
        return False
    return True


def _by_digits(ball: arb, target: Target, digits: int) -> tuple[Numbers, str] | None:
    """Return the map sought among digits and held against twice as many."""
    found = moebius(ball, evaluate(target.expression, bits_for(2 * digits) + 64), digits).coefficients
    if found is None:
        return None
    x, y, z, w = normal_moebius(found)
    if not agrees((x, y, z, w), target.expression, ball):
        return None
    return (x, y, z, w), f"a relation among {digits} digits of its limit"
