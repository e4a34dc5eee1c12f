"""What takes long is computed in processes that are ended when their time is up: identification, proofs, pictures."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from catalog.errors import FormularyError, TooBusy, TooLong
from indexer.workers.process import launch

SECONDS = 5.0
"""Longest computation for one request, in seconds of the processor where the system says those."""

PATIENCE = 4.0
"""Times as long that a request waits on a machine that has much else to do."""

LOOK_SECONDS = 0.2
"""Between two looks at what a process has had of the processor."""

START_SECONDS = 60.0
"""Longest start of a process, which imports the mathematics."""

WAIT_SECONDS = 10.0
"""Longest wait for a process that is free, once one has started."""


@dataclass
class _Worker:
    process: subprocess.Popen[bytes]
    pipe: Connection
    ready: bool = False

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        self.pipe.close()


class Computing:
    """A few processes; each computes one thing at a time and is replaced when that takes too long."""

    def __init__(self, count: int, warm: Callable[[Any], Any], seconds: float = SECONDS) -> None:
        """`count` processes, started when needed; `warm` is called in each as it starts, to import what is needed.

        `seconds` is the longest computation.
        """
        self._warm = warm
        self._seconds = seconds
        self._free = threading.BoundedSemaphore(count)
        self._lock = threading.Lock()
        self._idle: list[_Worker] = []
        self._closed = False
        self._warmed = False

    def __call__(self, function: Callable[[Any], Any], item: Any) -> Any:
        """Return function(item), computed in a process; the function is one of a module.

        Raises TooBusy, TooLong, or FormularyError with the sentence of the error that the function raised.
        """
        if not self._free.acquire(timeout=WAIT_SECONDS if self._warmed else START_SECONDS):
            raise TooBusy(str(TooBusy.__doc__).rstrip("."))
        try:
            return self._computed(function, item)
        finally:
            self._free.release()

    def prepare(self) -> None:
        """Start a process in the background, so that the first computation need not wait for it."""
        threading.Thread(target=self._prepared, daemon=True).start()

    def _prepared(self) -> None:
        with suppress(Exception):  # whoever computes first will say what is wrong
            self(self._warm, None)

    def close(self) -> None:
        """End the processes."""
        with self._lock:
            self._closed, idle, self._idle = True, self._idle, []
        for worker in idle:
            worker.end()

    def _computed(self, function: Callable[[Any], Any], item: Any) -> Any:
        worker = self._taken()
        try:
            if not worker.ready:
                self._started(worker)
            worker.pipe.send((_guarded, (function, item)))
            result, failure = self._received(worker, self._seconds)
        except BaseException:
            worker.end()
            raise
        with self._lock:
            if not self._closed:
                self._idle.append(worker)
                worker = None  # type: ignore[assignment]
        if worker is not None:
            worker.end()
        if failure is not None:
            raise RuntimeError(failure)
        value, sentence = result
        if sentence is not None:
            raise FormularyError(sentence)
        return value

    def _started(self, worker: _Worker) -> None:
        """Wait for a process, and have it import what it needs, which is nobody's computation."""
        self._received(worker, START_SECONDS)
        worker.pipe.send((_guarded, (self._warm, None)))
        self._received(worker, START_SECONDS)
        worker.ready = self._warmed = True

    def _taken(self) -> _Worker:
        with self._lock:
            while self._idle:
                worker = self._idle.pop()
                if worker.process.poll() is None:
                    return worker
                with suppress(OSError):
                    worker.pipe.close()
        return _Worker(*launch())

    def _received(self, worker: _Worker, seconds: float) -> Any:
        if not _answers(worker, seconds):
            raise TooLong(f"this takes longer than the {seconds:g} seconds a request may; use the command line for it")
        try:
            return worker.pipe.recv()
        except (EOFError, OSError):
            raise FormularyError("the process that computed this died; use the command line for it") from None


def _answers(worker: _Worker, seconds: float) -> bool:
    """Wait until a process answers, at most for so many seconds of the processor; returns whether it did."""
    start, had = time.monotonic(), _had(worker)
    if worker.pipe.poll(seconds):
        return True
    while had is not None and time.monotonic() - start < PATIENCE * seconds:
        now = _had(worker)
        if now is None or now - had >= seconds:
            break
        if worker.pipe.poll(LOOK_SECONDS):
            return True
    return worker.pipe.poll(0)


def _had(worker: _Worker) -> float | None:
    """Seconds of the processor that a process has had; None where the system does not say."""
    try:
        return int(Path(f"/proc/{worker.process.pid}/schedstat").read_text().split()[0]) / 1e9
    except (OSError, ValueError, IndexError):
        return None


def _guarded(asked: tuple[Callable[[Any], Any], Any]) -> tuple[Any, str | None]:
    """Return what a function says of an item, or else the sentence of its error; runs in the process."""
    function, item = asked
    try:
        return function(item), None
    except FormularyError as error:
        return None, str(error)
