"""What the report shows, read at one moment of the catalogue."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg

from catalog.database.blocks import Blocks
from catalog.formulas.pcf import PCF
from catalog.progress import Tell, silent, told
from catalog.store.figures import Floats, Growth, Ints, PlanePoints, read_growth, read_members, read_numbers, read_plane
from catalog.store.laws import patterns
from catalog.store.progress import counts
from catalog.store.rows import Row, rows

SQL = Blocks(__file__)

PLANE = ("delta", "q_reduced_gamma")
"""The metrics of the maps."""

NEWEST_READ = 2000
"""Relations among which the newest one of each constant is sought."""

RIDDLES = 12


@dataclass(frozen=True)
class Report:
    """Everything that the page shows; rows with coefficients have a `formula` too."""

    made_at: datetime
    counts: list[Row]
    """status, convergence_class, formulas, canonical."""
    findings: list[Row]
    """name and latex of a constant, or kind without one; formulas, proved, best_delta. The commonest first."""
    clusters: list[Row]
    """id, label, latex, members, canonical, formula, limit_value. The largest first."""
    newest: list[Row]
    """formula, expression, proof, theorem, digits_verified, found_at, constant. The newest first."""
    families: list[Row]
    riddles: list[Row]
    """formula, convergence_class, limit_value, delta, family. The largest delta first."""
    classes: PlanePoints
    """PLANE of all canonical formulas, grouped by class."""
    clustered: tuple[Ints, Floats]
    """The cluster of each formula, 0 for none, and its figures in PLANE."""
    members: tuple[Floats, Ints, dict[int, str | None]]
    """Vectors, clusters and labels."""
    growth: tuple[Growth, Growth]


def read_report(connection: psycopg.Connection, vector_version: int, tell: Tell = silent) -> Report:
    """Read all of it as it is at one moment; the connection must be idle, and is left so."""
    parts: dict[str, Callable[[], Any]] = {
        "counts": lambda: counts(connection),
        "findings": lambda: rows(connection, SQL["report_findings"]),
        "clusters": lambda: _with_formulas(connection, "report_clusters"),
        "newest": lambda: _with_formulas(connection, "report_newest", count=NEWEST_READ),
        "families": lambda: patterns(connection),
        "riddles": lambda: _with_formulas(connection, "report_riddles", count=RIDDLES),
        "classes": lambda: read_plane(connection, PLANE, "class"),
        "clustered": lambda: read_numbers(connection, PLANE, "cluster"),
        "members": lambda: read_members(connection, vector_version),
        "growth": lambda: read_growth(connection),
    }
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    connection.read_only = True
    with connection.transaction():
        read = {name: parts[name]() for name in told(parts, tell, "reading the catalogue", len(parts))}
        return Report(made_at=datetime.now(UTC), **read)


def _with_formulas(connection: psycopg.Connection, name: str, **parameters: Any) -> list[Row]:
    """Return the rows of a block, each with its `formula` where it has the coefficients of one."""
    found = rows(connection, SQL[name], **parameters)
    for row in found:
        if row["a"] is not None:
            row["formula"] = PCF.from_row(row["a"], row["b"])
    return found
