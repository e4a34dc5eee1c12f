"""Formulas that the catalogue does not hold yet, straight into its tables by COPY: the way of nearly every chunk.

Nothing is staged, joined or merged, so this takes a fraction of what `ingest` needs where some are known. Whoever
calls must be ready for psycopg.errors.UniqueViolation: another transaction may store one of them at this moment.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import psycopg
from numpy.typing import NDArray

from catalog.database.blocks import Blocks
from catalog.database.copying import Field, binaries, copy_into, integers, texts
from catalog.store.formula_rows import FormulaRows

SQL = Blocks(__file__)

KEY_BYTES = 32


def known_ids(cursor: psycopg.Cursor, keys: Sequence[bytes]) -> dict[bytes, int]:
    """Return the numbers of those of many keys that the catalogue holds."""
    return {keys[index]: number for index, number in cursor.execute(SQL["known_indices"], _of_keys(keys))}


def resolve_keys(cursor: psycopg.Cursor, keys: Collection[bytes]) -> None:
    """Tie mirrors and inflations that wait for canonical formulas of these keys to those that are there."""
    cursor.execute(SQL["resolve_keys"], _of_keys(keys))


def _of_keys(keys: Collection[bytes]) -> dict[str, object]:
    # One string of bytes: an array of them would be written and read item by item.
    return {"keys": b"".join(keys), "count": len(keys), "width": KEY_BYTES}


def new_ids(cursor: psycopg.Cursor, count: int) -> tuple[NDArray[np.int64], int]:
    """Return the numbers for `count` formulas, in order, shape (count,), and the number of the transaction."""
    row = cursor.execute(SQL["new_ids"], {"count": count}).fetchone()
    assert row is not None
    return np.array(row[0], np.int64), int(row[1])


def store_new(cursor: psycopg.Cursor, rows: FormulaRows, known: dict[bytes, int]) -> tuple[NDArray[np.int64], int]:
    """Store formulas, no two of them the same; returns their numbers (n,) and that of the current transaction.

    `known` holds the numbers of those of their canonical formulas that the catalogue has. Raises UniqueViolation.
    """
    ids, transaction = new_ids(cursor, len(rows))
    canonical_ids = _canonical_ids(rows, ids, known)
    columns = {
        "id": integers(ids, ">i8"),
        "canonical_id": integers(canonical_ids, ">i8"),
        "kind": texts([rows.kind] * len(rows)),
        "evaluator_version": integers(np.full(len(rows), rows.evaluator_version)),
        **rows.fields(),
    }
    copy_into(cursor, "formula", columns)
    _await_canonical(cursor, rows, ids, canonical_ids)
    if rows.vectors is not None:
        _store_vectors(cursor, rows, ids)
    return ids, transaction


def _canonical_ids(rows: FormulaRows, ids: NDArray[np.int64], known: dict[bytes, int]) -> list[int | None]:
    """Return the numbers of the canonical formulas of mirrors and inflations, where they are in the batch or known."""
    numbers = dict(zip(rows.keys, ids.tolist(), strict=True)) | known
    return [
        None if canonical else numbers.get(key)
        for key, canonical in zip(rows.canonical_keys, rows.canonical, strict=True)
    ]


def _await_canonical(
    cursor: psycopg.Cursor, rows: FormulaRows, ids: NDArray[np.int64], canonical_ids: Sequence[int | None]
) -> None:
    """Remember mirrors and inflations whose canonical formula is not there; tie those that waited for this batch."""
    waiting = [
        index
        for index, (canonical, number) in enumerate(zip(rows.canonical, canonical_ids, strict=True))
        if not canonical and number is None
    ]
    if waiting:
        keys = binaries([rows.canonical_keys[index] for index in waiting])
        copy_into(cursor, "canonical_pending", {"formula_id": integers(ids[waiting], ">i8"), "canonical_key": keys})
    resolve_keys(cursor, set(rows.canonical_keys))


def _store_vectors(cursor: psycopg.Cursor, rows: FormulaRows, ids: NDArray[np.int64]) -> None:
    assert rows.vectors is not None
    field = rows.vector_field()
    held = np.flatnonzero(field.lengths >= 0)
    columns = {
        "formula_id": integers(ids[held], ">i8"),
        "vector_version": integers(np.full(len(held), rows.vector_version), ">i2"),
        "vector": Field(field.lengths[held], field.data),
    }
    copy_into(cursor, "formula_vector", columns)
