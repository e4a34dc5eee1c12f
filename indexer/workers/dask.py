"""A Dask cluster instead of this machine's cores: a pool as in `pool`, with retries and data left to Dask.

A task goes to the cluster in parts, of which a bounded number are there at one time; what a `Sharing` function holds
for all of them goes there once as a value of its own. A worker gets work once it has said that it is of this version.
Workers may join and leave at any time: Dask does anew what they had. Parts that Dask gives up, since whoever took them
died, go alone, and in halves, until the item at fault is known.
"""

from __future__ import annotations

import asyncio
import logging
import pickle
import threading
import time
import warnings
from collections import deque
from collections.abc import Callable, Sequence, Sized
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from catalog.errors import SchedulerAddressError, Unavailable, VersionMismatch
from indexer.workers.pool import WORKER_DIED, Function, Part, Pool, Submitted

# distributed is an optional package, and loads in a second: it is imported where a cluster is asked for
if TYPE_CHECKING:
    from distributed import Client, Future

CONNECT_SECONDS = 10.0
"""How long a scheduler may take to answer, and to come back where it was lost."""

LOOK_SECONDS = 1.0
"""Time between two looks at which workers there are, and longest wait for those that are there at the start."""

PART_ITEMS = 125
"""Items of a part: about a second of one worker, beside milliseconds of Dask."""

PARTS_A_WORKER = 2
"""Parts that a worker has at one time: one that it evaluates, one that it has at hand."""

SHARED_GROWTH = 1.1
"""Factor by which what is shared must have grown before it is sent to the cluster again."""

RESULT_SECONDS = 15.0
"""How long a result that is there may take to arrive, before it is evaluated anew."""

Versions = tuple[tuple[str, str | int], ...]
"""What must be the same on both sides, with the version of each, such as ("formulary", "0.1.0")."""

_alone = threading.Lock()  # a process evaluates one part at a time: precision is a state of flint


@runtime_checkable
class Sharing(Protocol):
    """A function whose calls have a large collection in common, which grows slowly: it travels by itself."""

    @property
    def shared(self) -> Sized | None:
        """What the calls have in common, None where there is nothing."""

    def with_shared(self, shared: Any) -> Function:
        """Return the function with this in common, or without anything for None."""


@dataclass
class _Shared:
    """What is shared on the cluster: how large it was, for which workers it is, and its future."""

    count: int
    workers: frozenset[str]
    future: Future


