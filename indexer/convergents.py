"""Exact convergents p_n/q_n of a PCF and gcd(p_n, q_n), in big integers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from gmpy2 import gcd, mpz

from catalog.formula import PCF

LEAF = 24
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


def step_matrix(formula: PCF, start: int, stop: int) -> tuple[mpz, mpz, mpz, mpz]:
    """Return the exact product over k = start..stop-1 of ((a_k, b_{k+1}), (1, 0)), row by row.

    It takes (x_stop, 1) to numerator and denominator of x_start. By a product tree, fast for thousands of steps.
    """
    a_values = polynomial_values(formula.a, start, stop)
    b_values = polynomial_values(formula.b, start + 1, stop + 1)
    leaves = [_run(a_values[k : k + LEAF], b_values[k : k + LEAF]) for k in range(0, stop - start, LEAF)]
    while len(leaves) > 1:
        pairs = zip(leaves[::2], leaves[1::2], strict=False)
        leaves = [_product(left, right) for left, right in pairs] + ([leaves[-1]] if len(leaves) % 2 else [])
    return leaves[0] if leaves else (mpz(1), mpz(0), mpz(0), mpz(1))


def _run(a_values: list[int], b_values: list[int]) -> tuple[mpz, mpz, mpz, mpz]:
    """Return the product of a short run of steps, by the recurrence."""
    p, p_before, q, q_before = mpz(1), mpz(0), mpz(0), mpz(1)
    for a_k, b_next in zip(a_values, b_values, strict=True):
        p, p_before = a_k * p + p_before, b_next * p
        q, q_before = a_k * q + q_before, b_next * q
    return p, p_before, q, q_before


def _product(left: tuple[mpz, mpz, mpz, mpz], right: tuple[mpz, mpz, mpz, mpz]) -> tuple[mpz, mpz, mpz, mpz]:
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
    steps = depths[-1] + 1
    a_values, b_values = polynomial_values(formula.a, 0, steps), polynomial_values(formula.b, 0, steps)
    p, q, p_before, q_before = mpz(a_values[0]), mpz(1), mpz(1), mpz(0)
    at = 1
    for depth in depths:
        while at <= depth:  # short runs by themselves, so that few products are of big integers
            stop = min(at + LEAF, depth + 1)
            m, m_before, k, k_before = _forward_run(a_values[at:stop], b_values[at:stop])
            p, p_before = m * p + k * p_before, m_before * p + k_before * p_before
            q, q_before = m * q + k * q_before, m_before * q + k_before * q_before
            at = stop
        yield Convergent(depth, p, q, p_before, q_before)


def _forward_run(a_values: list[int], b_values: list[int]) -> tuple[mpz, mpz, mpz, mpz]:
    """Return m, m', k, k' with u_n = m u_0 + k u_{-1} and u_{n-1} = m' u_0 + k' u_{-1} after a short run of steps."""
    m, m_before, k, k_before = mpz(1), mpz(0), mpz(0), mpz(1)
    for a_n, b_n in zip(a_values, b_values, strict=True):
        m, m_before = a_n * m + b_n * m_before, m
        k, k_before = a_n * k + b_n * k_before, k
    return m, m_before, k, k_before
