"""The constant behind a trajectory: known from its start before anything is searched.

All trajectories of a field along which the same solution v is minimal have their limits from the quotients x of v, for
pFq fields -tF/F, and a walk from one point to another takes the quotient here to that there by a map in integers. So
one trajectory from a start with a proved limit, its *anchor*, gives the limits of all others from there: this is the
proof `field` where v is proved to be minimal along both (`proof`). Where it is not, the map is held against the
enclosure of the limit, and is `verified`. Where it fails another solution is minimal; then the constant of the anchor
is sought in the limit, since the residue class of a start mod 1 decides the constant.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from flint import arb, ctx

from catalog.constants.evaluation import evaluate
from catalog.constants.library import library
from catalog.errors import FormulaError
from catalog.formulas.pcf import PCF
from indexer.mathematics.continued_fractions.asymptotics import classify
from indexer.mathematics.continued_fractions.limit import limit
from indexer.mathematics.numbers.decimals import bits_for
from indexer.mathematics.proofs.arithmetic import Refused
from indexer.mathematics.proofs.certificate import Certificate
from indexer.mathematics.proofs.checker import check
from indexer.mathematics.proofs.proving import by_equivalence, prove
from indexer.mathematics.relations.search import moebius, normal_moebius
from indexer.sources.matrix_fields.known import HYPERGEOMETRIC, field_of
from indexer.sources.matrix_fields.proof import certificate, is_minimal
from indexer.sources.matrix_fields.trajectories import (
    MAX_STEPS,
    Contraction,
    Numbers,
    Trajectory,
    composed,
    inverse,
    trajectory,
    walk_between,
    walk_matrix,
)

Path = tuple[str, Sequence[int], Sequence[str]]
"""Field, direction and start of a trajectory, as they are stored."""

MAX_PROVED_DEGREE = 4
"""Degree of a up to which a proof of a formula by itself is looked for."""

CHECKED_DIGITS = 50
"""Digits of a limit by which the map from the anchor is checked, beside the size of the map."""

SEARCHED_DIGITS = 60
"""Least digits of a limit among which a relation is sought; it is verified by twice as many."""

LIKELY = ("catalan", "pi", "pi^2", "zeta(3)", "log(2)", "log(3)", "pi*sqrt(3)", "sqrt(2)", "e")
"""Constants that are sought in the limit of an anchor, in this order, after those of the start's residue class."""

MAX_ANCHOR_DEGREE = 8
"""Degree of the partial numerators of an anchor for which a proof is looked for."""


@dataclass(frozen=True)
class Known:
    """A number as a map of a constant: (x, y, z, w) of (x + y c)/(z + w c), and what stands behind it."""

    constant: str
    moebius: Numbers
    proof: str
    why: str


@dataclass(frozen=True)
class Anchor:
    """The quotient x at start + `direction` of the minimal solution, as the map `quotient` of a constant.

    `minimal` says whether v is known to be that solution.
    """

    constant: str
    quotient: Numbers
    proof: str
    direction: tuple[int, ...]
    minimal: bool


def constant_of(walked: Trajectory, ball: arb | None) -> Known | None:
    """Return the constant behind the limit of a trajectory's fraction, whose enclosure is `ball`.

    None where the start has no anchor, or neither its map nor one found by search lies in the enclosure.
    """
    if walked.contraction is None or ball is None:
        return None
    anchor = anchor_of(walked.field.text, walked.start)
    if anchor is None:
        return None
    coefficients = _by_walk(walked, walked.contraction, anchor)
    if coefficients is not None and agrees(coefficients, anchor.constant, ball):
        if anchor.direction == walked.direction:
            return Known(anchor.constant, coefficients, anchor.proof, "the limit itself")
        proved = anchor.proof != "verified" and anchor.minimal and is_minimal(walked)
        direction = ", ".join(map(str, anchor.direction))
        return Known(
            anchor.constant,
            coefficients,
            "field" if proved else "verified",
            f"the direction ({direction}) from the same start",
        )
    return _by_search(walked.contraction, (anchor.constant,))


