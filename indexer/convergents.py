"""Exact convergents p_n/q_n of a PCF and gcd(p_n, q_n), in big integers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from gmpy2 import gcd, mpz

from catalog.formula import PCF

Matrix = tuple[mpz, mpz, mpz, mpz]
"""A two by two matrix of exact integers, row by row."""

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
    values = []
    for n_exact in range(start, stop):
        value = 0
        for c in reversed(coefficients):
            value = value * n_exact + c
        values.append(value)
    return values


def step_matrix(formula: PCF, start: int, stop: int) -> Matrix:
    """Return the exact product over k = start..stop-1 of ((a_k, b_{k+1}), (1, 0)), row by row.

    It takes (x_stop, 1) to numerator and denominator of x_start. By a product tree, fast for thousands of steps.
    """
    return _tree(polynomial_values(formula.a, start, stop), polynomial_values(formula.b, start + 1, stop + 1))


def _tree(a_values: list[int], b_values: list[int]) -> Matrix:
    """Return the product of the steps ((a, b), (1, 0)) in order, by a product tree over short runs."""
    leaves = [_run(a_values[k : k + LEAF], b_values[k : k + LEAF]) for k in range(0, len(a_values), LEAF)]
    while len(leaves) > 1:
        pairs = zip(leaves[::2], leaves[1::2], strict=False)
        leaves = [_product(left, right) for left, right in pairs] + ([leaves[-1]] if len(leaves) % 2 else [])
    return leaves[0] if leaves else (mpz(1), mpz(0), mpz(0), mpz(1))


def _run(a_values: list[int], b_values: list[int]) -> Matrix:
    """Return the product of a short run of steps, at least one, by the recurrence."""
    steps = zip(a_values, b_values, strict=True)
    a_first, b_first = next(steps)
    p, p_before, q, q_before = mpz(a_first), mpz(b_first), mpz(1), mpz(0)
    for a_k, b_next in steps:
        p, p_before = a_k * p + p_before, b_next * p
        q, q_before = a_k * q + q_before, b_next * q
    return p, p_before, q, q_before


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


def convergents(formula: PCF, depths: tuple[int, ...]) -> Iterator[Convergent]:
    """Yield the exact convergents at `depths` (increasing, >= 0), by u_n = a_n u_{n-1} + b_n u_{n-2}."""
    a_values, b_values = values_from_zero(formula.a, depths[-1] + 1), values_from_zero(formula.b, depths[-1] + 1)
    p, p_next, q, q_next = mpz(1), mpz(0), mpz(0), mpz(1)  # p_{n-1}, b_n p_{n-2}, the same of q, at n = 0
    at = 0
    for n in depths:
        p, p_next, q, q_next = _product((p, p_next, q, q_next), _tree(a_values[at:n], b_values[at + 1 : n + 1]))
        at, a_n = n, a_values[n]
        yield Convergent(n, a_n * p + p_next, a_n * q + q_next, p, q)


@lru_cache(maxsize=256)
def values_from_zero(coefficients: tuple[int, ...], stop: int) -> list[int]:
    """Return p(0), ..., p(stop - 1), kept for the next formula with the same polynomial; not to be changed."""
    return polynomial_values(coefficients, 0, stop)
