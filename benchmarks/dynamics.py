"""log|q_n| and log|L - p_n/q_n| for a batch of formulas in double precision, without big integers.

With the tail x_{n+1} and the scaled forward recurrence of q,

    log|L - p_n/q_n| = sum_{k<=n+1} log|b_k| - log|q_n| - log|q_n x_{n+1} + b_{n+1} q_{n-1}|.

The tail is had by the backward recurrence from the dominant root, started where it contracts the error of that start
away; for the slow classes, where no depth does, from the tail's own series (`continued_fractions.tail`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from catalog.formulas.pcf import PCF
from indexer.mathematics.continued_fractions.asymptotics import EXPONENTIAL, SUPER, classify_batch, degrees
from indexer.mathematics.continued_fractions.tail import Tail

FloatArray = npt.NDArray[np.float64]

START_FACTOR = 2
"""The backward recurrence starts at this many times the largest depth asked for."""

START_BITS = 60
"""Bits by which the steps back must shrink the error of the start, else the tail's series is used."""

RESCALE = 8
"""Steps between two rescalings of the recurrences; q grows by less than 2^100 a step for what fits a double."""


@dataclass(frozen=True, slots=True)
class Dynamics:
    """log|q_n| and log|L - p_n/q_n|, natural logarithms, shape (formulas, depths); -inf and nan where q_n = 0."""

    log_q: FloatArray
    log_error: FloatArray


def dynamics(a: npt.NDArray[np.int64], b: npt.NDArray[np.int64], depths: tuple[int, ...]) -> Dynamics:
    """Return the dynamics of formulas that converge to a finite limit without terminating.

    `a`, `b` have shapes (formulas, any), constant term first, zero padded; `depths` are increasing and >= 1. Agrees
    with exact arithmetic to about 1e-10 where values fit a double (degree <= 4 and coefficients <= 10^6, say).
    """
    last = depths[-1]
    start = START_FACTOR * last
    a_values, b_values = _values(a, start + 1), _values(b, start + 2)
    log_b = np.cumsum(np.log(np.abs(b_values[:, 1 : last + 2])), axis=1)
    tails = _tails(a, b, a_values, b_values, depths)
    log_q = np.empty((len(a), len(depths)))
    log_error = np.empty_like(log_q)
    q, q_before, scale = np.ones(len(a)), np.zeros(len(a)), np.zeros(len(a))
    column = 0
    for n in range(1, last + 1):
        q, q_before = a_values[:, n] * q + b_values[:, n] * q_before, q
        if n % RESCALE == 0 or n == depths[column]:
            size = np.maximum(np.abs(q), np.abs(q_before))
            q, q_before, scale = q / size, q_before / size, scale + np.log(size)
        if n == depths[column]:
            with np.errstate(divide="ignore", invalid="ignore"):
                log_q[:, column] = np.log(np.abs(q)) + scale
                combined = np.log(np.abs(q * tails[:, column] + b_values[:, n + 1] * q_before)) + scale
                log_error[:, column] = log_b[:, n] - log_q[:, column] - combined
            column += 1
    return Dynamics(log_q, log_error)


def _values(coefficients: npt.NDArray[np.int64], stop: int) -> FloatArray:
    """Return p(0), ..., p(stop - 1) for each row of coefficients; shape (rows, stop)."""
    n = np.arange(stop, dtype=np.float64)
    table = np.zeros((len(coefficients), stop))
    for k in range(coefficients.shape[1] - 1, -1, -1):
        table = table * n + coefficients[:, k, None]
    return table


def _tails(
    a: npt.NDArray[np.int64],
    b: npt.NDArray[np.int64],
    a_values: FloatArray,
    b_values: FloatArray,
    depths: tuple[int, ...],
) -> FloatArray:
    """Return x_{n+1} for n in depths, shape (formulas, depths)."""
    start, last = a_values.shape[1] - 1, depths[-1]
    result = np.empty((len(a), len(depths)))
    root = np.sqrt(np.maximum(a_values[:, start] ** 2 + 4 * b_values[:, start + 1], 0))
    x = (a_values[:, start] + np.copysign(root, a_values[:, start])) / 2
    wanted = {n + 1: column for column, n in enumerate(depths)}
    gained = np.zeros(len(a))
    for n in range(start - 1, depths[0], -1):
        with np.errstate(divide="ignore", invalid="ignore"):
            before, x = x, a_values[:, n] + b_values[:, n + 1] / x
            if n > last:
                gained -= np.log2(np.abs(b_values[:, n + 1] / (x * before)))
        if n in wanted:
            result[:, wanted[n]] = x
    fast = np.isin(classify_batch(a, b), (SUPER, EXPONENTIAL))
    slow = np.flatnonzero(~(fast & (gained > START_BITS) & np.isfinite(result).all(axis=1)))
    for row in slow:
        result[row] = _exact_tails(a[row], b[row], depths)
    return result


def _exact_tails(a: npt.NDArray[np.int64], b: npt.NDArray[np.int64], depths: tuple[int, ...]) -> list[float]:
    """Return the same for one formula by its enclosed or agreeing tail."""
    deg_a, deg_b = (int(degrees(row[None, :])[0]) for row in (a, b))
    tail = Tail(PCF(tuple(a[: deg_a + 1].tolist()), tuple(b[: deg_b + 1].tolist())))
    values = (tail.at(n + 1, START_BITS) for n in depths)
    return [float(value.numerator / value.denominator) for value in values]
