"""COPY in Postgres' binary format, packed and unpacked with numpy: whole columns at once, no Python object a field.

Format: https://www.postgresql.org/docs/current/sql-copy.html, section "Binary Format".
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Sequence, Sized
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import psycopg
from numpy.typing import ArrayLike, NDArray

HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
FLOAT4_OID = 700
GATHERED_BYTES = 2**20
"""Bytes of rows that are unpacked together."""
ARRAY_HEADER = np.array([1, 0, FLOAT4_OID], ">i4").tobytes()
"""One dimension, no NULLs, elements of type real; then follow the length and the lower bound."""
NUMERIC_OID = 1700
NUMERIC_BASE = 10_000
NUMERIC_NEGATIVE = 0x4000


@dataclass(frozen=True)
class Field:
    """One column of n rows as it goes over the wire: lengths in bytes, -1 for NULL, and the bytes one after another."""

    lengths: NDArray[np.int32]
    data: NDArray[np.uint8]


def fixed(values: NDArray[np.generic], null: NDArray[np.bool_] | None = None) -> Field:
    """Return a column of fixed width: an array (n,) of a big-endian type, or bytes (n, width) of dtype uint8."""
    rows = np.ascontiguousarray(values)
    rows = rows.view(np.uint8).reshape(len(rows), rows.size * rows.itemsize // max(len(rows), 1))
    lengths = np.full(len(rows), rows.shape[1], np.int32)
    if null is None or not null.any():
        return Field(lengths, rows.ravel())
    lengths[null] = -1
    return Field(lengths, rows[~null].ravel())


def floats(values: ArrayLike) -> Field:
    """Return a float8 column (n,); None and whatever is not finite become NULL."""
    numbers = np.asarray(values, dtype=np.float64)
    return fixed(numbers.astype(">f8"), ~np.isfinite(numbers))


def integers(values: Sequence[int | None] | NDArray[np.integer], kind: str = ">i4") -> Field:
    """Return an integer column (n,) of the given big-endian type; None becomes NULL."""
    if isinstance(values, np.ndarray):
        return fixed(values.astype(kind))
    if None not in values:
        return fixed(np.array(values, kind))
    null = np.fromiter((value is None for value in values), bool, len(values))
    return fixed(np.array([value or 0 for value in values], kind), null)


def booleans(values: ArrayLike) -> Field:
    """Return a boolean column (n,) without NULL."""
    return fixed(np.asarray(values, dtype=bool).astype(np.uint8))


def texts(values: Sequence[str | None]) -> Field:
    """Return a text column (n,); None becomes NULL."""
    joined = "".join([value for value in values if value])
    if joined.isascii():
        return _variable(_lengths(values), joined.encode())
    return binaries([None if value is None else value.encode() for value in values])


def binaries(values: Sequence[bytes | None]) -> Field:
    """Return a bytea column (n,); None becomes NULL."""
    return _variable(_lengths(values), b"".join([value for value in values if value]))


def _lengths(values: Sequence[Sized | None]) -> list[int]:
    return [-1 if value is None else len(value) for value in values]


def _variable(lengths: list[int], data: bytes) -> Field:
    return Field(np.array(lengths, np.int32), np.frombuffer(data, np.uint8))


def vectors(values: NDArray[np.float32], null: NDArray[np.bool_]) -> Field:
    """Return a real[] column from an array (n, dimension)."""
    count, dimension = values.shape
    record = np.zeros(count, [("header", "V12"), ("length", ">i4"), ("lower", ">i4"), ("item", _item(), (dimension,))])
    record["header"] = np.void(ARRAY_HEADER)
    record["length"], record["lower"] = dimension, 1
    record["item"]["width"], record["item"]["value"] = 4, values
    return fixed(record.view(np.uint8).reshape(count, record.itemsize), null)


def _item() -> np.dtype[np.void]:
    return np.dtype([("width", ">i4"), ("value", ">f4")])


def numeric_arrays(values: Sequence[Sequence[int]]) -> Field:
    """Return a numeric[] column (n,) of exact integers, none empty."""
    return binaries([_numeric_array(tuple(numbers)) for numbers in values])


@lru_cache(maxsize=2**16)  # formulas of a space share their polynomials
def _numeric_array(numbers: tuple[int, ...]) -> bytes:
    items = [struct.pack(">i", len(item)) + item for item in map(_numeric, numbers)]
    return struct.pack(">5i", 1, 0, NUMERIC_OID, len(items), 1) + b"".join(items)


def numerics(values: Sequence[int]) -> Field:
    """Return a numeric column (n,) of exact integers."""
    return binaries([_numeric(value) for value in values])


@lru_cache(maxsize=2**12)
def _numeric(number: int) -> bytes:
    """Return an integer as Postgres sends a numeric: how many digits to base 10000, the weight of the first,
    the sign, no decimals, and the digits.
    """
    digits, rest = [], abs(number)
    while rest:
        rest, digit = divmod(rest, NUMERIC_BASE)
        digits.append(digit)
    sign = NUMERIC_NEGATIVE if number < 0 else 0
    return struct.pack(f">4h{len(digits)}h", len(digits), max(len(digits) - 1, 0), sign, 0, *reversed(digits))


def pack(fields: Sequence[Field]) -> bytes:
    """Return the rows of these columns, as COPY FROM STDIN (FORMAT binary) reads them."""
    count = len(fields[0].lengths)
    if any(len(field.lengths) != count for field in fields):
        raise ValueError("columns of different lengths")
    widths = [np.maximum(field.lengths, 0).astype(np.int64) for field in fields]
    sizes = np.sum(widths, axis=0, dtype=np.int64) + 2 + 4 * len(fields)
    ends = np.cumsum(sizes)
    out = np.empty(int(ends[-1]) if count else 0, np.uint8)
    start = ends - sizes
    _scatter(out, start, np.full(count, len(fields), ">i2").view(np.uint8).reshape(count, 2))
    start += 2
    for field, width in zip(fields, widths, strict=True):
        _scatter(out, start, field.lengths.astype(">i4").view(np.uint8).reshape(count, 4))
        start += 4
        filled = width > 0
        starts, lengths = start[filled], width[filled]
        if lengths.size and (lengths == lengths[0]).all():
            _scatter(out, starts, field.data.reshape(len(starts), int(lengths[0])))
        elif lengths.size:
            out[np.repeat(starts - np.cumsum(lengths) + lengths, lengths) + np.arange(len(field.data))] = field.data
        start += width
    return HEADER + out.tobytes() + TRAILER


def _scatter(out: NDArray[np.uint8], starts: NDArray[np.int64], rows: NDArray[np.uint8]) -> None:
    out[starts[:, None] + np.arange(rows.shape[1])] = rows


def copy_into(cursor: psycopg.Cursor, table: str, columns: dict[str, Field]) -> None:
    """COPY the columns into a table; the names are the program's own."""
    statement = f"copy {table} ({', '.join(columns)}) from stdin (format binary)"
    with cursor.copy(statement.encode()) as copy:
        copy.write(pack(list(columns.values())))


