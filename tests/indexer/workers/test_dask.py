"""A Dask cluster as the pool: a real scheduler and real workers on loopback, killed, refused, absent."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from catalog.errors import SchedulerAddressError, Unavailable, VersionMismatch
from indexer.daemon import task
from indexer.daemon.task import versions
from indexer.workers import dask as module
from indexer.workers.dask import DaskWorkers, refusal
from indexer.workers.pool import WORKER_DIED
from tests.helpers.daemons import ask, assert_index_in_step, assert_same, finish, start, until

PROJECT = Path(__file__).parents[3]
PATIENCE = 60.0


def nobody(event: str, **fields: object) -> None:
    """Hear nothing."""


def squares(items: Sequence[int]) -> list[str]:
    for item in items:
        if item == 13:
            os.kill(os.getpid(), signal.SIGKILL)
        if item == 17:
            raise ValueError("seventeen")
    return [str(item * item) for item in items]


def failed(item: int, reason: str) -> str:
    return f"{item}: {reason}"


class Cluster:
    """A scheduler and its workers, as processes; a part is given up after so many workers have died of it."""

    def __init__(self, folder: Path, allowed_failures: int) -> None:
        self.settings = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": str(allowed_failures)}
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            self.address = f"tcp://127.0.0.1:{taken.getsockname()[1]}"
        self.folder, self.processes = folder, []
        host, port = self.address.removeprefix("tcp://").split(":")
        self.scheduler = self._run("scheduler", "--host", host, "--port", port, "--no-dashboard")
        self._until("Scheduler at")

    def worker(self, *options: str, searched: Path | None = None) -> subprocess.Popen[bytes]:
        """One more worker; it is there when this returns."""
        joined = self._log().count("Register worker")
        options = ("--nthreads", "1", "--no-dashboard", *(options or ("--no-nanny",)))
        process = self._run("worker", self.address, *options, searched=searched)
        self._until("Register worker", joined + 1)
        return process

    def _run(self, *arguments: str, searched: Path | None = None) -> subprocess.Popen[bytes]:
        path = os.pathsep.join(str(folder) for folder in (searched, PROJECT) if folder)
        with (self.folder / "log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "distributed.cli.dask_" + arguments[0], *arguments[1:]],
                stdout=log,
                stderr=log,
                cwd=self.folder,
                env={**os.environ, **self.settings, "PYTHONPATH": path},
                start_new_session=True,
            )
        self.processes.append(process)
        return process

    def _log(self) -> str:
        return (self.folder / "log").read_text()

    def _until(self, text: str, times: int = 1) -> None:
        deadline = time.monotonic() + PATIENCE
        while self._log().count(text) < times:
            assert time.monotonic() < deadline, self._log()
            time.sleep(0.05)

    def close(self) -> None:
        for process in self.processes:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.fixture
def cluster(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Cluster]:
    started = Cluster(tmp_path, getattr(request, "param", 3))
    try:
        yield started
    finally:
        started.close()


def results(pool: DaskWorkers, *numbers: int) -> dict[int, list[Any]]:
    done: dict[int, list[Any]] = {}
    deadline = time.monotonic() + PATIENCE
    while set(numbers) - done.keys():
        assert time.monotonic() < deadline
        done.update(pool.completed(1))
    return done


@contextmanager
def heard(pool_events: list[tuple[str, dict[str, Any]]]) -> Iterator[Any]:
    yield lambda event, **fields: pool_events.append((event, fields))


def test_a_scheduler_that_is_not_there_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CONNECT_SECONDS", 0.3)
    with pytest.raises(Unavailable, match=r"^no Dask scheduler answers at tcp://127\.0\.0\.1:9; start one") as raised:
        DaskWorkers("tcp://127.0.0.1:9", nobody, versions)
    assert raised.value.exit_code == 3


@pytest.mark.parametrize("address", ["nowhere", "http://127.0.0.1:9", "tcp://127.0.0.1", "tcp://127.0.0.1:0x"])
def test_what_is_no_address_is_refused_with_an_example(address: str) -> None:
    with pytest.raises(SchedulerAddressError, match=r"write it like tcp://host:8786"):
        DaskWorkers(address, nobody, versions)


def test_without_dask_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(Unavailable, match=re.escape('pip install "formulary-catalog[distributed]"')):
        DaskWorkers("tcp://127.0.0.1:9", nobody, versions)


def test_another_version_is_named() -> None:
    ours = versions()
    package, (_, evaluator), vector = ours
    old, newer = ("formulary", "0.0.1"), ("the evaluator", int(evaluator) + 1)
    assert refusal(ours, ours) is None
    assert refusal((old, *ours[1:]), ours) == f"has version 0.0.1 of formulary and this daemon version {package[1]}"
    assert "of the evaluator" in str(refusal((package, newer, vector), ours))
    missing = ModuleNotFoundError("No module named 'indexer'")
    assert "does not have this version of formulary" in str(refusal(missing, ours))


@pytest.mark.slow
@pytest.mark.parametrize("cluster", [0], indirect=True)
def test_the_item_at_fault_is_found_and_workers_come_back(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PART_ITEMS", 4)
    cluster.worker("--nanny")  # which starts another worker where one has died
    with DaskWorkers(cluster.address, nobody, versions) as pool:
        first = pool.submit(squares, range(20), failed)
        second = pool.submit(squares, [], failed)
        done = results(pool, first, second)
    reasons = {13: WORKER_DIED, 17: "ValueError: seventeen"}
    assert done == {
        first: [f"{n}: {reasons[n]}" if n in reasons else str(n * n) for n in range(20)],
        second: [],
    }


OTHER_VERSION = "import catalog.version\ncatalog.version.__version__ = '0.0.1'\n"


@pytest.mark.slow
def test_workers_of_another_version_are_refused_by_name(cluster: Cluster, tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "sitecustomize.py").write_text(OTHER_VERSION)
    cluster.worker(searched=tmp_path / "old")
    with pytest.raises(VersionMismatch, match=r"^the worker tcp://\S+ has version 0\.0\.1 of formulary") as raised:
        DaskWorkers(cluster.address, nobody, versions)
    assert raised.value.exit_code == 3
    cluster.worker()
    events: list[tuple[str, dict[str, Any]]] = []
    with heard(events) as say, DaskWorkers(cluster.address, say, versions) as pool:
        assert results(pool, number := pool.submit(squares, range(12), failed))[number][:3] == ["0", "1", "4"]
        assert pool.count == 1
    assert "0.0.1" in next(fields["reason"] for event, fields in events if event == "worker_refused")


@pytest.mark.slow
def test_a_scheduler_of_another_version_is_refused(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(task, "EVALUATOR_VERSION", 10**6)
    with pytest.raises(VersionMismatch, match=r"^the Dask scheduler at \S+ has version .* of the evaluator"):
        DaskWorkers(cluster.address, nobody, versions)


@pytest.mark.slow
def test_a_run_with_a_killed_worker_equals_a_local_one(
    cluster: Cluster, fresh: str, tmp_path: Path, fault_free: tuple[str, Path, dict[str, Any]]
) -> None:
    victim, _ = cluster.worker(), cluster.worker()
    daemon = start(fresh, tmp_path, "--scheduler", cluster.address)
    until(lambda: ask(fresh, "select from chunk where state = 'done'"), daemon)
    victim.kill()
    cluster.worker()
    finish(daemon)
    assert_same(fresh, fault_free)
    assert_index_in_step(fresh, tmp_path)


@pytest.mark.slow
def test_work_waits_for_workers_and_a_lost_scheduler_ends_the_run(cluster: Cluster, fresh: str, tmp_path: Path) -> None:
    daemon = start(fresh, tmp_path, "--scheduler", cluster.address)
    until(lambda: ask(fresh, "select from chunk where state = 'leased'"), daemon)
    cluster.worker()
    until(lambda: ask(fresh, "select from chunk where state = 'done'"), daemon)
    cluster.scheduler.kill()
    _, err = daemon.communicate(timeout=PATIENCE)
    assert daemon.returncode == 3
    assert f"the Dask scheduler at {cluster.address} is gone" in err.splitlines()[-1]
    assert "Traceback" not in err
    assert ask(fresh, "select from chunk where state = 'leased'") == []
