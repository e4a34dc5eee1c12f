"""Directions that meet a wish: a small box of each origin first, then a climb from the best ones.

The limit of delta is a continuous function of a direction, so that the neighbours of k t, k = 1, 2, 3, refine the
search around t. Each direction is weighed before its continued fraction is made: its rate by the saddle points, for all
neighbours at once, then the limit of delta by one prime. The directions along which another solution is minimal than at
the origin, which have another constant, are left out.
"""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from itertools import count, permutations, product
from math import ceil, gcd, inf, isnan, log

import numpy as np
from flint import arb, ctx

from catalog.formulas.pcf import PCF
from catalog.progress import Tell, silent
from catalog.vocabulary import ConvergenceClass
from indexer.design.gauss import gauss_fraction
from indexer.design.origins import Origin, origins, start_of
from indexer.design.targets import Target
from indexer.design.wishes import Wish
from indexer.mathematics.continued_fractions.asymptotics import classify
from indexer.mathematics.numbers.decimals import bits_for
from indexer.mathematics.relations.search import DIGITS, moebius
from indexer.sources.matrix_fields import walks
from indexer.sources.matrix_fields.matrices import IntegerMatrix, determinant, is_zero
from indexer.sources.matrix_fields.rates import rates
from indexer.sources.matrix_fields.trajectories import MAX_STEPS, Contraction, continued_fraction, walk_matrix
from indexer.sources.matrix_fields.valuations import delta_limit, leading_growth, slopes

UPPER, LOWER = 2, 4
"""Largest components of upper and of lower parameters in the box that is searched first."""

MULTIPLES = (1, 2, 3)
"""Multiples of a direction whose neighbours are tried."""

STEP_COST = 0.0005
"""Delta that a step of the field must be worth for a direction to be climbed from, since long ones take longer."""

CHECKED_NATS = 40.0
"""Natural logarithm of the accuracy of the x_1 by which the limit of a direction is held against the origin's."""

CLOSE = 1e-6
"""Relative difference of both at most."""

SLOW_STEPS = 100
"""Steps after which trajectories that converge faster than exponentially have the digits of a relation."""

WEIGHT_ERROR = 0.02
"""Distance of a weight from the limit of delta up to which a direction is estimated carefully before it is left out."""

CONSIDERED = 3
"""Times as many as are asked for that are estimated carefully at the end."""

LEAST_DEPTH, TOTAL_STEPS = 100, 4800
"""Depth at least, and steps of the field, at which delta is taken to weigh a direction."""

FAST = 12
"""Directions of each box, those with the largest rate a step of the field, whose multiples reach a rate."""

SEARCHED_SHARE, ESTIMATED_SHARE = 0.7, 0.9
"""Shares of the time after which nothing more is looked for, and after which nothing more is estimated."""

DIGITS_A_STEP = 1.5
"""Digits that a step of the field adds to the coefficients of the map of the constant, at most."""

Direction = tuple[int, ...]


