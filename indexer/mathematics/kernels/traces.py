"""What `equivalence.curvature` computes in numpy, by the kernels: the same residues."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import numpy as np

from catalog.formulas.pcf import PCF
from indexer.mathematics.kernels.arrays import Integers, integers
from indexer.mathematics.kernels.library import Kernels


def traces_and_determinants(kernels: Kernels, formulas: Sequence[PCF], prime: int, start: int) -> Integers | None:
    """Return the trace and determinant of each product of p steps from `start` i on, shape (n, 4), real part first.

    None where the kernels are made for another prime.
    """
    polynomials = [polynomial for formula in formulas for polynomial in (formula.a, formula.b)]
    coefficients = np.array([c % prime for c in chain.from_iterable(polynomials)], dtype=np.int64)
    lengths = np.array([len(polynomial) for polynomial in polynomials], dtype=np.int64)
    found = np.zeros((len(formulas), 4), dtype=np.int64)
    done = kernels.functions.formulary_traces(
        integers(coefficients), integers(lengths), len(formulas), prime, start % prime, integers(found)
    )
    return found if done else None
