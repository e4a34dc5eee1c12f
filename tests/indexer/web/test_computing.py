"""A request computes for a few seconds of the processor, and waits for no more than some times as long."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from catalog.errors import TooLong
from indexer.web.computing import PATIENCE, Computing

SECONDS = 0.5


@pytest.fixture
def computing() -> Iterator[Computing]:
    made = Computing(1, str, SECONDS)
    yield made
    made.close()


@pytest.mark.skipif(not Path("/proc/self/schedstat").exists(), reason="the system does not say what a process has had")
def test_time_that_other_processes_take_is_not_counted(computing: Computing) -> None:
    assert computing(time.sleep, 2 * SECONDS) is None


@pytest.mark.parametrize(("function", "item"), [(math.factorial, 10**8), (time.sleep, 100 * PATIENCE * SECONDS)])
def test_what_takes_too_long_is_ended(computing: Computing, function: object, item: int) -> None:
    with pytest.raises(TooLong, match=r"longer than the 0\.5 seconds a request may"):
        computing(function, item)  # type: ignore[arg-type]
    assert computing(math.factorial, 5) == 120