@dataclass(frozen=True)
class Candidate:
    """A direction from an origin, with what it is weighed by and the time in seconds after which it was found.

    `rate` is the natural logarithm of the factor by which errors fall in a step, None where they fall faster. `halved`
    is Gauss's continued fraction, two steps of which are one of the trajectory (`gauss.py`). `late` says that there is
    no time left for an estimate.
    """

    origin: Origin
    direction: Direction
    matrix: IntegerMatrix
    weight: float | None
    rate: float | None
    after: float
    halved: bool = False
    late: Callable[[], bool] = field(default=lambda: False, compare=False)

    @property
    def steps(self) -> int:
        """The steps of the field that a step of the trajectory takes."""
        return sum(map(abs, self.direction))

    @cached_property
    def formula(self) -> PCF | None:
        """The continued fraction."""
        if self.halved:
            return gauss_fraction(self.origin)
        return None if self.contraction is None else self.contraction.formula

    @cached_property
    def contraction(self) -> Contraction | None:
        """The continued fraction of the trajectory."""
        return continued_fraction(self.matrix)

    @cached_property
    def convergence_class(self) -> ConvergenceClass | None:
        """How the errors of its formula fall; None where it has no formula, or one that diverges."""
        return None if self.formula is None else classify(self.formula).convergence_class

    @cached_property
    def delta_limit(self) -> float | None:
        """The estimated limit of delta, None where there is no estimate, or no time for it."""
        return delta_limit(self.matrix, _slopes(self.origin, self.direction), self.origin.start, over=self.late)

    @cached_property
    def delta(self) -> float | None:
        """delta at the depth `walks.DEPTH`."""
        steps = walks.walked(self.matrix, walks.DEPTH)
        return None if steps is None else steps.delta

    @property
    def figure(self) -> float | None:
        """What a wish for delta is held against: the estimated limit; delta where errors fall too fast for one."""
        return self.delta if self.rate is None else self.delta_limit

    @property
    def digits_a_step(self) -> float | None:
        """The rate in decimal digits, None where it grows without bound."""
        return None if self.rate is None else self.rate / log(10)

    def meets(self, wish: Wish) -> bool:
        """Say whether it meets a wish, the cheapest bound first."""
        if wish.delta is not None and not wish.delta.nearly_meets(self.weight, WEIGHT_ERROR):
            return False
        if wish.rate is not None and not wish.rate.meets(inf if self.rate is None else self.digits_a_step):
            return False
        if (wish.degree is not None or wish.classes) and not self._has(wish):
            return False
        return wish.delta is None or wish.delta.meets(self.figure)

    def _has(self, wish: Wish) -> bool:
        """Say whether its formula has the degree and the class that are wished for."""
        if self.formula is None or (wish.degree is not None and not wish.degree.meets(self.formula.deg_a)):
            return False
        return not wish.classes or self.convergence_class in wish.classes


