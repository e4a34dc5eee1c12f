"""Whether two continued fractions are equivalent: yes with matrix and map of the limits, or no with the reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from flint import arb, ctx, fmpz_mat, fmpz_poly

from catalog.formulas.pcf import PCF
from indexer.mathematics.continued_fractions.asymptotics import Classification, classify, classify_all
from indexer.mathematics.continued_fractions.convergents import step_matrix
from indexer.mathematics.continued_fractions.limit import limit
from indexer.mathematics.equivalence.gauge import gauge
from indexer.mathematics.equivalence.infinity import infinity
from indexer.mathematics.equivalence.invariants import difference, invariants
from indexer.mathematics.equivalence.matrices import Matrix, determinant, fold, product, shifted
from indexer.mathematics.equivalence.solving import solve
from indexer.mathematics.relations.search import normal_moebius

Moebius = tuple[int, int, int, int]

MAX_FOLD = 6
"""Most steps of a formula that are taken as one."""

MAX_DEGREE = 160
"""Degree of the entries of U beyond which none is looked for: some seconds."""


MAX_FOLDED_DEGREE = 120
"""Degree of the partial numerators of several steps taken as one, beyond which they are not."""

MAX_INDEX = 20_000
"""Farthest index from which a map is stepped back to the limits."""

CONFIRMED_DIGITS = 30
"""Digits of both limits by which every map is confirmed; it is proved without them."""

CONFIRMED_BITS = 128
"""Working precision for that, beside the size of the map."""

MAX_CONFIRMED_BITS = 4_096
"""Bits at which a limit that is not told from zero or infinity is left out of that."""


@dataclass(frozen=True, slots=True)
class Equivalence:
    """fold(C1, k1)(n) U(n+1) denominator(n) = numerator(n) U(n) fold(C2, k2)(n), `folds` being k1 and k2.

    `matrix` is U, polynomials without common factor, row by row, and `scale` numerator and denominator. det U(n) is
    not 0 for n >= `regular_from`. `map` is (x, y, z, w) with L1 = (x + y L2)/(z + w L2): U takes the minimal solution
    of the second recurrence to that of the first.
    """

    folds: tuple[int, int]
    matrix: Matrix
    scale: tuple[fmpz_poly, fmpz_poly]
    regular_from: int
    map: Moebius


IDENTITY = Equivalence(
    (1, 1),
    (fmpz_poly([1]), fmpz_poly([]), fmpz_poly([]), fmpz_poly([1])),
    (fmpz_poly([1]), fmpz_poly([1])),
    1,
    (0, 1, 1, 0),
)
"""The equivalence of a formula with itself."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided of two formulas.

    `equivalent` is None where nothing was: a formula without a tail of its own, or numbers beyond the bounds of this
    room. `proved` says whether the answer is a theorem, for the `folds` that were tried; `reason` is a clause where the
    answer is not yes.
    """

    equivalent: bool | None
    proved: bool
    reason: str | None
    folds: tuple[tuple[int, int], ...]
    equivalence: Equivalence | None


NONE: Mapping[PCF, arb] = MappingProxyType({})
"""No limit is known."""


def relate(first: PCF, second: PCF, limits: Mapping[PCF, arb] = NONE) -> Decision:
    """Decide whether two formulas are equivalent, and how their limits are related if they are.

    An answer no holds for equivalences by U, also between k1 steps of the first and k2 steps of the second for the
    folds of the decision; the limits of such formulas may be related otherwise. `limits` are enclosures of those that
    are known, which confirm the map in the place of evaluations; their formulas must converge without terminating.
    Never raises.
    """
    unknown = [formula for formula in (first, second) if formula not in limits]
    reason = next((why for formula in unknown if (why := no_limit(formula))), None)
    if reason is not None:
        return Decision(None, False, reason, (), None)
    if first == second:
        return Decision(True, True, None, ((1, 1),), IDENTITY)
    tried = _folds(first, second)
    if not tried:
        reason = difference(invariants(first), invariants(second))
        return Decision(False, True, reason, ((1, 1),), None)
    refusals = []
    for folds in tried:
        found = _decide(first, second, folds)
        if found.equivalence is not None:
            return _confirmed(first, second, found, limits)
        refusals.append(found)
    proved = all(refusal.proved for refusal in refusals)
    equivalent = None if any(refusal.equivalent is None for refusal in refusals) else False
    open_question = next((r for r in refusals if r.equivalent is None), refusals[0])
    return Decision(equivalent, proved, open_question.reason, tried, None)


def have_limits(formulas: Sequence[PCF]) -> list[bool]:
    """Return which formulas have a limit that an equivalence could speak of."""
    return [_why(*each) is None for each in zip(formulas, classify_all(formulas), strict=True)]


@lru_cache(maxsize=4096)
def no_limit(formula: PCF) -> str | None:
    """Return why a formula has no limit that an equivalence could speak of, or None where it has one."""
    return _why(formula, classify(formula))


def _why(formula: PCF, verdict: Classification) -> str | None:
    if verdict.terminates_at is not None:
        return f"{formula} terminates at n = {verdict.terminates_at}: its limit is a rational number"
    if verdict.status != "converges":
        return f"{formula} diverges: {verdict.reason}"
    return None


def _folds(first: PCF, second: PCF) -> tuple[tuple[int, int], ...]:
    """Return the numbers of steps that bring both formulas to one shape at infinity, least first, no multiples."""
    own, other = infinity(first).shape, infinity(second).shape
    if own == other and (own[0] or abs(own[1]) != 2):
        return ((1, 1),)  # the shape of k steps determines k
    one, two = _shapes(first), _shapes(second)
    same = [(j, k) for j, own in enumerate(one, 1) for k, other in enumerate(two, 1) if own == other]
    chosen: list[tuple[int, int]] = []
    for j, k in sorted(same, key=sum):
        if not any(j * m == k * i and j % i == 0 for i, m in chosen):
            chosen.append((j, k))
    return tuple(chosen)


@lru_cache(maxsize=4096)
def _shapes(formula: PCF) -> tuple[tuple[object, ...], ...]:
    """Return the shapes at infinity of 1, 2, ... steps taken as one."""
    tails, most = infinity(formula), max(1, min(MAX_FOLD, MAX_FOLDED_DEGREE // max(formula.deg_b, 1)))
    return tuple(tails.folded(k).shape for k in range(1, most + 1))


def _decide(first: PCF, second: PCF, folds: tuple[int, int]) -> Decision:
    """Decide for given numbers of steps."""
    reason = difference(invariants(first, folds[0]), invariants(second, folds[1]))
    if reason is not None:
        return _no(reason, folds)
    steps = fold(first, folds[0]), fold(second, folds[1])
    try:
        found = gauge(first, second, folds)
        if found is None:
            return _no("the quotient of their determinants is no square up to shifts", folds)
        degree = max(found.bounds)
        if degree > MAX_DEGREE:
            raise ArithmeticError(f"a map may have the degree {degree}, beyond the {MAX_DEGREE} tried")
        U = solve(*steps, found)
    except ArithmeticError as error:
        return Decision(None, False, str(error), (folds,), None)
    if U is None:
        return _no(f"no map of degree {max(degree, 0)} exists, and none can have a higher degree", folds)
    regular_from = 1 + max((int(root) for root, _ in determinant(U).roots()), default=0)
    regular_from = max(regular_from, 1)
    if max(folds) * regular_from > MAX_INDEX:
        reason = f"the map holds from n = {regular_from} on, too far to be stepped back to the limits"
        return Decision(None, False, reason, (folds,), None)
    return Decision(True, True, None, (folds,), _equivalence(first, second, folds, steps, U, regular_from))


def _no(reason: str, folds: tuple[int, int]) -> Decision:
    return Decision(False, True, reason, (folds,), None)


def _equivalence(
    first: PCF, second: PCF, folds: tuple[int, int], steps: tuple[Matrix, Matrix], U: Matrix, regular_from: int
) -> Equivalence:
    """Return the equivalence by a matrix that is known to satisfy the equation."""
    left, right = product(steps[0], shifted(U)), product(U, steps[1])
    pivot = next(i for i in range(4) if right[i])
    common = left[pivot].gcd(right[pivot])
    if right[pivot].leading_coefficient() < 0:
        common = -common
    scale = left[pivot] // common, right[pivot] // common
    return Equivalence(folds, U, scale, regular_from, _limit_map(first, second, folds, U, regular_from))


def _confirmed(first: PCF, second: PCF, found: Decision, limits: Mapping[PCF, arb]) -> Decision:
    """Return a decision whose map the balls of both limits do not exclude; else one that says so, and nothing more."""
    assert found.equivalence is not None
    one, two = (limits[formula] if formula in limits else _ball(formula) for formula in (first, second))
    if one is not None and two is not None:
        x, y, z, w = found.equivalence.map
        with ctx.workprec(CONFIRMED_BITS + max(abs(c).bit_length() for c in found.equivalence.map)):
            if not ((z + w * two) * one - (x + y * two)).contains(0):
                reason = f"the map {found.equivalence.map} and the enclosures of both limits contradict each other"
                return Decision(None, False, reason, found.folds, None)
    return found


@lru_cache(maxsize=4096)
def _ball(formula: PCF) -> arb | None:
    """Return an enclosure of a finite limit, None where there is none."""
    found = limit(formula, CONFIRMED_DIGITS, most_bits=MAX_CONFIRMED_BITS)
    return None if found is None else found.ball


def _limit_map(first: PCF, second: PCF, folds: tuple[int, int], U: Matrix, n: int) -> Moebius:
    """Return the map of the limits, stepped back from K1 at k1 n = U(n) K2 at k2 n."""
    one, two = (_to_tail(formula, k * n) for formula, k in zip((first, second), folds, strict=True))
    p, q, r, s = (int(entry(n)) for entry in U)
    matrix = one * fmpz_mat(2, 2, [p, q, r, s]) * _adjugate(two)
    y, x, w, z = (int(entry) for entry in matrix.entries())
    x, y, z, w = normal_moebius((x, y, z, w))
    return x, y, z, w


def _to_tail(formula: PCF, n: int) -> fmpz_mat:
    """Return the matrix that takes (K_n, 1) to (L, 1), up to a factor; x_{n-1} = a_{n-1} + K_n."""
    p, q, r, s = (int(entry) for entry in step_matrix(formula, 0, n - 1))
    a = formula.a_at(n - 1)
    return fmpz_mat(2, 2, [p, p * a + q, r, r * a + s])


def _adjugate(matrix: fmpz_mat) -> fmpz_mat:
    p, q, r, s = matrix.entries()
    return fmpz_mat(2, 2, [s, -q, -r, p])
