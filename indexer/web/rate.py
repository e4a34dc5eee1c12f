"""How often an address may have something computed."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

BURST = 20
"""Computations that an address may ask for at once."""

PER_SECOND = 0.5
"""Further computations of an address a second, in the long run."""

ADDRESSES = 10_000
"""Addresses that are remembered, the latest."""


class Rate:
    """Buckets of tokens by address: `BURST` at once, `PER_SECOND` in the long run."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` gives seconds."""
        self._clock = clock
        self._lock = threading.Lock()
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, address: str) -> float:
        """Take a token of an address; returns 0, or the seconds until there is one."""
        now = self._clock()
        with self._lock:
            tokens, then = self._buckets.pop(address, (float(BURST), now))
            tokens = min(float(BURST), tokens + (now - then) * PER_SECOND)
            lacking = max(0.0, 1 - tokens)
            self._buckets[address] = (tokens if lacking else tokens - 1, now)
            while len(self._buckets) > ADDRESSES:
                self._buckets.popitem(last=False)
        return lacking / PER_SECOND
