"""Progress of long commands on stderr: a bar a phase on a terminal, else now and then a line, and nothing with -q."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from catalog.progress import Tell, silent
from indexer.cli.output import note

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

LINE_SECONDS = 10.0
"""Time between two lines where stderr is no terminal; work that is done sooner says nothing."""


@contextmanager
def shown(*, beside_results: bool = False) -> Iterator[Tell]:
    """Whom a job tells how far it is; results that are written `beside` it to a terminal say it themselves."""
    if is_quiet() or (beside_results and sys.stdout.isatty()):
        yield silent
    elif sys.stderr.isatty():
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
            yield _Bars(progress)
    else:
        yield _Lines()


def is_quiet() -> bool:
    """Whether the command was called with -q."""
    context = click.get_current_context(silent=True)
    return bool(context and context.find_root().params.get("quiet"))


class _Bars:
    """One bar for the phase that is under way."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._phase: str | None = None
        self._task: TaskID | None = None

    def __call__(self, phase: str, done: int = 0, total: int | None = None) -> None:
        if phase == self._phase and self._task is not None:
            self._progress.update(self._task, completed=done, total=total)
            return
        if self._task is not None:
            self._progress.remove_task(self._task)
        self._phase, self._task = phase, self._progress.add_task(phase, total=total, completed=done)
        self._progress.refresh()  # a phase is named also where it ends before the next picture


class _Lines:
    """A line of the phase every few seconds, with the time left where the total is known."""

    def __init__(self) -> None:
        self._phase = ""
        self._begun = self._said = time.monotonic()

    def __call__(self, phase: str, done: int = 0, total: int | None = None) -> None:
        now = time.monotonic()
        if phase != self._phase:
            self._phase, self._begun = phase, now
        if now - self._said < LINE_SECONDS:
            return
        self._said = now
        left = (now - self._begun) * (total - done) / done if total and done else None
        words = f"{phase}: {done:,}" + (f" of {total:,}" if total else "")
        note(f"formulary: {words}" + (f", {left:.0f} s left" if left is not None else ""))