class DaskWorkers(Pool):
    """The workers of a Dask scheduler; for one thread, like `pool.Workers`."""

    def __init__(self, address: str, say: Callable[..., None], versions: Callable[[], Versions]) -> None:
        """`address` is such as tcp://host:8786; `say(event, **fields)` is told who joins, leaves and is refused.

        `versions` is a function of a module, which is called here, on the scheduler and on each worker. Raises
        SchedulerAddressError; Unavailable where no scheduler answers; VersionMismatch where scheduler or all workers
        are of another version.
        """
        super().__init__()
        self.address, self.count, self._say = address, 0, say
        self._versions = versions
        self._client = _connect(address, say, versions)
        self._heard: SimpleQueue[Future] = SimpleQueue()
        self._asked: dict[str, Future] = {}  # worker -> its answer about its version
        self._usable: frozenset[str] = frozenset()
        self._refused: dict[str, str] = {}  # worker -> why
        self._under_way: dict[str, tuple[Future, Part, frozenset[str]]] = {}  # key -> ..., who may evaluate it
        self._suspects: deque[Part] = deque()
        self._held: _Shared | None = None
        self._looked = 0.0
        self._meet()

    def completed(self, seconds: float | None = None) -> list[tuple[int, list[Any]]]:
        """Return what `Pool.completed` does; raises Unavailable where the scheduler is gone and does not come back."""
        self._look()
        self._dispatch()
        if not self._done:
            self._hear(LOOK_SECONDS if seconds is None else min(seconds, LOOK_SECONDS))
            self._dispatch()
        return self._taken()

    def close(self) -> None:
        """Drop what is under way, and leave the cluster."""
        with suppress(Exception):  # of Dask, whatever state the connection is in
            self._client.cancel([future for future, _, _ in self._under_way.values()])
            self._client.close(CONNECT_SECONDS)

    def _parts(self, task: Submitted, items: Sequence[Any]) -> list[Part]:
        return [Part(task, first, items[first : first + PART_ITEMS]) for first in range(0, len(items), PART_ITEMS)]

    def _dispatch(self) -> None:
        """Keep a window of parts on the cluster; a suspect is there alone."""
        if not self._usable:
            return
        if self._suspects:
            if not self._under_way:
                self._send(self._suspects.popleft())
            return
        while self._waiting and len(self._under_way) < PARTS_A_WORKER * self.count:
            self._send(self._waiting.popleft())

    def _send(self, part: Part) -> None:
        function = part.task.function
        shared = None
        if isinstance(function, Sharing) and function.shared is not None:
            shared, function = self._on_cluster(function.shared), function.with_shared(None)
        future = self._submit(_evaluate, function, shared, part.items, workers=self._usable)
        self._under_way[future.key] = (future, part, self._usable)

    def _submit(self, function: Callable[..., Any], *arguments: Any, workers: frozenset[str]) -> Future:
        future = self._client.submit(function, *arguments, workers=sorted(workers), pure=False)
        future.add_done_callback(self._heard.put)
        return future

    def _on_cluster(self, shared: Sized) -> Future:
        """Return what is shared as it is on the cluster, sent anew where it has grown, or workers have come and gone.

        It is a task's result and not scattered: Dask makes it again where whoever held it died.
        """
        held = self._held
        if (
            held is None
            or held.workers != self._usable
            or len(shared) > SHARED_GROWTH * held.count
            or held.future.status in ("cancelled", "error")
        ):
            future = self._submit(pickle.loads, pickle.dumps(shared), workers=self._usable)
            held = self._held = _Shared(len(shared), self._usable, future)
        return held.future

    def _hear(self, seconds: float) -> None:
        """Take what the cluster has finished, waiting at most so long for the first."""
        with suppress(Empty):
            self._take(self._heard.get(timeout=seconds))
            while True:
                self._take(self._heard.get_nowait())

    def _take(self, future: Future) -> None:
        for worker, answer in list(self._asked.items()):
            if answer.key == future.key:
                del self._asked[worker]
                self._judge(worker, future)
        sent = self._under_way.pop(future.key, None)
        if sent is None:
            return
        part = sent[1]
        if future.status == "finished":
            self._finish(part, future)
        elif future.status == "error":
            self._suspect(part, future.exception())
        else:  # the scheduler was lost, and with it what it had
            self._return(part)

    def _finish(self, part: Part, future: Future) -> None:
        try:
            self._keep(part, future.result(RESULT_SECONDS))
        except Exception as error:  # whoever held the result is gone, and nobody else makes it again in time
            self._say("result_lost", reason=_words(error))
            self._return(part)

    def _return(self, part: Part) -> None:
        """Queue a part once more, a suspect as a suspect."""
        (self._suspects if part.tries else self._waiting).appendleft(part)

    def _suspect(self, part: Part, error: BaseException) -> None:
        """Queue the halves of a part that Dask gave up, to go alone; an item that was alone is at fault."""
        from distributed import KilledWorker  # noqa: PLC0415  need not be installed

        died = isinstance(error, KilledWorker)
        reason = WORKER_DIED if died else _words(error)
        self.deaths += died
        if len(part.items) == 1:
            self._keep(part, [part.task.failed(part.items[0], reason)])
            return
        middle = len(part.items) // 2
        for start, half in ((middle, part.items[middle:]), (0, part.items[:middle])):
            self._suspects.appendleft(Part(part.task, part.first + start, half, part.tries + 1))

    def _meet(self) -> None:
        """Wait for the first worker that can be used; raise VersionMismatch where there are only others."""
        deadline = time.monotonic() + CONNECT_SECONDS
        self._look()
        while self._asked and not self._usable and time.monotonic() < deadline:
            self._hear(LOOK_SECONDS)
            self._look()
        if self._refused and not self._usable:
            self.close()
            worker, reason = next(iter(self._refused.items()))
            raise VersionMismatch(f"the worker {worker} {reason}; start workers of the daemon's version")
        if not self._usable:
            self._say("no_workers", scheduler=self.address)

    def _look(self) -> None:
        """See which workers there are, at most once in `LOOK_SECONDS`."""
        if self._client.status == "closed":
            raise Unavailable(f"the Dask scheduler at {self.address} is gone; run again when it is back")
        if time.monotonic() - self._looked < LOOK_SECONDS or self._client.status != "running":
            return
        self._looked = time.monotonic()
        try:
            there = frozenset(self._client.nthreads())
        except (OSError, TimeoutError):
            return  # the client tells when it has lost the scheduler
        self._forget(there)
        for worker in there - self._usable - self._refused.keys() - self._asked.keys():
            self._asked[worker] = self._submit(self._versions, workers=frozenset([worker]))

    def _forget(self, there: frozenset[str]) -> None:
        """Do without workers that have left; parts that only they might evaluate go to others."""
        for worker in self._usable - there:
            self._say("worker_left", worker=worker)
        self._usable &= there
        self.count = len(self._usable)
        self._refused = {worker: reason for worker, reason in self._refused.items() if worker in there}
        self._asked = {worker: future for worker, future in self._asked.items() if worker in there}
        for key, (future, part, workers) in list(self._under_way.items()):
            if not workers & there:
                del self._under_way[key]
                future.cancel()
                self._return(part)

    def _judge(self, worker: str, answer: Future) -> None:
        """Use a worker, or refuse it, by its answer."""
        if answer.status == "cancelled":
            return  # asked again at the next look
        reason = refusal(answer.result() if answer.status == "finished" else answer.exception(), self._versions())
        if reason is None:
            self._usable |= {worker}
            self.count = len(self._usable)
            self._say("worker_joined", worker=worker, workers=self.count)
        else:
            self._refused[worker] = reason
            self._say("worker_refused", worker=worker, reason=reason)


