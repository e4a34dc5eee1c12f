"""This machine's cores: worker processes that may die without taking the work along.

A task is a function of a list of items that returns a list of results, one for each or fewer that stand for all of
them; its results are those of its parts in their order. Each worker has a pipe of its own, so that the
death of one (killed, out of memory, also in the middle of a message) is seen at once and concerns only its task. That
is tried again, then in halves, until the one item at fault is known: that one dies alone three times. A worker that
dies before it has begun is nobody's fault.
"""

from __future__ import annotations

import os
import subprocess
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from itertools import chain, islice
from itertools import count as numbers
from multiprocessing.connection import Connection, wait
from typing import Any, Self, TypeVar

import psutil

from catalog.errors import Unavailable
from indexer.workers.process import READY, launch

Item = TypeVar("Item")
Result = TypeVar("Result")
Function = Callable[[Sequence[Any]], list[Any]]
Failed = Callable[[Any, str], Any]

BLAS_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
"""A worker is one thread: what numpy's libraries read when a process starts."""

WORKER_DIED = "the worker process died, killed or out of memory"

WORKER_TOO_LARGE = "the worker process needed more memory than it may use"

LAST_TRIES = 3
"""Workers that one item alone must have killed before it is at fault: they may be killed for other reasons."""

MAX_STARTS = 20
"""Workers in a row that may die before they have begun; then something is wrong with this machine."""

RETIREMENT = 0.7
"""Share of the memory it may use at which a worker that is idle is replaced by a new one."""

BATCHES_AHEAD = 3
"""Batches a worker that `in_order` reads ahead of the results."""

GOODBYE = 2.0
"""Seconds that workers get to end before they are killed."""


def default_workers() -> int:
    """Return the cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def resident_bytes(process: int | None) -> int:
    """Return the memory that a process holds, in bytes; 0 where it is gone or this system does not say."""
    try:
        return int(psutil.Process(process).memory_info().rss) if process is not None else 0
    except psutil.Error:
        return 0


@dataclass
class Submitted:
    """A task with the results that are there, by the first item that they are of."""

    number: int
    function: Function
    failed: Failed
    results: dict[int, list[Any]]
    missing: int

    def in_order(self) -> list[Any]:
        """Return the results of all items."""
        return [result for first in sorted(self.results) for result in self.results[first]]


@dataclass
class Part:
    """A stretch of a task's items that one worker evaluates; `tries` counts the workers it was lost with."""

    task: Submitted
    first: int
    items: Sequence[Any]
    tries: int = 0


@dataclass
class _Worker:
    """A process, our end of its pipe, and what it works on."""

    process: subprocess.Popen[bytes]
    pipe: Connection
    part: Part | None = None
    ready: bool = False


class Pool(ABC):
    """Whoever evaluates tasks: the processes of this machine here, a Dask cluster in `dask`."""

    count: int
    """Parts that are evaluated at one time."""

    def __init__(self) -> None:
        """Nothing waits, nothing is done."""
        self.deaths = 0
        self._numbers = numbers(1)
        self._waiting: deque[Part] = deque()
        self._done: list[Submitted] = []

    def __enter__(self) -> Self:
        """Use as a context: the pool is closed with it."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the pool."""
        self.close()

    def submit(
        self,
        function: Callable[[Sequence[Item]], list[Result]],
        items: Sequence[Item],
        failed: Callable[[Item, str], Result],
    ) -> int:
        """Queue `function(items)`; an item that kills its worker gives `failed(item, reason)`. Returns its number."""
        task = Submitted(next(self._numbers), function, failed, {}, len(items))
        self._waiting.extend(self._parts(task, items))
        if not items:
            self._done.append(task)
        self._dispatch()
        return task.number

    @abstractmethod
    def completed(self, seconds: float | None = None) -> list[tuple[int, list[Any]]]:
        """Wait for tasks to be complete, at most so long; return number and results of those that are."""

    @abstractmethod
    def close(self) -> None:
        """Drop what is under way."""

    @abstractmethod
    def _dispatch(self) -> None:
        """Hand on what waits."""

    def _parts(self, task: Submitted, items: Sequence[Any]) -> list[Part]:
        """Return the parts that a task is handed on in: here it is whole."""
        return [Part(task, 0, items)] if items else []

    def _keep(self, part: Part, results: list[Any]) -> None:
        task = part.task
        task.results[part.first] = results
        task.missing -= len(part.items)
        if task.missing == 0:
            self._done.append(task)

    def _taken(self) -> list[tuple[int, list[Any]]]:
        """Return number and results of each task that is done, once."""
        done, self._done = self._done, []
        return [(task.number, task.in_order()) for task in done]


