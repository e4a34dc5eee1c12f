"""How a run of the indexer works, and what it did."""

from __future__ import annotations

from dataclasses import dataclass

from catalog.store.leases import ALL_RANKS
from indexer.workers.pool import default_workers

LEASE_SECONDS = 30.0
"""How long a chunk stays with a daemon that is not heard of."""

RECLUSTER_SECONDS = 86_400.0
"""Age of the clusters, where there are any, at which they are made anew."""


@dataclass
class Tally:
    """What a run did."""

    chunks: int = 0
    ranks: int = 0
    formulas: int = 0
    new: int = 0
    failed: int = 0
    identified: int = 0
    seconds: float = 0.0
    indexed: int = 0


@dataclass(frozen=True)
class Settings:
    """How a run works."""

    once: bool = False
    rank_limit: int = ALL_RANKS
    workers: int | None = None
    lease_seconds: float = LEASE_SECONDS
    stop_after: float | None = None
    """Seconds after which the run ends as by a signal."""
    memory_limit: int | None = None
    """Bytes that the worker processes may use together."""
    min_free_disk: int = 0
    """Free bytes in the home folder below which no chunk is begun."""
    scheduler: str | None = None
    """Address of a Dask scheduler whose workers evaluate instead of this machine's."""
    spaces: tuple[str, ...] = ()
    """Names of the spaces that are worked on; none means all."""
    by_yield: bool = False
    """Of spaces of one priority, whether the one that lately named most formulas a second comes first."""
    recluster_after: float = RECLUSTER_SECONDS
    """Age in seconds at which clusters, where there are any, are made anew."""
    index: str | None = None
    """Kind of this host's index, `flat` or `ivf`; None: as its snapshot is."""

    @property
    def memory_per_worker(self) -> int | None:
        """Each worker's share of `memory_limit`."""
        return self.memory_limit and self.memory_limit // (self.workers or default_workers())
