"""Rational and infinite limits of formulas that are equivalent to one of low degree with an exact closed form.

The tail of such a formula need not be rational: its closed form may be a dihedral case of Gauss's function
(`closed_forms/multiple_angles.py`), and a map of the limits may take that value to zero or infinity.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import islice

from catalog.formulas.pcf import PCF
from indexer.mathematics.closed_forms.equation import equation
from indexer.mathematics.closed_forms.exact import INFINITE, Infinite, exact_limit
from indexer.mathematics.equivalence.decision import no_limit, relate
from indexer.mathematics.numbers.fractions import as_fraction
from indexer.mathematics.proofs.descent import descents
from indexer.mathematics.proofs.proving import MAX_DESCENTS


def rational_by_equivalence(formula: PCF) -> Fraction | Infinite | None:
    """Return a rational or infinite limit that an equivalence to a formula of low degree proves, None without one.

    A formula of low degree has its own closed form, and is not asked about.
    """
    if no_limit(formula) is not None or equation(formula) is not None:
        return None
    for _, other in islice(descents(formula), MAX_DESCENTS):
        found = equation(other)
        value = None if found is None else exact_limit(found)
        if value is None or not (isinstance(value, Infinite) or value.rational):
            continue
        decided = relate(formula, other).equivalence
        if decided is not None:
            return _mapped(decided.map, value if isinstance(value, Infinite) else as_fraction(value.p))
    return None


def _mapped(coefficients: tuple[int, int, int, int], value: Fraction | Infinite) -> Fraction | Infinite:
    """Return (x + y L)/(z + w L)."""
    x, y, z, w = coefficients
    above, below = (Fraction(y), Fraction(w)) if isinstance(value, Infinite) else (x + y * value, z + w * value)
    return above / below if below else INFINITE
