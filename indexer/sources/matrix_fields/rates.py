"""How fast a trajectory converges, from its direction alone: the exact rate by saddle points, without walking.

Along a direction with components alpha_i, beta_j of a pFq field the solutions grow like lambda^n, up to powers of n and
of n!, with

    log|lambda| = sum alpha_i log|1 + tau/alpha_i| - sum beta_j log|1 + tau/beta_j| (+ constants common to all)

at the roots tau of z prod(alpha_i + tau) = tau prod(beta_j + tau): the saddle points of the summand of pFq. The error
of the n-th convergent falls like the quotient of the two largest.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import log

import numpy as np
from numpy.polynomial import polynomial
from numpy.typing import NDArray

from catalog.formulas.pcf import PCF
from indexer.mathematics.continued_fractions.asymptotics import exponents

Logs = NDArray[np.float64]

DOUBLE_ROOT = 1e-9
"""Difference of two logarithms below which the rate is taken for 0."""


def growth_rates(alpha: Sequence[int], beta: Sequence[int], z: Fraction) -> Logs:
    """Return log|lambda| of all saddle points of a direction, in descending order.

    Where p = q + 1 and z = 1 the powers of the highest degree cancel and there is one saddle point less. None at all
    where an upper and a lower component are equal and not 0: the solutions then part by powers that this leaves out.
    """
    if any(component in beta for component in alpha if component):
        return np.array([])
    left = polynomial.polyfromroots([-a for a in alpha]) * float(z)  # exact for the small integers of a direction
    right = polynomial.polyfromroots([0, *(-b for b in beta)])
    difference = polynomial.polysub(left, right)
    difference = np.trim_zeros(difference, "b")
    if len(difference) < 2:
        return np.array([])
    return np.sort(np.array([_log_growth(alpha, beta, root) for root in polynomial.polyroots(difference)]))[::-1]


def rate(alpha: Sequence[int], beta: Sequence[int], z: Fraction) -> float | None:
    """Return the natural logarithm of the factor by which errors fall in a step; None where there are not two saddles.

    0 where the two largest are equal: a double root, or the complex ones of a trajectory that diverges.
    """
    logs = growth_rates(alpha, beta, z)
    if len(logs) < 2 or not np.isfinite(logs[:2]).all():
        return None
    found = float(logs[0] - logs[1])
    return found if found > DOUBLE_ROOT else 0.0


def recurrence_rate(alpha: Sequence[int], beta: Sequence[int], z: Fraction) -> float | None:
    """Return the same for the ratios of the minimal solution, of any rank: it and the next smallest saddle part.

    None where it is not known, or 0: the two are of one size.
    """
    logs = growth_rates(alpha, beta, z)
    if len(logs) < 2 or not np.isfinite(logs[-2:]).all():
        return None
    found = float(logs[-2] - logs[-1])
    return found if found > DOUBLE_ROOT else None


def rate_of(formula: PCF) -> float | None:
    """Return the natural logarithm of the factor by which the errors of a formula fall; None where they fall faster."""
    growth = exponents(formula)
    return None if growth is None or growth.convergence_eta != 0 else abs(growth.convergence_gamma)


def _log_growth(alpha: Sequence[int], beta: Sequence[int], tau: complex) -> float:
    """Return the sum over the components, x log|1 + tau/x| each; a component 0 adds nothing."""
    terms = [(1, x) for x in alpha if x] + [(-1, x) for x in beta if x]
    return sum(sign * x * log(abs(1 + tau / x)) for sign, x in terms)


def rates(alpha: NDArray[np.int64], beta: NDArray[np.int64], z: Fraction) -> Logs:
    """Return what `rate` does for many directions of a field with two saddles, 0 also where there are not two.

    Where an upper and a lower component are equal and not 0 it is not a number: the saddles do not tell.
    `alpha` has the shape (directions, p), `beta` (directions, q). Raises ValueError where the equation of the saddles
    has another degree than 2.
    """
    left, right = _from_roots(alpha), _from_roots(beta)
    right = np.concatenate([np.zeros((len(right), 1)), right], axis=1)
    width = max(left.shape[1], right.shape[1])
    difference = float(z) * _widened(left, width) - _widened(right, width)
    if width == 4 and z == 1:
        difference = difference[:, :3]
    elif width != 3:
        raise ValueError(f"the saddles of a field with {alpha.shape[1]} and {beta.shape[1]} axes are not two")
    c, b, a = difference.astype(np.complex128).T
    with np.errstate(divide="ignore", invalid="ignore"):
        root = np.sqrt(b * b - 4 * a * c)
        taus = np.stack([(-b + root) / (2 * a), (-b - root) / (2 * a)], axis=1)
        logs = _summed(taus, alpha) - _summed(taus, beta)
        found = np.abs(logs[:, 0] - logs[:, 1])
    shared = ((alpha[:, :, None] == beta[:, None, :]) & (alpha[:, :, None] != 0)).any(axis=(1, 2))
    return np.where(shared, np.nan, np.where(np.isfinite(found) & (found > DOUBLE_ROOT) & (a != 0), found, 0.0))


def _from_roots(components: NDArray[np.int64]) -> Logs:
    """Return the coefficients of prod (x + tau) for each row of components, constant first."""
    total = np.ones((len(components), 1))
    for column in components.T.astype(np.float64):
        zero = np.zeros((len(total), 1))
        total = np.concatenate([total * column[:, None], zero], axis=1) + np.concatenate([zero, total], axis=1)
    return total


def _widened(coefficients: Logs, width: int) -> Logs:
    return np.pad(coefficients, ((0, 0), (0, width - coefficients.shape[1])))


def _summed(taus: NDArray[np.complex128], components: NDArray[np.int64]) -> Logs:
    """Return the sums of x log|1 + tau/x| over each row of components, for each of its taus; 0 adds nothing."""
    x = components.astype(np.float64)[:, None, :]
    return np.asarray(np.where(x == 0, 0.0, x * np.log(np.abs(1 + taus[:, :, None] / np.where(x == 0, 1, x)))).sum(2))
