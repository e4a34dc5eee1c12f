"""Worker processes: order, streaming, and the item that kills its worker."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Sequence

from indexer.executors import WORKER_DIED, Workers, in_order


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


def test_a_pool_whose_worker_died_works_again() -> None:
    with Workers(1) as pool:
        assert pool.again(squares, [12, 13, 14], failed) == ["144", f"13: {WORKER_DIED}", "196"]
        assert pool.submit(squares, [3]).result() == ["9"]
