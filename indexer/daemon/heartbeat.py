"""A daemon's pulse: a thread with a connection of its own renews run and leases, and hears of what others commit.

What is heard is a hint, never the truth: a notification may be lost with its connection, and whoever waits looks for
work at every poll all the same.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import psycopg

from catalog.errors import Unavailable
from catalog.store.leases import listen

LISTEN_SECONDS = 0.25
"""Longest time to listen before looking whether the daemon leaves."""

PAUSE_SECONDS = 1.0
"""Pause before a new connection, where the last one was lost."""


@contextmanager
def pulse(
    connect: Callable[[], psycopg.Connection],
    beat: Callable[[psycopg.Connection], object],
    news: threading.Event,
    *,
    seconds: float,
) -> Iterator[None]:
    """Call `beat` with a connection every so many seconds, and set `news` whenever the catalogue says something."""
    ended = threading.Event()

    def live() -> None:
        while not ended.is_set():
            with suppress(psycopg.Error, Unavailable), connect() as connection:
                listen(connection)
                while not ended.is_set():
                    beat(connection)
                    _listen(connection, news, ended, time.monotonic() + seconds)
            ended.wait(PAUSE_SECONDS)

    thread = threading.Thread(target=live, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _listen(connection: psycopg.Connection, news: threading.Event, ended: threading.Event, until: float) -> None:
    while not ended.is_set() and (left := until - time.monotonic()) > 0:
        for _ in connection.notifies(timeout=min(left, LISTEN_SECONDS), stop_after=1):
            news.set()