def unpack_vectors(
    blocks: Iterable[bytes | bytearray | memoryview],
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
    """Iterate over the rows (bigint, real[]) of COPY TO STDOUT (FORMAT binary), many at a time.

    Yields ids (n,) and vectors (n, dimension). Raises ValueError for vectors of different dimensions.
    """
    pending, header_read = b"", False
    for block in _gathered(blocks):
        pending += block
        if not header_read:
            pending, header_read = pending[len(HEADER) :], True
        if len(pending) < 34 or pending[:2] == TRAILER:
            continue
        dimension = int.from_bytes(pending[30:34], "big")
        layout = _vector_row(dimension)
        whole = len(pending) // layout.itemsize
        rows = np.frombuffer(pending, layout, whole)
        if (rows["length"] != dimension).any():
            raise ValueError("vectors of different dimensions under one version")
        pending = pending[whole * layout.itemsize :]
        yield rows["id"].astype(np.int64), rows["item"]["value"].astype(np.float32)


def _gathered(blocks: Iterable[bytes | bytearray | memoryview]) -> Iterator[bytes]:
    """Return the same bytes in larger pieces: the server sends one a row."""
    pieces: list[bytes] = []
    size = 0
    for block in blocks:
        pieces.append(bytes(block))
        size += len(pieces[-1])
        if size >= GATHERED_BYTES:
            yield b"".join(pieces)
            pieces, size = [], 0
    if pieces:
        yield b"".join(pieces)


def _vector_row(dimension: int) -> np.dtype[np.void]:
    key = [("fields", ">i2"), ("id_width", ">i4"), ("id", ">i8")]
    array = [("size", ">i4"), ("header", "V12"), ("length", ">i4"), ("lower", ">i4"), ("item", _item(), (dimension,))]
    return np.dtype([*key, *array])


def unpack_numbers(
    blocks: Iterable[bytes | bytearray | memoryview], floats: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return all rows (bigint, then `floats` columns of float8) of COPY TO STDOUT (FORMAT binary), without NULL.

    Returns the integers (n,) and the floats (n, floats).
    """
    data = b"".join(bytes(block) for block in blocks)
    key = [("fields", ">i2"), ("id_width", ">i4"), ("id", ">i8")]
    value = np.dtype([("width", ">i4"), ("value", ">f8")])
    layout = np.dtype([*key, ("item", value, (floats,))])
    rows = np.frombuffer(data, layout, (len(data) - len(HEADER) - len(TRAILER)) // layout.itemsize, len(HEADER))
    return rows["id"].astype(np.int64), rows["item"]["value"].astype(np.float64)
