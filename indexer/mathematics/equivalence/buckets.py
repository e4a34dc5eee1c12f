"""Buckets: what all equivalent formulas have in common, as a few bytes, for many formulas at once."""

from __future__ import annotations

from collections.abc import Sequence

from catalog.formulas.pcf import PCF
from indexer.mathematics.equivalence.curvature import PRIME, traces
from indexer.mathematics.equivalence.invariants import bucket_key

NO_TRACE = (PRIME, PRIME)
"""Stands for the trace of a formula whose determinant vanishes modulo the prime."""


def buckets(formulas: Sequence[PCF]) -> list[bytes]:
    """Return the bucket of each formula, 14 bytes: its `bucket_key`, and the trace of its p-curvature.

    The formulas must converge without terminating. Equivalent formulas (one step for one step) share the bucket unless
    U is singular modulo the prime of `curvature.py` wherever it is looked at; others seldom do.
    """
    found = zip(formulas, traces(formulas), strict=True)
    return [bytes.fromhex(bucket_key(formula)) + bytes(trace or NO_TRACE) for formula, trace in found]
