"""How the catalogue stands, and how far the indexer is in its spaces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import psycopg

from catalog.database.blocks import Blocks
from catalog.store.rows import Row, rows

SQL = Blocks(__file__)

RATE_SECONDS = 300.0
"""The rate that `status` shows is over this many last seconds."""


@dataclass(frozen=True)
class Summary:
    """What `formulary status` shows."""

    counts: list[Row]
    """status, convergence_class, formulas, canonical (how many of them are)."""
    findings: Row
    """identified (canonical formulas), constants_found, constants, relations, canonical."""
    spaces: list[Row]
    """The view `progress`."""
    runs: list[Row]
    """Daemons at work, and those that left in the last day; heartbeat_age in seconds, leased chunks."""
    ranks_per_second: float
    ranks_left: int

    @property
    def seconds_left(self) -> float | None:
        """Time that the open and leased chunks will take; None where nothing was done lately."""
        return self.ranks_left / self.ranks_per_second if self.ranks_per_second else None


def summary(connection: psycopg.Connection) -> Summary:
    """Return how the catalogue stands."""
    (rate,) = rows(connection, SQL["status_rate"], seconds=RATE_SECONDS)
    (findings,) = rows(connection, SQL["status_findings"])
    return Summary(
        counts=counts(connection),
        findings=findings,
        spaces=rows(connection, b"select * from progress"),
        runs=rows(connection, SQL["status_runs"]),
        ranks_per_second=float(rate["ranks_per_second"]),
        ranks_left=int(rate["ranks_left"]),
    )


def counts(connection: psycopg.Connection) -> list[Row]:
    """Return how many formulas there are of each status and convergence_class, and how many of them are canonical."""
    return rows(connection, SQL["status_counts"])


def ranks_below(connection: psycopg.Connection, rank_limit: int, spaces: Sequence[str] = ()) -> tuple[int, int]:
    """Return how many ranks the `spaces`, by default all, have below `rank_limit`, and how many of them are done."""
    (row,) = rows(connection, SQL["ranks_below"], rank_limit=rank_limit, spaces=list(spaces))
    return row["total"], row["done"]
