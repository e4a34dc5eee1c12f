"""What a run will need before it begins: the disk that its formulas take, as far as this machine can see it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import psycopg

from catalog.server.home import free_bytes
from catalog.server.programs import LARGEST_LOG_MB
from catalog.store.health import database_bytes

BYTES_A_RANK = 1_200
"""Bytes of the database for a rank of the quadratic box, with indexes, vectors and what was found out."""

MEASURED_RANKS = 100_000
"""Ranks done from which on the catalogue's own size tells what a rank takes."""

LARGEST_LOG = 2 * LARGEST_LOG_MB * 10**6
"""Bytes that the embedded server's write-ahead log may grow to: twice its bound, which a burst of writes exceeds."""


@dataclass(frozen=True)
class DiskForecast:
    """Bytes that the ranks to do will need, and bytes that are free."""

    ranks: int
    needed: int
    free: int

    @property
    def short(self) -> bool:
        """Whether the disk will not do."""
        return self.needed > self.free

    def __str__(self) -> str:
        """In words."""
        return (
            f"the {self.ranks:,} ranks to do will take about {self.needed / 1e9:.1f} GB with the server's log, and"
            f" {self.free / 1e9:.1f} GB are free; the run pauses at --min-free-disk"
        )


def forecast(
    connection: psycopg.Connection, home: Path | str | None, ranks: int, done: int, reserve: int
) -> DiskForecast | None:
    """Disk for `ranks` more where `done` are there, `reserve` bytes being kept free; None for a server elsewhere."""
    if not connection.info.host.startswith("/"):
        return None
    each: float = BYTES_A_RANK
    if done >= MEASURED_RANKS:
        each = database_bytes(connection) / done
    data = int(ranks * each)
    return DiskForecast(ranks, data + min(data, LARGEST_LOG) + reserve, free_bytes(home))
