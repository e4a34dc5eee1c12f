"""Template spaces: coefficients that are integer polynomials in parameters with ranges."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import numpy as np
from flint import fmpq_mat
from numpy.typing import NDArray

from catalog.errors import SpaceError
from catalog.formulas.pcf import PCF
from indexer.sources.space import Coefficients, Space
from indexer.sources.template import Parameter, ParameterPolynomial, Template

MAX_SCAN = 2**22
"""Most ranks that `rank_of` looks through where it cannot solve for the parameters."""

BLOCK = 2**16
"""Ranks looked at together."""


@dataclass(frozen=True)
class TemplateSpace(Space):
    """Formulas whose coefficients are integer polynomials in parameters; the rank is a mixed radix over these.

    The first parameter is the slowest; each runs through its range by absolute value, the positive one first. A
    combination that makes a or b zero keeps its rank but holds no formula.
    """

    parameters: tuple[Parameter, ...]
    a: tuple[ParameterPolynomial, ...]  # constant term first
    b: tuple[ParameterPolynomial, ...]

    def coefficients_of(self, ranks: NDArray[np.int64]) -> tuple[Coefficients, Coefficients]:
        """Return what `Space` says."""
        rest = ranks
        columns: list[Coefficients] = []
        dtype = np.int64 if self._fits() else np.object_
        for parameter in reversed(self.parameters):
            columns.insert(0, parameter.values(rest % parameter.size).astype(dtype))
            rest = rest // parameter.size
        return self._evaluate(self.a, columns, len(ranks)), self._evaluate(self.b, columns, len(ranks))

    def rank_of(self, formula: PCF) -> int | None:
        """Return what `Space` says: solved where the coefficients are linear in the parameters, else looked for."""
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
        """Return [parameters] that give these coefficients, [] where none do, None where they are not unique."""
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
        if self.size > MAX_SCAN:
            raise SpaceError(
                f"the space {self.name} is too large to look for a formula in; ask for a formula by its rank"
            )
        for start in range(0, self.size, BLOCK):
            A, B = self.coefficient_arrays(start, min(start + BLOCK, self.size))
            hits = np.flatnonzero((np.hstack([A, B]) == np.array(target, dtype=object)).all(axis=1))
            if len(hits):
                return start + int(hits[0])
        return None


def _padded(coefficients: tuple[int, ...], length: int) -> list[int]:
    return [*coefficients, *[0] * (length - len(coefficients))]


def read_template_space(name: str, text: str, template: Template) -> TemplateSpace:
    """Return the space of a template."""
    size = prod(p.size for p in template.parameters)
    return TemplateSpace(name, text, size, template.parameters, template.a, template.b)
