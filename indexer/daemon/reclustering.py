"""Clusters made anew on a timer while a daemon runs, where there are any, by the parameters of the last ones.

A process of its own makes them; the daemon only looks whether it is time and takes note of the end. Several daemons do
not do it twice: a lock of the database and the age of the current clustering, looked at again under it, see to that.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import fields
from multiprocessing.connection import Connection
from typing import Any

import psycopg

from catalog.errors import FormularyError
from catalog.store import clusters as store
from catalog.store import locks
from indexer.clusters.build import Options, build_clusters
from indexer.kinds.vectors import VECTOR_VERSION
from indexer.workers.process import READY, launch

LOOK_SECONDS = 60.0
"""Time between two looks whether it is time."""

RETRY_SECONDS = 3600.0
"""Time before clusters that could not be made are tried again."""


def due(connection: psycopg.Connection, seconds: float) -> Options | None:
    """How to cluster, where the current clustering is older than that and chunks were done since; else None."""
    is_due = store.due(connection, seconds)
    current = store.current(connection)
    if not is_due or current is None or current["vector_version"] != VECTOR_VERSION:
        return None
    known = {field.name for field in fields(Options)}
    chosen = {name: value for name, value in current["parameters"].items() if name in known and value not in (None, [])}
    if "metrics" in chosen:
        chosen["metrics"] = tuple(chosen["metrics"])
    return Options(**chosen)


def rebuild(orders: Sequence[tuple[dict[str, Any], float]]) -> list[str | None]:
    """Make clusters by parameters of a connection, where they are still due; why not, else None. Runs in a worker."""
    return [_rebuild(parameters, seconds) for parameters, seconds in orders]


def _rebuild(parameters: dict[str, Any], seconds: float) -> str | None:
    with psycopg.connect(**parameters) as connection, locks.alone(connection, locks.CLUSTERS) as held:
        if not held:
            return "another daemon makes them"
        options = due(connection, seconds)
        if options is None:
            return "another daemon has made them"
        try:
            build_clusters(connection, options)
        except FormularyError as error:
            return str(error)
    return None


class Reclustering:
    """The process that makes clusters anew, when it is time for it."""

    def __init__(self, seconds: float, event: Callable[..., None]) -> None:
        """`event(name, **fields)` is told of the beginning and the end."""
        self.seconds, self._event = seconds, event
        self._next = time.monotonic() + LOOK_SECONDS
        self._process: subprocess.Popen[bytes] | None = None
        self._pipe: Connection | None = None

    def tend(self, connection: psycopg.Connection) -> None:
        """Begin where it is time; take note where it has ended. Quick, and to be called often."""
        if self._pipe is not None:
            self._receive(self._pipe)
        elif time.monotonic() >= self._next:
            self._next = time.monotonic() + LOOK_SECONDS
            if due(connection, self.seconds) is not None:
                self._begin(connection.info)

    def close(self) -> None:
        """End the process; what it has not committed is rolled back."""
        if self._process is not None and self._pipe is not None:
            self._pipe.close()
            self._process.kill()
            self._process.wait()
        self._process = self._pipe = None

    def _begin(self, info: psycopg.ConnectionInfo) -> None:
        parameters = info.get_parameters() | ({"password": info.password} if info.password else {})
        self._process, self._pipe = launch()
        with suppress(OSError):  # the end of the pipe says the same
            self._pipe.send((rebuild, [(parameters, self.seconds)]))
        self._event("clusters_begun")

    def _receive(self, pipe: Connection) -> None:
        reason: str | None = "the process died, killed or out of memory"
        with suppress(EOFError, OSError):
            if not pipe.poll():
                return
            message = pipe.recv()
            if message == READY:
                return
            results, error = message
            reason = error if results is None else results[0]
        self.close()
        if reason is None:
            self._event("clusters_made")
        else:
            self._next = time.monotonic() + RETRY_SECONDS
            self._event("clusters_not_made", reason=reason)
