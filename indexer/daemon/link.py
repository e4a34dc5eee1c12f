"""A connection that comes back: a server that is restarted, cut off, full, read-only or crowded is waited for.

What is wrong is said once when it begins, and once when it is over. The work that failed is done again from its
beginning, so it must be a transaction of its own or harmless to repeat.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Concatenate, ParamSpec, TypeVar

import psycopg

from catalog.errors import GivenUp, ServerError

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

FIRST_PAUSE = 0.2
"""Seconds before the first new attempt; each further one waits twice as long."""

LONGEST_PAUSE = 15.0
"""Seconds between two attempts at most."""

PASSING = {
    "25006": "the database is read-only",
    "53100": "the disk of the server is full",
    "53200": "the server is out of memory",
    "53300": "the server has too many connections",
    "53400": "a limit of the server is reached",
    "57P01": "the server is shutting down",
    "57P02": "the server has crashed and recovers",
    "57P03": "the server is starting or stopping",
    "58030": "the server cannot read or write its files",
}
"""States of the server that pass, by SQLSTATE."""


def trouble(error: BaseException) -> str | None:
    """What is wrong with the server in words, where waiting may help; None for an error that will not pass."""
    if isinstance(error, ServerError):
        return str(error)
    if isinstance(error, psycopg.Error):
        if error.sqlstate in PASSING:
            return PASSING[error.sqlstate]
        if isinstance(error, psycopg.errors.ProgramLimitExceeded):
            return None  # too large a row stays too large
        if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
            said = " ".join(str(error).split("\n")[0].split())
            return f"the connection to the server is lost: {said}"
    return None


class Link:
    """The daemon's way to the database, for one thread: connects when it is used, and anew after a trouble."""

    def __init__(
        self,
        connect: Callable[[], psycopg.Connection],
        stopping: threading.Event,
        event: Callable[..., None],
    ) -> None:
        """`event(name, **fields)` is told of troubles; once `stopping` is set, nothing is waited for any more."""
        self._connect, self._stopping, self._event = connect, stopping, event
        self._connection: psycopg.Connection | None = None
        self._since: float | None = None

    def __enter__(self) -> Link:
        """Use as a context: the connection is closed with it."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connection."""
        self.close()

    def do(
        self,
        work: Callable[Concatenate[psycopg.Connection, Parameters], Result],
        *arguments: Parameters.args,
        **named: Parameters.kwargs,
    ) -> Result:
        """`work(connection, ...)`, again and again until the server is well; raises GivenUp where told to stop."""
        pause = FIRST_PAUSE
        while True:
            try:
                if self._connection is None:
                    self._connection = self._connect()
                result = work(self._connection, *arguments, **named)
            except (psycopg.Error, ServerError) as error:
                self.close()
                reason = trouble(error)
                if reason is None:
                    raise
                self._say(reason)
                if self._stopping.wait(pause):
                    raise GivenUp(reason) from error
                pause = min(2 * pause, LONGEST_PAUSE)
            else:
                self._over()
                return result

    def close(self) -> None:
        """Close the connection, whatever state it is in."""
        if self._connection is not None:
            with suppress(psycopg.Error):
                self._connection.close()
            self._connection = None

    def _say(self, reason: str) -> None:
        if self._since is None:
            self._since = time.monotonic()
            self._event("server_trouble", reason=reason)

    def _over(self) -> None:
        if self._since is not None:
            self._event("server_well", seconds=round(time.monotonic() - self._since, 1))
            self._since = None
