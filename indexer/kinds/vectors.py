"""What neighbour vectors of all kinds have in common: their version and their dimension."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

VECTOR_VERSION = 2
"""Version of the coordinates; vectors of different versions are not comparable."""

DIMENSION = 10
"""Coordinates of a vector."""

Vector = npt.NDArray[np.float32]
"""One vector, shape (DIMENSION,), or several, shape (n, DIMENSION)."""