class Workers(Pool):
    """A pool of worker processes, started as tasks come in."""

    def __init__(self, count: int | None = None, memory_limit: int | None = None) -> None:
        """`count` processes, by default one a core; one that grows beyond `memory_limit` bytes is ended."""
        super().__init__()
        self.count = count or default_workers()
        self.memory_limit = memory_limit
        self._false_starts = 0
        self._workers: list[_Worker] = []

    def completed(self, seconds: float | None = None) -> list[tuple[int, list[Any]]]:
        """Wait for tasks to be complete, at most so long; return number and results of those that are."""
        if not self._done:
            busy = {worker.pipe: worker for worker in self._workers if worker.part is not None}
            for pipe in wait(list(busy), seconds) if busy else ():
                self._receive(busy[pipe])  # type: ignore[index]
            self._bound_memory()
            self._dispatch()
        return self._taken()

    def close(self) -> None:
        """End the processes; what they work on is dropped."""
        self._waiting.clear()
        for worker in self._workers:
            worker.process.terminate()
            worker.pipe.close()
        deadline = time.monotonic() + GOODBYE
        for worker in self._workers:
            with suppress(subprocess.TimeoutExpired):
                worker.process.wait(max(0.0, deadline - time.monotonic()))
            worker.process.kill()
            worker.process.wait()
        self._workers.clear()

    def _dispatch(self) -> None:
        """Hand what waits to workers that are idle, or new."""
        while self._waiting:
            worker = next((worker for worker in self._workers if worker.part is None), None)
            if worker is None and len(self._workers) == self.count:
                return
            worker = worker or self._start()
            worker.part = self._waiting.popleft()
            try:
                worker.pipe.send((worker.part.task.function, worker.part.items))
            except OSError:
                self._lost(worker)

    def _start(self) -> _Worker:
        for variable in BLAS_VARIABLES:
            os.environ.setdefault(variable, "1")
        worker = _Worker(*launch())
        self._workers.append(worker)
        return worker

    def _receive(self, worker: _Worker) -> None:
        part = worker.part
        assert part is not None
        try:
            message = worker.pipe.recv()
        except (EOFError, OSError):
            self._lost(worker)
            return
        if message == READY:
            worker.ready, self._false_starts = True, 0
            return
        results, error = message
        worker.part = None
        if error is not None:
            self._divide(part, error)
        else:
            self._keep(part, results)

    def _lost(self, worker: _Worker, reason: str = WORKER_DIED) -> None:
        """Forget a worker that died, and have its part done by others."""
        self.deaths += 1
        self._forget(worker)
        if worker.part is not None and worker.ready:
            self._divide(worker.part, reason)
        elif worker.part is not None:
            self._false_starts += 1
            if self._false_starts == MAX_STARTS:
                raise Unavailable(f"{MAX_STARTS} worker processes in a row died as they started; see their output")
            self._waiting.appendleft(worker.part)

    def _forget(self, worker: _Worker) -> None:
        self._workers.remove(worker)
        worker.pipe.close()
        worker.process.kill()
        worker.process.wait()

    def _bound_memory(self) -> None:
        """End workers that are too large, and those that have grown and are idle."""
        if self.memory_limit is None:
            return
        for worker in list(self._workers):
            used = resident_bytes(worker.process.pid)
            if worker.part is None and used > RETIREMENT * self.memory_limit:
                self._forget(worker)
            elif used > self.memory_limit:
                self._lost(worker, WORKER_TOO_LARGE)

    def _divide(self, part: Part, reason: str) -> None:
        """Try a part once more as it is, then in halves, until one item is left, which is tried thrice."""
        task, first, items = part.task, part.first, part.items
        tries = part.tries + 1
        if part.tries == 0 or (len(items) == 1 and tries < LAST_TRIES):
            self._waiting.appendleft(Part(task, first, items, tries))
        elif len(items) == 1:
            self._keep(part, [task.failed(items[0], reason)])
        else:
            middle = len(items) // 2
            for start, half in ((middle, items[middle:]), (0, items[:middle])):
                self._waiting.appendleft(Part(task, first + start, half, 1 if len(half) > 1 else 0))


def in_order(
    function: Callable[[Sequence[Item]], list[Result]],
    items: Iterable[Item],
    failed: Callable[[Item, str], Result],
    *,
    workers: int | None = None,
    batch: int = 16,
    pool: Pool | None = None,
) -> Iterator[Result]:
    """Yield the results of `function` for a stream of items, in their order, by worker processes where there are many.

    At most three batches a worker are read ahead. Where one batch holds everything, or with one worker, no process
    is started. The processes are those of the `pool`, which serves several streams one after the other, or end with
    the stream.
    """
    batches = _batches(items, batch)
    first, second = next(batches, []), next(batches, [])
    count = (workers or default_workers()) if pool is None else pool.count
    if not second or count == 1:
        for part in filter(None, chain((first, second), batches)):
            yield from function(part)
        return
    with Workers(count) if pool is None else nullcontext(pool) as crew:
        under_way = deque(crew.submit(function, part, failed) for part in (first, second))
        results: dict[int, list[Result]] = {}
        while under_way:
            while len(under_way) < BATCHES_AHEAD * count and (part := next(batches, [])):
                under_way.append(crew.submit(function, part, failed))
            while under_way[0] not in results:
                results.update(crew.completed())
            yield from results.pop(under_way.popleft())


def _batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    stream = iter(items)
    while part := list(islice(stream, size)):
        yield part
