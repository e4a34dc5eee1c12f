"""The whole quadratic box, from an empty catalogue: what it takes, and what it leaves beside what theory counts.

    python benchmarks/box.py --run [--home FOLDER] [--verify]   run it; FOLDER must be empty, by default a temporary one
    python benchmarks/box.py [--home FOLDER | --database-url URL]   only count, after formulary run --space quadratic-5

With --run the commands a user would give are run one after another; CPU seconds are those of the command with its
workers and of the server, memory is the largest sum over all of them, shared pages counted once (PSS).
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import psycopg

from catalog.database.opening import open_database
from indexer.mathematics.continued_fractions.asymptotics import OUTCOMES, classify_batch
from indexer.similarity.catalogue_index import CatalogueIndex
from indexer.sources.registry import QUADRATIC_5

FORMULARY = (sys.executable, "-c", "from indexer.cli.main import main; main()")

STEPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("evaluate, identify, store, index", ("run", "--space", QUADRATIC_5.name, "--once")),
    ("clusters and their labels", ("cluster", "build")),
    ("run again: nothing is left", ("run", "--space", QUADRATIC_5.name, "--once")),
)

VERIFY = ("every relation evaluated anew", ("verify", "--all"))

SAMPLE_SECONDS = 2.0

IN_BOX = "kind = 'pcf' and cardinality(a) <= 3 and cardinality(b) <= 3 and 5 >= all (a) and -5 <= all (a)"
IN_BOX += " and 5 >= all (b) and -5 <= all (b)"

PAIRS = {
    "converge to infinity": "status = 'converges_to_infinity'",
    "rational limit": "status = 'converges' and limit_exact is not null",
    "quadratic limit": "status = 'converges' and exists (select from relation r where r.formula_id = formula.id"
    " and r.kind = 'quadratic')",
    "named": "status = 'converges' and limit_exact is null and exists (select from relation r"
    " where r.formula_id = formula.id and r.constant_id is not null)",
    "convergent, deg a <= 1": "status in ('converges', 'converges_to_infinity') and cardinality(a) <= 2",
    "  of these with a closed form": "status in ('converges', 'converges_to_infinity') and cardinality(a) <= 2"
    " and closed_form is not null",
}


class Meter(threading.Thread):
    """CPU seconds and memory of a command with its workers, and of the server whose files lie in `home`."""

    def __init__(self, command: subprocess.Popen[bytes], home: str) -> None:
        super().__init__(daemon=True)
        self.command, self.home = command, os.path.realpath(home)
        self.cpu: dict[bool, dict[int, float]] = {False: {}, True: {}}
        self.peak: dict[bool, float] = {False: 0.0, True: 0.0}

    def run(self) -> None:
        begun = {pid: cpu_of(pid) for pid in self.servers()}
        while self.command.poll() is None:
            for server, processes in ((False, self.family()), (True, self.servers())):
                memory = 0.0
                for pid in processes:
                    with suppress(OSError):
                        self.cpu[server][pid] = cpu_of(pid) - begun.get(pid, 0.0)
                        memory += pss_of(pid)
                self.peak[server] = max(self.peak[server], memory)
            time.sleep(SAMPLE_SECONDS)

    def family(self) -> list[int]:
        """Return the command and its descendants."""
        parents = dict(_parents())
        found = [self.command.pid]
        for pid in found:
            found += [child for child, parent in parents.items() if parent == pid]
        return found

    def servers(self) -> list[int]:
        found = []
        for pid, _ in _parents():
            with suppress(OSError):
                if Path(f"/proc/{pid}/cwd").readlink().is_relative_to(f"{self.home}/postgres"):
                    found.append(pid)
        return found


def _parents() -> Iterator[tuple[int, int]]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                yield int(entry.name), int((entry / "stat").read_text().rpartition(")")[2].split()[1])


def cpu_of(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def pss_of(pid: int) -> float:
    """Return the proportional share of the memory of a process, MB."""
    for row in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if row.startswith("Pss:"):
            return int(row.split()[1]) / 1024
    return 0.0


def run_all(home: str, verify: bool) -> None:
    environment = {**os.environ, "FORMULARY_HOME": home}
    subprocess.run([*FORMULARY, "init"], env=environment, check=True, stdout=subprocess.DEVNULL)
    print(f"{'step':36}{'wall s':>9}{'CPU s':>9}{'server':>9}{'busy':>7}{'a second':>10}{'MB':>7}{'server':>8}")
    walls = 0.0
    for name, arguments in (*STEPS, *((VERIFY,) if verify else ())):
        begun = time.monotonic()
        with Path(home, "steps.log").open("ab") as log:
            command = subprocess.Popen([*FORMULARY, *arguments], env=environment, stdout=log, stderr=log)
            meter = Meter(command, home)
            meter.start()
            code = command.wait()
        wall = time.monotonic() - begun
        meter.join()
        walls += wall
        own, server = (sum(meter.cpu[kind].values()) for kind in (False, True))
        busy = (own + server) / wall / (os.cpu_count() or 1)
        print(
            f"{name:36}{wall:9.1f}{own:9.1f}{server:9.1f}{busy:7.0%}{QUADRATIC_5.size / wall:10.0f}"
            f"{meter.peak[False]:7.0f}{meter.peak[True]:8.0f}" + (f"  exit code {code}" if code else ""),
            flush=True,
        )
    print(f"{'in all':36}{walls:9.1f}   that is {walls / 60:.1f} minutes on {os.cpu_count()} cores\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", action="store_true")
    parser.add_argument("--verify", action="store_true")
    parser.add_argument("--home")
    parser.add_argument("--database-url")
    options = parser.parse_args()
    if not options.run:
        count(options.database_url, options.home)
        return
    with tempfile.TemporaryDirectory() as temporary:
        home = options.home or temporary
        # the server stays up between the steps
        with open_database(None, home, create=True):
            run_all(home, options.verify)
            count(None, home)


def count(url: str | None, home: str | None) -> None:
    with open_database(url, home) as database, database.connect() as connection:
        _counts(connection)
        index = CatalogueIndex.open(connection, home, print)
        vectors = _one(connection, "select count(*) from formula_vector")
        convergent = _one(connection, "select count(*) from formula where status = 'converges'")
        print(f"\nformulas that converge {convergent}, vectors {vectors}, in the index {len(index)}")
        size = _one(connection, "select pg_database_size(current_database())")
        print(
            f"database {size / 2**20:.0f} MiB, {size / _one(connection, 'select count(*) from formula'):.0f} bytes each"
        )


def _counts(connection: psycopg.Connection) -> None:
    a, b = QUADRATIC_5.coefficient_arrays(0, QUADRATIC_5.size)
    expected = dict(zip(OUTCOMES, np.bincount(classify_batch(a, b), minlength=len(OUTCOMES)).tolist(), strict=True))
    outcome = "coalesce(case when status like 'converges%' then convergence_class end, status)"
    found: dict[str, int] = dict(
        connection.execute(f"select {outcome}, count(*) from formula where {IN_BOX} group by 1".encode()).fetchall()
    )
    connection.commit()
    print(f"{'outcome':36}{'by theory':>12}{'catalogue':>12}")
    for name in [*expected, *sorted(set(found).difference(expected))]:
        print(f"{name:36}{expected.get(name, 0):12}{found.get(name, 0):12}")
    print(f"\n{'canonical formulas of the box':36}{'':12}{'catalogue':>12}")
    for name, condition in PAIRS.items():
        count = _one(connection, f"select count(*) from formula where is_canonical and {IN_BOX} and {condition}")
        print(f"{name:36}{'':12}{count:12}")


def _one(connection: psycopg.Connection, query: str) -> int:
    row = connection.execute(query.encode()).fetchone()
    connection.commit()
    assert row is not None
    return int(row[0])


if __name__ == "__main__":
    main()
