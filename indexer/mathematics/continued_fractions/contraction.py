"""By how much a step back along the tail shrinks an error: estimates in double precision, to choose depths by."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from catalog.formulas.pcf import PCF

SUMMED_STEPS, SUMMED_MARKS = 1 << 14, 256
"""Steps up to which an estimate is summed, and the parts in which more of them are."""

Floats = npt.NDArray[np.float64]


def log2_contraction(formula: PCF, start: int, stop: int) -> Floats:
    """Return an estimate of log2 of the factor by which the step from x_{n+1} to x_n shrinks an error.

    For n = start..stop-1, shape (stop - start,), never positive; it never bounds an error. The leading coefficient of a
    is positive, and the tail regular there.
    """
    n = np.arange(start, stop + 1, dtype=np.float64)
    log_a = log2_abs(formula.a, n)
    return _shrunk(formula, log_a[:-1] + log_a[1:], n[1:])


def log2_contracted(formula: PCF, start: int, stop: int) -> float:
    """Return the sum of `log2_contraction`, of many steps by the trapezoidal rule."""
    if stop - start <= SUMMED_STEPS:
        return float(np.sum(log2_contraction(formula, start, stop)))
    marks = geometric(start, stop, SUMMED_MARKS)
    at = log2_contraction_at(formula, marks)
    return float((at[:-1] + at[1:]) / 2 @ np.diff(marks))


def log2_contraction_at(formula: PCF, n: list[int]) -> Floats:
    """Return the same for the single steps to x_n at some n, shape (len(n),)."""
    at = np.array(n, dtype=np.float64)
    log_a = log2_abs(formula.a, np.concatenate((at, at + 1)))
    return _shrunk(formula, log_a[: len(n)] + log_a[len(n) :], at + 1)


def _shrunk(formula: PCF, log_a: Floats, n: Floats) -> Floats:
    """Return log2 of the factor from log2 |a_{n-1} a_n|, for the step to x_{n-1}."""
    ratio = np.exp2(np.clip(log2_abs(formula.b, n) - log_a + 2, -1000, 1000))
    signed = ratio if formula.b[-1] > 0 else -ratio
    root = np.sqrt(np.maximum(1 + signed, 0))
    return np.asarray(np.minimum(np.log2(ratio) - 2 * np.log2(1 + root), 0))


def geometric(start: int, stop: int, steps: int = 8) -> list[int]:
    """Return a few integers from `start` to about `stop`, in geometric progression."""
    ratio = max(1.0, stop / max(start, 1)) ** (1 / steps)
    return [start + math.floor(max(start, 1) * (ratio**k - 1)) for k in range(steps + 1)]


def log2_abs(coefficients: tuple[int, ...], n: Floats) -> Floats:
    """Return log2|p(n)| for n > 0 without overflow at any degree or coefficient; shape of n."""
    scale = max(abs(c).bit_length() for c in coefficients)
    degree = len(coefficients) - 1
    inverse = 1 / np.maximum(n, 0.5)
    value = np.zeros_like(n)
    for c in coefficients:  # Horner in 1/n of 2^-scale n^-degree p(n)
        value = value * inverse + c / (1 << scale)
    with np.errstate(divide="ignore"):
        logs = np.log2(np.abs(value))
    return np.asarray(np.maximum(logs, -1000) + scale - degree * np.log2(inverse))
