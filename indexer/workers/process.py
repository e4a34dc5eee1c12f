"""A worker process of `pool`: launched with a pipe of its own, it serves tasks and leaves when its parent does.

What `multiprocessing` would start reads its instructions from a pipe and shows a traceback where the parent dies in
that instant; this one leaves without a word. Like those, it knows the parent's main module, so that functions of a
script can be handed to it.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from multiprocessing.spawn import get_preparation_data, prepare
from pathlib import Path
from typing import Any

MARK = "--formulary-worker"
"""An argument of every worker, by which its process is known."""

READY = "ready"
"""The first message of a worker."""

START = (
    "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN); import sys; sys.path.append({root!r});"
    " from indexer.workers.process import serve; serve({descriptor})"
)
"""What a worker runs; interrupts are left to the parent."""


def launch() -> tuple[subprocess.Popen[bytes], Connection]:
    """Start a worker; returns its process and our end of its pipe, whose other end is the worker's alone."""
    ours, theirs = Pipe()
    with theirs:
        code = START.format(root=str(Path(__file__).parents[2]), descriptor=theirs.fileno())
        process = subprocess.Popen(
            [sys.executable, "-c", code, MARK], stdin=subprocess.DEVNULL, pass_fds=(theirs.fileno(),)
        )
    prepared = get_preparation_data("worker")
    del prepared["authkey"]  # of no use here, and not to be sent
    with suppress(OSError):  # a worker that died already is noticed when it is given something to do
        ours.send(prepared)
    return process, ours


def serve(descriptor: int) -> None:
    """Live a worker's life: do the tasks, each a function and its items, that come from the pipe until it closes."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_leave_with_parent, args=(descriptor,), daemon=True).start()
    with Connection(descriptor) as pipe, suppress(EOFError, OSError):
        prepare(pipe.recv())
        pipe.send(READY)
        while True:
            function, items = pipe.recv()
            pipe.send(_reply(function, items))


def _reply(function: Any, items: Any) -> tuple[list[Any] | None, str | None]:
    try:
        return function(items), None
    except Exception as error:
        return None, f"{type(error).__name__}: {error}"


def _leave_with_parent(descriptor: int) -> None:
    """End at once, also amid a task, when nobody holds the other end of the pipe any more."""
    watch = select.poll()
    watch.register(descriptor, 0)  # nothing but that it was hung up
    watch.poll()
    os._exit(1)
