"""What the daemon says while it works, on stderr: a bar on a terminal, else a line a transition, key=value or JSON."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn


class Log(Protocol):
    """Where the daemon's words go."""

    def event(self, name: str, **fields: Any) -> None:
        """A transition, with its figures."""

    def progress(self, done: int, total: int, stored: int, named: int) -> None:
        """Ranks done of those to do, formulas stored and identified by this run."""

    def phase(self, name: str, done: int) -> None:
        """What the run does beside its chunks, such as families, and how many are done."""


class LineLog:
    """Lines such as `time=... event=chunk_done space=quadratic-5 first=0 last=500`."""

    def event(self, name: str, **fields: Any) -> None:
        """Write one line."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        words = [f"time={now}", f"event={name}", *(f"{key}={_quoted(value)}" for key, value in fields.items())]
        print(*words, file=sys.stderr, flush=True)

    def progress(self, done: int, total: int, stored: int, named: int) -> None:
        """Nothing: each chunk has its line."""

    def phase(self, name: str, done: int) -> None:
        """Nothing: its end has its line."""


class SilentLog(LineLog):
    """Nothing at all."""

    def event(self, name: str, **fields: Any) -> None:
        """Nothing."""


class JsonLog(LineLog):
    """The same lines as JSON objects."""

    def event(self, name: str, **fields: Any) -> None:
        """Write one line."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        print(json.dumps({"time": now, "event": name} | fields, default=str), file=sys.stderr, flush=True)


class BarLog:
    """A bar with rate and time left; only what needs attention is written above it."""

    QUIET = frozenset({"run_started", "chunk_claimed", "chunk_done", "families", "index_saved", "run_ended"})

    def __init__(self, progress: Any, quiet: frozenset[str] = QUIET) -> None:
        """`progress` is a rich Progress; events in `quiet` are not written."""
        self._progress, self._quiet = progress, quiet
        self._task: Any = None
        self._started = time.monotonic()
        self._phases: dict[str, Any] = {}

    def event(self, name: str, **fields: Any) -> None:
        """Write what is not routine above the bar."""
        if name not in self._quiet:
            words = " ".join(f"{key}={_quoted(value)}" for key, value in fields.items())
            self._progress.console.print(f"{name.replace('_', ' ')}: {words}", markup=False, highlight=False)

    def progress(self, done: int, total: int, stored: int, named: int) -> None:
        """Move the bar."""
        if self._task is None:
            self._task = self._progress.add_task("indexing", total=total, completed=done, rate="", named="")
        seconds = max(time.monotonic() - self._started, 1e-9)
        self._progress.update(
            self._task,
            total=total,
            completed=done,
            rate=f"{stored / seconds:.0f} formulas/s",
            named=f"{named} identified",
        )

    def phase(self, name: str, done: int) -> None:
        """Show what is done beside the chunks in a line of its own, with a count and no end."""
        if name not in self._phases:
            self._phases[name] = self._progress.add_task(name, total=None, rate=name, named="")
        self._progress.update(self._phases[name], completed=done, rate=f"{name}: {done:,}")


@contextmanager
def log_to_stderr(log_format: str | None = None, *, quiet: bool = False, verbose: bool = False) -> Iterator[Log]:
    """Lines of a format, `text` or `json`; without one a bar where stderr is a terminal, else `text`.

    Nothing where it is `quiet`; a bar with all lines above it where it is `verbose`.
    """
    if quiet:
        yield SilentLog()
        return
    if log_format == "json":
        yield JsonLog()
        return
    if log_format == "text" or not sys.stderr.isatty():
        yield LineLog()
        return

    columns = (
        BarColumn(bar_width=None),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TextColumn("{task.fields[named]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=False) as progress:
        yield BarLog(progress, frozenset() if verbose else BarLog.QUIET)


def _quoted(value: Any) -> str:
    text = f"{value:.3f}" if isinstance(value, float) else " ".join(str(value).split())
    return f'"{text}"' if " " in text or not text else text
