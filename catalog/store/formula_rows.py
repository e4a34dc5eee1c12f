"""Formulas as rows of the catalogue, column by column, and the columns as they go over the wire."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catalog.database.copying import Field, binaries, booleans, floats, integers, numeric_arrays, texts, vectors
from catalog.vocabulary import METRICS

TEXT_COLUMNS = (
    "status",
    "status_reason",
    "convergence_class",
    "limit_value",
    "bound_kind",
    "limit_exact",
    "factorial_reduction",
    "metrics_reason",
    "family",
    "closed_form",
    "closed_form_theorem",
    "evaluation_error",
)
INTEGER_COLUMNS = ("limit_digits",)
FLOAT_COLUMNS = (
    "limit_error_log10",
    "limit_float8",
    *METRICS,
)
Column = Sequence[Any] | NDArray[Any]


@dataclass
class FormulaRows:
    """n formulas, column by column; element i of every column belongs to formula i.

    `keys` are those of the formulas, `canonical_keys` of their canonical formulas (their own where canonical).
    `columns` are the further columns of table `formula` by name: text and integer ones as sequences with None for
    NULL, float ones as anything numpy turns into float64, where None and what is not finite become NULL. `status` is
    required, others may be left out. `vectors` is (n, dimension); a row that is not finite is not stored.
    """

    a: Sequence[Sequence[int]]
    b: Sequence[Sequence[int]]
    keys: Sequence[bytes]
    canonical_keys: Sequence[bytes]
    columns: Mapping[str, Column]
    evaluator_version: int
    vectors: NDArray[np.float32] | None = None
    vector_version: int = 0
    kind: str = "pcf"

    def __post_init__(self) -> None:
        """Raise ValueError for a column that is unknown or of another length."""
        if unknown := set(self.columns).difference(TEXT_COLUMNS, INTEGER_COLUMNS, FLOAT_COLUMNS):
            raise ValueError(f"unknown columns {sorted(unknown)}")
        if "status" not in self.columns:
            raise ValueError("the column status is missing")
        columns: dict[str, Column] = {"a": self.a, "b": self.b, "canonical_keys": self.canonical_keys}
        columns |= self.columns
        if self.vectors is not None:
            columns["vectors"] = self.vectors
        for name, column in columns.items():
            if len(column) != len(self.keys):
                raise ValueError(f"column {name} has another length than keys")

    def __len__(self) -> int:
        """Return the number of formulas."""
        return len(self.keys)

    @property
    def canonical(self) -> list[bool]:
        """Whether each formula is its own canonical formula."""
        return [own is other or own == other for own, other in zip(self.keys, self.canonical_keys, strict=True)]

    def fields(self) -> dict[str, Field]:
        """Return the columns that are the same in table `formula` and where batches are staged."""
        return {
            "key": binaries(self.keys),
            "is_canonical": booleans(self.canonical),
            "a": numeric_arrays(self.a),
            "b": numeric_arrays(self.b),
            "complexity": integers([_size(tuple(a)) + _size(tuple(b)) for a, b in zip(self.a, self.b, strict=True)]),
            **dict(self._further_fields()),
        }

    def _further_fields(self) -> Iterator[tuple[str, Field]]:
        """Return the columns that are not NULL throughout."""
        for name, values in self.columns.items():
            if all(value is None for value in values):
                continue
            if name in FLOAT_COLUMNS:
                yield name, floats(values)
            elif name in TEXT_COLUMNS:
                yield name, texts(list(values))
            else:
                yield name, integers(values)

    def vector_field(self) -> Field:
        """Return the vectors (n,), NULL where one is not finite; there must be some."""
        assert self.vectors is not None
        return vectors(self.vectors, np.array(~np.isfinite(self.vectors).all(axis=1), dtype=bool))


@lru_cache(maxsize=2**16)  # formulas of a space share their polynomials
def _size(polynomial: tuple[int, ...]) -> int:
    """Return the polynomial's part of `catalog.formulas.pcf.PCF.complexity`."""
    return sum(int(c).bit_length() for c in polynomial) + len(polynomial) - 1