def proved(formula: PCF) -> Known | None:
    """Return the constant behind a formula of low degree where the checker accepts a certificate of it, else None."""
    found = prove(formula) if formula.deg_a <= MAX_PROVED_DEGREE else None
    if found is None:
        return None
    try:
        check(found.to_json())
    except Refused:  # beyond what the checker reads
        return None
    return Known(found.constant, _normal(*found.coefficients), "theorem", "formulary prove writes it")


def certificate_of(walked: Trajectory) -> Certificate | None:
    """Return the certificate of a trajectory's limit by the anchor of its start; None where there is no such proof."""
    anchor = anchor_of(walked.field.text, walked.start)
    if anchor is None or anchor.proof == "verified":
        return None
    if anchor.direction == walked.direction:
        return None if walked.contraction is None else prove(walked.contraction.formula)
    return certificate(walked, trajectory(walked.field, anchor.direction, walked.start))


def certificate_for(formula: PCF, walked: Trajectory) -> Certificate | None:
    """Return that of a formula which is the fraction of a trajectory, or equivalent to it; None where there is none."""
    known = certificate_of(walked)
    return None if known is None else by_equivalence(formula, [known])


def walks_along(paths: Iterable[Path] | None) -> list[Trajectory]:
    """Return trajectories of fields that the program knows by field, direction and start, as they are stored."""
    return [
        trajectory(field_of(name), tuple(direction), tuple(map(Fraction, start)))
        for name, direction, start in paths or ()
    ]


def certificate_through(formula: PCF, paths: Iterable[Path]) -> Certificate | None:
    """Return the certificate of a formula by the first trajectory that gives one; None where none does."""
    return next((c for walked in walks_along(paths) if (c := certificate_for(formula, walked)) is not None), None)


def _by_walk(walked: Trajectory, contraction: Contraction, anchor: Anchor) -> Numbers | None:
    """Return the map of the anchor's constant to the limit, by the walk from the anchor's point; None if singular."""
    between = tuple(t - u for t, u in zip(walked.direction, anchor.direction, strict=True))
    if sum(map(abs, between)) > MAX_STEPS:
        return None
    point = tuple(s + u for s, u in zip(walked.start, anchor.direction, strict=True))
    step = walk_between(walked.field, between, point)
    if step is None:  # singular here, perhaps by a factor that all entries share along the way
        (top, right), (left, bottom) = walk_matrix(walked.field, between, point)
        step = (int(top(0)), int(right(0)), int(left(0)), int(bottom(0)))
    p, q, r, s = composed(composed(contraction.of_start, inverse(step)), anchor.quotient)
    return None if p * s == q * r else _normal(q, p, s, r)


def _normal(*coefficients: int) -> Numbers:
    x, y, z, w = normal_moebius(coefficients)
    return x, y, z, w


def agrees(coefficients: Numbers, constant: str, ball: arb) -> bool:
    """Say whether a map of a constant lies in an enclosure."""
    x, y, z, w = coefficients
    size = max(abs(c).bit_length() for c in coefficients)
    with ctx.workprec(int(ball.rel_accuracy_bits()) + 2 * size + 64):
        c = evaluate(constant, bits_for(CHECKED_DIGITS) + 2 * size + 64)
        return bool(((z + w * c) * ball - (x + y * c)).contains(0))


