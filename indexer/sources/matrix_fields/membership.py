"""Which formulas lie in a field: the trajectories that they are equivalent to, sought without walking them all.

An equivalence keeps the rate, the odd shift classes of the determinant, and what else a bucket key holds. Of a pFq
field all of these but the last are known from direction and start alone: the rate by saddle points (`rates`), and the
determinant of a step up a_i is a multiple of a_i prod (b_j - 1 - a_i), of a step up b_j of prod (a_i - b_j), times
sum b - q - sum a where p = q + 1 and z = 1. So few trajectories are walked, and what remains is decided
(`equivalence.decision`). Starts that differ by integers have equivalent trajectories: one of each residue class is
tried.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from itertools import combinations_with_replacement, product
from math import floor, gcd

from catalog.errors import FormulaError
from catalog.formulas.pcf import PCF
from catalog.progress import Tell, silent
from indexer.mathematics.equivalence.decision import Equivalence, no_limit, relate
from indexer.mathematics.equivalence.infinity import infinity
from indexer.mathematics.equivalence.invariants import bucket_key, invariants
from indexer.mathematics.numbers.squares import rational_root
from indexer.sources.matrix_fields.field import Field
from indexer.sources.matrix_fields.known import parameters
from indexer.sources.matrix_fields.rates import rate, rate_of
from indexer.sources.matrix_fields.trajectories import Trajectory, trajectory

MAX_FOLDS = 6
"""Most steps of a formula or of a trajectory that are taken as one."""

SAME_RATE = 1e-8
"""Relative difference of two rates below which they may be one."""

DENOMINATORS = (3, 4)
"""Denominators of coordinates of starts, beside 1 and 2, where the determinant of a formula has such a root."""

SMALL = 1
"""Largest component of directions whose rate is not known, and of those from starts with larger denominators."""

PLAIN = 2
"""Largest component of directions of fields that are no pFq, which are all walked."""

MAX_HEIGHT = 1000
"""Largest numerator or denominator of an argument z that is read off a formula."""

Odd = frozenset[tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Place:
    """A trajectory that formula number `formula` is; `equivalence` is None where it is its continued fraction."""

    formula: int
    walked: Trajectory
    equivalence: Equivalence | None


@dataclass
class Sought:
    """Formulas by number for which trajectories are sought, by what an equivalence keeps."""

    formulas: dict[int, PCF]
    _shapes: dict[object, set[tuple[int, int]]] = field(default_factory=dict)
    _rates: dict[int, float | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Leave out formulas that have no limit an equivalence could speak of."""
        self.formulas = {i: formula for i, formula in self.formulas.items() if no_limit(formula) is None}
        for i, formula in self.formulas.items():
            self._rates[i] = rate_of(formula)
            for k in range(1, MAX_FOLDS + 1):
                self._shapes.setdefault(infinity(formula).folded(k).shape, set()).add((i, k))

    def folds_of_rate(self, rate: float | None) -> dict[int, set[tuple[int, int]]]:
        """Return by j the formulas i and their folds k whose k steps are as fast as j of a rate.

        Where one of the rates is not known or 0, single steps of the trajectory are taken.
        """
        found: dict[int, set[tuple[int, int]]] = {}
        for i in self.formulas:
            own = self._rates[i]
            for j, k in FOLDS:
                if not rate or not own:
                    same = j == 1 and (rate is None or own is None or own < SAME_RATE)
                else:
                    same = abs(j * rate - k * own) <= SAME_RATE * max(1.0, j * rate)
                if same:
                    found.setdefault(j, set()).add((i, k))
        return found

    def denominators(self, i: int) -> set[int]:
        """Return the common denominators of the starts that are tried for a formula."""
        roots = [f[1] for f in invariants(self.formulas[i]).odd if len(f) == 2]
        return {2} | {d for d in DENOMINATORS if any(root % d == 0 for root in roots)}

    def places(self, walked: Trajectory) -> Iterator[Place]:
        """Yield the formulas that are equivalent to a trajectory, and seek none for them any more."""
        if walked.contraction is None or no_limit(own := walked.contraction.formula) is not None:
            return
        for i in sorted(self._candidates(own)):
            equal = self.formulas[i] == own
            decided = None if equal else relate(self.formulas[i], own).equivalence
            if equal or decided is not None:
                del self.formulas[i]
                yield Place(i, walked, decided)

    def _candidates(self, own: PCF) -> set[int]:
        found = set()
        for j in range(1, MAX_FOLDS + 1):
            same = self._shapes.get(infinity(own).folded(j).shape, ())
            wanted = [(i, k) for i, k in same if i in self.formulas and gcd(j, k) == 1]
            if wanted:
                key = bucket_key(own, j)
                found |= {i for i, k in wanted if bucket_key(self.formulas[i], k) == key}
        return found


FOLDS = [(j, k) for j in range(1, MAX_FOLDS + 1) for k in range(1, MAX_FOLDS + 1) if gcd(j, k) == 1]
"""Steps of a trajectory and of a formula that may be one."""


def places(sought: Sought, chosen: Field, largest: int, tell: Tell = silent) -> Iterator[Place]:
    """Yield places of formulas in a field of rank 2, of directions with components up to a size, short ones first."""
    shape = parameters(chosen)
    every = directions(chosen, largest)
    for done, direction in enumerate(every):
        if not sought.formulas:
            return
        tell(f"{chosen.name}, directions up to {largest}", done, len(every))
        for start in _plain_starts(direction) if shape is None else _starts(sought, shape, direction):
            try:
                walked = trajectory(chosen, direction, start)
            except FormulaError:
                continue
            yield from sought.places(walked)


