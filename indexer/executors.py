"""This machine's cores: worker processes that may die without taking the work along.

A task is a function of a list of items that returns one result for each. A worker that dies (killed, out of memory)
breaks all tasks under way; each is then tried again alone, then in halves, until the one item at fault is known.
"""

from __future__ import annotations

import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from multiprocessing import get_context, parent_process
from types import TracebackType
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

BLAS_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
"""A worker is one thread: what numpy's libraries read when a process starts."""

WORKER_DIED = "the worker process died, killed or out of memory"


def default_workers() -> int:
    """The cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def begin_worker() -> None:
    """Leave interrupts to the parent, and leave when the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_leave_with_parent, daemon=True).start()


def _leave_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


class Workers:
    """A pool of worker processes, started with the first task."""

    def __init__(self, count: int | None = None) -> None:
        """`count` processes, by default one a core."""
        self.count = count or default_workers()
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Workers:
        """Use as a context: the processes end with it."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End the processes; after an error without waiting for their tasks."""
        self.close(wait=error is None)

    def submit(self, function: Callable[[Sequence[Item]], list[Result]], items: Sequence[Item]) -> Future[list[Result]]:
        """Start `function(items)` in a worker; the future raises BrokenProcessPool where any worker died."""
        try:
            return self._started().submit(function, items)
        except BrokenProcessPool:
            self._discard()
            return self._started().submit(function, items)

    def again(
        self,
        function: Callable[[Sequence[Item]], list[Result]],
        items: Sequence[Item],
        failed: Callable[[Item, str], Result],
    ) -> list[Result]:
        """After a worker died: the task alone, then in halves; the item that kills its worker gives `failed`."""
        self._discard()
        try:
            return self.submit(function, items).result()
        except BrokenProcessPool:
            self._discard()
        if len(items) == 1:
            return [failed(items[0], WORKER_DIED)]
        middle = len(items) // 2
        return self.again(function, items[:middle], failed) + self.again(function, items[middle:], failed)

    def close(self, *, wait: bool = True) -> None:
        """End the processes; without `wait` tasks under way are dropped."""
        pool, self._pool = self._pool, None
        if pool is None:
            return
        if not wait:
            for process in list((pool._processes or {}).values()):
                process.terminate()
        pool.shutdown(wait=wait, cancel_futures=True)

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            for variable in BLAS_VARIABLES:
                os.environ.setdefault(variable, "1")
            self._pool = ProcessPoolExecutor(self.count, mp_context=get_context("spawn"), initializer=begin_worker)
        return self._pool

    def _discard(self) -> None:
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=True, cancel_futures=True)


def in_order(
    function: Callable[[Sequence[Item]], list[Result]],
    items: Iterable[Item],
    failed: Callable[[Item, str], Result],
    *,
    workers: int | None = None,
    batch: int = 16,
) -> Iterator[Result]:
    """The results of `function` for a stream of items, in their order, by worker processes where there are many.

    At most three batches a worker are read ahead. Where one batch holds everything, or with one worker, no process
    is started.
    """
    stream = iter(items)
    first = list(islice(stream, batch))
    second = list(islice(stream, batch))
    count = workers or default_workers()
    if not second or count == 1:
        yield from function(first)
        while second:
            yield from function(second)
            second = list(islice(stream, batch))
        return
    with Workers(count) as pool:
        under_way = deque((part, pool.submit(function, part)) for part in (first, second))
        while under_way:
            while len(under_way) < 3 * count and (part := list(islice(stream, batch))):
                under_way.append((part, pool.submit(function, part)))
            part, future = under_way.popleft()
            try:
                yield from future.result()
            except BrokenProcessPool:
                yield from pool.again(function, part, failed)
                under_way = deque((other, pool.submit(function, other)) for other, _ in under_way)