@lru_cache(maxsize=4096)
def anchor_of(field: str, start: tuple[Fraction, ...]) -> Anchor | None:
    """Return the anchor of a start of a field of rank 2, given by its text; a proved one where there is one."""
    unproved: list[Trajectory] = []
    proved: list[Anchor] = []
    for direction in _anchor_directions(field):
        try:
            walked = trajectory(field_of(field), direction, start)
        except FormulaError:
            return None
        if walked.contraction is None:
            continue
        formula = walked.contraction.formula
        verdict = classify(formula)
        if formula.deg_b > MAX_ANCHOR_DEGREE or verdict.status != "converges" or verdict.terminates_at is not None:
            continue
        known = prove(formula)
        if known is not None and known.constant != "1":
            proved.append(_anchor(walked, known.constant, known.coefficients, "theorem"))
            if proved[-1].minimal:
                return proved[-1]
        elif verdict.convergence_class in ("exponential", "super_exponential"):
            unproved.append(walked)
    if proved:
        return proved[0]
    found = next((a for walked in unproved[:1] if (a := _searched(walked)) is not None), None)
    if found is not None:
        _CLASSES.setdefault((field, _residues(start)), found.constant)
    return found


_CLASSES: dict[tuple[str, tuple[Fraction, ...]], str] = {}
"""Constants found by search so far, by field and residue class of the start, which decides them."""


def _residues(start: tuple[Fraction, ...]) -> tuple[Fraction, ...]:
    return tuple(coordinate % 1 for coordinate in start)


def _anchor(walked: Trajectory, constant: str, coefficients: Numbers, proof: str) -> Anchor:
    """Return the anchor of a trajectory whose fraction has the limit (x + y c)/(z + w c)."""
    x, y, z, w = coefficients
    assert walked.contraction is not None
    quotient = composed(inverse(walked.contraction.of_start), (y, x, w, z))
    return Anchor(constant, quotient, proof, walked.direction, is_minimal(walked))


def _searched(walked: Trajectory) -> Anchor | None:
    """Return the anchor by a constant found among the digits of its limit."""
    assert walked.contraction is not None
    known = _CLASSES.get((walked.field.text, _residues(walked.start)))
    found = _by_search(walked.contraction, dict.fromkeys((known, *LIKELY) if known else LIKELY))
    return None if found is None else _anchor(walked, found.constant, found.moebius, found.proof)


def _by_search(contraction: Contraction, names: Iterable[str]) -> Known | None:
    """Return the first of some constants that the limit is a map of, verified by twice the digits it is found with.

    The digits grow with the coefficients of the fraction, as those of the map do.
    """
    height = len(str(contraction.formula.height))
    digits = SEARCHED_DIGITS + 2 * height
    found = limit(contraction.formula, 2 * digits)
    if found is None or found.ball is None or found.exact is not None or found.digits < digits:
        return None
    for name in names:
        expression = library()[name].expression if name in library() else name
        with ctx.workprec(bits_for(2 * digits) + 64):
            value = evaluate(expression, bits_for(2 * digits) + 64)
            attempt = moebius(found.ball, value, digits)
        if attempt.coefficients is not None:
            coefficients = _normal(*attempt.coefficients)
            if agrees(coefficients, expression, found.ball):
                return Known(expression, coefficients, "verified", f"a relation among {digits} digits of its limit")
    return None


def _anchor_directions(text: str) -> Iterator[tuple[int, ...]]:
    """Yield simple directions of a field: of pFq a lower parameter, all of them, with one or all upper ones."""
    field = field_of(text)
    axes = field.axes
    if field.given is not None or not HYPERGEOMETRIC.fullmatch(field.name):
        yield from (tuple(int(i == k) for k in range(len(axes))) for i in range(len(axes)))
        yield tuple([1] * len(axes))
        return
    p = sum(axis.startswith("a") for axis in axes)
    q = len(axes) - p
    if q:
        yield (*[0] * (p + q - 1), 1)
        yield (*[0] * p, *[1] * q)
        for i in range(p):
            yield (*(int(i == k) for k in range(p)), *[1] * q)
        yield (*[1] * p, *[2] * q)
    else:
        yield tuple([1] * p)
    for i in range(p):
        yield (*(int(i == k) for k in range(p)), *[0] * q)
