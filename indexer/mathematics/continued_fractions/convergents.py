"""Exact convergents p_n/q_n of a PCF and gcd(p_n, q_n), in big integers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, pairwise, repeat

import numpy as np
from gmpy2 import f_mod_2exp, gcd, mpz

from catalog.formulas.pcf import PCF

Matrix = tuple[mpz, mpz, mpz, mpz]
"""A two by two matrix of exact integers, row by row."""

IDENTITY: Matrix = (mpz(1), mpz(0), mpz(0), mpz(1))
"""The product of no steps."""

LOG_2 = math.log(2)

LEAF = 32
"""Steps multiplied together in small integers before big ones are touched."""

INT64_SAFE = 1 << 62
"""Values below this are tabulated by numpy in 64 bits."""


def polynomial_values(coefficients: tuple[int, ...], start: int, stop: int) -> list[int]:
    """Return the exact values p(start), ..., p(stop - 1) as Python integers; coefficients constant term first."""
    largest = max(abs(start), abs(stop))
    if stop - start > 16 and sum(abs(c) * largest**k for k, c in enumerate(coefficients)) < INT64_SAFE:
        n = np.arange(start, stop, dtype=np.int64)
        table = np.full(len(n), coefficients[-1], dtype=np.int64)
        for c in coefficients[-2::-1]:
            table *= n
            table += c
        return table.tolist()
    if stop - start > 4 * len(coefficients):
        return _by_differences(coefficients, start, stop)
    return [_value(coefficients, n) for n in range(start, stop)]


def _value(coefficients: tuple[int, ...], n: int) -> int:
    value = 0
    for c in reversed(coefficients):
        value = value * n + c
    return value


def _by_differences(coefficients: tuple[int, ...], start: int, stop: int) -> list[int]:
    """Return p(start), ..., p(stop - 1) from the differences at `start`, by sums alone."""
    row = [_value(coefficients, start + k) for k in range(len(coefficients))]
    differences = []
    while row:
        differences.append(row[0])
        row = [after - before for before, after in pairwise(row)]
    values: Iterable[int] = repeat(differences[-1], stop - start - len(differences) + 1)
    for first in reversed(differences[:-1]):
        values = accumulate(values, initial=first)
    return list(values)


def step_matrix(formula: PCF, start: int, stop: int) -> Matrix:
    """Return the exact product over k = start..stop-1 of ((a_k, b_{k+1}), (1, 0)), row by row.

    It takes (x_stop, 1) to numerator and denominator of x_start. By a product tree, fast for thousands of steps.
    """
    a_values, b_values = polynomial_values(formula.a, start, stop), polynomial_values(formula.b, start + 1, stop + 1)
    return _tree(a_values, b_values, _step_bits(formula, max(abs(start), abs(stop))))


def _step_bits(formula: PCF, n: int) -> int:
    """Return bits that hold |a_k| + |b_{k+1}| for all |k| <= n."""
    return _bits(formula.a, n) + _bits(formula.b, n + 1)


@lru_cache(maxsize=1024)
def _bits(coefficients: tuple[int, ...], n: int) -> int:
    """Return bits that hold |p(k)| for all |k| <= n."""
    largest: int = sum(map(abs, coefficients)) * max(n, 1) ** (len(coefficients) - 1)
    return largest.bit_length()


def _tree(a_values: list[int], b_values: list[int], bits: int) -> Matrix:
    """Return the product of the steps ((a, b), (1, 0)) in order, by a product tree over short runs.

    No |a| + |b| has more than `bits` bits.
    """
    leaves = [_run(a_values[k : k + LEAF], b_values[k : k + LEAF], bits) for k in range(0, len(a_values), LEAF)]
    while len(leaves) > 1:
        pairs = zip(leaves[::2], leaves[1::2], strict=False)
        leaves = [_product(left, right) for left, right in pairs] + ([leaves[-1]] if len(leaves) % 2 else [])
    return leaves[0] if leaves else IDENTITY


def _run(a_values: list[int], b_values: list[int], bits: int) -> Matrix:
    """Return the product of a short run of steps, at least one, by the recurrence.

    Both rows are carried by one integer, upper + lower 2^slot, which halves the number of operations. Entries stay
    below 2^(slot - 1), since the norm of a step is at most |a| + |b|.
    """
    slot = len(a_values) * bits + 2
    steps = zip(a_values, b_values, strict=True)
    a_first, b_first = next(steps)
    left, right = (mpz(1) << slot) + a_first, mpz(b_first)
    for a_k, b_next in steps:
        left, right = a_k * left + right, b_next * left
    half = mpz(1) << (slot - 1)
    p, p_before = f_mod_2exp(left + half, slot) - half, f_mod_2exp(right + half, slot) - half
    return p, p_before, (left - p) >> slot, (right - p_before) >> slot


def _product(left: Matrix, right: Matrix) -> Matrix:
    (a, b, c, d), (e, f, g, h) = left, right
    return a * e + b * g, a * f + b * h, c * e + d * g, c * f + d * h


@dataclass(frozen=True, slots=True)
class Convergent:
    """p_n, q_n as the recurrence gives them, with the pair before; p_{-1} = 1, q_{-1} = 0."""

    n: int
    p: mpz
    q: mpz
    p_before: mpz
    q_before: mpz

    def gcd(self) -> mpz:
        """Return g_n = gcd(p_n, q_n), positive."""
        return gcd(self.p, self.q)


class FirstSteps:
    """Exact products of the first steps of one formula, to each of `depths` (increasing, >= 0), made when asked for."""

    def __init__(self, formula: PCF, depths: tuple[int, ...]) -> None:
        self.formula = formula
        self.depths = depths
        self._products: list[Matrix] = []

    def product(self, index: int) -> Matrix:
        """Return (p_{n-1}, b_n p_{n-2}, q_{n-1}, b_n q_{n-2}), that is `step_matrix` from 0 to n = depths[index]."""
        while len(self._products) <= index:
            reached = len(self._products)
            start, stop = self._segment(reached)
            a, b = self.formula.a, self.formula.b
            steps = _tree(values(a, start, stop), values(b, start + 1, stop + 1), _step_bits(self.formula, stop))
            self._products.append(_product(self._products[-1], steps) if reached else steps)
        return self._products[index]

    def log2_determinant(self, index: int) -> float:
        """Return log2|b_1 ... b_n| at n = depths[index], the determinant of the product; no b_k may be zero."""
        segments = (self._segment(k) for k in range(index + 1))
        return sum(log2_size(self.formula.b, start + 1, stop + 1) for start, stop in segments)

    def _segment(self, index: int) -> tuple[int, int]:
        return (self.depths[index - 1] if index else 0), self.depths[index]

    def convergent(self, index: int) -> Convergent:
        """Return the convergent at n = depths[index], by u_n = a_n u_{n-1} + b_n u_{n-2}."""
        p, p_next, q, q_next = self.product(index)
        n = self.depths[index]
        a_n = self.formula.a_at(n)
        return Convergent(n, a_n * p + p_next, a_n * q + q_next, p, q)


def convergents(formula: PCF, depths: tuple[int, ...]) -> Iterator[Convergent]:
    """Yield the exact convergents at `depths` (increasing, >= 0)."""
    steps = FirstSteps(formula, depths)
    return (steps.convergent(index) for index in range(len(depths)))


@lru_cache(maxsize=1024)
def values(coefficients: tuple[int, ...], start: int, stop: int) -> list[int]:
    """Return `polynomial_values`, kept for the next formula with the same polynomial; not to be changed."""
    return polynomial_values(coefficients, start, stop)


@lru_cache(maxsize=1024)
def log2_size(coefficients: tuple[int, ...], start: int, stop: int) -> float:
    """Return log2|p(start) ... p(stop - 1)|, no factor zero."""
    factors = values(coefficients, start, stop)
    try:
        return float(np.log2(np.abs(np.array(factors, dtype=np.float64))).sum())
    except OverflowError:  # an integer beyond the range of a double
        return math.fsum(math.log2(abs(factor)) for factor in factors)


def log_abs(value: mpz) -> float:
    """Return log|value| of an integer, not zero."""
    beyond = max(0, value.bit_length() - 64)
    return float(math.log(abs(value) >> beyond) + beyond * LOG_2)
