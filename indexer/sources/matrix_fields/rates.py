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


def rate_of(formula: PCF) -> float | None:
    """Return the natural logarithm of the factor by which the errors of a formula fall; None where they fall faster."""
    growth = exponents(formula)
    return None if growth is None or growth.convergence_eta != 0 else abs(growth.convergence_gamma)


def _log_growth(alpha: Sequence[int], beta: Sequence[int], tau: complex) -> float:
    """Return the sum over the components, x log|1 + tau/x| each; a component 0 adds nothing."""
    terms = [(1, x) for x in alpha if x] + [(-1, x) for x in beta if x]
    return sum(sign * x * log(abs(1 + tau / x)) for sign, x in terms)