def fields_of(formula: PCF) -> Iterator[str]:
    """Yield fields 2F1(z), 1F1(z), 0F1(z) by name whose simplest directions have the shape of a formula at infinity.

    Where the ratio of its eigenvalues is rho, z = 1/(1 - rho) for the direction (0, 0, 1), and z = (1 - x)/2 for
    (1, -1, 0), where 4 x^2 = rho + 1/rho + 2, the recurrence of Legendre's functions.
    """
    tails = infinity(formula)
    gap, ratio = tails.degrees[0] - tails.degrees[1], tails.ratio
    if gap:
        for z in (-ratio, ratio, 4 * ratio, -4 * ratio):
            yield from _named(0, 1, z) if gap == 2 else _named(1, 1, z)
        return
    root = rational_root(ratio * ratio - 4)
    if root is not None:
        for rho in {(ratio + Fraction(root)) / 2, (ratio - Fraction(root)) / 2} - {1}:
            yield from _named(2, 1, 1 / (1 - rho))
    x = rational_root((ratio + 2) / 4)
    if x is not None:
        yield from _named(2, 1, (1 - Fraction(x)) / 2)


def _named(p: int, q: int, z: Fraction) -> Iterator[str]:
    if z and not (p == 2 and z == 1) and max(abs(z.numerator), z.denominator) <= MAX_HEIGHT:
        yield f"{p}F{q}({z})"


@lru_cache(maxsize=16)
def directions(chosen: Field, largest: int) -> tuple[tuple[int, ...], ...]:
    """Return the primitive directions with components up to a size, one of each permutation, the shortest first."""
    shape = parameters(chosen)
    if shape is None:
        span = range(-min(largest, PLAIN), min(largest, PLAIN) + 1)
        every: Iterable[tuple[int, ...]] = product(span, repeat=len(chosen.axes))
    else:
        sides = (combinations_with_replacement(range(largest, -largest - 1, -1), count) for count in shape[:2])
        every = ((*a, *b) for a, b in product(*sides))
    found = [direction for direction in every if gcd(*direction) == 1]
    return tuple(sorted(found, key=lambda t: (sum(map(abs, t)), [-x for x in t])))


def _plain_starts(direction: tuple[int, ...]) -> Iterator[tuple[Fraction, ...]]:
    yield from product((Fraction(1), Fraction(1, 2)), repeat=len(direction))


def _starts(
    sought: Sought, shape: tuple[int, int, Fraction], direction: tuple[int, ...]
) -> Iterator[tuple[Fraction, ...]]:
    """Yield a start of each residue class whose trajectory some formula may be equivalent to."""
    p, _, z = shape
    known = rate(direction[:p], direction[p:], z)
    largest = max(map(abs, direction))
    if known is None and largest > SMALL:
        return
    wanted: dict[int, dict[int, set[Odd]]] = {}
    for j, same in sought.folds_of_rate(known).items():
        for i, k in same:
            for denominator in sought.denominators(i) if known and largest <= SMALL else (2,):
                wanted.setdefault(denominator, {}).setdefault(j, set()).add(invariants(sought.formulas[i], k).odd)
    for denominator, odd in wanted.items():
        for residues in _residues(direction, p, denominator):
            if any(odd_classes(shape, tuple(j * t for t in direction), residues) in odd[j] for j in odd):
                yield tuple(r or Fraction(1) if i < p else r + (1 if r else 2) for i, r in enumerate(residues))


@lru_cache(maxsize=64)
def _residues(direction: tuple[int, ...], p: int, denominator: int) -> tuple[tuple[Fraction, ...], ...]:
    """Return the residues of starts with a common denominator, one of those that differ by permutation."""
    found: dict[object, tuple[Fraction, ...]] = {}
    for residues in product([Fraction(k, denominator) for k in range(denominator)], repeat=len(direction)):
        pairs = list(zip(direction, residues, strict=True))
        found.setdefault((*sorted(pairs[:p]), *sorted(pairs[p:])), residues)
    return tuple(found.values())


def odd_classes(shape: tuple[int, int, Fraction], direction: Sequence[int], start: Sequence[Fraction]) -> Odd:
    """Return the odd shift classes of the determinant of a trajectory of a pFq field of rank 2, without walking it.

    Each is a factor u n - c with 0 <= c < u, as `shift_classes` has it; constants are no factors.
    """
    p, q, z = shape
    at, odd = list(start), set[tuple[int, ...]]()

    def factor(constant: Fraction, slope: int) -> None:
        if slope:
            root = -constant / slope
            root -= floor(root)
            odd.symmetric_difference_update({(-root.numerator, root.denominator)})

    def step(axis: int) -> None:
        own, slope = at[axis], direction[axis]
        if axis < p:
            factor(own, slope)
        for other in range(p, p + q) if axis < p else range(p):
            factor(at[other] - own - (axis < p), direction[other] - slope)
        if p == q + 1 and z == 1:
            constant = sum(at[p:], Fraction(0)) - sum(at[:p], Fraction(0)) - q + (axis >= p)
            factor(constant, sum(direction[p:]) - sum(direction[:p]))

    for axis, count in enumerate(direction):
        for _ in range(abs(count)):
            at[axis] -= count < 0
            step(axis)
            at[axis] += count > 0
    return frozenset(odd)
