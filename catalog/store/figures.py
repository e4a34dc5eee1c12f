"""What pictures are drawn of, read as whole columns by COPY: a million formulas in seconds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray

from catalog.database.blocks import Blocks
from catalog.database.copying import unpack_numbers, unpack_vectors
from catalog.errors import FormularyError
from catalog.progress import Tell, silent
from catalog.vocabulary import CONVERGENCE_CLASSES, METRICS

SQL = Blocks(__file__)

TOLD_ROWS = 10_000
"""Rows after which it is told how many have been read."""

AXES = (*METRICS, "height", "complexity", "limit_float8")
"""Figures that can be an axis."""

ALGEBRAIC = {-1: "rational", -2: "quadratic", -3: "algebraic"}
"""Groups of numbers without a named constant."""

_CLASSES = ", ".join(f"'{name}'" for name in CONVERGENCE_CLASSES)
_GROUPS = {
    None: ("0", None),
    "constant": ("best.number", "plot_by_constant"),
    "cluster": ("member.cluster_id", "plot_by_cluster"),
    "class": (f"array_position(array[{_CLASSES}], formulas.convergence_class)", None),
}
"""What formulas are grouped by: the number of the group, and the block that joins what it needs."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Growth = list[tuple[datetime, int]]
Block = bytes | bytearray | memoryview


@dataclass(frozen=True)
class PlanePoints:
    """n canonical formulas by two figures, and the group of each as an index into `names`, -1 for none."""

    x: Floats
    y: Floats
    groups: Ints
    names: list[str]


def read_plane(
    connection: psycopg.Connection,
    columns: tuple[str, str],
    grouping: str | None = None,
    where: str | None = None,
    tell: Tell = silent,
) -> PlanePoints:
    """Return two of AXES of all canonical formulas that have both, grouped by `constant`, `cluster` or `class`.

    `where` is a condition on the view `formulas`: give it only with a reader's connection. Raises FormularyError where
    it cannot be used. The connection must be idle.
    """
    numbers, values = read_numbers(connection, columns, grouping, where, tell)
    groups, names = _named(numbers, _names(connection, grouping))
    return PlanePoints(values[:, 0], values[:, 1], groups, names)


def read_numbers(
    connection: psycopg.Connection,
    columns: tuple[str, str],
    grouping: str | None = None,
    where: str | None = None,
    tell: Tell = silent,
) -> tuple[Ints, Floats]:
    """Return the same with the number of the group of each formula (n,), 0 for none, and the two figures (n, 2)."""
    group, join = _GROUPS[grouping]
    filled = {"group": group, "join": SQL.text(join) if join else "", "x": columns[0], "y": columns[1]}
    filled["where"] = where or "true"
    try:
        return _copy(connection, filled | {"source": SQL.text("plot_formulas")}, tell)
    except psycopg.errors.UndefinedColumn:
        pass  # a condition on the best relation, or on nothing that exists: the view tells
    except psycopg.Error as error:
        raise _refused(error, where) from error
    try:
        return _copy(connection, filled | {"source": ""}, tell)
    except psycopg.Error as error:
        raise _refused(error, where) from error


def _copy(connection: psycopg.Connection, filled: Mapping[str, str], tell: Tell) -> tuple[Ints, Floats]:
    query = SQL.text("plot_points")
    for name, text in filled.items():  # the condition last: nothing in it is filled in
        query = query.replace(f"{{{name}}}", text)
    statement = f"copy ({query}) to stdout (format binary)".encode()
    with connection.transaction(), connection.cursor() as cursor, cursor.copy(statement) as copy:
        return unpack_numbers(_told_rows(copy, tell), 2)


def _told_rows(blocks: Iterable[Block], tell: Tell) -> Iterator[Block]:
    """Yield the blocks of a COPY, a row each, and tell how many have been read."""
    tell("reading formulas")
    for count, block in enumerate(blocks):
        yield block
        if count % TOLD_ROWS == 0:
            tell("reading formulas", count)


def _refused(error: psycopg.Error, where: str | None) -> Exception:
    if where is None or isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        return error
    return FormularyError(f"--where cannot be used: {str(error).split(chr(10) + 'LINE')[0].strip()}")


def _names(connection: psycopg.Connection, grouping: str | None) -> dict[int, str | None]:
    if grouping == "constant":
        return dict(_pairs(connection, "plot_constant_names")) | ALGEBRAIC
    if grouping == "cluster":
        return dict(_pairs(connection, "plot_cluster_names"))
    if grouping == "class":
        return {i + 1: name.replace("_", "-") for i, name in enumerate(CONVERGENCE_CLASSES)}
    return {}


def _named(numbers: Ints, names: Mapping[int, str | None]) -> tuple[Ints, list[str]]:
    """Return the indices into the names that occur, several numbers of one name being one group."""
    known, inverse = np.unique(numbers, return_inverse=True)
    found = [names.get(int(number)) for number in known]
    distinct = sorted({name for name in found if name})
    index = {name: i for i, name in enumerate(distinct)}
    return np.array([index[name] if name else -1 for name in found], np.int64)[inverse], distinct


def read_members(
    connection: psycopg.Connection, vector_version: int, tell: Tell = silent
) -> tuple[Floats, Ints, dict[int, str | None]]:
    """Return the vectors (n, d) of canonical formulas, the cluster of each, 0 for none, and all labels."""
    query = SQL.text("plot_vectors").format(vector_version=int(vector_version))
    members_query = SQL.text("plot_members")
    with connection.transaction(), connection.cursor() as cursor:
        with cursor.copy(f"copy ({query}) to stdout (format binary)".encode()) as copy:
            parts = list(unpack_vectors(_told_rows(copy, tell)))
        with cursor.copy(f"copy ({members_query}) to stdout (format binary)".encode()) as copy:
            members, clusters = unpack_numbers(copy, 1)
    ids = np.concatenate([part[0] for part in parts]) if parts else np.zeros(0, np.int64)
    vectors = np.concatenate([part[1] for part in parts]) if parts else np.zeros((0, 1), np.float32)
    numbers = np.zeros(len(ids), np.int64)
    if len(members):
        index = np.minimum(np.searchsorted(members, ids), len(members) - 1)
        numbers = np.where(members[index] == ids, clusters[index, 0], 0).astype(np.int64)
    return vectors.astype(np.float64), numbers, dict(_pairs(connection, "plot_cluster_names"))


def read_growth(connection: psycopg.Connection) -> tuple[Growth, Growth]:
    """Return the formulas by the moment they were stored, and canonical formulas by the moment they were identified."""
    return _pairs(connection, "plot_growth"), _pairs(connection, "plot_identified")


def _pairs(connection: psycopg.Connection, name: str) -> list[tuple[Any, Any]]:
    """Return the rows of a block of two columns."""
    with connection.transaction():
        return connection.execute(SQL[name]).fetchall()