def refusal(answer: Versions | BaseException, ours: Versions) -> str | None:
    """Return why a process that answers so is not of our versions, None where it is."""
    if isinstance(answer, ImportError):
        return f"does not have this version of formulary ({_words(answer)})"
    if isinstance(answer, BaseException):
        return f"does not say its version ({_words(answer)})"
    for (what, version), (_, theirs) in zip(ours, answer, strict=True):
        if theirs != version:
            return f"has version {theirs} of {what} and this daemon version {version}"
    return None


def _evaluate(function: Function, shared: Any, items: Sequence[Any]) -> list[Any]:
    """Do on a worker what is to be done with a part."""
    with _alone:
        return (function.with_shared(shared) if isinstance(function, Sharing) else function)(items)


def _connect(address: str, say: Callable[..., None], versions: Callable[[], Versions]) -> Client:
    try:
        from distributed import Client  # noqa: PLC0415  need not be installed
    except ImportError:
        raise Unavailable('--scheduler needs Dask; `pip install "formulary-catalog[distributed]"` brings it') from None
    for name in ("asyncio", *(name for name in logging.root.manager.loggerDict if name.startswith("distributed"))):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what matters is said by `say`
    try:
        asyncio.run(asyncio.wait_for(_identity(address), CONNECT_SECONDS))
    except ValueError as error:
        raise SchedulerAddressError(
            f"{address!r} is no address of a scheduler ({error}); write it like tcp://host:8786"
        ) from error
    except Exception as error:
        raise Unavailable(
            f"no Dask scheduler answers at {address}; start one with `dask scheduler`, or leave --scheduler out"
        ) from error
    with warnings.catch_warnings(record=True) as differences:
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
        reason = _refusal_of_scheduler(client, versions)
    if reason is not None:
        client.close()
        raise VersionMismatch(f"the Dask scheduler at {address} {reason}; start it from the daemon's version")
    for difference in differences:
        say("dask_warning", note=" ".join(str(difference.message).split()))
    return client


async def _identity(address: str) -> None:
    """Ask whoever listens there; a scheduler answers."""
    from distributed import rpc  # noqa: PLC0415  need not be installed

    async with rpc(address) as listener:
        await listener.identity()


def _refusal_of_scheduler(client: Client, versions: Callable[[], Versions]) -> str | None:
    """Return why the scheduler is refused: it reads what it hands on, so it must have this package too."""
    try:
        return refusal(client.run_on_scheduler(versions), versions())
    except Exception as error:
        return refusal(error, versions())


def _words(error: BaseException) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())}"