@dataclass
class Search:
    """A search under way: `found` grows while `run` works, and stays when that is stopped; `clock` has its seconds.

    Of the `seconds` it leaves a share to what follows: what was found is estimated carefully and verified.
    """

    target: Target
    wish: Wish
    seconds: float
    count: int
    tell: Tell = silent
    clock: Callable[[], float] = time.monotonic
    found: list[Candidate] = field(default_factory=list)
    best: Candidate | None = None
    origins: list[Origin] = field(default_factory=list)
    weighed: int = 0

    def run(self) -> None:
        """Search until the time is over, enough candidates meet the wish, or nothing is left to try."""
        self._begun = self.clock()
        self._seen: set[tuple[int, Direction]] = set()
        self._heap: list[tuple[float, int, int, tuple[Candidate, int]]] = []
        self._ticket = count()
        for number, origin in enumerate(origins(self.target)):
            self.origins.append(origin)
            self._weigh(number, _box(origin))
        if not self.done and self.wish.rate is not None and self.wish.rate.upwards:
            for number, origin in enumerate(self.origins):
                if not self.done:
                    self._weigh(number, _fast(origin, self.wish.rate.value * log(10)), until_done=True)
        self._climb()

    @property
    def elapsed(self) -> float:
        """Seconds since the beginning."""
        return self.clock() - self._begun

    @property
    def done(self) -> bool:
        """Whether the time is over or enough is found."""
        return self.over or (self.wish.is_goal and len(self.found) >= self.count)

    @property
    def over(self) -> bool:
        """Whether the time to search is over."""
        return self.elapsed > SEARCHED_SHARE * self.seconds

    def late(self) -> bool:
        """Say whether the time to estimate is over."""
        return self.elapsed > ESTIMATED_SHARE * self.seconds

    @property
    def ended(self) -> bool:
        """Whether all of the time is over."""
        return self.elapsed > self.seconds

    def ranked(self) -> list[Candidate]:
        """Return the best of what was found: by delta, or by degree and size where a rate but no delta is wished for.

        There may be `CONSIDERED` times as many as asked for. Those for which nothing simpler has as large a delta come
        first.
        """
        if self.wish.rate is not None and self.wish.delta is None:
            return heapq.nsmallest(CONSIDERED * self.count, self.found, key=_simplicity)
        ordered = sorted(self.found, key=lambda c: (-_or_least(c.weight), c.steps))
        front: list[Candidate] = []
        rest: list[Candidate] = []
        fewest = inf
        for candidate in ordered:
            (front if candidate.steps < fewest else rest).append(candidate)
            fewest = min(fewest, candidate.steps)
        return sorted([*front, *rest][: CONSIDERED * self.count], key=_largest_delta)

    def _climb(self) -> None:
        while self._heap and not self.done:
            _, number, _, (candidate, k) = heapq.heappop(self._heap)
            self._weigh(number, _neighbours([k * x for x in candidate.direction]), until_done=True)

    def _weigh(self, number: int, directions: Iterable[Direction], *, until_done: bool = False) -> None:
        """Weigh those directions from an origin that were not met before, and keep what meets the wish.

        All of them, unless `until_done`: the best of what is simple is wanted.
        """
        origin = self.origins[number]
        fresh = []
        for direction in directions:
            primitive = _canonical(origin, direction)
            if primitive is not None and (number, primitive) not in self._seen:
                self._seen.add((number, primitive))
                fresh.append(primitive)
        for direction, rate in zip(fresh, _rates(origin, fresh), strict=True):
            if self.over or (until_done and self.done):
                return
            candidate = self._weighed(origin, direction, rate) if self._fast_enough(rate) else None
            if candidate is not None:
                self._keep(number, candidate)

    def _weighed(self, origin: Origin, direction: Direction, rate: float | None) -> Candidate | None:
        self.weighed += 1
        self.tell(self._phase(), self.weighed)
        matrix = walk_matrix(origin.field, direction, origin.start)
        if is_zero(matrix) or not determinant(matrix):
            return None
        growth = leading_growth(matrix)
        if growth is None and rate is not None:
            return None
        if growth is not None:
            rate = growth[1] - growth[2]
        candidate = Candidate(origin, direction, matrix, None, rate, self.elapsed, late=self.late)
        if growth is None and candidate.convergence_class != "super_exponential":
            return replace(candidate, rate=0.0)
        if not _same_solution(origin, direction, matrix, rate, self.target):
            return None
        return replace(candidate, weight=_weight(origin, direction, matrix, rate))

    def _fast_enough(self, rate: float | None) -> bool:
        """Say whether a rate by the saddle points may meet the wish; without one the direction is walked."""
        return rate is None or (rate > 0 and (self.wish.rate is None or self.wish.rate.meets(rate / log(10))))

    def _keep(self, number: int, candidate: Candidate) -> None:
        if candidate.weight is not None and (
            self.wish.degree is None or candidate.meets(Wish(degree=self.wish.degree))
        ):
            for k in MULTIPLES:
                if k * candidate.steps < MAX_STEPS:
                    rank = STEP_COST * k * candidate.steps - candidate.weight
                    heapq.heappush(self._heap, (rank, number, next(self._ticket), (candidate, k)))
            if self.best is None or candidate.weight > _or_least(self.best.weight):
                self.best = candidate
        halved = [replace(candidate, halved=True, rate=(candidate.rate or 0.0) / 2)] if is_halved(candidate) else []
        self.found += [found for found in (*halved, candidate) if found.meets(self.wish)]

    def _phase(self) -> str:
        if self.best is None:
            return "searching"
        direction = ", ".join(map(str, self.best.direction))
        return f"searching, best delta {self.best.weight:.3f} along ({direction}) in {self.best.origin.field.name}"


