"""The labelled formulas: those whose limit is verified to be made of a named constant, by place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import psycopg
from numpy.typing import NDArray

from catalog.database.blocks import block
from catalog.formulas.pcf import PCF


@dataclass(frozen=True)
class LabelledPlace:
    """A place at which a constant was verified; `vector` is float32 (dimension,)."""

    formula_id: int
    formula: PCF
    constant: str
    vector: NDArray[np.float32]


def labelled_places(connection: psycopg.Connection, vector_version: int) -> list[LabelledPlace]:
    """Each place and constant once, with one formula there."""
    with connection.transaction():
        rows = connection.execute(block("labelled_places"), {"vector_version": vector_version}).fetchall()
    return [
        LabelledPlace(number, PCF(tuple(map(int, a)), tuple(map(int, b))), constant, np.array(vector, dtype=np.float32))
        for number, a, b, constant, vector in rows
    ]
