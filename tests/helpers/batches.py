"""Batches of formulas as a test stores them."""

from __future__ import annotations

import numpy as np
import psycopg

from catalog.formulas.pcf import PCF
from catalog.store.formula_rows import FormulaRows

BROUNCKER = PCF((1, 2), (0, 0, 1))
GOLDEN = PCF((1,), (1,))


def batch(*formulas: PCF, **columns: list[object]) -> FormulaRows:
    """Formulas that converge to something unknown, with the given columns besides."""
    n = len(formulas)
    return FormulaRows(
        a=[f.a for f in formulas],
        b=[f.b for f in formulas],
        keys=[f.key for f in formulas],
        canonical_keys=[f.canonical()[0].key for f in formulas],
        columns={"status": ["converges"] * n} | columns,
        evaluator_version=1,
        vectors=np.arange(3 * n, dtype=np.float32).reshape(n, 3),
        vector_version=1,
    )


def one(connection: psycopg.Connection, query: str) -> object:
    """The first column of the only row."""
    row = connection.execute(query).fetchone()  # type: ignore[arg-type]
    assert row is not None
    return row[0]
