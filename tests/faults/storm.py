"""The storm: daemons at work, and what is done to them at random instants."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

from catalog.database.opening import open_database
from catalog.server import sessions as server
from catalog.server.programs import ADMIN, ServerFiles, postmaster
from catalog.store.leases import add_space
from indexer.sources.registry import QUADRATIC_5
from indexer.upkeep.setup import seed_constants
from indexer.workers.process import MARK
from tests.faults.comparison import Catalogue, chunk_faults, index_faults

PROJECT = Path(__file__).parents[2]
CHUNK = 20
"""Ranks of a chunk."""
DAEMONS = 2
LEASE = 2.0
"""Seconds of a lease."""
PATIENCE = 300.0
"""Seconds without an end after which a round is lost; a busy machine needs more."""
LEAVES_WELL = (0, 3, 130, 143, -signal.SIGKILL, -signal.SIGTERM)
"""Exit codes of a daemon: done, the server is away, told to stop twice, told to stop before it had begun, killed, told
to stop before it could hear."""

ACTS = {"worker": 44, "daemon": 20, "postmaster": 7, "cut": 12, "damage": 8, "term": 5, "reader": 4}
"""What is done, and how often."""
KILLS = ("worker", "daemon", "postmaster")


@dataclass
class Tally:
    """What was done, and what came of it."""

    acts: Counter[str] = field(default_factory=Counter)
    restarts: int = 0
    rounds: int = 0
    rows: int = 0
    vectors: int = 0
    rebuilt: int = 0
    differences: list[str] = field(default_factory=list)

    @property
    def kills(self) -> int:
        """Processes killed."""
        return sum(self.acts[act] for act in KILLS)

    def __str__(self) -> str:
        """One line."""
        acts = " ".join(f"{act}={self.acts[act]}" for act in ACTS)
        return (
            f"kills={self.kills} ({acts}) restarts={self.restarts} rounds={self.rounds} rows={self.rows}"
            f" vectors={self.vectors} rebuilt={self.rebuilt} differences={len(self.differences)}"
        )


class Storm:
    """A home with an embedded server, daemons that index its first ranks again and again, and a seeded disturber."""

    def __init__(
        self, home: Path, seed: int, *, ranks: int = 200, pause: float = 0.8, patience: float = PATIENCE
    ) -> None:
        """Indexes `ranks` ranks a round, disturbed every `pause` seconds on the average."""
        self.home, self.ranks, self.pause, self.patience = home, ranks, pause, patience
        self.random = random.Random(seed)
        self.files = ServerFiles.at(home)
        self.tally = Tally()
        self.daemons: list[subprocess.Popen[bytes]] = []
        self.log = home / "daemons.log"
        self._tracebacks = 0

    def prepare(self) -> None:
        """Make the catalogue and its pristine copy, and index it once without any disturbance."""
        self.url = server.start(self.home)
        with open_database(self.url) as database:
            database.upgrade()
            with database.connect() as connection:
                seed_constants(connection)
                box = QUADRATIC_5
                add_space(connection, box.name, box.template, 40 * self.ranks, chunk_size=CHUNK)
        self._admin("create database pristine template formulary strategy file_copy")
        self.daemons = [self._start()]
        self._until_done(lambda: None)
        self.expected = Catalogue.read(self.url)
        if faults := chunk_faults(self.url, self.ranks):
            raise RuntimeError(f"the undisturbed run left {faults[:3]}")

    def blow(self, kills: int, say: Callable[[str], None]) -> Tally:
        """Rounds until so many processes were killed; each is compared with the undisturbed run."""
        while self.tally.kills < kills:
            self._reset()
            self.daemons = [self._start() for _ in range(DAEMONS)]
            self._until_done(lambda: self._disturb(kills))
            self._compare()
            say(str(self.tally))
            for difference in self.tally.differences[:20]:
                say(difference)
        return self.tally

    def close(self) -> None:
        """End the daemons and the server."""
        for daemon in self.daemons:
            daemon.kill()
            daemon.wait()
        server.stop(self.home, force=True)

    def _reset(self) -> None:
        self._admin(
            "drop database formulary with (force)", "create database formulary template pristine strategy file_copy"
        )
        with psycopg.connect(self.url) as connection:
            connection.execute("update catalogue set epoch = catalogue_epoch(), catalogue_id = gen_random_uuid()")
        shutil.rmtree(self.home / "index", ignore_errors=True)

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "indexer.cli.main", "run", "--once", "--limit", str(self.ranks)]
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [*command, "--lease", str(LEASE), "--workers", "1", "--min-free-disk", "1k"],
                stdout=subprocess.DEVNULL,
                stderr=log,
                start_new_session=True,
                env={**os.environ, "PYTHONPATH": str(PROJECT), "FORMULARY_HOME": str(self.home), "PGAPPNAME": "storm"},
            )

    def _until_done(self, disturb: Callable[[], None]) -> None:
        """Keep the daemons up, those that are killed being started again, until each has nothing left to do."""
        deadline = time.monotonic() + self.patience
        while self.daemons:
            for daemon in list(self.daemons):
                if daemon.poll() is None:
                    continue
                self.daemons.remove(daemon)
                if daemon.returncode not in LEAVES_WELL:
                    self.tally.differences.append(f"daemon: left with {daemon.returncode}, see {self.log}")
                if daemon.returncode or self._work_left():
                    self.tally.restarts += 1
                    self.daemons.append(self._start())
            if time.monotonic() > deadline:
                self.tally.differences.append(f"daemon: not done within {self.patience:.0f} s")
                return
            disturb()
            time.sleep(0.02)

    def _work_left(self) -> bool:
        for _ in range(20):
            with suppress(psycopg.OperationalError), psycopg.connect(self.url) as connection:
                query = "select exists (select from chunk where first_rank < %s and state <> 'done')"
                return bool(connection.execute(query, [self.ranks]).fetchone()[0])  # type: ignore[index]
            time.sleep(0.2)
        return True

    def _disturb(self, kills: int) -> None:
        if self.tally.kills >= kills or not self.daemons:
            return
        time.sleep(self.random.expovariate(1 / self.pause))
        act = self.random.choices(list(ACTS), list(ACTS.values()))[0]
        with suppress(ProcessLookupError, psycopg.OperationalError, FileNotFoundError):
            if getattr(self, f"_{act}")():
                self.tally.acts[act] += 1

    def _worker(self) -> bool:
        workers = [child for daemon in self.daemons for child in _workers(daemon.pid)]
        return bool(workers) and _kill(self.random.choice(workers))

    def _daemon(self) -> bool:
        return _kill(self.random.choice(self.daemons).pid)

    def _postmaster(self) -> bool:
        process = postmaster(self.files)
        return process is not None and _kill(process)

    def _cut(self) -> bool:
        with psycopg.connect(self._maintenance(), autocommit=True) as connection:
            query = (
                "select pid from pg_stat_activity where datname = 'formulary' and pid <> pg_backend_pid() order by 1"
            )
            found = [row[0] for row in connection.execute(query)]
            if found:
                connection.execute("select pg_terminate_backend(%s)", [self.random.choice(found)])
        return bool(found)

    def _term(self) -> bool:
        self.random.choice(self.daemons).send_signal(signal.SIGTERM)
        return True

    def _damage(self) -> bool:
        """Tear, garble or remove a file of the index."""
        files = sorted(self.home.glob("index/*/similarity*"))
        if not files:
            return False
        file = self.random.choice(files)
        content = file.read_bytes()
        how = self.random.choice(("torn", "garbled", "removed", "empty"))
        if how == "removed":
            file.unlink()
        elif how == "garbled" and content:
            place = self.random.randrange(len(content))
            file.write_bytes(content[:place] + bytes([content[place] ^ 0x55]) + content[place + 1 :])
        else:
            file.write_bytes(content[: self.random.randrange(len(content) + 1)] if how == "torn" else b"")
        return True

    def _reader(self) -> bool:
        """Open the index as a reader while others write, and compare it with the database."""
        self.tally.differences += index_faults(self.url, self.home, [], mapped=True)
        return True

    def _compare(self) -> None:
        said: list[str] = []
        found = Catalogue.read(self.url)
        tally = self.tally
        tally.rounds += 1
        tally.rows += len(found.formulas)
        tally.vectors += found.vectors
        tally.differences += self.expected.differences(found)
        tally.differences += chunk_faults(self.url, self.ranks)
        tally.differences += index_faults(self.url, self.home, said)
        spoken = self.log.read_text(errors="replace")
        tally.rebuilt = spoken.count("event=index ")
        tracebacks = spoken.count("Traceback")
        if tracebacks > self._tracebacks:
            tally.differences.append(f"daemon: a traceback in {self.log}")
            self._tracebacks = tracebacks

    def _maintenance(self) -> str:
        return make_conninfo(self.files.conninfo(ADMIN, "postgres"))

    def _admin(self, *statements: str) -> None:
        server.revive(self.home)
        with psycopg.connect(self._maintenance(), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())


def _workers(process: int) -> list[int]:
    """The worker processes of a daemon."""
    found = []
    with suppress(OSError):
        for child in Path(f"/proc/{process}/task/{process}/children").read_text().split():
            with suppress(OSError):
                if MARK.encode() in Path(f"/proc/{child}/cmdline").read_bytes():
                    found.append(int(child))
    return found


def _kill(process: int) -> bool:
    os.kill(process, signal.SIGKILL)
    return True
