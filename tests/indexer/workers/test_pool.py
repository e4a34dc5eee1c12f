"""Worker processes: order, streaming, and the item that kills its worker."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence

from indexer.workers.pool import WORKER_DIED, WORKER_TOO_LARGE, Workers, in_order


def squares(items: Sequence[int]) -> list[str]:
    for item in items:
        if item == 13:
            os.kill(os.getpid(), signal.SIGKILL)
    return [str(item * item) for item in items]


def failed(item: int, reason: str) -> str:
    return f"{item}: {reason}"


def test_results_keep_the_order_and_only_the_item_at_fault_fails() -> None:
    found = list(in_order(squares, range(40), failed, workers=2, batch=4))
    assert found == [f"13: {WORKER_DIED}" if n == 13 else str(n * n) for n in range(40)]


def test_a_stream_is_not_read_to_its_end_first() -> None:
    taken = 0

    def stream() -> Iterator[int]:
        nonlocal taken
        for n in range(20, 10_000):
            taken += 1
            yield n

    results = in_order(squares, stream(), failed, workers=2, batch=4)
    assert next(results) == "400"
    assert taken <= 4 * 8
    results.close()  # type: ignore[attr-defined]


def test_a_single_batch_needs_no_process() -> None:
    assert list(in_order(squares, [1, 2], failed, workers=2, batch=4)) == ["1", "4"]
    assert list(in_order(squares, [], failed)) == []
    called: list[Sequence[int]] = []
    assert list(in_order(lambda items: called.append(items) or list(items), [1], failed)) == [1]
    assert called == [[1]]


def processes(items: Sequence[int]) -> list[int]:
    return [os.getpid() for _ in items]


def test_streams_share_the_processes_of_a_pool() -> None:
    with Workers(2) as pool:
        seen = set()
        for _ in range(3):
            found = in_order(processes, range(40), lambda item, reason: 0, batch=4, pool=pool)
            seen |= set(found)
        left = in_order(squares, range(20, 60), failed, batch=4, pool=pool)
        assert next(left) == "400"
        left.close()  # type: ignore[attr-defined]
        assert list(in_order(squares, range(20, 30), failed, batch=4, pool=pool)) == [str(n * n) for n in range(20, 30)]
    assert len(seen) == 2 and os.getpid() not in seen


def test_only_the_task_of_a_worker_that_died_is_tried_again() -> None:
    with Workers(2) as pool:
        first = pool.submit(squares, [12, 13, 14], failed)
        second = pool.submit(squares, [3], failed)
        done: dict[int, list[str]] = {}
        while len(done) < 2:
            done.update(pool.completed(10))
        assert done == {first: ["144", f"13: {WORKER_DIED}", "196"], second: ["9"]}
        assert pool.deaths == 6  # three items twice, two of them once, and 13 alone thrice


def half_a_message(items: Sequence[int]) -> list[bytes]:
    """Die while a result that does not fit the pipe is being sent."""
    if items == [13]:
        threading.Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGKILL)).start()
        return [bytes(300_000_000)]
    return [b"" for _ in items]


def test_a_worker_that_dies_in_the_middle_of_a_message_is_noticed() -> None:
    with Workers(1) as pool:
        number = pool.submit(half_a_message, [13], lambda item, reason: reason)
        done: list[tuple[int, list[bytes | str]]] = []
        while not done:
            time.sleep(0.7)  # the pipe is full, nobody reads, and the worker dies
            done = pool.completed(20)
        assert done == [(number, [WORKER_DIED])]
        assert pool.deaths == 3


def greedy(items: Sequence[int]) -> list[str]:
    """Grow without end on the item 13."""
    hoard = []
    while 13 in items:
        hoard.append(bytearray(b"x") * 20_000_000)
        time.sleep(0.05)
    return [str(item) for item in items]


def test_a_worker_beyond_its_memory_is_ended_and_the_item_named() -> None:
    with Workers(1, memory_limit=200_000_000) as pool:
        number = pool.submit(greedy, [12, 13, 14], failed)
        done: list[tuple[int, list[str]]] = []
        while not done:
            done = pool.completed(0.05)
        assert done == [(number, ["12", f"13: {WORKER_TOO_LARGE}", "14"])]


def never_begins(items: Sequence[int]) -> list[str]:
    return [str(item) for item in items]


def test_a_worker_that_dies_before_it_has_begun_is_nobodys_fault() -> None:
    with Workers(1) as pool:
        number = pool.submit(never_begins, [1], failed)
        for _ in range(4):
            pool._workers[0].process.kill()
            pool._workers[0].process.wait()
            assert pool.completed(5) == []
        done: list[tuple[int, list[str]]] = []
        while not done:
            done = pool.completed(5)
        assert done == [(number, ["1"])]


def broken(items: Sequence[int]) -> list[str]:
    return [str(1 // item) for item in items]


def test_an_exception_is_the_fault_of_one_item() -> None:
    found = list(in_order(broken, [1, 0, 1, 1, 1], failed, workers=2, batch=3))
    assert found == ["1", "0: ZeroDivisionError: integer division or modulo by zero", "1", "1", "1"]


def test_nothing_to_do_is_done() -> None:
    with Workers(1) as pool:
        number = pool.submit(squares, [], failed)
        assert pool.completed(1) == [(number, [])]
        assert pool.completed(0.01) == []


def test_a_worker_whose_parent_dies_as_it_starts_leaves_without_a_word() -> None:
    """Whatever the instant: the parent is killed before, while and after the worker reads what it needs."""
    code = (
        "import os, time; from indexer.workers.process import launch; launch(); time.sleep({}); os.kill(os.getpid(), 9)"
    )
    for pause in (0.0, 0.02, 0.05, 0.1, 0.2):
        done = subprocess.run(
            [sys.executable, "-c", code.format(pause)], capture_output=True, text=True, timeout=60, check=False
        )  # ends when the worker, too, has closed its stderr
        assert (done.returncode, done.stderr) == (-signal.SIGKILL, "")