def _weight(origin: Origin, direction: Direction, matrix: IntegerMatrix, rate: float | None) -> float | None:
    """Return what a direction is weighed by: the least of a quick estimate of the limit of delta and delta at a depth.

    The latter alone where errors fall faster than exponentially, and where the start has even denominators, since
    valuations then depend on many classes of primes.
    """
    length = sum(map(abs, direction))
    steps = walks.walked(matrix, max(LEAST_DEPTH, TOTAL_STEPS // length) if rate else LEAST_DEPTH)
    at_depth = None if steps is None else steps.delta
    if rate is None or any(s.denominator % 2 == 0 for s in origin.start):
        return at_depth
    limit = delta_limit(matrix, _slopes(origin, direction), origin.start, quick=True)
    return limit if at_depth is None or limit is None else min(limit, at_depth)


def _slopes(origin: Origin, direction: Direction) -> set[int]:
    return slopes(origin.field.name, origin.field.axes, direction)


def _simplicity(candidate: Candidate) -> tuple[int, int]:
    return MAX_STEPS if candidate.formula is None else candidate.formula.deg_a, candidate.steps


def _largest_delta(candidate: Candidate) -> tuple[bool, float]:
    """Order by the limit of delta; those without an estimate come last, by delta at a depth."""
    figure = candidate.figure
    return figure is None, -_or_least(candidate.delta if figure is None else figure)


def _or_least(figure: float | None) -> float:
    return -inf if figure is None else figure


def _box(origin: Origin) -> Iterator[Direction]:
    """Yield the directions with small components, none negative, those with few steps first."""
    ranges = [range(LOWER + 1) if axis.startswith("b") else range(UPPER + 1) for axis in origin.field.axes]
    yield from sorted(product(*ranges), key=sum)


def _neighbours(direction: Sequence[int]) -> Iterator[Direction]:
    """Yield the directions one step away, and two steps along different axes, one of them up."""
    axes = range(len(direction))
    for i in axes:
        for step in (-1, 1):
            yield tuple(x + step * (i == j) for j, x in enumerate(direction))
    for i, k in permutations(axes, 2):
        for step in (1, -1) if i < k else (-1,):
            yield tuple(x + (j == i) + step * (j == k) for j, x in enumerate(direction))


def is_halved(candidate: Candidate) -> bool:
    """Say whether there is a continued fraction of which two steps are one of the trajectory."""
    return candidate.direction == (1, 1, 2) and gauss_fraction(candidate.origin) is not None


def _fast(origin: Origin, rate: float) -> Iterator[Direction]:
    """Yield neighbours of multiples of the fastest directions of the box that reach a rate, in natural logarithms."""
    box = [t for t in _box(origin) if any(t)]
    quotients = sorted(
        ((found / sum(t), found, t) for t, found in zip(box, _rates(origin, box), strict=True) if found), reverse=True
    )
    for _, found, t in quotients[:FAST]:
        k = ceil(rate / found)
        if k > 1 and k * sum(t) <= MAX_STEPS:
            yield from _neighbours([k * x for x in t])


def _canonical(origin: Origin, direction: Direction) -> Direction | None:
    """Return the primitive direction of which this is a multiple, like parameters in order; None for no walk."""
    common = gcd(*direction)
    if common == 0:
        return None
    t = [x // common for x in direction]
    axes, start = origin.field.axes, origin.start
    like: dict[tuple[str, Fraction], list[int]] = {}
    for i, axis in enumerate(axes):
        if axis[0] in "ab":
            like.setdefault((axis[0], start[i]), []).append(i)
    for places in like.values():
        for i, x in zip(places, sorted(t[i] for i in places), strict=True):
            t[i] = x
    return tuple(t) if sum(map(abs, t)) <= MAX_STEPS else None


def _rates(origin: Origin, directions: Sequence[Direction]) -> list[float | None]:
    """Return the rates by the saddle points, 0 for no convergence; None where they do not tell."""
    p = sum(axis.startswith("a") for axis in origin.field.axes)
    if not directions or p != len(origin.field.axes) - p + 1:
        return [None] * len(directions)
    t = np.array(directions)
    z = Fraction(origin.field.name.partition("(")[2].rstrip(")"))
    return [None if isnan(rate) else rate for rate in rates(t[:, :p], t[:, p:], z).tolist()]


def _same_solution(
    origin: Origin, direction: Direction, matrix: IntegerMatrix, rate: float | None, target: Target
) -> bool:
    """Say whether the limit along a direction comes from the solution at the origin."""
    steps = ceil(CHECKED_NATS / rate) if rate else SLOW_STEPS // 2
    if steps > 40 * SLOW_STEPS:
        return False
    total = walks.product(matrix, 1, steps + 1)
    if total[1, 1] == 0:
        return False
    if origin.point is not None:
        p, q = origin.point
        at_start = start_of(matrix, float(Fraction(int(total[0, 1]), int(total[1, 1]))))
        if at_start is not None:
            return abs(at_start[0] * q - at_start[1] * p) < CLOSE
    digits = DIGITS + int(DIGITS_A_STEP * sum(map(abs, direction)))
    steps = ceil(digits * log(10) / rate) if rate else SLOW_STEPS
    total = walks.product(matrix, 1, steps + 1)
    with ctx.workprec(bits_for(digits) + 64):
        x = arb(int(total[0, 1])) / arb(int(total[1, 1]))
        return moebius(x, target.ball(digits + 10), digits).coefficients is not None
