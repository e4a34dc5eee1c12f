"""How the catalogue stands, and how far the indexer is in its spaces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import psycopg
from psycopg.rows import class_row

from catalog.database.blocks import Blocks
from catalog.store.rows import Row, rows
from catalog.store.summaries import NOW, Standing, figures

SQL = Blocks(__file__)

RATE_SECONDS = 300.0
"""The rate that `status` shows is over this many last seconds."""

HEARD_SECONDS = 60.0
"""A daemon that was heard of within this many last seconds is at work; so is one that holds a lease."""


RECENT = 4096
"""Last chunks of the catalogue among which those of a space are sought: what was left longer ago is not known."""

LATELY = 16
"""Last chunks of a space by which its yield is told."""


@dataclass(frozen=True)
class Summary:
    """What `formulary status` shows."""

    counts: list[Row]
    """status, convergence_class, formulas, canonical (how many of them are)."""
    findings: Row
    """identified (canonical formulas), constants_found, constants, relations, vectors (their number by version)."""
    spaces: list[Row]
    """The view `progress`, with ranks_per_second over the last minutes and seconds_left, NULL as the property; `lately`
    is the Yield of its last chunks, None before the first one."""
    runs: list[Row]
    """Daemons at work, and those that left in the last day; heartbeat_age in seconds, leased chunks, at_work."""
    ranks_per_second: float
    ranks_left: int
    """Ranks that are not committed, of the spaces that are not paused."""

    @property
    def seconds_left(self) -> float | None:
        """Time that the open and leased chunks will take; None where nobody is at work or nothing was done lately."""
        return _seconds_left(self.ranks_left, self.ranks_per_second, self.runs)


def _seconds_left(ranks: int, ranks_per_second: float, runs: list[Row]) -> float | None:
    working = ranks_per_second > 0 and any(run["at_work"] for run in runs)
    return ranks / ranks_per_second if working else None


@dataclass(frozen=True)
class Yield:
    """What a space gave in some of its chunks, and the seconds of one run that these took."""

    space: str
    chunks: int
    ranks: int
    formulas_new: int
    formulas_named: int
    """Those of the new ones that have a relation to numbers or constants."""
    seconds: float

    @property
    def new_per_second(self) -> float:
        """New formulas a second."""
        return self.formulas_new / self.seconds if self.seconds else 0.0

    @property
    def named_per_second(self) -> float:
        """New formulas with a relation to numbers or constants a second."""
        return self.formulas_named / self.seconds if self.seconds else 0.0

    @property
    def named_share(self) -> float | None:
        """Share of the new formulas that have such a relation; None where nothing was new."""
        return self.formulas_named / self.formulas_new if self.formulas_new else None


def yields(connection: psycopg.Connection, chunks: int | None = LATELY) -> list[Yield]:
    """Return what each space gave in its last `chunks` that are done, or in all of them; none of a space without any.

    The last ones are sought among the RECENT ones of the catalogue.
    """
    recent = None if chunks is None else RECENT
    with connection.transaction(), connection.cursor(row_factory=class_row(Yield)) as cursor:
        return cursor.execute(SQL["yields"], {"chunks": chunks, "recent": recent}).fetchall()


def summary(connection: psycopg.Connection, where: Standing = NOW) -> Summary:
    """Return how the catalogue stands; counts of formulas and findings are those that stand `where`."""
    rates = {
        row["space"]: float(row["ranks_per_second"])
        for row in rows(connection, SQL["status_rate"], seconds=RATE_SECONDS)
    }
    runs = rows(connection, SQL["status_runs"], seconds=HEARD_SECONDS)
    spaces = rows(connection, b"select * from progress")
    lately = {found.space: found for found in yields(connection)}
    for space in spaces:
        space["lately"] = lately.get(space["space"])
        rate = space["ranks_per_second"] = rates.get(space["space"], 0.0)
        space["seconds_left"] = _seconds_left(space["ranks_left"], rate, runs)
    return Summary(
        counts=counts(connection, where),
        findings=figures(connection, where, "findings"),
        spaces=spaces,
        runs=runs,
        ranks_per_second=sum(rates.values()),
        ranks_left=sum(space["ranks_left"] for space in spaces if space["paused_at"] is None),
    )


def pace(connection: psycopg.Connection) -> tuple[int, float]:
    """Return how many ranks were ever done, and the seconds that took, from each run's start to its last chunk."""
    (row,) = rows(connection, SQL["pace"])
    return int(row["ranks"]), float(row["seconds"])


def counts(connection: psycopg.Connection, where: Standing = NOW) -> list[Row]:
    """Return how many formulas there are of each status and convergence_class, and how many of them are canonical."""
    found: list[Row] = figures(connection, where, "counts")
    return found


def ranks_below(connection: psycopg.Connection, rank_limit: int, spaces: Sequence[str] = ()) -> tuple[int, int]:
    """Return how many ranks the `spaces`, by default all, have below `rank_limit`, and how many of them are done."""
    (row,) = rows(connection, SQL["ranks_below"], rank_limit=rank_limit, spaces=list(spaces))
    return row["total"], row["done"]
