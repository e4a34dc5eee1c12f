"""Buckets: what all equivalent formulas have in common, as a few bytes, for many formulas at once."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from catalog.formulas.pcf import PCF
from indexer.mathematics.equivalence.curvature import traces
from indexer.mathematics.equivalence.invariants import bucket_key

BUCKET_BYTES = 14
"""Length of a bucket."""


def buckets(formulas: Sequence[PCF]) -> list[bytes]:
    """Return the bucket of each formula: a hash of its `bucket_key` and the traces of its p-curvatures.

    The formulas must converge without terminating. Equivalent formulas (one step for one step) share the bucket unless
    U or a determinant is singular modulo a prime of `curvature.py` where it is looked at; others seldom do.
    """
    found = zip(formulas, traces(formulas), strict=True)
    texts = (f"{bucket_key(formula)} {kept}" for formula, kept in found)
    return [hashlib.sha256(text.encode()).digest()[:BUCKET_BYTES] for text in texts]
