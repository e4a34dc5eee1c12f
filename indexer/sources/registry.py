"""Formula spaces: a template with ranges, its size, and the bijection rank <-> formula; `template` reads them.

A `Box` has every coefficient free in -N..N and orders mirror pairs next to each other; any other template is a
`Family` of integer parameters.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from flint import fmpq_mat
from numpy.typing import NDArray

from catalog.errors import SpaceError
from catalog.formulas.pcf import PCF
from indexer.sources.template import Parameter, ParameterPolynomial, Template, parse_template

MAX_SIZE = 2**63 - 1
"""Most ranks a space may have: a rank is stored as a bigint."""
_MAX_SCAN = 2**22  # ranks that `Family.rank_of` looks through where it cannot solve for the parameters
_BLOCK = 2**16  # ranks looked at together

Coefficients = NDArray[Any]  # int64, or object with Python integers


@dataclass(frozen=True)
class Space(ABC):
    """Formulas numbered 0 <= rank < size. `template` is the text that defines them."""

    name: str
    template: str
    size: int

    @abstractmethod
    def coefficient_arrays(self, start: int, stop: int) -> tuple[Coefficients, Coefficients]:
        """The coefficients of a and b for start <= rank < stop, shapes (n, deg_a + 1) and (n, deg_b + 1).

        Constant term first, with trailing zeros; int64, or Python integers in object arrays where a coefficient
        of the space may not fit. A rank that holds no formula has a row of zeros in a or in b.
        """

    @abstractmethod
    def rank_of(self, formula: PCF) -> int | None:
        """The lowest rank that holds this formula, None where the space does not contain it."""

    def formula_at(self, rank: int) -> PCF | None:
        """The formula of a rank, None where one of its polynomials is zero."""
        return self.formulas(rank, rank + 1)[0]

    def formulas(self, start: int, stop: int) -> list[PCF | None]:
        """The formulas of the ranks start <= rank < stop, None as in `formula_at`."""
        A, B = self.coefficient_arrays(start, stop)
        return [
            PCF(tuple(a), tuple(b)) if any(a) and any(b) else None for a, b in zip(A.tolist(), B.tolist(), strict=True)
        ]

    def _ranks(self, start: int, stop: int) -> NDArray[np.int64]:
        if not 0 <= start <= stop <= self.size:
            raise SpaceError(f"the ranks {start} to {stop} are outside the space {self.name} of size {self.size}")
        return np.arange(start, stop, dtype=np.int64)


@dataclass(frozen=True)
class Box(Space):
    """All formulas of degrees at most deg_a, deg_b with coefficients in -bound..bound, neither polynomial zero.

    The digits of a rank are, slowest first, the coefficients of the highest power down, a's before b's, each in
    the order 0, 1, -1, 2, ..., with the sign of a as the fastest: ranks 2k and 2k+1 are mirrors of each other, and
    the even one has a positive leading coefficient of a.
    """

    deg_a: int
    deg_b: int
    bound: int

    def coefficient_arrays(self, start: int, stop: int) -> tuple[Coefficients, Coefficients]:
        """As in `Space`; 1 million rows take about 0.3 seconds."""
        rank = self._ranks(start, stop)
        rest, odd = rank // 2, rank % 2 == 1
        A = np.zeros((len(rank), self.deg_a + 1), dtype=np.int64)
        B = np.zeros((len(rank), self.deg_b + 1), dtype=np.int64)
        any_a, any_b = np.zeros(len(rank), dtype=bool), np.zeros(len(rank), dtype=bool)
        for in_a, power in self._digits():
            digit, rest = self._split(rest, in_a, power, any_a, any_b)
            values = np.where(digit % 2 == 1, (digit + 1) // 2, -(digit // 2))
            if in_a:
                A[:, power] = np.where(any_a, values, digit)
                any_a |= digit > 0
            else:
                B[:, power] = values
                any_b |= digit > 0
        A[odd] *= -1
        return A, B

    def rank_of(self, formula: PCF) -> int | None:
        """The rank of a formula of the box, by the counts of what comes before each digit."""
        if formula.deg_a > self.deg_a or formula.deg_b > self.deg_b or formula.height > self.bound:
            return None
        odd = formula.a[-1] < 0
        positive = formula.positive()
        rank, any_a, any_b = 0, False, False
        for in_a, power in self._digits():
            side = positive.a if in_a else positive.b
            value = side[power] if power < len(side) else 0
            digit = value if in_a and not any_a else 2 * abs(value) - (value > 0)
            if digit:
                rank += self._completions(in_a, power, any_a, any_b)
                now_a, now_b = any_a or in_a, any_b or not in_a
                rank += (digit - 1) * self._completions(in_a, power, now_a, now_b)
                any_a, any_b = now_a, now_b
        return 2 * rank + odd

    def _digits(self) -> list[tuple[bool, int]]:
        """(is a coefficient of a, power of n) of each digit, slowest first."""
        powers = range(max(self.deg_a, self.deg_b), -1, -1)
        return [(in_a, k) for k in powers for in_a in (True, False) if k <= (self.deg_a if in_a else self.deg_b)]

    def _completions(self, in_a: bool, power: int, any_a: bool, any_b: bool) -> int:
        """How many ways are left after this digit, where a (b) has (any_a, any_b) a nonzero digit so far."""
        side = 2 * self.bound + 1
        left_a = min(power, self.deg_a + 1)
        left_b = min(power + 1 if in_a else power, self.deg_b + 1)
        ways_a: int = side**left_a if any_a else (side**left_a - 1) // 2
        ways_b: int = side**left_b if any_b else side**left_b - 1
        return ways_a * ways_b

    def _split(
        self, rest: NDArray[np.int64], in_a: bool, power: int, any_a: NDArray[np.bool_], any_b: NDArray[np.bool_]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The digit (position in the order of values) and what is left of the rank for the digits after it."""
        digit = np.zeros_like(rest)
        for state in range(4):
            has_a, has_b = bool(state & 1), bool(state & 2)
            chosen = (any_a == has_a) & (any_b == has_b)
            if not chosen.any():
                continue
            zero = self._completions(in_a, power, has_a, has_b)
            each = self._completions(in_a, power, has_a or in_a, has_b or not in_a)
            after = rest[chosen] - zero
            digit[chosen] = np.where(after < 0, 0, 1 + after // each)
            rest[chosen] = np.where(after < 0, rest[chosen], after % each)
        return digit, rest


@dataclass(frozen=True)
class Family(Space):
    """Formulas whose coefficients are integer polynomials in parameters; the rank is a mixed radix over these.

    The first parameter is the slowest; each runs through its range by absolute value, the positive one first. A
    combination that makes a or b zero keeps its rank but holds no formula.
    """

    parameters: tuple[Parameter, ...]
    a: tuple[ParameterPolynomial, ...]  # constant term first
    b: tuple[ParameterPolynomial, ...]

    def coefficient_arrays(self, start: int, stop: int) -> tuple[Coefficients, Coefficients]:
        """As in `Space`."""
        rest = self._ranks(start, stop)
        columns: list[Coefficients] = []
        dtype = np.int64 if self._fits() else np.object_
        for parameter in reversed(self.parameters):
            columns.insert(0, parameter.values(rest % parameter.size).astype(dtype))
            rest = rest // parameter.size
        return self._evaluate(self.a, columns, stop - start), self._evaluate(self.b, columns, stop - start)

    def rank_of(self, formula: PCF) -> int | None:
        """As in `Space`: solved where the coefficients are linear in the parameters, else looked for."""
        if formula.deg_a >= len(self.a) or formula.deg_b >= len(self.b):
            return None
        target = [*_padded(formula.a, len(self.a)), *_padded(formula.b, len(self.b))]
        if all(p.is_linear for p in self.a + self.b):
            solution = self._solve(target)
            if solution is not None:
                return self._rank(solution[0]) if solution else None
        return self._scan(target)

    def _fits(self) -> bool:
        largest = tuple(p.largest for p in self.parameters)
        return all(p.bound(largest) < 2**63 for p in self.a + self.b)

    @staticmethod
    def _evaluate(side: tuple[ParameterPolynomial, ...], columns: list[Coefficients], rows: int) -> Coefficients:
        dtype = columns[0].dtype if columns else np.int64
        values: Coefficients = np.zeros((rows, len(side)), dtype=dtype)
        for power, polynomial in enumerate(side):
            values[:, power] = polynomial.evaluate(columns, rows)
        return values

    def _solve(self, target: list[int]) -> list[list[int]] | None:
        """[parameters] that give these coefficients, [] where there are none, None where they are not unique."""
        rows = [
            [*p.linear_coefficients(len(self.parameters)), value - p.constant]
            for p, value in zip(self.a + self.b, target, strict=True)
        ]
        reduced, rank = fmpq_mat(rows).rref()
        width = len(self.parameters)
        if any(reduced[i, width] != 0 and all(reduced[i, j] == 0 for j in range(width)) for i in range(len(rows))):
            return []
        if rank < width:
            return None
        solution = [reduced[i, width] for i in range(width)]
        return [[int(v.p) for v in solution]] if all(v.q == 1 for v in solution) else []

    def _rank(self, values: list[int]) -> int | None:
        rank = 0
        for parameter, value in zip(self.parameters, values, strict=True):
            index = parameter.index(value)
            if index is None:
                return None
            rank = rank * parameter.size + index
        return rank

    def _scan(self, target: list[int]) -> int | None:
        if self.size > _MAX_SCAN:
            raise SpaceError(
                f"the space {self.name} is too large to look for a formula in; ask for a formula by its rank"
            )
        for start in range(0, self.size, _BLOCK):
            A, B = self.coefficient_arrays(start, min(start + _BLOCK, self.size))
            hits = np.flatnonzero((np.hstack([A, B]) == np.array(target, dtype=object)).all(axis=1))
            if len(hits):
                return start + int(hits[0])
        return None


def _padded(coefficients: tuple[int, ...], length: int) -> list[int]:
    return [*coefficients, *[0] * (length - len(coefficients))]


def read_space(name: str, text: str) -> Space:
    """The space of a template such as `a = (2n+1)(k n(n+1) + c); b = -n^6; k in 1..40, c in 1..40`.

    A template whose coefficients are all free in one range -N..N is a `Box`, any other a `Family`. Raises SpaceError
    where the text cannot be read or the space has more than `MAX_SIZE` ranks.
    """
    template = parse_template(text)
    bound = _box_bound(template)
    if bound is not None:
        deg_a, deg_b = len(template.a) - 1, len(template.b) - 1
        side = 2 * bound + 1
        size = (side ** (deg_a + 1) - 1) * (side ** (deg_b + 1) - 1)
        return Box(name, text, _checked(size, name), deg_a, deg_b, bound)
    size = prod(p.size for p in template.parameters)
    return Family(name, text, _checked(size, name), template.parameters, template.a, template.b)


def _checked(size: int, name: str) -> int:
    if size > MAX_SIZE:
        raise SpaceError(f"the space {name} has more than 2^63 formulas; give its parameters smaller ranges")
    return size


def _box_bound(template: Template) -> int | None:
    """N where each coefficient is a parameter of its own in -N..N, else None."""
    names = [p.single_parameter for p in template.a + template.b]
    ranges = {(p.low, p.high) for p in template.parameters}
    if None in names or len(set(names)) != len(names) or len(names) != len(template.parameters):
        return None
    low, high = next(iter(ranges))
    return high if len(ranges) == 1 and low == -high and high > 0 else None


QUADRATIC_5 = read_space("quadratic-5", "a = A2 n^2 + A1 n + A0; b = B2 n^2 + B1 n + B0; A*, B* in -5..5")
"""The quadratic box: both degrees at most 2, coefficients -5..5, neither polynomial zero; 1,768,900 formulas."""
